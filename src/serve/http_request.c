/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>
#include "base/bytes.h"
#include "lib/json.h"
#include "lib/tls_peer.h"
#include "serve/http_head.h"
#include "serve/http_state.h"
#include "base/banned.h"

/*
 * A request as the library tells of it: its first line, its head, pieces of its body, its end.
 *
 *   head ─ checks, admit ─┬─ go on ──► body ──► handle ─┬─ answered ──────────────► sending
 *                         └─ refused ► dropping ─────┐  └─ not yet ► suspended ─► ┘
 *                                                    └──────────► sending
 *
 * A refused request's body is read and dropped up to HTTP_REFUSED_BODY_BYTES_MAX, because a
 * connection that is closed with unread bytes is reset, and the client might never see the answer.
 */
enum { BODY_BYTES_FIRST = 4096 };

void *http_request_line(void *self, const char *target, struct MHD_Connection *mhd)
{
    struct http *h = self;
    struct http_connection *c =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    if (c == NULL || c->request != NULL) return NULL;
    const slice text = slice_text(target);
    struct http_request *r = calloc(1, sizeof *r + 2 * text.len); /* within the library's memory */
    if (r == NULL) return NULL;
    r->http = h;
    r->connection = c;
    r->mhd = mhd;
    r->target_len = text.len;
    bytes_copy(r->target, text.len, text);
    c->request = r;
    http_enter(c, HTTP_HEAD);
    return r;
}

void http_request_done(void *, struct MHD_Connection *, void **request,
                       enum MHD_RequestTerminationCode)
{
    struct http_request *r = *request;
    *request = NULL;
    if (r == NULL) return;
    struct http *h = r->http;
    if (r->connection->phase == HTTP_WAITING && !r->answered) h->load.waiting--;
    http_unwatch_gone(r);
    r->connection->request = NULL;
    http_enter(r->connection, HTTP_IDLE);
    h->load.body_bytes -= r->body_cap;
    if (r->user_drop != NULL) r->user_drop(r->user);
    http_stream_done(r->stream, h->freeing);
    if (r->response != NULL) MHD_destroy_response(r->response);
    unpack_free(r->unpack);
    free(r->body);
    free(r);
}

/* Room for len bytes of body in all and the padding behind them; whoever comes first is served. */
static bool grow(struct http_request *r, size_t len)
{
    if (len <= r->body_cap) return true;
    size_t cap = r->body_cap == 0 ? BODY_BYTES_FIRST : 2 * r->body_cap;
    if (cap < len) cap = len;
    if (r->has_length && r->unpack == NULL && cap > r->length) cap = r->length;
    if (cap > r->http->limits.body_bytes) cap = r->http->limits.body_bytes;
    assert(cap >= len);
    struct http_load *load = &r->http->load;
    const size_t more = cap - r->body_cap;
    uint8_t *body = NULL;
    if (more <= r->http->limits.bodies_bytes - load->body_bytes) {
        body = realloc(r->body, cap + JSON_PADDING_BYTES);
    }
    if (body == NULL) {
        http_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many requests are held at this moment");
        return false;
    }
    load->body_bytes += more;
    r->body = body;
    r->body_cap = cap;
    return true;
}

static void refuse_size(struct http_request *r)
{
    http_refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %u bytes",
                r->http->limits.body_bytes);
}

static void take_plain(struct http_request *r, slice piece)
{
    if (piece.len > r->http->limits.body_bytes - r->body_len) {
        refuse_size(r);
        return;
    }
    if (!grow(r, r->body_len + piece.len)) return;
    bytes_copy(r->body + r->body_len, r->body_cap - r->body_len, piece);
    r->body_len += piece.len;
}

static void refuse_encoding(struct http_request *r, status s)
{
    if (s.code == E_LIMIT) refuse_size(r);
    if (s.code == E_NOMEM) http_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory");
    if (r->answered) return;
    http_refuse(r, MHD_HTTP_BAD_REQUEST, "the body is not what Content-Encoding says");
}

static void take_packed(struct http_request *r, slice piece)
{
    struct writer out = {};
    do {
        const size_t most = r->http->limits.body_bytes;
        if (r->body_len == r->body_cap && r->body_cap < most && !grow(r, r->body_len + 1)) return;
        uint8_t beyond = 0; /* a full body: one byte more proves that it is too large */
        out = r->body_len == most ? writer_of(&beyond, 1)
                                  : writer_of(r->body + r->body_len, r->body_cap - r->body_len);
        const status s = unpack_step(r->unpack, &piece, &out);
        if (r->body_len != most) r->body_len += out.len;
        if (s.code != E_OK) {
            refuse_encoding(r, s);
            return;
        }
    } while (out.len == out.cap);
}

/* A piece of the body. false: the connection ends here. */
static bool take(struct http_request *r, slice piece)
{
    r->received += piece.len;
    if (!r->answered) {
        if (r->unpack != NULL && r->received > r->http->limits.body_bytes)
            refuse_size(r);
        else if (r->unpack != NULL)
            take_packed(r, piece);
        else
            take_plain(r, piece);
        return true;
    }
    r->dropped += piece.len;
    if (r->dropped <= HTTP_REFUSED_BODY_BYTES_MAX) return true;
    http_cut(r->connection, r->code, r->error);
    return false;
}

/* Whether the client's certificate, if it showed one, is good; looked at once per connection. */
static bool identify(struct http_request *r)
{
    struct http_connection *c = r->connection;
    if (!r->http->is_tls || c->was_identified) return true;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (tls_peer_subject(info->tls_session, c->subject, sizeof c->subject).code != E_OK) {
        r->closes = true;
        http_refuse(r, MHD_HTTP_FORBIDDEN, "the client certificate is not accepted");
        return false;
    }
    c->was_identified = true;
    return true;
}

/* The head is there. false: answer at once, without reading the body. */
static bool begin(struct http_request *r, const char *version)
{
    const bool is_good = identify(r) && http_head_check(r, version);
    if (is_good && r->http->calls.admit != NULL) r->http->calls.admit(r->http->calls.self, r);
    if (!r->answered) {
        http_enter(r->connection, HTTP_BODY);
        return true;
    }
    http_enter(r->connection, HTTP_DROPPING);
    const bool is_long = r->is_chunked || r->length > HTTP_REFUSED_BODY_BYTES_MAX;
    return !r->closes && !r->expects_continue && !is_long;
}

/* The whole request is there. */
static enum MHD_Result finish(struct http_request *r)
{
    if (!r->answered && r->unpack != NULL && r->received != 0) {
        const status s = unpack_end(r->unpack);
        if (s.code != E_OK) refuse_encoding(r, s);
    }
    if (r->answered) return http_queue(r);
    if (r->body != NULL) __builtin_memset(r->body + r->body_len, 0, JSON_PADDING_BYTES);
    unpack_free(r->unpack);
    r->unpack = NULL;
    http_enter(r->connection, HTTP_WAITING);
    r->http->load.waiting++;
    r->http->calls.handle(r->http->calls.self, r);
    if (r->answered) return http_queue(r);
    r->suspended = true;
    MHD_suspend_connection(r->mhd);
    return MHD_YES;
}

enum MHD_Result http_request_part(void *, struct MHD_Connection *, const char *, const char *method,
                                  const char *version, const char *data, size_t *len,
                                  void **request)
{
    struct http_request *r = *request;
    if (r == NULL || r->connection->was_cut) return MHD_NO;
    if (r->connection->phase == HTTP_HEAD) {
        r->method = method;
        return begin(r, version) ? MHD_YES : http_queue(r);
    }
    if (*len != 0) {
        const slice piece = { (const uint8_t *)data, *len };
        *len = 0;
        return take(r, piece) ? MHD_YES : MHD_NO;
    }
    if (r->connection->phase != HTTP_WAITING) return finish(r);
    return r->answered ? http_queue(r) : MHD_NO;
}

slice http_method(const struct http_request *r)
{
    return slice_text(r->method);
}

bool http_is(const struct http_request *r, const char *method)
{
    return slice_is(http_method(r), method);
}

slice http_path(const struct http_request *r)
{
    return r->uri.path;
}

slice http_target(const struct http_request *r)
{
    return (slice){ r->target, r->target_len };
}

bool http_query(const struct http_request *r, const char *name, slice *ret_value)
{
    for (size_t i = 0; i < r->uri.count; i++) {
        if (!slice_is(r->uri.parameters[i].name, name)) continue;
        *ret_value = r->uri.parameters[i].value;
        return true;
    }
    return false;
}

bool http_query_next(const struct http_request *r, size_t *at, slice *ret_name, slice *ret_value)
{
    if (*at >= r->uri.count) return false;
    *ret_name = r->uri.parameters[*at].name;
    *ret_value = r->uri.parameters[*at].value;
    ++*at;
    return true;
}

bool http_header(const struct http_request *r, const char *name, slice *ret_value)
{
    const char *value = MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, name);
    if (value == NULL) return false;
    *ret_value = slice_text(value);
    return true;
}

slice http_body(const struct http_request *r)
{
    return r->body == NULL ? slice_none() : (slice){ r->body, r->body_len };
}

uint64_t http_body_received(const struct http_request *r)
{
    return r->received;
}

const char *http_peer(const struct http_request *r)
{
    return r->connection->peer;
}

bool http_is_loopback(const struct http_request *r)
{
    return r->connection->is_loopback;
}

bool http_is_tls(const struct http_request *r)
{
    return r->http->is_tls;
}

slice http_subject(const struct http_request *r)
{
    return slice_text(r->connection->subject);
}

void http_set_user(struct http_request *r, void *user, void (*drop)(void *user))
{
    r->user = user;
    r->user_drop = drop;
}

void *http_user(const struct http_request *r)
{
    return r->user;
}

status http_on_gone(struct http_request *r, void (*gone)(void *with, struct http_request *r),
                    void *with)
{
    TRY(http_watch_gone(r));
    r->gone = gone;
    r->gone_with = with;
    return OK;
}
