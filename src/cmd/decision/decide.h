/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/ingest.h"
#include "intake/decision/decision.h"

/*
 * decide: enforcements, notices, orders, appeals and declared figures into the log
 * (intake/decision/decision.h). What their own rules cannot say is decided here, by the log: an
 * identifier is new for ever, what is referred to exists, and a reversal takes over what is public
 * of the decision that it reverses.
 */
struct deciding {
    struct node *node;   /* borrowed, open for writing */
    const char *dir;     /* borrowed */
    struct known *known; /* NULL until the first decision */
    struct json_parser *parser;
    struct arena arena;
    struct complaints *complaints; /* owned */
    struct decision *decisions;    /* owned; DECISION_BATCH_MAX */
    bool light;                    /* what is taken now has no long texts: a light dump */
};

enum {
    DECIDE_BODY_BYTES_MAX = 1024 * 1024, /* a batch as JSON */
    DECIDE_ANSWER_BYTES_MAX = INGEST_ANSWERS_BYTES_MAX,
};

/* Allocates nothing before the first decision. */
void deciding_init(struct deciding *x, struct node *node, const char *dir);
/* Releases everything. */
void deciding_done(struct deciding *x);
/* As ingest_chunk: each line is a decision of that kind by itself. Its answer is
 * {"index":N,"puid":"…"} (an "id" or "cell" for other kinds), or
 * {"line":L,"error":"…","errors":{"field":["…"]}}. */
status decide_chunk(struct deciding *x, uint8_t kind, slice lines, uint64_t first_line,
                    struct writer *answers, struct ingested *ret_ingested, struct fault *f);
struct control_append;
/* Takes what a command appends, records or decisions, as the message says. */
status decide_append(struct ingest *in, struct deciding *x, const struct control_append *m,
                     struct writer *answers, struct ingested *ret_ingested, struct fault *f);
/* One decision, or a batch of up to DECISION_BATCH_MAX, all of which go in together or none: a line
 * of answer for each as above; or where any is refused one line {"message":"…","errors":{…}}, with
 * "errors" by field, for a batch by "statement_0" and so on, and refused is how many. */
status decide_batch(struct deciding *x, uint8_t kind, slice json, struct writer *answers,
                    struct ingested *ret_ingested, struct fault *f);
