/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include "tests/intake/protocol/sink.h"

static struct protocol_scratch *scratch(void)
{
    static struct protocol_scratch *only;
    if (only == NULL) only = scratch_new();
    assert_non_null(only);
    return only;
}

static const char *answer(const struct bulk *b, const struct protocol_result *r, int http_status)
{
    const size_t cap = bulk_answer_bytes(b);
    uint8_t *room = malloc(cap);
    assert_non_null(room);
    struct writer w = writer_of(room, cap);
    const struct protocol_answer a = bulk_answer(b, r, &w);
    assert_int_equal(a.http_status, http_status);
    assert_string_equal(a.product, "Elasticsearch");
    const char *text = answer_text(&w);
    free(room);
    return text;
}

/* What the body becomes, with index i in the path; reset before the next call. */
static struct sink *read_body(struct bulk *b, const char *body, int32_t want)
{
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    *b = bulk_of(scratch(), slice_text("i"));
    const status got = bulk_read(b, padded_text(body), &sink, &fault);
    if (got.code != want) fail_msg("%s", fault.text);
    result_end(&s->result, got, &fault);
    return s;
}

static void assert_reads(const char *body, const char *want)
{
    struct bulk b = {};
    assert_string_equal(read_body(&b, body, E_OK)->text, want);
    bulk_done(&b);
}

static void actions_and_sources_come_in_pairs(void **)
{
    assert_reads("{\"index\":{\"_index\":\"logs\",\"_id\":\"a\"}}\n{\"m\":1}\n"
                 "{\"create\":{}}\n{\"m\":2}\n"
                 "{ \"create\" : { \"_index\" : \"logs\" , \"routing\":[{}] } }\r\n{\"m\":3}\r\n\n"
                 "{\"index\":{\"_id\":7}}\n  {\"m\":4}",
                 "0:2 json id=a index=logs {\"m\":1}\n"
                 "1:4 json index=i {\"m\":2}\n"
                 "2:6 json index=logs {\"m\":3}\n"
                 "3:9 json id=7 index=i {\"m\":4}\n");
    assert_reads("{\"index\":{\"_id\":\"\\u00e9\\n\",\"_index\":null}}\n{}\n",
                 "0:2 json id=\303\251\n index=i {}\n");
}

static void what_is_no_new_event_is_refused_by_itself(void **)
{
    struct bulk b = {};
    struct sink *s = read_body(&b,
                               "{\"delete\":{\"_id\":\"d\"}}\n"
                               "{\"update\":{\"_id\":\"u\"}}\n{\"doc\":{}}\n"
                               "{\"index\":{}}\nnonsense\n"
                               "{\"index\":{\"_index\":\"x\"}}\n{}\n",
                               E_OK);
    assert_string_equal(s->text, "0:1 ! delete is refused: what is recorded does not change\n"
                                 "1:3 ! update is refused: what is recorded does not change\n"
                                 "2:5 ! the source must be a JSON object\n"
                                 "3:7 json index=x {}\n");
    result_indices(&s->result, 12, 12);
    b.took_ms = 5;
    assert_string_equal(
        answer(&b, &s->result, 200),
        "{\"took\":5,\"errors\":true,\"items\":["
        "{\"delete\":{\"_index\":\"i\",\"_id\":\"d\",\"status\":400,\"error\":{\"type\":"
        "\"illegal_argument_exception\",\"reason\":\"delete is refused: what is recorded does not "
        "change\"}}},"
        "{\"update\":{\"_index\":\"i\",\"_id\":\"u\",\"status\":400,\"error\":{\"type\":"
        "\"illegal_argument_exception\",\"reason\":\"update is refused: what is recorded does not "
        "change\"}}},"
        "{\"index\":{\"_index\":\"i\",\"_id\":\"12.2\",\"status\":400,\"error\":{\"type\":"
        "\"document_parsing_exception\",\"reason\":\"the source must be a JSON object\"}}},"
        "{\"index\":{\"_index\":\"x\",\"_id\":\"12.3\",\"_version\":1,\"result\":\"created\","
        "\"status\":201}}]}");
    bulk_done(&b);
}

static void a_broken_action_refuses_the_whole_request(void **)
{
    static const struct {
        const char *body, *reason;
    } rows[] = {
        { "", "request body is required" },
        { "\n \n", "request body is required" },
        { "nonsense\n{}\n", "Malformed action/metadata line [1], expected an object" },
        { "[]\n{}\n", "Malformed action/metadata line [1], expected an object" },
        { "{}\n{}\n", "Malformed action/metadata line [1], expected an action" },
        { "{\"index\":{}}\n{}\n{\"upsert\":{}}\n{}\n",
          "Malformed action/metadata line [3], expected one of [create, delete, index, update]" },
        { "{\"index\":\"x\"}\n{}\n",
          "Malformed action/metadata line [1], expected an object behind the action" },
        { "{\"index\":{},\"create\":{}}\n{}\n",
          "Malformed action/metadata line [1], expected one action" },
        { "{\"index\":{}} x\n{}\n",
          "Malformed action/metadata line [1], expected nothing behind the action" },
        { "{\"index\":{}\n{}\n",
          "Malformed action/metadata line [1], expected nothing behind the action" },
        { "{\"index\":{\"_id\":\"a\" \"b\"}}\n{}\n",
          "Malformed action/metadata line [1], ',' or the closing bracket is expected" },
        { "{\"index\":{\"_id\":[1]}}\n{}\n",
          "Malformed action/metadata line [1], \"_id\" must be a string" },
        { "{\"index\":{\"_index\":\"\xff\"}}\n{}\n",
          "Malformed action/metadata line [1], \"_index\" is not UTF-8" },
        { "{\"index\":{}}\n{}\n{\"index\":{}}",
          "Malformed action/metadata line [3], expected a source line behind it" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bulk b = {};
        char want[512];
        const struct sink *s = read_body(&b, rows[i].body, E_SYNTAX);
        assert_string_equal(s->text, "");
        assert_string_equal(s->result.fault.text, rows[i].reason);
        const char *text = answer(&b, &s->result, 400);
        snprintf(want, sizeof want,
                 "{\"error\":{\"root_cause\":[{\"type\":"
                 "\"illegal_argument_exception\",\"reason\":\"%.30s",
                 rows[i].reason);
        assert_memory_equal(text, want, strlen(want));
        bulk_done(&b);
    }
}

static void ids_and_names_have_limits(void **)
{
    for (size_t over = 0; over <= 1; over++) {
        char body[2048];
        char id[PROTOCOL_ID_BYTES_MAX + 2] = {};
        char index[BULK_INDEX_BYTES_MAX + 2] = {};
        struct bulk b = {};
        memset(id, '1', PROTOCOL_ID_BYTES_MAX + over);
        memset(index, 'x', BULK_INDEX_BYTES_MAX + over);
        snprintf(body, sizeof body,
                 "{\"index\":{\"_id\":\"%s\"}}\n{}\n{\"index\":{\"_id\":%s}}\n{}\n"
                 "{\"index\":{\"_index\":\"%s\"}}\n{}\n{\"index\":{}}\n{}\n",
                 id, id, index);
        const struct sink *s = read_body(&b, body, E_OK);
        assert_int_equal(s->taken, over == 0 ? 4 : 1);
        assert_int_equal(s->result.rejected, over == 0 ? 0 : 3);
        bulk_done(&b);
    }
}

static void a_request_has_a_limit_of_items(void **)
{
    static const char pair[] = "{\"index\":{}}\n{}\n";
    for (size_t over = 0; over <= 1; over++) {
        const size_t count = BULK_ITEMS_MAX + over;
        char *body = malloc(count * sizeof pair);
        assert_non_null(body);
        for (size_t i = 0; i < count; i++)
            bytes_copy(body + i * (sizeof pair - 1), sizeof pair, slice_text(pair));
        body[count * (sizeof pair - 1)] = '\0';
        struct bulk b = {};
        const struct sink *s = read_body(&b, body, over == 0 ? E_OK : E_LIMIT);
        assert_int_equal(s->taken, over == 0 ? count : 0);
        ignore(FAIL(answer(&b, &s->result, over == 0 ? 200 : 413)[0]), "checked inside");
        bulk_done(&b);
        free(body);
    }
}

static void each_item_has_its_own_outcome(void **)
{
    struct bulk b = {};
    struct sink *s = sink_new();
    struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    b = bulk_of(scratch(), slice_none());
    s->stop_at = 3;
    const char *body = "{\"create\":{\"_id\":\"a\"}}\n{}\n{\"create\":{\"_id\":\"b\"}}\n{}\n"
                       "{\"index\":{\"_id\":\"c\"}}\n{}\n{\"index\":{\"_id\":\"d\"}}\n{}\n";
    const status got = bulk_read(&b, padded_text(body), &sink, &fault);
    assert_fails(got, E_BUSY);
    s->outcomes[1] = PROTOCOL_CONFLICT; /* as the pipeline would say, instead of accepted */
    s->outcomes[2] = PROTOCOL_DUPLICATE;
    result_end(&s->result, got, &fault);
    assert_string_equal(
        answer(&b, &s->result, 200),
        "{\"took\":0,\"errors\":true,\"items\":["
        "{\"create\":{\"_index\":\"candor\",\"_id\":\"a\",\"_version\":1,\"result\":\"created\","
        "\"status\":201}},"
        "{\"create\":{\"_index\":\"candor\",\"_id\":\"b\",\"status\":409,\"error\":{\"type\":"
        "\"version_conflict_engine_exception\",\"reason\":\"another event has this id\"}}},"
        "{\"index\":{\"_index\":\"candor\",\"_id\":\"c\",\"_version\":1,\"result\":\"created\","
        "\"status\":201}},"
        "{\"index\":{\"_index\":\"candor\",\"_id\":\"d\",\"status\":429,\"error\":{\"type\":"
        "\"es_rejected_execution_exception\",\"reason\":\"not reached: send it again\"}}}]}");
    bulk_done(&b);
}

static void a_request_that_took_nothing_is_answered_as_a_whole(void **)
{
    struct bulk b = bulk_of(scratch(), slice_none());
    struct sink *s = sink_new();
    const struct protocol_sink sink = sink_of(s);
    struct fault fault = {};
    s->stop_at = 0;
    const status got = bulk_read(&b, padded_text("{\"index\":{}}\n{}\n"), &sink, &fault);
    result_end(&s->result, got, &fault);
    assert_string_equal(answer(&b, &s->result, 429),
                        "{\"error\":{\"root_cause\":[{\"type\":\"es_rejected_execution_exception\","
                        "\"reason\":\"the queue is full\"}],\"type\":"
                        "\"es_rejected_execution_exception\",\"reason\":\"the queue is full\"},"
                        "\"status\":429}");
    bulk_done(&b);
}

static void the_answer_fits_whatever_the_names_are(void **)
{
    struct bulk b = {};
    static char body[100 * 8000];
    size_t len = 0;
    for (size_t i = 0; i < 100; i++) {
        char id[6 * 500 + 1] = {};
        for (size_t c = 0; c < 500; c++)
            bytes_copy(id + 6 * c, 7, slice_text("\\u0001"));
        len += (size_t)snprintf(body + len, sizeof body - len,
                                "{\"delete\":{\"_id\":\"%s\"}}\n{\"index\":{\"_id\":\"%s\"}}\n{}\n",
                                id, id);
    }
    struct sink *s = read_body(&b, body, E_OK);
    assert_int_equal(s->taken, 100);
    result_indices(&s->result, UINT64_MAX, UINT64_MAX);
    b.took_ms = UINT64_MAX;
    const char *text = answer(&b, &s->result, 200);
    assert_non_null(strstr(text, "\"reason\":\"the event was refused\"")); /* beyond the 64 kept */
    bulk_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_and_sources_come_in_pairs),
        cmocka_unit_test(what_is_no_new_event_is_refused_by_itself),
        cmocka_unit_test(a_broken_action_refuses_the_whole_request),
        cmocka_unit_test(ids_and_names_have_limits),
        cmocka_unit_test(a_request_has_a_limit_of_items),
        cmocka_unit_test(each_item_has_its_own_outcome),
        cmocka_unit_test(a_request_that_took_nothing_is_answered_as_a_whole),
        cmocka_unit_test(the_answer_fits_whatever_the_names_are),
    };
    const int failed = cmocka_run_group_tests_name("intake/protocol/bulk", tests, NULL, NULL);
    scratch_free(scratch());
    return failed;
}
