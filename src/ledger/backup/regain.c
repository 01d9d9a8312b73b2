/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/regain.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/archive.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/signer.h"
#include "ledger/store_file.h"
#include "base/banned.h"

struct run {
    const struct backup_order *order;
    struct copy copy;
    struct archive *there; /* the other copy */
    struct log_head *head; /* owned: its checkpoint */
    uint64_t before;
};

/* The other copy's tree has to begin with these entries. */
static status begins_with(struct run *r, uint64_t size, hash root, const char *whose,
                          struct fault *f)
{
    const struct merkle_source source = { archive_tree(r->there), tree_node };
    hash found = {};
    TRY(merkle_root(&source, (struct merkle_range){ 0, size }, &found));
    if (bytes_equal(found.bytes, root.bytes, sizeof root.bytes)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the other copy's first %llu entries are not those that %s",
                     (unsigned long long)size, whose);
}

/* What there is of the log, if it can be read, must be the beginning of the other copy. One that
 * cannot be read is only replaced by a copy that has everything that was signed. */
static status ours_check(struct run *r, bool *ret_readable, struct fault *f)
{
    const uint64_t size = r->head->checkpoint.size;
    struct archive *ours = NULL;
    struct fault why = {};
    const status s = archive_open(r->order->to, r->order->origin, &ours, &why);
    *ret_readable = s.code == E_OK;
    if (s.code == E_CORRUPT || s.code == E_NOT_FOUND) return OK;
    if (s.code != E_OK) *f = why;
    TRY(s);
    const uint64_t have = archive_size(ours);
    const hash root = tree_root(archive_tree(ours));
    archive_free(ours);
    r->before = have;
    if (have > size) {
        return fault_set(f, FAIL(E_REFUSED), "the other copy has %llu entries, this log has %llu",
                         (unsigned long long)size, (unsigned long long)have);
    }
    return begins_with(r, have, root, "this log has", f);
}

static status signer_check_against(struct run *r, bool readable, struct fault *f)
{
    uint8_t unused[MANIFEST_KEY_BYTES_MAX];
    struct writer w = writer_of(unused, sizeof unused);
    struct signer_head signed_head = {};
    struct fault why = {};
    const status s = signer_check(r->order->to, &signed_head, &w, &why);
    if (s.code == E_NOT_FOUND) return OK; /* nothing will be signed */
    if (s.code != E_OK) *f = why;
    TRY(s);
    if (signed_head.size <= r->head->checkpoint.size) {
        return begins_with(r, signed_head.size, signed_head.root, "were signed", f);
    }
    if (readable) return OK;
    return fault_set(
        f, FAIL(E_REFUSED),
        "the log here is damaged, and the other copy has %llu entries of the %llu that "
        "were signed: what is left would be overwritten",
        (unsigned long long)r->head->checkpoint.size, (unsigned long long)signed_head.size);
}

static status run_open(struct run *r, struct fault *f)
{
    const struct backup_order *o = r->order;
    bool readable = false;
    r->head = malloc(sizeof *r->head);
    if (r->head == NULL) return fault_set(f, FAIL(E_NOMEM), "recover: out of memory");
    TRY(copy_init(&r->copy, o->from, o->to, o->watcher, f));
    TRY(log_head_load(o->from, r->head, f));
    TRY(log_head_verify(r->head, o->key, f));
    TRY(archive_open(o->from, o->origin, &r->there, f));
    TRY(log_head_check(r->head, r->there, f));
    TRY(ours_check(r, &readable, f));
    return signer_check_against(r, readable, f);
}

struct listing {
    struct run *run;
    struct fault *fault;
};

static status copy_set(void *with, const char *file_name)
{
    const struct listing *l = with;
    struct manifest_file file = {};
    char path[STORE_NAME_MAX + 1];
    const slice name = slice_text(file_name);
    const slice suffix = slice_text(".set");
    const int len = snprintf(path, sizeof path, LAYOUT_ERASURES "/%s", file_name);
    const bool is_set =
        name.len > suffix.len && slice_equal(slice_from(name, name.len - suffix.len), suffix);
    if (!is_set || len < 0 || (size_t)len >= sizeof path) return OK;
    return copy_file(&l->run->copy, path, UINT64_MAX, &file, l->fault);
}

/* The sets say what the erasures among the new entries cover: before the entries. */
static status sets_copy(struct run *r, struct fault *f)
{
    const struct store *from = r->order->from;
    const struct store *to = r->order->to;
    struct fault why = {};
    struct fault none = {};
    struct listing l = { r, &why };
    TRY(to->ops->make_dir(to->self, LAYOUT_ERASURES, f));
    const status s = from->ops->list(from->self, LAYOUT_ERASURES, copy_set, &l, &none);
    if (s.code == E_NOT_FOUND && why.text[0] == '\0') return OK;
    if (s.code != E_OK) *f = why.text[0] == '\0' ? none : why;
    TRY(s);
    return to->ops->sync_dir(to->self, LAYOUT_ERASURES, f);
}

/* Reads each batch that will be new as a reader would, so that damage is not taken over. */
static status batches_check(struct run *r, struct fault *f)
{
    for (uint64_t index = r->before; index < r->head->checkpoint.size;) {
        struct batch_frame frame = {};
        TRY(archive_batch(r->there, index, &frame, f));
        index = frame.head.first_index + frame.head.record_count;
    }
    return OK;
}

static status segments_copy(struct run *r, struct fault *f)
{
    const struct store *to = r->order->to;
    const uint64_t size = r->head->checkpoint.size;
    TRY(batches_check(r, f));
    for (uint64_t n = r->before / SEGMENT_ENTRIES; n * SEGMENT_ENTRIES < size; n++) {
        struct manifest_file file = {};
        uint64_t bytes = 0;
        TRY(backup_segment_bytes(r->order->from, r->there, n, size, &bytes, f));
        TRY(copy_file(&r->copy, layout_segment(n).text, bytes, &file, f));
    }
    TRY(to->ops->sync_dir(to->self, LAYOUT_LOG, f));
    return store_file_replace(to, LAYOUT_CHECKPOINT, log_head_note(r->head), f);
}

static status run_steps(struct run *r, struct fault *f)
{
    TRY(run_open(r, f));
    if (r->head->checkpoint.size == r->before) return OK;
    TRY(sets_copy(r, f));
    return segments_copy(r, f);
}

status regain_copy(const struct backup_order *o, struct regain_result *ret_result, struct fault *f)
{
    struct run r = { .order = o };
    const status s = run_steps(&r, f);
    if (s.code == E_OK) {
        *ret_result = (struct regain_result){ r.before, r.head->checkpoint.size, r.copy.written };
    }
    copy_done(&r.copy);
    archive_free(r.there);
    free(r.head);
    return s;
}
