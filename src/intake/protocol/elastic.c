/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/elastic.h"

#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/banned.h"

#define JSON_TYPE "application/json"
#define ACKNOWLEDGED "{\"acknowledged\":true}"
#define SHARDS "{\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0}}"
#define VERSION                                                                                    \
    "{\"name\":\"candor\",\"cluster_name\":\"candor\",\"cluster_uuid\":\"candor\",\"version\":{"   \
    "\"number\":\"8.17.0\",\"build_flavor\":\"default\",\"build_type\":\"deb\","                   \
    "\"build_hash\":\"candor\",\"build_date\":\"2024-12-11T00:00:00Z\",\"build_snapshot\":false,"  \
    "\"lucene_version\":\"9.12.0\",\"minimum_wire_compatibility_version\":\"7.17.0\","             \
    "\"minimum_index_compatibility_version\":\"7.0.0\"},\"tagline\":\"You Know, for Search\"}"
#define LICENSE                                                                                    \
    "{\"license\":{\"status\":\"active\",\"uid\":\"candor\",\"type\":\"basic\","                   \
    "\"issue_date\":\"2024-01-01T00:00:00.000Z\",\"issue_date_in_millis\":1704067200000,"          \
    "\"max_nodes\":1000,\"issued_to\":\"candor\",\"issuer\":\"candor\",\"start_date_in_millis\":"  \
    "-1}}"
#define XPACK                                                                                      \
    "{\"build\":{\"hash\":\"candor\",\"date\":\"2024-12-11T00:00:00Z\"},\"license\":{\"uid\":"     \
    "\"candor\",\"type\":\"basic\",\"mode\":\"basic\",\"status\":\"active\"},\"features\":{"       \
    "\"ilm\":{\"available\":true,\"enabled\":true},\"security\":{\"available\":true,"              \
    "\"enabled\":true}},\"tagline\":\"You know, for X\"}"
#define HEALTH                                                                                     \
    "{\"cluster_name\":\"candor\",\"status\":\"green\",\"timed_out\":false,\"number_of_nodes\":1," \
    "\"number_of_data_nodes\":1,\"active_primary_shards\":1,\"active_shards\":1,"                  \
    "\"relocating_shards\":0,\"initializing_shards\":0,\"unassigned_shards\":0,"                   \
    "\"number_of_pending_tasks\":0,\"active_shards_percent_as_number\":100.0}"
#define NODES                                                                                      \
    "{\"_nodes\":{\"total\":0,\"successful\":0,\"failed\":0},\"cluster_name\":\"candor\","         \
    "\"nodes\":{}}"

/* The first row that fits answers. Beside each: who asks. */
static const struct elastic_probe probes[] = {
    { "GET", "/", 200, JSON_TYPE, VERSION },                 /* every client: the version */
    { "HEAD", "/", 200, JSON_TYPE, "" },                     /* Logstash: is it alive */
    { "GET", "/_license", 200, JSON_TYPE, LICENSE },         /* Logstash, Beats */
    { "GET", "/_xpack", 200, JSON_TYPE, XPACK },             /* Beats 7 */
    { "GET", "/_cluster/health", 200, JSON_TYPE, HEALTH },   /* Vector */
    { "GET", "/_cluster/health/*", 200, JSON_TYPE, HEALTH }, /* clients that wait for it */
    { "GET", "/_cat/health", 200, "text/plain", "candor green 1\n" }, /* rsyslog */
    { "GET", "/_nodes/*", 200, JSON_TYPE, NODES },        /* sniffing, ingest plug-ins */
    { "HEAD", "/_index_template/*", 200, JSON_TYPE, "" }, /* Beats, Logstash */
    { "GET", "/_index_template/*", 200, JSON_TYPE, "{\"index_templates\":[]}" },
    { "PUT", "/_index_template/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "HEAD", "/_component_template/*", 200, JSON_TYPE, "" },
    { "GET", "/_component_template/*", 200, JSON_TYPE, "{\"component_templates\":[]}" },
    { "PUT", "/_component_template/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "HEAD", "/_template/*", 200, JSON_TYPE, "" }, /* the templates of version 7 */
    { "GET", "/_template/*", 200, JSON_TYPE, "{}" },
    { "PUT", "/_template/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "HEAD", "/_ilm/policy/*", 200, JSON_TYPE, "" },
    { "GET", "/_ilm/policy/*", 200, JSON_TYPE, "{}" }, /* Beats, Logstash */
    { "PUT", "/_ilm/policy/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "GET", "/_ingest/pipeline", 200, JSON_TYPE, "{}" },
    { "GET", "/_ingest/pipeline/*", 200, JSON_TYPE, "{}" }, /* Filebeat's modules */
    { "PUT", "/_ingest/pipeline/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "GET", "/_data_stream", 200, JSON_TYPE, "{\"data_streams\":[]}" },
    { "HEAD", "/_data_stream/*", 200, JSON_TYPE, "" },
    { "GET", "/_data_stream/*", 200, JSON_TYPE, "{\"data_streams\":[]}" }, /* Beats */
    { "PUT", "/_data_stream/*", 200, JSON_TYPE, ACKNOWLEDGED },
    { "GET", "/_refresh", 200, JSON_TYPE, SHARDS },
    { "POST", "/_refresh", 200, JSON_TYPE, SHARDS },
    { "GET", "/*/_refresh", 200, JSON_TYPE, SHARDS },
    { "POST", "/*/_refresh", 200, JSON_TYPE,
      SHARDS }, /* the bulk helper of the JavaScript client */
    { "HEAD", "/_alias/*", 200, JSON_TYPE, "" },
};

/* Whether the segments of the path are those of the pattern. */
static bool path_fits(slice path, const char *pattern)
{
    slice p = slice_text(pattern);
    size_t at = 0;
    for (size_t i = 0; i < p.len; i++) {
        if (p.at[i] != '*') {
            if (at == path.len || path.at[at] != p.at[i]) return false;
            at++;
            continue;
        }
        if (i + 1 == p.len) return at < path.len;
        const size_t start = at;
        while (at < path.len && path.at[at] != '/')
            at++;
        if (at == start) return false;
    }
    return at == path.len;
}

const struct elastic_probe *elastic_probe(slice method, slice path)
{
    if (path.len > 1 && path.at[path.len - 1] == '/') path.len--;
    for (size_t i = 0; i < COUNT_OF(probes); i++) {
        if (slice_is(method, probes[i].method) && path_fits(path, probes[i].path)) {
            return &probes[i];
        }
    }
    return NULL;
}

bool elastic_bulk_path(slice path, slice *ret_index)
{
    static const char end[] = "/_bulk";
    const size_t end_len = sizeof end - 1;
    if (path.len < end_len) return false;
    if (!slice_is(slice_from(path, path.len - end_len), end)) return false;
    slice index = { path.at, path.len - end_len };
    if (index.len > 0) index = slice_from(index, 1);
    for (size_t i = 0; i < index.len; i++) {
        if (index.at[i] == '/') return false;
    }
    if (index.len == 0 && path.len != end_len) return false;
    *ret_index = index;
    return true;
}

struct protocol_answer elastic_answer(int http_status)
{
    return (struct protocol_answer){
        .http_status = http_status,
        .content_type = JSON_TYPE,
        .product = "Elasticsearch",
        .retry_after_s = http_status == 429 || http_status == 503 ? PROTOCOL_RETRY_AFTER_S : 0,
    };
}

static const char *type_of(int http_status)
{
    switch (http_status) {
    case 400:
        return "illegal_argument_exception";
    case 401:
    case 403:
        return "security_exception";
    case 404:
        return "resource_not_found_exception";
    case 413:
        return "content_too_long_exception";
    case 429:
        return "es_rejected_execution_exception";
    default:
        return "exception";
    }
}

static void write_cause(struct json_writer *j, const char *type, const char *reason)
{
    json_member_text(j, "type", type);
    json_member_text(j, "reason", reason);
}

struct protocol_answer elastic_refusal(int http_status, const char *reason, struct writer *out)
{
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_key(&j, "error");
    json_object(&j);
    json_key(&j, "root_cause");
    json_array(&j);
    json_object(&j);
    write_cause(&j, type_of(http_status), reason);
    json_object_end(&j);
    json_array_end(&j);
    write_cause(&j, type_of(http_status), reason);
    json_object_end(&j);
    json_member_u64(&j, "status", (uint64_t)http_status);
    json_object_end(&j);
    return elastic_answer(http_status);
}

struct protocol_answer elastic_error(status s, const char *reason, struct writer *out)
{
    return elastic_refusal(protocol_answer_of(s).http_status, reason, out);
}
