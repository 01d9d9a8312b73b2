/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/summary.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/merkle.h"
#include "record/draft.h"
#include "base/banned.h"

struct summary {
    uint64_t size;
    hash root;
    struct draft draft;
    uint8_t body[1024];
};

status summary_new(struct summary **ret_summary, struct fault *f)
{
    struct summary *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "summary: out of memory");
    *ret_summary = s;
    return OK;
}

void summary_free(struct summary *s)
{
    free(s);
}

status summary_count(struct summary *s, slice entry, struct fault *f)
{
    (void)entry;
    (void)f;
    s->size++;
    return OK;
}

status summary_load(struct summary *s, slice table, struct fault *f)
{
    (void)f;
    s->size = get_u64(table.at);
    return OK;
}

status summary_record(struct summary *s, int64_t now_ns, struct record *ret_record, struct fault *f)
{
    struct writer body = writer_of(s->body, sizeof s->body);
    s->root = merkle_empty();
    draft_start(&s->draft, KIND_summary, (uint64_t)(now_ns / 1000000000));
    draft_u64(&s->draft, FIELD_summary_size, s->size);
    draft_hash(&s->draft, FIELD_summary_root, &s->root);
    draft_u64(&s->draft, FIELD_summary_rows, 0);
    draft_u64(&s->draft, FIELD_summary_closed, 0);
    draft_u64(&s->draft, FIELD_summary_late, 0);
    draft_u64(&s->draft, FIELD_summary_overflow, 0);
    return draft_end(&s->draft, &body, ret_record, f);
}

status summary_table(struct summary *s, slice *ret_table, struct fault *f)
{
    (void)f;
    static uint8_t t[8];
    put_u64(t, s->size);
    *ret_table = (slice){ t, 8 };
    return OK;
}
