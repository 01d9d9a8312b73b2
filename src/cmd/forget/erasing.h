/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/forget/holds.h"
#include "ledger/erase/erased_set.h"

/*
 * erasing: what a request comes to, record by record: which fields go, what is kept because it says
 * who acted, what a hold keeps, what is gone already; then sets of at most ERASING_BATCH records,
 * each logged by one entry and carried out.
 */
enum { ERASING_BATCH = 10000 };

struct erasing {
    struct node *node; /* borrowed, open for writing */
    struct keys *keys;
    struct holds holds;
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

/* Begins: everything added so far is made durable, and the holds are read. */
status erasing_begin(struct erasing *e, struct node *n, struct fault *f);
/* NULL members are allowed: after a failed begin. */
void erasing_done(struct erasing *e);
/* Plans a record: all that may go of it (fields 0), or these fields with those that contain them.
 * E_REFUSED if a hold covers it, a field is kept, or the kind is public as a whole. */
status erasing_record(struct erasing *e, const struct scanned_record *r, uint64_t fields,
                      struct fault *f);
/* Plans every record that names the data subject. */
status erasing_subject(struct erasing *e, slice subject, struct fault *f);
/* Plans every record whose retention time is over. */
status erasing_expired(struct erasing *e, struct fault *f);
/* Logs what was planned and carries it out. */
status erasing_commit(struct erasing *e, struct fault *f);
