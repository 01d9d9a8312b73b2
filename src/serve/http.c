/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "os/clock.h"
#include "serve/http_state.h"
#include "base/banned.h"

/*
 * The listener: libmicrohttpd in epoll mode without threads of its own. Its epoll descriptor is
 * watched by the loop; MHD_run does what is ready; MHD_get_timeout says when to come back without
 * being called. Its own timeout ends idle connections and those that do not read. It knows no
 * deadline for a whole request, which a client that sends one byte a second would never reach: that
 * is what the sweep over all connections is for, once a second.
 */
enum {
    MEMORY_BYTES =
        4 * HTTP_HEADER_BYTES_MAX, /* of a connection: head, its table, the answer's head */
    SWEEP_NS = 1'000'000'000,
    TIMER_NONE = 0,
};

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value == 0 ? otherwise : value;
}

static struct http_limits with_defaults(const struct http_limits *given)
{
    struct http_limits l = given == NULL ? (struct http_limits){} : *given;
    l.connections = or_default(l.connections, HTTP_CONNECTIONS_MAX);
    l.connections_peer = or_default(l.connections_peer, l.connections);
    l.body_bytes = or_default(l.body_bytes, HTTP_BODY_BYTES_MAX);
    l.bodies_bytes = l.bodies_bytes == 0 ? HTTP_BODIES_BYTES_MAX : l.bodies_bytes;
    l.idle_s = or_default(l.idle_s, HTTP_IDLE_S);
    l.request_s = or_default(l.request_s, HTTP_REQUEST_S);
    l.send_s = or_default(l.send_s, HTTP_SEND_S);
    l.stream_bytes = or_default(l.stream_bytes, HTTP_STREAM_BYTES_MAX);
    return l;
}

static void run(struct http *h);

static void on_timer(void *self)
{
    struct http *h = self;
    h->timer = TIMER_NONE;
    run(h);
}

/* A timer that stands earlier than needed is left alone: it costs one empty call. */
static void arm(struct http *h)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    if (MHD_get_timeout(h->daemon, &wait_ms) != MHD_YES) return;
    if (wait_ms > 3600 * 1000) wait_ms = 3600 * 1000;
    const int64_t at_ns = loop_now_ns(h->loop) + (int64_t)wait_ms * CLOCK_NS_PER_MS;
    if (h->timer != TIMER_NONE && h->timer_at_ns <= at_ns) return;
    loop_cancel(h->loop, h->timer);
    h->timer = TIMER_NONE;
    h->timer_at_ns = at_ns;
    ignore(loop_at(h->loop, at_ns, on_timer, h, &h->timer), "the sweep comes within a second");
}

static void run(struct http *h)
{
    MHD_run(h->daemon);
    arm(h);
}

static void on_epoll(void *self, unsigned)
{
    run(self);
}

void http_wake(struct http *h)
{
    if (h->timer != TIMER_NONE && h->timer_at_ns <= loop_now_ns(h->loop)) return;
    loop_cancel(h->loop, h->timer);
    h->timer = TIMER_NONE;
    h->timer_at_ns = loop_now_ns(h->loop);
    ignore(loop_at(h->loop, h->timer_at_ns, on_timer, h, &h->timer), "the sweep comes soon");
}

void http_enter(struct http_connection *c, enum http_phase phase)
{
    const struct http_limits *l = &c->http->limits;
    const int64_t now_ns = loop_now_ns(c->http->loop);
    int64_t limit_s = 0;
    c->phase = phase;
    switch (phase) {
    case HTTP_IDLE:
        limit_s = (int64_t)l->idle_s + l->request_s;
        break;
    case HTTP_HEAD:
    case HTTP_BODY:
    case HTTP_DROPPING:
        limit_s = l->request_s;
        break;
    case HTTP_SENDING:
        limit_s = l->send_s;
        break;
    case HTTP_WAITING:
    case HTTP_STREAMING:
        break;
    }
    c->deadline_ns = limit_s == 0 ? INT64_MAX : now_ns + limit_s * CLOCK_NS_PER_S;
}

void http_cut(struct http_connection *c, unsigned code, const char *json)
{
    char text[HTTP_ERROR_CAP + 256];
    if (c->was_cut) return;
    c->was_cut = true;
    c->http->load.refused++;
    const int len = snprintf(text, sizeof text,
                             "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: "
                             "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                             code, MHD_get_reason_phrase_for(code), strlen(json), json);
    if (!c->http->is_tls && len > 0 && (size_t)len < sizeof text && c->phase != HTTP_IDLE) {
        send(c->fd, text, (size_t)len,
             MSG_DONTWAIT | MSG_NOSIGNAL); /* if there is room, it is read */
    }
    shutdown(c->fd, SHUT_RDWR); /* the library reads an end and closes */
}

static void sweep_one(struct http_connection *c, int64_t now_ns)
{
    if (now_ns < c->deadline_ns) return;
    const bool is_reading = c->phase == HTTP_HEAD || c->phase == HTTP_BODY;
    if (is_reading) {
        http_cut(c, MHD_HTTP_REQUEST_TIMEOUT, "{\"error\":\"the request did not arrive in time\"}");
        return;
    }
    c->was_cut = true;
    shutdown(c->fd, SHUT_RDWR);
}

static void sweep(void *self)
{
    struct http *h = self;
    const int64_t now_ns = loop_now_ns(h->loop);
    h->sweep = TIMER_NONE;
    for (struct http_connection *c = h->connections; c != NULL; c = c->next)
        sweep_one(c, now_ns);
    run(h);
    if (h->connections == NULL) return;
    ignore(loop_at(h->loop, now_ns + SWEEP_NS, sweep, h, &h->sweep),
           "the next connection asks too");
}

static void on_gone(void *self, unsigned)
{
    struct http_request *r = self;
    http_unwatch_gone(r);
    if (r->stream != NULL) {
        http_stream_lose(r->stream);
        return;
    }
    void (*gone)(void *with, struct http_request *request) = r->gone;
    r->gone = NULL;
    if (gone != NULL) gone(r->gone_with, r);
}

status http_watch_gone(struct http_request *r)
{
    struct fault f = {};
    if (r->watched) return OK;
    TRY(loop_watch(r->http->loop, r->connection->fd, LOOP_HANGUP, on_gone, r, &f));
    r->watched = true;
    return OK;
}

void http_unwatch_gone(struct http_request *r)
{
    if (r->watched) loop_unwatch(r->http->loop, r->connection->fd);
    r->watched = false;
}

static void connection_new(struct http *h, struct MHD_Connection *mhd, void **ret_connection)
{
    struct http_connection *c = calloc(1, sizeof *c);
    struct net_address peer = {};
    struct fault f = {};
    if (c == NULL) return; /* its requests are closed without an answer */
    c->http = h;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    if (net_peer(c->fd, &peer, &f).code == E_OK) {
        net_host_text(&peer, c->peer);
        c->is_loopback = net_is_loopback(&peer);
    }
    c->next = h->connections;
    if (c->next != NULL) c->next->previous = c;
    h->connections = c;
    h->load.connections++;
    http_enter(c, HTTP_IDLE);
    *ret_connection = c;
    if (h->sweep != TIMER_NONE) return;
    ignore(loop_at(h->loop, loop_now_ns(h->loop) + SWEEP_NS, sweep, h, &h->sweep),
           "the next connection asks too");
}

static void connection_done(struct http_connection *c)
{
    struct http *h = c->http;
    if (c->previous == NULL) h->connections = c->next;
    if (c->previous != NULL) c->previous->next = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    h->load.connections--;
    free(c);
}

static void on_connection(void *self, struct MHD_Connection *mhd, void **connection,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) connection_new(self, mhd, connection);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED && *connection != NULL) connection_done(*connection);
}

/* The library takes NUL-terminated texts and copies what it needs of them while it starts. */
struct pem_texts {
    char *certificate, *key, *client_ca;
};

static char *pem_text(slice pem)
{
    if (pem.len == 0) return NULL;
    char *text = calloc(1, pem.len + 1);
    if (text != NULL) bytes_copy(text, pem.len, pem);
    return text;
}

static void pem_texts_done(struct pem_texts *t, const struct http_tls *tls)
{
    if (t->key != NULL) bytes_wipe(t->key, tls->key.len);
    free(t->certificate);
    free(t->key);
    free(t->client_ca);
}

static status start(struct http *h, const struct http_tls *tls, struct fault *f)
{
    struct pem_texts pem = {};
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem options[8] = {};
    size_t count = 0;
    if (h->is_tls) {
        pem = (struct pem_texts){ pem_text(tls->certificate), pem_text(tls->key),
                                  pem_text(tls->client_ca) };
        flags |= MHD_USE_TLS;
        options[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, pem.certificate };
        options[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, pem.key };
        options[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
                                                    (void *)(uintptr_t)priorities };
        if (pem.client_ca != NULL) {
            options[count++] =
                (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0, pem.client_ca };
        }
    }
    options[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    h->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, http_request_part, h, MHD_OPTION_LISTEN_SOCKET, h->listener,
        MHD_OPTION_CONNECTION_LIMIT, h->limits.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        h->limits.connections_peer, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, h->limits.idle_s, MHD_OPTION_NOTIFY_COMPLETED,
        http_request_done, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
        MHD_OPTION_URI_LOG_CALLBACK, http_request_line, h, MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    pem_texts_done(&pem, tls);
    if (h->daemon != NULL) return OK;
    return fault_set(f, FAIL(h->is_tls ? E_VALUE : E_NOMEM), "cannot serve HTTP%s on %s%s",
                     h->is_tls ? "S" : "", h->address,
                     h->is_tls ? ": certificate and key must be PEM and belong together" : "");
}

static status open_listener(struct http *h, const char *address, struct fault *f)
{
    struct net_address a = {};
    TRY(net_parse(address, &a, f));
    TRY(net_listen(&a, &h->listener, f));
    TRY(net_local(h->listener, &a, f));
    net_text(&a, h->address);
    return OK;
}

static status open_all(struct http *h, const char *address, const struct http_tls *tls,
                       struct fault *f)
{
    TRY(open_listener(h, address, f));
    TRY(start(h, tls, f));
    h->epoll = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return loop_watch(h->loop, h->epoll, LOOP_READ, on_epoll, h, f);
}

status http_listen(struct loop *l, const char *address, const struct http_tls *tls,
                   const struct http_limits *limits, const struct http_calls *calls,
                   struct http **ret_http, struct fault *f)
{
    static const struct http_tls plain = {};
    struct http *h = calloc(1, sizeof *h);
    if (h == NULL) return fault_set(f, FAIL(E_NOMEM), "cannot listen on %.60s", address);
    if (tls == NULL) tls = &plain;
    h->loop = l;
    h->listener = h->epoll = -1;
    h->is_tls = tls->certificate.len != 0 || tls->key.len != 0;
    h->limits = with_defaults(limits);
    h->calls = *calls;
    const status s = open_all(h, address, tls, f);
    if (s.code == E_OK) *ret_http = h;
    if (s.code != E_OK) http_free(h);
    return s;
}

void http_free(struct http *h)
{
    if (h == NULL) return;
    h->freeing = true;
    if (h->epoll >= 0) loop_unwatch(h->loop, h->epoll);
    for (struct http_connection *c = h->connections; c != NULL; c = c->next) {
        struct http_request *r = c->request;
        if (r == NULL) continue;
        http_unwatch_gone(r);
        if (r->stream != NULL) http_stream_lose(r->stream);
        if (r->suspended) MHD_resume_connection(r->mhd); /* the library insists */
    }
    if (h->daemon != NULL)
        MHD_stop_daemon(h->daemon); /* closes the listener, unless quiesced */
    else if (h->listener >= 0)
        close(h->listener);
    loop_cancel(h->loop, h->timer);
    loop_cancel(h->loop, h->sweep);
    free(h);
}

const char *http_address(const struct http *h)
{
    return h->address;
}

void http_stop_accepting(struct http *h)
{
    if (h->stopping) return;
    h->stopping = true;
    if (MHD_quiesce_daemon(h->daemon) != MHD_INVALID_SOCKET) close(h->listener);
    h->listener = -1;
    for (struct http_connection *c = h->connections; c != NULL; c = c->next) {
        if (c->phase == HTTP_IDLE) shutdown(c->fd, SHUT_RDWR);
    }
    http_wake(h);
}

struct http_load http_load(const struct http *h)
{
    return h->load;
}
