/* SPDX-License-Identifier: Apache-2.0 */
#include "report/register.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/counter_key.h"
#include "ledger/count/kind_walk.h"
#include "record/schema.h"
#include "record/value.h"
#include "base/banned.h"

/* ---- reading ---- */

static bool has(const struct record_field *fields, int field)
{
    return fields[field - 1].type != TYPE_ABSENT;
}

static uint64_t number(const struct record_field *fields, int field)
{
    return has(fields, field) ? value_u64(fields[field - 1].value) : 0;
}

static void take_hash(const struct record_field *fields, int field, hash *ret_hash)
{
    if (!has(fields, field)) return;
    bytes_copy(ret_hash->bytes, sizeof ret_hash->bytes, fields[field - 1].value);
}

/* Copies a text of at most len bytes, with a NUL behind it. */
static status take_text(const struct record_field *fields, int field, char *ret_text, size_t len)
{
    const slice text = has(fields, field) ? fields[field - 1].value : slice_none();
    if (text.len > len || memchr(text.at, 0, text.len) != NULL) return FAIL(E_VALUE);
    bytes_copy(ret_text, len, text);
    return OK;
}

static status take_fields(const struct record_field *fields, struct registered *r)
{
    TRY(report_period_parse(fields[FIELD_report_period - 1].value, &r->period));
    TRY(take_text(fields, FIELD_report_reason, r->reason, REGISTER_REASON_BYTES_MAX));
    TRY(take_text(fields, FIELD_report_method, r->method, REGISTER_METHOD_BYTES_MAX));
    TRY(take_text(fields, FIELD_report_approver, r->approver, REGISTER_NAME_BYTES_MAX));
    take_hash(fields, FIELD_report_manifest, &r->manifest);
    take_hash(fields, FIELD_report_definitions, &r->definitions);
    take_hash(fields, FIELD_report_changes_hash, &r->changes);
    r->version = number(fields, FIELD_report_version);
    r->size = number(fields, FIELD_report_size);
    r->counted = number(fields, FIELD_report_counted);
    r->opened = number(fields, FIELD_report_opened);
    r->declared = number(fields, FIELD_report_stated);
    r->changed = number(fields, FIELD_report_changed);
    r->replaces =
        has(fields, FIELD_report_replaces) ? number(fields, FIELD_report_replaces) : UINT64_MAX;
    const bool restates = r->version > 1;
    const bool fits = r->version > 0 && restates == (r->replaces != UINT64_MAX) &&
                      restates == (r->reason[0] != '\0');
    return fits ? OK : FAIL(E_VALUE);
}

status registered_read(const struct entry *e, uint64_t index, struct registered *ret_report,
                       struct fault *f)
{
    struct record_field fields[FIELDS_MAX] = {};
    struct registered r = { .index = index, .time_s = e->time_s };
    status s = e->schema->kind == KIND_report ? OK : FAIL(E_VALUE);
    if (s.code == E_OK) s = body_decode(e->schema, e->body, fields);
    if (s.code == E_OK) s = take_fields(fields, &r);
    if (s.code != E_OK) {
        return fault_set(f, FAIL(E_VALUE),
                         "entry %llu is no report as docs/formats/report.md has it",
                         (unsigned long long)index);
    }
    *ret_report = r;
    return OK;
}

static bool is_transparency(const struct entry *e)
{
    const uint16_t type = schema_column_value(&e->schema->columns[COLUMN_report_type], e->columns);
    return type == VALUE_report_type_transparency || type == VALUE_report_type_restatement;
}

status register_add(struct report_register *r, uint64_t index, const struct entry *e,
                    struct fault *f)
{
    struct registered one = {};
    struct fault unread;
    if (e->schema->kind != KIND_report || !is_transparency(e)) return OK;
    if (registered_read(e, index, &one, &unread).code != E_OK) return OK;
    if (r->count == REGISTER_REPORTS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d published reports", REGISTER_REPORTS_MAX);
    }
    if (r->count == r->cap) {
        const size_t cap = r->cap == 0 ? 16 : 2 * r->cap;
        struct registered *more = realloc(r->at, cap * sizeof *more);
        if (more == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
        r->at = more;
        r->cap = cap;
    }
    r->at[r->count++] = one;
    return OK;
}

static status add(void *with, uint64_t index, const struct entry *e, struct fault *f)
{
    return register_add(with, index, e, f);
}

status register_load(struct report_register *r, struct archive *a, struct fault *f)
{
    struct kind_walk walk = kind_walk_of(KIND_report);
    return kind_walk_follow(&walk, a, add, r, f);
}

void register_done(struct report_register *r)
{
    free(r->at);
    *r = (struct report_register){};
}

/* ---- finding ---- */

static bool same_period(const struct report_period *a, const struct report_period *b)
{
    return a->month_first == b->month_first && a->month_last == b->month_last;
}

const struct registered *register_newest(const struct report_register *r,
                                         const struct report_period *period)
{
    for (size_t i = r->count; i > 0; i--) {
        if (same_period(&r->at[i - 1].period, period)) return &r->at[i - 1];
    }
    return NULL;
}

const struct registered *register_version(const struct report_register *r,
                                          const struct report_period *period, uint64_t version)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->at[i].version == version && same_period(&r->at[i].period, period)) return &r->at[i];
    }
    return NULL;
}

/* ---- failures ---- */

enum { MONTHS_PER_YEAR = 12, EPOCH_YEAR = 1970 };

static uint64_t due_s(const struct report_period *p)
{
    return month_start_s((uint16_t)(p->month_last + 1 + REGISTER_MONTHS_LATE));
}

/* The period of the same length that follows. */
static struct report_period period_after(const struct report_period *p)
{
    const uint16_t months = (uint16_t)(p->month_last - p->month_first + 1);
    struct report_period next = { .month_first = (uint16_t)(p->month_last + 1),
                                  .month_last = (uint16_t)(p->month_last + months) };
    struct writer w = writer_of(next.name, sizeof next.name - 1);
    writer_dec(&w, EPOCH_YEAR + (uint64_t)next.month_first / MONTHS_PER_YEAR);
    if (months < MONTHS_PER_YEAR) {
        writer_text(&w, next.month_first % MONTHS_PER_YEAR == 0 ? "-H1" : "-H2");
    }
    return next;
}

/* The earliest period of the length of the first report. */
static struct report_period period_first(const struct report_register *r)
{
    struct report_period first = r->at[0].period;
    const int months = first.month_last - first.month_first;
    for (size_t i = 1; i < r->count; i++) {
        const struct report_period *p = &r->at[i].period;
        const bool earlier = p->month_first < first.month_first;
        if (earlier && p->month_last - p->month_first == months) first = *p;
    }
    return first;
}

static void look_at_period(const struct report_register *r, const struct report_period *p,
                           uint64_t now_s,
                           void (*each)(void *with, const struct register_failure *failure),
                           void *with)
{
    const struct registered *first = register_version(r, p, 1);
    const uint64_t came_s = first == NULL ? now_s : first->time_s;
    const struct register_failure failure = { .kind =
                                                  first == NULL ? REGISTER_MISSING : REGISTER_LATE,
                                              .report = first,
                                              .period = *p,
                                              .due_s = due_s(p),
                                              .late_s = came_s - due_s(p) };
    if (came_s > failure.due_s) each(with, &failure);
}

/* Periods of another length than the first report's, of which none can be missing. */
static void look_at_others(const struct report_register *r, int months, uint64_t now_s,
                           void (*each)(void *with, const struct register_failure *failure),
                           void *with)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct report_period *p = &r->at[i].period;
        const bool is_other = p->month_last - p->month_first != months;
        if (is_other && r->at[i].version == 1) look_at_period(r, p, now_s, each, with);
    }
}

void register_failures(const struct report_register *r, uint64_t now_s,
                       void (*each)(void *with, const struct register_failure *failure), void *with)
{
    if (r->count == 0) return;
    struct report_period p = period_first(r);
    const int months = p.month_last - p.month_first;
    while (p.month_last + REGISTER_MONTHS_LATE < MONTH_LAST && due_s(&p) < now_s) {
        look_at_period(r, &p, now_s, each, with);
        p = period_after(&p);
    }
    look_at_others(r, months, now_s, each, with);
    for (size_t i = 0; i < r->count; i++) {
        const struct register_failure restated = { .kind = REGISTER_RESTATED,
                                                   .report = &r->at[i],
                                                   .period = r->at[i].period,
                                                   .due_s = due_s(&r->at[i].period) };
        if (r->at[i].version > 1) each(with, &restated);
    }
}

const char *register_failure_name(enum register_failure_kind kind)
{
    static const char *const names[] = { "late", "restated", "missing" };
    return names[kind];
}
