/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "base/bytes.h"
#include "base/sha256_kernel.h"
#include "base/banned.h"

/*
 * Many messages at once are gathered by their number of blocks, and each time four of a kind are
 * together they go through the kernel side by side. Budget on a 2.6 GHz Zen 4 (SHA instructions):
 * 40 ns for a block on its own, 24 ns for one of four, 12 ns to gather a message.
 */
enum {
    GATHERED_BLOCKS_MAX = 4, /* longer messages are hashed alone */
    PADDING_BYTES_MIN = 9,   /* FIPS 180-4 section 5.1.1: one bit and a length of 8 bytes */
};

/* FIPS 180-4 section 5.3.3. */
static const uint32_t initial_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

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

static void state_init(uint32_t state[8])
{
    bytes_copy(state, sizeof initial_state,
               (slice){ (const uint8_t *)initial_state, sizeof initial_state });
}

static void state_put(const uint32_t state[8], hash *ret_hash)
{
    for (size_t i = 0; i < 8; i++)
        put_u32(ret_hash->bytes + 4 * i, state[i]);
}

void sha256_init(struct sha256 *s)
{
    *s = (struct sha256){};
    state_init(s->state);
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
    state_put(s->state, ret_hash);
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

/* Up to four messages of the same number of blocks, padded. */
struct gather {
    uint8_t data[SHA256_LANES][GATHERED_BLOCKS_MAX * SHA256_BLOCK_BYTES];
    hash *rets[SHA256_LANES];
    size_t count;
};

static void gather_add(struct gather *g, const struct sha256_job *job, size_t blocks)
{
    uint8_t *at = g->data[g->count];
    const size_t len = job->prefix.len + job->message.len;
    for (size_t i = 0; i < blocks; i++) { /* whole blocks of a known size need no call */
        __builtin_memset(at + i * SHA256_BLOCK_BYTES, 0, SHA256_BLOCK_BYTES);
    }
    if (job->prefix.len == 1) {
        at[0] = job->prefix.at[0];
    } else {
        bytes_copy(at, len, job->prefix);
    }
    bytes_copy(at + job->prefix.len, job->message.len, job->message);
    at[len] = 0x80;
    put_u64(at + blocks * SHA256_BLOCK_BYTES - 8, (uint64_t)len * 8);
    g->rets[g->count++] = job->ret;
}

static void gather_run(const struct sha256_kernel *kernel, struct gather *g, size_t blocks)
{
    uint32_t states[SHA256_LANES][8];
    const uint8_t *data[SHA256_LANES];
    if (g->count == 0) return;
    for (size_t i = 0; i < SHA256_LANES; i++) {
        state_init(states[i]);
        data[i] = g->data[i < g->count ? i : 0]; /* an idle lane repeats the first */
    }
    if (g->count == 1) {
        kernel->one(states[0], data[0], blocks);
    } else {
        kernel->four(states, data, blocks);
    }
    for (size_t i = 0; i < g->count; i++)
        state_put(states[i], g->rets[i]);
    g->count = 0;
}

static void run_alone(const struct sha256_kernel *kernel, const struct sha256_job *job)
{
    struct sha256 s;
    sha256_init(&s);
    update(kernel, &s, job->prefix);
    update(kernel, &s, job->message);
    final(kernel, &s, job->ret);
}

void sha256_many_with(const struct sha256_kernel *kernel, const struct sha256_job *jobs,
                      size_t count)
{
    __attribute__((uninitialized)) struct gather gathers[GATHERED_BLOCKS_MAX]; /* 4 KiB */
    const size_t len_max = GATHERED_BLOCKS_MAX * SHA256_BLOCK_BYTES - PADDING_BYTES_MIN;
    for (size_t i = 0; i < GATHERED_BLOCKS_MAX; i++)
        gathers[i].count = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].prefix.len > len_max || jobs[i].message.len > len_max - jobs[i].prefix.len) {
            run_alone(kernel, &jobs[i]);
            continue;
        }
        const size_t len = jobs[i].prefix.len + jobs[i].message.len;
        const size_t blocks = (len + PADDING_BYTES_MIN - 1) / SHA256_BLOCK_BYTES + 1;
        struct gather *g = &gathers[blocks - 1];
        gather_add(g, &jobs[i], blocks);
        if (g->count == SHA256_LANES) gather_run(kernel, g, blocks);
    }
    for (size_t i = 0; i < GATHERED_BLOCKS_MAX; i++)
        gather_run(kernel, &gathers[i], i + 1);
}

void sha256_many(const struct sha256_job *jobs, size_t count)
{
    sha256_many_with(chosen, jobs, count);
}

static void padded_four(const struct sha256_kernel *kernel, const uint8_t *const *messages,
                        size_t blocks, size_t count, uint8_t *const *rets)
{
    __attribute__((uninitialized)) uint32_t states[SHA256_LANES][8];
    const uint8_t *data[SHA256_LANES];
    for (size_t i = 0; i < SHA256_LANES; i++) {
        state_init(states[i]);
        data[i] = messages[i < count ? i : 0]; /* an idle lane repeats the first */
    }
    if (count == 1) {
        kernel->one(states[0], data[0], blocks);
    } else {
        kernel->four(states, data, blocks);
    }
    for (size_t i = 0; i < count; i++)
        state_put(states[i], (hash *)(void *)rets[i]);
}

void sha256_padded(const uint8_t *const *messages, size_t blocks, size_t count,
                   uint8_t *const *rets)
{
    for (size_t at = 0; at < count; at += SHA256_LANES) {
        const size_t left = count - at;
        padded_four(chosen, messages + at, blocks, left < SHA256_LANES ? left : SHA256_LANES,
                    rets + at);
    }
}
