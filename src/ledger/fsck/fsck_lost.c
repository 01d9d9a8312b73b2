/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/fsck/fsck_lost.h"

#include "ledger/group.h"
#include "base/banned.h"

bool fsck_lost_block(struct fsck_lost *l, struct keys *keys, const struct block_head *head,
                     void (*tell)(void *with, const char *text), void *with)
{
    const uint64_t number = head->number / GROUP_BLOCKS;
    struct keys_group unused = {};
    if (l->blocks == 0 || l->number != number) {
        fsck_lost_end(l, tell, with);
        *l = (struct fsck_lost){ .number = number, .first_index = head->first_index };
        l->lost = keys_group_state(keys, number, &unused, &l->why).code != E_OK;
    }
    l->blocks++;
    l->last_index = head->first_index + head->record_count - 1;
    return l->lost;
}

void fsck_lost_end(const struct fsck_lost *l, void (*tell)(void *with, const char *text),
                   void *with)
{
    struct fault f = {};
    if (!l->lost || l->blocks == 0) return;
    const status s = fault_set(
        &f, FAIL(E_CORRUPT), "%.300s: %llu block%s (entries %llu to %llu) cannot be opened",
        l->why.text, (unsigned long long)l->blocks, l->blocks == 1 ? "" : "s",
        (unsigned long long)l->first_index, (unsigned long long)l->last_index);
    ignore(s, "the text is what is wanted");
    tell(with, f.text);
}
