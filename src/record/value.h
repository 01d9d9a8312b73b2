/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/writer.h"

/*
 * value: the types of committed values and their one canonical form as bytes.
 * Source: docs/formats/entry.md section 3. A type number is part of the commitment and never
 * changes.
 */
/* clang-format off */
enum value_type {
    TYPE_ABSENT = 0, /* no value: empty */
    TYPE_TEXT = 1,   /* UTF-8 */
    TYPE_BYTES = 2,  /* any bytes */
    TYPE_U64 = 3,    /* 8 bytes, big-endian */
    TYPE_I64 = 4,    /* 8 bytes, big-endian, two's complement */
    TYPE_TIME = 5,   /* as TYPE_I64: nanoseconds since 1970-01-01 UTC */
    TYPE_BOOL = 6,   /* 1 byte: 0 or 1 */
    TYPE_RAW = 7,    /* any bytes as a source sent them */
    TYPE_HASH = 8,   /* 32 bytes */
    TYPE_TEXTS = 9,  /* a list: each a 2-byte length and UTF-8; never empty */
    TYPE_LAST = TYPE_TEXTS,
};
/* clang-format on */

enum {
    VALUE_BYTES_MAX = 65535,       /* any type but TYPE_RAW: a 2-byte length carries it */
    VALUE_RAW_BYTES_MAX = 1 << 20, /* as EVENT_BYTES_MAX */
    VALUE_TEXTS_MAX = 1024,        /* texts in one list */
};

/* The name of the type in documents and schema rows: "text"; NULL for a number that is none. */
const char *value_type_name(uint8_t type);
/* The length that every value of the type has; 0 if it varies or is absent. */
static inline size_t value_fixed_len(uint8_t type)
{
    static const uint8_t lens[TYPE_LAST + 1] = {
        [TYPE_U64] = 8, [TYPE_I64] = 8, [TYPE_TIME] = 8, [TYPE_BOOL] = 1, [TYPE_HASH] = 32,
    };
    return type <= TYPE_LAST ? lens[type] : 0;
}
/* Whether the bytes are a canonical value of the type. E_LIMIT for too many bytes or texts, E_UTF8,
 * E_VALUE for a wrong length or a bool that is neither 0 nor 1, E_UNKNOWN for an unknown type. */
status value_check(uint8_t type, slice value);

/* Numbers and times to their 8 bytes and back; the slice must have 8 bytes. */
slice value_put_u64(uint8_t room[8], uint64_t number);
slice value_put_i64(uint8_t room[8], int64_t number);
uint64_t value_u64(slice value);
int64_t value_i64(slice value);
/* The value 1 or 0 as a static slice. */
slice value_bool(bool yes);
/* Appends one text to a list under construction. */
void value_texts_add(struct writer *list, slice text);
/* The next text of a checked list; false behind the last. */
bool value_texts_next(struct cursor *list, slice *ret_text);
