/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/ndjson.h"

#include <stdio.h>
#include "tests/intake/protocol/sink.h"

static struct sink *read_body(slice body, int32_t want)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    const status got = ndjson_read(body, &sink, &fault);
    assert_int_equal(got.code, want);
    result_end(&s->result, got, &fault);
    return s;
}

static void assert_reads(const char *body, const char *want)
{
    assert_string_equal(read_body(padded_text(body), E_OK)->text, want);
}

static const char *answer(const struct sink *s, int http_status)
{
    static uint8_t room[RESULT_ANSWER_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    const struct protocol_answer a = ndjson_answer(&s->result, &w);
    assert_int_equal(a.http_status, http_status);
    assert_string_equal(a.content_type, "application/json");
    return answer_text(&w);
}

static void each_line_is_an_event_and_blank_ones_are_skipped(void **)
{
    assert_reads("{\"a\":1}\n{\"b\":2}\n", "0:1 json {\"a\":1}\n1:2 json {\"b\":2}\n");
    assert_reads("\n \t\r\n  {\"a\":1} \r\n\n{\"b\":2}",
                 "0:3 json {\"a\":1}\n1:5 json {\"b\":2}\n");
    assert_reads("", "");
    assert_reads("\n\n", "");
}

static status take_view(void *self, const struct submission *event, struct fault *)
{
    *(slice *)self = event->raw;
    return OK;
}

static void the_raw_is_a_view_into_the_body(void **)
{
    slice raw = {};
    const struct protocol_sink sink = { .self = &raw, .take = take_view };
    struct fault fault = {};
    const slice body = padded_text(" {\"a\":1}\n");
    assert_ok(ndjson_read(body, &sink, &fault));
    assert_ptr_equal(raw.at, body.at + 1);
}

static void a_line_that_is_no_object_is_refused_and_the_rest_goes_on(void **)
{
    assert_reads("{\"a\":1}\nnonsense\n[1]\n7\n{broken\n{\"b\":2}\n",
                 "0:1 json {\"a\":1}\n"
                 "1:2 ! an event must be a JSON object\n"
                 "2:3 ! an event must be a JSON object\n"
                 "3:4 ! an event must be a JSON object\n"
                 "4:5 json {broken\n" /* who reads it refuses it */
                 "5:6 json {\"b\":2}\n");
}

static void an_array_of_objects_is_taken_apart(void **)
{
    assert_reads("[]", "");
    assert_reads(" [ ] \n", "");
    assert_reads("[{\"a\":[1,{\"]\":\"}\"}]},\n {\"b\":\"\\\"}\"}\n, 7 ,{}]\n",
                 "0:1 json {\"a\":[1,{\"]\":\"}\"}]}\n"
                 "1:2 json {\"b\":\"\\\"}\"}\n"
                 "2:3 ! an event must be a JSON object\n"
                 "3:3 json {}\n");
}

static void a_broken_array_says_where_and_keeps_what_came_before(void **)
{
    static const struct {
        const char *body, *events, *fault;
    } rows[] = {
        { "[", "",
          "the array of events is broken at byte 1: the text ends before the closing "
          "bracket" },
        { "[{\"a\":1}", "0:1 json {\"a\":1}\n",
          "the array of events is broken at byte 8: the text ends before the closing bracket" },
        { "[{\"a\":1},", "0:1 json {\"a\":1}\n",
          "the array of events is broken at byte 9: a value is expected" },
        { "[{\"a\":1},]", "0:1 json {\"a\":1}\n",
          "the array of events is broken at byte 9: a value is expected" },
        { "[{\"a\":1} {\"b\":2}]", "0:1 json {\"a\":1}\n",
          "the array of events is broken at byte 9: ',' or the closing bracket is expected" },
        { "[{\"a\":1},{\"b\":\"", "0:1 json {\"a\":1}\n",
          "the array of events is broken at byte 9: the text ends inside a value" },
        { "[{}]{}", "0:1 json {}\n", "something follows the array of events at byte 4" },
        { "[{}]]", "0:1 json {}\n", "something follows the array of events at byte 4" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sink *s = read_body(padded_text(rows[i].body), E_SYNTAX);
        assert_string_equal(s->text, rows[i].events);
        assert_string_equal(s->result.fault.text, rows[i].fault);
    }
}

static void an_event_above_its_limit_is_refused(void **)
{
    for (size_t over = 0; over <= 1; over++) {
        const size_t len = PROTOCOL_EVENT_BYTES_MAX + over;
        char *body = test_keep(len + 9);
        memset(body, ' ', len);
        body[0] = '{';
        body[len - 1] = '}';
        bytes_copy(body + len, 9, slice_text("\n{\"b\":2}"));
        const struct sink *s = read_body(padded((slice){ (uint8_t *)body, len + 8 }), E_OK);
        assert_int_equal(s->taken, 2 - over);
        if (over == 1) {
            assert_string_equal(s->text, "0:1 ! the event has 1048577 bytes, at most 1048576 are "
                                         "taken\n1:2 json {\"b\":2}\n");
        }
    }
}

static void what_the_sink_refuses_is_refused_and_what_stops_it_stops(void **)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    s->refuse_at = 1;
    s->stop_at = 3;
    const slice body = padded_text("{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\":4}\n{\"e\":5}\n");
    const status got = ndjson_read(body, &sink, &fault);
    assert_fails(got, E_BUSY);
    assert_string_equal(s->text, "0:1 json {\"a\":1}\n1:2 ! refused by the sink\n"
                                 "2:3 json {\"c\":3}\n");
    result_end(&s->result, got, &fault);
    result_indices(&s->result, 40, 42);
    assert_string_equal(answer(s, 429),
                        "{\"accepted\":2,\"first_index\":40,\"last_index\":42,\"rejected\":[{"
                        "\"line\":2,\"error\":\"refused by the sink\"}],\"error\":\"the queue is "
                        "full\"}");
}

static void the_answer_counts_and_names(void **)
{
    struct sink *s = read_body(padded_text("{}\n{}\nx\n"), E_OK);
    result_indices(&s->result, 7, 8);
    assert_string_equal(answer(s, 200),
                        "{\"accepted\":2,\"first_index\":7,\"last_index\":8,\"rejected\":[{"
                        "\"line\":3,\"error\":\"an event must be a JSON object\"}]}");
    assert_string_equal(answer(read_body(padded_text(""), E_OK), 200),
                        "{\"accepted\":0,\"rejected\":[]}");
    assert_string_equal(answer(read_body(padded_text("x"), E_OK), 400),
                        "{\"accepted\":0,\"rejected\":[{\"line\":1,\"error\":\"an event must be a "
                        "JSON object\"}]}");
}

static void reasons_beyond_the_limit_are_counted_and_the_answer_fits(void **)
{
    struct sink *s = sink_new();
    struct fault fault = {};
    memset(fault.text, '"', sizeof fault.text - 1);
    for (uint64_t i = 0; i < 1000; i++) {
        result_refuse(&s->result, (struct protocol_place){ i, UINT64_MAX - i, false }, &fault);
    }
    result_end(&s->result, FAIL(E_SYNTAX), &fault);
    s->result.accepted = UINT64_MAX;
    result_indices(&s->result, UINT64_MAX, UINT64_MAX);
    const char *text = answer(s, 400);
    assert_non_null(strstr(text, "\"rejected_unnamed\":936"));
    assert_int_equal(result_named(&s->result), RESULT_REJECTED_MAX);
    assert_non_null(result_rejection(&s->result, 63));
    assert_null(result_rejection(&s->result, 64));
    assert_int_equal(strlen(result_rejection(&s->result, 0)->error), RESULT_ERROR_BYTES_MAX - 1);
}

static void each_code_has_its_http_status(void **)
{
    static const struct {
        int32_t code;
        int http_status;
        uint32_t retry_after_s;
    } rows[] = {
        { E_OK, 200, 0 },    { E_SYNTAX, 400, 0 }, { E_VALUE, 400, 0 },  { E_LIMIT, 413, 0 },
        { E_BUSY, 429, 1 },  { E_FULL, 507, 0 },   { E_CLOSED, 503, 1 }, { E_STOPPED, 503, 1 },
        { E_FSYNC, 503, 1 }, { E_NOMEM, 500, 0 },  { E_IO, 500, 0 },     { E_CORRUPT, 500, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct protocol_answer a = protocol_answer_of(FAIL(rows[i].code));
        assert_int_equal(a.http_status, rows[i].http_status);
        assert_int_equal(a.retry_after_s, rows[i].retry_after_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_an_event_and_blank_ones_are_skipped),
        cmocka_unit_test(the_raw_is_a_view_into_the_body),
        cmocka_unit_test(a_line_that_is_no_object_is_refused_and_the_rest_goes_on),
        cmocka_unit_test(an_array_of_objects_is_taken_apart),
        cmocka_unit_test(a_broken_array_says_where_and_keeps_what_came_before),
        cmocka_unit_test(an_event_above_its_limit_is_refused),
        cmocka_unit_test(what_the_sink_refuses_is_refused_and_what_stops_it_stops),
        cmocka_unit_test(the_answer_counts_and_names),
        cmocka_unit_test(reasons_beyond_the_limit_are_counted_and_the_answer_fits),
        cmocka_unit_test(each_code_has_its_http_status),
    };
    return cmocka_run_group_tests_name("intake/protocol/ndjson", tests, NULL, NULL);
}
