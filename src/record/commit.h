/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "record/record.h"

/*
 * commit: the commitments and roots that bind a record's private values to its entry. Where the
 * salts come from is not its matter: record/derive.h.
 * Source: docs/formats/entry.md section 5; each hash has a first byte of its own.
 *
 *   C_i                = SHA-256(0x10 | field_id u16 | type u8 | salt_i[16] | value)
 *   root               = SHA-256(0x11 | kind u8 | schema u16 | n u8 | top)
 *   node               = SHA-256(0x12 | left | right)
 *   root of a body     = SHA-256(0x13 | kind u8 | schema u16 | body)
 *
 * A commitment hides its value as long as its salt is unknown: a salt has 128 bits that nobody can
 * compute without the record's key, and no two fields share one, so that equal values look unlike.
 */
enum { SALT_BYTES = 16, COMMIT_FLAT_MAX = 16 };

typedef struct salt {
    uint8_t bytes[SALT_BYTES];
} salt;

/* The commitment to one value; field_id counts from 1, the salt has SALT_BYTES. */
hash commit_field(uint16_t field_id, uint8_t type, const uint8_t *salt_bytes, slice value);
/* The root over n <= FIELDS_MAX commitments in schema order. */
hash commit_root(uint8_t kind, uint16_t schema, const hash *commitments, size_t n);
/* The root of a kind that is public as a whole. */
hash commit_body_root(uint8_t kind, uint16_t schema, slice body);

/* A record to commit to, and where its root goes. */
struct commit_job {
    const struct record *record; /* field_count <= FIELDS_MAX */
    const salt *salts;           /* one for each field */
    hash *ret_root;
};

/* The roots of count records. As commit_field and commit_root one by one, but all hashes that do
 * not depend on each other are computed side by side: give it many records at once. */
void commit_many(const struct commit_job *jobs, size_t count);
