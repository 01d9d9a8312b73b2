/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/schema.h"

/*
 * record: anything that matters, in memory: what entry_encode and opening_encode turn into bytes.
 * Ownership: every slice is borrowed from whoever made the record (a draft, an arena, a decoder).
 */
struct record_field {
    uint8_t type; /* enum value_type; TYPE_ABSENT where there is no value */
    slice value;  /* canonical, see record/value.h */
};

struct record {
    uint8_t kind;
    uint16_t schema; /* the version of the kind's schema */
    uint64_t time_s; /* Unix seconds, exact: entries carry it truncated to the kind's granularity */
    slice columns;   /* exactly the schema's columns_bytes */
    const struct record_field *fields; /* in schema order; fields[i] has the id i + 1 */
    size_t field_count;                /* the schema's field_count; 0 where body is given */
    slice body; /* kinds that are public as a whole: the fields as encoded by body_encode */
};
