/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/count.h"
#include <stdio.h>
#include <stdlib.h>
#include "tests/cm.h"
#include "tests/record/sample.h"

enum { JANUARY = 1767225600, DAY = 86400, FILE_MAX = 1 << 20 };

static uint8_t entry_room[ENTRY_BYTES_MAX];
static uint8_t file_room[FILE_MAX];
static struct counter *counter;
static struct counter_table table;
static uint8_t summary_room[512];
static slice summary_entry;

static void write_summary(void)
{
    struct draft d;
    struct fault fault;
    struct record r;
    struct summary_claim claim;
    uint8_t body_room[256];
    struct writer body = writer_of(body_room, sizeof body_room);
    struct writer w = writer_of(summary_room, sizeof summary_room);
    assert_ok(counter_summary(counter, JANUARY + 100 * DAY, &claim));
    draft_start(&d, KIND_summary, JANUARY + 100 * DAY);
    summary_draft(&claim, &d);
    assert_ok(draft_end(&d, &body, &r, &fault));
    assert_ok(entry_encode(&r, NULL, &w));
    summary_entry = writer_slice(&w);
    assert_ok(counter_table(counter, &table));
}

static int setup(void **)
{
    static const salt salts[FIELDS_MAX];
    struct sample sample = { .state = 77 };
    counter = counter_new(1);
    for (size_t i = 0; i < 3000; i++) {
        uint8_t room[ENTRY_PLAIN_BYTES_MAX];
        struct writer w = writer_of(room, sizeof room);
        struct record r = sample_record(&sample, schema_of(i % 3 == 0 ? KIND_event : KIND_appeal));
        r.time_s = JANUARY + sample_next(&sample) % (90 * DAY);
        assert_ok(entry_encode(&r, salts, &w));
        assert_ok(counter_add(counter, writer_slice(&w)));
    }
    write_summary();
    return 0;
}

static int teardown(void **)
{
    counter_free(counter);
    return 0;
}

static slice make_file(const struct count_query *q)
{
    struct writer w = writer_of(file_room, sizeof file_room);
    assert_ok(count_format(&table, q, summary_entry, &w));
    writer_text(&w, "c2sp.org/tlog-proof@v1\nindex 3000\n");
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static struct count_query query(uint8_t kind, const char *where, uint16_t first, uint16_t last)
{
    struct fault fault;
    struct count_query q = count_query_of(schema_of(kind), first, last);
    if (where != NULL) {
        assert_ok(count_query_where(&q, schema_of(kind), slice_text(where), &fault));
    }
    return q;
}

static void every_figure_is_proved_and_is_the_counted_one(void **)
{
    static const char *const wheres[] = {
        NULL, "market=DE", "market=", "stage=decided", "outcome=", "category=self_harm", "market=ZZ"
    };
    for (size_t i = 0; i < COUNT_OF(wheres); i++) {
        for (uint16_t month = 670; month < 677; month++) {
            struct count_claim claim = {};
            struct fault fault = {};
            uint64_t in_time = 0;
            uint64_t late = 0;
            const struct count_query q =
                query(KIND_appeal, wheres[i], 671, month < 671 ? 671 : month);
            const status s = count_check(guarded(make_file(&q)), entry_room, &claim, &fault);
            if (s.code != E_OK) fail_msg("%s", fault.text);
            counter_figure(counter, &q, &in_time, &late);
            assert_int_equal(claim.in_time, in_time);
            assert_int_equal(claim.late, late);
            assert_int_equal(claim.summary.size, 3000);
            assert_true(slice_equal(claim.summary_entry, summary_entry));
            assert_true(slice_starts(claim.proof, slice_text("c2sp.org/tlog-proof@v1\n")));
        }
    }
}

/* The question about the class and month of one row. */
static struct count_query query_row(size_t row)
{
    const struct counter_key key = counter_table_key(&table, row);
    const uint16_t month = counter_key_month(&key);
    struct count_query q = query(key.bytes[0], NULL, month, month);
    bytes_copy(q.want, sizeof q.want, (slice){ key.bytes + COUNTER_KEY_COLUMNS, sizeof q.want });
    for (size_t i = 0; i < sizeof q.mask; i++)
        q.mask[i] = 0xff;
    return q;
}

static void one_class_and_month_is_a_small_proof(void **)
{
    struct count_claim claim = {};
    struct fault fault = {};
    for (size_t row = 0; row < table.row_count; row += 7) {
        const struct count_query q = query_row(row);
        const slice file = make_file(&q);
        assert_ok(count_check(file, entry_room, &claim, &fault));
        assert_int_equal(claim.in_time, counter_table_count(&table, row));
        assert_true(file.len < 5000);
    }
}

static void a_class_that_does_not_occur_is_proved_to_be_none(void **)
{
    struct count_claim claim = {};
    struct fault fault = {};
    static const uint8_t kinds[] = { KIND_event, KIND_grant, KIND_report };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct count_query q = query(kinds[i], NULL, 400, 401);
        assert_ok(count_check(make_file(&q), entry_room, &claim, &fault));
        assert_int_equal(claim.in_time + claim.late, 0);
    }
}

static void an_empty_table_proves_nothing_happened(void **)
{
    struct counter *full = counter;
    struct count_claim claim = {};
    struct fault fault = {};
    counter = counter_new(0);
    write_summary();
    const struct count_query q = query(KIND_event, NULL, 672, 672);
    assert_ok(count_check(make_file(&q), entry_room, &claim, &fault));
    assert_int_equal(claim.in_time, 0);
    assert_int_equal(claim.summary.size, 0);
    counter_free(counter);
    counter = full;
    write_summary();
}

static void false_figures_are_refused_with_the_reason(void **)
{
    static const struct {
        const char *from;
        const char *to;
        int32_t code;
        const char *says;
    } cases[] = {
        { "candor/count@v1", "candor/count@v2", E_UNKNOWN, "line 1" },
        { "kind 11 1 appeal", "kind 11 1 order", E_VALUE, "line 2" },
        { "kind 11 1 appeal", "kind 11 2 appeal", E_VALUE, "line 2" },
        { "kind 11", "kind 011", E_SYNTAX, "line 2" },
        { "kind 11", "kind 256", E_LIMIT, "line 2" },
        { "where 00", "where 0", E_SYNTAX, "line 3" },
        { "months 2026-01", "months 2026-03", E_VALUE, "line 4" },
        { "months 2026-01", "months 2026-1", E_SYNTAX, "line 4" },
        { "months 2026-01 2026-02", "months 2026-02 2026-02", E_INVALID, "the file says" },
        { "\ncount ", "\ncount 1", E_INVALID, "its rows add up to" },
        { "\nlate ", "\nlate 1", E_INVALID, "its rows add up to" },
        { "\nlate ", "\nearly ", E_SYNTAX, "line 6" },
        { "\nlate 0", "\nlate 0 0", E_TRAILING, "line 6" },
        { "\nrows ", "\nrows 1", E_INVALID, "do not give the summary's root" },
        { "\nrow 0b", "\nrow 0B", E_SYNTAX, "line" },
        { "\nrow 0b", "\nrow 0c", E_VALUE, "line" },
        { "\nrow 01", "\nrow 02", E_INVALID, "do not give" },
        { "\nhash ", "\nhash AAAA", E_LIMIT, "line" },
        { "\nhash ", "\nash ", E_SYNTAX, "line" },
        { "\nsummary ", "\nsummary  ", E_SYNTAX, "line" },
        { "\nsummary A", "\nsummary B", E_UNKNOWN, "version" },
        { "\n\nc2sp", "\nc2sp", E_TRAILING, "line" },
    };
    const struct count_query q = query(KIND_appeal, NULL, 672, 673);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct count_claim claim = { .in_time = 99 };
        struct fault fault = {};
        const slice file = replaced(make_file(&q), cases[i].from, cases[i].to);
        const status s = count_check(file, entry_room, &claim, &fault);
        if (s.code != cases[i].code || strstr(fault.text, cases[i].says) == NULL) {
            fail_msg("case %zu: %d \"%s\", not %d \"%s\"", i, s.code, fault.text, cases[i].code,
                     cases[i].says);
        }
        assert_int_equal(claim.in_time, 99);
    }
}

/* Leaves out each row in turn, with the numbers adjusted as a liar would. */
static void no_row_can_be_left_out_or_changed(void **)
{
    const struct count_query q = query(KIND_event, NULL, 672, 672);
    const slice file = make_file(&q);
    const uint8_t *end = file.at + file.len;
    const char *row = memmem(file.at, file.len, "\nrow ", 5);
    size_t rows = 0;
    while (row != NULL) {
        static uint8_t lie[FILE_MAX];
        struct count_claim claim = {};
        struct fault fault = {};
        const char *next = memchr(row + 1, '\n', (size_t)(end - (const uint8_t *)row - 1));
        struct writer w = writer_of(lie, sizeof lie);
        writer_bytes(&w, (slice){ file.at, (size_t)((const uint8_t *)row - file.at) });
        writer_bytes(&w, (slice){ (const uint8_t *)next, (size_t)(end - (const uint8_t *)next) });
        assert_int_not_equal(count_check(writer_slice(&w), entry_room, &claim, &fault).code, E_OK);
        row = memmem(next, (size_t)(end - (const uint8_t *)next), "\nrow ", 5);
        rows++;
    }
    assert_true(rows > 3);
}

static void every_cut_and_every_flipped_bit_is_refused_or_true(void **)
{
    const struct count_query q = query_row(table.row_count / 2);
    slice file = make_file(&q);
    const char *proof = memmem(file.at, file.len, "\n\nc2sp", 6);
    const size_t checked = (size_t)((const uint8_t *)proof - file.at) + 2;
    for (size_t len = 0; len < checked; len++) {
        struct count_claim claim = {};
        struct fault fault = {};
        const slice cut = guarded((slice){ file.at, len });
        assert_int_not_equal(count_check(cut, entry_room, &claim, &fault).code, E_OK);
        assert_int_not_equal(fault.text[0], 0);
    }
    for (size_t at = 0; at < checked; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct count_claim claim = {};
            struct fault fault = {};
            uint64_t in_time = 0;
            uint64_t late = 0;
            file_room[at] = (uint8_t)(file_room[at] ^ 1u << bit);
            if (count_check(file, entry_room, &claim, &fault).code == E_OK) {
                /* another question, truly answered by the same rows */
                counter_figure(counter, &claim.query, &in_time, &late);
                assert_int_equal(claim.in_time, in_time);
                assert_int_equal(claim.late, late);
            }
            file_room[at] = (uint8_t)(file_room[at] ^ 1u << bit);
        }
    }
}

static void conditions_name_columns_and_values(void **)
{
    static const struct {
        const char *where;
        int32_t code;
        const char *says;
    } cases[] = {
        { "visibility=removed", E_OK, "enforcement visibility=removed, 2026-01" },
        { "category=self_harm", E_OK, "enforcement category=self_harm, 2026-01" },
        { "automation=", E_OK, "enforcement automation=, 2026-01" },
        { "market=DE", E_OK, "enforcement market=DE, 2026-01" },
        { "detected=1", E_OK, "enforcement detected=1, 2026-01" },
        { "detected=256", E_VALUE, "column detected has no value" },
        { "market=Germany", E_VALUE, "column market has no value" },
        { "category=nonsense", E_VALUE, "column category has no value" },
        { "colour=red", E_UNKNOWN, "no public column \"colour\"" },
        { "market", E_SYNTAX, "COLUMN=VALUE" },
    };
    const struct schema *s = schema_of(KIND_enforcement);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t room[256];
        struct fault fault = {};
        struct writer w = writer_of(room, sizeof room - 1);
        struct count_query q = count_query_of(s, 672, 672);
        const status done = count_query_where(&q, s, slice_text(cases[i].where), &fault);
        assert_int_equal(done.code, cases[i].code);
        if (done.code != E_OK) {
            assert_non_null(strstr(fault.text, cases[i].says));
            continue;
        }
        count_query_print(&q, &w);
        assert_true(slice_is(writer_slice(&w), cases[i].says));
    }
}

/* A copy of the table with the counter of a row changed; of 0: without the row. */
static struct counter_table with_row(size_t row, int change)
{
    static uint8_t room[FILE_MAX];
    struct counter_table t = table;
    bytes_copy(room, sizeof room, table.rows);
    t.rows.at = room;
    uint8_t *at = room + row * COUNTER_ROW_BYTES;
    if (change != 0) {
        put_u64(at + COUNTER_KEY_BYTES, get_u64(at + COUNTER_KEY_BYTES) + (uint64_t)change);
        return t;
    }
    const size_t rest = t.rows.len - (row + 1) * COUNTER_ROW_BYTES;
    bytes_move(at, sizeof room, at + COUNTER_ROW_BYTES, rest);
    t.rows.len -= COUNTER_ROW_BYTES;
    t.row_count--;
    return t;
}

static void a_difference_is_found_in_its_row(void **)
{
    static const int changes[] = { 1, -1, 0 };
    struct counter_difference d = {};
    struct fault fault = {};
    const struct count_query q = query(KIND_appeal, NULL, 672, 674);
    const slice file = make_file(&q);
    bool differs = true;
    assert_ok(count_differ(file, &table, &differs, &d, &fault));
    assert_false(differs);
    size_t seen = 0;
    for (size_t row = 0; row < table.row_count; row += 7) {
        const struct counter_key key = counter_table_key(&table, row);
        for (size_t i = 0; i < COUNT_OF(changes); i++) {
            const struct counter_table is = with_row(row, changes[i]);
            const uint64_t count = counter_table_count(&table, row);
            const uint64_t other = changes[i] == 0 ? 0 : count + (uint64_t)changes[i];
            if (other == 0 && changes[i] != 0) continue; /* no table has such a row */
            assert_true(counter_table_differ(&table, &is, &d));
            assert_memory_equal(d.key.bytes, key.bytes, sizeof key.bytes);
            assert_int_equal(d.said, count);
            assert_int_equal(d.is, other);
            assert_true(counter_table_differ(&is, &table, &d));
            assert_int_equal(d.said, other);
            assert_ok(count_differ(file, &is, &differs, &d, &fault));
            if (count_query_matches(&q, &key)) assert_true(differs);
            if (differs) assert_memory_equal(d.key.bytes, key.bytes, sizeof key.bytes);
            seen += differs;
        }
    }
    assert_true(seen > 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_proved_and_is_the_counted_one),
        cmocka_unit_test(one_class_and_month_is_a_small_proof),
        cmocka_unit_test(a_class_that_does_not_occur_is_proved_to_be_none),
        cmocka_unit_test(an_empty_table_proves_nothing_happened),
        cmocka_unit_test(false_figures_are_refused_with_the_reason),
        cmocka_unit_test(no_row_can_be_left_out_or_changed),
        cmocka_unit_test(every_cut_and_every_flipped_bit_is_refused_or_true),
        cmocka_unit_test(a_difference_is_found_in_its_row),
        cmocka_unit_test(conditions_name_columns_and_values),
    };
    return cmocka_run_group_tests_name("ledger/count", tests, setup, teardown);
}
