/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a crash can leave, and what happens here:
 *
 *   a batch that was not wholly written        cleared: it was never acknowledged. If the signer
 *                                              or a checkpoint knows its entries it was whole once:
 *                                              refused as damage, and nothing is cut off
 *   a batch written, its sync failed           written and synced again, or the start fails
 *   a new file whose name is not durable yet   the folders are synced again
 *   a full segment with a torn footer          the footer is made again from the batches, always:
 *                                              it was part of the last write
 *   damage in front of whole batches           refused, and named: they were acknowledged
 *   a full segment without its successor       the next write makes it
 *   a signer behind the log                    the caller signs the newest head
 *   a log behind the signer or a checkpoint    refused: an older copy was restored
 *   a log behind what others have seen         the same (log/seen)
 */
#include "ledger/recover.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/state.h"
#include "ledger/store_file.h"
#include "ledger/count/summary.h"
#include "ledger/tile.h"
#include "os/failpoint.h"
#include "base/banned.h"

/* The log ends before what was signed. With bytes behind its end that are no whole batch, that
 * batch was signed and is damaged now; nothing is cut off. Without, it is not there at all. */
static status log_is_short(const struct ledger *l, uint64_t signed_size, struct fault *f)
{
    const unsigned long long size = archive_size(l->archive);
    const unsigned long long more = signed_size;
    if (archive_tail(l->archive) != ARCHIVE_TAIL_CLEAN) {
        return fault_set(f, FAIL(E_CORRUPT),
                         "%s: offset %llu: the batch from entry %llu on is damaged: %llu entries "
                         "were signed",
                         layout_segment(archive_segment(l->archive)).text,
                         (unsigned long long)archive_end(l->archive), size, more);
    }
    return fault_set(f, FAIL(E_REFUSED),
                     "the log has %llu entries, but %llu were signed: it was restored from an "
                     "older copy; see: candor help recover",
                     size, more);
}

static status check_signed(struct ledger *l, const struct signer_head *head, struct fault *f)
{
    struct tree *tree = archive_tree(l->archive);
    const struct merkle_source source = { .self = tree, .node = tree_node };
    hash root = {};
    if (head->size > tree_size(tree)) return log_is_short(l, head->size, f);
    TRY(merkle_root(&source, (struct merkle_range){ 0, head->size }, &root));
    if (bytes_equal(root.bytes, head->root.bytes, sizeof root.bytes)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the log's first %llu entries are not those that were signed",
                     (unsigned long long)head->size);
}

/* A published checkpoint was signed. Where it is ahead of the log or of another one, the log is an
 * older copy, put back under what others have seen already, and publishing would hide that. A
 * checkpoint that is missing or torn is published again. */
static status check_published(struct ledger *l, struct fault *f)
{
    struct log_head *head = malloc(sizeof *head);
    struct fault unread = {};
    if (head == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status s = log_head_load(l->store, head, &unread);
    if (s.code == E_OK && slice_is(head->checkpoint.origin, l->origin)) {
        const bool damaged = archive_tail(l->archive) != ARCHIVE_TAIL_CLEAN &&
                             head->checkpoint.size > archive_size(l->archive);
        s = damaged ? log_is_short(l, head->checkpoint.size, f)
                    : log_head_check(head, l->archive, f);
        if (s.code == E_CORRUPT && !damaged)
            s = fault_within(f, FAIL(E_REFUSED), "restored from an older copy");
    } else if (s.code == E_IO || s.code == E_NOMEM) {
        *f = unread;
    } else {
        s = OK;
    }
    free(head);
    return s;
}

/* A file that a crash cut off from the sync of its folder is there, but not for good. */
static status names_again(struct ledger *l, struct fault *f)
{
    const struct store *s = l->store;
    TRY(s->ops->sync_dir(s->self, LAYOUT_KEYS, f));
    TRY(s->ops->sync_dir(s->self, LAYOUT_LOG, f));
    return s->ops->sync_dir(s->self, "", f);
}

static status file_open(struct ledger *l, struct fault *f)
{
    const struct store_ops *ops = l->store->ops;
    l->file_segment = archive_segment(l->archive);
    l->write_end = archive_end(l->archive);
    TRY(ops->open(l->store->self, layout_segment(l->file_segment).text, STORE_WRITE, &l->file, f));
    return ops->size(l->store->self, l->file, &l->reserved_to, f);
}

/* Cuts a torn batch off. */
static status tail_clear(struct ledger *l, struct fault *f)
{
    const struct store_ops *ops = l->store->ops;
    if (archive_tail(l->archive) == ARCHIVE_TAIL_CLEAN) return OK;
    l->was_torn = true;
    l->reserved_to = l->write_end;
    failpoint("recover-torn");
    TRY(ops->truncate(l->store->self, l->file, l->write_end, f));
    failpoint("recover-cut");
    return ops->sync(l->store->self, l->file, f);
}

/* Dirties the pages of the last batch with what they hold and syncs them: after a failed fdatasync
 * the kernel keeps such pages as clean although the device does not have them. */
static status last_batch_again(struct ledger *l, struct fault *f)
{
    const struct store_ops *ops = l->store->ops;
    const struct segment_places *places = archive_places(l->archive);
    if (places->batch_count == 0) return OK;
    const uint64_t at = places->batches[places->batch_count - 1].offset;
    const size_t len = (size_t)(l->write_end - at);
    uint8_t *bytes = malloc(len);
    size_t got = 0;
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status s = ops->read(l->store->self, l->file, at, bytes, len, &got, f);
    if (s.code == E_OK && got != len) s = fault_set(f, FAIL(E_CORRUPT), "log: last batch is gone");
    if (s.code == E_OK) s = ops->write(l->store->self, l->file, at, (slice){ bytes, len }, f);
    if (s.code == E_OK) s = ops->sync(l->store->self, l->file, f);
    free(bytes);
    return s;
}

/* Counts the entries of the newest segment. The one that fills it is counted last of all, by
 * newest_finish: the footer holds the table that its summary speaks of. */
static status count_newest(struct ledger *l, struct fault *f)
{
    uint64_t index = archive_segment(l->archive) * SEGMENT_ENTRIES;
    while (index < archive_size(l->archive)) {
        struct batch_frame frame = {};
        TRY(archive_batch(l->archive, index, &frame, f));
        struct cursor c = cursor_of(frame.entries);
        for (; cursor_left(&c) > 0; index++) {
            slice entry = {};
            TRY(tile_bundle_next(&c, &entry));
            if (index % SEGMENT_ENTRIES == SEGMENT_ENTRIES - 1) return OK;
            TRY(summary_count(l->summary, entry, f));
        }
    }
    return OK;
}

/* Counters: the table of the last full segment, its summary entry, then what came since. */
static status counters_load(struct ledger *l, struct fault *f)
{
    const uint64_t segment = archive_segment(l->archive);
    if (segment > 0) {
        struct segment_footer footer = {};
        slice entry = {};
        TRY(archive_footer(l->archive, segment - 1, &footer, f));
        TRY(summary_load(l->summary, footer.counters, f));
        TRY(archive_entry(l->archive, segment * SEGMENT_ENTRIES - 1, &entry, f));
        TRY(summary_count(l->summary, entry, f));
    }
    return count_newest(l, f);
}

status footer_append(struct ledger *l, struct writer *out, struct fault *f)
{
    hash tile[SEGMENT_TILES];
    slice counters = {};
    tree_filled_tile(archive_tree(l->archive), tile);
    TRY(summary_table(l->summary, &counters, f));
    segment_footer_write(archive_places(l->archive), tile, counters, out);
    return writer_end(out).code == E_OK ? OK : fault_set(f, FAIL(E_LIMIT), "footer: too large");
}

static status footer_again(struct ledger *l, struct fault *f)
{
    enum { FOOTER_ROOM = 64 * 1024 * 1024 };
    const struct store_ops *ops = l->store->ops;
    struct writer w = writer_of(malloc(FOOTER_ROOM), FOOTER_ROOM);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status s = footer_append(l, &w, f);
    const uint64_t end = l->write_end + w.len;
    if (s.code == E_OK) s = ops->write(l->store->self, l->file, l->write_end, writer_slice(&w), f);
    if (s.code == E_OK) s = ops->truncate(l->store->self, l->file, end, f);
    if (s.code == E_OK) s = ops->sync(l->store->self, l->file, f);
    free(w.at);
    return s;
}

/* A full newest segment is finished: its footer is written again, then the next one follows. */
static status newest_finish(struct ledger *l, struct fault *f)
{
    slice entry = {};
    const uint64_t size = archive_size(l->archive);
    const uint64_t segment = archive_segment(l->archive);
    if (size != (segment + 1) * SEGMENT_ENTRIES) return OK;
    failpoint("recover-footer");
    TRY(footer_again(l, f));
    failpoint("recover-roll");
    TRY(archive_entry(l->archive, size - 1, &entry, f));
    TRY(summary_count(l->summary, entry, f));
    archive_roll(l->archive);
    l->reserved_to = 0; /* nothing of the full segment is reserved */
    return OK;
}

/* A newer checkpoint that somebody else had, and that the log has to reach first. Once it has, the
 * file has done its work. */
static status check_seen(struct ledger *l, struct fault *f)
{
    struct log_head *head = malloc(sizeof *head);
    uint8_t note[LOG_HEAD_BYTES_MAX];
    struct fault why = {};
    size_t len = 0;
    if (head == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status s = store_file_read(l->store, LAYOUT_SEEN, note, sizeof note, &len, &why);
    if (s.code == E_OK) {
        s = log_head_read((slice){ note, len }, head, &why);
        if (s.code != E_OK) s = fault_within(&why, FAIL(E_CORRUPT), LAYOUT_SEEN);
        if (s.code == E_OK) {
            const struct signer_head seen = { head->checkpoint.size, head->checkpoint.root };
            s = check_signed(l, &seen, &why);
        }
    }
    free(head);
    if (s.code == E_NOT_FOUND) return OK;
    if (s.code != E_OK) *f = why;
    return s;
}

/* A log that has a successor is at its end. */
static status check_retired(struct ledger *l, struct fault *f)
{
    char by[SIGNER_ORIGIN_BYTES_MAX + 2];
    struct fault why = {};
    size_t len = 0;
    const status s =
        store_file_read(l->store, LAYOUT_RETIRED, (uint8_t *)by, sizeof by - 1, &len, &why);
    if (s.code == E_NOT_FOUND) return OK;
    if (s.code != E_OK) *f = why;
    TRY(s);
    if (len > 0 && by[len - 1] == '\n') len--;
    return fault_set(f, FAIL(E_REFUSED), "the log was succeeded by %.*s: it is at its end",
                     (int)len, by);
}

static status check_heads(struct ledger *l, const struct ledger_options *o, struct fault *f)
{
    TRY(check_signed(l, &o->signed_head, f));
    if (o->may_be_behind) return OK;
    TRY(check_published(l, f));
    TRY(check_seen(l, f));
    return check_retired(l, f);
}

status recover(struct ledger *l, const struct ledger_options *options, struct fault *f)
{
    l->leaves = calloc(BATCH_RECORDS_MAX, sizeof *l->leaves);
    if (l->leaves == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    TRY(check_heads(l, options, f));
    TRY(names_again(l, f));
    TRY(file_open(l, f));
    TRY(tail_clear(l, f));
    failpoint("recover-again");
    TRY(last_batch_again(l, f));
    failpoint("recover-counters");
    TRY(counters_load(l, f));
    return newest_finish(l, f);
}
