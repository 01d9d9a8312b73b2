/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"
#include "base/writer.h"

/*
 * group: the byte layout of a key group's file (docs/formats/keys.md). Pure codec, no cryptography.
 *
 * A group has the key that wraps the keys of GROUP_BLOCKS opening blocks. While nothing of the
 * group was erased its table is empty: the wrapped block keys stand in the segments. The first
 * erasure wraps all of the group's block keys anew under a fresh group key into the spare slot and
 * flips; from then on the table rules for the blocks that it counts, and the copies in the segments
 * are useless, because the group key that could open them is gone.
 *
 *   0      selector, 16 bytes: magic, then eight times the number of the active slot (0 or 1)
 *   4096   slot 0, GROUP_SLOT_BYTES at most
 *   4096 + GROUP_SLOT_BYTES rounded up to 4096    slot 1
 */
enum {
    GROUP_BLOCKS = 4096,
    GROUP_WRAPPED_BYTES = 60, /* nonce 12, key 32, tag 16 */
    GROUP_SELECTOR_BYTES = 16,
    GROUP_SLOT_FIXED_BYTES = 120,
    GROUP_SLOT_BYTES = GROUP_SLOT_FIXED_BYTES + GROUP_BLOCKS * GROUP_WRAPPED_BYTES,
    GROUP_SLOT_0_AT = 4096,
    GROUP_SLOT_1_AT = GROUP_SLOT_0_AT + (GROUP_SLOT_BYTES + 4095) / 4096 * 4096,
};

struct group_slot {
    uint64_t group;
    uint64_t generation; /* 0 at creation, one more with every new group key */
    uint32_t count;      /* blocks whose keys stand in the table */
    uint64_t
        rewrites_bytes; /* of the group's rewritten blocks (ledger/erase/rewrites.h), 0 for none */
    uint8_t wrapped_group_key[GROUP_WRAPPED_BYTES];
    slice table; /* count times GROUP_WRAPPED_BYTES; all zero where the block is destroyed, all ones
                  * where its key is lost */
};

/* What stands in a table for a key that is lost. */
void group_lost_mark(uint8_t ret_mark[GROUP_WRAPPED_BYTES]);
/* Appends the selector that names the active slot, 0 or 1. */
void group_selector_write(unsigned active, struct writer *w);
/* The active slot. E_SHORT, E_SYNTAX. */
status group_selector_parse(slice bytes, unsigned *ret_active);
/* The slot that a selector names whose writing was cut off between its eight numbers: the one that
 * it was turned to. Both are whole then: the spare slot was durable before the selector was
 * touched, and the other is zeroed after. E_SHORT, E_SYNTAX as for a whole selector. */
status group_selector_parse_torn(slice bytes, unsigned *ret_active);
/* Appends a slot with its table and checksum; the table must be count entries long. */
void group_slot_write(const struct group_slot *s, struct writer *w);
/* Table and checksum included; ret_slot->table is a view. E_SHORT, E_SYNTAX, E_LIMIT, E_INVALID. */
status group_slot_parse(slice bytes, struct group_slot *ret_slot);
