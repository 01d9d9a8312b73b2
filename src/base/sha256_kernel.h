/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"

/*
 * sha256_kernel: the compression function in the versions that this program has. sha256.h is the
 * interface for everybody; this one is for sha256.c, the kernels themselves and their tests.
 */
enum { SHA256_LANES = 4 };

struct sha256_kernel {
    const char *name;
    /* Takes blocks * 64 bytes into the state. */
    void (*one)(uint32_t state[8], const uint8_t *data, size_t blocks);
    /* The same for 1 to SHA256_LANES independent messages. */
    void (*side)(uint32_t (*states)[8], const uint8_t *const *data, size_t count, size_t blocks);
    /* As sha256_padded. */
    void (*padded)(const uint8_t *const *messages, size_t blocks, size_t count,
                   uint8_t *const *rets);
};

/* In portable C: always there. */
extern const struct sha256_kernel sha256_portable;
/* With the SHA instructions of x86: NULL where compiler or processor has none. */
const struct sha256_kernel *sha256_x86(void);

/* The kernel that sha256.h uses: the best that this processor can run. */
const struct sha256_kernel *sha256_chosen(void);
/* sha256 and sha256_many with a kernel of the caller's choice. */
hash sha256_with(const struct sha256_kernel *kernel, slice message);
void sha256_many_with(const struct sha256_kernel *kernel, const struct sha256_job *jobs,
                      size_t count);

/* The hash that a state is, SHA256_BYTES. */
void sha256_state_put(const uint32_t state[8], uint8_t *ret_hash);
/* One job on its own. */
void sha256_job_alone(const struct sha256_kernel *kernel, const struct sha256_job *job);
