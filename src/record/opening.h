/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "record/commit.h"

/*
 * opening: the private values of one record as bytes. Source: docs/formats/entry.md section 6.
 *
 *   form   u8      0 keyed: the record key follows from the block's key and the index
 *                  1 rekeyed: the record key stands here, because the block was rewritten
 *                  2 salted: the record lost a field, so its key is gone; salts stand here
 *   types  n u8    per field: its type, 0 absent, 255 erased
 *   key    16      form 1 only
 *   salts  16|32   form 2 only, per field in order: its salt, or if erased its commitment
 *   values         docs/formats/entry.md section 6, the raw value last
 *
 * The number of fields is that of the schema. What wraps openings (ledger) knows kind, schema and
 * length. A form 0 or 1 opening has no erased field, a form 2 opening has at least one.
 */
enum { TYPE_ERASED = 255, RECORD_KEY_BYTES = 16 };

enum opening_form { OPENING_KEYED = 0, OPENING_REKEYED = 1, OPENING_SALTED = 2 };

struct opening {
    uint8_t form; /* enum opening_form */
    uint8_t field_count;
    slice record_key;                       /* form 1: RECORD_KEY_BYTES, else empty */
    struct record_field fields[FIELDS_MAX]; /* type TYPE_ERASED where the value is gone */
    /* form 2, per field: SALT_BYTES, or SHA256_BYTES of commitment where it is erased */
    slice proofs[FIELDS_MAX];
};

/* Writes the opening of a new record (form 0). E_UNKNOWN or E_VALUE as entry_encode; the values are
 * not checked again. On failure the writer has not moved. Not for kinds with a body (E_VALUE). */
status opening_encode_record(const struct record *r, struct writer *w);
/* The same; ret_placed has the record's fields with their values as they stand in the writer's
 * bytes, so that the record can outlive what it was made from. */
status opening_place_record(const struct record *r, struct writer *w,
                            struct record_field *ret_placed);
/* Writes any opening. E_VALUE if form, fields and proofs do not belong together, and as
 * fields_check. On failure the writer has not moved. */
status opening_encode(const struct schema *s, const struct opening *o, struct writer *w);
/* Reads exactly these bytes. Every slice is a view into them. E_SHORT, E_TRAILING, E_VALUE,
 * E_LIMIT, E_UTF8, E_UNKNOWN (form). On failure ret_opening is unchanged. */
status opening_decode(const struct schema *s, slice bytes, struct opening *ret_opening);

/* What a writer of blocks needs to keep when it gives a record of a rewritten block its own key:
 * turns form 0 into form 1 (others stay as they are). record_key is borrowed, RECORD_KEY_BYTES. */
void opening_rekey(struct opening *o, const uint8_t *record_key);

/* Room for the proofs of an opening in form 2. */
struct opening_proofs {
    uint8_t salts[FIELDS_MAX][SHA256_BYTES];
};

/* Erases the field and every field that contains its value (schema.def, within), turning the
 * opening into form 2; the proofs live in room. salts has one for each field and is not read in
 * form
 * 2. E_NOT_FOUND if there is no such field, E_ERASED if it and all that contain it are gone
 * already. An absent field can be erased. */
status opening_erase(const struct schema *s, struct opening *o, uint8_t field_id, const salt *salts,
                     struct opening_proofs *room);
