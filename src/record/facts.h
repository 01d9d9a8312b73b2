/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/draft.h"

/*
 * facts: the table of fact types (facts.def). A fact is a record of the kind fact; its type says
 * which of the kind's committed fields mean what, and which values of its own stand in the field
 * values.
 *
 * FACT_ticket is the number of a type, FACT_ticket_state the position of one of its fields (from
 * 0).
 */
enum { FACT_VALUES_MAX = 12, FACT_FIELDS_MAX = 24, FACT_VALUES_BYTES_MAX = VALUE_BYTES_MAX };

/* clang-format off */
enum fact_number {
#define FACT(name, number, ...) FACT_##name = (number),
#include "record/facts.def"
    FACT_LAST = FACT_log_check,
};

enum fact_position {
#define FACT(name, ...) FACT_START_##name = -1,
#define FACT_FIELD(fact, name, ...) FACT_##fact##_##name,
#include "record/facts.def"
};
/* clang-format on */

struct fact_field {
    const char *name;
    uint8_t slot;      /* FIELD_fact_id …, or FIELD_fact_values for a value of the type's own */
    uint8_t type;      /* enum value_type */
    uint8_t flags;     /* FIELD_REQUIRED */
    const char *words; /* "a|b|c" where a text must be one of them, else "" */
    const char *meaning;
};

struct fact {
    const char *name;
    const char *title;
    const struct fact_field *fields;
    uint8_t number;
    uint8_t group; /* VALUE_fact_group_people … */
    uint8_t field_count;
};

/* The type of that number or name; NULL if there is none. */
const struct fact *fact_of(uint8_t number);
const struct fact *fact_named(slice name);
/* The position of the field of that name, or -1. */
int fact_field_position(const struct fact *f, slice name);
/* Whether the text is one of the words of the field; true if it has none. */
bool fact_word_allowed(const struct fact_field *f, slice text);

/* A fact under construction. */
struct fact_draft {
    const struct fact *fact;
    struct draft draft;
    struct record_field values[FACT_FIELDS_MAX]; /* by position; set by fact_put */
    uint8_t numbers[FACT_FIELDS_MAX][8];
};

/* Begins a fact; its type and group are set, its time is the field time too. Borrowed: source. */
void fact_start(struct fact_draft *d, uint8_t number, int64_t time_ns, slice source);
/* Set a field by position (FACT_ticket_state). The type must be the table's. */
void fact_put(struct fact_draft *d, int position, slice value);
void fact_put_number(struct fact_draft *d, int position, int64_t number);
/* Checks everything and gives the record, a view into the draft and into values. values is where
 * the type's own values are encoded. E_VALUE, E_UTF8, E_LIMIT; the fault names the field. */
status fact_end(struct fact_draft *d, struct writer *values, struct record *ret_record,
                struct fault *fault);

/* Reads a decoded fact record back: ret_fields[i] is the value of position i, absent or erased
 * where it is (TYPE_ERASED too where the field that holds it was erased). E_UNKNOWN for a type that
 * this build does not know, E_SHORT, E_VALUE and others for values that do not decode. On failure
 * ret_fields is unchanged. */
status fact_read(const struct record_field *fields, const struct fact **ret_fact,
                 struct record_field ret_fields[FACT_FIELDS_MAX]);
