/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"
#include "serve/finding_record.h"

/*
 * hunt_record: the findings of a hunt over a node's log on their way into that log, as finding
 * records whose evidence are its entries. They are handed over in the order of the input, to the
 * node that runs or under the directory lock.
 */
struct hunt_record;

/* rules: the hash of the pack of rules that hunt, which the records name as their bundle. What
 * opening the directory fails with. */
status hunt_record_new(const char *dir, const char *by, const hash *rules,
                       struct hunt_record **ret_record, struct fault *f);
/* NULL is allowed. */
void hunt_record_free(struct hunt_record *r);
/* Appends a finding whose position and evidence are indices; any thread, each with a room of its
 * own. E_LIMIT. */
status hunt_record_put(const struct hunt_record *r, struct finding_record *room,
                       const struct finding *finding, struct writer *w);
/* Takes what was appended over, in its turn. What the node answers. */
status hunt_record_take(struct hunt_record *r, slice records);
/* The last of them are in the log on return. */
status hunt_record_end(struct hunt_record *r);
/* How many were recorded; why one was not. */
uint64_t hunt_record_count(const struct hunt_record *r);
const struct fault *hunt_record_fault(const struct hunt_record *r);
