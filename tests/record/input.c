/* SPDX-License-Identifier: Apache-2.0 */
#include "record/input.h"
#include <stdlib.h>
#include "base/writer.h"
#include "lib/json.h"
#include "record/entry.h"
#include "record/facts.h"
#include "tests/cm.h"

static struct json_parser *parser;
static struct arena arena;

static int setup(void **)
{
    parser = json_parser_new();
    arena = arena_of((size_t)8 << 20);
    return parser == NULL;
}

static int teardown(void **)
{
    json_parser_free(parser);
    arena_done(&arena);
    return 0;
}

static status parse(const char *line, struct record *r, struct fault *fault)
{
    arena_reset(&arena);
    fault->text[0] = '\0';
    return record_parse_json(parser, guarded(slice_text(line)), &arena, r, fault);
}

static void assert_text(const struct record *r, int field, const char *text)
{
    assert_int_equal(r->fields[field - 1].type, TYPE_TEXT);
    assert_true(slice_is(r->fields[field - 1].value, text));
}

static void an_event_is_read(void **)
{
    struct record r = {};
    struct fault fault;
    assert_ok(parse("{\"kind\":\"event\",\"time\":\"2026-01-31T09:08:07.5Z\",\"source\":\"web\","
                    "\"raw\":\"{\\\"a\\\":\\\"\\u00e9\\\"}\",\"market\":\"DE\",\"trust\":\"local\","
                    "\"sequence\":18446744073709551615}",
                    &r, &fault));
    assert_int_equal(r.kind, KIND_event);
    assert_int_equal(r.time_s, 1769850487);
    assert_memory_equal(r.columns.at, "DE\0\4", 4);
    assert_int_equal(value_i64(r.fields[FIELD_event_time - 1].value), 1769850487500000000);
    assert_int_equal(value_u64(r.fields[FIELD_event_sequence - 1].value), UINT64_MAX);
    assert_text(&r, FIELD_event_source, "web");
    assert_true(slice_is(r.fields[FIELD_event_raw - 1].value, "{\"a\":\"\xc3\xa9\"}"));
    assert_int_equal(r.fields[FIELD_event_actor - 1].type, TYPE_ABSENT);
}

static void every_type_of_value_is_read(void **)
{
    struct record r = {};
    struct fault fault;
    assert_ok(
        parse("{\"time\":\"2026-01-31T09:00:00Z\",\"kind\":\"enforcement\",\"puid\":\"p-1\","
              "\"visibility\":[\"removed\",\"labelled\"],\"detected\":true,"
              "\"category\":\"self_harm\",\"content_type\":[\"TEXT\",\"\"],"
              "\"incompatible_content_illegal\":false,\"views\":0,"
              "\"receipt\":\"0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD\"}",
              &r, &fault));
    assert_int_equal(r.columns.at[8], 1 | 32);
    assert_int_equal(r.columns.at[6], 1);
    assert_int_equal(r.columns.at[3], VALUE_category_self_harm);
    assert_memory_equal(r.fields[FIELD_enforcement_content_type - 1].value.at, "\0\4TEXT\0\0", 8);
    assert_int_equal(r.fields[FIELD_enforcement_incompatible_content_illegal - 1].value.at[0], 0);
    assert_int_equal(r.fields[FIELD_enforcement_receipt - 1].value.at[0], 1);
    assert_ok(parse("{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"incident\":\"I\","
                    "\"actor\":\"a\",\"loss\":-9223372036854775808,\"findings\":\"AAAAAAAAAAc=\"}",
                    &r, &fault));
    assert_int_equal(value_i64(r.fields[FIELD_incident_loss - 1].value), INT64_MIN);
    assert_int_equal(value_u64(r.fields[FIELD_incident_findings - 1].value), 7);
}

static void a_fact_is_read_by_the_names_of_its_type(void **)
{
    struct record r = {};
    struct fault fault;
    struct record_field got[FACT_FIELDS_MAX];
    const struct fact *fact = NULL;
    assert_ok(parse("{\"kind\":\"fact\",\"type\":\"ticket\",\"time\":\"2026-01-31T09:00:00Z\","
                    "\"source\":\"desk\",\"id\":\"T-7\",\"system\":\"desk\",\"state\":\"open\","
                    "\"about\":\"user-9\",\"by_subject\":true,\"market\":\"FR\",\"sequence\":3}",
                    &r, &fault));
    assert_memory_equal(r.columns.at, "FR\2", 3);
    assert_text(&r, FIELD_fact_person, "user-9");
    assert_ok(fact_read(r.fields, &fact, got));
    assert_int_equal(fact->number, FACT_ticket);
    assert_int_equal(got[FACT_ticket_by_subject].value.at[0], 1);
    assert_true(slice_is(got[FACT_ticket_state].value, "open"));
}

static void a_public_kind_is_read_into_its_body(void **)
{
    struct record r = {};
    struct fault fault;
    struct record_field fields[FIELDS_MAX];
    assert_ok(
        parse("{\"kind\":\"report\",\"time\":\"2026-01-31T09:00:00Z\",\"type\":\"harmonised\","
              "\"period\":\"2025-H2\",\"version\":1,\"manifest\":"
              "\"0000000000000000000000000000000000000000000000000000000000000000\"}",
              &r, &fault));
    assert_int_equal(r.field_count, 0);
    assert_ok(body_decode(schema_of(KIND_report), r.body, fields));
    assert_true(slice_is(fields[FIELD_report_period - 1].value, "2025-H2"));
}

#define EVENT "{\"kind\":\"event\",\"time\":\"2026-01-31T09:00:00Z\",\"source\":\"s\",\"raw\":\"r\""
#define FACT                                                                                       \
    "{\"kind\":\"fact\",\"type\":\"leave\",\"time\":\"2026-01-31T09:00:00Z\",\"source\":\"s\""

static const struct {
    const char *line;
    int32_t code;
    const char *says;
} wrong[] = {
    { "", E_SYNTAX, "" },
    { "[]", E_VALUE, "not an object" },
    { "{\"kind\":\"event\"", E_SYNTAX, "" },
    { "{}", E_VALUE, "\"kind\" is missing" },
    { "{\"kind\":7}", E_VALUE, "member 1, \"kind\": not a string" },
    { "{\"a\":1,\"kind\":\"evnt\"}", E_UNKNOWN, "member 2, \"kind\": there is no kind \"evnt\"" },
    { "{\"kind\":\"event\"}", E_VALUE, "\"time\" is missing" },
    { "{\"kind\":\"event\",\"time\":1}", E_VALUE, "member 2, \"time\": not a string" },
    { "{\"kind\":\"event\",\"time\":\"now\"}", E_VALUE, "\"time\": not a time such as" },
    { "{\"kind\":\"event\",\"time\":\"2026-02-30T00:00:00Z\"}", E_VALUE, "not a time" },
    { "{\"kind\":\"event\",\"time\":\"1969-12-31T23:59:59Z\"}", E_VALUE, "before 1970" },
    { "{\"kind\":\"summary\",\"time\":\"2026-01-31T09:00:00Z\"}", E_DENIED, "by candor alone" },
    { "{\"kind\":\"erasure\"}", E_DENIED, "by candor alone" },
    { "{\"kind\":\"event\",\"time\":\"2026-01-31T09:00:00Z\",\"raw\":\"r\"}", E_VALUE,
      "field source of event is required" },
    { EVENT ",\"sorce\":1}", E_UNKNOWN, "member 5, \"sorce\": the kind event has no such name" },
    { EVENT ",\"raw\":\"again\"}", E_DUPLICATE, "member 5, \"raw\": given twice" },
    { EVENT ",\"kind\":\"event\"}", E_DUPLICATE, "member 5, \"kind\": given twice" },
    { EVENT ",\"time\":\"2026-01-31T09:00:00Z\"}", E_DUPLICATE, "member 5" },
    { EVENT ",\"market\":\"DE\",\"market\":\"DE\"}", E_DUPLICATE, "member 6, \"market\"" },
    { EVENT ",\"market\":\"Germany\"}", E_VALUE, "two capitals or digits" },
    { EVENT ",\"market\":\"de\"}", E_VALUE, "column market" },
    { EVENT ",\"market\":null}", E_VALUE, "two capitals" },
    { EVENT ",\"trust\":\"blind\"}", E_VALUE, "not a word of the list trust" },
    { EVENT ",\"trust\":1}", E_VALUE, "not a word of the list trust" },
    { EVENT ",\"actor\":5}", E_VALUE, "member 5, \"actor\": not a string" },
    { EVENT ",\"actor\":null}", E_VALUE, "not a string" },
    { EVENT ",\"sequence\":-1}", E_VALUE, "not a whole number, 0 or above," },
    { EVENT ",\"sequence\":1.5}", E_VALUE, "not a whole number" },
    { EVENT ",\"sequence\":18446744073709551616}", E_VALUE, "not a whole number" },
    { EVENT ",\"sequence\":\"1\"}", E_VALUE, "not a whole number" },
    { EVENT ",\"arrived\":\"yesterday\"}", E_VALUE, "member 5, \"arrived\": not a time" },
    { EVENT ",\"chain\":\"00\"}", E_VALUE, "64 hexadecimal digits" },
    { EVENT ",\"a\\u0000b\\u001b\":1}", E_UNKNOWN, "member 5" },
    { "{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"findings\":\"A\"}", E_VALUE,
      "Base64" },
    { "{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"loss\":9223372036854775808}",
      E_VALUE, "at most 64 bits" },
    { "{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"techniques\":[]}", E_VALUE,
      "an empty array" },
    { "{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"techniques\":[\"a\",1]}", E_VALUE,
      "not an array of strings" },
    { "{\"kind\":\"incident\",\"time\":\"2026-01-31T09:00:00Z\",\"techniques\":[[\"a\"]]}", E_VALUE,
      "not an array of strings" },
    { "{\"kind\":\"access\",\"time\":\"2026-01-31T09:00:00Z\",\"abroad\":1}", E_VALUE,
      "neither true nor false" },
    { "{\"kind\":\"enforcement\",\"time\":\"2026-01-31T09:00:00Z\",\"visibility\":\"removed\"}",
      E_VALUE, "not an array of words" },
    { "{\"kind\":\"enforcement\",\"time\":\"2026-01-31T09:00:00Z\",\"visibility\":[\"gone\"]}",
      E_VALUE, "not a word of the list visibility" },
    { "{\"kind\":\"notice\",\"time\":\"2026-01-31T09:00:00Z\",\"item_count\":256}", E_VALUE,
      "from 0 to 255" },
    { "{\"kind\":\"roadmap\",\"time\":\"2026-01-31T09:00:00Z\",\"item\":65536}", E_VALUE,
      "from 0 to 65535" },
    { "{\"kind\":\"fact\",\"time\":\"2026-01-31T09:00:00Z\"}", E_VALUE, "\"type\" is missing" },
    { "{\"kind\":\"fact\",\"type\":\"party\",\"time\":\"2026-01-31T09:00:00Z\"}", E_UNKNOWN,
      "member 2, \"type\": there is no fact type \"party\"" },
    { FACT ",\"id\":\"1\"}", E_VALUE, "field employee of a leave is required" },
    { FACT ",\"id\":\"1\",\"employee\":\"e\",\"reason\":\"bored\"}", E_VALUE,
      "not one of resigned|dismissed" },
    { FACT ",\"id\":\"1\",\"person\":\"e\"}", E_UNKNOWN, "the fact leave has no such name" },
    { FACT ",\"id\":\"1\",\"group\":\"people\"}", E_UNKNOWN, "the fact leave has no such name" },
    { FACT ",\"id\":\"1\",\"type\":\"leave\"}", E_DUPLICATE, "member 6, \"type\"" },
    { "{\"kind\":\"fact\",\"type\":\"leave\",\"time\":\"2026-01-31T09:00:00Z\",\"id\":\"1\","
      "\"employee\":\"e\"}",
      E_VALUE, "field source of fact is required" },
};

static void what_is_wrong_is_refused_with_its_name_and_place(void **)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct record r = { .kind = 99 };
        struct fault fault;
        const status s = parse(wrong[i].line, &r, &fault);
        if (s.code != wrong[i].code || strstr(fault.text, wrong[i].says) == NULL) {
            fail_msg("case %zu: %d \"%s\", not %d \"%s\"", i, s.code, fault.text, wrong[i].code,
                     wrong[i].says);
        }
        assert_int_equal(r.kind, 99);
    }
}

static void limits_hold_at_their_bound_and_one_above(void **)
{
    static char line[(1 << 20) + 1024];
    for (size_t over = 0; over < 2; over++) {
        for (int raw = 0; raw < 2; raw++) {
            struct record r = {};
            struct fault fault;
            const size_t len = (raw ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX) + over;
            struct writer w = writer_of(line, sizeof line);
            writer_text(&w,
                        "{\"kind\":\"event\",\"time\":\"2026-01-31T09:00:00Z\",\"source\":\"s\",");
            writer_text(&w, raw ? "\"raw\":\"" : "\"raw\":\"r\",\"actor\":\"");
            uint8_t *fill = writer_room(&w, len);
            for (size_t i = 0; i < len; i++)
                fill[i] = 'x';
            writer_text(&w, "\"}");
            arena_reset(&arena);
            fault.text[0] = '\0';
            const status s = record_parse_json(parser, writer_slice(&w), &arena, &r, &fault);
            assert_int_equal(s.code, over ? E_LIMIT : E_OK);
            if (over) assert_non_null(strstr(fault.text, raw ? "\"raw\"" : "\"actor\""));
        }
    }
}

static void a_small_arena_is_an_error_and_not_a_crash(void **)
{
    static const char line[] =
        FACT ",\"id\":\"1\",\"employee\":\"e\",\"ends\":\"2026-02-01T00:00:00Z\"}";
    bool done = false;
    for (size_t cap = 0; cap < 100000 && !done; cap += 97) {
        struct arena small = arena_of(cap);
        struct record r = {};
        struct fault fault = {};
        const status s = record_parse_json(parser, slice_text(line), &small, &r, &fault);
        done = s.code == E_OK;
        if (!done) assert_int_equal(s.code, E_NOMEM);
        arena_done(&small);
    }
    assert_true(done);
}

static void what_was_read_can_be_encoded(void **)
{
    static uint8_t room[ENTRY_BYTES_MAX];
    static const salt salts[FIELDS_MAX];
    struct record r = {};
    struct fault fault;
    struct entry e;
    struct writer w = writer_of(room, sizeof room);
    assert_ok(parse(EVENT "}", &r, &fault));
    assert_ok(entry_encode(&r, salts, &w));
    assert_ok(entry_parse(writer_slice(&w), &e, &fault));
    assert_int_equal(e.time_s, 1769850000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_read),
        cmocka_unit_test(every_type_of_value_is_read),
        cmocka_unit_test(a_fact_is_read_by_the_names_of_its_type),
        cmocka_unit_test(a_public_kind_is_read_into_its_body),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_name_and_place),
        cmocka_unit_test(limits_hold_at_their_bound_and_one_above),
        cmocka_unit_test(a_small_arena_is_an_error_and_not_a_crash),
        cmocka_unit_test(what_was_read_can_be_encoded),
    };
    return cmocka_run_group_tests_name("record/input", tests, setup, teardown);
}
