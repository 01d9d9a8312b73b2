/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/archive.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/opened.h"
#include "ledger/tail.h"
#include "ledger/tile_read.h"
#include "base/banned.h"

enum {
    FOOTER_TAIL_BYTES = 8,
    OLDER_MAX = 16, /* full segments that stay open: each 20 KiB and its places */
};

/* A full segment. Its nodes are true to the root that the tree has of it. */
struct older {
    struct opened opened;   /* OPENED_NO_FILE: a free place */
    uint64_t used;          /* when it was last asked for */
    hash nodes[TILE_NODES]; /* the tree over its tiles, row by row */
};

struct archive {
    const struct store *store; /* borrowed */
    hash origin;
    struct tree *tree;
    struct opened newest; /* the segment that grows */
    struct older *older;  /* owned, OLDER_MAX: the full segments that were read last */
    uint64_t uses;
    uint64_t end;
    uint64_t next_block;
    enum archive_tail tail;
    uint8_t *frame; /* owned; bytes of the last frame or footer read */
    size_t frame_cap;
    struct batch_frame kept; /* the frame in those bytes, read at kept_offset of kept_segment */
    uint64_t kept_segment;
    uint64_t kept_offset;  /* 0: the bytes are something else */
    struct tile_read tile; /* the tile read last, held against the tree */
};

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
}

/* Makes the frame's buffer at least len bytes long; what was in it is lost. */
static status frame_room(struct archive *a, size_t len, struct fault *f)
{
    a->kept_offset = 0;
    if (len <= a->frame_cap) return OK;
    uint8_t *bytes = malloc(len);
    if (bytes == NULL) return out_of_memory(f);
    free(a->frame);
    a->frame = bytes;
    a->frame_cap = len;
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
    if (s.code == E_OK) {
        segment_note_starts(&a->newest.places,
                            &(struct placed_entries){
                                .bundle = frame->entries.at,
                                .offset = offset + BATCH_HEAD_BYTES + frame->head.blocks_bytes,
                                .first_index = frame->head.first_index,
                                .entries = entries,
                                .count = frame->head.record_count,
                            });
    }
    free(entries);
    free(leaves);
    TRY(s);
    const hash root = tree_root(a->tree);
    if (!bytes_equal(root.bytes, frame->trailer.root.bytes, SHA256_BYTES)) {
        return opened_corrupt(f, a->newest.number, offset, "root of the batch", FAIL(E_INVALID));
    }
    s = opened_push(&a->newest, (struct batch_place){ offset, frame->head.first_index });
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
            return opened_corrupt(f, a->newest.number, a->end, "first index", FAIL(E_VALUE));
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

/* The tree over the tiles of a full segment, row by row. */
static void tile_rows(const struct segment_footer *footer, hash ret_nodes[TILE_NODES])
{
    bytes_copy(ret_nodes, TILE_NODES * sizeof *ret_nodes, footer->tile);
    merkle_rows(ret_nodes, SEGMENT_TILES);
}

/* Takes the root of a full segment from its footer. A footer that a crash cut off is made anew from
 * the batches; that is the writer's business, so here the segment is scanned as if it were newest.
 */
static status full_segment_take(struct archive *a, uint64_t number, struct fault *f)
{
    struct segment_footer footer = {};
    const status opened = opened_open(a->store, a->origin, number, &a->newest, f);
    TRY(opened);
    const status s = footer_read(a, &a->newest, &footer, f);
    if (s.code != E_OK) {
        return is_environment(s) ? s : opened_corrupt(f, number, 0, "footer of a full segment", s);
    }
    hash nodes[TILE_NODES];
    tile_rows(&footer, nodes);
    if (tree_append_segment(a->tree, nodes[TILE_NODES - 1]).code != E_OK) return out_of_memory(f);
    opened_close(a->store, &a->newest);
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
    if (a->newest.places.batch_count > 0 || a->newest.number == 0) return OK;
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
    TRY(opened_open(a->store, a->origin, l.count - 1, &a->newest, f));
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
    a->newest.file = OPENED_NO_FILE;
    a->tree = tree_new(load_node, a);
    a->older = calloc(OLDER_MAX, sizeof *a->older);
    for (size_t i = 0; a->older != NULL && i < OLDER_MAX; i++)
        a->older[i].opened.file = OPENED_NO_FILE;
    status s = a->tree == NULL || a->older == NULL ? out_of_memory(f) : OK;
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
    opened_close(a->store, &a->newest);
    for (size_t i = 0; a->older != NULL && i < OLDER_MAX; i++)
        opened_close(a->store, &a->older[i].opened);
    free(a->older);
    tree_free(a->tree);
    tile_read_free(&a->tile);
    free(a->frame);
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

const struct segment_places *archive_places(const struct archive *a)
{
    return &a->newest.places;
}

/* What the footer says of a full segment; its root must be the one that the tree has. */
static status older_load(struct archive *a, struct older *o, struct fault *f)
{
    struct segment_footer footer = {};
    hash root = {};
    uint64_t size = 0;
    status s = footer_read(a, &o->opened, &footer, f);
    if (s.code == E_OK) s = a->store->ops->size(a->store->self, o->opened.file, &size, f);
    if (is_environment(s)) return s;
    if (s.code != E_OK) return opened_corrupt(f, o->opened.number, 0, "footer", s);
    o->opened.end = size - footer.bytes;
    for (uint32_t i = 0; i < footer.batch_count; i++) {
        if (opened_push(&o->opened, segment_footer_place(&footer, i)).code != E_OK) {
            return out_of_memory(f);
        }
    }
    for (uint32_t i = 0; i < SEGMENT_TILES; i++)
        o->opened.places.starts[i] = segment_footer_start(&footer, i);
    tile_rows(&footer, o->nodes);
    TRY(tree_node(a->tree, TREE_SEGMENT_LEVEL, o->opened.number, &root));
    if (bytes_equal(o->nodes[TILE_NODES - 1].bytes, root.bytes, sizeof root.bytes)) return OK;
    return opened_corrupt(f, o->opened.number, o->opened.end, "footer", FAIL(E_INVALID));
}

/* The full segment with this number, in place of the one that was not asked for longest. */
static status older_of(struct archive *a, uint64_t segment, struct older **ret_older,
                       struct fault *f)
{
    struct older *oldest = &a->older[0];
    for (size_t i = 0; i < OLDER_MAX; i++) {
        struct older *o = &a->older[i];
        if (o->opened.file == OPENED_NO_FILE || o->used < oldest->used) oldest = o;
        if (o->opened.file == OPENED_NO_FILE || o->opened.number != segment) continue;
        o->used = ++a->uses;
        *ret_older = o;
        return OK;
    }
    opened_close(a->store, &oldest->opened);
    oldest->used = 0;
    TRY(opened_open(a->store, a->origin, segment, &oldest->opened, f));
    const status s = older_load(a, oldest, f);
    if (s.code != E_OK) {
        opened_close(a->store, &oldest->opened);
        return s;
    }
    oldest->used = ++a->uses;
    *ret_older = oldest;
    return OK;
}

status archive_footer(struct archive *a, uint64_t segment, struct segment_footer *ret_footer,
                      struct fault *f)
{
    struct older *o = NULL;
    TRY(older_of(a, segment, &o, f));
    const status s = footer_read(a, &o->opened, ret_footer, f);
    if (s.code == E_OK || is_environment(s)) return s;
    return opened_corrupt(f, segment, 0, "footer", s);
}

/* The writer rolls on to a segment before its file is there: open it when it is first read. */
static status newest_open(struct archive *a, struct fault *f)
{
    struct opened fresh = {};
    if (a->newest.file != OPENED_NO_FILE) return OK;
    TRY(opened_open(a->store, a->origin, a->newest.number, &fresh, f));
    a->newest.file = fresh.file;
    return OK;
}

static status check_index(const struct archive *a, uint64_t index, struct fault *f)
{
    if (index < tree_size(a->tree)) return OK;
    return fault_set(f, FAIL(E_NOT_FOUND), "index %llu: the log has %llu entries",
                     (unsigned long long)index, (unsigned long long)tree_size(a->tree));
}

/* The opened segment that holds index, with its places loaded. */
static status segment_of(struct archive *a, uint64_t index, const struct opened **ret_opened,
                         struct fault *f)
{
    const uint64_t number = index / SEGMENT_ENTRIES;
    struct older *o = NULL;
    TRY(check_index(a, index, f));
    if (number == a->newest.number) {
        TRY(newest_open(a, f));
        *ret_opened = &a->newest;
        return OK;
    }
    TRY(older_of(a, number, &o, f));
    *ret_opened = &o->opened;
    return OK;
}

status archive_batch(struct archive *a, uint64_t index, struct batch_frame *ret_frame,
                     struct fault *f)
{
    const struct opened *o = NULL;
    TRY(segment_of(a, index, &o, f));
    const struct batch_place *place = &o->places.batches[segment_batch_of(&o->places, index)];
    status s = frame_read(a, o, place->offset, ret_frame, f);
    if (is_environment(s)) return s;
    if (s.code == E_OK) {
        const uint64_t first = ret_frame->head.first_index;
        const bool holds = index >= first && index - first < ret_frame->head.record_count;
        if (!holds) s = FAIL(E_VALUE);
    }
    return s.code == E_OK ? OK : opened_corrupt(f, o->number, place->offset, "batch", s);
}

/* Whether the tile that was read is that of the tree. */
static bool tile_is_true(struct archive *a, const struct older *o)
{
    const struct tile_read *t = &a->tile;
    if (o != NULL) {
        const size_t nth = t->first % SEGMENT_ENTRIES / TILE_WIDTH;
        return bytes_equal(t->nodes[TILE_NODES - 1].bytes, o->nodes[nth].bytes, SHA256_BYTES);
    }
    for (uint32_t i = 0; i < t->count; i++) {
        hash leaf = {};
        const status s = tree_node(a->tree, 0, t->first + i, &leaf);
        if (s.code != E_OK || !bytes_equal(leaf.bytes, t->nodes[i].bytes, SHA256_BYTES))
            return false;
    }
    return true;
}

/* Entries that the tile of index has: all of a full segment; of the newest those up to the end of
 * the batch that holds index, because the writer may not have brought the next one to disk. */
static uint32_t tile_entries(const struct archive *a, uint64_t index, uint64_t first)
{
    if (index / SEGMENT_ENTRIES != a->newest.number) return TILE_WIDTH;
    const struct segment_places *p = &a->newest.places;
    const uint32_t nth = segment_batch_of(p, index);
    const uint64_t end =
        nth + 1 == p->batch_count ? tree_size(a->tree) : p->batches[nth + 1].first_index;
    return end - first < TILE_WIDTH ? (uint32_t)(end - first) : TILE_WIDTH;
}

/* Makes a->tile the tile of index, with at least the entries up to it, and true to the tree. */
static status tile_of(struct archive *a, uint64_t index, struct fault *f)
{
    const uint64_t first = index - index % TILE_WIDTH;
    const uint64_t number = index / SEGMENT_ENTRIES;
    struct older *o = NULL;
    TRY(check_index(a, index, f));
    if (a->tile.first == first && index - first < a->tile.count) return OK;
    if (number == a->newest.number) {
        TRY(newest_open(a, f));
    } else {
        TRY(older_of(a, number, &o, f));
    }
    const struct opened *opened = o == NULL ? &a->newest : &o->opened;
    const struct tile_file file = { a->store, opened->file, &opened->places,
                                    o == NULL ? a->end : o->opened.end };
    status s = tile_read(&file, first, tile_entries(a, index, first), &a->tile, f);
    if (is_environment(s)) return s;
    if (s.code == E_OK && !tile_is_true(a, o)) s = FAIL(E_INVALID);
    if (s.code == E_OK) return OK;
    a->tile.count = 0;
    const uint64_t offset = opened->places.starts[first % SEGMENT_ENTRIES / TILE_WIDTH];
    return opened_corrupt(f, number, offset, "entries", s);
}

status archive_entry(struct archive *a, uint64_t index, slice *ret_entry, struct fault *f)
{
    TRY(tile_of(a, index, f));
    *ret_entry = a->tile.entries[index - a->tile.first];
    return OK;
}

status archive_leaves(struct archive *a, uint64_t first, size_t count, hash *ret_leaves,
                      struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        if ((first + i) / SEGMENT_ENTRIES == a->newest.number) {
            TRY(check_index(a, first + i, f));
            TRY(tree_node(a->tree, 0, first + i, &ret_leaves[i]));
            continue;
        }
        TRY(tile_of(a, first + i, f));
        ret_leaves[i] = a->tile.nodes[first + i - a->tile.first];
    }
    return OK;
}

/* Where the row of that height begins in the rows of a tile. */
static size_t row_start(unsigned height)
{
    return 2u * TILE_WIDTH - (2u * TILE_WIDTH >> height);
}

static status load_node(void *archive, unsigned level, uint64_t index, hash *ret_node)
{
    enum { TILE_LEVEL = 8 };
    struct archive *a = archive;
    struct fault fault;
    assert(level < TREE_SEGMENT_LEVEL);
    if (level < TILE_LEVEL) {
        TRY(tile_of(a, index << level, &fault));
        assert(a->tile.count == TILE_WIDTH); /* only nodes of full segments are loaded */
        *ret_node = a->tile.nodes[row_start(level) + (index & ((TILE_WIDTH - 1u) >> level))];
        return OK;
    }
    struct older *o = NULL;
    const unsigned height = level - TILE_LEVEL;
    TRY(older_of(a, index >> (TREE_SEGMENT_LEVEL - level), &o, &fault));
    *ret_node = o->nodes[row_start(height) + (index & ((SEGMENT_TILES - 1u) >> height))];
    return OK;
}

status archive_grew(struct archive *a, const struct batch_head *head, const slice *entries)
{
    enum { LENGTH_BYTES = 2 };
    TRY(opened_push(&a->newest, (struct batch_place){ a->end, head->first_index }));
    const struct placed_entries placed = {
        .bundle = entries[0].at - LENGTH_BYTES,
        .offset = a->end + BATCH_HEAD_BYTES + head->blocks_bytes,
        .first_index = head->first_index,
        .entries = entries,
        .count = head->record_count,
    };
    segment_note_starts(&a->newest.places, &placed);
    a->end += head->frame_bytes;
    a->next_block = head->first_block + head->block_count;
    return OK;
}

void archive_roll(struct archive *a)
{
    const uint64_t number = a->newest.number;
    assert(tree_size(a->tree) == (number + 1) * SEGMENT_ENTRIES);
    opened_close(a->store, &a->newest);
    a->newest.number = number + 1;
    a->end = SEGMENT_HEADER_BYTES;
    a->tail = ARCHIVE_TAIL_CLEAN;
}
