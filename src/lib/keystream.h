/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * keystream: AES in counter mode (FIPS 197; NIST SP 800-38A section 6.5) as a pseudorandom
 * function: block i of a keystream is the cipher's output for the counter block plus i. Nothing is
 * encrypted with it; keys and salts are drawn from it.
 *
 * Many short keystreams under keys of their own are what libcrypto is slowest at (it keeps a
 * context of half a KiB for each key), so the short keys have a kernel with the instructions of
 * x86, chosen at run time; libcrypto does the same everywhere else, and all of the long keys.
 */
enum {
    KEYSTREAM_BLOCK_BYTES = 16,
    KEYSTREAM_SHORT_KEY_BYTES = 16,   /* AES-128 */
    KEYSTREAM_LONG_KEY_BYTES = 32,    /* AES-256 */
    KEYSTREAM_BLOCKS_MAX = 64 * 1024, /* of one keystream: 1 MiB */
};

/* A keystream to be made. */
struct keystream_job {
    const uint8_t *key; /* KEYSTREAM_SHORT_KEY_BYTES */
    uint8_t *ret;       /* blocks * KEYSTREAM_BLOCK_BYTES */
    size_t blocks;      /* at most KEYSTREAM_BLOCKS_MAX */
};

/* The keystreams of all jobs, each from the same counter block on (KEYSTREAM_BLOCK_BYTES), whose
 * last 8 bytes may not wrap on the way. E_NOMEM if libcrypto fails; then every ret is zero. */
status keystream_many(const uint8_t *counter, const struct keystream_job *jobs, size_t count);
/* The same without instructions of the processor's own: what keystream_many is tested against. */
status keystream_many_portable(const uint8_t *counter, const struct keystream_job *jobs,
                               size_t count);
/* A keystream of AES-256; key has KEYSTREAM_LONG_KEY_BYTES. Errors as keystream_many. */
status keystream_long(const uint8_t *key, const uint8_t *counter, size_t blocks, uint8_t *ret);

/* The kernel alone. */
typedef void (*keystream_kernel)(const uint8_t *counter, const struct keystream_job *jobs,
                                 size_t count);
/* With the AES instructions of x86: NULL where compiler or processor has none. */
keystream_kernel keystream_x86(void);
