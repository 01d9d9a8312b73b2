/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/protocol/protocol.h"
#include "serve/account.h"
#include "serve/judging.h"
#include "serve/link.h"
#include "serve/replay.h"

/*
 * batcher: events become batches for the scribe (serve/link.h), each event with the findings that
 * it led to behind it. Fixes the order of events: an event is judged when it is added, after
 * everything added before it. No socket, no clock: the caller says when an event arrived.
 */
enum {
    BATCHER_BYTES_CLOSE = 1024 * 1024, /* a batch that has this many is closed */
};

/* A closed batch; the bytes are the receiver's to free. */
struct batch_out {
    uint8_t *bytes;
    size_t len;
    uint32_t records;
    uint64_t first_number;
};

struct batcher_calls {
    void (*ready)(void *self, const struct batch_out *batch);
    void *self;
};

/* Where an event comes from. */
struct origin {
    const struct account *account; /* borrowed; its name, class, market, actor, subject */
    uint8_t trust;                 /* choices.def */
    int64_t arrived_ns;
    bool is_numbered;
    uint64_t sequence; /* the sender's number */
};

struct batcher;

/* routes NULL: the built-in ones. market: of the node, for sources that state none; "" or two
 * characters. E_NOMEM. */
status batcher_new(const struct routes *routes, const char *market, uint64_t next_number,
                   struct batcher_calls calls, struct batcher **ret_batcher);
/* What is in the open batch is lost. */
void batcher_free(struct batcher *b);
/* Judges from here on by these rules (NULL: by none); closes the open batch. The old ones are the
 * caller's to free. */
status batcher_judge_by(struct batcher *b, struct judging *j);
/* Adds an event and says its number. With an input status (protocol_refuses) the event is refused
 * and the fault says why; any other is a failure of the batcher. */
status batcher_add(struct batcher *b, const struct origin *from, const struct submission *event,
                   uint64_t *ret_number, struct fault *f);
/* Judges an event of the log again: the judge's state becomes what it was after it. What it leads
 * to is in the log already. E_LIMIT, E_NOMEM. */
status batcher_again(struct batcher *b, const struct recorded *e);
/* Closes the open batch, if anything is in it. E_NOMEM. */
status batcher_flush(struct batcher *b);
/* The number that the next record gets. */
uint64_t batcher_next_number(const struct batcher *b);
/* Findings made since the start. */
uint64_t batcher_findings(const struct batcher *b);
/* Time spent judging since the start. */
uint64_t batcher_judging_ns(const struct batcher *b);
