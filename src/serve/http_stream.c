/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_stream.h"

#include <stdlib.h>
#include <sys/socket.h>
#include "base/bytes.h"
#include "serve/http_state.h"
#include "base/banned.h"

/*
 * What waits lies in bytes[from .. to); when the library has taken all of it, both are 0 again. A
 * stream with nothing to send is suspended.
 */
enum { STREAM_BLOCK_BYTES = 16 * 1024 };

struct http_stream {
    struct http_request *request;
    struct http_stream_calls calls;
    size_t from, to, cap;
    bool suspended;
    bool ended;   /* by its owner */
    bool dropped; /* too slow, or gone */
    uint8_t bytes[];
};

static void suspend(struct http_stream *s)
{
    struct http_request *r = s->request;
    s->suspended = r->suspended = true;
    if (http_watch_gone(r).code != E_OK) s->dropped = true; /* it would never be noticed */
    MHD_suspend_connection(r->mhd);
    if (s->dropped) http_stream_lose(s);
}

static void wake(struct http_stream *s)
{
    if (!s->suspended) return;
    http_unwatch_gone(s->request);
    s->suspended = s->request->suspended = false;
    MHD_resume_connection(s->request->mhd);
    http_wake(s->request->http);
}

static ssize_t read_more(void *self, uint64_t, char *to, size_t max)
{
    struct http_stream *s = self;
    const slice waiting = { s->bytes + s->from, s->to - s->from };
    if (s->dropped) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (waiting.len == 0 && s->ended) return MHD_CONTENT_READER_END_OF_STREAM;
    if (waiting.len == 0) {
        suspend(s);
        return 0;
    }
    const size_t len = waiting.len < max ? waiting.len : max;
    bytes_copy(to, max, (slice){ waiting.at, len });
    s->from += len;
    if (s->from == s->to) s->from = s->to = 0;
    return (ssize_t)len;
}

struct http_stream *http_stream_start(struct http_request *r, const char *type,
                                      const struct http_stream_calls *calls)
{
    const size_t cap = r->http->limits.stream_bytes;
    struct http_stream *s = calloc(1, sizeof *s + cap); /* pages not yet used cost nothing */
    struct MHD_Response *response = NULL;
    if (s != NULL) {
        *s = (struct http_stream){ .request = r, .calls = *calls, .cap = cap };
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES,
                                                     read_more, s, NULL);
    }
    const bool is_ready = response != NULL &&
                          MHD_add_response_header(response, "Content-Type", type) == MHD_YES &&
                          MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES;
    if (!is_ready) {
        if (response != NULL) MHD_destroy_response(response);
        free(s);
        http_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory");
        return NULL;
    }
    r->stream = s;
    http_set_response(r, MHD_HTTP_OK, response);
    return s;
}

status http_stream_send(struct http_stream *s, slice bytes)
{
    if (s->dropped) return FAIL(E_CLOSED);
    if (bytes.len > s->cap - (s->to - s->from)) {
        http_stream_lose(s);
        return FAIL(E_FULL);
    }
    if (bytes.len > s->cap - s->to) {
        bytes_move(s->bytes, s->cap, s->bytes + s->from, s->to - s->from);
        s->to -= s->from;
        s->from = 0;
    }
    bytes_copy(s->bytes + s->to, s->cap - s->to, bytes);
    s->to += bytes.len;
    wake(s);
    return OK;
}

size_t http_stream_waiting(const struct http_stream *s)
{
    return s->to - s->from;
}

void http_stream_drop(struct http_stream *s)
{
    if (!s->dropped) http_stream_lose(s);
}

void http_stream_end(struct http_stream *s)
{
    s->ended = true;
    wake(s);
}

void http_stream_lose(struct http_stream *s)
{
    s->dropped = true;
    shutdown(s->request->connection->fd, SHUT_RDWR); /* also one that waits for its reader */
    wake(s);
}

void http_stream_done(struct http_stream *s, bool quiet)
{
    if (s == NULL) return;
    if (!s->ended && !quiet && s->calls.closed != NULL) s->calls.closed(s->calls.with);
    free(s);
}
