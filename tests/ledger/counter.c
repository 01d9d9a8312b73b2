/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/counter.h"
#include <stdlib.h>
#include <time.h>
#include "ledger/count/count.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

enum { ENTRIES = 4000, JANUARY = 1767225600, DAY = 86400 };

static const salt salts[FIELDS_MAX] = { { { 5 } } };

/* A log of sampled entries with true summaries in it. */
struct log {
    uint8_t *bytes;
    slice entries[ENTRIES];
    size_t count;
};

static slice keep(struct log *log, slice bytes)
{
    uint8_t *at = malloc(bytes.len);
    assert_non_null(at);
    bytes_copy(at, bytes.len, bytes);
    log->entries[log->count++] = (slice){ at, bytes.len };
    return (slice){ at, bytes.len };
}

static void free_log(struct log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free((void *)(uintptr_t)log->entries[i].at);
    log->count = 0;
}

static slice encode_summary(const struct summary_claim *claim, uint64_t time_s, uint8_t *room)
{
    struct draft d;
    struct fault fault;
    struct record r;
    uint8_t body_room[256];
    struct writer body = writer_of(body_room, sizeof body_room);
    struct writer w = writer_of(room, 512);
    draft_start(&d, KIND_summary, time_s);
    summary_draft(claim, &d);
    assert_ok(draft_end(&d, &body, &r, &fault));
    assert_ok(entry_encode(&r, NULL, &w));
    return writer_slice(&w);
}

/* Entries of a few kinds over five months, some of them late, with a summary every 500. */
static void make_log(struct log *log, uint64_t seed)
{
    static const uint8_t kinds[] = { KIND_event,       KIND_event,   KIND_access_verdict,
                                     KIND_enforcement, KIND_roadmap, KIND_subject_map,
                                     KIND_report };
    struct sample sample = { .state = seed };
    struct counter *c = counter_new(1);
    log->count = 0;
    while (log->count < ENTRIES) {
        uint8_t room[ENTRY_BYTES_MAX];
        const uint64_t now_s = JANUARY + log->count * 3600;
        struct writer w = writer_of(room, sizeof room);
        if (log->count % 500 == 499) {
            struct summary_claim claim;
            assert_ok(counter_summary(c, now_s, &claim));
            assert_ok(counter_add(c, keep(log, encode_summary(&claim, now_s, room))));
            continue;
        }
        const struct schema *s = schema_of(kinds[sample_next(&sample) % COUNT_OF(kinds)]);
        struct record r = sample_record(&sample, s);
        r.time_s = now_s - sample_next(&sample) % (60 * DAY);
        assert_ok(entry_encode(&r, salts, &w));
        assert_ok(counter_add(c, keep(log, writer_slice(&w))));
    }
    counter_free(c);
}

/* The naive twin: for each entry, its key by definition, with the month from the calendar. */
static struct counter_key naive_key(slice bytes, uint16_t closed)
{
    struct entry e;
    assert_ok(entry_split(bytes, &e));
    const time_t time_s = (time_t)e.time_s;
    struct tm tm;
    assert_non_null(gmtime_r(&time_s, &tm));
    const uint16_t month = (uint16_t)((tm.tm_year - 70) * 12 + tm.tm_mon);
    return counter_key_of(&e, month, month < closed ? COUNTER_LATE : COUNTER_IN_TIME);
}

static void the_table_counts_what_a_naive_count_counts(void **)
{
    static struct log log;
    static struct counter_key keys[ENTRIES];
    struct counter *c = counter_new(7);
    struct counter_table t;
    struct fault fault;
    uint16_t closed = 0;
    make_log(&log, 1);
    for (size_t i = 0; i < log.count; i++) {
        struct entry e;
        keys[i] = naive_key(log.entries[i], closed);
        assert_ok(entry_parse(log.entries[i], &e, &fault));
        if (e.schema->kind == KIND_summary) {
            assert_ok(counter_check(c, &e, &fault));
            closed = month_closed(e.time_s);
        }
        assert_ok(counter_add(c, guarded(log.entries[i])));
    }
    assert_ok(counter_table(c, &t));
    assert_int_equal(t.size, ENTRIES);
    assert_int_equal(t.last_summary, ENTRIES - 1);
    uint64_t late = 0;
    for (size_t row = 0; row < t.row_count; row++) {
        const struct counter_key key = counter_table_key(&t, row);
        uint64_t count = 0;
        for (size_t i = 0; i < log.count; i++)
            count += bytes_equal(&keys[i], &key, sizeof key);
        assert_int_equal(counter_table_count(&t, row), count);
        late += key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE ? count : 0;
        assert_int_equal(counter_table_find(&t, &key), row);
    }
    assert_true(late > 100 && t.row_count > 300);
    counter_free(c);
    free_log(&log);
}

static void a_loaded_table_goes_on_as_if_nothing_had_been(void **)
{
    static struct log log;
    struct fault fault;
    make_log(&log, 2);
    for (size_t cut = 0; cut <= log.count; cut += 333) {
        struct counter *whole = counter_new(3);
        struct counter *second = counter_new(99);
        struct counter_table t;
        struct counter_table again;
        uint8_t *room = malloc(COUNTER_TABLE_BYTES_MAX);
        struct writer w = writer_of(room, COUNTER_TABLE_BYTES_MAX);
        for (size_t i = 0; i < cut; i++)
            assert_ok(counter_add(whole, log.entries[i]));
        assert_ok(counter_table(whole, &t));
        assert_ok(counter_table_format(&t, &w));
        assert_ok(counter_table_parse(writer_slice(&w), &again, &fault));
        assert_ok(counter_load(second, &again));
        for (size_t i = cut; i < log.count; i++) {
            assert_ok(counter_add(whole, log.entries[i]));
            assert_ok(counter_add(second, log.entries[i]));
        }
        assert_ok(counter_table(whole, &t));
        assert_ok(counter_table(second, &again));
        assert_true(slice_equal(t.rows, again.rows));
        assert_int_equal(t.closed, again.closed);
        assert_int_equal(t.last_summary, again.last_summary);
        counter_free(whole);
        counter_free(second);
        free(room);
    }
    free_log(&log);
}

/* Each number of a summary changed alone, and a counter moved by one, is refuted by the entries of
 * one segment and the table of the summary before. */
static void every_false_summary_is_refuted_by_one_segment(void **)
{
    static struct log log;
    struct counter *c = counter_new(3);
    struct counter *from = counter_new(4);
    struct counter_table t;
    struct summary_claim truth;
    struct fault fault;
    make_log(&log, 3);
    for (size_t i = 0; i < 499; i++)
        assert_ok(counter_add(c, log.entries[i]));
    assert_ok(counter_table(c, &t));
    assert_ok(counter_load(from, &t));
    for (size_t i = 499; i < 999; i++)
        assert_ok(counter_add(from, log.entries[i]));
    const uint64_t now_s = JANUARY + 999 * 3600;
    assert_ok(counter_summary(from, now_s, &truth));
    for (size_t change = 0; change < 9; change++) {
        uint8_t room[512];
        struct entry e;
        struct summary_claim claim = truth;
        claim.size += change == 1;
        claim.rows -= change == 2;
        claim.late += change == 3;
        claim.overflow += change == 4;
        claim.previous -= change == 5;
        claim.closed = (uint16_t)(claim.closed + (change == 6));
        claim.root.bytes[31] ^= change == 7;
        if (change == 8) claim.previous = UINT64_MAX;
        assert_ok(entry_parse(encode_summary(&claim, now_s, room), &e, &fault));
        assert_fails(counter_check(from, &e, &fault), change == 0 ? E_OK : E_INVALID);
    }
    counter_free(c);
    counter_free(from);
    free_log(&log);
}

static void months_are_those_of_the_calendar(void **)
{
    uint64_t start_s = 0;
    uint64_t end_s = 0;
    for (int64_t day = 10957 - 40; day < 47482 + 40; day++) {
        const time_t time_s = (time_t)(day * DAY + day % DAY);
        struct tm tm;
        assert_non_null(gmtime_r(&time_s, &tm));
        const uint16_t month = month_of((uint64_t)time_s, &start_s, &end_s);
        const int want = (tm.tm_year - 70) * 12 + tm.tm_mon;
        assert_int_equal(month, want < MONTH_FIRST ? 0 : want > MONTH_LAST ? MONTH_AFTER : want);
        assert_true(start_s <= (uint64_t)time_s && (uint64_t)time_s < end_s);
        assert_int_equal(month_of(start_s, &start_s, &end_s), month);
        assert_int_equal(month_of(end_s - 1, &start_s, &end_s), month);
    }
    const uint64_t february = JANUARY + 31 * DAY;
    assert_int_equal(month_closed(february + 7 * DAY - 1), 672);
    assert_int_equal(month_closed(february + 7 * DAY), 673);
    assert_int_equal(month_closed(0), 0);
    assert_int_equal(month_of(((uint64_t)1 << 40) - 1, &start_s, &end_s), MONTH_AFTER);
}

static void months_have_one_spelling(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        uint16_t month;
    } cases[] = {
        { "2026-01", E_OK, 672 },    { "2000-01", E_OK, 360 },   { "2099-12", E_OK, 1559 },
        { "1999-12", E_VALUE, 0 },   { "2100-01", E_VALUE, 0 },  { "2026-00", E_VALUE, 0 },
        { "2026-13", E_VALUE, 0 },   { "2026-1", E_SYNTAX, 0 },  { "2026-1 ", E_SYNTAX, 0 },
        { "2026/01", E_SYNTAX, 0 },  { "", E_SYNTAX, 0 },        { "20x6-01", E_SYNTAX, 0 },
        { "2026-010", E_SYNTAX, 0 }, { "2026-0x", E_SYNTAX, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint16_t month = 0;
        uint8_t room[16];
        struct writer w = writer_of(room, sizeof room);
        assert_fails(month_parse(guarded(slice_text(cases[i].text)), &month), cases[i].code);
        assert_int_equal(month, cases[i].month);
        if (cases[i].code != E_OK) continue;
        month_print(month, &w);
        assert_true(slice_is(writer_slice(&w), cases[i].text));
    }
}

/* A table that is full counts new classes as overflow of their kind and old ones as before. */
static void a_full_table_overflows_by_kind_and_says_so(void **)
{
    enum { TO_MUCH = 5000 };
    struct counter *c = counter_new(0);
    uint8_t room[ENTRY_PLAIN_BYTES_MAX];
    struct record_field fields[FIELDS_MAX];
    uint8_t columns[COLUMNS_BYTES_MAX] = {};
    struct summary_claim claim;
    struct fault fault;
    const struct schema *s = schema_of(KIND_roadmap);
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        fields[i] = (struct record_field){ TYPE_ABSENT, slice_none() };
    }
    /* 65,536 items by 5 stages by month: 65,536 * 4 + 5,000 classes */
    for (uint32_t n = 0; n < COUNTER_ROWS_MAX + TO_MUCH; n++) {
        put_u16(columns, (uint16_t)n);
        columns[2] = (uint8_t)(n >> 16);
        const struct record r = { .kind = KIND_roadmap,
                                  .schema = s->version,
                                  .time_s = JANUARY,
                                  .columns = { columns, s->columns_bytes },
                                  .fields = fields,
                                  .field_count = s->field_count,
                                  .body = slice_none() };
        struct writer w = writer_of(room, sizeof room);
        if (n == 0) assert_ok(entry_encode(&r, salts, &w));
        bytes_copy(room + ENTRY_HEADER_BYTES, s->columns_bytes, r.columns);
        const slice entry = { room, ENTRY_HEADER_BYTES + s->columns_bytes + SHA256_BYTES };
        assert_ok(counter_add(c, entry));
        if (n % 1000 == 0) assert_ok(counter_add(c, entry)); /* the recent one again */
    }
    assert_ok(counter_summary(c, JANUARY, &claim));
    assert_int_equal(claim.rows, COUNTER_ROWS_MAX + 1);
    assert_int_equal(claim.overflow,
                     TO_MUCH + TO_MUCH / 1000 - (COUNTER_ROWS_MAX % 1000 != 0 ? 0 : 1));
    struct counter_table t;
    struct counter_table again;
    uint8_t *bytes = malloc(COUNTER_TABLE_BYTES_MAX);
    struct writer w = writer_of(bytes, COUNTER_TABLE_BYTES_MAX);
    assert_ok(counter_table(c, &t));
    assert_ok(counter_table_format(&t, &w));
    assert_ok(counter_table_parse(writer_slice(&w), &again, &fault));
    struct counter *loaded = counter_new(5);
    assert_ok(counter_load(loaded, &again));
    struct summary_claim same;
    assert_ok(counter_summary(loaded, JANUARY, &same));
    assert_memory_equal(&same, &claim, sizeof claim);
    counter_free(loaded);
    counter_free(c);
    free(bytes);
}

static void what_is_no_entry_is_not_counted(void **)
{
    struct counter *c = counter_new(0);
    assert_fails(counter_add(c, guarded(slice_none())), E_CORRUPT);
    assert_fails(counter_add(c, guarded(slice_text("\1\1\0\1"))), E_CORRUPT);
    assert_int_equal(counter_size(c), 0);
    counter_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_counts_what_a_naive_count_counts),
        cmocka_unit_test(a_loaded_table_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(every_false_summary_is_refuted_by_one_segment),
        cmocka_unit_test(months_are_those_of_the_calendar),
        cmocka_unit_test(months_have_one_spelling),
        cmocka_unit_test(a_full_table_overflows_by_kind_and_says_so),
        cmocka_unit_test(what_is_no_entry_is_not_counted),
    };
    return cmocka_run_group_tests_name("ledger/counter", tests, NULL, NULL);
}
