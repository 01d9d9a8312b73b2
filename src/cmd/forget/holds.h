/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "cmd/node/node.h"
#include "ledger/erase/scan.h"

/*
 * holds: the legal holds in force, folded from the log's hold records in order. A hold covers runs
 * of records, a data subject, or, if it names neither, everything.
 */
#define WHERE_SUBJECT "subject=" /* how a request names a data subject */

enum { HOLDS_MAX = 4096, HOLDS_BYTES_MAX = 16 * 1024 * 1024 };

struct hold {
    uint64_t index; /* of the record that placed it */
    slice id;
    slice records; /* first and last index, u64 each, repeated */
    slice subject;
    slice basis;
};

struct holds {
    struct arena arena;
    struct hold *at; /* in the arena */
    uint32_t count;
};

/* No holds yet. E_NOMEM. */
status holds_init(struct holds *h, struct fault *f);
/* Takes the next hold record of the log, in its order. E_LIMIT above HOLDS_MAX, E_NOMEM. */
status holds_take(struct holds *h, const struct scanned_record *r, struct fault *f);
/* Reads the holds in force from the whole log. E_LIMIT above HOLDS_MAX, and as scan_records. */
status holds_load(struct archive *a, struct keys *keys, struct holds *ret_holds, struct fault *f);
void holds_done(struct holds *h);
/* The hold of that identifier, or NULL. */
const struct hold *holds_find(const struct holds *h, slice id);
/* The first hold that covers the record, or NULL. The opening may be NULL: then it has no subject.
 */
const struct hold *holds_of(const struct holds *h, const struct scanned_record *r);
/* Whether a field that names data subjects has this one; fields is where to note which. */
bool record_has_subject(const struct scanned_record *r, slice subject, uint64_t *ret_fields);
