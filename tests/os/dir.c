/* SPDX-License-Identifier: Apache-2.0 */
#include "os/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/cm.h"
#include "tests/os/faulty.h"

static struct file dir;
static struct fault fault;

static int open_folder(void **)
{
    faulty_reset();
    fault = (struct fault){ "" };
    assert_ok(dir_open(NULL, test_folder(), &dir, &fault));
    faulty_reset();
    return 0;
}

static int close_folder(void **)
{
    faulty_reset();
    file_close(&dir);
    return 0;
}

static void make(const char *name)
{
    struct file file = { .fd = -1 };
    assert_ok(file_open(&dir, name, FILE_WRITE | FILE_CREATE, &file, &fault));
    file_close(&file);
}

static bool holds(const char *name, const char *text)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (file_load(&dir, name, 1 << 20, &bytes, &len, &fault).code != E_OK) return false;
    const bool same = slice_is((slice){ bytes, len }, text);
    free(bytes);
    return same;
}

static void a_folder_is_made_once_and_private(void **)
{
    assert_ok(dir_make(&dir, "a", &fault));
    assert_ok(dir_make(&dir, "a", &fault));
    assert_ok(dir_make(&dir, "a/b", &fault));
    struct stat about = { 0 };
    assert_int_equal(fstatat(dir.fd, "a", &about, 0), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    make("file");
    assert_fails(dir_make(&dir, "file", &fault), E_EXISTS);
    assert_fails(dir_make(&dir, "none/x", &fault), E_NOT_FOUND);
    assert_fails(dir_make(&dir, "../x", &fault), E_VALUE);
    struct file below = { .fd = -1 };
    assert_fails(dir_open(&dir, "file", &below, &fault), E_NOT_FOUND);
    assert_ok(dir_open(&dir, "a", &below, &fault));
    file_close(&below);
}

static void replace_makes_exactly_the_calls_it_promises(void **)
{
    assert_ok(dir_replace(&dir, "state", slice_text("old"), &fault));
    assert_string_equal(faulty_record(), "openat pwrite fsync close renameat fsync");
    assert_true(holds("state", "old"));
    faulty_reset();
    faulty_short(2);
    assert_ok(dir_replace(&dir, "state", slice_text("newer"), &fault));
    assert_true(holds("state", "newer"));
    faulty_reset();
    assert_ok(dir_replace(&dir, "state", slice_none(), &fault));
    assert_true(holds("state", ""));
}

/* Each call fails in turn: before the rename the old contents must be there, after it the new. */
static void a_failed_replacement_leaves_old_or_new_never_less(void **)
{
    static const struct {
        enum faulty_call call;
        unsigned nth;
        int32_t code;
        const char *left;
    } cases[] = {
        { FAULTY_OPENAT, 1, E_IO, "old" },   { FAULTY_PWRITE, 1, E_IO, "old" },
        { FAULTY_FSYNC, 1, E_FSYNC, "old" }, { FAULTY_RENAMEAT, 1, E_IO, "old" },
        { FAULTY_FSYNC, 2, E_FSYNC, "new" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        faulty_reset();
        assert_ok(dir_replace(&dir, "state", slice_text("old"), &fault));
        faulty_fail(cases[i].call, cases[i].nth, EIO);
        const status s = dir_replace(&dir, "state", slice_text("new"), &fault);
        assert_fails(s, cases[i].code);
        assert_int_equal(s.detail, EIO);
        faulty_reset();
        assert_true(holds("state", cases[i].left));
    }
    faulty_fail(FAULTY_PWRITE, 1, ENOSPC);
    assert_fails(dir_replace(&dir, "state", slice_text("new"), &fault), E_FULL);
    assert_fails(dir_replace(&dir, "a/b", slice_none(), &fault), E_VALUE);
    assert_fails(dir_replace(&dir, "", slice_none(), &fault), E_VALUE);
}

static void a_failed_sync_of_a_folder_is_final(void **)
{
    assert_ok(dir_make(&dir, "a", &fault));
    faulty_reset();
    assert_ok(dir_sync(&dir, "", &fault));
    assert_string_equal(faulty_record(), "fsync");
    faulty_reset();
    assert_ok(dir_sync(&dir, "a", &fault));
    assert_string_equal(faulty_record(), "openat fsync close");
    for (int below = 0; below < 2; below++) {
        faulty_reset();
        faulty_fail(FAULTY_FSYNC, 1, EIO);
        assert_fails(dir_sync(&dir, below == 0 ? "" : "a", &fault), E_FSYNC);
    }
    assert_fails(dir_sync(&dir, "none", &fault), E_FSYNC);
}

static void rename_and_remove_say_what_is_missing(void **)
{
    make("a");
    assert_ok(dir_make(&dir, "sub", &fault));
    assert_ok(dir_rename(&dir, "a", "sub/b", &fault));
    assert_fails(dir_rename(&dir, "a", "c", &fault), E_NOT_FOUND);
    assert_fails(dir_rename(&dir, "sub/b", "../c", &fault), E_VALUE);
    assert_fails(dir_remove(&dir, "a", &fault), E_NOT_FOUND);
    assert_fails(dir_remove(&dir, "../a", &fault), E_VALUE);
    assert_ok(dir_remove(&dir, "sub/b", &fault));
    assert_fails(dir_remove(&dir, "sub/b", &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/sub/b: No such file"));
}

struct seen {
    char names[4096];
    size_t count;
    size_t count_max;
};

static status see(void *with, const char *name)
{
    struct seen *seen = with;
    if (seen->count++ == seen->count_max) return FAIL(E_CANCELLED);
    const size_t len = strlen(seen->names);
    snprintf(seen->names + len, sizeof seen->names - len, "%s ", name);
    return OK;
}

static void files_are_listed_in_the_order_of_their_bytes(void **)
{
    static const char *const names[] = { "b", "a", "B", "a.2", "a10", ".hidden", "z\xff", "a2" };
    assert_ok(dir_make(&dir, "sub", &fault));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        make(names[i]);
    assert_int_equal(symlinkat("a", dir.fd, "link"), 0);
    assert_int_equal(symlinkat("nowhere", dir.fd, "dangling"), 0);
    for (int again = 0; again < 2; again++) {
        struct seen seen = { .count_max = 100 };
        assert_ok(dir_list(&dir, "", see, &seen, &fault));
        assert_string_equal(seen.names, "B a a.2 a10 a2 b link z\xff ");
    }
    struct seen seen = { .count_max = 2 };
    assert_fails(dir_list(&dir, "", see, &seen, &fault), E_CANCELLED);
    assert_string_equal(seen.names, "B a ");
    seen = (struct seen){ .count_max = 1 };
    assert_ok(dir_list(&dir, "sub", see, &seen, &fault));
    assert_string_equal(seen.names, "");
    assert_fails(dir_list(&dir, "none", see, &seen, &fault), E_NOT_FOUND);
    assert_fails(dir_list(&dir, "..", see, &seen, &fault), E_VALUE);
}

static void a_lock_has_one_holder_and_names_it(void **)
{
    struct file lock = { .fd = -1 }, second = { .fd = -1 };
    char holder[64];
    assert_ok(dir_lock(&dir, "lock", &lock, &fault));
    assert_fails(dir_lock(&dir, "lock", &second, &fault), E_BUSY);
    snprintf(holder, sizeof holder, "/lock is held by process %ld", (long)getpid());
    assert_non_null(strstr(fault.text, holder));
    assert_int_equal(second.fd, -1);
    file_close(&lock);
    assert_ok(dir_lock(&dir, "lock", &lock, &fault));
    file_close(&lock);
    faulty_fail(FAULTY_FLOCK, 1, EIO);
    assert_fails(dir_lock(&dir, "lock", &lock, &fault), E_IO);
    faulty_fail(FAULTY_FTRUNCATE, 1, ENOSPC); /* a full disk must not stop a start */
    assert_ok(dir_lock(&dir, "lock", &lock, &fault));
    file_close(&lock);
}

static void a_lock_dies_with_its_process(void **)
{
    const pid_t child = fork();
    if (child == 0) {
        struct file lock = { .fd = -1 };
        const status s = dir_lock(&dir, "lock", &lock, &fault);
        _exit(s.code == E_OK ? 0 : 1);
    }
    int how = 1;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    struct file lock = { .fd = -1 };
    assert_ok(dir_lock(&dir, "lock", &lock, &fault));
    file_close(&lock);
}

static void free_space_is_part_of_the_whole(void **)
{
    uint64_t left = 0, whole = 0;
    assert_ok(dir_space(&dir, &left, &whole, &fault));
    assert_true(left > 0 && left <= whole);
    const struct file closed = { .fd = -1, .path = "closed" };
    assert_fails(dir_space(&closed, &left, &whole, &fault), E_IO);
}

/* In a child with a mount space of its own. 0: all as it should be; 77: no mount allowed. */
static int on_a_full_disk(const char *path)
{
    if (unshare(CLONE_NEWNS) != 0) return 77;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return 77;
    if (mount("tmpfs", path, "tmpfs", 0, "size=256k") != 0) return 77;
    static const uint8_t bytes[300'000];
    struct file full = { .fd = -1 }, file = { .fd = -1 };
    uint64_t left = 1, whole = 0;
    if (dir_open(NULL, path, &full, &fault).code != E_OK) return 1;
    if (dir_replace(&full, "state", slice_text("old"), &fault).code != E_OK) return 2;
    if (file_open(&full, "log", FILE_WRITE | FILE_FRESH, &file, &fault).code != E_OK) return 3;
    if (file_reserve(&file, 0, 8192, &fault).code != E_OK) return 4;
    struct file filler = { .fd = -1 };
    if (file_open(&full, "filler", FILE_WRITE | FILE_FRESH, &filler, &fault).code != E_OK) return 5;
    if (file_write(&filler, 0, (slice){ bytes, sizeof bytes }, &fault).code != E_FULL) return 6;
    if (file_write(&filler, 0, (slice){ bytes, 300'000 }, &fault).code != E_FULL) return 7;
    if (dir_space(&full, &left, &whole, &fault).code != E_OK || left != 0) return 8;
    if (file_reserve(&file, 0, 100'000, &fault).code != E_FULL) return 9;
    if (file_write(&file, 0, (slice){ bytes, 8192 }, &fault).code != E_OK) return 10; /* reserved */
    if (dir_replace(&full, "state", slice_text("new"), &fault).code != E_FULL) return 11;
    uint8_t *state = NULL;
    size_t len = 0;
    if (file_load(&full, "state", 100, &state, &len, &fault).code != E_OK) return 12;
    if (!slice_is((slice){ state, len }, "old")) return 13;
    free(state);
    if (dir_lock(&full, "filler", &file, &fault).code != E_OK) return 14;
    return 0;
}

static void a_full_disk_keeps_what_was_there_and_what_was_reserved(void **)
{
    const char *path = test_folder();
    const pid_t child = fork();
    if (child == 0) _exit(on_a_full_disk(path));
    int how = 1;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == 77) {
        print_message("skipped: no file system may be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(how), 0);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_folder_is_made_once_and_private),
        WITH_FOLDER(replace_makes_exactly_the_calls_it_promises),
        WITH_FOLDER(a_failed_replacement_leaves_old_or_new_never_less),
        WITH_FOLDER(a_failed_sync_of_a_folder_is_final),
        WITH_FOLDER(rename_and_remove_say_what_is_missing),
        WITH_FOLDER(files_are_listed_in_the_order_of_their_bytes),
        WITH_FOLDER(a_lock_has_one_holder_and_names_it),
        WITH_FOLDER(a_lock_dies_with_its_process),
        WITH_FOLDER(free_space_is_part_of_the_whole),
        WITH_FOLDER(a_full_disk_keeps_what_was_there_and_what_was_reserved),
    };
    return cmocka_run_group_tests_name("os/dir", tests, NULL, NULL);
}
