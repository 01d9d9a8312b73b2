/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/schema.h"

/*
 * schema_row: the schema of one kind as text: the body of schema records, and what travels in
 * bundles, so that a proof says what its fields mean. Source: docs/formats/entry.md section 7.
 *
 *   candor/schema@v1
 *   kind 1 event
 *   version 1
 *   time minute
 *   flags body system                    (only if there are any)
 *   column market market : country or group code
 *   column trust choice 1=token 2=certificate : how …
 *   field 6 actor text accountable within=8 : who acted
 */
enum {
    SCHEMA_ROW_BYTES_MAX = 16 * 1024,
    SCHEMA_ROW_CHOICES_MAX = 256, /* values of all closed lists of one kind */
};

/* A row read back: schema can be used like one of this build, as long as the row lives and stays
 * where it is. Names and meanings are those of the text; choices have no meanings. */
struct schema_row {
    struct schema schema;
    struct schema_column columns[COLUMNS_BYTES_MAX];
    struct choice choices[COLUMNS_BYTES_MAX];
    struct schema_field fields[FIELDS_MAX];
    struct choice_value_row values[SCHEMA_ROW_CHOICES_MAX];
    size_t value_count;
    char text[SCHEMA_ROW_BYTES_MAX]; /* the text, cut into NUL-terminated words */
};

/* Writes the row of a schema. E_LIMIT if there is no room. */
status schema_row_format(const struct schema *s, struct writer *w);
/* Reads a row: exactly what schema_row_format writes for what it says. E_LIMIT (longer than
 * SCHEMA_ROW_BYTES_MAX, too many columns, fields or values), E_SYNTAX, E_VALUE (types, numbers or
 * order that cannot be), E_UTF8; the fault names the line. ret_row may be half filled on failure.
 */
status schema_row_parse(slice text, struct schema_row *ret_row, struct fault *fault);
/* Whether the text is the row of a schema of this build. */
bool schema_row_is_own(const struct schema *own, slice text);
/* Writes the body of the schema record of the kind. E_LIMIT. */
status schema_row_body(const struct schema *s, struct writer *body);
