/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/vault.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/rewrites.h"
#include "base/banned.h"

struct vault {
    struct keys *keys; /* borrowed */
    hash origin;
    struct block_codec *codec;
    struct rewrites *rewrites; /* owned: of the group used last */
    uint64_t group;
    uint64_t generation;
};

struct vault *vault_new(hash origin, struct keys *keys)
{
    struct vault *v = calloc(1, sizeof *v);
    if (v == NULL) return NULL;
    v->keys = keys;
    v->origin = origin;
    v->codec = block_codec_new(0, true);
    if (v->codec != NULL) return v;
    vault_free(v);
    return NULL;
}

void vault_free(struct vault *v)
{
    if (v == NULL) return;
    rewrites_free(v->rewrites);
    block_codec_free(v->codec);
    free(v);
}

const struct store *vault_store(const struct vault *v)
{
    return keys_store(v->keys);
}

/* The rewritten blocks of the block's group, as the group's keys are now. */
static status rewrites_use(struct vault *v, uint64_t group, struct fault *f)
{
    struct keys_group state = {};
    TRY(keys_group_state(v->keys, group, &state, f));
    const bool same = v->group == group && v->generation == state.generation;
    if (v->rewrites != NULL && same) return OK;
    rewrites_free(v->rewrites);
    v->rewrites = NULL;
    TRY(rewrites_open(vault_store(v), v->origin, group, state.rewrites_bytes, &v->rewrites, f));
    v->group = group;
    v->generation = state.generation;
    return OK;
}

static bool is_same_block(const struct block_head *a, const struct block_head *b)
{
    return a->number == b->number && a->first_index == b->first_index &&
           a->record_count == b->record_count;
}

status vault_open(struct vault *v, const struct block_head *head, slice sealed,
                  struct writer *plain, uint8_t ret_key[BLOCK_KEY_BYTES], struct fault *f)
{
    struct block_head now = *head;
    if (head->packing == BLOCK_ABSENT) {
        return fault_set(f, FAIL_AT(E_ERASED, KEYS_ABSENT),
                         "block %llu: its openings were never here",
                         (unsigned long long)head->number);
    }
    TRY(rewrites_use(v, head->number / GROUP_BLOCKS, f));
    TRY(keys_unwrap(v->keys, head->number, head->wrapped_key, ret_key, f));
    if (rewrites_has(v->rewrites, head->number)) {
        TRY(rewrites_read(v->rewrites, head->number, &now, &sealed, f));
    }
    status s = is_same_block(&now, head) ? OK : FAIL(E_VALUE);
    if (s.code == E_OK) s = block_open(v->codec, ret_key, &now, sealed, plain);
    if (s.code == E_OK) return OK;
    return fault_set(f, s.code == E_NOMEM ? s : FAIL(E_CORRUPT), "block %llu: cannot be opened: %s",
                     (unsigned long long)head->number, status_text(s));
}
