/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/verify.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "ledger/count/count.h"
#include "ledger/proof.h"
#include "record/bundle.h"
#include "verify/disclosure.h"
#include "verify/entry_facts.h"
#include "verify/figure.h"
#include "verify/leaf.h"
#include "base/banned.h"

typedef status (*verifier)(const struct verify_input *in, struct answer *answer,
                           struct fault *fault);

static status verify_inclusion(const struct verify_input *in, struct answer *answer,
                               struct fault *fault)
{
    struct inclusion_proof p = {};
    struct leaf leaf = {};
    if (in->entry == NULL) {
        TRY(inclusion_proof_parse(in->file, &p, fault));
        return fault_set(
            fault, FAIL(E_USAGE),
            "an inclusion proof does not contain its entry: give --entry FILE with the "
            "raw bytes of entry %llu",
            (unsigned long long)p.index);
    }
    TRY(leaf_verify(in->trust, in->file, *in->entry, answer, &leaf, fault));
    entry_facts(*in->entry, answer);
    answer_say(answer, ANSWER_NOT_PROVEN, NULL, "that what the entry says is true");
    return OK;
}

/* The checkpoint that the reader kept must be the one that the proof starts from. */
static status check_old(const struct verify_input *in, const struct consistency_proof *p,
                        slice origin, struct fault *fault)
{
    struct checkpoint old = {};
    const status s = trust_kept_checkpoint(in->trust, *in->old, &old, fault);
    if (s.code != E_OK) return fault_within(fault, s, "old checkpoint");
    if (!slice_equal(old.origin, origin)) {
        return fault_set(fault, FAIL(E_INVALID), "old checkpoint: is one of another log");
    }
    if (old.size != p->old_size) {
        return fault_set(fault, FAIL(E_INVALID),
                         "old checkpoint: has %llu entries, the proof starts at %llu",
                         (unsigned long long)old.size, (unsigned long long)p->old_size);
    }
    if (!bytes_equal(old.root.bytes, p->old_root.bytes, SHA256_BYTES)) {
        return fault_set(fault, FAIL(E_INVALID),
                         "old checkpoint: has another root than the proof starts from");
    }
    return OK;
}

static status verify_consistency(const struct verify_input *in, struct answer *answer,
                                 struct fault *fault)
{
    struct consistency_proof p = {};
    struct checkpoint cp = {};
    TRY(consistency_proof_parse(in->file, &p, fault));
    TRY(trust_checkpoint(in->trust, p.new_checkpoint, answer, &cp, fault));
    if (in->old != NULL) TRY(check_old(in, &p, cp.origin, fault));
    if (p.old_size == 0) {
        return fault_set(fault, FAIL(E_INVALID),
                         "proof: every log extends the empty one, so there is nothing to prove");
    }
    const hash roots[2] = { p.old_root, cp.root };
    const status s =
        merkle_verify_consistency(p.old_size, cp.size, p.path.hashes, p.path.count, roots);
    if (s.code != E_OK) {
        return fault_set(fault, s,
                         "proof: the checkpoint of %llu entries is not shown to extend the one of "
                         "%llu: the %zu hashes do not lead to both roots",
                         (unsigned long long)cp.size, (unsigned long long)p.old_size, p.path.count);
    }
    answer_number(answer, "old size", p.old_size);
    answer_hash(answer, "old root", p.old_root);
    answer_say(
        answer, ANSWER_PROVEN, NULL,
        "the log extends the one of %llu entr%s with the old root: nothing in it was changed "
        "or removed",
        (unsigned long long)p.old_size, p.old_size == 1 ? "y" : "ies");
    if (in->old == NULL) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL,
                   "that the log ever signed the old root: compare it with the checkpoint that you "
                   "kept, or give that with --old");
    }
    return OK;
}

/* A note without a heading of its own: a checkpoint if it reads as one, else a text. */
static status verify_note(const struct verify_input *in, struct answer *answer, struct fault *fault)
{
    struct note n = {};
    struct checkpoint cp = {};
    struct fault aside = {};
    TRY(note_parse(in->file, &n, fault));
    if (checkpoint_parse(n.text, &cp, &aside).code != E_OK) {
        answer->kind = "signed note";
        return trust_note(in->trust, in->file, answer, fault);
    }
    return trust_checkpoint(in->trust, in->file, answer, &cp, fault);
}

static const struct {
    const char *first_line; /* NULL: anything */
    const char *kind;
    verifier verify;
} formats[] = {
    { PROOF_INCLUSION_MAGIC, "inclusion proof", verify_inclusion },
    { PROOF_CONSISTENCY_MAGIC, "consistency proof", verify_consistency },
    { BUNDLE_MAGIC, "disclosed record", verify_disclosure },
    { COUNT_MAGIC, "count proof", verify_figure },
    { NULL, "checkpoint", verify_note },
};

status verify_file(const struct verify_input *in, struct answer *answer, struct fault *fault)
{
    struct cursor c = cursor_of(in->file);
    slice line = slice_none();
    if (in->file.len > VERIFY_FILE_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "longer than %d bytes", VERIFY_FILE_BYTES_MAX);
    }
    if (cursor_line(&c, &line).code != E_OK) {
        return fault_set(fault, FAIL(E_SYNTAX), "not a proof, a bundle or a signed note");
    }
    size_t f = 0;
    while (formats[f].first_line != NULL && !slice_is(line, formats[f].first_line))
        f++;
    answer->kind = formats[f].kind;
    if (in->recount != NULL && formats[f].verify != verify_figure) {
        return fault_set(fault, FAIL(E_USAGE),
                         "entries are counted for a count proof only, this is a %s", answer->kind);
    }
    TRY(formats[f].verify(in, answer, fault));
    const status s = answer_check(answer);
    return s.code == E_OK ? OK : fault_set(fault, s, "the answer is too long");
}
