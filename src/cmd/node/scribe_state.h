/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/change.h"
#include "cmd/node/control.h"
#include "cmd/decision/decide.h"
#include "cmd/node/duty.h"
#include "cmd/node/front_link.h"
#include "cmd/heard/heard.h"
#include "cmd/node/indexing.h"
#include "cmd/node/ingest.h"
#include "cmd/node/numbers.h"
#include "cmd/node/scribe.h"
#include "cmd/node/scribe_confine.h"
#include "ledger/publication.h"
#include "os/frame.h"
#include "os/loop.h"

/*
 * scribe_state: what the scribe is made of; for scribe.c, scribe_duty.c and scribe_look.c alone.
 */

/* A reply that waits for the log to reach its size. */
struct reply {
    struct writer answers; /* owned */
    uint64_t size;
    uint64_t refused;
    bool checkpointed;
    bool is_refusal; /* answers holds a failure, the answer to a duty */
};

/* A connected command. */
struct client {
    struct scribe *scribe;
    int fd; /* -1: the place is free */
    unsigned uid;
    struct frame_input in;
    struct reply replies[CONTROL_IN_FLIGHT_MAX];
    unsigned first; /* the oldest waiting reply */
    unsigned waiting;
    struct looking *looking; /* owned: a duty that needs a look through the log; NULL: none */
};

struct scribe {
    struct node node;
    struct ingest ingest;
    struct deciding deciding;
    struct loop *loop;
    int listener;
    int moved_fd; /* eventfd that the writing thread raises */
    struct client clients[SCRIBE_CLIENTS_MAX];
    struct writer payload;    /* owned */
    struct indexing indexing; /* follows the log when there is nothing else to do */
    struct front_link *front;
    struct client *looker;    /* whose duty is looked into; NULL: nobody's */
    struct reply *activating; /* waits for the front to load rules; NULL: none */
    hash activating_bundle;
    void (*ready)(const struct node *node, slice address);
    const struct client *keys_copier; /* nothing is erased while it copies the keys; NULL: none */
    int64_t keys_copier_since_ns;
    const char *dir;
    struct sandbox_level level; /* of confinement */
    struct heard heard;         /* which sources send */
    uint64_t heard_timer;       /* 0: none */
    struct numbers numbers;
    struct publication known;
    uint64_t known_timer; /* 0: none */
    bool stopping;        /* a signal asked for the end */
    bool front_idle;      /* and the front has answered everything */
    status failed;        /* what ended the log; OK while it runs */
    struct fault *fault;
};

/* Sends the client away: its socket is closed, its records stay. */
void scribe_drop(struct client *c);
/* Ends the scribe: the log has failed, and nothing more can be promised to anybody. */
void scribe_fail(struct scribe *s, status why);
/* The place of the client's next reply, emptied. */
struct reply *scribe_reply(struct client *c);
/* Sends every reply of the client that the log has reached. */
void scribe_answer(struct client *c, uint64_t sequenced, uint64_t checkpointed);
/* As scribe_answer, as far as the log is now: a refusal waits for nothing but those before it. */
void scribe_answer_now(struct client *c);

/* ---- scribe_duty.c ---- */
/* Makes the reply a no, for that reason. */
void scribe_refuse(struct reply *r, status why, const struct fault *reason);
/* Carries a duty out, or refuses it; what it fails with is a failure of the log. */
status scribe_take_duty(struct client *c, const struct duty *d);
/* Carries out a duty whose look through the log was begun, or that needs none (NULL). */
status scribe_do_duty(struct client *c, const struct duty *d, struct erasing *begun,
                      struct reply *r, struct fault *f);

/* ---- scribe_look.c ---- */
/* Puts a duty that needs a look through the log in line. E_NOMEM. */
status scribe_look_take(struct client *c, const struct duty *d);
/* Looks at a piece; whether there is more to do at once. */
bool scribe_look_step(struct scribe *s);
/* Gives the client's duty up: nothing of it was logged. */
void scribe_look_drop(struct client *c);
