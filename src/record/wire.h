/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/fault.h"
#include "base/writer.h"
#include "record/opening.h"

/*
 * wire: a record as bytes between the processes of a node; never on disk, so it carries no version
 * of its own. The receiver trusts nothing: kind, columns and values are checked again.
 *
 *   kind u8 | schema u16 | time u64 Unix seconds | columns: length u8, bytes
 *   opening: length u32, bytes (record/opening.h, form 0)
 */
struct wire_record {
    struct record record; /* its slices are views into the bytes, its fields into opening */
    struct opening opening;
};

/* Appends the record. E_VALUE for a kind that is public as a whole, E_LIMIT if there is no room:
 * then the writer has not moved. */
status wire_put(const struct record *r, struct writer *w);
/* Reads the next record; ret_record must stay where it is. E_SHORT, E_UNKNOWN (kind, or a schema
 * that is not the current one), E_VALUE, E_LIMIT, E_UTF8; the fault says what is wrong. */
status wire_take(struct cursor *c, struct wire_record *ret_record, struct fault *f);
