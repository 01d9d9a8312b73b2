/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "base/bytes.h"
#include "base/sha256_constants.h"
#include "base/sha256_kernel.h"
#include "base/banned.h"

/* Asking the processor costs microseconds, so it is asked once, before main; read-only from then
 * on. */
static const struct sha256_kernel *chosen = &sha256_portable;

__attribute__((constructor)) static void choose(void)
{
    const struct sha256_kernel *x86 = sha256_x86();
    if (x86 != NULL) chosen = x86;
}

const struct sha256_kernel *sha256_chosen(void)
{
    return chosen;
}

void sha256_state_put(const uint32_t state[8], uint8_t *ret_hash)
{
    for (size_t i = 0; i < 8; i++)
        put_u32(ret_hash + 4 * i, state[i]);
}

void sha256_init(struct sha256 *s)
{
    *s = (struct sha256){};
    bytes_copy(s->state, sizeof s->state,
               (slice){ (const uint8_t *)sha256_initial_state, sizeof sha256_initial_state });
}

static void update(const struct sha256_kernel *kernel, struct sha256 *s, slice bytes)
{
    const size_t used = s->len % SHA256_BLOCK_BYTES;
    s->len += bytes.len;
    if (used > 0) {
        const size_t room = SHA256_BLOCK_BYTES - used;
        const size_t len = bytes.len < room ? bytes.len : room;
        bytes_copy(s->block + used, room, (slice){ bytes.at, len });
        bytes = slice_from(bytes, len);
        if (used + len < SHA256_BLOCK_BYTES) return;
        kernel->one(s->state, s->block, 1);
    }
    const size_t blocks = bytes.len / SHA256_BLOCK_BYTES;
    if (blocks > 0) kernel->one(s->state, bytes.at, blocks);
    bytes_copy(s->block, sizeof s->block, slice_from(bytes, blocks * SHA256_BLOCK_BYTES));
}

static void final(const struct sha256_kernel *kernel, struct sha256 *s, hash *ret_hash)
{
    static const uint8_t padding[SHA256_BLOCK_BYTES] = { 0x80 };
    uint8_t bits[8];
    put_u64(bits, s->len * 8);
    const size_t used = s->len % SHA256_BLOCK_BYTES;
    update(kernel, s, (slice){ padding, used < 56 ? 56 - used : 120 - used });
    update(kernel, s, (slice){ bits, sizeof bits });
    sha256_state_put(s->state, ret_hash->bytes);
}

void sha256_update(struct sha256 *s, slice bytes)
{
    update(chosen, s, bytes);
}

void sha256_final(struct sha256 *s, hash *ret_hash)
{
    final(chosen, s, ret_hash);
}

hash sha256_with(const struct sha256_kernel *kernel, slice message)
{
    struct sha256 s;
    hash h;
    sha256_init(&s);
    update(kernel, &s, message);
    final(kernel, &s, &h);
    return h;
}

hash sha256(slice message)
{
    return sha256_with(chosen, message);
}

void sha256_job_alone(const struct sha256_kernel *kernel, const struct sha256_job *job)
{
    struct sha256 s;
    sha256_init(&s);
    update(kernel, &s, job->prefix);
    update(kernel, &s, job->message);
    final(kernel, &s, job->ret);
}

void sha256_padded(const uint8_t *const *messages, size_t blocks, size_t count,
                   uint8_t *const *rets)
{
    chosen->padded(messages, blocks, count, rets);
}
