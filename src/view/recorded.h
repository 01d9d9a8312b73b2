/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/protocol/reading.h"
#include "ledger/erase/scan.h"

/*
 * recorded: events of the log as they were received, out of a scan (ledger/erase/scan.h).
 */

/* Whether the entry is an event. */
bool recorded_is_event(slice entry);
/* Whether the entry is an event that the front of a node took: a command states no trust, or that
 * it is local. */
bool recorded_was_judged(slice entry);
/* The event, views into the record; false if it, or its raw, was erased. */
bool recorded_event(const struct scanned_record *r, struct recorded *ret_event);
