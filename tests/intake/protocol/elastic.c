/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/elastic.h"

#include <stdio.h>
#include "lib/json.h"
#include "tests/intake/protocol/sink.h"

static const struct elastic_probe *ask(const char *method, const char *path)
{
    return elastic_probe(guarded(slice_text(method)), guarded(slice_text(path)));
}

static void clients_find_what_they_ask_first(void **)
{
    static const struct {
        const char *method, *path, *part;
    } rows[] = {
        { "GET", "/", "\"number\":\"8." },
        { "GET", "/", "You Know, for Search" },
        { "HEAD", "/", "" },
        { "GET", "/_license", "\"status\":\"active\"" },
        { "GET", "/_license/", "\"status\":\"active\"" },
        { "GET", "/_xpack", "\"ilm\":{\"available\":true,\"enabled\":true}" },
        { "GET", "/_cluster/health", "\"status\":\"green\"" },
        { "GET", "/_cluster/health/logs", "\"status\":\"green\"" },
        { "GET", "/_cat/health", "green" },
        { "GET", "/_nodes/http", "\"nodes\":{}" },
        { "GET", "/_nodes/_all/http", "\"nodes\":{}" },
        { "HEAD", "/_index_template/filebeat-8.17.0", "" },
        { "PUT", "/_index_template/filebeat-8.17.0", "acknowledged" },
        { "GET", "/_ilm/policy/filebeat", "{}" },
        { "PUT", "/_ilm/policy/filebeat", "acknowledged" },
        { "GET", "/_ingest/pipeline/filebeat-8.17.0-nginx-access-pipeline", "{}" },
        { "GET", "/_data_stream/filebeat-8.17.0", "data_streams" },
        { "POST", "/logs/_refresh", "_shards" },
        { "GET", "/logs/_refresh", "_shards" },
    };
    struct json_parser *parser = json_parser_new();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_document d = {};
        struct fault fault = {};
        const struct elastic_probe *p = ask(rows[i].method, rows[i].path);
        assert_non_null(p);
        assert_int_equal(p->http_status, 200);
        if (strstr(p->body, rows[i].part) == NULL) fail_msg("%s: %s", rows[i].path, p->body);
        assert_int_equal(strcmp(rows[i].method, "HEAD") == 0, p->body[0] == '\0');
        if (p->body[0] != '{') continue;
        assert_ok(json_parse(parser, slice_text(p->body), &d, &fault));
    }
    json_parser_free(parser);
}

static void what_is_not_served_is_not_answered(void **)
{
    static const struct {
        const char *method, *path;
    } rows[] = {
        { "GET", "" },
        { "GET", "/_search" },
        { "POST", "/" },
        { "DELETE", "/_index_template/x" },
        { "PUT", "/_index_template/" },
        { "PUT", "/x" },
        { "GET", "/_licenses" },
        { "POST", "//_refresh" },
        { "POST", "/a/b/_refresh" },
        { "get", "/" },
        { "GET", "/_nodes" },
        { "GET", "_license" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (ask(rows[i].method, rows[i].path) == NULL) continue;
        fail_msg("%s %s is answered", rows[i].method, rows[i].path);
    }
}

static void the_bulk_path_may_name_an_index(void **)
{
    static const struct {
        const char *path, *index; /* NULL: no bulk path */
    } rows[] = {
        { "/_bulk", "" },    { "/logs/_bulk", "logs" }, { "/a.b-c/_bulk", "a.b-c" },
        { "/", NULL },       { "_bulk", NULL },         { "/a/b/_bulk", NULL },
        { "//_bulk", NULL }, { "/_bulk/", NULL },       { "/_bulkx", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice index = slice_none();
        const bool is_bulk = elastic_bulk_path(guarded(slice_text(rows[i].path)), &index);
        assert_int_equal(is_bulk, rows[i].index != NULL);
        if (is_bulk) assert_true(slice_is(index, rows[i].index));
    }
}

static void errors_have_elasticsearchs_shape_and_fit(void **)
{
    uint8_t room[ELASTIC_ERROR_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    const struct protocol_answer a = elastic_refusal(401, "no such token", &w);
    assert_int_equal(a.http_status, 401);
    assert_string_equal(answer_text(&w),
                        "{\"error\":{\"root_cause\":[{\"type\":\"security_exception\",\"reason\":"
                        "\"no such token\"}],\"type\":\"security_exception\",\"reason\":"
                        "\"no such token\"},\"status\":401}");
    struct fault fault = {};
    memset(fault.text, 0xff, sizeof fault.text - 1);
    w = writer_of(room, sizeof room);
    assert_int_equal(elastic_error(FAIL(E_BUSY), fault.text, &w).retry_after_s, 1);
    assert_ok(writer_end(&w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_find_what_they_ask_first),
        cmocka_unit_test(what_is_not_served_is_not_answered),
        cmocka_unit_test(the_bulk_path_may_name_an_index),
        cmocka_unit_test(errors_have_elasticsearchs_shape_and_fit),
    };
    return cmocka_run_group_tests_name("intake/protocol/elastic", tests, NULL, NULL);
}
