/* SPDX-License-Identifier: Apache-2.0 */
#include "view/filters.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/segment.h"
#include "view/sealed.h"
#include "view/view.h"
#include "base/banned.h"

/* number: room for what the seal is about. */
static struct sealed_file file_of(uint64_t segment, uint8_t number[8])
{
    struct sealed_file n = { .about = { number, 8 } };
    put_u64(number, segment);
    snprintf(n.key.text, sizeof n.key.text, LAYOUT_KEYS "/%010llu.filter",
             (unsigned long long)segment);
    snprintf(n.file.text, sizeof n.file.text, VIEW_FOLDER "/%010llu.filter",
             (unsigned long long)segment);
    return n;
}

status filters_load(const struct store *s, uint64_t segment, uint8_t **ret_bytes,
                    struct filter *ret_filter, struct fault *f)
{
    uint8_t number[8];
    const struct sealed_file n = file_of(segment, number);
    uint8_t *plain = NULL;
    size_t len = 0;
    status done = sealed_load(s, &n, FILTER_BYTES_MAX, &plain, &len, f);
    if (done.code == E_OK) done = filter_parse((slice){ plain, len }, ret_filter);
    if (done.code == E_OK) {
        *ret_bytes = plain;
        return OK;
    }
    free(plain);
    return fault_set(f, FAIL(E_NOT_FOUND), "segment %llu has no filter that can be used",
                     (unsigned long long)segment);
}

bool filters_have(const struct store *s, uint64_t segment)
{
    uint8_t number[8];
    const struct sealed_file n = file_of(segment, number);
    return sealed_is_there(s, &n);
}

status filters_save(const struct store *s, uint64_t segment, slice filter, struct fault *f)
{
    uint8_t number[8];
    const struct sealed_file n = file_of(segment, number);
    return sealed_save(s, &n, filter, f);
}

static status forget_one(const struct store *s, uint64_t segment, struct fault *f)
{
    uint8_t number[8];
    const struct sealed_file n = file_of(segment, number);
    return sealed_forget(s, &n, f);
}

status filters_forget(const struct store *s, const struct erased_set *set, struct fault *f)
{
    uint64_t next = 0; /* segments below are done */
    for (uint32_t i = 0; i < set->count; i++) {
        const struct erased_item *item = &set->items[i];
        uint64_t segment = item->first / SEGMENT_ENTRIES;
        if (segment < next) segment = next;
        for (; segment <= (item->first + item->count - 1) / SEGMENT_ENTRIES; segment++)
            TRY(forget_one(s, segment, f));
        next = segment;
    }
    return OK;
}
