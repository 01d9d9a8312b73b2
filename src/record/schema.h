/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "record/kinds.h"
#include "record/value.h"

/*
 * schema: the table of all kinds of records (schema.def) and of the closed lists that public
 * columns choose from (choices.def). Everything here is static and read-only.
 *
 * KIND_event is the number of a kind, COLUMN_event_market the position of a column (from 0),
 * FIELD_event_raw the id of a field (from 1), VALUE_trust_token a value of a closed list.
 */
enum {
    COLUMNS_BYTES_MAX = 13, /* so that 0x00 and the entry are one block of SHA-256 */
    FIELDS_MAX = 64,        /* committed fields of one kind */
};

enum granularity { GRANULARITY_SECOND = 1, GRANULARITY_MINUTE = 60, GRANULARITY_DAY = 86400 };

enum kind_flags {
    KIND_BODY = 1u << 0,   /* public as a whole: its fields are the body of the entry */
    KIND_SYSTEM = 1u << 1, /* written by candor alone */
};

/* How long private values are kept unless candor.yaml says otherwise. */
enum retention {
    RETENTION_EVENTS,         /* 400 days */
    RETENTION_EVIDENCE,       /* 1,100 days */
    RETENTION_MODERATION,     /* 1,830 days: reports stay public for five years */
    RETENTION_ACCOUNTABILITY, /* 2,560 days */
    RETENTION_PERMANENT,      /* never erased by rule */
};

enum column_type {
    COLUMN_MARKET, /* 2 bytes: two capitals or digits */
    COLUMN_CHOICE, /* 1 byte: a value of the closed list, 0 for not stated */
    COLUMN_BITS,   /* 1 byte: a set of values of the closed list, value n is bit n - 1 */
    COLUMN_FLAG,   /* 1 byte: 0 or 1 */
    COLUMN_U8,
    COLUMN_U16,
};

enum field_flags {
    FIELD_REQUIRED = 1u << 0,
    FIELD_SUBJECT = 1u << 1,     /* names a data subject */
    FIELD_ACCOUNTABLE = 1u << 2, /* who acted or approved: not erasable within its retention */
    FIELD_LARGE = 1u << 3,       /* raw evidence, the last field */
};

struct choice_value_row {
    uint8_t number;
    const char *name;
    const char *meaning;
};

struct choice {
    const char *name;
    const char *title;
    const struct choice_value_row *values; /* ends with a row whose name is NULL */
};

struct schema_column {
    const char *name;
    uint8_t type;                /* enum column_type */
    uint8_t offset;              /* in the columns of the entry */
    uint8_t width;               /* bytes */
    const struct choice *choice; /* COLUMN_CHOICE and COLUMN_BITS, else empty */
    const char *meaning;
};

struct schema_field {
    const char *name;
    uint8_t type;   /* enum value_type */
    uint8_t flags;  /* enum field_flags */
    uint8_t within; /* id of the field that contains its value too; 0 for none */
    const char *meaning;
};

struct schema {
    const char *name;
    const char *title;
    const struct schema_column *columns;
    const struct schema_field *fields; /* fields[i] has the id i + 1 */
    uint32_t granularity_s;
    uint16_t version;
    uint8_t kind;
    uint8_t flags; /* enum kind_flags */
    uint8_t retention;
    uint8_t column_count;
    uint8_t columns_bytes;
    uint8_t field_count;
};

/* The rows of schema.def by number; name is NULL where there is none. Ask schema_of. */
extern const struct schema schema_table[KIND_LAST + 1];

/* The current schema of the kind; NULL if this build has none. */
static inline const struct schema *schema_of(uint8_t kind)
{
    return kind <= KIND_LAST && schema_table[kind].name != NULL ? &schema_table[kind] : NULL;
}

/* The schema of the kind in that version; NULL if this build does not know it. */
static inline const struct schema *schema_find(uint8_t kind, uint16_t version)
{
    const struct schema *s = schema_of(kind);
    return s != NULL && s->version == version ? s : NULL;
}

/* The kind of that name; NULL if there is none. */
const struct schema *schema_named(slice name);
/* The id of the field of that name, or 0. */
uint8_t schema_field_id(const struct schema *s, slice name);
/* The column of that name, or NULL. */
const struct schema_column *schema_column_named(const struct schema *s, slice name);
/* "second", "minute", "day". */
const char *schema_granularity_name(uint32_t granularity_s);
/* The retention class by name, and its default in days (0: for ever). */
const char *schema_retention_name(uint8_t retention);
uint32_t schema_retention_days(uint8_t retention);

/* The number of the value of that name; 0 if the list has none. */
uint8_t choice_number(const struct choice *c, slice name);
/* The name of the value of that number; NULL if the list has none. */
const char *choice_name(const struct choice *c, uint8_t number);
/* All lists, in the order of choices.def; NULL behind the last. */
const struct choice *choice_nth(size_t nth);

/* Whether the columns hold values that the schema allows. E_VALUE, with a fault that names the
 * column; E_SHORT or E_TRAILING for a wrong length. */
status schema_check_columns(const struct schema *s, slice columns, struct fault *fault);
/* The number in a column: market and u16 as 16 bits. */
uint16_t schema_column_value(const struct schema_column *c, slice columns);
/* Writes "name=value", or nothing for a column that is not stated, as in docs/formats/entry.md. */
void schema_column_print(const struct schema_column *c, slice columns, struct writer *w);
