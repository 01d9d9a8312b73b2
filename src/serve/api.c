/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/api.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "os/frame.h"
#include "os/loop.h"
#include "record/incident.h"
#include "record/schema.h"
#include "serve/query.h"
#include "view/terms.h"
#include "base/banned.h"

/* Somebody who waits for the reader. */
struct waiting {
    void (*answered)(void *with, const struct query_answer *m); /* NULL: the place is free */
    void *with;
    uint64_t id;
};

struct api {
    struct front *front;
    int fd;
    struct frame_input in;
    uint64_t next_id;
    struct waiting waiting[API_WAITING_MAX];
    unsigned waiting_count;
};

static const char *const types[] = { "application/json", "text/plain; charset=utf-8",
                                     "application/octet-stream" };

/* Answers a request with what the reader says; cache: Cache-Control, "" for what is private. */
static void answer_with(struct http_request *r, const struct query_answer *m, const char *cache)
{
    char tag[32] = "";
    const struct http_header headers[] = { { "ETag", tag },
                                           { "Cache-Control", cache },
                                           { "Access-Control-Allow-Origin",
                                             cache[0] == '\0' ? "" : "*" } };
    const struct http_answer out = { .code = m->status,
                                     .type = types[m->type],
                                     .body = m->body,
                                     .headers = headers,
                                     .header_count = COUNT_OF(headers) };
    if (m->tag != 0) snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)m->tag);
    http_answer(r, &out);
}

static void answer_request(void *with, const struct query_answer *m)
{
    answer_with(with, m, "");
}

/* A tile never changes; one that is not there yet may be there in a moment. */
static void answer_tile(void *with, const struct query_answer *m)
{
    answer_with(with, m, m->status == 200 ? "public, max-age=31536000, immutable" : "no-store");
}

static void answer_checkpoint(void *with, const struct query_answer *m)
{
    answer_with(with, m, m->status == 200 ? "no-cache" : "no-store");
}

static void take_answer(struct api *a, const struct query_answer *m)
{
    for (size_t i = 0; i < API_WAITING_MAX; i++) {
        struct waiting *w = &a->waiting[i];
        if (w->answered == NULL || w->id != m->id) continue;
        const struct waiting found = *w;
        *w = (struct waiting){};
        a->waiting_count--;
        found.answered(found.with, m);
        return;
    }
}

static status take_frame(void *with, const struct frame *frame)
{
    struct query_answer m = {};
    if (frame->type != QUERY_ANSWER) return FAIL(E_UNKNOWN);
    TRY(query_answer_parse(frame->payload, &m));
    take_answer(with, &m);
    return OK;
}

static void reader_ready(void *with, unsigned events)
{
    struct api *a = with;
    (void)events;
    const status s = frame_take(&a->in, a->fd, take_frame, a, a->front->fault);
    if (s.code == E_OK) return;
    front_fail(a->front, fault_set(a->front->fault, s, "the reader is gone"));
}

status api_new(struct front *front, int fd, struct api **ret_api, struct fault *f)
{
    struct api *a = calloc(1, sizeof *a);
    if (a == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    a->front = front;
    a->fd = fd;
    status s = frame_input_init(&a->in, QUERY_ANSWER_BYTES_MAX);
    if (s.code == E_OK) s = loop_watch(front->loop, fd, LOOP_READ, reader_ready, a, f);
    if (s.code != E_OK) {
        api_free(a);
        return s;
    }
    *ret_api = a;
    return OK;
}

void api_free(struct api *a)
{
    if (a == NULL) return;
    frame_input_done(&a->in);
    free(a);
}

bool api_is_idle(const struct api *a)
{
    return a->waiting_count == 0;
}

static struct waiting *place(struct api *a)
{
    for (size_t i = 0; i < API_WAITING_MAX; i++) {
        if (a->waiting[i].answered == NULL) return &a->waiting[i];
    }
    return NULL;
}

status api_ask(struct front *front, struct query_ask *m,
               void (*answered)(void *with, const struct query_answer *m), void *with)
{
    struct api *a = front->api;
    struct waiting *waiting = a == NULL ? NULL : place(a);
    if (waiting == NULL || front->is_stopping) return FAIL(E_BUSY);
    if (m->text.len > QUERY_DECISIONS_BYTES_MAX) return FAIL(E_LIMIT);
    const size_t cap = QUERY_ASK_HEAD_BYTES_MAX + m->text.len;
    struct writer w = writer_of(malloc(cap), cap);
    if (w.at == NULL) return FAIL(E_BUSY);
    m->id = a->next_id++;
    query_ask_write(m, &w);
    status s = writer_end(&w);
    if (s.code != E_OK) {
        free(w.at);
        return s;
    }
    *waiting = (struct waiting){ answered, with, m->id };
    a->waiting_count++;
    s = frame_send(a->fd, (struct frame){ QUERY_ASK, writer_slice(&w) }, front->fault);
    free(w.at);
    if (s.code != E_OK) front_fail(front, s);
    return OK;
}

/* False after a refusal. */
static bool ask_as(struct front *front, struct http_request *r, struct query_ask *m,
                   void (*answered)(void *with, const struct query_answer *m))
{
    const status s = api_ask(front, m, answered, r);
    if (s.code == E_BUSY)
        http_error(r, 503, "the node is busy: come again in a moment");
    else if (s.code != E_OK)
        http_error(r, 414, "the question is too long");
    return s.code == E_OK;
}

static bool ask(struct front *front, struct http_request *r, struct query_ask *m)
{
    return ask_as(front, r, m, answer_request);
}

/* A number in the query string; false after an answer. */
static bool number_of(struct http_request *r, const char *name, uint64_t most, uint64_t *ret_number)
{
    slice text = {};
    if (!http_query(r, name, &text)) return true;
    if (num_parse_u64(text, ret_number).code == E_OK && *ret_number <= most) return true;
    http_error(r, 400, "%s: a number up to %llu is expected", name, (unsigned long long)most);
    return false;
}

/* How many items are asked for; false after an answer. */
static bool limit_of(struct http_request *r, uint64_t most, uint64_t *ret_limit)
{
    if (!number_of(r, "limit", most, ret_limit)) return false;
    if (*ret_limit > 0) return true;
    http_error(r, 400, "limit: a number from 1 to %llu is expected", (unsigned long long)most);
    return false;
}

static void list(struct front *front, struct http_request *r, const struct account *user,
                 uint8_t kind)
{
    uint64_t limit = API_LIMIT_DEFAULT;
    uint64_t before = INT64_MAX;
    slice level = slice_none();
    if (!limit_of(r, QUERY_LIMIT_MAX, &limit)) return;
    if (!number_of(r, "before", INT64_MAX, &before)) return;
    (void)http_query(r, "level", &level);
    struct query_ask m = { .question = QUERY_LIST,
                           .who = slice_text(user->name),
                           .index = before,
                           .kind = kind,
                           .limit = (uint16_t)limit,
                           .text = level };
    ask(front, r, &m);
}

void api_findings(struct front *front, struct http_request *r, const struct account *user)
{
    list(front, r, user, KIND_finding);
}

/* The client went away. It may still read, so it gets what was found until then. */
static void on_gone(void *with, struct http_request *r)
{
    struct front *front = with;
    struct api *a = front->api;
    uint8_t id[8];
    for (size_t i = 0; i < API_WAITING_MAX; i++) {
        if (a->waiting[i].answered == NULL || a->waiting[i].with != r) continue;
        put_u64(id, a->waiting[i].id);
        const struct frame cancel = { QUERY_CANCEL, { id, sizeof id } };
        const status s = frame_send(a->fd, cancel, front->fault);
        if (s.code != E_OK) front_fail(front, s);
    }
}

/* Recorded events that have all terms. */
static void search(struct front *front, struct http_request *r, const struct account *user,
                   slice terms)
{
    struct question question = {};
    struct fault why = {};
    uint64_t limit = API_LIMIT_DEFAULT;
    uint64_t before = INT64_MAX;
    if (!limit_of(r, QUERY_LIMIT_MAX, &limit)) return;
    if (!number_of(r, "before", INT64_MAX, &before)) return;
    if (question_parse(terms, &question, &why).code != E_OK) {
        http_error(r, 400, "q: %s", why.text);
        return;
    }
    struct query_ask m = { .question = QUERY_SEARCH,
                           .who = slice_text(user->name),
                           .index = before,
                           .kind = KIND_event,
                           .limit = (uint16_t)limit,
                           .text = terms };
    if (!ask(front, r, &m)) return;
    ignore(http_on_gone(r, on_gone, front), "then the search goes on to its end");
}

/* A list of records of the kind that the query names; events are found by what they have. */
void api_records(struct front *front, struct http_request *r, const struct account *user)
{
    slice kind = {};
    const struct schema *s = http_query(r, "kind", &kind) ? schema_named(kind) : NULL;
    if (s == NULL) {
        http_error(r, 400, "kind: a kind of record is expected, such as finding");
        return;
    }
    slice terms = {};
    if (s->kind == KIND_event && http_query(r, "q", &terms)) {
        search(front, r, user, terms);
        return;
    }
    list(front, r, user, s->kind);
}

/* The number in the path behind a head and before an optional tail; false after an answer. */
static bool number_in_path(struct http_request *r, const char *head, const char *tail,
                           uint64_t most, uint64_t *ret_number)
{
    slice rest = slice_from(http_path(r), strlen(head));
    rest.len -= strlen(tail);
    if (num_parse_u64(rest, ret_number).code == E_OK && *ret_number <= most) return true;
    http_error(r, 404, "%s is followed by a number", head);
    return false;
}

static void ask_index(struct front *front, struct http_request *r, const struct account *user,
                      uint8_t question, const char *tail)
{
    struct query_ask m = { .question = question,
                           .who = slice_text(user->name),
                           .text = slice_none() };
    if (number_in_path(r, "/v1/records/", tail, INT64_MAX, &m.index)) ask(front, r, &m);
}

void api_record(struct front *front, struct http_request *r, const struct account *user)
{
    ask_index(front, r, user, QUERY_RECORD, "");
}

void api_proof(struct front *front, struct http_request *r, const struct account *user)
{
    ask_index(front, r, user, QUERY_PROOF, "/proof");
}

void api_sources(struct front *front, struct http_request *r, const struct account *user)
{
    struct query_ask m = { .question = QUERY_SOURCES,
                           .who = slice_text(user->name),
                           .text = slice_none() };
    ask(front, r, &m);
}

/* ---- incidents ---- */

void api_incidents(struct front *front, struct http_request *r, const struct account *user)
{
    uint64_t limit = API_LIMIT_DEFAULT;
    uint64_t before = INCIDENT_NUMBER_MAX + 1;
    slice state = slice_none();
    if (!limit_of(r, API_INCIDENTS_MAX, &limit)) return;
    if (!number_of(r, "before", INCIDENT_NUMBER_MAX + 1, &before)) return;
    const uint8_t wanted = http_query(r, "state", &state) ? incident_state_named(state) : 0;
    if (state.len > 0 && wanted == 0) {
        http_error(r, 400, "state: new, investigating, contained, eradicated, recovered or closed");
        return;
    }
    struct query_ask m = { .question = QUERY_INCIDENTS,
                           .who = slice_text(user->name),
                           .index = before,
                           .kind = wanted,
                           .limit = (uint16_t)limit,
                           .text = slice_none() };
    ask(front, r, &m);
}

void api_incident(struct front *front, struct http_request *r, const struct account *user)
{
    struct query_ask m = { .question = QUERY_INCIDENT,
                           .who = slice_text(user->name),
                           .text = slice_none() };
    if (number_in_path(r, "/v1/incidents/", "", INCIDENT_NUMBER_MAX, &m.index)) ask(front, r, &m);
}

/* If-Match: "INDEX", as ETag said it; false after an answer. */
static bool expected(struct http_request *r, uint64_t *ret_index)
{
    slice tag = {};
    *ret_index = QUERY_EXPECT_ANY;
    if (!http_header(r, "If-Match", &tag) || slice_is(tag, "*")) return true;
    const bool is_quoted = tag.len > 2 && tag.at[0] == '"' && tag.at[tag.len - 1] == '"';
    const slice digits = { tag.at + 1, tag.len - 2 };
    if (is_quoted && num_parse_u64(digits, ret_index).code == E_OK) return true;
    http_error(r, 400, "If-Match: the ETag of the incident is expected");
    return false;
}

static void ask_change(struct front *front, struct http_request *r, struct query_ask *m)
{
    m->text = http_body(r);
    if (m->text.len > QUERY_TEXT_BYTES_MAX) {
        http_error(r, 413, "a change of an incident has at most %d bytes", QUERY_TEXT_BYTES_MAX);
        return;
    }
    ask(front, r, m);
}

void api_incident_open(struct front *front, struct http_request *r, const struct account *user)
{
    struct query_ask m = { .question = QUERY_OPEN, .who = slice_text(user->name) };
    ask_change(front, r, &m);
}

void api_incident_change(struct front *front, struct http_request *r, const struct account *user)
{
    struct query_ask m = { .question = QUERY_CHANGE, .who = slice_text(user->name) };
    if (!number_in_path(r, "/v1/incidents/", "", INCIDENT_NUMBER_MAX, &m.index)) return;
    if (expected(r, &m.expect)) ask_change(front, r, &m);
}

/* ---- decisions ---- */

static void ask_decide(struct front *front, struct http_request *r, const struct account *user,
                       uint8_t kind)
{
    struct query_ask m = {
        .question = QUERY_DECIDE, .who = slice_text(user->name), .kind = kind, .text = http_body(r)
    };
    if (m.text.len > QUERY_DECISIONS_BYTES_MAX) {
        http_error(r, 413, "decisions of one request have at most %d bytes",
                   QUERY_DECISIONS_BYTES_MAX);
        return;
    }
    ask(front, r, &m);
}

void api_enforcements(struct front *front, struct http_request *r, const struct account *user)
{
    ask_decide(front, r, user, KIND_enforcement);
}

void api_notices(struct front *front, struct http_request *r, const struct account *user)
{
    ask_decide(front, r, user, KIND_notice);
}

void api_orders(struct front *front, struct http_request *r, const struct account *user)
{
    ask_decide(front, r, user, KIND_order);
}

void api_appeals(struct front *front, struct http_request *r, const struct account *user)
{
    ask_decide(front, r, user, KIND_appeal);
}

void api_declared(struct front *front, struct http_request *r, const struct account *user)
{
    ask_decide(front, r, user, KIND_declared);
}

/* ---- what is public ---- */

void api_checkpoint(struct front *front, struct http_request *r, const struct account *user)
{
    (void)user;
    struct query_ask m = { .question = QUERY_HEAD, .who = slice_none(), .text = slice_none() };
    ask_as(front, r, &m, answer_checkpoint);
}

void api_checkpoint_newest(struct front *front, struct http_request *r, const struct account *user)
{
    (void)user;
    struct query_ask m = { .question = QUERY_NEWEST, .who = slice_none(), .text = slice_none() };
    ask_as(front, r, &m, answer_checkpoint);
}

void api_tile(struct front *front, struct http_request *r, const struct account *user)
{
    (void)user;
    struct query_ask m = { .question = QUERY_TILE,
                           .who = slice_none(),
                           .text = slice_from(http_path(r), 1) };
    if (m.text.len > QUERY_TEXT_BYTES_MAX) {
        http_error(r, 404, "no such tile");
        return;
    }
    ask_as(front, r, &m, answer_tile);
}
