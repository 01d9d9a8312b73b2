/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * secret: memory for keys. Never swapped out, never in a core dump, empty in a forked child,
 * between two pages that cannot be touched, wiped when it is given back.
 */
enum { SECRET_BYTES_MAX = 1 << 20 };

struct secret {
    uint8_t *bytes; /* zeroed at first; ends at the guard page behind it, up to alignment of 16 */
    size_t len;
    void *mapping; /* with both guard pages */
    bool locked;   /* false where RLIMIT_MEMLOCK did not allow it: candor doctor says so */
};

/* mmap(PROT_NONE), mprotect, mlock, madvise(DONTDUMP, WIPEONFORK). E_LIMIT for 0 and above
 * SECRET_BYTES_MAX; E_NOMEM. That mlock is refused is no failure, but reported in `locked`. */
status secret_new(size_t len, struct secret *ret_secret, struct fault *f);
/* explicit_bzero, munmap. Allowed on a zeroed struct. */
void secret_free(struct secret *secret);
