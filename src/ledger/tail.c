/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/tail.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/segment.h"
#include "base/banned.h"

enum {
    CHUNK_BYTES = 64 * 1024,
    OVERLAP_BYTES = BATCH_MAGIC_BYTES - 1, /* so that no magic falls between two chunks */
    PARSED_BYTES_MAX = 1 << 30,
};

struct search {
    const struct store *store; /* borrowed */
    int file;
    uint64_t next_index;
    uint64_t parsed_bytes;
    struct tail tail;
};

/* Whether a whole batch stands at offset that can follow the one that is missing. */
static status try_batch(struct search *s, uint64_t offset, struct fault *f)
{
    const struct store_ops *ops = s->store->ops;
    uint8_t head_bytes[BATCH_HEAD_BYTES];
    struct batch_head head = {};
    struct batch_frame frame = {};
    size_t len = 0;
    TRY(ops->read(s->store->self, s->file, offset, head_bytes, sizeof head_bytes, &len, f));
    if (batch_head_parse((slice){ head_bytes, len }, &head).code != E_OK) return OK;
    if (head.first_index <= s->next_index) return OK;
    uint8_t *bytes = malloc((size_t)head.frame_bytes);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    const status read =
        ops->read(s->store->self, s->file, offset, bytes, (size_t)head.frame_bytes, &len, f);
    s->parsed_bytes += head.frame_bytes;
    const bool whole =
        read.code == E_OK && (s->parsed_bytes > PARSED_BYTES_MAX ||
                              batch_frame_parse((slice){ bytes, len }, &frame).code == E_OK);
    free(bytes);
    if (!whole) return read;
    s->tail.batch_follows = true;
    s->tail.batch_at = offset;
    return OK;
}

/* One chunk that begins at offset of the file. */
static status take_chunk(struct search *s, uint64_t offset, slice chunk, struct fault *f)
{
    for (size_t i = 0; s->tail.zero && i < chunk.len; i++)
        s->tail.zero = chunk.at[i] == 0;
    if (s->tail.zero) return OK;
    const slice magic = batch_magic_slice();
    size_t at = 0;
    while (!s->tail.batch_follows) {
        const uint8_t *found = memmem(chunk.at + at, chunk.len - at, magic.at, magic.len);
        if (found == NULL) return OK;
        const size_t place = (size_t)(found - chunk.at);
        TRY(try_batch(s, offset + place, f));
        at = place + 1;
    }
    return OK;
}

status tail_examine(const struct store *store, int file, uint64_t offset, uint64_t next_index,
                    struct tail *ret_tail, struct fault *f)
{
    struct search s = { store, file, next_index, 0, { .zero = true } };
    uint8_t *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status result = OK;
    size_t len = CHUNK_BYTES;
    while (result.code == E_OK && len == CHUNK_BYTES && !s.tail.batch_follows) {
        result = store->ops->read(store->self, file, offset, chunk, CHUNK_BYTES, &len, f);
        if (result.code == E_OK) result = take_chunk(&s, offset, (slice){ chunk, len }, f);
        offset += CHUNK_BYTES - OVERLAP_BYTES;
    }
    free(chunk);
    if (result.code == E_OK) *ret_tail = s.tail;
    return result;
}
