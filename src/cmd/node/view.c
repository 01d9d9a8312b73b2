/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/view.h"

#include <inttypes.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/proof.h"
#include "ledger/store_file.h"
#include "base/banned.h"

void view_look_for_cosigned(struct view *v)
{
    uint8_t note[LOG_HEAD_BYTES_MAX];
    struct fault unused;
    struct log_head *c = &v->cosigned;
    size_t len = 0;
    c->checkpoint.size = 0;
    if (v->node.config.front.gather.policy[0] == '\0') return;
    status s = store_file_read(&v->node.store, LAYOUT_COSIGNED, note, sizeof note, &len, &unused);
    if (s.code == E_OK) s = log_head_read((slice){ note, len }, c, &unused);
    const bool is_ours = s.code == E_OK && c->checkpoint.size <= v->head.checkpoint.size &&
                         slice_is(c->checkpoint.origin, v->node.config.origin) &&
                         log_head_check(c, v->node.archive, &unused).code == E_OK;
    if (!is_ours) c->checkpoint.size = 0;
}

const struct log_head *view_head_for(const struct view *v, uint64_t size)
{
    return v->cosigned.checkpoint.size >= size && size > 0 ? &v->cosigned : view_newest_head(v);
}

const struct log_head *view_public_head(const struct view *v)
{
    return v->cosigned.checkpoint.size > 0 ? &v->cosigned : &v->head;
}

const struct log_head *view_newest_head(const struct view *v)
{
    const bool same = v->cosigned.checkpoint.size == v->head.checkpoint.size;
    return same && v->head.checkpoint.size > 0 ? &v->cosigned : &v->head;
}

/* The head first: beside a running node the archive is then the newer of the two. */
status view_open(const char *dir, struct view *ret_view, struct fault *f)
{
    struct node early = {};
    TRY(node_open_store(dir, &early, f));
    status s = log_head_load(&early.store, &ret_view->head, f);
    node_close(&early);
    TRY(s);
    TRY(node_open_reading(dir, &ret_view->node, f));
    s = log_head_check(&ret_view->head, ret_view->node.archive, f);
    if (s.code == E_OK) view_look_for_cosigned(ret_view);
    if (s.code != E_OK) view_close(ret_view);
    return s;
}

status view_prove(const struct view *v, uint64_t index, struct writer *w, struct fault *f)
{
    const struct merkle_source source = { archive_tree(v->node.archive), tree_node };
    const uint64_t covered = v->head.checkpoint.size;
    if (index >= covered) {
        return fault_set(f, FAIL(E_NOT_FOUND),
                         "index %" PRIu64 ": the checkpoint covers %" PRIu64 " entries", index,
                         covered);
    }
    const struct log_head *head = view_head_for(v, index + 1);
    struct inclusion_proof proof = { .extra_base64 = slice_none(),
                                     .index = index,
                                     .checkpoint = log_head_note(head) };
    const status s = merkle_prove_inclusion(&source, index, head->checkpoint.size, &proof.path);
    if (s.code != E_OK) return fault_set(f, s, "cannot prove: %s", status_text(s));
    inclusion_proof_write(w, &proof);
    return writer_end(w).code == E_OK ? OK : fault_set(f, FAIL(E_LIMIT), "the proof is too long");
}

void view_close(struct view *v)
{
    node_close(&v->node);
}
