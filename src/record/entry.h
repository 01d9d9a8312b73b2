/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "record/commit.h"
#include "record/record.h"

/*
 * entry: the public part of a record, the leaf of the log. Source: docs/formats/entry.md section 2.
 *
 *   offset  bytes  what
 *   0       1      version = 1
 *   1       1      kind
 *   2       2      schema version of the kind
 *   4       5      Unix seconds, truncated to the kind's granularity
 *   9       c      public columns, fixed width
 *   9 + c   32     root of the commitments, or of the body
 *   41 + c  2 + b  only for kinds that are public as a whole: length and body
 */
enum {
    ENTRY_VERSION = 1,
    ENTRY_HEADER_BYTES = 9,
    ENTRY_BYTES_MAX = 65535, /* what a tile of the log can carry */
    ENTRY_PLAIN_BYTES_MAX = ENTRY_HEADER_BYTES + COLUMNS_BYTES_MAX + SHA256_BYTES, /* no body */
    ENTRY_TIME_BITS = 40,
};

struct entry {
    const struct schema *schema; /* static, or as given to entry_parse_as */
    uint64_t time_s;
    slice columns;       /* views into the parsed bytes */
    const uint8_t *root; /* SHA256_BYTES */
    slice body;          /* empty for kinds that have none */
};

/* Writes the entry. salts has one for each field and is not read for a kind with a body.
 * E_UNKNOWN for a kind or schema that this build does not know, E_VALUE for columns, fields, types
 * or a body that do not fit the schema, E_LIMIT for a time of more than 40 bits, an entry of more
 * than ENTRY_BYTES_MAX bytes or no room. On failure the writer has not moved. */
status entry_encode(const struct record *r, const salt *salts, struct writer *w);

/* Writes count entries one behind the other, each behind its length of 2 bytes, as in an entry
 * bundle (c2sp.org/tlog-tiles); ret_entries are views of them in the writer's bytes. salts holds
 * those of all fields of all records in their order. Errors as entry_encode, with the position of
 * the offending record as detail; on failure the writer has not moved. This is the fast way: the
 * hashes of all records are computed side by side. */
status entry_encode_many(const struct record *records, const salt *salts, size_t count,
                         struct writer *w, slice *ret_entries);

/* Reads one entry that is exactly these bytes. Strict: the version, a kind and schema this build
 * knows, columns the schema allows, a time at its granularity, a body whose root is right and whose
 * fields decode. E_SHORT, E_TRAILING, E_UNKNOWN, E_VALUE, E_LIMIT, E_INVALID (root of a body); the
 * fault says what and where. On failure ret_entry is unchanged. */
status entry_parse(slice bytes, struct entry *ret_entry, struct fault *fault);

/* As entry_parse but only splits the bytes: no look at column values, at the body's fields or at
 * its root. For counting over whole logs. */
status entry_split(slice bytes, struct entry *ret_entry);

/* As entry_parse, but for an entry of this schema, which need not be one of this build (E_UNKNOWN
 * if the entry is of another kind or version). */
status entry_parse_as(const struct schema *s, slice bytes, struct entry *ret_entry,
                      struct fault *fault);

/* Writes the fields of a kind with KIND_BODY as its body: types and values as docs/formats/entry.md
 * section 6. E_VALUE if they do not fit the schema. On failure the writer has not moved. */
status body_encode(const struct schema *s, const struct record_field *fields, struct writer *w);
/* Reads a body into the schema's field_count fields, views into it. E_SHORT, E_TRAILING, E_VALUE,
 * E_LIMIT, E_UTF8. On failure ret_fields is unchanged. */
status body_decode(const struct schema *s, slice body, struct record_field *ret_fields);
