/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/erase.h"
#include "ledger/layout.h"
#include "ledger/recover.h"
#include "ledger/state.h"
#include "ledger/store_file.h"
#include "ledger/count/summary.h"
#include "os/failpoint.h"
#include "record/entry.h"
#include "base/banned.h"

struct ledger_options ledger_options_default(const char *origin)
{
    return (struct ledger_options){
        .origin = origin,
        .zstd_level = LEDGER_ZSTD_LEVEL,
        .reserve_bytes = LEDGER_RESERVE_BYTES,
        .signed_head = { 0, merkle_empty() },
    };
}

/* A segment's file appears whole or not at all: its name is durable only with its header. */
static status segment_create(const struct store *store, const char *origin, uint64_t number,
                             struct fault *f)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct writer w = writer_of(bytes, sizeof bytes);
    const struct segment_header header = { number, sha256(slice_text(origin)) };
    segment_header_write(&header, &w);
    TRY(writer_end(&w));
    return store_file_replace(store, layout_segment(number).text, writer_slice(&w), f);
}

/* Creating replaces a file of that name, so there must be none, and that must be certain. */
static status segment_is_new(const struct store *store, uint64_t number, struct fault *f)
{
    int file = -1;
    const struct layout_name name = layout_segment(number);
    const status s = store->ops->open(store->self, name.text, STORE_READ, &file, f);
    if (s.code == E_NOT_FOUND) return OK;
    TRY(s);
    store->ops->close(store->self, file);
    return fault_set(f, FAIL(E_EXISTS), "%s: is there already", name.text);
}

status ledger_create(const struct store *store, const char *origin, struct fault *f)
{
    TRY(store->ops->make_dir(store->self, LAYOUT_LOG, f));
    TRY(segment_is_new(store, 0, f));
    TRY(keys_create(store, f));
    TRY(store->ops->sync_dir(store->self, "", f));
    return segment_create(store, origin, 0, f);
}

static status stop(struct ledger *l, status s)
{
    l->stopped = true;
    return s;
}

static status check_running(const struct ledger *l, struct fault *f)
{
    if (!l->stopped) return OK;
    return fault_set(f, FAIL(E_STOPPED),
                     "the log is stopped after an earlier failure; start it again");
}

static status parts_open(struct ledger *l, const struct ledger_options *o, struct fault *f)
{
    TRY(archive_open(l->store, l->origin, &l->archive, f));
    TRY(keys_open(l->store, o->root_key, &l->keys, f));
    l->codec = block_codec_new(o->zstd_level, !o->plain_openings);
    const bool plain = o->zstd_level == 0 && o->plain_openings;
    if (!plain) l->sealer = sealer_new(o->zstd_level, !o->plain_openings);
    if (l->codec == NULL || (!plain && l->sealer == NULL)) {
        return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    }
    l->tools = (struct batch_tools){ l->codec, l->sealer, l->keys, l->store };
    return summary_new(&l->summary, f);
}

status ledger_open(const struct store *store, const struct ledger_options *options,
                   struct ledger **ret_ledger, struct fault *f)
{
    struct ledger *l = calloc(1, sizeof *l);
    if (l == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    l->store = store;
    l->file = -1;
    l->reserve_bytes = options->reserve_bytes;
    const slice origin = slice_text(options->origin);
    status s = origin.len <= SIGNER_ORIGIN_BYTES_MAX
                   ? OK
                   : fault_set(f, FAIL(E_LIMIT), "origin: too long");
    if (s.code == E_OK) bytes_copy(l->origin, sizeof l->origin - 1, origin);
    if (s.code == E_OK) s = parts_open(l, options, f);
    if (s.code == E_OK) s = recover(l, options, f);
    if (s.code == E_OK) s = ledger_erase_rest(l, f);
    if (s.code != E_OK) {
        ledger_close(l);
        return s;
    }
    *ret_ledger = l;
    return OK;
}

/* Gives reserved space back. Only a convenience: zeros behind the last batch are harmless. */
static void reserve_return(struct ledger *l)
{
    struct fault unused;
    if (l->stopped || l->reserved_to <= l->write_end) return;
    const struct store_ops *ops = l->store->ops;
    if (ops->truncate(l->store->self, l->file, l->write_end, &unused).code != E_OK) return;
    ignore(ops->sync(l->store->self, l->file, &unused), "no acknowledged byte depends on it");
}

void ledger_close(struct ledger *l)
{
    if (l == NULL) return;
    if (l->file >= 0) {
        reserve_return(l);
        l->store->ops->close(l->store->self, l->file);
    }
    summary_free(l->summary);
    sealer_free(l->sealer);
    block_codec_free(l->codec);
    keys_free(l->keys);
    archive_free(l->archive);
    free(l->leaves);
    free(l);
}

struct archive *ledger_archive(struct ledger *l)
{
    return l->archive;
}

bool ledger_was_torn(const struct ledger *l)
{
    return l->was_torn;
}

status ledger_begin(struct ledger *l, struct batch *b, struct fault *f)
{
    const uint64_t block = archive_next_block(l->archive);
    TRY(check_running(l, f));
    const status s = keys_prepare(l->keys, block, BATCH_BLOCKS_MAX, f);
    if (s.code == E_FSYNC) return stop(l, s);
    TRY(s);
    batch_reset(b, archive_size(l->archive), block);
    return OK;
}

/* The last entry of every segment is a summary of everything before it (design section 6). */
static bool next_is_summary(const struct batch *b)
{
    const uint64_t next = batch_first_index(b) + batch_count(b);
    return next % SEGMENT_ENTRIES == SEGMENT_ENTRIES - 1;
}

bool ledger_is_full(const struct ledger *, const struct batch *b)
{
    return batch_is_full(b) || next_is_summary(b);
}

status ledger_add(struct ledger *l, struct batch *b, const struct record *record,
                  uint64_t *ret_index, struct fault *f)
{
    TRY(check_running(l, f));
    if (next_is_summary(b)) {
        assert(batch_count(b) == 0);
        return fault_set(f, FAIL(E_BUSY), "the batch has to be sealed: the segment ends");
    }
    const uint64_t index = batch_first_index(b) + batch_count(b);
    TRY(batch_add(b, &l->tools, record, f));
    *ret_index = index;
    return OK;
}

/* A summary of everything counted so far, as a record like any other. A clock that was set back
 * before 1970 must not keep a segment from ending. */
static status summary_add(struct ledger *l, struct batch *b, struct fault *f)
{
    struct record record = {};
    const int64_t now_ns = l->store->ops->now_ns(l->store->self);
    TRY(summary_record(l->summary, now_ns < 0 ? 0 : now_ns, &record, f));
    return batch_add(b, &l->tools, &record, f);
}

status ledger_add_summary(struct ledger *l, struct batch *b, uint64_t *ret_index, struct fault *f)
{
    TRY(check_running(l, f));
    assert(batch_count(b) == 0); /* so that everything before it was sealed, and thus counted */
    *ret_index = batch_first_index(b);
    return summary_add(l, b, f);
}

/* Makes the entries and counts them; the summary, if one is due, is counted after the footer, which
 * holds the table that it speaks of. */
static status entries_finish(struct ledger *l, struct batch *b, bool closes, struct fault *f)
{
    TRY(batch_flush(b, &l->tools, f));
    for (uint32_t i = 0; i < batch_count(b); i++)
        TRY(summary_count(l->summary, batch_entry(b, i), f));
    if (!closes) return OK;
    TRY(summary_add(l, b, f));
    return batch_flush(b, &l->tools, f);
}

static status segment_finish(struct ledger *l, struct batch *b, struct fault *f)
{
    TRY(footer_append(l, batch_footer(b), f));
    TRY(summary_count(l->summary, batch_entry(b, batch_count(b) - 1), f));
    archive_roll(l->archive);
    return OK;
}

/* Tree, trailer and, where the segment ends, footer around finished entries. */
static status frame_finish(struct ledger *l, struct batch *b, bool closes, struct fault *f)
{
    batch_leaves(b, l->leaves);
    TRY(tree_append(archive_tree(l->archive), l->leaves, batch_count(b)));
    const hash root = tree_root(archive_tree(l->archive));
    TRY(batch_finish(b, root, closes ? BATCH_CLOSES_SEGMENT : 0, f));
    const struct batch_head head = batch_frame_head(b);
    TRY(archive_grew(l->archive, &head, batch_entries(b)));
    return closes ? segment_finish(l, b, f) : OK;
}

static status seal(struct ledger *l, struct batch *b, struct fault *f)
{
    const bool closes = next_is_summary(b);
    TRY(entries_finish(l, b, closes, f));
    return frame_finish(l, b, closes, f);
}

status ledger_request(struct ledger *l, struct signer_head from, struct signer_request *ret_request,
                      struct fault *f)
{
    struct tree *tree = archive_tree(l->archive);
    const struct merkle_source source = { .self = tree, .node = tree_node };
    struct signer_request r = { .head = { tree_size(tree), tree_root(tree) } };
    const status s = merkle_prove_consistency(&source, from.size, r.head.size, &r.consistency);
    if (s.code != E_OK) return fault_set(f, s, "proving consistency: %s", status_text(s));
    *ret_request = r;
    return OK;
}

status ledger_seal(struct ledger *l, struct batch *b, struct signer_request *ret_request,
                   struct fault *f)
{
    TRY(check_running(l, f));
    assert(batch_count(b) > 0);
    const struct signer_head before = { archive_size(l->archive), {} };
    status s = seal(l, b, f);
    if (s.code == E_OK) s = ledger_request(l, before, ret_request, f);
    if (s.code == E_OK) return OK;
    if (f->text[0] == '\0') s = fault_set(f, s, "sealing a batch: %s", status_text(s));
    return stop(l, s); /* tree and counters may hold what no batch will bring to disk */
}

/* ---- entries that come without openings ---- */

status ledger_take(struct ledger *l, struct batch *b, slice entry, struct fault *f)
{
    TRY(check_running(l, f));
    const status s = batch_take(b, entry);
    return s.code == E_OK ? OK : fault_set(f, s, "entry: %s", status_text(s));
}

/* Counts what was taken; the summary that ends a segment has to be true of what is before it. */
static status taken_count(struct ledger *l, const struct batch *b, bool closes, struct fault *f)
{
    const uint32_t last = batch_count(b) - 1;
    struct entry entry = {};
    for (uint32_t i = 0; i < last + !closes; i++)
        TRY(summary_count(l->summary, batch_entry(b, i), f));
    if (!closes) return OK;
    TRY(entry_parse(batch_entry(b, last), &entry, f));
    if (entry.schema->kind == KIND_summary) return summary_check(l->summary, &entry, f);
    return fault_set(f, FAIL(E_VALUE), "a segment has to end with a summary");
}

status ledger_seal_taken(struct ledger *l, struct batch *b, struct fault *f)
{
    TRY(check_running(l, f));
    assert(batch_count(b) > 0);
    const bool closes = (batch_first_index(b) + batch_count(b)) % SEGMENT_ENTRIES == 0;
    status s = batch_flush(b, &l->tools, f);
    if (s.code == E_OK) s = taken_count(l, b, closes, f);
    if (s.code == E_OK) s = frame_finish(l, b, closes, f);
    return s.code == E_OK ? OK : stop(l, s);
}

/* Opens the file of the segment that is to be written, made first where it is new. */
static status file_ready(struct ledger *l, uint64_t segment, struct fault *f)
{
    const struct store_ops *ops = l->store->ops;
    if (l->file >= 0 && l->file_segment == segment) return OK;
    TRY(segment_is_new(l->store, segment, f));
    failpoint("segment-create");
    TRY(segment_create(l->store, l->origin, segment, f));
    failpoint("segment-created");
    if (l->file >= 0) ops->close(l->store->self, l->file);
    l->file = -1;
    TRY(ops->open(l->store->self, layout_segment(segment).text, STORE_WRITE, &l->file, f));
    l->file_segment = segment;
    l->write_end = SEGMENT_HEADER_BYTES;
    l->reserved_to = SEGMENT_HEADER_BYTES;
    return OK;
}

/* Space for len more bytes is allocated before they are written, so that a full disk refuses a
 * batch as a whole. */
static status reserve_ready(struct ledger *l, size_t len, struct fault *f)
{
    if (l->reserved_to >= l->write_end && len <= l->reserved_to - l->write_end) return OK;
    const uint64_t more = len > l->reserve_bytes ? len : l->reserve_bytes;
    TRY(l->store->ops->reserve(l->store->self, l->file, l->write_end, more, f));
    l->reserved_to = l->write_end + more;
    return OK;
}

static status write_and_sync(struct ledger *l, const struct batch_head *head, slice bytes,
                             struct fault *f)
{
    const struct store_ops *ops = l->store->ops;
    const bool closes = (head->flags & BATCH_CLOSES_SEGMENT) != 0;
    failpoint("batch-begin");
    TRY(file_ready(l, head->first_index / SEGMENT_ENTRIES, f));
    failpoint("batch-reserve");
    TRY(reserve_ready(l, bytes.len, f));
    failpoint("batch-write");
    TRY(ops->write(l->store->self, l->file, l->write_end, bytes, f));
    failpoint(closes ? "footer-cut" : "batch-sync");
    if (closes) TRY(ops->truncate(l->store->self, l->file, l->write_end + bytes.len, f));
    if (closes) failpoint("footer-sync");
    TRY(ops->sync(l->store->self, l->file, f));
    failpoint("batch-synced");
    return OK;
}

/* Life of a batch on disk: reserve, write, sync. Before the sync returns, a crash may leave any
 * part of it, which recovery clears; after that the batch is acknowledged. */
status ledger_write(struct ledger *l, struct batch *b, struct fault *f)
{
    TRY(check_running(l, f));
    const slice bytes = batch_bytes(b);
    const struct batch_head head = batch_frame_head(b);
    const status s = write_and_sync(l, &head, bytes, f);
    if (s.code == E_FULL) return s;
    if (s.code != E_OK) return stop(l, s);
    l->write_end += bytes.len;
    return OK;
}
