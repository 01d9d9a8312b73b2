/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * shared: memory of a fixed size that two processes see, for batches. Its size is sealed, so that
 * the other side cannot make a read crash by cutting it. The other side can change the contents at
 * any moment: copy out, then validate the copy; never validate in place.
 */
enum { SHARED_BYTES_MAX = 256 << 20 };

struct shared {
    int fd;         /* close-on-exec; handed to a child by process_start */
    uint8_t *bytes; /* the mapping */
    size_t len;
};

/* memfd_create, ftruncate, fcntl(F_ADD_SEALS: SHRINK, GROW, SEAL), mmap. Zeroed. len is above 0 and
 * at most SHARED_BYTES_MAX (E_LIMIT). E_NOMEM. */
status shared_new(size_t len, struct shared *ret_shared, struct fault *f);
/* fcntl(F_GET_SEALS), fstat, mmap of an inherited descriptor. E_VALUE if it is no memory of exactly
 * len bytes with those seals; the descriptor stays the caller's then. */
status shared_open(int fd, size_t len, bool writable, struct shared *ret_shared, struct fault *f);
/* munmap, close. Allowed on a zeroed struct. */
void shared_done(struct shared *shared);
/* Copies [offset, offset + len) out. E_LIMIT if that is not within the memory. */
status shared_copy(const struct shared *shared, uint64_t offset, uint64_t len, uint8_t *ret_bytes);
