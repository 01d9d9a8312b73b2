/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/fsck.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/backup/gaps.h"
#include "ledger/block.h"
#include "ledger/checkpoint.h"
#include "ledger/erase/erasures.h"
#include "ledger/erase/fsck_erased.h"
#include "ledger/fsck/fsck_lost.h"
#include "ledger/fsck/fsck_openings.h"
#include "ledger/head.h"
#include "ledger/keys.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "ledger/erase/rewrites.h"
#include "ledger/signer.h"
#include "ledger/store_file.h"
#include "ledger/count/summary.h"
#include "ledger/tile.h"
#include "ledger/tree.h"
#include "ledger/erase/vault.h"
#include "lib/ed25519.h"
#include "record/entry.h"
#include "record/recompute.h"
#include "base/banned.h"

enum { SEGMENT_FILES_MAX = 1 << 24, ZERO_CHUNK = 64 * 1024 };

/* A size and root that was signed or published; every one is the end of a batch. */
struct signed_head {
    const char *name;
    uint64_t size;
    hash root;
    bool met;
};

struct checker {
    const struct store *store;
    const struct fsck_watcher *watcher;
    struct fsck_result result;
    const char *origin;
    struct tree *tree;
    struct summary *summary;
    struct keys *keys;   /* NULL if the root key is unusable: openings stay unchecked, as a fault */
    struct vault *vault; /* NULL with keys */
    struct fsck_erased *erased;     /* what is missing, and what may be */
    struct writer frame;            /* owned: the batch that is being checked */
    struct writer plain;            /* owned: the block that is being checked */
    struct fsck_openings *openings; /* owned */
    slice *entries;                 /* owned, BATCH_RECORDS_MAX */
    hash *leaves;                   /* owned, BATCH_RECORDS_MAX */
    uint64_t next_block;
    struct fsck_lost lost;
    struct signed_head heads[2];
    size_t head_count;

    /* the segment that is being checked */
    uint64_t segment;
    int file;
    uint64_t file_bytes;
    uint64_t end;                 /* behind its last whole batch; 0 behind a footer */
    struct segment_places places; /* owned, SEGMENT_ENTRIES batches */
};

__attribute__((format(printf, 2, 3))) static void complain(struct checker *c, const char *format,
                                                           ...)
{
    struct fault f;
    va_list args;
    va_start(args, format);
    vsnprintf(f.text, sizeof f.text, format, args);
    va_end(args);
    c->result.faults++;
    c->watcher->fault(c->watcher->self, f.text);
}

static void complain_at(struct checker *c, uint64_t offset, const char *what, status why)
{
    complain(c, "%s: offset %llu: %s: %s", layout_segment(c->segment).text,
             (unsigned long long)offset, what, status_text(why));
}

static status read_at(struct checker *c, uint64_t offset, uint8_t *to, size_t len, size_t *ret_len,
                      struct fault *f)
{
    return c->store->ops->read(c->store->self, c->file, offset, to, len, ret_len, f);
}

static void note_missing(struct checker *c, uint64_t index, uint64_t fields)
{
    c->result.erased += fields == ERASED_WHOLE;
    c->result.reduced += fields != ERASED_WHOLE && fields != 0;
    if (fsck_erased_missing(c->erased, index, fields).code != E_OK) {
        complain(c, "entry %llu: out of memory for what was erased", (unsigned long long)index);
    }
}

static void opening_checked(void *checker, uint64_t index, const struct entry *entry,
                            const struct opening *opening, status s)
{
    struct checker *c = checker;
    struct gap_range gap = {};
    if (s.code == E_OK && opening != NULL && gap_names(entry, opening, &gap)) {
        if (fsck_erased_gap(c->erased, gap).code != E_OK)
            complain(c, "entry %llu: out of memory for its gap", (unsigned long long)index);
    }
    if (s.code == E_OK) {
        c->result.openings += opening != NULL;
        note_missing(c, index, opening == NULL ? ERASED_WHOLE : fsck_erased_fields(opening));
        return;
    }
    complain(c, "%s: entry %llu: its opening is not what it commits to: %s",
             layout_segment(c->segment).text, (unsigned long long)index, status_text(s));
}

/* No record of the block has an opening; those that are public as a whole never had one. */
static void block_is_gone(struct checker *c, const struct block_head *head, bool absent,
                          const slice *entries)
{
    for (uint16_t i = 0; i < head->record_count; i++) {
        struct entry entry = {};
        const bool is_public =
            entry_split(entries[i], &entry).code == E_OK && (entry.schema->flags & KIND_BODY) != 0;
        if (is_public) continue;
        note_missing(c, head->first_index + i, ERASED_WHOLE);
        c->result.absent += absent;
        c->result.erased -= absent;
    }
}

static void tell_lost(void *checker, const char *text)
{
    complain(checker, "%s", text);
}

static void check_block(struct checker *c, const struct block_head *head, slice sealed,
                        const slice *entries)
{
    uint8_t key[BLOCK_KEY_BYTES];
    struct fault f = {};
    if (head->packing != BLOCK_ABSENT && fsck_lost_block(&c->lost, c->keys, head, tell_lost, c))
        return;
    c->plain = writer_of(c->plain.at, c->plain.cap);
    const status s = vault_open(c->vault, head, sealed, &c->plain, key, &f);
    if (s.code == E_ERASED) {
        block_is_gone(c, head, s.detail == KEYS_ABSENT, entries);
    } else if (s.code == E_OK) {
        const struct fsck_openings_watcher watcher = { c, opening_checked };
        const struct fsck_block block = { head, writer_slice(&c->plain), key, entries };
        const status checked = fsck_openings_check(c->openings, &block, &watcher);
        if (checked.code != E_OK) {
            complain(c, "%s: block %llu: behind its last opening: %s",
                     layout_segment(c->segment).text, (unsigned long long)head->number,
                     status_text(checked));
        }
    } else {
        complain(c, "%s: block %llu (entries %llu to %llu): cannot be opened: %s%s%s",
                 layout_segment(c->segment).text, (unsigned long long)head->number,
                 (unsigned long long)head->first_index,
                 (unsigned long long)(head->first_index + head->record_count - 1), status_text(s),
                 f.text[0] == '\0' ? "" : ": ", f.text);
    }
    bytes_wipe(key, sizeof key);
    bytes_wipe(c->plain.at, c->plain.len);
}

static void check_blocks(struct checker *c, const struct batch_frame *frame, uint64_t offset)
{
    struct cursor at = cursor_of(frame->blocks);
    if (frame->head.first_block != c->next_block) {
        complain_at(c, offset, "number of the first block", FAIL(E_VALUE));
    }
    c->next_block = frame->head.first_block + frame->head.block_count;
    for (uint32_t i = 0; c->keys != NULL && i < frame->head.block_count; i++) {
        struct block_head head = {};
        slice sealed = {};
        ignore(block_next(&at, &head, &sealed), "batch_frame_parse has read all of them");
        check_block(c, &head, sealed, c->entries + (head.first_index - frame->head.first_index));
    }
}

/* Whether what the entry itself says is so: its form, and for a summary, its counters. The last
 * entry of a segment must be one. */
static void check_entry(struct checker *c, uint64_t index, slice bytes)
{
    const bool ends_segment = index % SEGMENT_ENTRIES == SEGMENT_ENTRIES - 1;
    struct entry entry = {};
    struct fault f = {};
    status s = entry_parse(bytes, &entry, &f);
    if (s.code == E_OK && entry.schema->kind == KIND_summary) {
        s = summary_check(c->summary, &entry, &f);
    } else if (s.code == E_OK && entry.schema->kind == KIND_erasure) {
        s = fsck_erased_entry(c->erased, index, &entry, &f);
    } else if (s.code == E_OK && ends_segment) {
        s = fault_set(&f, FAIL(E_VALUE), "a segment has to end with a summary");
    }
    if (s.code == E_OK) return;
    complain(c, "%s: entry %llu: %s", layout_segment(c->segment).text, (unsigned long long)index,
             f.text);
}

static void check_entries(struct checker *c, const struct batch_frame *frame)
{
    struct cursor at = cursor_of(frame->entries);
    for (uint32_t i = 0; i < frame->head.record_count; i++) {
        const uint64_t index = frame->head.first_index + i;
        struct fault f = {};
        ignore(tile_bundle_next(&at, &c->entries[i]), "batch_frame_parse has counted them");
        check_entry(c, index, c->entries[i]);
        if (index % SEGMENT_ENTRIES == SEGMENT_ENTRIES - 1) continue; /* after the footer's table */
        if (summary_count(c->summary, c->entries[i], &f).code != E_OK) complain(c, "%s", f.text);
    }
}

/* Holds the tree as it is against the signed heads of this size. */
static void meet_heads(struct checker *c, hash root)
{
    for (size_t i = 0; i < c->head_count; i++) {
        struct signed_head *h = &c->heads[i];
        if (h->size != tree_size(c->tree)) continue;
        h->met = true;
        if (bytes_equal(root.bytes, h->root.bytes, SHA256_BYTES)) continue;
        complain(c, "%s: its root is not that of the log's first %llu entries", h->name,
                 (unsigned long long)h->size);
    }
}

static void note_places(struct checker *c, const struct batch_frame *frame, uint64_t offset)
{
    const struct placed_entries placed = {
        .bundle = frame->entries.at,
        .offset = offset + BATCH_HEAD_BYTES + frame->head.blocks_bytes,
        .first_index = frame->head.first_index,
        .entries = c->entries,
        .count = frame->head.record_count,
    };
    c->places.batches[c->places.batch_count++] =
        (struct batch_place){ offset, frame->head.first_index };
    segment_note_starts(&c->places, &placed);
}

/* Checks one batch. Any failure means that what follows it cannot be found. */
static status check_frame(struct checker *c, uint64_t offset, struct batch_frame *ret_frame,
                          struct fault *f)
{
    uint8_t head_bytes[BATCH_HEAD_BYTES];
    struct batch_head head = {};
    size_t len = 0;
    TRY(read_at(c, offset, head_bytes, sizeof head_bytes, &len, f));
    status s = batch_head_parse((slice){ head_bytes, len }, &head);
    if (s.code == E_OK) {
        TRY(read_at(c, offset, c->frame.at, (size_t)head.frame_bytes, &len, f));
        s = batch_frame_parse((slice){ c->frame.at, len }, ret_frame);
    }
    if (s.code == E_OK && ret_frame->head.first_index != tree_size(c->tree)) s = FAIL(E_VALUE);
    if (s.code != E_OK) return s;
    check_entries(c, ret_frame);
    check_blocks(c, ret_frame, offset);
    merkle_leaves(c->entries, ret_frame->head.record_count, c->leaves);
    TRY(tree_append(c->tree, c->leaves, ret_frame->head.record_count));
    const hash root = tree_root(c->tree);
    if (!bytes_equal(root.bytes, ret_frame->trailer.root.bytes, SHA256_BYTES)) {
        complain_at(c, offset, "root in the trailer", FAIL(E_INVALID));
    }
    meet_heads(c, root);
    note_places(c, ret_frame, offset);
    c->result.entries += ret_frame->head.record_count;
    c->watcher->progress(c->watcher->self, ret_frame->head.record_count);
    return OK;
}

static bool is_environment(status s)
{
    return s.code == E_IO || s.code == E_NOMEM || s.code == E_DENIED;
}

static status check_header(struct checker *c, struct fault *f)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = {};
    const hash origin = sha256(slice_text(c->origin));
    size_t len = 0;
    TRY(read_at(c, 0, bytes, sizeof bytes, &len, f));
    status s = segment_header_parse((slice){ bytes, len }, &header);
    if (s.code == E_OK && header.number != c->segment) s = FAIL(E_VALUE);
    if (s.code == E_OK && !bytes_equal(header.origin.bytes, origin.bytes, SHA256_BYTES)) {
        s = FAIL(E_VALUE);
    }
    if (s.code != E_OK) complain_at(c, 0, "segment header", s);
    return OK;
}

/* Holds the file from offset to its end against what has to stand there. The frame that was checked
 * last stays as it is. */
static status compare_rest(struct checker *c, uint64_t offset, slice want, struct fault *f)
{
    const size_t room = want.len + 1; /* one more shows a file that goes on */
    uint8_t *found = malloc(room);
    size_t len = 0;
    size_t same = 0;
    if (found == NULL) return fault_set(f, FAIL(E_NOMEM), "fsck: out of memory");
    const status s = read_at(c, offset, found, room, &len, f);
    while (s.code == E_OK && same < len && same < want.len && found[same] == want.at[same])
        same++;
    if (s.code == E_OK && (same < want.len || len > want.len)) {
        complain_at(c, offset + same, "footer", FAIL(same == len ? E_SHORT : E_INVALID));
    }
    free(found);
    return s;
}

/* The footer of a full segment, byte for byte what the batches make. */
static status check_footer(struct checker *c, uint64_t offset, struct fault *f)
{
    hash tile[SEGMENT_TILES];
    slice counters = {};
    const size_t room = c->frame.cap;
    struct writer want = writer_of(malloc(room), room);
    if (want.at == NULL) return fault_set(f, FAIL(E_NOMEM), "fsck: out of memory");
    tree_filled_tile(c->tree, tile);
    status s = summary_table(c->summary, &counters, f);
    if (s.code == E_OK) segment_footer_write(&c->places, tile, counters, &want);
    if (s.code == E_OK) s = compare_rest(c, offset, writer_slice(&want), f);
    free(want.at);
    return s;
}

/* Behind the last batch of the newest segment only zeros may stand. */
static status check_tail(struct checker *c, uint64_t offset, status why, struct fault *f)
{
    while (offset < c->file_bytes) {
        size_t len = 0;
        TRY(read_at(c, offset, c->frame.at, ZERO_CHUNK, &len, f));
        for (size_t i = 0; i < len; i++) {
            if (c->frame.at[i] == 0) continue;
            complain_at(c, offset, "bytes that are no whole batch", why);
            return OK;
        }
        offset += len;
        if (len == 0) break;
    }
    return OK;
}

static status check_segment(struct checker *c, bool newest, struct fault *f)
{
    uint64_t offset = SEGMENT_HEADER_BYTES;
    c->end = offset;
    TRY(check_header(c, f));
    c->places.batch_count = 0;
    for (;;) {
        struct batch_frame frame = {};
        const status s = check_frame(c, offset, &frame, f);
        if (is_environment(s)) return s;
        if (s.code != E_OK && newest) return check_tail(c, offset, s, f);
        if (s.code != E_OK) {
            complain_at(c, offset, "batch", s);
            return FAIL(E_CORRUPT); /* nothing behind it can be numbered */
        }
        offset += frame.head.frame_bytes;
        c->end = offset;
        if ((frame.head.flags & BATCH_CLOSES_SEGMENT) == 0) continue;
        const slice summary = c->entries[frame.head.record_count - 1];
        c->end = 0;
        TRY(check_footer(c, offset, f));
        if (summary_count(c->summary, summary, f).code != E_OK) complain(c, "%s", f->text);
        return OK;
    }
}

struct listing {
    struct checker *checker;
    const char *folder;
    const char *suffix;
    uint64_t count;
};

static status count_file(void *with, const char *name)
{
    struct listing *l = with;
    uint64_t number = 0;
    if (layout_number(name, l->suffix, &number).code != E_OK) return OK;
    if (number != l->count) {
        complain(l->checker, "%s/%010llu%s: missing", l->folder, (unsigned long long)l->count,
                 l->suffix);
    }
    l->count = number + 1;
    return OK;
}

static status check_segments(struct checker *c, struct fault *f)
{
    const struct store_ops *ops = c->store->ops;
    struct listing l = { .checker = c, .folder = LAYOUT_LOG, .suffix = ".seg" };
    TRY(ops->list(c->store->self, LAYOUT_LOG, count_file, &l, f));
    if (l.count == 0) complain(c, "%s: missing", layout_segment(0).text);
    if (l.count > SEGMENT_FILES_MAX) complain(c, "%s: too many segments", LAYOUT_LOG);
    for (c->segment = 0; c->segment < l.count; c->segment++) {
        status s =
            ops->open(c->store->self, layout_segment(c->segment).text, STORE_READ, &c->file, f);
        if (s.code == E_NOT_FOUND) return OK; /* complained of already */
        TRY(s);
        s = ops->size(c->store->self, c->file, &c->file_bytes, f);
        if (s.code == E_OK) s = check_segment(c, c->segment + 1 == l.count, f);
        ops->close(c->store->self, c->file);
        if (s.code == E_CORRUPT) return OK;
        TRY(s);
    }
    return OK;
}

static status check_rewrites(struct checker *c, uint64_t group, struct fault *f)
{
    struct keys_group state = {};
    struct rewrites *rewrites = NULL;
    status s = keys_group_state(c->keys, group, &state, f);
    if (s.code == E_OK) {
        s = rewrites_open(c->store, sha256(slice_text(c->origin)), group, state.rewrites_bytes,
                          &rewrites, f);
    }
    if (s.code == E_OK) s = rewrites_check(rewrites, f);
    rewrites_free(rewrites);
    if (is_environment(s)) return s;
    if (s.code != E_OK) complain(c, "%s", f->text);
    return OK;
}

static status check_groups(struct checker *c, struct fault *f)
{
    struct listing l = { .checker = c, .folder = LAYOUT_KEYS, .suffix = ".group" };
    struct keys_group state = {};
    TRY(c->store->ops->list(c->store->self, LAYOUT_KEYS, count_file, &l, f));
    const uint64_t want = (c->next_block + GROUP_BLOCKS - 1) / GROUP_BLOCKS;
    fsck_lost_end(&c->lost, tell_lost, c);
    for (uint64_t group = l.count; c->keys == NULL && group < want; group++)
        complain(c, "%s: missing", layout_group(group).text);
    for (uint64_t group = 0; c->keys != NULL && group < l.count; group++) {
        /* one that cannot be used at all was complained of with its blocks */
        if (group < want && keys_group_state(c->keys, group, &state, f).code != E_OK) continue;
        const status s = keys_check_group(c->keys, group, f);
        if (is_environment(s)) return s;
        if (s.code != E_OK) complain(c, "%s", f->text);
        if (s.code == E_OK) TRY(check_rewrites(c, group, f));
    }
    return OK;
}

static void tell_erased(void *with, const char *text)
{
    complain(with, "%s", text);
}

static status check_erasures(struct checker *c, struct fault *f)
{
    uint64_t applied = 0;
    const status s = erasures_applied(c->store, &applied, f);
    if (is_environment(s)) return s;
    if (s.code != E_OK) complain(c, "%s", f->text);
    if (c->keys != NULL) fsck_erased_judge(c->erased, tell_erased, c);
    return OK;
}

static void expect_head(struct checker *c, const char *name, uint64_t size, hash root)
{
    c->heads[c->head_count++] = (struct signed_head){ name, size, root, false };
}

/* Reads what was signed and published, to be met while the tree grows. */
static status load_signed(struct checker *c, struct fault *f)
{
    static struct log_head head;
    static struct note note;
    struct signer_head signed_head = {};
    struct note_key key = {};
    struct note_seen seen = {};
    uint8_t key_text[1024];
    struct writer w = writer_of(key_text, sizeof key_text);
    status s = signer_check(c->store, &signed_head, &w, f);
    if (is_environment(s)) return s;
    if (s.code != E_OK) {
        complain(c, "%s", f->text);
        return OK;
    }
    expect_head(c, LAYOUT_SIGNER_STATE, signed_head.size, signed_head.root);
    s = log_head_load(c->store, &head, f);
    if (s.code == E_OK) {
        s = note_key_parse(writer_slice(&w), &key, f);
        if (s.code == E_OK) s = note_parse(log_head_note(&head), &note, f);
        if (s.code == E_OK) s = note_verify(&note, &key, 1, ed25519_verify, &seen, f);
        if (s.code != E_OK) s = fault_within(f, s, LAYOUT_CHECKPOINT);
    }
    if (s.code == E_OK && head.checkpoint.size > signed_head.size) {
        complain(c, "%s: offset 0: signed %llu entries, but %s covers %llu: an older state",
                 LAYOUT_SIGNER_STATE, (unsigned long long)signed_head.size, LAYOUT_CHECKPOINT,
                 (unsigned long long)head.checkpoint.size);
    }
    if (is_environment(s)) return s;
    if (s.code == E_OK) {
        expect_head(c, LAYOUT_CHECKPOINT, head.checkpoint.size, head.checkpoint.root);
    } else {
        complain(c, "%s", f->text);
    }
    return OK;
}

/* A head beyond the end says that the log was longer once; one within is no end of a batch. */
static void complain_of_missed_heads(struct checker *c)
{
    const uint64_t size = tree_size(c->tree);
    for (size_t i = 0; i < c->head_count; i++) {
        const struct signed_head *h = &c->heads[i];
        if (h->met) continue;
        if (h->size > size) {
            complain(c, "%s: offset %llu: the log ends behind entry %llu, but %s covers %llu",
                     layout_segment(size / SEGMENT_ENTRIES).text, (unsigned long long)c->end,
                     (unsigned long long)size, h->name, (unsigned long long)h->size);
        } else {
            complain(c, "%s: covers %llu entries, but no batch ends there", h->name,
                     (unsigned long long)h->size);
        }
    }
}

static status checker_init(struct checker *c, struct fault *f)
{
    c->frame = writer_of(malloc(BATCH_FRAME_BYTES_MAX), BATCH_FRAME_BYTES_MAX);
    c->plain = writer_of(malloc(BLOCK_PLAIN_BYTES_MAX), BLOCK_PLAIN_BYTES_MAX);
    c->entries = calloc(BATCH_RECORDS_MAX, sizeof *c->entries);
    c->leaves = calloc(BATCH_RECORDS_MAX, sizeof *c->leaves);
    c->openings = fsck_openings_new();
    c->places.batches = calloc(SEGMENT_ENTRIES, sizeof *c->places.batches);
    c->tree = tree_new(NULL, NULL);
    c->erased = fsck_erased_new(c->store);
    const bool whole = c->frame.at != NULL && c->plain.at != NULL && c->entries != NULL &&
                       c->leaves != NULL && c->places.batches != NULL && c->tree != NULL &&
                       c->openings != NULL && c->erased != NULL;
    if (!whole) return fault_set(f, FAIL(E_NOMEM), "fsck: out of memory");
    TRY(summary_new(&c->summary, f));
    const status s = keys_open(c->store, NULL, &c->keys, f);
    if (is_environment(s)) return s;
    if (s.code != E_OK) complain(c, "%s", f->text);
    if (s.code == E_OK) c->vault = vault_new(sha256(slice_text(c->origin)), c->keys);
    if (s.code == E_OK && c->vault == NULL)
        return fault_set(f, FAIL(E_NOMEM), "fsck: out of memory");
    return OK;
}

static void checker_done(struct checker *c)
{
    free(c->frame.at);
    if (c->plain.at != NULL) bytes_wipe(c->plain.at, c->plain.len);
    free(c->plain.at);
    free(c->entries);
    free(c->leaves);
    fsck_openings_free(c->openings);
    free(c->places.batches);
    tree_free(c->tree);
    vault_free(c->vault);
    fsck_erased_free(c->erased);
    summary_free(c->summary);
    keys_free(c->keys);
}

status fsck(const struct store *store, const char *origin, const struct fsck_watcher *watcher,
            struct fsck_result *ret_result, struct fault *f)
{
    struct checker c = { .store = store, .watcher = watcher, .origin = origin, .file = -1 };
    status s = checker_init(&c, f);
    if (s.code == E_OK) s = load_signed(&c, f);
    if (s.code == E_OK) meet_heads(&c, merkle_empty());
    if (s.code == E_OK) s = check_segments(&c, f);
    if (s.code == E_OK) s = check_groups(&c, f);
    if (s.code == E_OK) s = check_erasures(&c, f);
    if (s.code == E_OK) complain_of_missed_heads(&c);
    if (s.code == E_OK) *ret_result = c.result;
    checker_done(&c);
    return s;
}
