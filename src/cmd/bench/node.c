/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench node: events over HTTP into a running node, as fast as it takes them and then at a given
 * rate, while the stream tells when findings can be seen. What the node says about itself comes
 * from its /metrics.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/bench/bench.h"
#include "cmd/bench/node_load.h"
#include "cmd/bench/node_search.h"
#include "cmd/bench/records.h"
#include "cmd/detect/source.h"
#include "lib/http_client.h"
#include "os/clock.h"
#include "os/file.h"
#include "base/banned.h"

enum {
    INPUT_BYTES_MAX = 1 << 30,
    INPUT_BYTES_FIRST = 1 << 20,
    METRICS_BYTES_MAX = 256 * 1024,
    METRICS_FRESH_S = 65, /* the node looks at the size of its log once a minute */
    SEEN_MAX = 1 << 22,
    TOKEN_BYTES_MAX = 256,
    STREAM_LATE_S = 3, /* findings may come this long after the last answer */
    TICKS_PER_S = 50,  /* requests of one sender in a second of the paced run */
    REQUEST_TIMEOUT_MS = 60'000,
};

struct seen {
    uint64_t index;
    int64_t at_ns;
};

struct bench_node {
    const char *url;
    char reader[LOAD_HEADER_MAX]; /* the header of who may read */
    uint8_t *input;               /* owned */
    size_t input_len, input_cap;
    hash input_hash;
    struct load load;
    struct load_piece *pieces; /* owned */
    uint64_t seconds, rate, batch;
    bool is_quick;     /* the size of the log is not waited for */
    struct seen *seen; /* owned: findings of the stream */
    size_t seen_count;
    atomic_bool over;
    uint8_t line[64]; /* the start of a line of the stream */
    size_t line_len;
};

/* ---- input ---- */

static status input_room(void *with, struct writer *ret_room)
{
    struct bench_node *b = with;
    if (b->input_len == b->input_cap) {
        const size_t cap = b->input_cap == 0 ? INPUT_BYTES_FIRST : 2 * b->input_cap;
        uint8_t *more = cap > INPUT_BYTES_MAX ? NULL : realloc(b->input, cap);
        if (more == NULL) return FAIL(E_NOMEM);
        b->input = more;
        b->input_cap = cap;
    }
    *ret_room = writer_of(b->input + b->input_len, b->input_cap - b->input_len);
    return OK;
}

static status input_filled(void *with, size_t len, bool, bool last)
{
    struct bench_node *b = with;
    struct writer room = {};
    b->input_len += len;
    if (!last || b->input_len == 0 || b->input[b->input_len - 1] == '\n') return OK;
    TRY(input_room(b, &room));
    b->input[b->input_len++] = '\n';
    return OK;
}

static status input_begin(void *, const char *)
{
    return OK;
}

static status input_fault(void *, const char *path, const struct fault *fault)
{
    command_fail(2, "bench: %s: %s", path, fault->text);
    return FAIL(E_VALUE);
}

static status read_input(const struct invocation *inv, struct bench_node *b, struct fault *f)
{
    struct source source = {};
    TRY(source_init(&source));
    source.reader = (struct source_reader){ input_begin, input_room, input_filled, input_fault, b };
    struct sha256 sha;
    sha256_init(&sha);
    source.hash = &sha;
    status s = OK;
    for (size_t i = 1; s.code == E_OK && i < inv->argument_count; i++)
        s = source_path(&source, inv->arguments[i], f);
    source_done(&source);
    sha256_final(&sha, &b->input_hash);
    if (s.code == E_OK && b->input_len == 0) s = fault_set(f, FAIL(E_VALUE), "no events");
    return s;
}

/* Cuts the input into pieces of at most batch lines. */
static status cut(struct bench_node *b, uint64_t batch, struct fault *f)
{
    size_t lines = 0;
    for (size_t i = 0; i < b->input_len; i++)
        lines += b->input[i] == '\n';
    struct load_piece *pieces = realloc(b->pieces, (lines / batch + 1) * sizeof *pieces);
    if (pieces == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    b->pieces = pieces;
    size_t count = 0, start = 0;
    uint32_t events = 0;
    for (size_t i = 0; i < b->input_len; i++) {
        events += b->input[i] == '\n';
        if (events < batch && i + 1 < b->input_len) continue;
        pieces[count++] = (struct load_piece){ { b->input + start, i + 1 - start }, events };
        start = i + 1;
        events = 0;
    }
    b->load.pieces = pieces;
    b->load.piece_count = count;
    return OK;
}

/* ---- the stream of findings ---- */

static status stream_line(struct bench_node *b)
{
    const slice line = { b->line, b->line_len };
    uint64_t index = 0;
    if (!slice_starts(line, slice_text("id: ")) || b->seen_count == SEEN_MAX) return OK;
    TRY(num_parse_u64(slice_from(line, 4), &index));
    b->seen[b->seen_count++] = (struct seen){ index, clock_mono_ns() };
    return OK;
}

static status stream_take(void *with, slice bytes)
{
    struct bench_node *b = with;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] == '\n') {
            TRY(stream_line(b));
            b->line_len = 0;
        } else if (b->line_len < sizeof b->line) {
            b->line[b->line_len++] = bytes.at[i];
        }
    }
    return atomic_load(&b->over) ? FAIL(E_CANCELLED) : OK;
}

static void *stream_run(void *with)
{
    struct bench_node *b = with;
    struct http_client *client = NULL;
    struct fault unused;
    unsigned code = 0;
    char url[LOAD_HEADER_MAX];
    snprintf(url, sizeof url, "%s/v1/stream", b->url);
    const struct http_request request = {
        .url = url,
        .headers = { b->reader },
        .timeout_ms = (uint32_t)(b->seconds + STREAM_LATE_S) * 1000,
        .take = stream_take,
        .with = b,
    };
    if (http_client_new(&client).code != E_OK) return NULL;
    const status s = http_client_send(client, &request, &code, &unused);
    if (s.code == E_OK && code != 200) command_fail(2, "bench: /v1/stream answered %u", code);
    http_client_free(client);
    return NULL;
}

/* ---- what the node says about itself ---- */

struct metrics {
    uint8_t bytes[METRICS_BYTES_MAX];
    struct writer w;
};

static status metrics_take(void *with, slice bytes)
{
    struct metrics *m = with;
    writer_bytes(&m->w, bytes);
    return writer_end(&m->w);
}

static status metrics_get(const struct bench_node *b, struct metrics *m, struct fault *f)
{
    struct http_client *client = NULL;
    char url[LOAD_HEADER_MAX];
    unsigned code = 0;
    snprintf(url, sizeof url, "%s/metrics", b->url);
    const struct http_request request = { .url = url,
                                          .headers = { b->reader },
                                          .timeout_ms = REQUEST_TIMEOUT_MS,
                                          .take = metrics_take,
                                          .with = m };
    m->w = writer_of(m->bytes, sizeof m->bytes - 1);
    TRY(http_client_new(&client));
    const status s = http_client_send(client, &request, &code, f);
    http_client_free(client);
    TRY(s);
    if (code != 200) return fault_set(f, FAIL(E_DENIED), "/metrics answered %u", code);
    m->bytes[m->w.len] = '\0';
    return OK;
}

/* The sum of every line whose name, with its labels, begins so. */
static double metric(const struct metrics *m, const char *name)
{
    double sum = 0;
    for (const char *at = (const char *)m->bytes; at != NULL && *at != '\0';) {
        const char *end = strchr(at, '\n');
        if (strncmp(at, name, strlen(name)) == 0) {
            const char *value = strchr(at, ' ');
            if (value != NULL && (end == NULL || value < end)) sum += strtod(value, NULL);
        }
        at = end == NULL ? NULL : end + 1;
    }
    return sum;
}

/* Waits until the node has looked at the size of its log again. */
static status metrics_fresh(const struct bench_node *b, double old_bytes, struct metrics *m,
                            struct fault *f)
{
    const int64_t until = clock_mono_ns() + METRICS_FRESH_S * CLOCK_NS_PER_S;
    do {
        clock_sleep_until(clock_mono_ns() + CLOCK_NS_PER_S);
        TRY(metrics_get(b, m, f));
    } while (metric(m, "candor_log_bytes") <= old_bytes && clock_mono_ns() < until);
    return OK;
}

/* ---- lines ---- */

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* p50 and p99 of count values, which are sorted. */
static void percentiles(struct bench_line *l, const char *name, double *values, size_t count)
{
    char key[32];
    if (count == 0) return;
    qsort(values, count, sizeof *values, by_number);
    snprintf(key, sizeof key, "%s_p50_ms", name);
    bench_line_number(l, key, values[count / 2]);
    snprintf(key, sizeof key, "%s_p99_ms", name);
    bench_line_number(l, key, values[(count * 99) / 100]);
}

static status answers(struct bench_line *l, const struct load_result *r)
{
    double *ms = calloc(r->count + 1, sizeof *ms);
    if (ms == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < r->count; i++)
        ms[i] = (double)(r->posts[i].answered_ns - r->posts[i].due_ns) / 1e6;
    percentiles(l, "answer", ms, r->count);
    free(ms);
    return OK;
}

static int by_index(const void *a, const void *b)
{
    const uint64_t x = ((const struct load_post *)a)->first_index;
    const uint64_t y = ((const struct load_post *)b)->first_index;
    return (x > y) - (x < y);
}

/* From when a request was due to when a finding of it was on the stream. A finding stands behind
 * its event, so it belongs to the last request that begins before it. */
static status findings(struct bench_line *l, const struct bench_node *b, struct load_result *r)
{
    size_t count = 0;
    double *ms = calloc(b->seen_count + 1, sizeof *ms);
    if (ms == NULL) return FAIL(E_NOMEM);
    qsort(r->posts, r->count, sizeof *r->posts, by_index);
    for (size_t i = 0, post = 0; i < b->seen_count && r->count > 0; i++) {
        if (b->seen[i].index < r->posts[0].first_index) continue;
        while (post + 1 < r->count && r->posts[post + 1].first_index < b->seen[i].index)
            post++;
        ms[count++] = (double)(b->seen[i].at_ns - r->posts[post].due_ns) / 1e6;
    }
    bench_line_number(l, "findings", (double)count);
    percentiles(l, "finding", ms, count);
    free(ms);
    return OK;
}

static void totals(const struct load_result *r, double *ret_events, double *ret_bytes)
{
    *ret_events = *ret_bytes = 0;
    for (size_t i = 0; i < r->count; i++) {
        *ret_events += r->posts[i].events;
        *ret_bytes += r->posts[i].bytes;
    }
}

static void line_begin(struct bench_line *l, const struct bench_node *b, const char *name)
{
    char hex[2 * SHA256_BYTES];
    struct writer w = writer_of(hex, sizeof hex);
    writer_hex(&w, (slice){ b->input_hash.bytes, SHA256_BYTES });
    bench_line_begin(l, name);
    json_member_string(&l->j, "input_sha256", writer_slice(&w));
    bench_line_number(l, "senders", (double)b->load.senders);
    bench_line_number(l, "events_per_request", (double)b->batch);
}

static void memory(struct bench_line *l, const struct metrics *m)
{
    static const char *const processes[] = { "front", "scribe", "reader", "signer" };
    for (size_t i = 0; i < COUNT_OF(processes); i++) {
        char name[80], key[32];
        snprintf(name, sizeof name, "candor_process_resident_memory_bytes{process=\"%s\"}",
                 processes[i]);
        snprintf(key, sizeof key, "%s_mib", processes[i]);
        bench_line_number(l, key, metric(m, name) / (1 << 20));
    }
}

/* ---- runs ---- */

static status run_full(struct bench_node *b, struct fault *f)
{
    static struct metrics before, after;
    struct load_result r = {};
    struct bench_line l;
    double events = 0, bytes = 0;
    TRY(cut(b, b->batch, f));
    b->load.rate = 0;
    TRY(metrics_get(b, &before, f));
    status s = load_run(&b->load, &r, f);
    const double log_bytes = metric(&before, "candor_log_bytes");
    if (s.code == E_OK && b->is_quick) s = metrics_get(b, &after, f);
    if (s.code == E_OK && !b->is_quick) s = metrics_fresh(b, log_bytes, &after, f);
    if (s.code == E_OK) {
        const double stored = metric(&after, "candor_log_bytes") - log_bytes;
        totals(&r, &events, &bytes);
        line_begin(&l, b, "node.ingest");
        bench_line_number(&l, "rules", metric(&after, "candor_rules"));
        bench_line_number(&l, "events", events);
        bench_line_number(&l, "events_per_s", events / r.seconds);
        bench_line_number(&l, "mb_per_s", bytes / r.seconds / 1e6);
        bench_line_number(&l, "busy", (double)r.busy);
        bench_line_number(&l, "findings",
                          metric(&after, "candor_findings_total") -
                              metric(&before, "candor_findings_total"));
        if (!b->is_quick) {
            bench_line_number(&l, "stored_bytes_per_event", stored / events);
            bench_line_number(&l, "stored_bytes_per_raw_byte", stored / bytes);
        }
        s = answers(&l, &r);
        memory(&l, &after);
        bench_line_end(&l);
    }
    load_result_done(&r);
    return s;
}

static status run_paced(struct bench_node *b, struct fault *f)
{
    pthread_t listener;
    struct load_result r = {};
    struct bench_line l;
    double events = 0, bytes = 0;
    const uint64_t share = b->rate / b->load.senders / TICKS_PER_S;
    b->batch = share == 0 ? 1 : share;
    b->load.rate = b->rate;
    TRY(cut(b, b->batch, f));
    if (pthread_create(&listener, NULL, stream_run, b) != 0) {
        return fault_set(f, FAIL(E_NOMEM), "no thread for the stream");
    }
    clock_sleep_until(clock_mono_ns() + CLOCK_NS_PER_S); /* it listens before the first event */
    status s = load_run(&b->load, &r, f);
    atomic_store(&b->over, s.code != E_OK);
    pthread_join(listener, NULL);
    if (s.code == E_OK) {
        totals(&r, &events, &bytes);
        line_begin(&l, b, "node.latency");
        bench_line_number(&l, "rate_per_s", (double)b->rate);
        bench_line_number(&l, "events", events);
        bench_line_number(&l, "events_per_s", events / r.seconds);
        s = answers(&l, &r);
        if (s.code == E_OK) s = findings(&l, b, &r);
        bench_line_end(&l);
    }
    load_result_done(&r);
    return s;
}

/* ---- the command ---- */

/* "Authorization: Bearer " and the token in the file of that option. */
static status token(const struct invocation *inv, const char *option, char *ret_header,
                    struct fault *f)
{
    const char *path = invocation_value(inv, option, NULL);
    uint8_t *text = NULL;
    size_t len = 0;
    if (path == NULL) return fault_set(f, FAIL(E_USAGE), "%s FILE is needed", option);
    TRY(file_load(NULL, path, TOKEN_BYTES_MAX, &text, &len, f));
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    snprintf(ret_header, LOAD_HEADER_MAX, "Authorization: Bearer %.*s", (int)len,
             (const char *)text);
    free(text);
    return OK;
}

static status number(const struct invocation *inv, const char *option, uint64_t fallback,
                     uint64_t max, uint64_t *ret_value, struct fault *f)
{
    const char *text = invocation_value(inv, option, NULL);
    *ret_value = fallback;
    if (text == NULL) return OK;
    const status s = num_parse_u64(slice_text(text), ret_value);
    if (s.code == E_OK && *ret_value > 0 && *ret_value <= max) return OK;
    return fault_set(f, FAIL(E_USAGE), "%s: a number from 1 to %llu", option,
                     (unsigned long long)max);
}

static status prepare(const struct invocation *inv, struct bench_node *b, struct fault *f)
{
    uint64_t senders = 0;
    b->url = inv->arguments[0];
    const int len = snprintf(b->load.url, sizeof b->load.url, "%s/v1/events", b->url);
    if (len < 0 || (size_t)len >= sizeof b->load.url) {
        return fault_set(f, FAIL(E_LIMIT), "the address is too long");
    }
    TRY(token(inv, "--token", b->load.authorization, f));
    TRY(token(inv, "--reader", b->reader, f));
    TRY(number(inv, "--senders", 4, LOAD_SENDERS_MAX, &senders, f));
    TRY(number(inv, "--batch", 500, 100'000, &b->batch, f));
    TRY(number(inv, "--seconds", 10, 3600, &b->seconds, f));
    TRY(number(inv, "--rate", 10'000, 10'000'000, &b->rate, f));
    b->is_quick = invocation_has(inv, "--quick");
    b->load.senders = senders;
    b->load.seconds = (double)b->seconds;
    b->seen = calloc(SEEN_MAX, sizeof *b->seen);
    if (b->seen == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    return read_input(inv, b, f);
}

int run_bench_node(const struct invocation *inv)
{
    static struct bench_node b;
    struct fault f = {};
    b = (struct bench_node){};
    status s = prepare(inv, &b, &f);
    if (s.code == E_OK) s = run_full(&b, &f);
    if (s.code == E_OK) s = run_paced(&b, &f);
    if (s.code == E_OK) s = bench_search(inv, b.url, b.reader, &f);
    free(b.input);
    free(b.pieces);
    free(b.seen);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "bench node: %s", f.text);
}
