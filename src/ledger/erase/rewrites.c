/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/rewrites.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/block.h"
#include "ledger/group.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "lib/pack.h"
#include "os/failpoint.h"
#include "base/banned.h"

static const char magic[] = "candorBK";

enum {
    NO_FILE = -1,
    VERSION = 1,
    CHECK_BYTES = 8, /* of the header */
    SEALED_BYTES_MAX = BLOCK_PLAIN_BYTES_MAX + 1024,
    FRAME_BYTES_MAX = BLOCK_HEAD_BYTES + SEALED_BYTES_MAX + REWRITES_CHECK_BYTES,
};

struct rewrites {
    const struct store *store; /* borrowed */
    hash origin;
    uint64_t group;
    uint64_t bytes; /* that count, appended ones included; 0 if there is no file */
    int file;
    bool is_writing;
    uint64_t at[GROUP_BLOCKS]; /* where the last rewriting of a block begins; 0 for none */
    uint8_t frame[FRAME_BYTES_MAX];
};

static status corrupt(const struct rewrites *r, uint64_t offset, const char *what, struct fault *f)
{
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %llu: %s", layout_rewrites(r->group).text,
                     (unsigned long long)offset, what);
}

static void header_write(const struct rewrites *r, struct writer *w)
{
    const size_t start = w->len;
    writer_text(w, magic);
    writer_u16(w, VERSION);
    for (int i = 0; i < 6; i++)
        writer_u8(w, 0);
    writer_u64(w, r->group);
    writer_bytes(w, (slice){ r->origin.bytes, sizeof r->origin.bytes });
    assert(w->error == E_OK);
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_bytes(w, (slice){ check.bytes, CHECK_BYTES });
}

static status header_check(struct rewrites *r, struct fault *f)
{
    uint8_t want[REWRITES_HEADER_BYTES];
    uint8_t found[REWRITES_HEADER_BYTES];
    size_t len = 0;
    struct writer w = writer_of(want, sizeof want);
    header_write(r, &w);
    TRY(r->store->ops->read(r->store->self, r->file, 0, found, sizeof found, &len, f));
    if (len == w.len && bytes_equal(found, want, w.len)) return OK;
    return corrupt(r, 0, "not the header of this group's rewritten blocks", f);
}

/* The head of the rewriting at offset, and where it ends. */
static status head_read(struct rewrites *r, uint64_t offset, struct block_head *ret_head,
                        uint64_t *ret_end, struct fault *f)
{
    uint8_t bytes[BLOCK_HEAD_BYTES];
    size_t len = 0;
    TRY(r->store->ops->read(r->store->self, r->file, offset, bytes, sizeof bytes, &len, f));
    struct block_head head = {};
    const status parsed = block_head_parse((slice){ bytes, len }, &head);
    const bool fits = parsed.code == E_OK && head.number / GROUP_BLOCKS == r->group &&
                      head.sealed_bytes <= SEALED_BYTES_MAX;
    if (!fits) return corrupt(r, offset, "not the head of a block of this group", f);
    const uint64_t frame = (uint64_t)BLOCK_HEAD_BYTES + head.sealed_bytes + REWRITES_CHECK_BYTES;
    if (frame > r->bytes - offset) {
        return corrupt(r, offset, "a block that ends behind the bytes that count", f);
    }
    *ret_head = head;
    *ret_end = offset + frame;
    return OK;
}

static status index_make(struct rewrites *r, struct fault *f)
{
    uint64_t size = 0;
    TRY(r->store->ops->size(r->store->self, r->file, &size, f));
    if (size < r->bytes || r->bytes < REWRITES_HEADER_BYTES) {
        return corrupt(r, size, "shorter than the group's keys say", f);
    }
    TRY(header_check(r, f));
    for (uint64_t offset = REWRITES_HEADER_BYTES; offset < r->bytes;) {
        struct block_head head = {};
        uint64_t end = 0;
        TRY(head_read(r, offset, &head, &end, f));
        r->at[head.number % GROUP_BLOCKS] = offset;
        offset = end;
    }
    return OK;
}

status rewrites_open(const struct store *store, hash origin, uint64_t group, uint64_t bytes,
                     struct rewrites **ret_rewrites, struct fault *f)
{
    struct rewrites *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "rewritten blocks: out of memory");
    r->store = store;
    r->origin = origin;
    r->group = group;
    r->bytes = bytes;
    r->file = NO_FILE;
    status s = OK;
    if (bytes > 0) {
        s = store->ops->open(store->self, layout_rewrites(group).text, STORE_READ, &r->file, f);
        if (s.code == E_OK) s = index_make(r, f);
    }
    if (s.code != E_OK) {
        rewrites_free(r);
        return s;
    }
    *ret_rewrites = r;
    return OK;
}

void rewrites_free(struct rewrites *r)
{
    if (r == NULL) return;
    if (r->file != NO_FILE) r->store->ops->close(r->store->self, r->file);
    free(r);
}

bool rewrites_has(const struct rewrites *r, uint64_t block)
{
    return block / GROUP_BLOCKS == r->group && r->at[block % GROUP_BLOCKS] != 0;
}

static status frame_read(struct rewrites *r, uint64_t offset, struct block_head *ret_head,
                         slice *ret_sealed, uint64_t *ret_end, struct fault *f)
{
    size_t len = 0;
    TRY(head_read(r, offset, ret_head, ret_end, f));
    const size_t want = (size_t)(*ret_end - offset);
    TRY(r->store->ops->read(r->store->self, r->file, offset, r->frame, want, &len, f));
    if (len != want) return corrupt(r, offset, "cut off", f);
    const size_t body = want - REWRITES_CHECK_BYTES;
    const hash check = sha256((slice){ r->frame, body });
    if (!bytes_equal(check.bytes, r->frame + body, sizeof check.bytes)) {
        return corrupt(r, offset, "a block whose checksum is wrong", f);
    }
    *ret_sealed = (slice){ r->frame + BLOCK_HEAD_BYTES, body - BLOCK_HEAD_BYTES };
    return OK;
}

status rewrites_read(struct rewrites *r, uint64_t block, struct block_head *ret_head,
                     slice *ret_sealed, struct fault *f)
{
    uint64_t end = 0;
    assert(rewrites_has(r, block));
    return frame_read(r, r->at[block % GROUP_BLOCKS], ret_head, ret_sealed, &end, f);
}

/* Makes the file if nothing counts yet, opens it for writing, cuts off what does not count. */
static status writing_begin(struct rewrites *r, struct fault *f)
{
    const struct store_ops *ops = r->store->ops;
    const struct layout_name name = layout_rewrites(r->group);
    int file = NO_FILE;
    if (r->is_writing) return OK;
    if (r->bytes == 0) {
        uint8_t header[REWRITES_HEADER_BYTES];
        struct writer w = writer_of(header, sizeof header);
        header_write(r, &w);
        failpoint("rewrite-create");
        TRY(store_file_replace(r->store, name.text, writer_slice(&w), f));
        r->bytes = w.len;
    }
    TRY(ops->open(r->store->self, name.text, STORE_WRITE, &file, f));
    if (r->file != NO_FILE) ops->close(r->store->self, r->file);
    r->file = file;
    TRY(ops->truncate(r->store->self, r->file, r->bytes, f));
    r->is_writing = true;
    return OK;
}

status rewrites_append(struct rewrites *r, uint64_t block, slice bytes, struct fault *f)
{
    struct writer w = writer_of(r->frame, sizeof r->frame);
    assert(block / GROUP_BLOCKS == r->group && bytes.len > BLOCK_HEAD_BYTES);
    TRY(writing_begin(r, f));
    writer_bytes(&w, bytes);
    const hash check = sha256(bytes);
    writer_bytes(&w, (slice){ check.bytes, sizeof check.bytes });
    assert(writer_end(&w).code == E_OK);
    failpoint("rewrite-write");
    TRY(r->store->ops->write(r->store->self, r->file, r->bytes, writer_slice(&w), f));
    r->at[block % GROUP_BLOCKS] = r->bytes;
    r->bytes += w.len;
    return OK;
}

status rewrites_sync(struct rewrites *r, struct fault *f)
{
    if (!r->is_writing) return OK;
    failpoint("rewrite-sync");
    return r->store->ops->sync(r->store->self, r->file, f);
}

uint64_t rewrites_bytes(const struct rewrites *r)
{
    return r->bytes;
}

status rewrites_settle(struct rewrites *r, struct fault *f)
{
    const struct store_ops *ops = r->store->ops;
    const struct layout_name name = layout_rewrites(r->group);
    uint64_t size = 0;
    int file = NO_FILE;
    const status s = ops->open(r->store->self, name.text, STORE_WRITE, &file, f);
    if (s.code == E_NOT_FOUND && r->bytes == 0) return OK;
    TRY(s);
    status done = ops->size(r->store->self, file, &size, f);
    if (done.code == E_OK && size >= r->bytes) { /* a cut that was not synced reads as done */
        failpoint("rewrite-cut");
        done = ops->truncate(r->store->self, file, r->bytes, f);
        if (done.code == E_OK) done = ops->sync(r->store->self, file, f);
    }
    ops->close(r->store->self, file);
    return done;
}

status rewrites_check(struct rewrites *r, struct fault *f)
{
    uint64_t size = 0;
    for (uint64_t offset = REWRITES_HEADER_BYTES; offset < r->bytes;) {
        struct block_head head = {};
        slice sealed = {};
        uint64_t end = 0;
        TRY(frame_read(r, offset, &head, &sealed, &end, f));
        offset = end;
    }
    if (r->file == NO_FILE) return OK;
    TRY(r->store->ops->size(r->store->self, r->file, &size, f));
    if (size == r->bytes) return OK;
    return corrupt(r, r->bytes,
                   "bytes that the group's keys do not count: an erasure was cut off, or "
                   "the keys are older",
                   f);
}
