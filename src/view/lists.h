/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * lists: which records of a kind there are, asked of the view (view/view.h) by a process that does
 * not write it.
 */
struct view_lists;

/* Opens DIR/view/records.db for reading. E_NOT_FOUND if the view was not made yet, E_CORRUPT. */
status view_lists_open(const char *dir, struct view_lists **ret_lists, struct fault *f);
/* NULL is allowed. */
void view_lists_close(struct view_lists *l);
/* Appends the indices of the records of that kind below an index, u64 each, the newest first, at
 * most limit. Kinds that are too many to be listed (event, access, decision) have none here. */
status view_lists_newest(struct view_lists *l, uint8_t kind, uint64_t below, uint32_t limit,
                         struct writer *indices, struct fault *f);
/* Appends the indices of the records of that kind in [from, to), u64 each, the oldest first, at
 * most limit. */
status view_lists_of_kind(struct view_lists *l, uint8_t kind, uint64_t from, uint64_t to,
                          uint32_t limit, struct writer *indices, struct fault *f);
/* Appends the indices of findings and incidents in [from, to), u64 each, the oldest first, at most
 * limit. */
status view_lists_news(struct view_lists *l, uint64_t from, uint64_t to, uint32_t limit,
                       struct writer *indices, struct fault *f);
/* Entries that the view has come to; what a later call sees is at least that. */
status view_lists_applied(struct view_lists *l, uint64_t *ret_applied, struct fault *f);

/* One incident as the view knows it: states and positions, no value. */
struct view_incident {
    uint16_t number;
    uint8_t state; /* enum incident_state */
    uint64_t first;
    uint64_t last;
    uint64_t changes; /* transitions, the first included */
};

enum { VIEW_INCIDENTS_MAX = 500 /* in one answer */ };

/* The incidents below a number, the newest first, at most limit; state 0: in any. ret_incidents has
 * VIEW_INCIDENTS_MAX places. */
status view_lists_incidents(struct view_lists *l, uint8_t state, uint32_t below, uint32_t limit,
                            struct view_incident *ret_incidents, size_t *ret_count,
                            struct fault *f);
/* Appends the indices of an incident's transitions, u64 each, in order. */
status view_lists_changes(struct view_lists *l, uint16_t number, struct writer *indices,
                          struct fault *f);
