/* SPDX-License-Identifier: Apache-2.0 */
#include "os/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/num.h"
#include "os/failed.h"
#include "os/name.h"
#include "base/banned.h"

enum {
    DIR_MODE = 0700,
    FILE_MODE = 0600,
    PID_TEXT_BYTES = 32,
};

/* The names of one folder, in the order the kernel gives them; memory is the arena's. */
struct names {
    struct arena arena;
    struct name {
        struct name *next;
        const char *text;
    } * first;
    size_t count;
};

status dir_open(const struct file *parent, const char *name, struct file *ret_dir, struct fault *f)
{
    return name_open(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, ret_dir, f);
}

/* Checks the name, and turns the result of a call on it into a status. */
static status named(int result, const struct file *dir, const char *verb, const char *name,
                    struct fault *f)
{
    if (result == 0) return OK;
    const int error = errno;
    char path[FILE_NAME_MAX + 1];
    name_path(dir, name, path);
    return failed_os(f, error, verb, path);
}

status dir_make(const struct file *dir, const char *name, struct fault *f)
{
    TRY(name_check(dir, name, f));
    const int result = mkdirat(name_dir_fd(dir), name, DIR_MODE);
    if (result != 0 && errno == EEXIST) {
        struct stat about = { 0 };
        if (fstatat(name_dir_fd(dir), name, &about, 0) == 0 && S_ISDIR(about.st_mode)) return OK;
        errno = EEXIST;
    }
    return named(result, dir, "make folder", name, f);
}

static status sync_open(const struct file *dir, struct fault *f)
{
    if (fsync(dir->fd) == 0) return OK;
    return failed_as(f, E_FSYNC, errno, "make durable", dir->path);
}

status dir_sync(const struct file *dir, const char *name, struct fault *f)
{
    if (name[0] == '\0') return sync_open(dir, f);
    struct file below = { .fd = -1 };
    const status opened = dir_open(dir, name, &below, f);
    if (opened.code != E_OK) return FAIL_AT(E_FSYNC, opened.detail); /* the caller relied on it */
    const status s = sync_open(&below, f);
    file_close(&below);
    return s;
}

status dir_rename(const struct file *dir, const char *from, const char *to, struct fault *f)
{
    TRY(name_check(dir, from, f));
    TRY(name_check(dir, to, f));
    return named(renameat(name_dir_fd(dir), from, name_dir_fd(dir), to), dir, "rename", from, f);
}

status dir_remove(const struct file *dir, const char *name, struct fault *f)
{
    TRY(name_check(dir, name, f));
    return named(unlinkat(name_dir_fd(dir), name, 0), dir, "remove", name, f);
}

/* Steps 1 and 2 of dir_replace. */
static status write_new(const struct file *dir, const char *name, slice bytes, struct fault *f)
{
    struct file file = { .fd = -1 };
    TRY(name_open(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE, &file, f));
    status s = file_write(&file, 0, bytes, f);
    if (s.code == E_OK && fsync(file.fd) != 0) {
        s = failed_as(f, E_FSYNC, errno, "make durable", file.path);
    }
    file_close(&file);
    return s;
}

status dir_replace(const struct file *dir, const char *name, slice bytes, struct fault *f)
{
    char fresh[FILE_NAME_MAX + 1];
    const int len = snprintf(fresh, sizeof fresh, ".%s.new", name);
    if (strchr(name, '/') != NULL || len < 0 || len > FILE_NAME_MAX) {
        return fault_set(f, FAIL(E_VALUE), "\"%.80s\" is no name for a file in %s", name,
                         dir->path);
    }
    TRY(write_new(dir, fresh, bytes, f));
    TRY(dir_rename(dir, fresh, name, f));
    return sync_open(dir, f);
}

static bool is_file(const struct dirent *entry, int fd)
{
    if (entry->d_name[0] == '.') return false;
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK) return entry->d_type == DT_REG;
    struct stat about = { 0 };
    return fstatat(fd, entry->d_name, &about, 0) == 0 && S_ISREG(about.st_mode);
}

static status collect(DIR *folder, const char *path, struct names *names, struct fault *f)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL && errno != 0) return failed_os(f, errno, "list", path);
        if (entry == NULL) return OK;
        if (!is_file(entry, dirfd(folder))) continue;
        struct name *name = arena_take(&names->arena, sizeof *name);
        const slice text = arena_copy(&names->arena, slice_text(entry->d_name));
        if (name == NULL || text.at == NULL) {
            return fault_set(f, FAIL(E_LIMIT), "cannot list %s: too many names for memory", path);
        }
        *name = (struct name){ .next = names->first, .text = (const char *)text.at };
        names->first = name;
        names->count++;
    }
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static status each_sorted(struct names *names, status (*each)(void *, const char *), void *with,
                          struct fault *f)
{
    if (names->count == 0) return OK;
    const char **sorted = arena_array(&names->arena, names->count, sizeof *sorted);
    if (sorted == NULL) return fault_set(f, FAIL(E_LIMIT), "too many files in one folder");
    size_t count = 0;
    for (const struct name *name = names->first; name != NULL; name = name->next) {
        sorted[count++] = name->text;
    }
    qsort(sorted, count, sizeof *sorted, by_bytes);
    for (size_t i = 0; i < count; i++)
        TRY(each(with, sorted[i]));
    return OK;
}

status dir_list(const struct file *dir, const char *name,
                status (*each)(void *with, const char *file_name), void *with, struct fault *f)
{
    struct file copy = { .fd = -1 }; /* a fresh descriptor: its position starts at the first name */
    TRY(name_open(dir, name[0] == '\0' ? "." : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, &copy,
                  f));
    DIR *folder = fdopendir(copy.fd);
    if (folder == NULL) {
        const status s = failed_os(f, errno, "list", copy.path);
        file_close(&copy);
        return s;
    }
    struct names names = { .arena = arena_of(DIR_NAMES_BYTES_MAX) };
    status s = collect(folder, copy.path, &names, f);
    closedir(folder);
    if (s.code == E_OK) s = each_sorted(&names, each, with, f);
    arena_done(&names.arena);
    return s;
}

static status locked_by_other(const struct file *lock, struct fault *f)
{
    uint8_t text[PID_TEXT_BYTES];
    size_t len = 0;
    uint64_t pid = 0;
    struct fault unread = { "" };
    const status read = file_read(lock, 0, text, sizeof text, &len, &unread);
    if (read.code == E_OK && len > 1 &&
        num_parse_u64((slice){ text, len - 1 }, &pid).code == E_OK) {
        return fault_set(f, FAIL(E_BUSY), "%s is held by process %llu", lock->path,
                         (unsigned long long)pid);
    }
    return fault_set(f, FAIL(E_BUSY), "%s is held by another process", lock->path);
}

static status write_pid(const struct file *lock, struct fault *f)
{
    char text[PID_TEXT_BYTES];
    snprintf(text, sizeof text, "%ld\n", (long)getpid());
    TRY(file_truncate(lock, 0, f));
    return file_write(lock, 0, slice_text(text), f);
}

status dir_lock(const struct file *dir, const char *name, struct file *ret_lock, struct fault *f)
{
    struct file lock = { .fd = -1 };
    TRY(name_open(dir, name, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE, &lock, f));
    status s = OK;
    if (flock(lock.fd, LOCK_EX | LOCK_NB) != 0) {
        s = errno == EWOULDBLOCK ? locked_by_other(&lock, f)
                                 : failed_os(f, errno, "lock", lock.path);
    }
    if (s.code != E_OK) {
        file_close(&lock);
        return s;
    }
    struct fault unsaid = { "" };
    ignore(write_pid(&lock, &unsaid),
           "the number is for people; a full disk must not stop a start");
    *ret_lock = lock;
    return OK;
}

status dir_space(const struct file *dir, uint64_t *ret_free, uint64_t *ret_whole, struct fault *f)
{
    struct statvfs about = { 0 };
    if (fstatvfs(dir->fd, &about) != 0) return failed_os(f, errno, "examine", dir->path);
    *ret_free = (uint64_t)about.f_bavail * about.f_frsize;
    *ret_whole = (uint64_t)about.f_blocks * about.f_frsize;
    return OK;
}
