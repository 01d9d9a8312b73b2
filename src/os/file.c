/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "os/failed.h"
#include "os/name.h"
#include "base/banned.h"

enum {
    FILE_MODE = 0600,
    LOAD_STEP_BYTES = 64 * 1024, /* file_load grows by doubling from here */
};

status file_open(const struct file *dir, const char *name, unsigned flags, struct file *ret_file,
                 struct fault *f)
{
    int how = O_CLOEXEC | O_NOCTTY | ((flags & FILE_WRITE) != 0 ? O_RDWR : O_RDONLY);
    if ((flags & (FILE_CREATE | FILE_FRESH)) != 0) how |= O_CREAT;
    if ((flags & FILE_FRESH) != 0) how |= O_EXCL;
    return name_open(dir, name, how, FILE_MODE, ret_file, f);
}

struct file file_standard_input(void)
{
    return (struct file){ .fd = STDIN_FILENO, .path = "standard input" };
}

void file_close(struct file *file)
{
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
}

status file_identify(const struct file *file, struct file_identity *ret_identity, struct fault *f)
{
    struct stat about = { 0 };
    if (fstat(file->fd, &about) != 0) return failed_os(f, errno, "look at", file->path);
    *ret_identity = name_identity(&about);
    return OK;
}

status file_look(const struct file *dir, const char *name, struct file_identity *ret_identity,
                 struct fault *f)
{
    struct stat about = { 0 };
    TRY(name_check(dir, name, f));
    if (fstatat(name_dir_fd(dir), name, &about, 0) != 0) {
        char path[FILE_NAME_MAX + 1];
        name_path(dir, name, path);
        return failed_os(f, errno, "look at", path);
    }
    *ret_identity = name_identity(&about);
    return OK;
}

static bool range_fits(uint64_t offset, uint64_t len)
{
    return len <= INT64_MAX && offset <= (uint64_t)INT64_MAX - len;
}

status file_read(const struct file *file, uint64_t offset, uint8_t *ret_bytes, size_t len,
                 size_t *ret_len, struct fault *f)
{
    if (!range_fits(offset, len)) return failed_os(f, EINVAL, "read", file->path);
    size_t done = 0;
    while (done < len) {
        const ssize_t got = pread(file->fd, ret_bytes + done, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed_os(f, errno, "read", file->path);
        if (got == 0) break;
        done += (size_t)got;
    }
    *ret_len = done;
    return OK;
}

status file_read_next(const struct file *file, uint8_t *ret_bytes, size_t len, size_t *ret_len,
                      struct fault *f)
{
    return file_read_unless(file, NULL, ret_bytes, len, ret_len, f);
}

status file_read_unless(const struct file *file, const _Atomic int *stop, uint8_t *ret_bytes,
                        size_t len, size_t *ret_len, struct fault *f)
{
    for (;;) {
        if (stop != NULL && *stop != 0) return fault_set(f, FAIL(E_CANCELLED), "interrupted");
        const ssize_t got = read(file->fd, ret_bytes, len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed_os(f, errno, "read", file->path);
        *ret_len = (size_t)got;
        return OK;
    }
}

status file_write(const struct file *file, uint64_t offset, slice bytes, struct fault *f)
{
    if (!range_fits(offset, bytes.len)) return failed_os(f, EFBIG, "write", file->path);
    for (size_t done = 0; done < bytes.len;) {
        const ssize_t put =
            pwrite(file->fd, bytes.at + done, bytes.len - done, (off_t)(offset + done));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed_os(f, errno, "write", file->path);
        if (put == 0) return failed_os(f, EIO, "write", file->path); /* would never end */
        done += (size_t)put;
    }
    return OK;
}

status file_sync(const struct file *file, struct fault *f)
{
    if (fdatasync(file->fd) == 0) return OK;
    return failed_as(f, E_FSYNC, errno, "make durable", file->path);
}

status file_size(const struct file *file, uint64_t *ret_size, struct fault *f)
{
    struct stat about = { 0 };
    if (fstat(file->fd, &about) != 0) return failed_os(f, errno, "examine", file->path);
    *ret_size = (uint64_t)about.st_size;
    return OK;
}

status file_reserve(const struct file *file, uint64_t offset, uint64_t len, struct fault *f)
{
    if (!range_fits(offset, len)) return failed_os(f, EFBIG, "reserve space in", file->path);
    if (len == 0) return OK;
    while (fallocate(file->fd, 0, (off_t)offset, (off_t)len) != 0) {
        if (errno != EINTR) return failed_os(f, errno, "reserve space in", file->path);
    }
    return OK;
}

status file_truncate(const struct file *file, uint64_t size, struct fault *f)
{
    if (!range_fits(size, 0)) return failed_os(f, EFBIG, "resize", file->path);
    while (ftruncate(file->fd, (off_t)size) != 0) {
        if (errno != EINTR) return failed_os(f, errno, "resize", file->path);
    }
    return OK;
}

status file_drop_cache(const struct file *file, struct fault *f)
{
    const int error = posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
    return error == 0 ? OK : failed_os(f, error, "drop the page cache of", file->path);
}

status file_map(const struct file *file, slice *ret_bytes, struct fault *f)
{
    uint64_t size = 0;
    TRY(file_size(file, &size, f));
    if (size == 0) {
        *ret_bytes = slice_none();
        return OK;
    }
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, file->fd, 0);
    if (at == MAP_FAILED) return failed_os(f, errno, "map", file->path);
    *ret_bytes = (slice){ at, size };
    return OK;
}

void file_unmap(slice bytes)
{
    if (bytes.len != 0) munmap((void *)(uintptr_t)bytes.at, bytes.len);
}

/* Reads on to the end. One byte of room is kept for the NUL. *bytes is the caller's, also on
 * failure. */
static status load_rest(const struct file *file, size_t len_max, uint8_t **bytes, size_t *len,
                        struct fault *f)
{
    size_t cap = 0;
    for (;;) {
        if (cap - *len < 2) {
            cap = cap == 0 ? LOAD_STEP_BYTES : cap * 2;
            uint8_t *larger = realloc(*bytes, cap);
            if (larger == NULL) return failed_os(f, ENOMEM, "read", file->path);
            *bytes = larger;
        }
        size_t got = 0;
        TRY(file_read_next(file, *bytes + *len, cap - *len - 1, &got, f));
        *len += got;
        if (*len > len_max) {
            return fault_set(f, FAIL(E_LIMIT), "%s is larger than %zu bytes", file->path, len_max);
        }
        if (got == 0) return OK;
    }
}

status file_load(const struct file *dir, const char *name, size_t len_max, uint8_t **ret_bytes,
                 size_t *ret_len, struct fault *f)
{
    if (len_max > SIZE_MAX / 4) return failed_os(f, EFBIG, "read", name);
    struct file file = file_standard_input();
    const bool is_input = dir == NULL && strcmp(name, "-") == 0;
    if (!is_input) TRY(file_open(dir, name, FILE_READ, &file, f));
    uint8_t *bytes = NULL;
    size_t len = 0;
    const status s = load_rest(&file, len_max, &bytes, &len, f);
    if (!is_input) file_close(&file);
    if (s.code != E_OK) {
        free(bytes);
        return s;
    }
    assert(bytes != NULL); /* load_rest makes room for the NUL even of an empty file */
    bytes[len] = '\0';
    *ret_bytes = bytes;
    *ret_len = len;
    return OK;
}
