/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/summary.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/counter.h"
#include "record/draft.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, BODY_BYTES_MAX = 256 };

struct summary {
    struct counter *counter; /* owned */
    struct summary_claim claim;
    struct draft draft;
    uint8_t body[BODY_BYTES_MAX];
    uint8_t *table; /* owned; made when asked for */
    size_t table_len;
};

status summary_new(struct summary **ret_summary, struct fault *f)
{
    struct summary *s = calloc(1, sizeof *s);
    if (s != NULL) s->counter = counter_new(0);
    if (s == NULL || s->counter == NULL) {
        free(s);
        return fault_set(f, FAIL(E_NOMEM), "summary: out of memory");
    }
    *ret_summary = s;
    return OK;
}

void summary_free(struct summary *s)
{
    if (s == NULL) return;
    counter_free(s->counter);
    free(s->table);
    free(s);
}

status summary_count(struct summary *s, slice entry, struct fault *f)
{
    const status added = counter_add(s->counter, entry);
    if (added.code == E_OK) return OK;
    return fault_set(f, added, "summary: entry %llu: %s",
                     (unsigned long long)counter_size(s->counter), status_text(added));
}

status summary_load(struct summary *s, slice table, struct fault *f)
{
    struct counter_table t = {};
    if (counter_table_parse(table, &t, f).code != E_OK) return FAIL(E_CORRUPT);
    struct counter *fresh = counter_new(0);
    const status loaded = fresh == NULL ? FAIL(E_NOMEM) : counter_load(fresh, &t);
    if (loaded.code != E_OK) {
        counter_free(fresh);
        return fault_set(f, loaded, "summary: out of memory");
    }
    counter_free(s->counter);
    s->counter = fresh;
    return OK;
}

static status save_table(struct summary *s, struct fault *f)
{
    struct counter_table t = {};
    status done = counter_table(s->counter, &t);
    const size_t len = COUNTER_TABLE_HEADER_BYTES + t.rows.len;
    uint8_t *room = done.code == E_OK ? realloc(s->table, len) : NULL;
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "summary: out of memory");
    s->table = room;
    s->table_len = len;
    struct writer w = writer_of(room, len);
    done = counter_table_format(&t, &w);
    assert(done.code == E_OK && w.len == len);
    return OK;
}

status summary_record(struct summary *s, int64_t now_ns, struct record *ret_record, struct fault *f)
{
    const uint64_t now_s = (uint64_t)(now_ns / NS_PER_S);
    const status made = counter_summary(s->counter, now_s, &s->claim);
    if (made.code != E_OK) return fault_set(f, made, "summary: out of memory");
    struct writer body = writer_of(s->body, sizeof s->body);
    draft_start(&s->draft, KIND_summary, now_s);
    summary_draft(&s->claim, &s->draft);
    return draft_end(&s->draft, &body, ret_record, f);
}

status summary_table(struct summary *s, slice *ret_table, struct fault *f)
{
    TRY(save_table(s, f));
    *ret_table = (slice){ s->table, s->table_len };
    return OK;
}

status summary_check(struct summary *s, const struct entry *entry, struct fault *f)
{
    return counter_check(s->counter, entry, f);
}
