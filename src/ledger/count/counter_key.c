/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/counter_key.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, MONTHS_PER_YEAR = 12, EPOCH_YEAR = 1970, DAY_S = 86400 };
enum { COLUMN_TEXT_BYTES_MAX = 512 };

uint64_t month_start_s(uint16_t month)
{
    const struct civil first = { .year = EPOCH_YEAR + month / MONTHS_PER_YEAR,
                                 .month = (uint8_t)(month % MONTHS_PER_YEAR + 1),
                                 .day = 1 };
    int64_t ns = 0;
    const status made = timestamp_from_civil(&first, &ns);
    assert(made.code == E_OK && ns >= 0);
    return (uint64_t)(ns / NS_PER_S);
}

uint16_t month_of(uint64_t time_s, uint64_t *ret_start_s, uint64_t *ret_end_s)
{
    const uint64_t first_s = month_start_s(MONTH_FIRST);
    const uint64_t end_s = month_start_s(MONTH_LAST + 1);
    *ret_start_s = time_s < first_s ? 0 : end_s;
    *ret_end_s = time_s < first_s ? first_s : UINT64_MAX;
    if (time_s < first_s) return MONTH_BEFORE;
    if (time_s >= end_s) return MONTH_AFTER;
    const struct civil c = timestamp_to_civil((int64_t)time_s * NS_PER_S);
    const uint16_t month = (uint16_t)((c.year - EPOCH_YEAR) * MONTHS_PER_YEAR + c.month - 1);
    *ret_start_s = month_start_s(month);
    *ret_end_s = month_start_s((uint16_t)(month + 1));
    return month;
}

uint16_t month_closed(uint64_t summary_time_s)
{
    const uint64_t delay_s = (uint64_t)MONTH_CLOSES_DAYS * DAY_S;
    uint64_t start_s = 0;
    uint64_t end_s = 0;
    return month_of(summary_time_s < delay_s ? 0 : summary_time_s - delay_s, &start_s, &end_s);
}

status month_parse(slice text, uint16_t *ret_month)
{
    uint64_t year = 0;
    uint64_t month = 0;
    if (text.len != 7 || text.at[4] != '-') return FAIL(E_SYNTAX);
    TRY(num_parse_u64((slice){ text.at, 4 }, &year));
    const bool leading_zero = text.at[5] == '0';
    TRY(num_parse_u64(slice_from(text, leading_zero ? 6 : 5), &month));
    if (month < 1 || month > MONTHS_PER_YEAR) return FAIL(E_VALUE);
    if (year < 2000 || year > 2099) return FAIL(E_VALUE);
    *ret_month = (uint16_t)((year - EPOCH_YEAR) * MONTHS_PER_YEAR + month - 1);
    return OK;
}

void month_print(uint16_t month, struct writer *w)
{
    if (month < MONTH_FIRST || month > MONTH_LAST) {
        writer_text(w, month < MONTH_FIRST ? "before" : "after");
        return;
    }
    writer_printf(w, "%d-%02d", EPOCH_YEAR + month / MONTHS_PER_YEAR, month % MONTHS_PER_YEAR + 1);
}

struct counter_key counter_key_of(const struct entry *e, uint16_t month, uint8_t flag)
{
    struct counter_key k = {};
    k.bytes[0] = e->schema->kind;
    put_u16(k.bytes + 1, e->schema->version);
    bytes_copy(k.bytes + COUNTER_KEY_COLUMNS, COLUMNS_BYTES_MAX, e->columns);
    put_u16(k.bytes + COUNTER_KEY_MONTH, month);
    k.bytes[COUNTER_KEY_FLAG] = flag;
    return k;
}

struct counter_key counter_key_overflow(uint8_t kind)
{
    struct counter_key k = { .bytes = { kind, 0xff, 0xff } };
    k.bytes[COUNTER_KEY_FLAG] = COUNTER_OVERFLOW;
    return k;
}

void counter_key_print(const struct counter_key *k, struct writer *w)
{
    static const char *const flags[] = { "", ", late", ", in overflow" };
    const slice columns = { k->bytes + COUNTER_KEY_COLUMNS, COLUMNS_BYTES_MAX };
    const struct schema *s = schema_find(k->bytes[0], get_u16(k->bytes + 1));
    const uint8_t flag = k->bytes[COUNTER_KEY_FLAG];
    if (s == NULL) {
        writer_printf(w, "kind %u in schema version %u", k->bytes[0], get_u16(k->bytes + 1));
    } else {
        writer_text(w, s->name);
        for (size_t i = 0; i < s->column_count; i++) {
            uint8_t text[COLUMN_TEXT_BYTES_MAX];
            struct writer column = writer_of(text, sizeof text);
            schema_column_print(&s->columns[i], columns, &column);
            if (column.len == 0) continue; /* not stated */
            writer_u8(w, ' ');
            writer_bytes(w, writer_slice(&column));
        }
    }
    writer_text(w, ", ");
    month_print(counter_key_month(k), w);
    writer_text(w, flag < COUNT_OF(flags) ? flags[flag] : ", with an unknown flag");
}

struct count_query count_query_of(const struct schema *s, uint16_t month_first, uint16_t month_last)
{
    return (struct count_query){
        .kind = s->kind, .schema = s->version, .month_first = month_first, .month_last = month_last
    };
}

/* The value of a column as its bytes; *ret_mask is what of them must match. */
static status read_value(const struct schema_column *c, slice text, uint16_t *ret_value,
                         uint16_t *ret_mask)
{
    uint64_t number = 0;
    *ret_mask = c->width == 2 ? UINT16_MAX : UINT8_MAX;
    *ret_value = 0;
    if (text.len == 0) return OK;
    if (c->type == COLUMN_MARKET) {
        if (text.len != 2) return FAIL(E_VALUE);
        *ret_value = get_u16(text.at);
        return OK;
    }
    if (c->type == COLUMN_CHOICE || c->type == COLUMN_BITS) {
        number = choice_number(c->choice, text);
        if (number == 0) return FAIL(E_VALUE);
        if (c->type == COLUMN_BITS) {
            number = 1u << (number - 1);
            *ret_mask = (uint16_t)number;
        }
    } else if (num_parse_u64(text, &number).code != E_OK || number > *ret_mask) {
        return FAIL(E_VALUE);
    }
    *ret_value = (uint16_t)number;
    return OK;
}

status count_query_where(struct count_query *q, const struct schema *s, slice condition,
                         struct fault *fault)
{
    const uint8_t *equals = memchr(condition.at, '=', condition.len);
    if (equals == NULL) return fault_set(fault, FAIL(E_SYNTAX), "a condition is COLUMN=VALUE");
    const slice name = { condition.at, (size_t)(equals - condition.at) };
    const slice text = slice_from(condition, name.len + 1);
    const struct schema_column *c = schema_column_named(s, name);
    if (c == NULL) {
        return fault_set(fault, FAIL(E_UNKNOWN), "%s has no public column \"%.*s\"", s->name,
                         (int)(name.len < 64 ? name.len : 64), (const char *)name.at);
    }
    uint16_t value = 0;
    uint16_t mask = 0;
    const status read = read_value(c, text, &value, &mask);
    if (read.code != E_OK) {
        return fault_set(fault, read, "column %s has no value \"%.*s\"", c->name,
                         (int)(text.len < 64 ? text.len : 64), (const char *)text.at);
    }
    if (c->width == 2) {
        put_u16(q->mask + c->offset, mask);
        put_u16(q->want + c->offset, value);
    } else {
        q->mask[c->offset] = (uint8_t)(q->mask[c->offset] | mask);
        q->want[c->offset] = (uint8_t)(q->want[c->offset] | value);
    }
    return OK;
}

bool count_query_matches(const struct count_query *q, const struct counter_key *k)
{
    const uint16_t month = counter_key_month(k);
    if (k->bytes[0] != q->kind || get_u16(k->bytes + 1) != q->schema) return false;
    if (k->bytes[COUNTER_KEY_FLAG] > COUNTER_LATE) return false;
    if (month < q->month_first || month > q->month_last) return false;
    for (size_t i = 0; i < COLUMNS_BYTES_MAX; i++) {
        if ((k->bytes[COUNTER_KEY_COLUMNS + i] & q->mask[i]) != q->want[i]) return false;
    }
    return true;
}

void count_query_bounds(const struct count_query *q, struct counter_key *ret_low,
                        struct counter_key *ret_high)
{
    struct counter_key low = { .bytes = { q->kind } };
    struct counter_key high = { .bytes = { q->kind } };
    put_u16(low.bytes + 1, q->schema);
    put_u16(high.bytes + 1, q->schema);
    for (size_t i = 0; i < COLUMNS_BYTES_MAX; i++) {
        low.bytes[COUNTER_KEY_COLUMNS + i] = q->want[i];
        high.bytes[COUNTER_KEY_COLUMNS + i] = (uint8_t)(q->want[i] | ~q->mask[i]);
    }
    put_u16(low.bytes + COUNTER_KEY_MONTH, q->month_first);
    put_u16(high.bytes + COUNTER_KEY_MONTH, q->month_last);
    high.bytes[COUNTER_KEY_FLAG] = COUNTER_LATE;
    *ret_low = low;
    *ret_high = high;
}
