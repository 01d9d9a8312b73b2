/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "judge/presence/presence.h"
#include "serve/account.h"
#include "serve/metrics.h"

/*
 * heard: the scribe's eye on its sources (judge/presence/presence.h): what it reports becomes a gap
 * record with a finding, both or neither. The state is a fold of the log; the file "heard" is how
 * it was at a size of the log, so that a start reads on from there. It holds no truth: without it
 * the last HEARD_ENTRIES_MAX entries are read.
 *
 *   candor heard 1 SIZE, then lines (judge/presence/presence_text.c)
 */
#define HEARD_FILE "heard"

enum {
    HEARD_ENTRIES_MAX = 1 << 20,
    HEARD_LOOK_MS = 1000,   /* how often it looks for what is due */
    HEARD_SAVE_S = 10,      /* how old the file may be */
    HEARD_REPORTS_MAX = 64, /* in one look; what is left comes with the next */
};

struct heard {
    struct node *node;         /* borrowed */
    struct presence *presence; /* owned; NULL: the node is read-only */
    struct writer text;        /* owned: the state at size, to be saved once that is durable */
    uint64_t size;
    bool is_changed; /* since it was written down */
    int64_t saved_ns;
    int64_t listening_ns;     /* since when sources can send */
    uint64_t holes, silences; /* reported since the start */
};

/* Makes the state as the log has it. accounts: the table as text. */
status heard_start(struct heard *h, struct node *n, slice accounts, struct fault *f);
/* Another table of accounts. */
status heard_accounts(struct heard *h, slice accounts, struct fault *f);
/* Frees it. Allowed on a zeroed struct. */
void heard_done(struct heard *h);
/* An event that goes into the log next; id: of the source that numbered it, 0: none. E_DENIED if
 * nobody has registered such a source. */
status heard_event(struct heard *h, const struct record *record, uint64_t id, struct fault *f);
/* Records what is due and keeps the file fresh; every HEARD_LOOK_MS. */
status heard_look(struct heard *h, struct fault *f);
/* Writes the file: the log is durable as far as it goes. A full disk is no failure. */
status heard_save(struct heard *h, struct fault *f);
/* Sets the metrics of sources. */
void heard_numbers(const struct heard *h, struct metrics *m);

/* Reads the file for showing: the state as it was when it was saved. A missing file is an empty
 * state. E_NOMEM, E_CORRUPT. */
status heard_load(const struct node *n, const struct accounts *accounts,
                  struct presence **ret_presence, struct fault *f);
