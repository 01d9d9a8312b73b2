/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * event: one thing that a source reported, in the form that judges read. Made by src/intake.
 *
 * An event is a flat list of fields. A nested value appears under its dotted path (a.b.c) with
 * array positions left out, so that "any member of the array, any element's field" is simply "any
 * field of that name"; containers appear too (EVENT_OBJECT, EVENT_ARRAY, without text), so that
 * existence of a name can be asked. Numbers and booleans carry the canonical text by which rules
 * compare them. Ownership: all slices are views into the arena or buffer of the batch that the
 * event belongs to.
 */
enum { EVENT_FIELDS_MAX = 1024, EVENT_BYTES_MAX = 1024 * 1024, LOGSOURCE_CATEGORIES_MAX = 4 };

enum event_type {
    EVENT_NULL,
    EVENT_BOOL,   /* text: true, false */
    EVENT_NUMBER, /* text: decimal, integers without fraction or exponent */
    EVENT_TEXT,
    EVENT_OBJECT,
    EVENT_ARRAY,
};

enum event_field_flags {
    /* An alias of a native field, seen only by rules that name a category (design note: Security
     * 4688 read as process_creation). */
    EVENT_FIELD_ALIAS = 1u << 0,
    /* A native field that an alias of the same name hides from rules that name a category. */
    EVENT_FIELD_SHADOWED = 1u << 1,
    /* The name was one literal key with a dot in it; such a field wins over a nested path. */
    EVENT_FIELD_LITERAL = 1u << 2,
    /* Derived from another field: not searched by keywords, which see each value once. */
    EVENT_FIELD_DERIVED = 1u << 3,
};

struct event_field {
    slice name;
    slice text;
    uint8_t type;  /* enum event_type */
    uint8_t flags; /* enum event_field_flags */
};

/* What the event says of its origin in Sigma's words; an empty slice states nothing. */
struct logsource {
    slice product;
    slice service;
    slice categories[LOGSOURCE_CATEGORIES_MAX];
    uint8_t category_count;
};

struct event {
    const struct event_field *fields;
    size_t field_count;
    slice raw; /* as received; keywords search it where parsed is false */
    struct logsource logsource;
    int64_t time_ns; /* UTC since 1970; 0 where has_time is false */
    bool has_time;
    bool parsed; /* false: raw is a line that no format recognised */
};
