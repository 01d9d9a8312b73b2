/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/otlp.h"

#include <stdio.h>
#include <stdlib.h>
#include "intake/protocol/otlp_record.h"
#include "intake/protocol/protobuf.h"
#include "tests/intake/protocol/sink.h"

static struct protocol_scratch *scratch(void)
{
    static struct protocol_scratch *only;
    if (only == NULL) only = scratch_new();
    assert_non_null(only);
    return only;
}

static struct sink *read_body(enum otlp_encoding encoding, slice body, int32_t want)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    const status got = otlp_read(scratch(), encoding, padded(body), &sink, &fault);
    if (got.code != want) fail_msg("%d: %s", got.code, fault.text);
    result_end(&s->result, got, &fault);
    return s;
}

static void assert_json(const char *body, const char *want)
{
    assert_string_equal(read_body(OTLP_JSON, slice_text(body), E_OK)->text, want);
}

/* The record alone, in a request with nothing else. */
static const char *read_record(const char *record)
{
    const size_t cap = strlen(record) + 100;
    char *body = test_keep(cap);
    snprintf(body, cap, "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[%s]}]}]}", record);
    return read_body(OTLP_JSON, slice_text(body), E_OK)->text;
}

static slice sample(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/data/otlp/%s", getenv("CANDOR_SOURCE"), name);
    return file_bytes(path);
}

/* The two bodies are what the JavaScript exporters of OpenTelemetry sent for the same records. */
static void both_encodings_give_the_same_events(void **)
{
    static const char want[] =
        "0:1 json @1700000000123000000 host=web-1 source=shop {\"time\":"
        "\"2023-11-14T22:13:20.123Z\",\"observed_time\":\"2023-11-14T22:13:20.123Z\",\"severity\":"
        "\"WARN\",\"severity_number\":13,\"body\":\"failed login for \\\"bob\\\"\\n\","
        "\"user.name\":\"bob\",\"attempts\":3,\"ratio\":0.25,\"ok\":false,\"tags\":[\"a\",\"b\"],"
        "\"attributes\":{\"time\":\"collides\"},\"resource\":{\"service.name\":\"shop\","
        "\"host.name\":\"web-1\",\"process.pid\":4711},\"scope\":{\"name\":\"app\",\"version\":"
        "\"1.2.3\"}}\n"
        "1:2 json @1700000000123000000 host=web-1 source=shop {\"time\":"
        "\"2023-11-14T22:13:20.123Z\",\"observed_time\":\"2023-11-14T22:13:20.123Z\",\"severity\":"
        "\"INFO\",\"severity_number\":10,\"event_name\":\"proc.start\",\"EventID\":4688,\"Image\":"
        "\"C:\\\\x.exe\",\"nested\":{\"a\":[1,2,{\"b\":null}],\"big\":null},\"bytes\":\"AP8Q\","
        "\"attributes\":{\"Image\":\"other\"},\"resource\":{\"service.name\":\"shop\","
        "\"host.name\":\"web-1\",\"process.pid\":4711},\"scope\":{\"name\":\"app\",\"version\":"
        "\"1.2.3\"}}\n"
        "2:3 json @1795578694884000000 host=web-1 source=shop {\"time\":"
        "\"2026-11-25T03:51:34.884Z\",\"observed_time\":\"2023-11-14T22:13:20.123Z\",\"body\":"
        "\"h\303\251llo\",\"resource\":{\"service.name\":\"shop\",\"host.name\":\"web-1\","
        "\"process.pid\":4711},\"scope\":{\"name\":\"app\",\"version\":\"1.2.3\"}}\n";
    assert_string_equal(read_body(OTLP_JSON, sample("logs.json"), E_OK)->text, want);
    assert_string_equal(read_body(OTLP_PROTOBUF, sample("logs.pb"), E_OK)->text, want);
}

static void every_member_has_both_its_names_and_forms(void **)
{
    static const char want[] =
        "0:1 json @5 {\"time\":\"1970-01-01T00:00:00.000000005Z\",\"observed_time\":"
        "\"1970-01-01T00:00:00.000000006Z\",\"severity\":\"WARN\",\"severity_number\":14,"
        "\"event_name\":\"e\",\"body\":\"b\",\"trace_id\":\"5b8efff798038103d269b633813fc60c\","
        "\"span_id\":\"eee19b7ec3c1b174\",\"flags\":1,\"dropped_attributes_count\":2}\n";
    assert_string_equal(
        read_record("{\"timeUnixNano\":\"5\",\"observedTimeUnixNano\":6,\"severityNumber\":14,"
                    "\"eventName\":\"e\",\"body\":{\"stringValue\":\"b\"},\"traceId\":"
                    "\"5B8EFFF798038103D269B633813FC60C\",\"spanId\":\"EEE19B7EC3C1B174\","
                    "\"flags\":1,\"droppedAttributesCount\":2,\"unknown\":[{}]}"),
        want);
    assert_string_equal(
        read_record("{\"time_unix_nano\":5,\"observed_time_unix_nano\":\"6\",\"severity_number\":"
                    "\"SEVERITY_NUMBER_WARN2\",\"event_name\":\"e\",\"body\":{\"string_value\":"
                    "\"b\"},\"trace_id\":\"5b8efff798038103d269b633813fc60c\",\"span_id\":"
                    "\"eee19b7ec3c1b174\",\"flags\":\"1\",\"dropped_attributes_count\":2.0}"),
        want);
    assert_string_equal(read_record("{\"body\":null,\"attributes\":null,\"severityText\":null,"
                                    "\"traceId\":\"\",\"spanId\":\"0000000000000000\","
                                    "\"observedTimeUnixNano\":\"7\"}"),
                        "0:1 json @7 {\"observed_time\":\"1970-01-01T00:00:00.000000007Z\"}\n");
    assert_string_equal(read_record("{}"), "0:1 json {}\n");
}

static void every_kind_of_value_is_written(void **)
{
    assert_string_equal(
        read_record("{\"body\":{\"arrayValue\":{\"values\":[{\"intValue\":\"-9223372036854775808\"}"
                    ",{\"intValue\":7},{\"doubleValue\":\"NaN\"},{\"doubleValue\":\"-Infinity\"},"
                    "{\"doubleValue\":0.1},{\"doubleValue\":3},{\"boolValue\":true},{},"
                    "{\"bytesValue\":\"-_8\"},{\"bytesValue\":\"AA==\"},{\"stringValue\":null},"
                    "{\"arrayValue\":{}},{\"kvlistValue\":{\"values\":[{\"key\":\"k\"}]}},"
                    "{\"intValue\":1,\"stringValue\":\"last\"}]}}}"),
        "0:1 json {\"body\":[-9223372036854775808,7,\"NaN\",\"-Infinity\",0.1,3,true,null,\"+/8=\","
        "\"AA==\",null,[],{\"k\":null},\"last\"]}\n");
}

static void members_of_the_body_and_attributes_stand_at_the_top(void **)
{
    assert_string_equal(
        read_record("{\"timeUnixNano\":1,\"body\":{\"kvlistValue\":{\"values\":["
                    "{\"key\":\"user\",\"value\":{\"stringValue\":\"b\"}},"
                    "{\"key\":\"time\",\"value\":{\"stringValue\":\"own\"}},"
                    "{\"key\":\"user\",\"value\":{\"stringValue\":\"again\"}}]}},"
                    "\"attributes\":[{\"key\":\"user\",\"value\":{\"stringValue\":\"a\"}},"
                    "{\"key\":\"x\",\"value\":{\"intValue\":1}},"
                    "{\"key\":\"resource\",\"value\":{\"intValue\":2}}]}"),
        "0:1 json @1 {\"time\":\"1970-01-01T00:00:00.000000001Z\",\"user\":\"b\",\"body\":"
        "{\"time\":\"own\",\"user\":\"again\"},\"x\":1,\"attributes\":{\"user\":\"a\","
        "\"resource\":2}}\n");
    assert_string_equal(read_record("{\"body\":{\"kvlistValue\":{}}}"), "0:1 json {\"body\":{}}\n");
}

static void resources_and_scopes_may_stand_behind_their_records(void **)
{
    assert_json(
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{},{}],\"scope\":{\"name\":"
        "\"s\",\"attributes\":[{\"key\":\"a\",\"value\":{\"intValue\":1}}]}},{\"logRecords\":"
        "[{}]}],\"resource\":{\"attributes\":[{\"key\":\"host.name\",\"value\":"
        "{\"stringValue\":\"h\"}}]}},{\"scopeLogs\":[{\"logRecords\":[{}]}]},{}]}",
        "0:1 json host=h {\"resource\":{\"host.name\":\"h\"},\"scope\":{\"name\":\"s\","
        "\"attributes\":{\"a\":1}}}\n"
        "1:2 json host=h {\"resource\":{\"host.name\":\"h\"},\"scope\":{\"name\":\"s\","
        "\"attributes\":{\"a\":1}}}\n"
        "2:3 json host=h {\"resource\":{\"host.name\":\"h\"}}\n"
        "3:4 json {}\n");
    assert_json("{}", "");
    assert_json("{\"resourceLogs\":null}", "");
    assert_json("{\"resource_logs\":[{\"scope_logs\":[{\"log_records\":[{}]}]}]}", "0:1 json {}\n");
}

static void a_value_that_cannot_be_refuses_its_record_alone(void **)
{
    static const char *const bad[] = {
        "7",
        "{\"timeUnixNano\":\"x\"}",
        "{\"timeUnixNano\":-1}",
        "{\"timeUnixNano\":1.5}",
        "{\"timeUnixNano\":\"9223372036854775808\"}",
        "{\"timeUnixNano\":{}}",
        "{\"severityNumber\":\"high\"}",
        "{\"severityText\":1}",
        "{\"body\":\"text\"}",
        "{\"body\":{\"stringValue\":1}}",
        "{\"body\":{\"intValue\":\"1.5\"}}",
        "{\"body\":{\"boolValue\":\"true\"}}",
        "{\"body\":{\"bytesValue\":\"*\"}}",
        "{\"body\":{\"arrayValue\":[]}}",
        "{\"body\":{\"arrayValue\":{\"values\":{}}}}",
        "{\"attributes\":{}}",
        "{\"attributes\":[1]}",
        "{\"attributes\":[{\"key\":1}]}",
        "{\"traceId\":\"xy\"}",
        "{\"traceId\":\"abc\"}",
        "{\"traceId\":7}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{},%s,{}]}]}]}", bad[i]);
        const struct sink *s = read_body(OTLP_JSON, slice_text(body), E_OK);
        if (s->taken != 2 || s->result.rejected != 1) fail_msg("%s: %s", bad[i], s->text);
        assert_int_equal(s->result.rejections[0].place.number, 1);
        assert_memory_equal(s->result.rejections[0].error, "the log record has a value", 26);
    }
}

static void a_body_that_is_no_request_takes_nothing(void **)
{
    static const char *const bad[] = {
        "",
        "[]",
        "7",
        "{\"resourceLogs\":{}}",
        "{\"resourceLogs\":[7]}",
        "{\"resourceLogs\":[{\"scopeLogs\":7}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]},[]]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]},{\"logRecords\":\"x\"}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct sink *s = read_body(OTLP_JSON, slice_text(bad[i]), E_SYNTAX);
        assert_string_equal(s->text, "");
        assert_true(s->result.fault.text[0] != '\0');
    }
}

static void a_cut_protobuf_body_takes_nothing_and_a_whole_one_all(void **)
{
    const slice whole = sample("logs.pb");
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    for (size_t len = 1; len < whole.len; len++) {
        struct fault fault = {};
        const slice cut = padded((slice){ whole.at, len });
        const status got = otlp_read(scratch(), OTLP_PROTOBUF, cut, &sink, &fault);
        assert_fails(got, E_SHORT);
        assert_string_equal(s->text, "");
    }
    assert_string_equal(read_body(OTLP_PROTOBUF, slice_none(), E_OK)->text, "");
}

/* A message in a field. */
static slice wrap(uint32_t number, slice message)
{
    const size_t cap = message.len + 32;
    uint8_t *room = test_keep(cap);
    struct writer w = writer_of(room, cap);
    protobuf_put_bytes(&w, number, message);
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

/* The fields of one record as a request. */
static slice request_of(slice record)
{
    return wrap(1, wrap(2, wrap(2, record)));
}

static void what_protobuf_alone_can_say_is_read(void **)
{
    static const struct {
        uint8_t record[40];
        size_t len;
        int32_t code;
        const char *want;
    } rows[] = {
        { { 0x2a, 0 }, 2, E_OK, "0:1 json {\"body\":null}\n" }, /* an empty AnyValue */
        { { 0x2a, 2, 0x0a, 0 }, 4, E_OK, "0:1 json {\"body\":\"\"}\n" },
        { { 0x2a, 3, 0x0a, 1, 0xff }, 5, E_OK, "0:1 json {\"body\":\"\357\277\275\"}\n" },
        { { 0x2a, 4, 0x0a, 0, 0x10, 1 }, 6, E_OK, "0:1 json {\"body\":true}\n" }, /* the last */
        { { 0x2a, 6, 0x2a, 2, 0x0a, 0, 0x18, 7 }, 8, E_OK, "0:1 json {\"body\":7}\n" },
        { { 0x32, 0 }, 2, E_OK, "0:1 json {\"\":null}\n" }, /* an empty KeyValue */
        { { 0x32, 3, 0x0a, 1, 'a', 0x2a, 2, 0x10, 1, 0x32, 3, 0x0a, 1, 'b' },
          14,
          E_OK,
          "0:1 json {\"body\":true,\"a\":null,\"b\":null}\n" },
        { { 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 }, 11, E_OK, "0:1 json {}\n" },
        { { 0xa2, 0x06, 1, 'x' }, 4, E_OK, "0:1 json {}\n" }, /* field 100 */
        { { 0x08, 1 }, 2, E_SYNTAX, "" },                     /* time as a varint */
        { { 0x2a, 2, 0x08, 1 }, 4, E_SYNTAX, "" },            /* a string as a varint */
        { { 0x32, 2, 0x10, 1 }, 4, E_SYNTAX, "" },            /* a value as a varint */
        { { 0x2a, 1, 0x0a }, 3, E_SHORT, "" },
        { { 0x4b }, 1, E_SYNTAX, "" }, /* a group */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const slice body = request_of((slice){ rows[i].record, rows[i].len });
        assert_string_equal(read_body(OTLP_PROTOBUF, body, rows[i].code)->text, rows[i].want);
    }
    uint8_t long_id[2 + OTLP_TRACE_BYTES_MAX + 1] = { 0x4a, OTLP_TRACE_BYTES_MAX + 1 };
    assert_int_equal(read_body(OTLP_PROTOBUF, request_of((slice){ long_id, sizeof long_id }), E_OK)
                         ->result.rejected,
                     1);
}

static void values_nest_to_their_bound_in_both_encodings(void **)
{
    for (size_t depth = OTLP_DEPTH_MAX; depth <= OTLP_DEPTH_MAX + 1; depth++) {
        slice value = { (const uint8_t *)"\x10\x01", 2 }; /* true */
        char json[4096] = "{\"boolValue\":true}";
        for (size_t i = 0; i < depth; i++) {
            char inner[4096];
            value = wrap(5, wrap(1, value));
            bytes_copy(inner, sizeof inner, (slice){ (uint8_t *)json, sizeof json });
            snprintf(json, sizeof json, "{\"arrayValue\":{\"values\":[%.3900s]}}", inner);
        }
        const struct sink *s = read_body(OTLP_PROTOBUF, request_of(wrap(5, value)), E_OK);
        assert_int_equal(s->taken, depth == OTLP_DEPTH_MAX);
        char record[5000];
        snprintf(record, sizeof record, "{\"body\":%s}", json);
        assert_string_equal(read_record(record), s->text);
        if (depth > OTLP_DEPTH_MAX) {
            assert_string_equal(s->text, "0:1 ! the log record is above a limit: 4096 values, 24 "
                                         "levels, 1048576 bytes\n");
        }
    }
}

static void a_record_has_a_limit_of_values(void **)
{
    for (size_t over = 0; over <= 1; over++) {
        /* the KVLIST of the attributes is a value too */
        const size_t count = OTLP_VALUES_MAX - 1 + over;
        uint8_t *record = test_keep(count * 7);
        size_t len = 0;
        for (size_t i = 0; i < count; i++) {
            const uint8_t attribute[7] = {
                0x32,
                5,
                0x0a,
                3,
                (uint8_t)('a' + i % 26),
                (uint8_t)('a' + i / 26 % 26),
                (uint8_t)('a' + i / 676),
            };
            bytes_copy(record + len, sizeof attribute, (slice){ attribute, sizeof attribute });
            len += sizeof attribute;
        }
        const struct sink *s = read_body(OTLP_PROTOBUF, request_of((slice){ record, len }), E_OK);
        assert_int_equal(s->taken, 1 - over);
        assert_int_equal(s->result.rejected, over);
    }
}

static void a_record_with_its_resource_has_a_limit_of_bytes(void **)
{
    char *big = test_keep(PROTOCOL_EVENT_BYTES_MAX + 1);
    memset(big, 'x', PROTOCOL_EVENT_BYTES_MAX);
    const slice text = wrap(1, (slice){ (uint8_t *)big, PROTOCOL_EVENT_BYTES_MAX - 50 });
    const slice attribute = wrap(1, wrap(2, text)); /* of a resource: value only */
    const slice resource = wrap(1, attribute);
    const slice record = wrap(2, wrap(2, slice_none()));
    struct {
        uint8_t bytes[PROTOCOL_EVENT_BYTES_MAX + 200];
    } *room = test_keep(sizeof *room);
    struct writer w = writer_of(room, sizeof *room);
    writer_bytes(&w, resource);
    writer_bytes(&w, record);
    const struct sink *s = read_body(OTLP_PROTOBUF, wrap(1, writer_slice(&w)), E_OK);
    assert_int_equal(s->taken, 1);
    w = writer_of(room, sizeof *room);
    writer_bytes(&w, wrap(1, wrap(1, wrap(2, wrap(1, slice_text(big))))));
    writer_bytes(&w, record);
    s = read_body(OTLP_PROTOBUF, wrap(1, writer_slice(&w)), E_OK);
    assert_int_equal(s->taken, 0);
    assert_int_equal(s->result.rejected, 1);
}

/* What it costs to write a resource with each record is bounded for the request as a whole. */
static void a_request_has_a_limit_of_what_its_records_come_to(void **)
{
    enum { RECORDS = 400, RESOURCE = 1000 * 1000 };
    char *big = test_keep(RESOURCE + 1);
    memset(big, 'x', RESOURCE);
    const slice resource = wrap(1, wrap(1, wrap(2, wrap(1, slice_text(big)))));
    const size_t cap = resource.len + RECORDS * 2 + 100;
    struct writer records = writer_of(test_keep(cap), cap);
    for (size_t i = 0; i < RECORDS; i++)
        protobuf_put_bytes(&records, 2, slice_none());
    struct writer w = writer_of(test_keep(cap), cap);
    writer_bytes(&w, resource);
    protobuf_put_bytes(&w, 2, writer_slice(&records));
    struct sink *s = sink_new();
    struct protocol_sink sink = sink_of(s);
    s->quiet = true;
    struct fault fault = {};
    assert_ok(
        otlp_read(scratch(), OTLP_PROTOBUF, padded(wrap(1, writer_slice(&w))), &sink, &fault));
    assert_int_equal(s->taken + s->result.rejected, RECORDS);
    assert_int_equal(s->taken, OTLP_RAW_BYTES_MAX / RESOURCE + 1);
}

static const char *answer(enum otlp_encoding encoding, const struct sink *s, int http_status)
{
    uint8_t room[OTLP_ANSWER_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    const struct protocol_answer a = otlp_answer(encoding, &s->result, &w);
    assert_int_equal(a.http_status, http_status);
    assert_string_equal(a.content_type,
                        encoding == OTLP_JSON ? "application/json" : "application/x-protobuf");
    return answer_text(&w);
}

static void the_answer_is_in_the_encoding_of_the_request(void **)
{
    struct sink *s = sink_new();
    assert_string_equal(answer(OTLP_JSON, s, 200), "{}");
    assert_string_equal(answer(OTLP_PROTOBUF, s, 200), "");
    struct fault fault = {};
    ignore(fault_set(&fault, FAIL(E_VALUE), "bad"), "for the reason");
    result_refuse(&s->result, (struct protocol_place){ 0, 1, false }, &fault);
    result_refuse(&s->result, (struct protocol_place){ 1, 2, false }, &fault);
    assert_string_equal(
        answer(OTLP_JSON, s, 200),
        "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"bad\"}}");
    assert_string_equal(answer(OTLP_PROTOBUF, s, 200), "\x0a\x07\x08\x02\x12\x03"
                                                       "bad");
    result_end(&s->result, FAIL(E_SYNTAX), &fault);
    assert_string_equal(answer(OTLP_JSON, s, 400), "{\"code\":3,\"message\":\"bad\"}");
    assert_string_equal(answer(OTLP_PROTOBUF, s, 400), "\x08\x03\x12\x03"
                                                       "bad");
    result_end(&s->result, FAIL(E_BUSY), &fault);
    assert_string_equal(answer(OTLP_JSON, s, 429), "{\"code\":8,\"message\":\"bad\"}");
    result_end(&s->result, FAIL(E_FULL), &fault); /* senders repeat after 503, not after 507 */
    assert_string_equal(answer(OTLP_JSON, s, 503), "{\"code\":14,\"message\":\"bad\"}");
    result_end(&s->result, FAIL(E_LIMIT), &fault);
    assert_string_equal(answer(OTLP_JSON, s, 413), "{\"code\":8,\"message\":\"bad\"}");
}

static void the_content_type_tells_the_encoding(void **)
{
    static const struct {
        const char *text;
        int32_t code;
        enum otlp_encoding encoding;
    } rows[] = {
        { "application/json", E_OK, OTLP_JSON },
        { "Application/JSON; charset=utf-8", E_OK, OTLP_JSON },
        { "application/x-protobuf", E_OK, OTLP_PROTOBUF },
        { "application/x-protobuf ;x", E_OK, OTLP_PROTOBUF },
        { "application/protobuf", E_UNKNOWN, OTLP_JSON },
        { "text/plain", E_UNKNOWN, OTLP_JSON },
        { "", E_UNKNOWN, OTLP_JSON },
        { "application/jsonapplication/jsonapplication/jsonapplication/jsonapplication/json",
          E_UNKNOWN, OTLP_JSON },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum otlp_encoding encoding = OTLP_JSON;
        assert_fails(otlp_encoding_parse(guarded(slice_text(rows[i].text)), &encoding),
                     rows[i].code);
        assert_int_equal(encoding, rows[i].encoding);
    }
}

static void the_sink_stops_and_refuses(void **)
{
    for (enum otlp_encoding encoding = OTLP_JSON; encoding <= OTLP_PROTOBUF; encoding++) {
        struct sink *s = sink_new();
        const struct protocol_sink sink = sink_of(s);
        struct fault fault = {};
        s->refuse_at = 0;
        s->stop_at = 2;
        const slice body = padded(sample(encoding == OTLP_JSON ? "logs.json" : "logs.pb"));
        assert_fails(otlp_read(scratch(), encoding, body, &sink, &fault), E_BUSY);
        assert_int_equal(s->taken, 1);
        assert_int_equal(s->result.rejected, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_encodings_give_the_same_events),
        cmocka_unit_test(every_member_has_both_its_names_and_forms),
        cmocka_unit_test(every_kind_of_value_is_written),
        cmocka_unit_test(members_of_the_body_and_attributes_stand_at_the_top),
        cmocka_unit_test(resources_and_scopes_may_stand_behind_their_records),
        cmocka_unit_test(a_value_that_cannot_be_refuses_its_record_alone),
        cmocka_unit_test(a_body_that_is_no_request_takes_nothing),
        cmocka_unit_test(a_cut_protobuf_body_takes_nothing_and_a_whole_one_all),
        cmocka_unit_test(what_protobuf_alone_can_say_is_read),
        cmocka_unit_test(values_nest_to_their_bound_in_both_encodings),
        cmocka_unit_test(a_record_has_a_limit_of_values),
        cmocka_unit_test(a_record_with_its_resource_has_a_limit_of_bytes),
        cmocka_unit_test(a_request_has_a_limit_of_what_its_records_come_to),
        cmocka_unit_test(the_answer_is_in_the_encoding_of_the_request),
        cmocka_unit_test(the_content_type_tells_the_encoding),
        cmocka_unit_test(the_sink_stops_and_refuses),
    };
    const int failed = cmocka_run_group_tests_name("intake/protocol/otlp", tests, NULL, NULL);
    scratch_free(scratch());
    return failed;
}
