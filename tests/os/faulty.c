/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/os/faulty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

static const char *const names[FAULTY_CALLS] = {
    [FAULTY_OPENAT] = "openat",       [FAULTY_READ] = "read",
    [FAULTY_PREAD] = "pread",         [FAULTY_PWRITE] = "pwrite",
    [FAULTY_FDATASYNC] = "fdatasync", [FAULTY_FSYNC] = "fsync",
    [FAULTY_FALLOCATE] = "fallocate", [FAULTY_FTRUNCATE] = "ftruncate",
    [FAULTY_RENAMEAT] = "renameat",   [FAULTY_UNLINKAT] = "unlinkat",
    [FAULTY_MKDIRAT] = "mkdirat",     [FAULTY_FLOCK] = "flock",
    [FAULTY_CLOSE] = "close",
};

static struct {
    unsigned countdown;
    int error;
} faults[FAULTY_CALLS];
static size_t moved_max;
static unsigned moves;
static char record[4096];
static size_t record_len;

void faulty_reset(void)
{
    memset(faults, 0, sizeof faults);
    moved_max = 0;
    moves = 0;
    record[0] = '\0';
    record_len = 0;
}

void faulty_fail(enum faulty_call call, unsigned nth, int error)
{
    faults[call].countdown = nth;
    faults[call].error = error;
}

void faulty_short(size_t bytes_max)
{
    moved_max = bytes_max;
}

const char *faulty_record(void)
{
    return record;
}

/* Notes the call; whether it fails, with errno set. */
static bool fails(enum faulty_call call)
{
    const size_t len = strlen(names[call]);
    if (record_len + len + 2 < sizeof record) {
        if (record_len != 0) record[record_len++] = ' ';
        memcpy(record + record_len, names[call], len + 1);
        record_len += len;
    }
    if (faults[call].countdown == 0 || --faults[call].countdown != 0) return false;
    errno = faults[call].error;
    return true;
}

static bool fails_moving(enum faulty_call call, size_t *len)
{
    if (fails(call)) return true;
    if (moved_max == 0) return false;
    if (*len > moved_max) *len = moved_max;
    if (moves++ % 2 == 1) return false;
    errno = EINTR;
    return true;
}

int __real_openat64(int dir, const char *name, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return fails(FAULTY_OPENAT) ? -1 : __real_openat64(dir, name, flags, mode);
}

ssize_t __real_read(int fd, void *at, size_t len);
ssize_t __wrap_read(int fd, void *at, size_t len);
ssize_t __wrap_read(int fd, void *at, size_t len)
{
    return fails_moving(FAULTY_READ, &len) ? -1 : __real_read(fd, at, len);
}

ssize_t __real_pread64(int fd, void *at, size_t len, off_t offset);
ssize_t __wrap_pread64(int fd, void *at, size_t len, off_t offset);
ssize_t __wrap_pread64(int fd, void *at, size_t len, off_t offset)
{
    return fails_moving(FAULTY_PREAD, &len) ? -1 : __real_pread64(fd, at, len, offset);
}

ssize_t __real_pwrite64(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t offset)
{
    return fails_moving(FAULTY_PWRITE, &len) ? -1 : __real_pwrite64(fd, at, len, offset);
}

/* A call whose arguments are passed on as they are. */
#define PASS(call, name, arguments, given)                                                         \
    int __real_##name arguments;                                                                   \
    int __wrap_##name arguments;                                                                   \
    int __wrap_##name arguments                                                                    \
    {                                                                                              \
        return fails(call) ? -1 : __real_##name given;                                             \
    }

PASS(FAULTY_FDATASYNC, fdatasync, (int fd), (fd))
PASS(FAULTY_FSYNC, fsync, (int fd), (fd))
PASS(FAULTY_FALLOCATE, fallocate64, (int fd, int mode, off_t from, off_t len),
     (fd, mode, from, len))
PASS(FAULTY_FTRUNCATE, ftruncate64, (int fd, off_t size), (fd, size))
PASS(FAULTY_RENAMEAT, renameat, (int d, const char *from, int e, const char *to), (d, from, e, to))
PASS(FAULTY_UNLINKAT, unlinkat, (int dir, const char *name, int flags), (dir, name, flags))
PASS(FAULTY_MKDIRAT, mkdirat, (int dir, const char *name, mode_t mode), (dir, name, mode))
PASS(FAULTY_FLOCK, flock, (int fd, int how), (fd, how))
PASS(FAULTY_CLOSE, close, (int fd), (fd))
