/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"

/*
 * json_writer: the only place that writes JSON (RFC 8259). Compact, keys in the order written,
 * commas and quotes handled; bytes that are not UTF-8 come out as U+FFFD, so the output always
 * parses. Errors are the sticky ones of the writer below it. Nesting is at most 64.
 */
enum { JSON_WRITER_DEPTH_MAX = 64 };

struct json_writer {
    struct writer *out;  /* borrowed */
    uint64_t has_member; /* bit d: something was written at depth d already */
    uint8_t depth;
    bool after_key;
};

/* A writer of one JSON text behind what out already holds. */
static inline struct json_writer json_writer_of(struct writer *out)
{
    return (struct json_writer){ .out = out };
}

/* Opens and closes an object or an array; the two must pair up. */
void json_object(struct json_writer *j);
void json_object_end(struct json_writer *j);
void json_array(struct json_writer *j);
void json_array_end(struct json_writer *j);
/* A member name; the value is the next call. */
void json_key(struct json_writer *j, const char *key);
void json_key_slice(struct json_writer *j, slice key);
/* A string value: bytes, or NUL-terminated text. */
void json_string(struct json_writer *j, slice text);
void json_text(struct json_writer *j, const char *text);
/* A string value: the bytes in padded standard Base64 (RFC 4648 section 4). */
void json_base64(struct json_writer *j, slice bytes);
/* An integer in decimal digits. */
void json_u64(struct json_writer *j, uint64_t value);
void json_i64(struct json_writer *j, int64_t value);
/* Shortest of 15 to 17 digits that reads back as the same number; NaN and infinities as null. */
void json_double(struct json_writer *j, double value);
/* true or false, and null. */
void json_bool(struct json_writer *j, bool value);
void json_null(struct json_writer *j);
/* Text that is one JSON value already, copied as it is. */
void json_raw(struct json_writer *j, slice json);

/* A member in one call: its name and a NUL-terminated text. */
static inline void json_member_text(struct json_writer *j, const char *key, const char *text)
{
    json_key(j, key);
    json_text(j, text);
}

/* As json_member_text, the value as bytes. */
static inline void json_member_string(struct json_writer *j, const char *key, slice text)
{
    json_key(j, key);
    json_string(j, text);
}

/* As json_member_text, the value as a number. */
static inline void json_member_u64(struct json_writer *j, const char *key, uint64_t value)
{
    json_key(j, key);
    json_u64(j, value);
}

/* As json_member_text, the value as true or false. */
static inline void json_member_bool(struct json_writer *j, const char *key, bool value)
{
    json_key(j, key);
    json_bool(j, value);
}
