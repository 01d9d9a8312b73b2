/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/few.h"

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
enum {
    EVENT_FIELDS_MAX = 1024,
    EVENT_BYTES_MAX = 1024 * 1024,
    EVENT_VALUE_BYTES_MAX = 64 * 1024, /* a longer value is cut there and flagged */
    LOGSOURCE_CATEGORIES_MAX = 4,
};

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
    /* The value was longer than EVENT_VALUE_BYTES_MAX; text is its start. */
    EVENT_FIELD_CUT = 1u << 4,
};

struct event_field {
    slice name;
    slice text;
    uint32_t name_hash; /* event_name_hash(name) */
    uint8_t type;       /* enum event_type */
    uint8_t flags;      /* enum event_field_flags */
};

/* The 8 bytes at at, in the machine's order. */
static inline uint64_t event_name_word(const uint8_t *at)
{
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* A hash of a field name, to find it in a table by; src/intake makes it once per field. Unkeyed: a
 * table that is filled from foreign names needs a bound on its chains. */
static inline uint32_t event_name_hash(slice name)
{
    const uint64_t odd = 0x9e3779b97f4a7c15;
    uint64_t h = name.len * odd;
    size_t at = 0;
    for (; name.len - at >= 8; at += 8) {
        h = (h ^ event_name_word(name.at + at)) * odd;
        h ^= h >> 32;
    }
    h = (h ^ bytes_few(name.at + at, name.len - at)) * odd;
    return (uint32_t)(h ^ h >> 32);
}

/* What the event says of its origin in Sigma's words; an empty slice states nothing. */
struct logsource {
    slice product;
    slice service; /* several, with commas between them, where each is right */
    slice categories[LOGSOURCE_CATEGORIES_MAX];
    uint8_t category_count;
    /* Service and categories are all that there are: a rule that names another service or category
     * does not concern this event, even where the event states none. */
    bool exact;
};

struct event {
    const struct event_field *fields;
    size_t field_count;
    slice raw; /* as received; keywords search it where parsed is false */
    struct logsource logsource;
    int64_t time_ns; /* UTC since 1970; 0 where has_time is false */
    bool has_time;
    bool parsed; /* false: raw is a line that no format recognised */
    bool cut;    /* a limit was reached: fields or values are missing or cut */
};
