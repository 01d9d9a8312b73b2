/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/archive.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/tail.h"
#include "ledger/tile.h"
#include "base/banned.h"

#define NO_SEGMENT UINT64_MAX

enum {
    NO_FILE = -1,
    PLACES_FIRST_CAP = 64,
    FOOTER_TAIL_BYTES = 8,
};

/* A segment file that is open, with what is known of its batches. */
struct opened {
    int file;
    uint64_t number;
    struct batch_place *places; /* owned */
    uint32_t place_count;
    uint32_t place_cap;
};

struct archive {
    const struct store *store; /* borrowed */
    hash origin;
    struct tree *tree;
    struct opened newest; /* the segment that grows */
    struct opened older;  /* the full segment that was read last */
    uint64_t end;
    uint64_t next_block;
    enum archive_tail tail;
    uint8_t *frame; /* owned; bytes of the last frame or footer read */
    size_t frame_cap;
    struct batch_frame kept; /* the frame in those bytes, read at kept_offset of kept_segment */
    uint64_t kept_segment;
    uint64_t kept_offset; /* 0: the bytes are something else */
    uint8_t *footer;      /* owned; bytes of the last footer read */
    size_t footer_cap;
    struct segment_footer kept_footer; /* parsed from them */
    uint64_t kept_footer_of;           /* its segment */
};

static void opened_close(struct archive *a, struct opened *o)
{
    if (o->file != NO_FILE) a->store->ops->close(a->store->self, o->file);
    free(o->places);
    *o = (struct opened){ .file = NO_FILE };
}

static status places_push(struct opened *o, struct batch_place place)
{
    if (o->place_count == o->place_cap) {
        const uint32_t cap = o->place_cap == 0 ? PLACES_FIRST_CAP : o->place_cap * 2;
        struct batch_place *places = reallocarray(o->places, cap, sizeof *places);
        if (places == NULL) return FAIL(E_NOMEM);
        o->places = places;
        o->place_cap = cap;
    }
    o->places[o->place_count++] = place;
    return OK;
}

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
}

/* Makes *buffer at least len bytes long; what was in it is lost. */
static status room(uint8_t **buffer, size_t *cap, size_t len, struct fault *f)
{
    if (len <= *cap) return OK;
    uint8_t *bytes = malloc(len);
    if (bytes == NULL) return out_of_memory(f);
    free(*buffer);
    *buffer = bytes;
    *cap = len;
    return OK;
}

static status frame_room(struct archive *a, size_t len, struct fault *f)
{
    a->kept_offset = 0;
    return room(&a->frame, &a->frame_cap, len, f);
}

static status corrupt(struct fault *f, uint64_t segment, uint64_t offset, const char *what,
                      status why)
{
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %llu: %s: %s", layout_segment(segment).text,
                     (unsigned long long)offset, what, status_text(why));
}

/* Opens the file of a segment and checks its header. */
static status segment_open(struct archive *a, uint64_t number, struct opened *ret_opened,
                           struct fault *f)
{
    const struct store_ops *ops = a->store->ops;
    struct opened o = { .file = NO_FILE, .number = number };
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = {};
    size_t len = 0;
    TRY(ops->open(a->store->self, layout_segment(number).text, STORE_READ, &o.file, f));
    status s = ops->read(a->store->self, o.file, 0, bytes, sizeof bytes, &len, f);
    if (s.code == E_OK) {
        s = segment_header_parse((slice){ bytes, len }, &header);
        if (s.code == E_OK && header.number != number) s = FAIL(E_VALUE);
        if (s.code == E_OK && !bytes_equal(header.origin.bytes, a->origin.bytes, SHA256_BYTES)) {
            s = FAIL(E_VALUE);
        }
        if (s.code != E_OK) s = corrupt(f, number, 0, "segment header", s);
    }
    if (s.code != E_OK) {
        opened_close(a, &o);
        return s;
    }
    *ret_opened = o;
    return OK;
}

/* Reads the frame at offset into a->frame. E_SHORT: no whole frame there (the fault is not set). */
static status frame_read(struct archive *a, const struct opened *o, uint64_t offset,
                         struct batch_frame *ret_frame, struct fault *f)
{
    const struct store_ops *ops = a->store->ops;
    uint8_t head_bytes[BATCH_HEAD_BYTES];
    struct batch_head head = {};
    size_t len = 0;
    if (a->kept_offset == offset && a->kept_segment == o->number) {
        *ret_frame = a->kept;
        return OK;
    }
    TRY(ops->read(a->store->self, o->file, offset, head_bytes, sizeof head_bytes, &len, f));
    TRY(batch_head_parse((slice){ head_bytes, len }, &head));
    TRY(frame_room(a, (size_t)head.frame_bytes, f));
    TRY(ops->read(a->store->self, o->file, offset, a->frame, (size_t)head.frame_bytes, &len, f));
    TRY(batch_frame_parse((slice){ a->frame, len }, ret_frame));
    a->kept = *ret_frame;
    a->kept_segment = o->number;
    a->kept_offset = offset;
    return OK;
}

static bool is_environment(status s)
{
    return s.code == E_IO || s.code == E_NOMEM;
}

/* Adds the leaves of a frame to the tree and holds its root against the trailer's. */
static status frame_take(struct archive *a, const struct batch_frame *frame, uint64_t offset,
                         struct fault *f)
{
    slice *entries = calloc(frame->head.record_count, sizeof *entries);
    hash *leaves = calloc(frame->head.record_count, sizeof *leaves);
    status s = entries == NULL || leaves == NULL ? out_of_memory(f) : OK;
    struct cursor c = cursor_of(frame->entries);
    for (uint32_t i = 0; s.code == E_OK && i < frame->head.record_count; i++) {
        s = tile_bundle_next(&c, &entries[i]);
    }
    if (s.code == E_OK) {
        merkle_leaves(entries, frame->head.record_count, leaves);
        s = tree_append(a->tree, leaves, frame->head.record_count);
    }
    free(entries);
    free(leaves);
    TRY(s);
    const hash root = tree_root(a->tree);
    if (!bytes_equal(root.bytes, frame->trailer.root.bytes, SHA256_BYTES)) {
        return corrupt(f, a->newest.number, offset, "root of the batch", FAIL(E_INVALID));
    }
    s = places_push(&a->newest, (struct batch_place){ offset, frame->head.first_index });
    if (s.code != E_OK) return out_of_memory(f);
    a->end = offset + frame->head.frame_bytes;
    a->next_block = frame->head.first_block + frame->head.block_count;
    return OK;
}

static bool newest_is_full(const struct archive *a)
{
    return tree_size(a->tree) == (a->newest.number + 1) * SEGMENT_ENTRIES;
}

/* Takes batches from a->end on, up to one that is not whole; ret_why says why it is not. */
static status newest_take(struct archive *a, status *ret_why, struct fault *f)
{
    while (!newest_is_full(a)) {
        struct batch_frame frame = {};
        const status s = frame_read(a, &a->newest, a->end, &frame, f);
        if (is_environment(s)) return s;
        *ret_why = s;
        if (s.code != E_OK) return OK;
        if (frame.head.first_index != tree_size(a->tree)) {
            return corrupt(f, a->newest.number, a->end, "first index", FAIL(E_VALUE));
        }
        TRY(frame_take(a, &frame, a->end, f));
    }
    return OK;
}

/* Reads all whole batches of the newest segment and judges what stands behind them. Where a whole
 * batch stands behind one that is not, a running node may have written both meanwhile: only if
 * nothing new can be taken is it damage. */
static status newest_scan(struct archive *a, struct fault *f)
{
    struct tail tail = {};
    uint64_t examined = 0;
    status why = OK;
    a->end = SEGMENT_HEADER_BYTES;
    for (;;) {
        TRY(newest_take(a, &why, f));
        if (newest_is_full(a)) return OK;
        if (tail.batch_follows && a->end == examined) {
            return fault_set(f, FAIL(E_CORRUPT),
                             "%s: offset %llu: batch: %s, but a whole one follows at offset %llu",
                             layout_segment(a->newest.number).text, (unsigned long long)a->end,
                             status_text(why), (unsigned long long)tail.batch_at);
        }
        TRY(tail_examine(a->store, a->newest.file, a->end, tree_size(a->tree), &tail, f));
        examined = a->end;
        a->tail = tail.zero ? ARCHIVE_TAIL_CLEAN : ARCHIVE_TAIL_TORN;
        if (!tail.batch_follows) return OK;
    }
}

static status footer_read(struct archive *a, const struct opened *o,
                          struct segment_footer *ret_footer, struct fault *f)
{
    const struct store_ops *ops = a->store->ops;
    uint64_t size = 0;
    uint64_t footer_bytes = 0;
    uint8_t tail[FOOTER_TAIL_BYTES];
    size_t len = 0;
    TRY(ops->size(a->store->self, o->file, &size, f));
    if (size < SEGMENT_HEADER_BYTES + sizeof tail) return FAIL(E_SHORT);
    TRY(ops->read(a->store->self, o->file, size - sizeof tail, tail, sizeof tail, &len, f));
    TRY(segment_footer_length((slice){ tail, len }, &footer_bytes));
    if (footer_bytes > size - SEGMENT_HEADER_BYTES) return FAIL(E_SHORT);
    TRY(frame_room(a, (size_t)footer_bytes, f));
    TRY(ops->read(a->store->self, o->file, size - footer_bytes, a->frame, (size_t)footer_bytes,
                  &len, f));
    return segment_footer_parse((slice){ a->frame, len }, ret_footer);
}

static hash row_root(const hash *nodes, size_t count);

/* The root over count hashes of a footer's tile, from the hash at first on. */
static hash tile_root(slice tile, size_t first, size_t count)
{
    hash nodes[SEGMENT_TILES];
    assert(first + count <= tile.len / SHA256_BYTES);
    bytes_copy(nodes, sizeof nodes,
               (slice){ tile.at + first * SHA256_BYTES, count * SHA256_BYTES });
    return row_root(nodes, count);
}

/* Takes the root of a full segment from its footer. A footer that a crash cut off is made anew from
 * the batches; that is the writer's business, so here the segment is scanned as if it were newest.
 */
static status full_segment_take(struct archive *a, uint64_t number, struct fault *f)
{
    struct segment_footer footer = {};
    const status opened = segment_open(a, number, &a->newest, f);
    TRY(opened);
    const status s = footer_read(a, &a->newest, &footer, f);
    if (s.code != E_OK) {
        return is_environment(s) ? s : corrupt(f, number, 0, "footer of a full segment", s);
    }
    if (tree_append_segment(a->tree, tile_root(footer.tile, 0, SEGMENT_TILES)).code != E_OK)
        return out_of_memory(f);
    opened_close(a, &a->newest);
    return OK;
}

/* Counts segments while the store lists them: they must be numbered 0, 1, 2 … without a gap. */
struct listing {
    uint64_t count;
    struct fault *fault;
};

static status list_one(void *with, const char *name)
{
    struct listing *l = with;
    uint64_t number = 0;
    if (layout_number(name, ".seg", &number).code != E_OK) return OK; /* checkpoint and its like */
    if (number != l->count) {
        return fault_set(l->fault, FAIL(E_CORRUPT), "%s: missing", layout_segment(l->count).text);
    }
    l->count++;
    return OK;
}

/* The last block number so far, where the newest segment has no batch of its own yet. */
static status next_block_before(struct archive *a, struct fault *f)
{
    struct batch_frame frame = {};
    if (a->newest.place_count > 0 || a->newest.number == 0) return OK;
    TRY(archive_batch(a, tree_size(a->tree) - 1, &frame, f));
    a->next_block = frame.head.first_block + frame.head.block_count;
    return OK;
}

static status load_node(void *archive, unsigned level, uint64_t index, hash *ret_node);

static status archive_load(struct archive *a, struct fault *f)
{
    struct listing l = { .fault = f };
    TRY(a->store->ops->list(a->store->self, LAYOUT_LOG, list_one, &l, f));
    if (l.count == 0) return fault_set(f, FAIL(E_NOT_FOUND), "%s: no segment", LAYOUT_LOG);
    for (uint64_t n = 0; n + 1 < l.count; n++)
        TRY(full_segment_take(a, n, f));
    TRY(segment_open(a, l.count - 1, &a->newest, f));
    TRY(newest_scan(a, f));
    return next_block_before(a, f);
}

status archive_open(const struct store *store, const char *origin, struct archive **ret_archive,
                    struct fault *f)
{
    struct archive *a = calloc(1, sizeof *a);
    if (a == NULL) return out_of_memory(f);
    a->store = store;
    a->origin = sha256(slice_text(origin));
    a->newest.file = NO_FILE;
    a->older.file = NO_FILE;
    a->kept_footer_of = NO_SEGMENT;
    a->tree = tree_new(load_node, a);
    status s = a->tree == NULL ? out_of_memory(f) : OK;
    if (s.code == E_OK) s = archive_load(a, f);
    if (s.code != E_OK) {
        archive_free(a);
        return s;
    }
    *ret_archive = a;
    return OK;
}

void archive_free(struct archive *a)
{
    if (a == NULL) return;
    opened_close(a, &a->newest);
    opened_close(a, &a->older);
    tree_free(a->tree);
    free(a->frame);
    free(a->footer);
    free(a);
}

hash archive_origin(const struct archive *a)
{
    return a->origin;
}

uint64_t archive_size(const struct archive *a)
{
    return tree_size(a->tree);
}

struct tree *archive_tree(struct archive *a)
{
    return a->tree;
}

uint64_t archive_segment(const struct archive *a)
{
    return a->newest.number;
}

uint64_t archive_end(const struct archive *a)
{
    return a->end;
}

enum archive_tail archive_tail(const struct archive *a)
{
    return a->tail;
}

uint64_t archive_next_block(const struct archive *a)
{
    return a->next_block;
}

const struct batch_place *archive_places(const struct archive *a, uint32_t *ret_count)
{
    *ret_count = a->newest.place_count;
    return a->newest.places;
}

/* Makes a->older the segment with this number. */
static status older_open(struct archive *a, uint64_t segment, struct fault *f)
{
    if (a->older.file != NO_FILE && a->older.number == segment) return OK;
    opened_close(a, &a->older);
    return segment_open(a, segment, &a->older, f);
}

status archive_footer(struct archive *a, uint64_t segment, struct segment_footer *ret_footer,
                      struct fault *f)
{
    if (a->kept_footer_of == segment) {
        *ret_footer = a->kept_footer;
        return OK;
    }
    TRY(older_open(a, segment, f));
    const status s = footer_read(a, &a->older, ret_footer, f);
    if (s.code == E_OK || is_environment(s)) return s;
    return corrupt(f, segment, 0, "footer", s);
}

/* The writer rolls on to a segment before its file is there: open it when it is first read. */
static status newest_open(struct archive *a, struct fault *f)
{
    struct opened fresh = {};
    if (a->newest.file != NO_FILE) return OK;
    TRY(segment_open(a, a->newest.number, &fresh, f));
    a->newest.file = fresh.file;
    return OK;
}

/* The opened segment that holds index, with its places loaded. */
static status segment_of(struct archive *a, uint64_t index, const struct opened **ret_opened,
                         struct fault *f)
{
    const uint64_t number = index / SEGMENT_ENTRIES;
    if (index >= tree_size(a->tree)) {
        return fault_set(f, FAIL(E_NOT_FOUND), "index %llu: the log has %llu entries",
                         (unsigned long long)index, (unsigned long long)tree_size(a->tree));
    }
    *ret_opened = number == a->newest.number ? &a->newest : &a->older;
    if (number == a->newest.number) return newest_open(a, f);
    struct segment_footer footer = {};
    TRY(older_open(a, number, f));
    if (a->older.place_count > 0) return OK;
    TRY(archive_footer(a, number, &footer, f));
    for (uint32_t i = 0; i < footer.batch_count; i++) {
        if (places_push(&a->older, segment_footer_place(&footer, i)).code != E_OK) {
            return out_of_memory(f);
        }
    }
    return OK;
}

/* The last batch whose first index is not above index. */
static const struct batch_place *place_of(const struct opened *o, uint64_t index)
{
    uint32_t low = 0;
    uint32_t high = o->place_count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (o->places[middle].first_index <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &o->places[low];
}

status archive_batch(struct archive *a, uint64_t index, struct batch_frame *ret_frame,
                     struct fault *f)
{
    const struct opened *o = NULL;
    TRY(segment_of(a, index, &o, f));
    const struct batch_place *place = place_of(o, index);
    status s = frame_read(a, o, place->offset, ret_frame, f);
    if (is_environment(s)) return s;
    if (s.code == E_OK) {
        const uint64_t first = ret_frame->head.first_index;
        const bool holds = index >= first && index - first < ret_frame->head.record_count;
        if (!holds) s = FAIL(E_VALUE);
    }
    return s.code == E_OK ? OK : corrupt(f, o->number, place->offset, "batch", s);
}

status archive_entry(struct archive *a, uint64_t index, slice *ret_entry, struct fault *f)
{
    struct batch_frame frame = {};
    TRY(archive_batch(a, index, &frame, f));
    struct cursor c = cursor_of(frame.entries);
    for (uint64_t i = frame.head.first_index; i <= index; i++)
        TRY(tile_bundle_next(&c, ret_entry));
    return OK;
}

status archive_leaves(struct archive *a, uint64_t first, size_t count, hash *ret_leaves,
                      struct fault *f)
{
    slice entries[TILE_WIDTH];
    assert(count <= COUNT_OF(entries));
    size_t done = 0;
    while (done < count) {
        struct batch_frame frame = {};
        size_t here = 0;
        TRY(archive_batch(a, first + done, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        for (uint64_t i = frame.head.first_index; done + here < count && cursor_left(&c) > 0; i++) {
            slice entry = {};
            TRY(tile_bundle_next(&c, &entry));
            if (i >= first + done) entries[here++] = entry;
        }
        merkle_leaves(entries, here, ret_leaves + done);
        done += here;
    }
    return OK;
}

/* The root of at most TILE_WIDTH nodes of one row. */
static hash row_root(const hash *nodes, size_t count)
{
    hash scratch[TILE_WIDTH];
    struct merkle_frontier edge = {};
    assert(count <= COUNT_OF(scratch));
    bytes_copy(scratch, sizeof scratch, (slice){ (const uint8_t *)nodes, count * sizeof *nodes });
    ignore(merkle_append_many(&edge, scratch, count, NULL), "256 nodes are far below the limit");
    return merkle_frontier_root(&edge);
}

static status load_node(void *archive, unsigned level, uint64_t index, hash *ret_node)
{
    enum { BUNDLE_LEVEL = 8 };
    struct archive *a = archive;
    assert(level < TREE_SEGMENT_LEVEL);
    struct segment_footer footer = {};
    struct fault fault;
    hash leaves[TILE_WIDTH];
    if (level < BUNDLE_LEVEL) {
        TRY(archive_leaves(a, index << level, (size_t)1 << level, leaves, &fault));
        *ret_node = row_root(leaves, (size_t)1 << level);
        return OK;
    }
    TRY(archive_footer(a, index >> (TREE_SEGMENT_LEVEL - level), &footer, &fault));
    const unsigned up = level - BUNDLE_LEVEL;
    const size_t first = (size_t)(index % ((uint64_t)SEGMENT_TILES >> up)) << up;
    *ret_node = tile_root(footer.tile, first, (size_t)1 << up);
    return OK;
}

status archive_grew(struct archive *a, const struct batch_head *head)
{
    TRY(places_push(&a->newest, (struct batch_place){ a->end, head->first_index }));
    a->end += head->frame_bytes;
    a->next_block = head->first_block + head->block_count;
    return OK;
}

void archive_roll(struct archive *a)
{
    const uint64_t number = a->newest.number;
    assert(tree_size(a->tree) == (number + 1) * SEGMENT_ENTRIES);
    opened_close(a, &a->newest);
    a->newest.number = number + 1;
    a->end = SEGMENT_HEADER_BYTES;
    a->tail = ARCHIVE_TAIL_CLEAN;
}
