/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/record.h"

/*
 * fields: a list of typed values as bytes: the common part of openings, bodies and the values of a
 * fact. Source: docs/formats/entry.md section 6.
 *
 *   each field in schema order, but TYPE_RAW last: nothing if it is absent or erased, else
 *   its bytes where the type has one length, a 2-byte length and the bytes, or for TYPE_RAW a
 * 4-byte length and the bytes
 */

/* Whether the field is absent or a canonical value of the type. As value_check, and E_VALUE for
 * another type. */
status field_check(uint8_t type, struct record_field field);
/* Whether every field fits the schema, required ones included. E_VALUE and as value_check; the
 * fault names the field. */
status fields_check(const struct schema *s, const struct record_field *fields, struct fault *fault);
/* Appends the values of n fields that were checked. A value longer than its length can say sets
 * E_LIMIT. */
void fields_put(const struct record_field *fields, size_t n, struct writer *w);
/* The same; ret_placed[i] is field i with its value as it stands in the writer's bytes. With an
 * error, the writer has not moved and ret_placed means nothing. */
void fields_place(const struct record_field *fields, size_t n, struct writer *w,
                  struct record_field *ret_placed);
/* Reads the value of each field whose .type is set and not TYPE_ABSENT (TYPE_ERASED is skipped), as
 * views. E_SHORT, and as value_check. The fields may be half filled on failure; the cursor has not
 * moved. */
status fields_take(struct cursor *c, struct record_field *fields, size_t n);
