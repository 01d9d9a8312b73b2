/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"

/*
 * value: the text of a binary XML value, as Windows writes it in XML: numbers in decimal,
 * hexadecimal ones as 0x1f, times in ISO 8601, security identifiers as S-1-…, GUIDs in capitals
 * without braces.
 */
enum evtx_type {
    EVTX_NULL = 0x00,
    EVTX_STRING = 0x01,
    EVTX_ANSI = 0x02,
    EVTX_INT8 = 0x03,
    EVTX_UINT8 = 0x04,
    EVTX_INT16 = 0x05,
    EVTX_UINT16 = 0x06,
    EVTX_INT32 = 0x07,
    EVTX_UINT32 = 0x08,
    EVTX_INT64 = 0x09,
    EVTX_UINT64 = 0x0a,
    EVTX_FLOAT = 0x0b,
    EVTX_DOUBLE = 0x0c,
    EVTX_BOOL = 0x0d,
    EVTX_BINARY = 0x0e,
    EVTX_GUID = 0x0f,
    EVTX_SIZE = 0x10,
    EVTX_FILETIME = 0x11,
    EVTX_SYSTEMTIME = 0x12,
    EVTX_SID = 0x13,
    EVTX_HEX32 = 0x14,
    EVTX_HEX64 = 0x15,
    EVTX_BINXML = 0x21,
    EVTX_ARRAY = 0x80, /* a flag beside one of the above */
};

/* Text and field type (enum event_type) of a value that is no array and no binary XML. E_SYNTAX if
 * the bytes are not of that type, E_UNKNOWN type. */
status evtx_value(struct build *b, uint8_t type, slice bytes, slice *ret_text, uint8_t *ret_type);
/* Bytes of each member of an array of that type; 0: strings, each ended by a NUL. E_UNKNOWN. */
status evtx_member_bytes(uint8_t type, size_t *ret_bytes);
/* UTF-16 (little-endian) as UTF-8 in room, without the NULs at its end; half a surrogate pair is
 * U+FFFD. bytes.len is even or its last byte is left out. */
slice evtx_utf16(struct build *b, slice bytes);

/* The 2, 4 or 8 bytes at at as a little-endian number. */
static inline uint16_t evtx_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | (unsigned)at[1] << 8);
}

/* As evtx_u16. */
static inline uint32_t evtx_u32(const uint8_t *at)
{
    return evtx_u16(at) | (uint32_t)evtx_u16(at + 2) << 16;
}

/* As evtx_u16. */
static inline uint64_t evtx_u64(const uint8_t *at)
{
    return evtx_u32(at) | (uint64_t)evtx_u32(at + 4) << 32;
}
