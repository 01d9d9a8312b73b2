/* SPDX-License-Identifier: Apache-2.0 */
#include "report/reasons/batches.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/counter_key.h"
#include "report/reasons/statement.h"
#include "base/banned.h"

enum { BATCH_BYTES_MAX = DECISION_BATCH_MAX * (BATCH_STATEMENT_BYTES_MAX + 1) + 64 };

struct batches {
    struct report_period period;
    struct batches_told told;
    struct batches_count count;
    struct json_parser *parser; /* owned */
    struct arena arena;
    struct complaints complaints;
    struct decision decision;
    struct writer batch; /* owned */
    size_t in_batch;
    uint8_t room[BATCH_STATEMENT_BYTES_MAX];
};

struct batches *batches_new(const struct report_period *period, const struct batches_told *told)
{
    struct batches *b = calloc(1, sizeof *b);
    if (b == NULL) return NULL;
    b->period = *period;
    b->told = *told;
    b->arena = arena_of(DECISION_ARENA_BYTES_MAX);
    b->parser = json_parser_new();
    b->batch = writer_of(malloc(BATCH_BYTES_MAX), BATCH_BYTES_MAX);
    if (b->parser != NULL && b->batch.at != NULL) return b;
    batches_free(b);
    return NULL;
}

void batches_free(struct batches *b)
{
    if (b == NULL) return;
    json_parser_free(b->parser);
    arena_done(&b->arena);
    free(b->batch.at);
    free(b);
}

static uint16_t column_of(const struct entry *e, int column)
{
    return schema_column_value(&e->schema->columns[column], e->columns);
}

bool batches_want(const struct batches *b, slice entry)
{
    struct fault f = {};
    struct entry e = {};
    uint64_t start_s = 0;
    uint64_t end_s = 0;
    if (entry.len < 2 || entry.at[1] != KIND_enforcement) return false;
    if (entry_parse(entry, &e, &f).code != E_OK) return false;
    const uint16_t month = month_of(e.time_s, &start_s, &end_s);
    return column_of(&e, COLUMN_enforcement_stage) == VALUE_enforcement_stage_decided &&
           month >= b->period.month_first && month <= b->period.month_last;
}

/* Whether it holds against the rules; what does not is in the complaints. */
static status examine(struct batches *b, slice json, uint64_t time_s)
{
    struct json_document document = {};
    struct fault why = {};
    struct decision *d = &b->decision;
    const int64_t now_ns = (int64_t)time_s * 1'000'000'000;
    arena_reset(&b->arena);
    TRY(json_parse(b->parser, json, &document, &why));
    decision_start(d, KIND_enforcement, now_ns, slice_text("\0\0"), &b->arena, &b->complaints);
    decision_give_object(d, &document, &document.nodes[0]);
    (void)decision_check(d);
    return OK;
}

static status flush(struct batches *b, struct fault *f)
{
    if (b->in_batch == 0) return OK;
    writer_text(&b->batch, "]}\n");
    b->count.batches++;
    b->in_batch = 0;
    return b->told.batch(b->told.with, writer_slice(&b->batch), f);
}

static status append(struct batches *b, slice json, struct fault *f)
{
    if (b->in_batch == 0) b->batch.len = 0;
    writer_text(&b->batch, b->in_batch == 0 ? "{\"statements\":[\n" : ",\n");
    writer_bytes(&b->batch, json);
    assert(b->batch.error == E_OK); /* there is room for a hundred of the longest */
    b->count.statements++;
    b->in_batch++;
    return b->in_batch == DECISION_BATCH_MAX ? flush(b, f) : OK;
}

status batches_take(struct batches *b, const struct scanned_record *r, struct fault *f)
{
    struct writer w = writer_of(b->room, sizeof b->room);
    struct json_writer j = json_writer_of(&w);
    slice puid = {};
    b->complaints.count = 0;
    if (column_of(r->entry, COLUMN_enforcement_origin) == VALUE_origin_order) {
        b->count.by_order++;
        return OK;
    }
    if (r->opening == NULL) {
        complain(&b->complaints, slice_text("puid"), "was erased");
    } else {
        const struct record_field *id = &r->opening->fields[FIELD_enforcement_puid - 1];
        if (id->type == TYPE_TEXT) puid = id->value;
        statement_write(r->entry, r->opening, &j);
        status s = writer_end(&w);
        if (s.code == E_OK) s = examine(b, writer_slice(&w), r->entry->time_s);
        if (s.code == E_NOMEM) return fault_set(f, s, "out of memory");
        if (s.code != E_OK) complain(&b->complaints, puid, "%s", status_text(s));
    }
    if (b->complaints.count == 0) return append(b, writer_slice(&w), f);
    b->count.left_out++;
    b->told.left_out(b->told.with, r->index, puid, &b->complaints);
    return OK;
}

status batches_end(struct batches *b, struct batches_count *ret_count, struct fault *f)
{
    TRY(flush(b, f));
    *ret_count = b->count;
    return OK;
}
