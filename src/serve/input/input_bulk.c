/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elasticsearch: POST /_bulk, and what its clients ask before.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "intake/protocol/elastic.h"
#include "os/clock.h"
#include "serve/input/input.h"
#include "serve/input/refusal.h"
#include "base/banned.h"

static status read_body(struct input *in, slice body, const struct protocol_sink *sink,
                        struct fault *f)
{
    in->elastic.outcomes = calloc(1, BULK_ITEMS_MAX);
    if (in->elastic.outcomes == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    result_begin(&in->result, in->elastic.outcomes, BULK_ITEMS_MAX);
    return bulk_read(&in->elastic.bulk, body, sink, f);
}

static size_t answer_bytes(const struct input *in)
{
    return bulk_answer_bytes(&in->elastic.bulk);
}

static struct protocol_answer answer(struct input *in, struct writer *out)
{
    const int64_t took_ns = clock_mono_ns() - in->started_ns;
    in->elastic.bulk.took_ms = (uint64_t)(took_ns / CLOCK_NS_PER_MS);
    return bulk_answer(&in->elastic.bulk, &in->result, out);
}

static void done(struct input *in)
{
    bulk_done(&in->elastic.bulk);
    free(in->elastic.outcomes);
}

void input_bulk(struct front *front, struct http_request *r, const struct account *source)
{
    static const struct input_codec codec = { INPUT_ELASTIC, read_body, answer, answer_bytes,
                                              done };
    slice index = slice_none();
    struct input *in = input_new(front, r, source, &codec);
    if (in == NULL) return;
    (void)elastic_bulk_path(http_path(r), &index);
    in->elastic.bulk = bulk_of(front->scratch, index);
    input_run(in);
}

bool input_elastic_probe(struct http_request *r)
{
    const struct elastic_probe *probe = elastic_probe(http_method(r), http_path(r));
    if (probe == NULL) return false;
    const struct http_header product = { "X-Elastic-Product", "Elasticsearch" };
    const struct http_answer out = { .code = (unsigned)probe->http_status,
                                     .type = probe->content_type,
                                     .body = slice_text(probe->body),
                                     .body_is = HTTP_STATIC,
                                     .headers = &product,
                                     .header_count = 1 };
    http_answer(r, &out);
    return true;
}

static void refuse(struct http_request *r, int code, const char *why)
{
    struct writer w = writer_of(malloc(ELASTIC_ERROR_BYTES_MAX), ELASTIC_ERROR_BYTES_MAX);
    if (w.at == NULL) {
        http_error(r, 503, "out of memory");
        return;
    }
    const struct protocol_answer reply = elastic_refusal(code, why, &w);
    input_reply(r, &reply, NULL, &w);
}

void refuse_elastic(struct http_request *r)
{
    refuse(r, 401, "a valid token is required, as a password or as the key of an API key");
}

void refuse_elastic_path(struct http_request *r)
{
    refuse(r, 404, "events are taken by POST /_bulk alone, and there is no search here");
}
