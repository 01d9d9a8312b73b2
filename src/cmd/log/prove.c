/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that read a log: its head, its entries, proofs of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/decision/receipt.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/view.h"
#include "ledger/note.h"
#include "ledger/proof.h"
#include "os/file.h"
#include "record/entry.h"
#include "base/banned.h"

enum { CONSISTENCY_BYTES_MAX = LOG_HEAD_BYTES_MAX + 16 * 1024 };

static int fail(const struct invocation *inv, status s, const struct fault *f)
{
    return command_fail(status_exit(s), "%s: %s: %s", inv->command->name, inv->arguments[0],
                        f->text);
}

static status parse_number(const char *text, const char *what, uint64_t *ret_number,
                           struct fault *f)
{
    const status s = num_parse_u64(slice_text(text), ret_number);
    if (s.code == E_OK) return OK;
    return fault_set(f, FAIL(E_USAGE), "%s is not a number: %.40s", what, text);
}

static status print_all(const struct writer *w, struct fault *f)
{
    if (writer_end(w).code != E_OK) return fault_set(f, writer_end(w), "output too large");
    const bool wrote = fwrite(w->at, 1, w->len, stdout) == w->len && fflush(stdout) == 0;
    return wrote ? OK : fault_set(f, FAIL(E_IO), "cannot write to standard output");
}

int run_log_head(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    uint8_t out[2 * LOG_HEAD_BYTES_MAX];
    struct writer w = writer_of(out, sizeof out);
    status s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    const bool wants_cosigned = invocation_has(inv, "--cosigned");
    const struct log_head *head = wants_cosigned ? &v.cosigned : view_newest_head(&v);
    if (wants_cosigned && head->checkpoint.size == 0) {
        s = fault_set(&f, FAIL(E_NOT_FOUND), "no checkpoint was cosigned by a quorum of witnesses");
    } else if (inv->json) {
        log_head_write_json(head, &w);
    } else {
        writer_bytes(&w, log_head_note(head));
    }
    if (s.code == E_OK) s = print_all(&w, &f);
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}

int run_log_entry(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    uint64_t index = 0;
    slice entry = {};
    status s = parse_number(inv->arguments[1], "INDEX", &index, &f);
    if (s.code == E_OK) s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    s = archive_entry(v.node.archive, index, &entry, &f);
    if (s.code == E_OK) {
        const struct writer w = { .at = (uint8_t *)(uintptr_t)entry.at,
                                  .cap = entry.len,
                                  .len = entry.len };
        s = print_all(&w, &f);
    }
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}

int run_log_prove(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    uint64_t index = 0;
    uint8_t out[16 * 1024];
    struct writer w = writer_of(out, sizeof out);
    status s = parse_number(inv->arguments[1], "INDEX", &index, &f);
    if (s.code == E_OK) s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    s = view_prove(&v, index, &w, &f);
    if (s.code == E_OK) s = print_all(&w, &f);
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}

static status print_receipt(struct view *v, uint64_t index, struct fault *f)
{
    static uint8_t out[2 * ENTRY_BYTES_MAX + 4 * LOG_HEAD_BYTES_MAX];
    static uint8_t room[2 * LOG_HEAD_BYTES_MAX];
    struct writer proof = writer_of(room, sizeof room);
    struct writer w = writer_of(out, sizeof out);
    struct json_writer j = json_writer_of(&w);
    slice entry = {};
    TRY(view_prove(v, index, &proof, f));
    TRY(archive_entry(v->node.archive, index, &entry, f));
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_key(&j, "receipt");
    receipt_write(&j, index, entry, writer_slice(&proof));
    json_object_end(&j);
    writer_text(&w, "\n");
    return print_all(&w, f);
}

int run_log_receipt(const struct invocation *inv)
{
    static struct view v;
    struct fault f = {};
    status s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    for (size_t i = 1; i < inv->argument_count && s.code == E_OK; i++) {
        uint64_t index = 0;
        s = parse_number(inv->arguments[i], "INDEX", &index, &f);
        if (s.code == E_OK) s = print_receipt(&v, index, &f);
    }
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}

static status prove_consistency(struct view *v, uint64_t old_size, struct writer *w,
                                struct fault *f)
{
    const uint64_t size = v->head.checkpoint.size;
    const struct merkle_source source = { archive_tree(v->node.archive), tree_node };
    struct consistency_proof proof = { .old_size = old_size,
                                       .new_checkpoint = log_head_note(&v->head) };
    if (old_size > size) {
        return fault_set(f, FAIL(E_NOT_FOUND), "OLD is above the size of the checkpoint, %" PRIu64,
                         size);
    }
    status s = merkle_root(&source, (struct merkle_range){ 0, old_size }, &proof.old_root);
    if (s.code == E_OK) s = merkle_prove_consistency(&source, old_size, size, &proof.path);
    if (s.code != E_OK) return fault_set(f, s, "cannot prove: %s", status_text(s));
    consistency_proof_write(w, &proof);
    return OK;
}

/* A proof ends in a signature, and only that of the newest checkpoint is kept. */
static status not_kept(struct view *v, uint64_t new_size, struct fault *f)
{
    struct batch_frame frame = {};
    const uint64_t size = v->head.checkpoint.size;
    if (new_size > size) {
        return fault_set(f, FAIL(E_NOT_FOUND),
                         "NEW: the newest checkpoint has %" PRIu64 " entries, not yet %" PRIu64,
                         size, new_size);
    }
    if (new_size > 0) TRY(archive_batch(v->node.archive, new_size - 1, &frame, f));
    const uint64_t first = frame.head.first_index;
    const uint64_t end = first + frame.head.record_count;
    if (new_size != end) {
        return fault_set(f, FAIL(E_NOT_FOUND),
                         "NEW: no checkpoint of %" PRIu64 " entries was ever signed: the log grew "
                         "from %" PRIu64 " to %" PRIu64 " at once",
                         new_size, first, end);
    }
    return fault_set(f, FAIL(E_NOT_FOUND),
                     "NEW: the signed checkpoint of %" PRIu64 " entries is not kept here: give "
                     "yours with --new FILE, or prove to the newest, of %" PRIu64,
                     new_size, size);
}

/* Ends the proof in a checkpoint that the user kept, which must be one of this log. */
static status end_in_kept(struct view *v, const char *path, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(file_load(NULL, path, LOG_HEAD_BYTES_MAX, &bytes, &len, f));
    status s = log_head_read((slice){ bytes, len }, &v->head, f);
    free(bytes);
    if (s.code != E_OK) return fault_within(f, s, path);
    if (!slice_is(v->head.checkpoint.origin, v->node.config.origin)) {
        return fault_set(f, FAIL(E_INVALID), "%s: a checkpoint of another log", path);
    }
    s = log_head_check(&v->head, v->node.archive, f);
    if (s.code != E_CORRUPT) return s;
    return fault_set(f, FAIL(E_INVALID),
                     "%s: not of this log: its first %" PRIu64 " entries have no such root", path,
                     v->head.checkpoint.size);
}

/* Which checkpoint the proof ends in. */
static status choose_end(const struct invocation *inv, struct view *v, struct fault *f)
{
    const char *kept = invocation_value(inv, "--new", NULL);
    uint64_t new_size = 0;
    if (kept != NULL) TRY(end_in_kept(v, kept, f));
    if (inv->argument_count < 3) return OK;
    TRY(parse_number(inv->arguments[2], "NEW", &new_size, f));
    if (new_size == v->head.checkpoint.size) return OK;
    if (kept == NULL) return not_kept(v, new_size, f);
    return fault_set(f, FAIL(E_USAGE), "NEW is %" PRIu64 ", but the checkpoint given has %" PRIu64,
                     new_size, v->head.checkpoint.size);
}

int run_log_consistency(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    uint64_t old_size = 0;
    uint8_t out[CONSISTENCY_BYTES_MAX];
    struct writer w = writer_of(out, sizeof out);
    status s = parse_number(inv->arguments[1], "OLD", &old_size, &f);
    if (s.code == E_OK) s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    s = choose_end(inv, &v, &f);
    if (s.code == E_OK) s = prove_consistency(&v, old_size, &w, &f);
    if (s.code == E_OK) s = print_all(&w, &f);
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}
