/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions opened: what a row says of its record, how records find each other, and that what was
 * erased is missing from a row and the row not from the others.
 */
#include "report/moderation.h"

#include <stdio.h>
#include "intake/decision/words.h"
#include "record/draft.h"
#include "record/value.h"
#include "tests/cm.h"

enum { DAY_S = 86400, START_S = 1767225600 /* 2026-01-01 */ };

static struct draft draft;
static struct fault fault;
static struct opening opening;
static uint8_t room[4096];

static int64_t ns(uint64_t time_s)
{
    return (int64_t)time_s * 1'000'000'000;
}

static void begin(uint8_t kind, uint64_t time_s)
{
    draft_start(&draft, kind, time_s);
}

static const uint8_t *list_of(const char *first, const char *second, size_t *ret_len)
{
    static uint8_t texts[512];
    struct writer w = writer_of(texts, sizeof texts);
    if (first != NULL) value_texts_add(&w, slice_text(first));
    if (second != NULL) value_texts_add(&w, slice_text(second));
    *ret_len = w.len;
    return texts;
}

/* Gives the draft to the fold, erased in these fields (a bit an id), or wholly. */
static uint32_t take(struct moderation *m, uint64_t index, uint64_t erased, bool gone)
{
    static uint8_t entry_bytes[ENTRY_BYTES_MAX];
    struct record record = {};
    struct entry entry = {};
    salt salts[FIELDS_MAX] = {};
    struct writer w = writer_of(entry_bytes, sizeof entry_bytes);
    assert_ok(draft_end(&draft, NULL, &record, &fault));
    assert_ok(entry_encode(&record, salts, &w));
    assert_true(moderation_wants(writer_slice(&w)));
    assert_ok(entry_parse(writer_slice(&w), &entry, &fault));
    struct writer o = writer_of(room, sizeof room);
    assert_ok(opening_encode_record(&record, &o));
    assert_ok(opening_decode(entry.schema, writer_slice(&o), &opening));
    for (size_t i = 0; i < entry.schema->field_count; i++) {
        if ((erased >> i & 1) != 0)
            opening.fields[i] = (struct record_field){ TYPE_ERASED, slice_none() };
    }
    const struct scanned_record r = { index, &entry, gone ? NULL : &opening };
    const uint32_t row = moderation_count(m);
    assert_ok(moderation_take(m, &r, &fault));
    return row;
}

static void enforcement(uint64_t time_s, const char *puid)
{
    begin(KIND_enforcement, time_s);
    draft_time(&draft, FIELD_enforcement_time, ns(time_s));
    draft_text(&draft, FIELD_enforcement_puid, slice_text(puid));
    draft_column(&draft, COLUMN_enforcement_stage, VALUE_enforcement_stage_decided);
    draft_column(&draft, COLUMN_enforcement_category, VALUE_category_self_harm);
}

static void other(uint8_t kind, int time_field, int id_field, uint64_t time_s, const char *id)
{
    begin(kind, time_s);
    draft_time(&draft, time_field, ns(time_s));
    draft_text(&draft, id_field, slice_text(id));
}

static void a_row_says_what_its_record_says(void **)
{
    size_t len = 0;
    struct moderation *m = moderation_new();
    enforcement(START_S + 3601, "p-1");
    draft_text(&draft, FIELD_enforcement_content_date, slice_text("2025-12-31"));
    const uint8_t *list = list_of("KEYWORD_SUICIDE", "KEYWORD_OTHER", &len);
    draft_texts(&draft, FIELD_enforcement_category_specification, (slice){ list, len });
    draft_text(&draft, FIELD_enforcement_category_specification_other, slice_text("a dare"));
    draft_text(&draft, FIELD_enforcement_content_language, slice_text("DE"));
    draft_text(&draft, FIELD_enforcement_account_id, slice_text("u-1"));
    const uint32_t row = take(m, 7, 0, false);
    const struct moderation_row *r = moderation_row(m, row);
    assert_int_equal(r->index, 7);
    assert_int_equal(r->kind, KIND_enforcement);
    assert_int_equal(r->time_s, START_S + 3601);
    assert_int_equal(r->since_s, START_S - DAY_S);
    assert_int_equal(r->lost, 0);
    assert_int_equal(moderation_column(r, COLUMN_enforcement_category), VALUE_category_self_harm);
    assert_string_equal(words_languages.at[r->language - 1], "DE");
    assert_true(slice_is(moderation_other(m, row), "a dare"));
    for (size_t i = 0; i < words_keywords.count; i++) {
        const bool is = slice_is(slice_text(words_keywords.at[i]), "KEYWORD_SUICIDE") ||
                        slice_is(slice_text(words_keywords.at[i]), "KEYWORD_OTHER");
        assert_int_equal(moderation_keyword(r, i), is);
    }
    assert_int_equal(moderation_find(m, 7), row);
    assert_int_equal(moderation_find(m, 6), MODERATION_NONE);
    assert_int_equal(moderation_odd(m), 0);
    moderation_free(m);
}

static void types_and_items_are_counted(void **)
{
    size_t len = 0;
    struct moderation *m = moderation_new();
    enforcement(START_S, "p");
    const uint8_t *list = list_of("CONTENT_TYPE_TEXT", "CONTENT_TYPE_NONE", &len);
    draft_texts(&draft, FIELD_enforcement_content_type, (slice){ list, len });
    const uint32_t typed = take(m, 1, 0, false);
    assert_int_equal(moderation_row(m, typed)->types, 1u << 5);
    assert_int_equal(moderation_odd(m), 1);
    other(KIND_order, FIELD_order_time, FIELD_order_id, START_S, "o");
    draft_u64(&draft, FIELD_order_items, 1ull << 40);
    draft_bool(&draft, FIELD_order_produced, false);
    const struct moderation_row *r = moderation_row(m, take(m, 2, 0, false));
    assert_int_equal(r->items, UINT32_MAX);
    assert_int_equal(r->produced, PRODUCED_NO);
    other(KIND_notice, FIELD_notice_time, FIELD_notice_id, START_S, "n");
    r = moderation_row(m, take(m, 3, 0, false));
    assert_int_equal(r->items, 1);
    assert_int_equal(r->produced, PRODUCED_NOT_STATED);
    moderation_free(m);
}

static void records_find_what_they_refer_to(void **)
{
    struct moderation *m = moderation_new();
    other(KIND_notice, FIELD_notice_time, FIELD_notice_id, START_S, "x");
    const uint32_t received = take(m, 10, 0, false);
    other(KIND_order, FIELD_order_time, FIELD_order_id, START_S, "x");
    const uint32_t order = take(m, 20, 0, false);
    other(KIND_notice, FIELD_notice_time, FIELD_notice_id, START_S + 5, "x");
    draft_time(&draft, FIELD_notice_received, ns(START_S));
    const uint32_t decided = take(m, 30, 0, false);
    assert_int_equal(moderation_row(m, received)->earlier, MODERATION_NONE);
    assert_int_equal(moderation_row(m, order)->earlier, MODERATION_NONE);
    assert_int_equal(moderation_row(m, decided)->earlier, received);
    assert_int_equal(moderation_row(m, decided)->since_s, START_S);
    enforcement(START_S + 6, "p");
    draft_u64(&draft, FIELD_enforcement_notice, 10);
    draft_u64(&draft, FIELD_enforcement_order, 20);
    const uint32_t first = take(m, 40, 0, false);
    assert_int_equal(moderation_row(m, first)->notice, received);
    assert_int_equal(moderation_row(m, first)->cause, order);
    other(KIND_appeal, FIELD_appeal_time, FIELD_appeal_id, START_S + 7, "x");
    draft_u64(&draft, FIELD_appeal_enforcement, 40);
    const uint32_t appeal = take(m, 50, 0, false);
    assert_int_equal(moderation_row(m, appeal)->cause, first);
    assert_int_equal(moderation_row(m, appeal)->earlier, MODERATION_NONE);
    moderation_free(m);
}

static void a_link_to_nothing_is_none(void **)
{
    struct moderation *m = moderation_new();
    enforcement(START_S, "p");
    draft_u64(&draft, FIELD_enforcement_replaces, 9);    /* not in the rows */
    draft_u64(&draft, FIELD_enforcement_notice, 10);     /* itself */
    draft_u64(&draft, FIELD_enforcement_order, 1 << 20); /* yet to come */
    const struct moderation_row *r = moderation_row(m, take(m, 10, 0, false));
    assert_int_equal(r->earlier, MODERATION_NONE);
    assert_int_equal(r->notice, MODERATION_NONE);
    assert_int_equal(r->cause, MODERATION_NONE);
    moderation_free(m);
}

static void a_reversal_goes_back_to_the_first_decision(void **)
{
    struct moderation *m = moderation_new();
    uint32_t row = 0;
    for (uint64_t i = 0; i <= MODERATION_STEPS_MAX; i++) {
        enforcement(START_S + i, "p");
        if (i > 0) {
            draft_u64(&draft, FIELD_enforcement_replaces, i - 1);
            draft_column(&draft, COLUMN_enforcement_stage, VALUE_enforcement_stage_amended);
        }
        row = take(m, i, 0, false);
        const bool is_near = i < MODERATION_STEPS_MAX;
        assert_int_equal(moderation_original(m, row), is_near ? 0 : MODERATION_NONE);
    }
    enforcement(START_S, "q");
    draft_column(&draft, COLUMN_enforcement_stage, VALUE_enforcement_stage_reversed);
    assert_int_equal(moderation_original(m, take(m, 500, 0, false)), MODERATION_NONE);
    moderation_free(m);
}

static void what_was_erased_is_told(void **)
{
    struct moderation *m = moderation_new();
    enforcement(START_S + DAY_S / 2, "p");
    draft_text(&draft, FIELD_enforcement_content_language, slice_text("DE"));
    draft_text(&draft, FIELD_enforcement_content_date, slice_text("2025-12-31"));
    const struct moderation_row *r = moderation_row(m, take(m, 1, 0, true));
    assert_int_equal(r->lost, LOST_ALL & ~LOST_ITEMS);
    assert_int_equal(r->time_s, START_S); /* the day is public */
    assert_int_equal(r->language, 0);
    assert_int_equal(moderation_column(r, COLUMN_enforcement_category), VALUE_category_self_harm);
    static const struct {
        int field;
        uint8_t lost;
    } cases[] = {
        { FIELD_enforcement_time, LOST_TIME },
        { FIELD_enforcement_content_date, LOST_SINCE },
        { FIELD_enforcement_replaces, LOST_LINKS },
        { FIELD_enforcement_category_specification, LOST_KEYWORDS },
        { FIELD_enforcement_content_language, LOST_LANGUAGE },
        { FIELD_enforcement_content_type, LOST_TYPES },
        { FIELD_enforcement_account_id, LOST_WHO },
        { FIELD_enforcement_moderator, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint64_t erased = 1ull << (cases[i].field - 1);
        r = moderation_row(m, take(m, 2 + i, erased, false));
        assert_int_equal(r->lost, cases[i].lost);
    }
    moderation_free(m);
}

static void people_are_told_apart(void **)
{
    struct moderation *m = moderation_new();
    uint32_t who[4];
    for (size_t i = 0; i < 4; i++) {
        enforcement(START_S, "p");
        if (i < 2) draft_text(&draft, FIELD_enforcement_account_id, slice_text("u"));
        who[i] = moderation_row(m, take(m, i, 0, false))->who;
    }
    assert_int_equal(who[0], who[1]);
    assert_int_not_equal(who[1], who[2]); /* nobody is named: each for itself */
    assert_int_not_equal(who[2], who[3]);
    moderation_free(m);
}

static void rows_and_identifiers_have_room_to_grow(void **)
{
    enum { MANY = 70000 };
    struct moderation *m = moderation_new();
    char id[16];
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "n-%u", i % (MANY / 2));
        other(KIND_notice, FIELD_notice_time, FIELD_notice_id, START_S, id);
        const uint32_t row = take(m, 3 * (uint64_t)i, 0, false);
        const uint32_t want = i < MANY / 2 ? MODERATION_NONE : row - MANY / 2;
        assert_int_equal(moderation_row(m, row)->earlier, want);
    }
    for (uint32_t i = 0; i < MANY; i += 997)
        assert_int_equal(moderation_find(m, 3 * (uint64_t)i), i);
    moderation_free(m);
}

static void other_kinds_and_versions_are_not_wanted(void **)
{
    const uint8_t event[] = { 1, KIND_event, 0, 1 };
    const uint8_t later[] = { 1, KIND_notice, 0, 2 };
    const uint8_t unknown[] = { 1, 250, 0, 1 };
    assert_false(moderation_wants((slice){ event, sizeof event }));
    assert_false(moderation_wants((slice){ later, sizeof later }));
    assert_false(moderation_wants((slice){ unknown, sizeof unknown }));
    assert_false(moderation_wants((slice){ later, 3 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_what_its_record_says),
        cmocka_unit_test(types_and_items_are_counted),
        cmocka_unit_test(records_find_what_they_refer_to),
        cmocka_unit_test(a_link_to_nothing_is_none),
        cmocka_unit_test(a_reversal_goes_back_to_the_first_decision),
        cmocka_unit_test(what_was_erased_is_told),
        cmocka_unit_test(people_are_told_apart),
        cmocka_unit_test(rows_and_identifiers_have_room_to_grow),
        cmocka_unit_test(other_kinds_and_versions_are_not_wanted),
    };
    return cmocka_run_group_tests_name("report/moderation", tests, NULL, NULL);
}
