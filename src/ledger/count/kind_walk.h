/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "record/entry.h"

/*
 * kind_walk: the entries of one kind in the order of the log, followed as the log grows.
 * Cost: the footers of full segments, the entries of those that have some of the kind, and of the
 * last segment what came since the last call.
 */
struct kind_walk {
    uint8_t kind;
    uint64_t walked;  /* entries */
    uint64_t counted; /* of the kind, as the newest footer seen says */
};

/* From the log's beginning. */
static inline struct kind_walk kind_walk_of(uint8_t kind)
{
    return (struct kind_walk){ .kind = kind };
}
/* Calls each with every entry of the kind that the archive has beyond what was walked before. Stops
 * at the first failure of each and returns it. E_CORRUPT and its like. */
status kind_walk_follow(struct kind_walk *w, struct archive *a,
                        status (*each)(void *with, uint64_t index, const struct entry *e,
                                       struct fault *f),
                        void *with, struct fault *f);
