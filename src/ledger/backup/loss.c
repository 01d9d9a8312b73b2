/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/loss.h"

#include "base/bytes.h"
#include "ledger/erase/rotation.h"
#include "base/banned.h"

#define NO_GROUP UINT64_MAX

/* Goes through the blocks of the log in order. */
struct visitor {
    void *self;
    status (*block)(void *self, const struct block_head *head, struct fault *f);
};

static status blocks_visit(struct archive *a, const struct visitor *v, struct fault *f)
{
    for (uint64_t index = 0; index < archive_size(a);) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        struct cursor c = cursor_of(frame.blocks);
        while (cursor_left(&c) > 0) {
            struct block_head head = {};
            slice sealed = {};
            TRY(block_next(&c, &head, &sealed));
            TRY(v->block(v->self, &head, f));
        }
        index = frame.head.first_index + frame.head.record_count;
    }
    return OK;
}

/* Whether the group has a file; one that is damaged is neither here nor lost. */
static status group_look(struct keys *k, uint64_t group, bool *ret_is_here, struct fault *f)
{
    struct keys_group unused = {};
    struct fault why = {};
    const status s = keys_group_state(k, group, &unused, &why);
    *ret_is_here = s.code == E_OK;
    if (s.code == E_OK || s.code == E_NOT_FOUND) return OK;
    *f = why;
    return s;
}

/* Whether no key opens the block, and none was destroyed for it. */
static status block_look(struct keys *k, const struct block_head *head, bool *ret_is_lost,
                         struct fault *f)
{
    uint8_t key[KEYS_KEY_BYTES];
    struct fault why = {};
    bool is_here = false;
    *ret_is_lost = head->packing != BLOCK_ABSENT;
    if (head->packing == BLOCK_ABSENT) return OK;
    TRY(group_look(k, head->number / GROUP_BLOCKS, &is_here, f));
    if (!is_here) return OK;
    const status s = keys_unwrap(k, head->number, head->wrapped_key, key, &why);
    bytes_wipe(key, sizeof key);
    *ret_is_lost = s.code == E_CORRUPT;
    if (s.code == E_OK || s.code == E_ERASED || s.code == E_CORRUPT) return OK;
    *f = why;
    return s;
}

/* ---- finding ---- */

struct finding {
    struct keys *keys;
    struct gap_ranges *ranges;
};

static status find_block(void *self, const struct block_head *head, struct fault *f)
{
    const struct finding *n = self;
    bool is_lost = false;
    TRY(block_look(n->keys, head, &is_lost, f));
    const struct gap_range range = { head->first_index,
                                     head->first_index + head->record_count - 1 };
    return is_lost ? gap_ranges_push(n->ranges, range, f) : OK;
}

status loss_find(struct archive *a, struct keys *keys, struct gap_ranges *ret_ranges,
                 struct fault *f)
{
    struct finding n = { keys, ret_ranges };
    const struct visitor v = { &n, find_block };
    return blocks_visit(a, &v, f);
}

/* ---- accepting ---- */

struct accepting {
    struct keys *keys;
    struct rotation *turn; /* owned: the group that is being gone through */
    uint64_t group;        /* or NO_GROUP */
    uint64_t rewrites_bytes;
    bool has_losses;
};

/* Turns the group where it has losses. */
static status group_leave(struct accepting *n, struct fault *f)
{
    const status s = n->has_losses ? rotation_commit(n->turn, n->rewrites_bytes, f) : OK;
    rotation_free(n->turn);
    n->turn = NULL;
    n->group = NO_GROUP;
    return s;
}

/* Comes to a group: one that is gone is made anew, one that a crash cut off is finished. */
static status group_enter(struct accepting *n, uint64_t group, struct fault *f)
{
    struct keys_group state = {};
    bool is_here = false;
    if (n->group == group) return OK;
    TRY(group_leave(n, f));
    TRY(group_look(n->keys, group, &is_here, f));
    if (is_here) TRY(rotation_settle(n->keys, group, f));
    if (!is_here) TRY(keys_prepare(n->keys, group * GROUP_BLOCKS, 1, f));
    TRY(keys_group_state(n->keys, group, &state, f));
    TRY(rotation_new(n->keys, group, &n->turn, f));
    n->group = group;
    n->rewrites_bytes = state.rewrites_bytes;
    n->has_losses = false;
    return OK;
}

static status accept_block(void *self, const struct block_head *head, struct fault *f)
{
    struct accepting *n = self;
    bool is_lost = false;
    TRY(group_enter(n, head->number / GROUP_BLOCKS, f));
    TRY(block_look(n->keys, head, &is_lost, f));
    if (!is_lost) return rotation_keep(n->turn, head->wrapped_key, f);
    n->has_losses = true;
    rotation_lose(n->turn);
    return OK;
}

status loss_accept(struct archive *a, struct keys *keys, struct fault *f)
{
    struct accepting n = { .keys = keys, .group = NO_GROUP };
    const struct visitor v = { &n, accept_block };
    status s = blocks_visit(a, &v, f);
    if (s.code == E_OK) s = group_leave(&n, f);
    rotation_free(n.turn);
    return s;
}
