/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/sha256.h"
#include "record/record.h"

/*
 * draft: a record under construction, made field by field, checked once at the end.
 * Ownership: texts and bytes are borrowed until the record has been encoded; numbers and columns
 * live in the draft, so it must stay where it is. Wrong kinds, fields or types are misuse
 * (assertions); wrong values are input (draft_end). One draft may be started again and again.
 */
struct draft {
    const struct schema *schema; /* static */
    uint64_t time_s;
    uint8_t columns[COLUMNS_BYTES_MAX];
    struct record_field fields[FIELDS_MAX];
    uint8_t numbers[FIELDS_MAX][8];
};

/* Begins a record of the kind (enum kind) at that time, everything absent, every column 0. */
void draft_start(struct draft *d, uint8_t kind, uint64_t time_s);
/* Sets a public column: COLUMN_event_trust, VALUE_trust_token. A value too large for the column's
 * width is misuse. */
void draft_column(struct draft *d, int column, uint16_t value);
/* Sets a column of type market from two characters; anything else is refused by draft_end. */
void draft_market(struct draft *d, int column, slice code);
/* Set a committed field: FIELD_event_source. The type must be the schema's. */
void draft_text(struct draft *d, int field, slice text);
void draft_bytes(struct draft *d, int field, slice bytes);
void draft_raw(struct draft *d, int field, slice bytes);
void draft_hash(struct draft *d, int field, const hash *h); /* borrowed */
void draft_u64(struct draft *d, int field, uint64_t number);
void draft_i64(struct draft *d, int field, int64_t number);
void draft_time(struct draft *d, int field, int64_t time_ns);
void draft_bool(struct draft *d, int field, bool yes);
/* texts as made by value_texts_add; an empty list leaves the field absent. */
void draft_texts(struct draft *d, int field, slice texts);
/* Checks columns, values and required fields, and gives the record, a view into the draft. body is
 * where a kind that is public as a whole is encoded, NULL for others. As schema_check_columns and
 * fields_check; the fault names column or field. */
status draft_end(struct draft *d, struct writer *body, struct record *ret_record,
                 struct fault *fault);
