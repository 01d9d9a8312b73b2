/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/forget/holds.h"
#include "ledger/erase/erased_set.h"

/*
 * erasing: what a request comes to, record by record: which fields go, what is kept because it says
 * who acted, what a hold keeps, what is gone already; then sets of at most ERASING_BATCH records,
 * each logged by one entry and carried out.
 */
enum {
    ERASING_BATCH = 10000,
    ERASING_PIECE = 8192, /* entries that one step looks at: about 10 ms where each is opened */
};

/* Which records are planned by looking through the log. */
enum erasing_scope {
    ERASING_GIVEN,   /* none: the caller names them */
    ERASING_SUBJECT, /* those that name a data subject */
    ERASING_EXPIRED, /* those whose retention time is over */
};

struct erasing_past; /* whole records of every erasure so far */

struct erasing {
    struct node *node; /* borrowed, open for writing */
    struct keys *keys;
    struct holds holds;
    enum erasing_scope scope;
    uint8_t *subject; /* owned */
    size_t subject_len;
    struct erasing_past *past; /* owned; only where the scope needs it */
    uint64_t holds_to;         /* entries that were looked at for holds */
    uint64_t planned_to;       /* and for records of the scope */
    uint64_t holds_seen;
    uint64_t now_s;
    uint8_t basis;             /* of the list erasure_basis */
    bool by_rule;              /* retention: what a hold covers is left out, not refused */
    struct erased_item *items; /* owned: in the order of indices */
    uint32_t count;
    uint32_t cap;
    uint64_t already; /* records that had nothing left of what was to go */
    uint64_t held;    /* left out because of a hold */
    uint64_t erased;
    uint64_t entries; /* erasure entries written */
};

/* Waits until everything that was added is durable: the archive is read, and keys turn. */
status erasing_settle(struct node *n, struct fault *f);
/* Begins; nothing is looked at yet. E_NOMEM; as keys_open. */
status erasing_begin(struct erasing *e, struct node *n, struct fault *f);
/* Sets what is to be planned; subject is copied. E_NOMEM. */
status erasing_scope(struct erasing *e, enum erasing_scope scope, slice subject, struct fault *f);
/* Looks at some more of the first size entries, which are durable: at the holds among them, then at
 * records of the scope. *ret_done once there is nothing left. A hold that was placed meanwhile
 * makes it plan anew. E_REFUSED as erasing_record. */
status erasing_step(struct erasing *e, uint64_t size, bool *ret_done, struct fault *f);
/* Makes everything added so far durable and looks at all that is left of it: from then on the plan
 * holds until something is added. */
status erasing_finish(struct erasing *e, struct fault *f);
/* NULL members are allowed: after a failed begin. */
void erasing_done(struct erasing *e);
/* Plans a record: all that may go of it (fields 0), or these fields with those that contain them.
 * E_REFUSED if a hold covers it, a field is kept, or the kind is public as a whole. */
status erasing_record(struct erasing *e, const struct scanned_record *r, uint64_t fields,
                      struct fault *f);
/* Logs what was planned and carries it out. */
status erasing_commit(struct erasing *e, struct fault *f);
