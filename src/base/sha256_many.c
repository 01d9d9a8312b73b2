/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "base/bytes.h"
#include "base/copy.h"
#include "base/sha256_constants.h"
#include "base/sha256_kernel.h"
#include "base/banned.h"

/*
 * Many messages at once. Short ones are gathered by their number of blocks, laid out with their
 * padding; each time SHA256_LANES of a kind are together they go through the kernel side by side.
 * Long ones are streams: the kernel takes as many blocks as all of them have in one piece, then the
 * pieces move on; a stream that ends makes room for the next message, whatever its length.
 */
enum {
    GATHERED_BLOCKS_MAX = 6, /* longer messages are streams */
    GATHERED_BYTES_MAX = GATHERED_BLOCKS_MAX * SHA256_BLOCK_BYTES,
    LENGTH_BYTES = 8,
    PADDING_BYTES_MIN = 1 + LENGTH_BYTES, /* FIPS 180-4 section 5.1.1: one bit and the length */
};

/* What is left to do of a list of jobs. */
struct jobs {
    const struct sha256_kernel *kernel;
    const struct sha256_job *at;
    const struct sha256_job *end;
};

static bool is_short(const struct sha256_job *job)
{
    const size_t len_max = GATHERED_BYTES_MAX - PADDING_BYTES_MIN;
    return job->prefix.len <= len_max && job->message.len <= len_max - job->prefix.len;
}

static size_t padded_blocks(size_t len)
{
    return (len + PADDING_BYTES_MIN - 1) / SHA256_BLOCK_BYTES + 1;
}

/* Ends a message of message_len bytes of which the last ones, used, stand at the front of room;
 * room has whole blocks for it. Returns how many. */
static size_t pad(uint8_t *room, size_t used, uint64_t message_len)
{
    const size_t blocks = padded_blocks(used);
    const size_t end = blocks * SHA256_BLOCK_BYTES - LENGTH_BYTES;
    room[used] = 0x80;
    __builtin_memset(room + used + 1, 0, end - used - 1);
    put_u64(room + end, message_len * 8);
    return blocks;
}

/* Up to SHA256_LANES messages of the same number of blocks, padded. */
struct gather {
    uint8_t data[SHA256_LANES][GATHERED_BYTES_MAX];
    uint8_t *rets[SHA256_LANES];
    size_t count;
};

static void gather_run(const struct sha256_kernel *kernel, struct gather *g, size_t blocks)
{
    const uint8_t *messages[SHA256_LANES];
    for (size_t i = 0; i < g->count; i++)
        messages[i] = g->data[i];
    kernel->padded(messages, blocks, g->count, g->rets);
    g->count = 0;
}

static void gather_add(const struct sha256_kernel *kernel, struct gather *gathers,
                       const struct sha256_job *job)
{
    const size_t len = job->prefix.len + job->message.len;
    const size_t blocks = padded_blocks(len);
    struct gather *g = &gathers[blocks - 1];
    uint8_t *at = g->data[g->count];
    for (size_t i = 0; i < blocks; i++) /* whole blocks of a known size need no call */
        __builtin_memset(at + i * SHA256_BLOCK_BYTES, 0, SHA256_BLOCK_BYTES);
    if (job->prefix.len == 1) {
        at[0] = job->prefix.at[0];
    } else {
        bytes_copy(at, len, job->prefix);
    }
    if (blocks == 1) {
        bytes_copy_short(at + job->prefix.len, job->message.len, job->message);
    } else {
        bytes_copy(at + job->prefix.len, job->message.len, job->message);
    }
    at[len] = 0x80;
    put_u64(at + blocks * SHA256_BLOCK_BYTES - LENGTH_BYTES, (uint64_t)len * 8);
    g->rets[g->count++] = job->ret->bytes;
    if (g->count == SHA256_LANES) gather_run(kernel, g, blocks);
}

/* A long message on its way: its first block where it has a prefix, the whole blocks as they lie,
 * the rest with its padding. */
struct stream {
    struct piece {
        const uint8_t *at;
        size_t blocks;
    } pieces[3];
    size_t piece; /* the one that is taken */
    uint8_t head[SHA256_BLOCK_BYTES];
    uint8_t tail[2 * SHA256_BLOCK_BYTES];
    hash *ret;
};

static void stream_begin(struct stream *s, const struct sha256_job *job)
{
    const size_t prefix = job->prefix.len;
    const size_t joined = prefix == 0 ? 0 : SHA256_BLOCK_BYTES - prefix;
    bytes_copy(s->head, sizeof s->head, job->prefix);
    bytes_copy(s->head + prefix, sizeof s->head - prefix, (slice){ job->message.at, joined });
    const slice rest = slice_from(job->message, joined);
    const size_t used = rest.len % SHA256_BLOCK_BYTES;
    bytes_copy(s->tail, sizeof s->tail, slice_from(rest, rest.len - used));
    s->pieces[0] = (struct piece){ s->head, prefix > 0 };
    s->pieces[1] = (struct piece){ rest.at, rest.len / SHA256_BLOCK_BYTES };
    s->pieces[2] = (struct piece){ s->tail, pad(s->tail, used, prefix + job->message.len) };
    s->piece = prefix > 0 ? 0 : 1;
    s->ret = job->ret;
}

/* Moves on by so many blocks of the piece; false behind the last. */
static bool stream_go(struct stream *s, size_t blocks)
{
    struct piece *p = &s->pieces[s->piece];
    p->at += blocks * SHA256_BLOCK_BYTES;
    p->blocks -= blocks;
    while (s->piece < COUNT_OF(s->pieces) && s->pieces[s->piece].blocks == 0)
        s->piece++;
    return s->piece < COUNT_OF(s->pieces);
}

/* Streams side by side: the state of active[i] is states[i]. */
struct streams {
    struct stream slots[SHA256_LANES];
    struct stream *active[SHA256_LANES];
    uint32_t states[SHA256_LANES][8];
    size_t count;
};

/* The next long message with a prefix of at most a block, or NULL. */
static const struct sha256_job *next_stream(struct jobs *j)
{
    for (; j->at < j->end; j->at++) {
        if (is_short(j->at)) continue;
        if (j->at->prefix.len <= SHA256_BLOCK_BYTES) return j->at++;
        sha256_job_alone(j->kernel, j->at);
    }
    return NULL;
}

static void streams_fill(struct streams *s, struct jobs *j)
{
    while (s->count < SHA256_LANES) {
        const struct sha256_job *job = next_stream(j);
        if (job == NULL) return;
        bytes_copy(s->states[s->count], sizeof s->states[0],
                   (slice){ (const uint8_t *)sha256_initial_state, sizeof sha256_initial_state });
        stream_begin(s->active[s->count++], job);
    }
}

/* Takes as many blocks as every stream has in one piece. */
static size_t streams_take(struct streams *s, const struct sha256_kernel *kernel)
{
    const uint8_t *data[SHA256_LANES];
    size_t blocks = SIZE_MAX;
    for (size_t i = 0; i < s->count; i++) {
        const struct piece *p = &s->active[i]->pieces[s->active[i]->piece];
        data[i] = p->at;
        if (p->blocks < blocks) blocks = p->blocks;
    }
    kernel->side(s->states, data, s->count, blocks);
    return blocks;
}

static void stream_end(struct streams *s, size_t i)
{
    struct stream *ended = s->active[i];
    sha256_state_put(s->states[i], ended->ret->bytes);
    s->count--;
    s->active[i] = s->active[s->count];
    s->active[s->count] = ended;
    bytes_move(s->states[i], sizeof s->states[0], s->states[s->count], sizeof s->states[0]);
}

static void streams_run(struct jobs j)
{
    __attribute__((uninitialized)) struct streams s;
    s.count = 0;
    for (size_t i = 0; i < SHA256_LANES; i++)
        s.active[i] = &s.slots[i];
    for (;;) {
        streams_fill(&s, &j);
        if (s.count == 0) return;
        const size_t blocks = streams_take(&s, j.kernel);
        for (size_t i = s.count; i-- > 0;) {
            if (!stream_go(s.active[i], blocks)) stream_end(&s, i);
        }
    }
}

void sha256_many_with(const struct sha256_kernel *kernel, const struct sha256_job *jobs,
                      size_t count)
{
    __attribute__((uninitialized)) struct gather gathers[GATHERED_BLOCKS_MAX]; /* 9 KiB */
    bool has_long = false;
    for (size_t i = 0; i < GATHERED_BLOCKS_MAX; i++)
        gathers[i].count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_short(&jobs[i])) {
            gather_add(kernel, gathers, &jobs[i]);
        } else {
            has_long = true;
        }
    }
    for (size_t i = 0; i < GATHERED_BLOCKS_MAX; i++)
        gather_run(kernel, &gathers[i], i + 1);
    if (has_long) streams_run((struct jobs){ kernel, jobs, jobs + count });
}

void sha256_many(const struct sha256_job *jobs, size_t count)
{
    sha256_many_with(sha256_chosen(), jobs, count);
}
