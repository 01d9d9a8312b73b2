/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "record/entry.h"
#include "record/opening.h"

/*
 * bundle: a record disclosed as a text file that verifies offline (candor/bundle@v1): its entry,
 * the opened fields with their salts, the commitments of the others, the schema row that says what
 * they mean, and the proof that the entry is in the log. Source: docs/formats/bundle.md.
 *
 *   candor/bundle@v1
 *   entry BASE64
 *   open ID NAME TYPE SALT VALUE     for each field in order; TYPE absent and VALUE - if it is
 * absent hide ID NAME COMMITMENT          or this (empty line) the schema row, from
 * candor/schema@v1 on (empty line) the c2sp.org/tlog-proof@v1 of the entry, verbatim
 *
 * SALT, VALUE and COMMITMENT are Base64, an empty value is -. A kind with a body has no field
 * lines.
 */
enum {
    BUNDLE_BYTES_MAX = 4 * 1024 * 1024,
    BUNDLE_ARENA_BYTES_MAX = 4 * 1024 * 1024, /* what bundle_check may need */
};

#define BUNDLE_MAGIC "candor/bundle@v1"

/* A checked bundle: views into the file and the arena. */
struct bundle {
    struct entry entry;
    slice entry_bytes; /* the leaf of the log */
    slice proof;       /* the tlog-proof: a view into the file */
    bool schema_known; /* the schema row is the one of this build; else it is the bundle's word */
    struct record_field fields[FIELDS_MAX]; /* TYPE_ERASED: hidden, or erased in the log */
};

/* Writes everything up to and including the second empty line; the caller appends the tlog-proof.
 * shown holds a flag for each field of the schema; erased fields are hidden whatever it says.
 * salts holds that of every field that is not erased, whatever the form of the opening. For a kind
 * with a body, o, salts and shown may be NULL. E_LIMIT if there is no room. */
status bundle_format(slice entry_bytes, const struct schema *s, const struct opening *o,
                     const salt *salts, const bool *shown, struct writer *w);
/* Reads a bundle and checks that its fields give the root of its entry. What is left to the caller:
 * the tlog-proof, with entry_bytes as its leaf. E_SYNTAX, E_LIMIT, E_VALUE, E_UNKNOWN, E_UTF8,
 * E_NOMEM (arena); E_INVALID if it does not hold; the fault names line or field. On failure
 * ret_bundle is unchanged. */
status bundle_check(slice file, struct arena *arena, struct bundle *ret_bundle,
                    struct fault *fault);
/* Writes a value for people: text without control characters, numbers, times in RFC 3339, bytes and
 * hashes in hexadecimal, lists with commas; long values cut at len_max bytes of output and "…". */
void bundle_value_print(struct record_field field, size_t len_max, struct writer *w);
