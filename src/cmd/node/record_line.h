/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/opener.h"

/*
 * record_line: a record as people and programs see it: one line of JSON with index, kind, public
 * time and columns, and the fields that were opened (record/print.h).
 */
enum { RECORD_LINE_BYTES_MAX = 8 * 1024 * 1024 };

/* Appends the line without its newline. A record with an opening of no field is shown with what is
 * public of it. E_LIMIT if there is no room, E_CORRUPT and its like from a body. */
status record_write(const struct opened_record *r, uint64_t index, struct writer *w);
/* As record_write, with the newline. */
status record_write_line(const struct opened_record *r, uint64_t index, struct writer *w);
