/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/incident/incident_show.h"
#include "cmd/reader/reader.h"
#include "cmd/node/view.h"
#include "ledger/count/counter.h"
#include "view/lists.h"
#include "view/withheld.h"

/*
 * reader_state: what the reader is made of; for reader.c and what answers in other files.
 */
struct reader {
    const char *dir;
    struct view view; /* the log as it was at its head */
    bool has_view;
    struct keys *keys;
    struct opener *opener;
    struct view_lists *lists;                 /* NULL until the scribe has made the view */
    struct withheld_reader *withheld;         /* NULL until the scribe has made it */
    struct writer body;                       /* owned */
    uint64_t tag;                             /* of the answer at hand; 0: none */
    uint16_t code;                            /* of HTTP, where it is not the question's own; 0 */
    bool (*is_over)(void *with, uint64_t id); /* nobody waits for that answer; NULL: never */
    void *is_over_with;
    uint64_t id; /* of the question at hand */
    struct opened_record record;
    struct incident_page page;
    struct counter *counter; /* of the published entries, NULL until somebody asks */
};

/* Has the scribe record that somebody looks at these records; durable when it returns. */
status reader_record_look(struct reader *r, const struct query_ask *m, slice indices,
                          struct fault *f);
/* Opens the log anew if its checkpoint has moved. */
status reader_refresh(struct reader *r, struct fault *f);
/* Appends the inclusion proof of an entry (c2sp.org/tlog-proof). */
status reader_prove(struct reader *r, uint64_t index, struct writer *w, struct fault *f);
/* A tile of the log; E_NOT_FOUND for one that is not there or not public yet. */
status reader_ask_tile(struct reader *r, const struct query_ask *m, struct fault *f);
/* Findings and incidents from the question's index on, as indices u64 each; *ret_next is where the
 * next question goes on. No further than the view is. */
status reader_news(struct reader *r, const struct query_ask *m, struct writer *indices,
                   uint64_t *ret_next, struct fault *f);
/* How many entries are public: the first so many. */
status reader_published(struct reader *r, uint64_t *ret_size, struct fault *f);
/* Answers QUERY_FACTS (serve/center/facts.h). */
status reader_ask_facts(struct reader *r, const struct query_ask *m, struct fault *f);
/* Answers QUERY_RECEIPT (serve/center/receipt.h). */
status reader_ask_receipt(struct reader *r, const struct query_ask *m, struct fault *f);
