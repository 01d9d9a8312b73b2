/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/presence/presence.h"
#include "record/draft.h"
#include "record/entry.h"

/*
 * heard_record: between the reports of a presence and records: a gap and the finding that names it,
 * and back.
 */

/* What the values of a record live in until it has been added. */
struct heard_record {
    struct draft draft;
    slice market; /* borrowed */
    int64_t now_ns;
    hash judge;
    uint8_t evidence[10];
    char detail[256];
};

/* The gap record of a report, made in room. What draft_end fails with. */
status heard_gap_make(struct heard_record *room, const struct presence_report *r, slice market,
                      int64_t now_ns, struct record *ret_record, struct fault *f);
/* The finding about the gap at that index; room is as heard_gap_make left it. */
status heard_finding_make(struct heard_record *room, const struct presence_report *r,
                          uint64_t gap_index, struct record *ret_record, struct fault *f);

/* Whether the entry may be a report: a gap in numbers, or a silence. */
bool heard_is_report(slice entry);
/* The event with these fields goes into the state, with its number or without; false if it lacks
 * what it needs. */
bool heard_fold_event(struct presence *p, const struct record_field *fields, bool with_number);
/* The report goes into the state, unless it lacks what it needs. */
void heard_fold_report(struct presence *p, const struct entry *entry,
                       const struct record_field *fields);
