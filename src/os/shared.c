/* SPDX-License-Identifier: Apache-2.0 */
#include "os/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

static const int wanted_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

static status map(int fd, size_t len, bool writable, struct shared *ret_shared, struct fault *f)
{
    const int access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *at = mmap(NULL, len, access, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) return failed_os(f, errno, "map", "shared memory");
    *ret_shared = (struct shared){ .fd = fd, .bytes = at, .len = len };
    return OK;
}

status shared_new(size_t len, struct shared *ret_shared, struct fault *f)
{
    if (len == 0 || len > SHARED_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "shared memory of %zu bytes is not allowed", len);
    }
    const int fd = memfd_create("candor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return failed_os(f, errno, "make", "shared memory");
    status s = OK;
    if (ftruncate(fd, (off_t)len) != 0 || fcntl(fd, F_ADD_SEALS, wanted_seals) != 0) {
        s = failed_os(f, errno, "size", "shared memory");
    }
    if (s.code == E_OK) s = map(fd, len, true, ret_shared, f);
    if (s.code != E_OK) close(fd);
    return s;
}

status shared_open(int fd, size_t len, bool writable, struct shared *ret_shared, struct fault *f)
{
    const int seals = fcntl(fd, F_GET_SEALS);
    struct stat about = { 0 };
    if (len == 0 || len > SHARED_BYTES_MAX || seals < 0 || (seals & wanted_seals) != wanted_seals ||
        fstat(fd, &about) != 0 || about.st_size != (off_t)len) {
        return fault_set(f, FAIL(E_VALUE), "descriptor %d is no shared memory of %zu bytes", fd,
                         len);
    }
    return map(fd, len, writable, ret_shared, f);
}

void shared_done(struct shared *shared)
{
    if (shared->bytes != NULL) {
        munmap(shared->bytes, shared->len);
        close(shared->fd);
    }
    *shared = (struct shared){ .fd = -1 };
}

status shared_copy(const struct shared *shared, uint64_t offset, uint64_t len, uint8_t *ret_bytes)
{
    if (offset > shared->len || len > shared->len - offset) return FAIL(E_LIMIT);
    bytes_copy(ret_bytes, len, (slice){ shared->bytes + offset, len });
    return OK;
}
