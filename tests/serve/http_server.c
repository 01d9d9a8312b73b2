/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server ADDRESS [NAME=VALUE…]: a server for tests/serve/http_clients.py. Prints its address;
 * ends gracefully on SIGTERM. NAME is a limit, or certificate, key or client_ca (files).
 *
 *   /echo            the body, with what was seen of the request as headers
 *   /later?ms=N      {"ok":true} after N ms, by a timer
 *   /gone            answers once the client went away; /stats counts it
 *   /large?bytes=N   that many bytes
 *   /events?count=N&bytes=M&ms=T   server-sent events; every T ms one of M bytes
 *   /stats           numbers
 *   X-Refuse: 401    refused before the body is read
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/json_writer.h"
#include "base/num.h"
#include "os/clock.h"
#include "serve/http_stream.h"
#include "os/loop.h"
#include "tests/cm.h"

enum { TEXT_CAP = 4096, EVENT_BYTES_MAX = 1 << 20 };

static struct loop *loop;
static struct http *server;
static struct fault fault;
static bool stopping;
static unsigned gone_count, closed_count, dropped_users;

/* What waits for a timer. */
struct later {
    struct http_request *request;
    struct http_stream *stream;
    uint64_t left, bytes, ms, timer;
};

static uint64_t number(const struct http_request *r, const char *name, uint64_t otherwise)
{
    slice text = { 0 };
    uint64_t value = otherwise;
    if (http_query(r, name, &text)) ignore(num_parse_u64(text, &value), "the other value holds");
    return value;
}

static void die(const char *what)
{
    fprintf(stderr, "http_server: %s: %s\n", what, fault.text);
    exit(1);
}

static void after(struct later *l, void (*call)(void *))
{
    const int64_t at_ns = loop_now_ns(loop) + (int64_t)l->ms * CLOCK_NS_PER_MS;
    if (loop_at(loop, at_ns, call, l, &l->timer).code != E_OK) die("timer");
}

static void answer_ok(struct http_request *r)
{
    static const char text[] = "{\"ok\":true}";
    const struct http_answer a = { .code = 200,
                                   .type = "application/json",
                                   .body = { (const uint8_t *)text, sizeof text - 1 },
                                   .body_is = HTTP_STATIC };
    http_answer(r, &a);
}

static void answer_later(void *with)
{
    struct later *l = with;
    answer_ok(l->request);
    free(l);
}

static void on_gone(void *, struct http_request *r)
{
    gone_count++;
    answer_ok(r);
}

static void on_closed(void *with)
{
    struct later *l = with;
    closed_count++;
    loop_cancel(loop, l->timer);
    free(l);
}

static void send_event(void *with)
{
    static char event[EVENT_BYTES_MAX];
    struct later *l = with;
    l->timer = 0;
    if (l->left == 0) {
        http_stream_end(l->stream);
        free(l);
        return;
    }
    l->left--;
    const int head = snprintf(event, sizeof event, "data: %llu ", (unsigned long long)l->left);
    memset(event + head, 'x', l->bytes);
    memset(event + (size_t)head + l->bytes, '\n', 2);
    const slice bytes = { (const uint8_t *)event, (size_t)head + l->bytes + 2 };
    if (http_stream_send(l->stream, bytes).code == E_OK)
        after(l, send_event); /* else closed comes */
}

static void events(struct http_request *r)
{
    struct later *l = calloc(1, sizeof *l);
    const struct http_stream_calls calls = { on_closed, l };
    *l = (struct later){ .left = number(r, "count", 3),
                         .bytes = number(r, "bytes", 10),
                         .ms = number(r, "ms", 1) };
    if (l->bytes > EVENT_BYTES_MAX / 2) l->bytes = EVENT_BYTES_MAX / 2;
    l->stream = http_stream_start(r, "text/event-stream", &calls);
    if (l->stream == NULL) {
        free(l);
        return;
    }
    send_event(l);
}

static void echo(struct http_request *r)
{
    char method[32], path[TEXT_CAP], received[32], loopback[8], tls[8], subject[TEXT_CAP];
    const slice seen = http_path(r), m = http_method(r), s = http_subject(r);
    slice query = slice_text("-");
    snprintf(method, sizeof method, "%.*s", (int)m.len, (const char *)m.at);
    snprintf(path, sizeof path, "%.*s", (int)seen.len, (const char *)seen.at);
    snprintf(received, sizeof received, "%llu", (unsigned long long)http_body_received(r));
    snprintf(loopback, sizeof loopback, "%d", http_is_loopback(r));
    snprintf(tls, sizeof tls, "%d", http_is_tls(r));
    snprintf(subject, sizeof subject, "%.*s", (int)s.len, (const char *)s.at);
    ignore((http_query(r, "q", &query) ? OK : FAIL(E_NOT_FOUND)), "- says that there is none");
    char value[TEXT_CAP];
    snprintf(value, sizeof value, "%.*s", (int)query.len, (const char *)query.at);
    const struct http_header headers[] = { { "X-Method", method },     { "X-Path", path },
                                           { "X-Received", received }, { "X-Peer", http_peer(r) },
                                           { "X-Loopback", loopback }, { "X-Tls", tls },
                                           { "X-Subject", subject },   { "X-Query", value } };
    http_answer(r, &(struct http_answer){ .code = 200,
                                          .type = "application/octet-stream",
                                          .body = http_body(r),
                                          .headers = headers,
                                          .header_count = COUNT_OF(headers) });
}

static void stats(struct http_request *r)
{
    char text[TEXT_CAP];
    struct writer w = writer_of(text, sizeof text);
    struct json_writer j = json_writer_of(&w);
    const struct http_load load = http_load(server);
    json_object(&j);
    json_member_u64(&j, "connections", load.connections);
    json_member_u64(&j, "waiting", load.waiting);
    json_member_u64(&j, "body_bytes", load.body_bytes);
    json_member_u64(&j, "refused", load.refused);
    json_member_u64(&j, "gone", gone_count);
    json_member_u64(&j, "closed", closed_count);
    json_member_u64(&j, "dropped_users", dropped_users);
    json_object_end(&j);
    http_answer(r, &(struct http_answer){
                       .code = 200, .type = "application/json", .body = writer_slice(&w) });
}

static void large(struct http_request *r)
{
    const size_t len = number(r, "bytes", 1000);
    void *bytes = calloc(1, len == 0 ? 1 : len);
    if (bytes == NULL) {
        http_error(r, 503, "no memory");
        return;
    }
    http_answer(
        r, &(struct http_answer){ .code = 200, .body = { bytes, len }, .body_is = HTTP_OWNED });
}

static void later(struct http_request *r)
{
    struct later *l = calloc(1, sizeof *l);
    *l = (struct later){ .request = r, .ms = number(r, "ms", 10) };
    after(l, answer_later);
}

static void gone(struct http_request *r)
{
    if (http_on_gone(r, on_gone, NULL).code != E_OK) http_error(r, 503, "cannot watch");
}

static void handle(void *, struct http_request *r)
{
    static const struct {
        const char *path;
        void (*call)(struct http_request *r);
    } routes[] = { { "/echo", echo },   { "/later", later },   { "/gone", gone },
                   { "/large", large }, { "/events", events }, { "/stats", stats } };
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (!slice_is(http_path(r), routes[i].path) && i != 0) continue;
        if (i == 0 && !slice_starts(http_path(r), slice_text("/echo"))) continue;
        routes[i].call(r);
        return;
    }
    http_error(r, 404, "there is nothing at \"%.*s\"", (int)http_path(r).len,
               (const char *)http_path(r).at);
}

static void drop_user(void *user)
{
    dropped_users++;
    free(user);
}

static void admit(void *, struct http_request *r)
{
    slice code = { 0 };
    uint64_t number_of_code = 0;
    http_set_user(r, malloc(1), drop_user);
    if (!http_header(r, "x-refuse", &code)) return;
    ignore(num_parse_u64(code, &number_of_code), "0 is refused by nobody");
    http_error(r, (unsigned)number_of_code, "refused by the test");
}

static void on_stop(void *, int)
{
    stopping = true;
    http_stop_accepting(server);
}

static bool set_limit(struct http_limits *limits, const char *name, const char *value)
{
    uint64_t n = 0;
    const struct {
        const char *name;
        uint32_t *at;
    } rows[] = {
        { "connections", &limits->connections },  { "connections_peer", &limits->connections_peer },
        { "body_bytes", &limits->body_bytes },    { "idle_s", &limits->idle_s },
        { "request_s", &limits->request_s },      { "send_s", &limits->send_s },
        { "stream_bytes", &limits->stream_bytes }
    };
    if (num_parse_u64(slice_text(value), &n).code != E_OK) return false;
    if (strcmp(name, "bodies_bytes") == 0) limits->bodies_bytes = n;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(name, rows[i].name) == 0) *rows[i].at = (uint32_t)n;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct http_limits limits = {};
    struct http_tls tls = {};
    const struct http_calls calls = { admit, handle, NULL };
    for (int i = 2; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value == NULL) return 2;
        *value++ = '\0';
        if (set_limit(&limits, argv[i], value)) continue;
        const slice pem = file_bytes(value);
        if (strcmp(argv[i], "certificate") == 0) tls.certificate = pem;
        if (strcmp(argv[i], "key") == 0) tls.key = pem;
        if (strcmp(argv[i], "client_ca") == 0) tls.client_ca = pem;
    }
    if (argc < 2 || loop_new(NULL, &loop, &fault).code != E_OK) die("loop");
    if (loop_on_stop_signal(loop, on_stop, NULL, &fault).code != E_OK) die("signals");
    if (http_listen(loop, argv[1], &tls, &limits, &calls, &server, &fault).code != E_OK)
        die("listen");
    printf("%s\n", http_address(server));
    fflush(stdout);
    while (!stopping || http_load(server).connections != 0) {
        if (loop_step(loop, true, &fault).code != E_OK) die("loop");
    }
    http_free(server);
    loop_free(loop);
    printf("gone %u closed %u\n", gone_count, closed_count);
    return 0;
}
