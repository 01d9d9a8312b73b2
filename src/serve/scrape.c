/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /metrics: the numbers of the front, and those of the scribe, which is asked for them.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "serve/batcher.h"
#include "serve/front_state.h"
#include "serve/judging.h"
#include "serve/link.h"
#include "serve/stream.h"
#include "base/banned.h"

static void set(struct front *front, enum metric metric, size_t slot, uint64_t value)
{
    front->metrics.at[metric][slot] = value;
}

static void gather_syslog(struct front *front)
{
    struct syslog_counts all = {};
    for (size_t i = 0; i < COUNT_OF(front->syslog); i++) {
        if (front->syslog[i] == NULL) continue;
        const struct syslog_counts c = syslog_counts(front->syslog[i]);
        all.bytes += c.bytes;
        all.refused += c.refused;
        all.dropped += c.dropped;
        all.broken += c.broken;
    }
    set(front, METRIC_received, INPUT_SYSLOG, all.bytes);
    set(front, METRIC_syslog_refused, 0, all.refused);
    set(front, METRIC_syslog_dropped, 0, all.dropped);
    set(front, METRIC_syslog_broken, 0, all.broken);
}

/* What others count, as it stands now. */
static void gather(struct front *front)
{
    const struct http_load load = http_load(front->http);
    const struct streams_numbers streams = streams_numbers(front->streams);
    gather_syslog(front);
    set(front, METRIC_queue, 0, outbox_bytes(front->outbox));
    set(front, METRIC_judging, 0, batcher_judging_ns(front->batcher));
    set(front, METRIC_findings, 0, batcher_findings(front->batcher));
    set(front, METRIC_rules, 0, front->judging == NULL ? 0 : judging_numbers(front->judging).rules);
    set(front, METRIC_connections, 0, load.connections);
    set(front, METRIC_waiting, 0, load.waiting);
    set(front, METRIC_bodies, 0, load.body_bytes);
    set(front, METRIC_refused, 0, load.refused);
    set(front, METRIC_streams, 0, streams.open);
    set(front, METRIC_stream_events, 0, streams.sent);
    set(front, METRIC_stream_ends, END_GONE, streams.gone);
    set(front, METRIC_stream_ends, END_SLOW, streams.slow);
}

status scrape_answer(struct front *front, slice payload)
{
    struct writer w = writer_of(malloc(METRICS_BYTES_MAX), METRICS_BYTES_MAX);
    if (w.at == NULL) return FAIL(E_NOMEM);
    status s = metrics_unpack(payload, &front->metrics);
    gather(front);
    metrics_write(&front->metrics, &w);
    if (s.code == E_OK) s = writer_end(&w);
    const struct http_answer out = { .code = 200,
                                     .type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = writer_slice(&w) };
    for (size_t i = 0; s.code == E_OK && i < front->scrape_count; i++)
        http_answer(front->scrapes[i], &out);
    front->scrape_count = 0;
    free(w.at);
    return s;
}

void api_metrics(struct front *front, struct http_request *r, const struct account *user)
{
    (void)user;
    if (front->scrape_count == SCRAPES_MAX) {
        http_error(r, 503, "too many ask for the metrics at once");
        return;
    }
    front->scrapes[front->scrape_count++] = r;
    if (front->scrape_count > 1) return; /* the numbers are on their way */
    const struct frame question = { LINK_ASK, slice_none() };
    const status s = frame_send(front->options->scribe_fd, question, front->fault);
    if (s.code != E_OK) front_fail(front, s);
}
