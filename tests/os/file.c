/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "os/dir.h"
#include "tests/cm.h"
#include "tests/fail.h"
#include "tests/os/faulty.h"

static struct file dir;
static struct fault fault;

static int open_folder(void **)
{
    faulty_reset();
    fault = (struct fault){ "" };
    assert_ok(dir_open(NULL, test_folder(), &dir, &fault));
    return 0;
}

static int close_folder(void **)
{
    faulty_reset();
    file_close(&dir);
    return 0;
}

static struct file fresh(const char *name)
{
    struct file file = { .fd = -1 };
    assert_ok(file_open(&dir, name, FILE_WRITE | FILE_FRESH, &file, &fault));
    return file;
}

static void what_is_written_is_read_whatever_the_kernel_moves_at_a_time(void **)
{
    static const size_t shorts[] = { 0, 1, 3, 100, 4096 };
    uint8_t bytes[1000], got[1001];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    struct file file = fresh("data");
    for (size_t i = 0; i < COUNT_OF(shorts); i++) {
        faulty_short(shorts[i]);
        size_t len = 0;
        assert_ok(file_write(&file, 5000 * i, (slice){ bytes, sizeof bytes }, &fault));
        assert_ok(file_read(&file, 5000 * i, got, sizeof bytes, &len, &fault));
        assert_int_equal(len, sizeof bytes);
        assert_memory_equal(got, bytes, sizeof bytes);
        assert_ok(file_read(&file, 5000 * i + 1, got, sizeof got, &len, &fault));
        assert_int_equal(len, sizeof bytes - 1); /* the end of the file */
        assert_ok(file_read(&file, 5000 * i + 1000, got, 1, &len, &fault));
        assert_int_equal(len, 0);
    }
    file_close(&file);
}

static void only_the_owner_may_read_and_no_child_inherits(void **)
{
    struct file file = fresh("private");
    struct stat about = { 0 };
    assert_int_equal(fstat(file.fd, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(fcntl(file.fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(dir.fd, F_GETFD), FD_CLOEXEC);
    file_close(&file);
    assert_int_equal(file.fd, -1);
    file_close(&file);
}

static void the_flags_decide_what_may_exist(void **)
{
    struct file file = { .fd = -1 };
    assert_fails(file_open(&dir, "none", FILE_READ, &file, &fault), E_NOT_FOUND);
    assert_fails(file_open(&dir, "none", FILE_WRITE, &file, &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/none: No such file"));
    assert_int_equal(file.fd, -1);
    file = fresh("some");
    file_close(&file);
    assert_fails(file_open(&dir, "some", FILE_WRITE | FILE_FRESH, &file, &fault), E_EXISTS);
    assert_ok(file_open(&dir, "some", FILE_WRITE | FILE_CREATE, &file, &fault));
    file_close(&file);
    assert_ok(file_open(&dir, "some", FILE_READ, &file, &fault));
    assert_fails(file_write(&file, 0, slice_text("x"), &fault), E_IO);
    file_close(&file);
}

static void names_stay_within_their_folder(void **)
{
    static const char *const bad[] = { "",     "/etc/passwd", "..",     "../x",
                                       "a/..", "a/../../x",   "./../x", "a/b/../../../x" };
    static const char *const good[] = { "...", "..a", "a..", "b..c" };
    struct file file = { .fd = -1 };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_fails(file_open(&dir, bad[i], FILE_READ, &file, &fault), E_VALUE);
    }
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        file = fresh(good[i]);
        file_close(&file);
    }
    char name[FILE_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[FILE_NAME_MAX + 1] = '\0';
    assert_fails(file_open(&dir, name, FILE_WRITE | FILE_CREATE, &file, &fault), E_LIMIT);
    name[FILE_NAME_MAX] = '\0';
    assert_ok(file_open(&dir, name, FILE_WRITE | FILE_CREATE, &file, &fault));
    file_close(&file);
}

static void a_failed_sync_is_final_and_never_repeated(void **)
{
    static const int errors[] = { EIO, ENOSPC, EINTR, EDQUOT };
    struct file file = fresh("data");
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        faulty_reset();
        faulty_fail(FAULTY_FDATASYNC, 1, errors[i]);
        const status s = file_sync(&file, &fault);
        assert_fails(s, E_FSYNC);
        assert_int_equal(s.detail, errors[i]);
        assert_string_equal(faulty_record(), "fdatasync");
        assert_non_null(strstr(fault.text, "/data: "));
    }
    assert_ok(file_sync(&file, &fault));
    file_close(&file);
}

static void a_full_device_is_told_apart_from_a_broken_one(void **)
{
    static const struct {
        int error;
        int32_t code;
    } cases[] = { { ENOSPC, E_FULL }, { EDQUOT, E_FULL }, { EFBIG, E_FULL }, { EIO, E_IO } };
    struct file file = fresh("data");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        faulty_reset();
        faulty_fail(FAULTY_PWRITE, 1, cases[i].error);
        assert_fails(file_write(&file, 0, slice_text("abc"), &fault), cases[i].code);
        faulty_fail(FAULTY_FALLOCATE, 1, cases[i].error);
        assert_fails(file_reserve(&file, 0, 100, &fault), cases[i].code);
        faulty_fail(FAULTY_FTRUNCATE, 1, cases[i].error);
        assert_fails(file_truncate(&file, 100, &fault), cases[i].code);
        faulty_fail(FAULTY_PREAD, 1, cases[i].error);
        uint8_t byte = 0;
        size_t len = 77;
        assert_fails(file_read(&file, 0, &byte, 1, &len, &fault), cases[i].code);
        assert_int_equal(len, 77);
    }
    file_close(&file);
}

static void a_real_limit_of_the_file_size_is_full(void **)
{
    sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    struct rlimit before = { 0 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit tight = { .rlim_cur = 10'000, .rlim_max = before.rlim_max };
    static const uint8_t bytes[12'000];
    struct file file = fresh("data");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_ok(file_write(&file, 0, (slice){ bytes, 10'000 }, &fault));
    assert_fails(file_write(&file, 0, (slice){ bytes, 10'001 }, &fault), E_FULL);
    assert_fails(file_write(&file, 9'000, (slice){ bytes, 1'001 }, &fault), E_FULL);
    assert_fails(file_reserve(&file, 0, 10'001, &fault), E_FULL);
    assert_fails(file_truncate(&file, 10'001, &fault), E_FULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    file_close(&file);
}

static void offsets_beyond_what_a_file_can_hold_are_refused(void **)
{
    struct file file = fresh("data");
    uint8_t byte = 0;
    size_t len = 0;
    static const uint64_t offsets[] = { UINT64_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1 };
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        assert_fails(file_write(&file, offsets[i], slice_text("x"), &fault), E_FULL);
        assert_fails(file_read(&file, offsets[i], &byte, 1, &len, &fault), E_IO);
        assert_fails(file_reserve(&file, offsets[i], 1, &fault), E_FULL);
        assert_fails(file_reserve(&file, 1, offsets[i], &fault), E_FULL);
    }
    assert_fails(file_truncate(&file, UINT64_MAX, &fault), E_FULL);
    file_close(&file);
}

static void reserved_space_reads_as_zero_and_keeps_what_was_there(void **)
{
    struct file file = fresh("data");
    uint8_t got[200];
    size_t len = 0;
    uint64_t size = 0;
    assert_ok(file_write(&file, 0, slice_text("kept"), &fault));
    faulty_fail(FAULTY_FALLOCATE, 1, EINTR);
    assert_ok(file_reserve(&file, 0, 100, &fault));
    assert_ok(file_reserve(&file, 0, 0, &fault));
    assert_ok(file_size(&file, &size, &fault));
    assert_int_equal(size, 100);
    assert_ok(file_read(&file, 0, got, sizeof got, &len, &fault));
    assert_int_equal(len, 100);
    assert_memory_equal(got, "kept\0\0\0", 7);
    faulty_fail(FAULTY_FTRUNCATE, 1, EINTR);
    assert_ok(file_truncate(&file, 2, &fault));
    assert_ok(file_size(&file, &size, &fault));
    assert_int_equal(size, 2);
    assert_ok(file_sync(&file, &fault));
    assert_ok(file_drop_cache(&file, &fault));
    assert_ok(file_read(&file, 0, got, sizeof got, &len, &fault));
    assert_int_equal(len, 2);
    assert_memory_equal(got, "ke", 2);
    file_close(&file);
}

static void a_map_shows_the_whole_file(void **)
{
    struct file file = fresh("data");
    slice map = { NULL, 99 };
    assert_ok(file_map(&file, &map, &fault));
    assert_int_equal(map.len, 0);
    assert_non_null(map.at);
    file_unmap(map);
    assert_ok(file_write(&file, 9000, slice_text("end"), &fault));
    assert_ok(file_map(&file, &map, &fault));
    file_close(&file);
    assert_int_equal(map.len, 9003);
    assert_int_equal(map.at[0], 0);
    assert_memory_equal(map.at + 9000, "end", 3);
    file_unmap(map);
    file.fd = -1;
    assert_fails(file_map(&file, &map, &fault), E_IO);
}

static void load_takes_whole_files_up_to_its_limit(void **)
{
    static const size_t lens[] = { 0, 1, 65'534, 65'535, 65'536, 65'537, 300'000 };
    static uint8_t bytes[300'000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 31);
    struct file file = fresh("data");
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        assert_ok(file_write(&file, 0, (slice){ bytes, lens[i] }, &fault));
        faulty_short(i % 2 == 0 ? 0 : 1000);
        uint8_t *got = NULL;
        size_t len = 0;
        assert_ok(file_load(&dir, "data", lens[i], &got, &len, &fault));
        assert_int_equal(len, lens[i]);
        assert_memory_equal(got, bytes, len);
        assert_int_equal(got[len], 0);
        free(got);
        if (lens[i] == 0) continue;
        assert_fails(file_load(&dir, "data", lens[i] - 1, &got, &len, &fault), E_LIMIT);
        faulty_reset();
    }
    file_close(&file);
    uint8_t *got = NULL;
    size_t len = 0;
    assert_fails(file_load(&dir, "none", 10, &got, &len, &fault), E_NOT_FOUND);
    assert_fails(file_load(NULL, dir.path, 10, &got, &len, &fault), E_IO); /* a folder */
    assert_fails(file_load(&dir, "data", SIZE_MAX, &got, &len, &fault), E_FULL);
}

static void load_attempt(void *)
{
    uint8_t *got = NULL;
    size_t len = 0;
    const status s = file_load(&dir, "data", 1 << 20, &got, &len, &fault);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    free(got);
}

static void load_survives_every_failed_allocation(void **)
{
    struct file file = fresh("data");
    assert_ok(file_truncate(&file, 500'000, &fault));
    assert_int_equal(fail_each_allocation(load_attempt, NULL), 4);
    file_close(&file);
}

static void a_pipe_is_read_as_it_comes(void **)
{
    int ends[2];
    uint8_t got[16];
    size_t len = 0;
    assert_int_equal(pipe(ends), 0);
    const struct file in = { .fd = ends[0], .path = "pipe" };
    assert_int_equal(write(ends[1], "first", 5), 5);
    faulty_fail(FAULTY_READ, 1, EINTR);
    assert_ok(file_read_next(&in, got, sizeof got, &len, &fault));
    assert_true(slice_is((slice){ got, len }, "first"));
    close(ends[1]);
    assert_ok(file_read_next(&in, got, sizeof got, &len, &fault));
    assert_int_equal(len, 0);
    faulty_fail(FAULTY_READ, 1, EIO);
    assert_fails(file_read_next(&in, got, sizeof got, &len, &fault), E_IO);
    assert_string_equal(fault.text, "cannot read pipe: Input/output error");
    close(ends[0]);
    assert_string_equal(file_standard_input().path, "standard input");
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_written_is_read_whatever_the_kernel_moves_at_a_time),
        WITH_FOLDER(only_the_owner_may_read_and_no_child_inherits),
        WITH_FOLDER(the_flags_decide_what_may_exist),
        WITH_FOLDER(names_stay_within_their_folder),
        WITH_FOLDER(a_failed_sync_is_final_and_never_repeated),
        WITH_FOLDER(a_full_device_is_told_apart_from_a_broken_one),
        WITH_FOLDER(a_real_limit_of_the_file_size_is_full),
        WITH_FOLDER(offsets_beyond_what_a_file_can_hold_are_refused),
        WITH_FOLDER(reserved_space_reads_as_zero_and_keeps_what_was_there),
        WITH_FOLDER(a_map_shows_the_whole_file),
        WITH_FOLDER(load_takes_whole_files_up_to_its_limit),
        WITH_FOLDER(load_survives_every_failed_allocation),
        WITH_FOLDER(a_pipe_is_read_as_it_comes),
    };
    return cmocka_run_group_tests_name("os/file", tests, NULL, NULL);
}
