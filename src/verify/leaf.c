/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/leaf.h"

#include "base/bytes.h"
#include "ledger/proof.h"
#include "base/banned.h"

static status check_path(const struct inclusion_proof *p, const struct checkpoint *cp, hash leaf,
                         struct fault *fault)
{
    const unsigned long long index = p->index;
    if (p->index >= cp->size) {
        return fault_set(fault, FAIL(E_INVALID), "proof: index %llu is not below the size, %llu",
                         index, (unsigned long long)cp->size);
    }
    const status s =
        merkle_verify_inclusion(p->index, cp->size, leaf, p->path.hashes, p->path.count, cp->root);
    if (s.code == E_OK) return OK;
    return fault_set(
        fault, s,
        "proof: this entry is not entry %llu of the checkpoint: the path of %zu hashes "
        "does not lead to its root",
        index, p->path.count);
}

status leaf_verify(const struct trust *t, slice proof, slice entry, struct answer *answer,
                   struct leaf *ret_leaf, struct fault *fault)
{
    struct inclusion_proof p = {};
    TRY(inclusion_proof_parse(proof, &p, fault));
    TRY(trust_checkpoint(t, p.checkpoint, answer, &ret_leaf->checkpoint, fault));
    const hash leaf = merkle_leaf(entry);
    TRY(check_path(&p, &ret_leaf->checkpoint, leaf, fault));
    ret_leaf->index = p.index;
    answer_number(answer, "index", p.index);
    answer_hash(answer, "leaf", leaf);
    answer_say(answer, ANSWER_PROVEN, NULL,
               "the %zu bytes of the entry are entry %llu of the log, unchanged since", entry.len,
               (unsigned long long)p.index);
    if (p.extra_base64.len > 0) {
        answer_say(answer, ANSWER_NOT_PROVEN, NULL, "anything about the extra data of the proof");
    }
    return OK;
}
