/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/takeover.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/archive.h"
#include "ledger/backup/mirror.h"
#include "ledger/backup/pairing.h"
#include "ledger/erase/erasures.h"
#include "ledger/layout.h"
#include "ledger/ledger.h"
#include "ledger/merkle.h"
#include "ledger/store_file.h"
#include "lib/ed25519.h"
#include "base/banned.h"

static const char gap_text[] = "taken over from a copy without private values\n";

struct run {
    const struct backup_order *order;
    struct mirror *there;       /* owned */
    struct archive *ours;       /* owned; for proving */
    struct erasures_room *room; /* owned */
    struct signer_head signed_head;
    uint64_t before;
    uint64_t size;
    hash *lots; /* owned: of each lot, SHA-256 over its leaves as they were proved */
    size_t lot;
    hash leaves[TILE_WIDTH]; /* of the lot read last */
    slice entries[TILE_WIDTH];
};

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "recover: out of memory");
}

/* ---- what the copy shows ---- */

static status cosigned_check(const struct log_head *head, const struct policy *policy,
                             struct fault *f)
{
    struct note_seen seen[POLICY_KEYS_MAX] = {};
    struct note *note = malloc(sizeof *note);
    if (note == NULL) return out_of_memory(f);
    status s = note_parse(log_head_note(head), note, f);
    if (s.code == E_OK)
        s = note_verify(note, policy->keys, policy->key_count, ed25519_verify, seen, f);
    if (s.code == E_OK) s = policy_check(policy, head->checkpoint.origin, seen, f);
    free(note);
    return s.code == E_OK ? OK : fault_within(f, s, "the copy's checkpoint");
}

static status root_is(hash found, hash want, uint64_t size, const char *whose, struct fault *f)
{
    if (bytes_equal(found.bytes, want.bytes, sizeof want.bytes)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "this log's entries and the copy's do not make the first %llu entries that "
                     "%s: one of them is damaged or another history",
                     (unsigned long long)size, whose);
}

/* ---- this log ---- */

static status signed_load(struct run *r, struct fault *f)
{
    uint8_t unused[MANIFEST_KEY_BYTES_MAX];
    struct writer w = writer_of(unused, sizeof unused);
    struct fault why = {};
    const status s = signer_check(r->order->to, &r->signed_head, &w, &why);
    if (s.code == E_NOT_FOUND) return OK; /* nothing will be signed */
    if (s.code != E_OK) *f = why;
    return s;
}

/* What stands behind the last whole batch: cut off while entries were taken over, or damage to one
 * that was signed. Nothing is opened for writing between the first and the last of them. */
static status tail_check(const struct run *r, struct fault *f)
{
    bool was_begun = false;
    const struct archive *a = r->ours;
    if (archive_tail(a) == ARCHIVE_TAIL_CLEAN || r->signed_head.size <= r->before) return OK;
    TRY(store_file_exists(r->order->to, LAYOUT_GAP, &was_begun, f));
    if (was_begun) return OK;
    return fault_set(f, FAIL(E_CORRUPT),
                     "%s: offset %llu: the batch from entry %llu on is damaged; its private "
                     "values are in no export: recover from a backup first",
                     layout_segment(archive_segment(a)).text, (unsigned long long)archive_end(a),
                     (unsigned long long)r->before);
}

static status ours_check(struct run *r, struct fault *f)
{
    struct archive *a = r->ours;
    r->before = archive_size(a);
    r->size = r->there->head.checkpoint.size;
    if (r->before > r->size) {
        return fault_set(f, FAIL(E_REFUSED), "the copy has %llu entries, this log has %llu",
                         (unsigned long long)r->size, (unsigned long long)r->before);
    }
    TRY(tail_check(r, f));
    if (r->signed_head.size <= r->before) {
        const struct merkle_source source = { archive_tree(a), tree_node };
        hash root = {};
        TRY(merkle_root(&source, (struct merkle_range){ 0, r->signed_head.size }, &root));
        TRY(root_is(root, r->signed_head.root, r->signed_head.size, "were signed", f));
    }
    return pairing_check(r->order->to, a, f);
}

/* Appends what this log has to a tree of its own: whole segments, then leaves. */
static status own_append(struct run *r, struct tree *t, struct fault *f)
{
    uint64_t index = r->before - r->before % SEGMENT_ENTRIES;
    for (uint64_t n = 0; n < r->before / SEGMENT_ENTRIES; n++) {
        hash root = {};
        TRY(tree_node(archive_tree(r->ours), TREE_SEGMENT_LEVEL, n, &root));
        TRY(tree_append_segment(t, root));
    }
    while (index < r->before) {
        const uint64_t left = r->before - index;
        const size_t count = left < TILE_WIDTH ? (size_t)left : TILE_WIDTH;
        TRY(archive_leaves(r->ours, index, count, r->leaves, f));
        TRY(tree_append(t, r->leaves, count));
        index += count;
    }
    return OK;
}

/* ---- lots: entries of one bundle that end at nothing that was signed in between ---- */

static uint64_t lot_end(const struct run *r, uint64_t index)
{
    uint64_t end = index - index % TILE_WIDTH + TILE_WIDTH;
    if (end > r->size) end = r->size;
    if (r->signed_head.size > index && end > r->signed_head.size) end = r->signed_head.size;
    return end;
}

static status stop_wanted(const struct run *r)
{
    const _Atomic int *stop = r->order->watcher->stop;
    return stop != NULL && *stop != 0 ? FAIL(E_CANCELLED) : OK;
}

static status lot_read(struct run *r, uint64_t index, uint64_t end, struct fault *f)
{
    const size_t count = (size_t)(end - index);
    uint64_t bytes = 0;
    TRY(stop_wanted(r));
    for (size_t i = 0; i < count; i++) {
        TRY(mirror_entry(r->there, index + i, &r->entries[i], f));
        bytes += r->entries[i].len;
    }
    merkle_leaves(r->entries, count, r->leaves);
    r->order->watcher->progress(r->order->watcher->self, bytes);
    return OK;
}

static hash lot_hash(const struct run *r, size_t count)
{
    return sha256((slice){ r->leaves[0].bytes, count * sizeof *r->leaves });
}

/* What was erased since may still be open under the keys of this log: it has to be known. */
static status erasure_check(struct run *r, uint64_t index, const struct entry *entry,
                            struct fault *f)
{
    struct erased_set set = {};
    struct fault why = {};
    const status s = erasures_of_entry(r->order->to, r->room, entry, &set, &why);
    if (s.code == E_NOT_FOUND) {
        return fault_set(f, FAIL(E_REFUSED),
                         "entry %llu is an erasure, and what it erased is not known here: put its "
                         "set into the node's folder first (%.150s)",
                         (unsigned long long)index, why.text);
    }
    if (s.code != E_OK) *f = why;
    return s;
}

static status lot_check(struct run *r, uint64_t index, uint64_t end, struct fault *f)
{
    for (uint64_t i = index; i < end; i++) {
        struct entry entry = {};
        TRY(entry_parse(r->entries[i - index], &entry, f));
        if (entry.schema->kind == KIND_erasure) TRY(erasure_check(r, i, &entry, f));
    }
    return OK;
}

/* ---- step 2: proving ---- */

static status lots_append(struct run *r, struct tree *t, struct fault *f)
{
    for (uint64_t index = r->before; index < r->size;) {
        const uint64_t end = lot_end(r, index);
        const size_t count = (size_t)(end - index);
        TRY(lot_read(r, index, end, f));
        TRY(lot_check(r, index, end, f));
        r->lots[r->lot++] = lot_hash(r, count);
        TRY(tree_append(t, r->leaves, count));
        if (end == r->signed_head.size)
            TRY(root_is(tree_root(t), r->signed_head.root, end, "were signed", f));
        index = end;
    }
    return OK;
}

static status prove(struct run *r, struct fault *f)
{
    struct tree *t = tree_new(NULL, NULL);
    r->lots = calloc((size_t)((r->size - r->before) / TILE_WIDTH + 3), sizeof *r->lots);
    r->room = erasures_room_new();
    status s = t == NULL || r->lots == NULL || r->room == NULL ? out_of_memory(f) : OK;
    if (s.code == E_OK) s = own_append(r, t, f);
    if (s.code == E_OK) s = lots_append(r, t, f);
    if (s.code == E_OK) {
        const struct checkpoint *c = &r->there->head.checkpoint;
        s = root_is(tree_root(t), c->root, c->size, "the copy's checkpoint covers", f);
    }
    tree_free(t);
    if (s.code != E_OK && f->text[0] == '\0') return fault_set(f, s, "%s", status_text(s));
    return s;
}

/* ---- steps 3 to 5: writing ---- */

/* From here on the log owes the world these entries, unless it owes it more already. */
static status seen_note(const struct run *r, struct fault *f)
{
    const struct store *to = r->order->to;
    struct fault why = {};
    uint8_t note[LOG_HEAD_BYTES_MAX];
    size_t len = 0;
    uint64_t size = 0;
    status s = store_file_read(to, LAYOUT_SEEN, note, sizeof note, &len, &why);
    if (s.code == E_OK) {
        struct log_head *head = malloc(sizeof *head);
        if (head == NULL) return out_of_memory(f);
        s = log_head_read((slice){ note, len }, head, &why);
        if (s.code == E_OK) size = head->checkpoint.size;
        free(head);
    }
    if (s.code != E_OK && s.code != E_NOT_FOUND) {
        *f = why;
        return fault_within(f, s, LAYOUT_SEEN);
    }
    if (size >= r->size) return OK;
    return store_file_replace(to, LAYOUT_SEEN, log_head_note(&r->there->head), f);
}

static status batch_write(struct ledger *l, struct batch *b, struct fault *f)
{
    TRY(ledger_seal_taken(l, b, f));
    return ledger_write(l, b, f);
}

/* Adds a lot that is what was proved; a batch that is full is written. */
static status lot_take(struct run *r, struct ledger *l, struct batch *b, uint64_t index,
                       uint64_t end, struct fault *f)
{
    const size_t count = (size_t)(end - index);
    TRY(lot_read(r, index, end, f));
    const hash found = lot_hash(r, count);
    if (!bytes_equal(found.bytes, r->lots[r->lot++].bytes, sizeof found.bytes)) {
        return fault_set(f, FAIL(E_CORRUPT), "entry %llu: the copy changed while it was read",
                         (unsigned long long)index);
    }
    for (size_t i = 0; i < count; i++) {
        if (batch_is_full(b)) {
            TRY(batch_write(l, b, f));
            TRY(ledger_begin(l, b, f));
        }
        TRY(ledger_take(l, b, r->entries[i], f));
    }
    return OK;
}

/* Every head that was signed is the end of a batch. */
static status lots_take(struct run *r, struct ledger *l, struct batch *b, struct fault *f)
{
    r->lot = 0;
    TRY(ledger_begin(l, b, f));
    for (uint64_t index = r->before; index < r->size;) {
        const uint64_t end = lot_end(r, index);
        TRY(lot_take(r, l, b, index, end, f));
        index = end;
        if (index != r->size && index != r->signed_head.size) continue;
        TRY(batch_write(l, b, f));
        if (index < r->size) TRY(ledger_begin(l, b, f));
    }
    return OK;
}

static status write_all(struct run *r, struct fault *f)
{
    struct ledger_options options = ledger_options_default(r->order->origin);
    struct ledger *l = NULL;
    struct batch *b = batch_new();
    options.may_be_behind = true;
    if (b == NULL) return out_of_memory(f);
    status s = ledger_open(r->order->to, &options, &l, f);
    if (s.code == E_OK) s = lots_take(r, l, b, f);
    ledger_close(l);
    batch_free(b);
    return s;
}

static status run_steps(struct run *r, const struct policy *policy, struct fault *f)
{
    const struct backup_order *o = r->order;
    TRY(mirror_open(o->from, &r->there, f));
    TRY(log_head_verify(&r->there->head, o->key, f));
    if (policy != NULL) TRY(cosigned_check(&r->there->head, policy, f));
    TRY(signed_load(r, f));
    TRY(archive_open(o->to, o->origin, &r->ours, f));
    TRY(ours_check(r, f));
    if (r->size == r->before) return log_head_check(&r->there->head, r->ours, f);
    TRY(prove(r, f));
    archive_free(r->ours);
    r->ours = NULL;
    TRY(seen_note(r, f));
    TRY(store_file_replace(o->to, LAYOUT_GAP, slice_text(gap_text), f));
    TRY(write_all(r, f));
    return store_file_replace(o->to, LAYOUT_CHECKPOINT, log_head_note(&r->there->head), f);
}

status takeover_copy(const struct backup_order *o, const struct policy *policy,
                     struct regain_result *ret_result, struct fault *f)
{
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL) return out_of_memory(f);
    r->order = o;
    r->signed_head.root = merkle_empty();
    const status s = run_steps(r, policy, f);
    if (s.code == E_OK) *ret_result = (struct regain_result){ r->before, r->size, 0 };
    mirror_free(r->there);
    archive_free(r->ours);
    erasures_room_free(r->room);
    free(r->lots);
    free(r);
    return s;
}
