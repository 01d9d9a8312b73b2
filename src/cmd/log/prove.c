/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that read a log: its head, its entries, proofs of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/view.h"
#include "ledger/note.h"
#include "ledger/proof.h"
#include "base/banned.h"

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
    uint8_t out[4096];
    struct writer w = writer_of(out, sizeof out);
    status s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    if (inv->json) {
        log_head_write_json(&v.head, &w);
    } else {
        writer_bytes(&w, log_head_note(&v.head));
    }
    s = print_all(&w, &f);
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

static status prove(struct view *v, uint64_t index, struct writer *w, struct fault *f)
{
    const uint64_t size = v->head.checkpoint.size;
    const struct merkle_source source = { archive_tree(v->node.archive), tree_node };
    struct inclusion_proof proof = { .extra_base64 = slice_none(),
                                     .index = index,
                                     .checkpoint = log_head_note(&v->head) };
    if (index >= size) {
        return fault_set(f, FAIL(E_NOT_FOUND),
                         "index %" PRIu64 ": the checkpoint covers %" PRIu64 " entries", index,
                         size);
    }
    const status s = merkle_prove_inclusion(&source, index, size, &proof.path);
    if (s.code != E_OK) return fault_set(f, s, "cannot prove: %s", status_text(s));
    inclusion_proof_write(w, &proof);
    return OK;
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
    s = prove(&v, index, &w, &f);
    if (s.code == E_OK) s = print_all(&w, &f);
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

/* NEW has to be the size that was signed: a proof to a root that nobody signed proves nothing. */
int run_log_consistency(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    uint64_t old_size = 0;
    uint64_t new_size = 0;
    uint8_t out[16 * 1024];
    struct writer w = writer_of(out, sizeof out);
    status s = parse_number(inv->arguments[1], "OLD", &old_size, &f);
    if (s.code == E_OK && inv->argument_count > 2)
        s = parse_number(inv->arguments[2], "NEW", &new_size, &f);
    if (s.code == E_OK) s = view_open(inv->arguments[0], &v, &f);
    if (s.code != E_OK) return fail(inv, s, &f);
    if (inv->argument_count > 2 && new_size != v.head.checkpoint.size) {
        s = fault_set(&f, FAIL(E_NOT_FOUND), "NEW: the signed checkpoint has size %" PRIu64,
                      v.head.checkpoint.size);
    }
    if (s.code == E_OK) s = prove_consistency(&v, old_size, &w, &f);
    if (s.code == E_OK) s = print_all(&w, &f);
    view_close(&v);
    return s.code == E_OK ? 0 : fail(inv, s, &f);
}
