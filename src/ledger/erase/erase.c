/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erase.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/erase_block.h"
#include "ledger/erase/erasures.h"
#include "ledger/erase/rewrites.h"
#include "ledger/erase/rotation.h"
#include "ledger/state.h"
#include "ledger/tile.h"
#include "ledger/erase/vault.h"
#include "os/failpoint.h"
#include "os/secret.h"
#include "base/banned.h"

#define NO_GROUP UINT64_MAX

enum {
    APPLIED_LAG_ENTRIES = 4096,
    NEWEST_BATCHES_MAX = 4096, /* looked at for one with a block */
    SEALED_BYTES_MAX = BLOCK_PLAIN_BYTES_MAX + 1024,
};

/* A block whose key changes. */
struct change {
    uint64_t block;
    bool destroyed;
    uint8_t key[KEYS_KEY_BYTES];
};

struct eraser {
    struct ledger *ledger; /* borrowed */
    struct vault *vault;
    struct secret memory; /* where changes live */
    struct change *changes;
    uint32_t change_count;
    uint64_t group; /* of the changes, or NO_GROUP */
    struct rewrites *rewrites;
    struct writer plain;
    struct writer fresh;
    struct writer sealed;
};

static status out_of_memory(struct fault *f)
{
    return fault_set(f, FAIL(E_NOMEM), "erasing: out of memory");
}

static void eraser_done(struct eraser *e)
{
    vault_free(e->vault);
    rewrites_free(e->rewrites);
    secret_free(&e->memory);
    if (e->plain.at != NULL) bytes_wipe(e->plain.at, e->plain.cap);
    if (e->fresh.at != NULL) bytes_wipe(e->fresh.at, e->fresh.cap);
    free(e->plain.at);
    free(e->fresh.at);
    free(e->sealed.at);
}

static status eraser_init(struct eraser *e, struct ledger *l, struct fault *f)
{
    *e = (struct eraser){ .ledger = l, .group = NO_GROUP };
    TRY(secret_new(ERASE_BLOCKS_PER_TURN * sizeof *e->changes, &e->memory, f));
    e->changes = (struct change *)(void *)e->memory.bytes;
    e->vault = vault_new(archive_origin(l->archive), l->keys);
    e->plain = writer_of(malloc(BLOCK_PLAIN_BYTES_MAX), BLOCK_PLAIN_BYTES_MAX);
    e->fresh = writer_of(malloc(BLOCK_PLAIN_BYTES_MAX), BLOCK_PLAIN_BYTES_MAX);
    e->sealed = writer_of(malloc(SEALED_BYTES_MAX), SEALED_BYTES_MAX);
    const bool whole =
        e->vault != NULL && e->plain.at != NULL && e->fresh.at != NULL && e->sealed.at != NULL;
    return whole ? OK : out_of_memory(f);
}

/* An index of the batch that has the block: batches are found by index, so it is searched for. */
static status index_of_block(struct archive *a, uint64_t block, uint64_t *ret_index,
                             struct fault *f)
{
    uint64_t low = 0;
    uint64_t high = archive_size(a);
    assert(block < archive_next_block(a));
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        struct batch_frame frame = {};
        TRY(archive_batch(a, middle, &frame, f));
        const struct batch_head *h = &frame.head;
        if (block < h->first_block) {
            high = h->first_index;
        } else if (block >= h->first_block + h->block_count) {
            low = h->first_index + h->record_count;
        } else {
            *ret_index = h->first_index;
            return OK;
        }
    }
    return fault_set(f, FAIL(E_CORRUPT), "block %llu: in no batch", (unsigned long long)block);
}

/* Adds a block to the new table: as the changes say, or as it is. */
static status block_turn(struct eraser *e, struct rotation *r, uint64_t block, uint32_t *next,
                         const uint8_t *wrapped, struct fault *f)
{
    if (*next == e->change_count || e->changes[*next].block != block) {
        return rotation_keep(r, wrapped, f);
    }
    const struct change *c = &e->changes[(*next)++];
    if (!c->destroyed) return rotation_replace(r, c->key, f);
    rotation_destroy(r);
    return OK;
}

/* Adds the blocks of the group that its table does not have yet: their keys stand in the segments.
 */
static status newer_blocks_turn(struct eraser *e, struct rotation *r, uint64_t from, uint64_t end,
                                uint32_t *next, struct fault *f)
{
    struct archive *a = e->ledger->archive;
    uint64_t index = 0;
    if (from < end) TRY(index_of_block(a, from, &index, f));
    while (from < end) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        struct cursor c = cursor_of(frame.blocks);
        while (cursor_left(&c) > 0 && from < end) {
            struct block_head head = {};
            slice sealed = {};
            TRY(block_next(&c, &head, &sealed));
            if (head.number < from) continue;
            TRY(block_turn(e, r, from, next, head.wrapped_key, f));
            from++;
        }
        index = frame.head.first_index + frame.head.record_count;
    }
    return OK;
}

static status table_make(struct eraser *e, struct rotation *r, struct fault *f)
{
    static const uint8_t unused[GROUP_WRAPPED_BYTES];
    struct keys_group state = {};
    const uint64_t first = e->group * GROUP_BLOCKS;
    const uint64_t blocks = archive_next_block(e->ledger->archive);
    const uint64_t end = blocks - first < GROUP_BLOCKS ? blocks : first + GROUP_BLOCKS;
    uint32_t next = 0;
    TRY(keys_group_state(e->ledger->keys, e->group, &state, f));
    for (uint64_t block = first; block < first + state.count; block++)
        TRY(block_turn(e, r, block, &next, unused, f));
    TRY(newer_blocks_turn(e, r, first + state.count, end, &next, f));
    assert(next == e->change_count);
    return OK;
}

/* Turns the group to a fresh key, without those that were destroyed. */
static status group_turn(struct eraser *e, struct fault *f)
{
    struct rotation *r = NULL;
    if (e->change_count == 0) return OK;
    TRY(rewrites_sync(e->rewrites, f));
    TRY(rotation_new(e->ledger->keys, e->group, &r, f));
    status s = table_make(e, r, f);
    if (s.code == E_OK) s = rotation_commit(r, rewrites_bytes(e->rewrites), f);
    rotation_free(r);
    bytes_wipe(e->changes, e->change_count * sizeof *e->changes);
    e->change_count = 0;
    return s;
}

/* Comes to a group; what a crash may have left of it is finished first. */
static status group_enter(struct eraser *e, uint64_t group, struct fault *f)
{
    struct keys_group state = {};
    struct ledger *l = e->ledger;
    if (e->group == group) return OK;
    rewrites_free(e->rewrites);
    e->rewrites = NULL;
    e->group = group;
    if (l->erasures_wait) TRY(rotation_settle(l->keys, group, f));
    TRY(keys_group_state(l->keys, group, &state, f));
    TRY(rewrites_open(l->store, archive_origin(l->archive), group, state.rewrites_bytes,
                      &e->rewrites, f));
    return l->erasures_wait ? rewrites_settle(e->rewrites, f) : OK;
}

/* A block with what is to be erased in it. */
struct target {
    struct block_head head;
    slice sealed;
    slice entries[BLOCK_RECORDS_MAX];
    uint64_t fields[BLOCK_RECORDS_MAX];
};

static status block_seal_anew(struct eraser *e, struct target *t, struct change *c, struct fault *f)
{
    struct block_head head = { .number = t->head.number,
                               .first_index = t->head.first_index,
                               .record_count = t->head.record_count };
    const struct store *s = e->ledger->store;
    TRY(s->ops->random(s->self, c->key, sizeof c->key, f));
    e->sealed = writer_of(e->sealed.at, e->sealed.cap);
    status done = block_seal(e->ledger->codec, c->key, writer_slice(&e->fresh), &head, &e->sealed);
    if (done.code == E_OK) done = writer_end(&e->sealed);
    if (done.code != E_OK) {
        return fault_set(f, done, "sealing a block: %s", status_text(done));
    }
    return rewrites_append(e->rewrites, head.number, writer_slice(&e->sealed), f);
}

/* Works on one block; the group has been entered. */
static status block_erase(struct eraser *e, struct target *t, struct fault *f)
{
    uint8_t key[BLOCK_KEY_BYTES];
    struct erase_block_result result = {};
    const struct erase_block block = { &t->head, t->entries, t->fields, key };
    bytes_wipe(e->plain.at, e->plain.len);
    bytes_wipe(e->fresh.at, e->fresh.len);
    e->plain = writer_of(e->plain.at, e->plain.cap);
    e->fresh = writer_of(e->fresh.at, e->fresh.cap);
    status s = vault_open(e->vault, &t->head, t->sealed, &e->plain, key, f);
    if (s.code == E_ERASED) return OK;
    if (s.code == E_OK) s = erase_block(&block, writer_slice(&e->plain), &e->fresh, &result, f);
    bytes_wipe(key, sizeof key);
    if (s.code != E_OK || !result.changed) return s;
    struct change *c = &e->changes[e->change_count];
    *c = (struct change){ .block = t->head.number, .destroyed = result.empty };
    if (!result.empty) TRY(block_seal_anew(e, t, c, f));
    e->change_count++;
    return OK;
}

/* The entries of the block, views into the frame. */
static status entries_take(const struct batch_frame *frame, struct target *t)
{
    struct cursor c = cursor_of(frame->entries);
    const uint64_t skip = t->head.first_index - frame->head.first_index;
    slice entry = {};
    for (uint64_t i = 0; i < skip; i++)
        TRY(tile_bundle_next(&c, &entry));
    for (uint16_t i = 0; i < t->head.record_count; i++)
        TRY(tile_bundle_next(&c, &t->entries[i]));
    return OK;
}

/* Where in the set the eraser is: the next record is that many behind the item's first. */
struct place {
    const struct erased_set *set;
    uint32_t item;
    uint64_t offset;
};

/* Notes everything in the block and moves behind it. */
static void fields_note(struct place *p, struct target *t)
{
    const uint64_t end = t->head.first_index + t->head.record_count;
    for (size_t i = 0; i < BLOCK_RECORDS_MAX; i++)
        t->fields[i] = 0;
    while (p->item < p->set->count) {
        const struct erased_item *item = &p->set->items[p->item];
        const uint64_t index = item->first + p->offset;
        if (index >= end) return;
        t->fields[index - t->head.first_index] = item->fields;
        p->offset++;
        if (p->offset < item->count) continue;
        p->item++;
        p->offset = 0;
    }
}

/* Turns the group where the next block is in another one, or enough has gathered. */
static status group_ready(struct eraser *e, uint64_t block, struct fault *f)
{
    const uint64_t group = block / GROUP_BLOCKS;
    const bool turns = e->group != group || e->change_count == ERASE_BLOCKS_PER_TURN;
    if (e->group != NO_GROUP && turns) TRY(group_turn(e, f));
    return group_enter(e, group, f);
}

static status next_block_erase(struct eraser *e, struct place *p, struct target *t, struct fault *f)
{
    struct archive *a = e->ledger->archive;
    struct batch_frame frame = {};
    const uint64_t index = p->set->items[p->item].first + p->offset;
    if (index >= archive_size(a)) {
        return fault_set(f, FAIL(E_CORRUPT), "an erasure of entry %llu, behind the end of the log",
                         (unsigned long long)index);
    }
    for (int pass = 0; pass < 2; pass++) { /* turning a group reads other batches */
        TRY(archive_batch(a, index, &frame, f));
        if (block_find(&frame, index, &t->head, &t->sealed).code != E_OK) {
            return fault_set(f, FAIL(E_CORRUPT), "entry %llu: in no block",
                             (unsigned long long)index);
        }
        if (pass == 0) TRY(group_ready(e, t->head.number, f));
    }
    const status taken = entries_take(&frame, t);
    if (taken.code != E_OK) return fault_set(f, FAIL(E_CORRUPT), "batch: entries are missing");
    fields_note(p, t);
    return block_erase(e, t, f);
}

static status carry_out(struct ledger *l, const struct erased_set *set, struct fault *f)
{
    struct eraser e;
    struct place p = { .set = set };
    struct target *t = calloc(1, sizeof *t);
    status s = eraser_init(&e, l, f);
    if (s.code == E_OK && t == NULL) s = out_of_memory(f);
    while (s.code == E_OK && p.item < set->count)
        s = next_block_erase(&e, &p, t, f);
    if (s.code == E_OK) s = group_turn(&e, f);
    free(t);
    eraser_done(&e);
    return s;
}

/* The head of the last block of a batch that has openings; E_NOT_FOUND if it has none. */
static status last_block(const struct batch_frame *frame, struct block_head *ret_head)
{
    struct cursor c = cursor_of(frame->blocks);
    slice sealed = {};
    status found = FAIL(E_NOT_FOUND);
    while (cursor_left(&c) > 0) {
        struct block_head head = {};
        TRY(block_next(&c, &head, &sealed));
        if (head.packing == BLOCK_ABSENT) continue;
        *ret_head = head;
        found = OK;
    }
    return found;
}

/* Keys that do not open the newest block are older than it: with them a block would be written anew
 * over one that newer keys open. Nothing is touched then. */
static status check_keys_are_newest(struct ledger *l, struct fault *f)
{
    struct batch_frame frame = {};
    struct block_head head = {};
    struct keys_group group = {};
    struct fault unread = {};
    uint8_t key[KEYS_KEY_BYTES];
    uint64_t end = archive_size(l->archive);
    for (int batches = 0; end > 0 && batches < NEWEST_BATCHES_MAX; batches++) {
        TRY(archive_batch(l->archive, end - 1, &frame, f));
        end = frame.head.first_index;
        const status found = last_block(&frame, &head);
        if (found.code == E_NOT_FOUND) continue;
        if (found.code != E_OK) return fault_set(f, FAIL(E_CORRUPT), "batch: malformed block");
        if (keys_group_state(l->keys, head.number / GROUP_BLOCKS, &group, &unread).code != E_OK) {
            return OK; /* a turn that a crash cut off, or worse: whoever turns the group says so */
        }
        const status s = keys_unwrap(l->keys, head.number, head.wrapped_key, key, f);
        bytes_wipe(key, sizeof key);
        return s.code == E_ERASED ? OK : s;
    }
    return OK;
}

static status one_erase(struct ledger *l, struct erasures_room *room, uint64_t from,
                        uint64_t *ret_next, struct fault *f)
{
    struct entry entry = {};
    struct erased_set set = {};
    uint64_t index = 0;
    TRY(erasures_next(l->archive, from, &index, &entry, f));
    failpoint("erase-begin");
    status s = erasures_of_entry(l->store, room, &entry, &set, f);
    if (s.code == E_NOT_FOUND) s = FAIL(E_CORRUPT); /* E_NOT_FOUND means that none is left */
    if (s.code == E_OK) s = check_keys_are_newest(l, f);
    if (s.code == E_OK) s = carry_out(l, &set, f);
    if (s.code == E_OK) s = erasures_set_applied(l->store, index + 1, f);
    if (s.code != E_OK) return fault_within(f, s, "carrying out an erasure");
    *ret_next = index + 1;
    return OK;
}

static status all_erase(struct ledger *l, uint64_t from, uint64_t *ret_next, struct fault *f)
{
    struct erasures_room *room = erasures_room_new();
    if (room == NULL) return out_of_memory(f);
    status s = OK;
    *ret_next = from;
    while (s.code == E_OK)
        s = one_erase(l, room, *ret_next, ret_next, f);
    erasures_room_free(room);
    return s.code == E_NOT_FOUND ? OK : s;
}

status ledger_erase(struct ledger *l, uint64_t from, struct fault *f)
{
    uint64_t next = 0;
    if (l->stopped) return fault_set(f, FAIL(E_STOPPED), "the log is stopped");
    if (l->erasures_wait) TRY(erasures_applied(l->store, &from, f));
    const status s = all_erase(l, from, &next, f);
    l->erasures_wait = s.code != E_OK;
    if (s.code != E_OK && s.code != E_FULL && s.code != E_NOMEM) l->stopped = true;
    return s;
}

status ledger_erase_rest(struct ledger *l, struct fault *f)
{
    uint64_t applied = 0;
    const uint64_t size = archive_size(l->archive);
    l->erasures_wait = true;
    const status s = ledger_erase(l, 0, f);
    if (s.code == E_FULL) return OK;
    TRY(s);
    TRY(erasures_applied(l->store, &applied, f));
    if (applied > size || size - applied < APPLIED_LAG_ENTRIES) return OK;
    const status noted = erasures_set_applied(l->store, size, f); /* a start need not look again */
    return noted.code == E_FULL ? OK : noted;
}
