/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/frame.h"
#include "os/loop.h"
#include "serve/front.h"
#include "serve/http.h"
#include "serve/metrics.h"
#include "serve/outbox.h"
#include "serve/snapshot.h"
#include "serve/syslog.h"
#include "serve/windows.h"
#include "intake/protocol/scratch.h"

/*
 * front_state: what the files of the front share. front.c owns it; routes.c finds the handler of a
 * request, input/ takes events.
 */
enum { SCRAPES_MAX = 16 };

struct api;
struct streams;
struct hook_relay;
struct gather_relay;
struct center;

struct front {
    const struct front_options *options;
    struct loop *loop;
    struct http *http;                     /* NULL: not listening */
    struct syslog *syslog[SYSLOG_TLS + 1]; /* by enum syslog_kind; NULL: not listening */
    bool is_syslog_paused;
    struct api *api; /* questions to the reader */
    struct streams *streams;
    struct hook_relay *hooks; /* NULL: no webhooks */
    uint64_t hook_at[HOOKS_MAX];
    struct gather_relay *gather;          /* NULL: no witnesses */
    struct center *center;                /* NULL: not listening */
    char log_key[LINK_KEY_BYTES_MAX + 1]; /* of the log, for the public; "": not known */
    struct metrics metrics;
    struct http_request *scrapes[SCRAPES_MAX]; /* wait for the scribe's numbers */
    size_t scrape_count;
    uint64_t checkpointed; /* entries under the newest signed checkpoint */
    struct frame_input in;
    struct accounts accounts;
    struct accounts retired; /* replaced while requests may still point into it */
    struct batcher *batcher;
    struct outbox *outbox;
    struct windows *windows;          /* what numbered sources have sent */
    struct judging *judging;          /* NULL: no rules are active */
    struct activation *activation;    /* rules that are being compiled; NULL: none */
    struct protocol_scratch *scratch; /* owned; of one request at a time */
    uint64_t first_ack, next_ack;     /* ids given to senders that ask for them later */
    struct front_snapshot snapshot;
    struct siphash_key key;
    uint64_t next_number;
    hash bundle;
    bool has_hello, has_accounts;
    bool is_stopping;
    bool is_read_only; /* senders are refused, readers are answered */
    bool is_replaying; /* the judge's state is on its way; nothing new is judged before */
    status failed;     /* what ended it; OK while it runs */
    struct fault *fault;
};

/* Ends the front with that status, unless it has ended already. */
void front_fail(struct front *front, status why);
/* Whether it was told to stop, and everything is answered. */
bool front_is_drained(const struct front *front);

/* ---- activation.c ---- */
struct activation;
/* Compiles the pack of that hash. As judging_new, and E_CORRUPT. */
status activation_load(const struct front *front, const hash *bundle, struct judging **ret_judging,
                       struct fault *f);
/* LINK_ACTIVATE. E_BUSY while rules are being compiled. */
status activation_take(struct front *front, slice payload);
/* Waits for its thread. NULL is allowed. */
void activation_free(struct activation *a);

/* ---- recall.c ---- */
/* Asks for the events that the active rules can still see, and judges them again, before anything
 * new is taken. take_frame takes the scribe's messages. */
status recall_state(struct front *front,
                    status (*take_frame)(void *front, const struct frame *frame));
/* LINK_REPLAY, LINK_REPLAYED, LINK_FORGET. */
status recall_take(struct front *front, slice payload);
status recall_take_end(struct front *front, slice payload);
status recall_take_forget(struct front *front, slice payload);

/* ---- listeners.c ---- */
/* Opens what the configuration asks for. */
status listeners_open(struct front *front);
/* "http://127.0.0.1:8420, syslog udp 127.0.0.1:514": what is listened on. */
void listeners_tell(const struct front *front, struct writer *w);
/* Reads from syslog senders again, if they were held back and there is room now. */
void listeners_resume(struct front *front);
/* No new connections and messages. */
void listeners_stop(struct front *front);
void listeners_close(struct front *front);

/* ---- scrape.c ---- */
/* The handler of GET /metrics. */
void api_metrics(struct front *front, struct http_request *r, const struct account *user);
/* The scribe's numbers are here: answers those who wait for them. E_SHORT and its like. */
status scrape_answer(struct front *front, slice payload);

/* ---- routes.c ---- */
extern const struct http_calls front_http_calls; /* self is the front */

/* The account whose token the request carries (Bearer, Splunk, ApiKey, Basic), or NULL. */
const struct account *front_account(const struct front *front, const struct http_request *r);

/* ---- input/ ---- */
/* Each answers a request of that source, now or later. */
void input_events(struct front *front, struct http_request *r, const struct account *source);
void input_hec_event(struct front *front, struct http_request *r, const struct account *source);
void input_hec_raw(struct front *front, struct http_request *r, const struct account *source);
void input_hec_ack(struct front *front, struct http_request *r, const struct account *source);
void input_hec_health(struct front *front, struct http_request *r, const struct account *source);
void input_otlp(struct front *front, struct http_request *r, const struct account *source);
void input_bulk(struct front *front, struct http_request *r, const struct account *source);
/* Answers what a client of Elasticsearch asks before it sends; false: it is no such question. */
bool input_elastic_probe(struct http_request *r);
/* What takes syslog messages; self is the front. */
bool input_syslog(void *self, const struct syslog_message *m, const struct syslog_peer *peer);
