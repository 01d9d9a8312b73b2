/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/stream.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "os/clock.h"
#include "os/loop.h"
#include "serve/api.h"
#include "serve/http_stream.h"
#include "serve/query.h"
#include "base/banned.h"

/* A place is free when nobody is connected and no answer is on its way. */
struct stream {
    struct streams *all;
    struct http_stream *http; /* NULL: nobody is connected */
    char who[ACCOUNT_NAME_BYTES_MAX + 1];
    hash token;
    uint64_t from; /* index of what comes next */
    bool asked;    /* an answer is on its way */
    int64_t ask_at_ns;
    int64_t said_at_ns; /* when something was sent last */
    int64_t took_at_ns; /* when the client has taken something last */
    size_t waiting;     /* bytes at the last look */
};

struct streams {
    struct front *front;
    uint64_t timer; /* 0: none */
    struct stream at[STREAMS_MAX];
    struct streams_numbers numbers;
};

static void tick(void *self);

static void arm(struct streams *s)
{
    const int64_t at_ns = loop_now_ns(s->front->loop) + STREAM_TICK_MS * CLOCK_NS_PER_MS;
    if (s->timer != 0) return;
    const status armed = loop_at(s->front->loop, at_ns, tick, s, &s->timer);
    if (armed.code != E_OK) front_fail(s->front, armed);
}

struct streams *streams_new(struct front *front)
{
    struct streams *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->front = front;
    for (size_t i = 0; i < STREAMS_MAX; i++)
        s->at[i].all = s;
    return s;
}

void streams_free(struct streams *s)
{
    free(s);
}

struct streams_numbers streams_numbers(const struct streams *s)
{
    return s->numbers;
}

/* ---- one stream ---- */

static void leave(struct stream *t)
{
    t->http = NULL;
    t->all->numbers.open--;
}

static void on_closed(void *with)
{
    struct stream *t = with;
    if (t->http == NULL) return;
    t->all->numbers.gone++;
    leave(t);
}

static void send(struct stream *t, slice bytes)
{
    t->said_at_ns = loop_now_ns(t->all->front->loop);
    ignore(http_stream_send(t->http, bytes), "it is told by on_closed");
}

static void ask(struct stream *t);

static uint64_t events_in(slice text)
{
    static const char mark[] = "\nevent: ";
    uint64_t count = 0;
    const uint8_t *at = text.at;
    const uint8_t *end = text.at + text.len;
    while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
        count++;
        at += sizeof mark - 1;
    }
    return count;
}

static void on_answer(void *with, const struct query_answer *m)
{
    struct stream *t = with;
    t->asked = false;
    if (t->http == NULL) return;
    if (m->status != 200 || m->body.len < QUERY_STREAM_HEAD_BYTES) {
        t->ask_at_ns = loop_now_ns(t->all->front->loop) + STREAM_RETRY_S * CLOCK_NS_PER_S;
        return;
    }
    const slice text = slice_from(m->body, QUERY_STREAM_HEAD_BYTES);
    t->from = get_u64(m->body.at);
    if (text.len == 0) return;
    t->all->numbers.sent += events_in(text);
    send(t, text);
    ask(t);
}

static void ask(struct stream *t)
{
    struct front *front = t->all->front;
    struct query_ask m = { .question = QUERY_STREAM,
                           .who = slice_text(t->who),
                           .index = t->from,
                           .limit = STREAM_RECORDS,
                           .text = slice_none() };
    const bool is_due = loop_now_ns(front->loop) >= t->ask_at_ns;
    if (t->asked || !is_due || t->from >= front->checkpointed) return;
    if (http_stream_waiting(t->http) >= STREAM_BYTES_LOW) return;
    t->asked = api_ask(front, &m, on_answer, t).code == E_OK;
}

/* Whether the client still takes what it is sent. */
static bool is_alive(struct stream *t, int64_t now_ns)
{
    const size_t waiting = http_stream_waiting(t->http);
    if (waiting == 0 || waiting < t->waiting) t->took_at_ns = now_ns;
    t->waiting = waiting;
    return now_ns - t->took_at_ns < STREAM_STALL_S * CLOCK_NS_PER_S;
}

static void look(struct stream *t, int64_t now_ns)
{
    static const char heartbeat[] = ":\n\n";
    if (!is_alive(t, now_ns)) {
        struct http_stream *http = t->http;
        t->all->numbers.slow++;
        leave(t);
        http_stream_drop(http);
        return;
    }
    ask(t);
    if (now_ns - t->said_at_ns >= STREAM_HEARTBEAT_S * CLOCK_NS_PER_S) {
        send(t, slice_text(heartbeat));
    }
}

static void tick(void *self)
{
    struct streams *s = self;
    const int64_t now_ns = loop_now_ns(s->front->loop);
    s->timer = 0;
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (s->at[i].http != NULL) look(&s->at[i], now_ns);
    }
    if (s->numbers.open > 0) arm(s);
}

/* ---- all of them ---- */

static void end(struct stream *t)
{
    struct http_stream *http = t->http;
    leave(t);
    http_stream_end(http);
}

void streams_end(struct streams *s)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (s->at[i].http != NULL) end(&s->at[i]);
    }
}

void streams_recheck(struct streams *s)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        struct stream *t = &s->at[i];
        if (t->http == NULL) continue;
        const struct account *a =
            accounts_find(&s->front->accounts, ACCOUNT_USER, slice_text(t->who));
        const bool may = a != NULL && !a->is_disabled &&
                         bytes_equal(a->token.bytes, t->token.bytes, sizeof t->token.bytes);
        if (!may) end(t);
    }
}

static struct stream *place(struct streams *s)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        if (s->at[i].http == NULL && !s->at[i].asked) return &s->at[i];
    }
    return NULL;
}

/* Behind Last-Event-ID, or from ?from= on, or what comes from now on. False after an answer. */
static bool begin_of(struct front *front, struct http_request *r, uint64_t *ret_from)
{
    slice text = {};
    uint64_t index = 0;
    *ret_from = front->checkpointed;
    const bool has_last = http_header(r, "Last-Event-ID", &text);
    if (!has_last && !http_query(r, "from", &text)) return true;
    if (num_parse_u64(text, &index).code != E_OK || index >= INT64_MAX) {
        http_error(r, 400, "%s: the index of a record is expected",
                   has_last ? "Last-Event-ID" : "from");
        return false;
    }
    *ret_from = has_last ? index + 1 : index;
    return true;
}

void api_stream(struct front *front, struct http_request *r, const struct account *user)
{
    static const char greeting[] = "retry: 2000\n\n";
    struct stream *t = front->is_stopping ? NULL : place(front->streams);
    uint64_t from = 0;
    if (t == NULL) {
        http_error(r, 503, "%d streams are open, the most there can be", STREAMS_MAX);
        return;
    }
    if (!begin_of(front, r, &from)) return;
    const struct http_stream_calls calls = { on_closed, t };
    struct http_stream *http = http_stream_start(r, "text/event-stream", &calls);
    if (http == NULL) return;
    *t = (struct stream){ .all = front->streams, .http = http, .from = from };
    bytes_copy(t->who, sizeof t->who - 1, slice_text(user->name));
    t->token = user->token;
    t->took_at_ns = loop_now_ns(front->loop);
    front->streams->numbers.open++;
    send(t, slice_text(greeting));
    arm(front->streams);
}
