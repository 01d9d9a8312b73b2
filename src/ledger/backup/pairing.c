/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/pairing.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/group.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "base/banned.h"

enum { KEY_FILE_BYTES_MAX = GROUP_SLOT_1_AT + GROUP_SLOT_BYTES };

struct pairing {
    const struct store *store;
    uint64_t blocks; /* that the log has */
    struct fault *fault;
};

static status rewrites_size(const struct pairing *p, uint64_t group, uint64_t *ret_bytes)
{
    const struct store_ops *ops = p->store->ops;
    struct fault why = {};
    int file = -1;
    *ret_bytes = 0;
    const status s =
        ops->open(p->store->self, layout_rewrites(group).text, STORE_READ, &file, &why);
    if (s.code == E_NOT_FOUND) return OK;
    if (s.code != E_OK) {
        *p->fault = why;
        return s;
    }
    const status done = ops->size(p->store->self, file, ret_bytes, p->fault);
    ops->close(p->store->self, file);
    return done;
}

static status slot_of(slice file, struct group_slot *ret_slot)
{
    unsigned active = 0;
    TRY(group_selector_parse(file, &active));
    const size_t at = active == 0 ? GROUP_SLOT_0_AT : GROUP_SLOT_1_AT;
    if (at > file.len) return FAIL(E_SHORT);
    return group_slot_parse(slice_from(file, at), ret_slot);
}

static status group_check(const struct pairing *p, uint64_t group, slice file)
{
    struct group_slot slot = {};
    uint64_t bytes = 0;
    const struct layout_name name = layout_group(group);
    const uint64_t first = group * GROUP_BLOCKS;
    const uint64_t here = p->blocks > first ? p->blocks - first : 0;
    const status parsed = slot_of(file, &slot);
    if (parsed.code != E_OK) {
        return fault_set(p->fault, FAIL(E_CORRUPT), "%s: %s", name.text, status_text(parsed));
    }
    TRY(rewrites_size(p, group, &bytes));
    if (slot.count <= here && slot.rewrites_bytes <= bytes) return OK;
    return fault_set(p->fault, FAIL(E_REFUSED),
                     "the keys are newer than the log: %s was erased in after it; a backup of the "
                     "log that was made after these keys is needed, or keys from before",
                     name.text);
}

static status check_one(void *with, const char *file_name)
{
    const struct pairing *p = with;
    uint64_t group = 0;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (layout_number(file_name, ".group", &group).code != E_OK) return OK;
    TRY(store_file_load(p->store, layout_group(group).text, KEY_FILE_BYTES_MAX, &bytes, &len,
                        p->fault));
    const status s = group_check(p, group, (slice){ bytes, len });
    bytes_wipe(bytes, len);
    free(bytes);
    return s;
}

status pairing_check(const struct store *store, struct archive *a, struct fault *f)
{
    struct pairing p = { store, archive_next_block(a), f };
    return store->ops->list(store->self, LAYOUT_KEYS, check_one, &p, f);
}
