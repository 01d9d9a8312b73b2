/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/hec.h"

#include <stdio.h>
#include "tests/intake/protocol/sink.h"

static struct protocol_scratch *scratch(void)
{
    static struct protocol_scratch *only;
    if (only == NULL) only = scratch_new();
    assert_non_null(only);
    return only;
}

static const char *answer(const struct hec *h, const struct sink *s, int http_status)
{
    uint8_t room[HEC_ANSWER_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    const struct protocol_answer a = hec_answer(h, &s->result, &w);
    assert_int_equal(a.http_status, http_status);
    assert_int_equal(a.retry_after_s > 0, http_status == 503);
    return answer_text(&w);
}

static void assert_events(const char *body, const char *want)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    const status got = hec_read_event(&h, padded_text(body), &sink, &fault);
    if (got.code != E_OK) fail_msg("%s", fault.text);
    assert_string_equal(s->text, want);
    assert_string_equal(answer(&h, s, 200), "{\"text\":\"Success\",\"code\":0}");
}

/* The body stops at an event: what came before, the code, the reason. */
static void assert_stops(const char *body, uint64_t accepted, enum hec_code code,
                         const char *reason)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    const status got = hec_read_event(&h, padded_text(body), &sink, &fault);
    assert_true(protocol_refuses(got));
    assert_int_equal(h.code, code);
    assert_string_equal(fault.text, reason);
    assert_int_equal(s->taken, accepted);
    assert_int_equal(h.has_invalid, code != HEC_NO_DATA);
    if (h.has_invalid) assert_int_equal(h.invalid_number, accepted);
    result_end(&s->result, got, &fault);
    ignore(FAIL(answer(&h, s, 400)[0]), "checked inside");
}

static void objects_follow_each_other_with_or_without_space(void **)
{
    assert_events("{\"event\":{\"a\":1}}{\"event\":{\"a\":2}} \r\n\t{\"event\":{\"a\":3}}\n",
                  "0:1 json {\"a\":1}\n1:2 json {\"a\":2}\n2:3 json {\"a\":3}\n");
}

static void the_time_is_the_envelopes(void **)
{
    assert_events("{\"time\":1.5,\"event\":{}}"
                  "{\"time\":\"1433188255.253\",\"event\":{}}"
                  "{\"time\":1433188255253,\"event\":{}}"
                  "{\"time\":null,\"event\":{}}"
                  "{\"time\":1700000000,\"event\":{}}",
                  "0:1 json @1500000000 {}\n"
                  "1:2 json @1433188255253000000 {}\n"
                  "2:3 json @1433188255253000000 {}\n"
                  "3:4 json {}\n"
                  "4:5 json @1700000000000000000 {}\n");
}

static void what_the_envelope_says_stays_with_the_event(void **)
{
    assert_events(
        "{\"host\":\"web-1\",\"source\":\"s\",\"sourcetype\":\"_json\",\"index\":\"main\","
        "\"event\":{\"a\":{\"b\":1}},\"fields\":{\"x\":[\"y\"]}}"
        "{\"host\":\"w\\u00e9\\\"b\",\"event\":{ }}"
        "{\"index\":\"main\",\"event\":{\"a\":1 }}"
        "{\"host\":null,\"unknown\":[],\"event\":{}}",
        "0:1 json host=web-1 source=s sourcetype=_json index=main {\"a\":{\"b\":1},"
        "\"hec\":{\"host\":\"web-1\",\"source\":\"s\",\"sourcetype\":\"_json\","
        "\"fields\":{\"x\":[\"y\"]}}}\n"
        "1:2 json host=w\303\251\"b { \"hec\":{\"host\":\"w\\u00e9\\\"b\"}}\n"
        "2:3 json index=main {\"a\":1 }\n"
        "3:4 json {}\n");
}

static void strings_are_lines_where_they_can_be(void **)
{
    assert_events("{\"event\":\"hello, \\\"world\\\"\"}"
                  "{\"event\":\"<13>Oct 11 22:14:15 mymachine su: x\",\"host\":\"h\"}"
                  "{\"event\":\"{\\\"a\\\":1}\"}"
                  "{\"event\":\"{\\\"a\\\":1}\",\"host\":\"h\"}"
                  "{\"event\":\"{not json\"}"
                  "{\"event\":\"two\\nlines\"}"
                  "{\"event\":\"hello\",\"sourcetype\":\"t\"}"
                  "{\"event\":\" \"}",
                  "0:1 text hello, \"world\"\n"
                  "1:2 syslog host=h <13>Oct 11 22:14:15 mymachine su: x\n"
                  "2:3 json {\"a\":1}\n"
                  "3:4 json host=h {\"a\":1,\"hec\":{\"host\":\"h\"}}\n"
                  "4:5 text {not json\n"
                  "5:6 json {\"event\":\"two\\nlines\"}\n"
                  "6:7 json sourcetype=t {\"event\":\"hello\",\"hec\":{\"sourcetype\":\"t\"}}\n"
                  "7:8 json {\"event\":\" \"}\n");
}

static void other_values_are_wrapped(void **)
{
    assert_events("{\"event\":7}{\"event\":[1,{}]}{\"event\":true,\"host\":\"h\"}",
                  "0:1 json {\"event\":7}\n1:2 json {\"event\":[1,{}]}\n"
                  "2:3 json host=h {\"event\":true,\"hec\":{\"host\":\"h\"}}\n");
}

static void the_query_string_fills_what_an_event_leaves_out(void **)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    h.host = slice_text("q");
    h.index = slice_text("i");
    assert_ok(hec_read_event(&h, padded_text("{\"event\":{}}{\"event\":{},\"host\":\"own\"}"),
                             &sink, &fault));
    assert_string_equal(s->text, "0:1 json host=q index=i {\"hec\":{\"host\":\"q\"}}\n"
                                 "1:2 json host=own index=i {\"hec\":{\"host\":\"own\"}}\n");
}

static void a_bad_event_stops_the_request_and_is_named(void **)
{
    static const struct {
        const char *body;
        uint64_t accepted;
        enum hec_code code;
        const char *reason;
    } rows[] = {
        { "", 0, HEC_NO_DATA, "the request has no event" },
        { " \n", 0, HEC_NO_DATA, "the request has no event" },
        { "{}", 0, HEC_EVENT_REQUIRED, "\"event\" is missing" },
        { "{\"event\":{}}{\"host\":\"h\"}", 1, HEC_EVENT_REQUIRED, "\"event\" is missing" },
        { "{\"event\":null}", 0, HEC_EVENT_REQUIRED, "\"event\" is missing" },
        { "{\"event\":\"\"}", 0, HEC_EVENT_BLANK, "\"event\" is blank" },
        { "{\"event\":{}}{\"event\":{}}nonsense", 2, HEC_INVALID_DATA,
          "an event must be a JSON object, at byte 24" },
        { "[{\"event\":{}}]", 0, HEC_INVALID_DATA, "an event must be a JSON object, at byte 0" },
        { "{\"event\":{}},{\"event\":{}}", 1, HEC_INVALID_DATA,
          "an event must be a JSON object, at byte 12" },
        { "{\"event\":{\"a\":1}", 0, HEC_INVALID_DATA,
          "the event is broken at byte 16: the text ends before the closing bracket" },
        { "{\"event\":{\"a\":1]}", 0, HEC_INVALID_DATA, "\"event\" is broken: '}' is expected" },
        { "{\"event\":\"\\x\"}", 0, HEC_INVALID_DATA,
          "\"event\": JSON: an unknown escape in a string at byte 1" },
        { "{\"event\":{},\"event\":{}}", 0, HEC_INVALID_DATA,
          "\"event\" is there twice, at byte 20" },
        { "{\"event\":{},\"time\":\"noon\"}", 0, HEC_INVALID_DATA,
          "\"time\" must be seconds since 1970, such as 1700000000.123" },
        { "{\"event\":{},\"time\":{}}", 0, HEC_INVALID_DATA,
          "\"time\" must be seconds since 1970, such as 1700000000.123" },
        { "{\"event\":{},\"host\":7}", 0, HEC_INVALID_DATA, "\"host\" must be a string" },
        { "{\"event\":{},\"source\":\"\xff\"}", 0, HEC_INVALID_DATA, "\"source\" is not UTF-8" },
        { "{\"event\":{},\"fields\":[1]}", 0, HEC_FIELDS_ERROR,
          "\"fields\" must be an object without objects in it" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_stops(rows[i].body, rows[i].accepted, rows[i].code, rows[i].reason);
}

static void what_the_sink_says_becomes_splunks_answer(void **)
{
    static const char body[] = "{\"event\":{\"a\":1}}{\"event\":{\"a\":2}}{\"event\":{\"a\":3}}";
    struct sink *s = sink_new();
    struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    s->refuse_at = 1;
    status got = hec_read_event(&h, padded_text(body), &sink, &fault);
    assert_fails(got, E_VALUE);
    result_end(&s->result, got, &fault);
    assert_string_equal(answer(&h, s, 400),
                        "{\"text\":\"Invalid data format\",\"code\":6,\"invalid-event-number\":1,"
                        "\"reason\":\"refused by the sink\"}");
    s = sink_new();
    sink = sink_of(s);
    s->stop_at = 2;
    got = hec_read_event(&h, padded_text(body), &sink, &fault);
    assert_fails(got, E_BUSY);
    result_end(&s->result, got, &fault);
    assert_string_equal(answer(&h, s, 503), "{\"text\":\"Server is busy\",\"code\":9}");
    result_end(&s->result, FAIL(E_FULL), &fault);
    assert_string_equal(answer(&h, s, 503), "{\"text\":\"Server is busy\",\"code\":9}");
    result_end(&s->result, FAIL(E_IO), &fault);
    assert_string_equal(answer(&h, s, 500), "{\"text\":\"Internal server error\",\"code\":8}");
}

static void a_success_may_carry_an_ack_id(void **)
{
    struct sink *s = sink_new();
    const struct hec h = hec_of(scratch());
    s->result.has_ack = true;
    s->result.ack_id = 3;
    assert_string_equal(answer(&h, s, 200), "{\"text\":\"Success\",\"code\":0,\"ackId\":3}");
}

static void hints_and_events_have_limits(void **)
{
    for (size_t over = 0; over <= 1; over++) {
        char *body = test_keep(4096);
        char host[PROTOCOL_HINT_BYTES_MAX + 2] = {};
        memset(host, 'h', PROTOCOL_HINT_BYTES_MAX + over);
        snprintf(body, 4096, "{\"host\":\"%s\",\"event\":{}}", host);
        if (over == 1) {
            assert_stops(body, 0, HEC_INVALID_DATA,
                         "\"host\" has 1025 bytes, at most 1024 are taken");
        }
    }
    static char long_body[PROTOCOL_EVENT_BYTES_MAX + 100];
    int len = snprintf(long_body, sizeof long_body, "{\"event\":{\"a\":\"%*s\"}}",
                       PROTOCOL_EVENT_BYTES_MAX - 7, "");
    assert_stops(long_body, 0, HEC_INVALID_DATA, "the event is longer than 1048576 bytes");
    len = snprintf(long_body, sizeof long_body, "{\"event\":\"%*s\\n\"}",
                   PROTOCOL_EVENT_BYTES_MAX - 10, "");
    assert_true(len > 0);
    assert_stops(long_body, 0, HEC_INVALID_DATA, "the event is longer than 1048576 bytes");
}

static void raw_takes_lines(void **)
{
    struct sink *s = sink_new();
    struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    const char *body = "one\r\n\n{\"a\":1}\n  \n<13>Oct 11 22:14:15 m su: x\n"
                       "type=SYSCALL msg=audit(1500000000.123:42): arch=c000003e\nlast";
    assert_ok(hec_read_raw(&h, padded_text(body), &sink, &fault));
    assert_string_equal(s->text, "0:1 text one\n1:3 json {\"a\":1}\n"
                                 "2:5 syslog <13>Oct 11 22:14:15 m su: x\n"
                                 "3:6 auditd type=SYSCALL msg=audit(1500000000.123:42): "
                                 "arch=c000003e\n4:7 text last\n");
    s = sink_new();
    sink = sink_of(s);
    assert_fails(hec_read_raw(&h, padded_text(" \n\n"), &sink, &fault), E_SYNTAX);
    assert_int_equal(h.code, HEC_NO_DATA);
}

static void the_query_string_holds_for_what_does_not_say_it(void **)
{
    struct sink *s = sink_new();
    struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    struct hec h = hec_of(scratch());
    h.host = slice_text("h\"1");
    h.sourcetype = slice_text("t");
    const char *lines = "one\n{\"a\":1}\n{}\n{\"broken\n<13>Oct 11 22:14:15 m su: x";
    assert_ok(hec_read_raw(&h, padded_text(lines), &sink, &fault));
    assert_string_equal(
        s->text,
        "0:1 json host=h\"1 sourcetype=t "
        "{\"event\":\"one\",\"hec\":{\"host\":\"h\\\"1\",\"sourcetype\":\"t\"}}\n"
        "1:2 json host=h\"1 sourcetype=t "
        "{\"a\":1,\"hec\":{\"host\":\"h\\\"1\",\"sourcetype\":\"t\"}}\n"
        "2:3 json host=h\"1 sourcetype=t {\"hec\":{\"host\":\"h\\\"1\",\"sourcetype\":\"t\"}}\n"
        "3:4 json host=h\"1 sourcetype=t "
        "{\"event\":\"{\\\"broken\",\"hec\":{\"host\":\"h\\\"1\",\"sourcetype\":\"t\"}}\n"
        "4:5 syslog host=h\"1 sourcetype=t <13>Oct 11 22:14:15 m su: x\n");
    s = sink_new();
    sink = sink_of(s);
    const char *events = "{\"event\":{\"a\":1}}{\"host\":\"own\",\"event\":\"x\"}";
    assert_ok(hec_read_event(&h, padded_text(events), &sink, &fault));
    assert_string_equal(s->text,
                        "0:1 json host=h\"1 sourcetype=t "
                        "{\"a\":1,\"hec\":{\"host\":\"h\\\"1\",\"sourcetype\":\"t\"}}\n"
                        "1:2 json host=own sourcetype=t "
                        "{\"event\":\"x\",\"hec\":{\"host\":\"own\",\"sourcetype\":\"t\"}}\n");
}

static void indexed_fields_are_plain(void **)
{
    static const struct {
        const char *fields;
        bool is_good;
    } rows[] = { { "{}", true },
                 { "{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":null}", true },
                 { "{\"a\":{\"b\":1}}", false },
                 { "[1]", false },
                 { "\"a\"", false } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body[128];
        struct sink *s = sink_new();
        struct protocol_sink sink = sink_of(s);
        struct fault fault = {};
        struct hec h = hec_of(scratch());
        snprintf(body, sizeof body, "{\"event\":\"x\",\"fields\":%s}", rows[i].fields);
        const status got = hec_read_event(&h, padded_text(body), &sink, &fault);
        assert_int_equal(got.code == E_OK, rows[i].is_good);
        if (!rows[i].is_good) assert_int_equal(h.code, HEC_FIELDS_ERROR);
    }
}

static void every_code_has_splunks_words(void **)
{
    static const struct {
        enum hec_code code;
        int http_status;
        const char *want;
    } rows[] = {
        { HEC_TOKEN_REQUIRED, 401, "{\"text\":\"Token is required\",\"code\":2}" },
        { HEC_INVALID_AUTHORIZATION, 401, "{\"text\":\"Invalid authorization\",\"code\":3}" },
        { HEC_INVALID_TOKEN, 403, "{\"text\":\"Invalid token\",\"code\":4}" },
        { HEC_NO_DATA, 400, "{\"text\":\"No data\",\"code\":5}" },
        { HEC_CHANNEL_MISSING, 400, "{\"text\":\"Data channel is missing\",\"code\":10}" },
        { HEC_CHANNEL_INVALID, 400, "{\"text\":\"Invalid data channel\",\"code\":11}" },
        { HEC_ACK_DISABLED, 400, "{\"text\":\"ACK is disabled\",\"code\":14}" },
        { HEC_HEALTHY, 200, "{\"text\":\"HEC is healthy\",\"code\":17}" },
        { HEC_UNHEALTHY, 503, "{\"text\":\"HEC is unhealthy, queues are full\",\"code\":18}" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t room[HEC_ANSWER_BYTES_MAX];
        struct writer w = writer_of(room, sizeof room);
        assert_int_equal(hec_reply(rows[i].code, &w).http_status, rows[i].http_status);
        assert_string_equal(answer_text(&w), rows[i].want);
    }
}

static status read_acks(const char *body, uint64_t *ids, size_t *count)
{
    struct fault fault = {};
    const status s = hec_ack_read(scratch(), padded_text(body), ids, count, &fault);
    assert_int_equal(fault.text[0] != '\0', s.code != E_OK);
    return s;
}

static void acks_are_asked_for_and_answered(void **)
{
    static uint64_t ids[HEC_ACKS_MAX];
    static bool durable[HEC_ACKS_MAX];
    static uint8_t room[HEC_ACK_ANSWER_BYTES_MAX];
    size_t count = 0;
    assert_ok(read_acks("{\"acks\":[0,1,18446744073709551615]}", ids, &count));
    assert_int_equal(count, 3);
    durable[0] = true;
    struct writer w = writer_of(room, sizeof room);
    assert_int_equal(hec_ack_answer(ids, durable, count, &w).http_status, 200);
    assert_string_equal(answer_text(&w), "{\"acks\":{\"0\":true,\"1\":false,"
                                         "\"18446744073709551615\":false}}");
    assert_ok(read_acks("{\"acks\":[]}", ids, &count));
    assert_int_equal(count, 0);
    static const char *const bad[] = {
        "",
        "{}",
        "[1]",
        "{\"acks\":1}",
        "{\"acks\":[-1]}",
        "{\"acks\":[1.5]}",
        "{\"acks\":[\"1\"]}",
        "{\"acks\":[[1]]}",
        "{\"acks\":[1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_true(protocol_refuses(read_acks(bad[i], ids, &count)));
}

static void a_question_for_acks_has_a_limit_and_its_answer_fits(void **)
{
    static uint64_t ids[HEC_ACKS_MAX];
    static bool durable[HEC_ACKS_MAX];
    static uint8_t room[HEC_ACK_ANSWER_BYTES_MAX];
    static char body[HEC_ACKS_MAX * 21 + 64];
    for (size_t over = 0; over <= 1; over++) {
        size_t len = (size_t)snprintf(body, sizeof body, "{\"acks\":[18446744073709551615");
        for (size_t i = 1; i < HEC_ACKS_MAX + over; i++)
            len += (size_t)snprintf(body + len, sizeof body - len, ",18446744073709551615");
        snprintf(body + len, sizeof body - len, "]}");
        size_t count = 0;
        assert_fails(read_acks(body, ids, &count), over == 0 ? E_OK : E_LIMIT);
        struct writer w = writer_of(room, sizeof room);
        assert_int_equal(hec_ack_answer(ids, durable, count, &w).http_status, 200);
        assert_ok(writer_end(&w));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_follow_each_other_with_or_without_space),
        cmocka_unit_test(the_time_is_the_envelopes),
        cmocka_unit_test(what_the_envelope_says_stays_with_the_event),
        cmocka_unit_test(strings_are_lines_where_they_can_be),
        cmocka_unit_test(other_values_are_wrapped),
        cmocka_unit_test(the_query_string_fills_what_an_event_leaves_out),
        cmocka_unit_test(a_bad_event_stops_the_request_and_is_named),
        cmocka_unit_test(what_the_sink_says_becomes_splunks_answer),
        cmocka_unit_test(a_success_may_carry_an_ack_id),
        cmocka_unit_test(hints_and_events_have_limits),
        cmocka_unit_test(raw_takes_lines),
        cmocka_unit_test(the_query_string_holds_for_what_does_not_say_it),
        cmocka_unit_test(indexed_fields_are_plain),
        cmocka_unit_test(every_code_has_splunks_words),
        cmocka_unit_test(acks_are_asked_for_and_answered),
        cmocka_unit_test(a_question_for_acks_has_a_limit_and_its_answer_fits),
    };
    const int failed = cmocka_run_group_tests_name("intake/protocol/hec", tests, NULL, NULL);
    scratch_free(scratch());
    return failed;
}
