/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/few.h"

/*
 * atom: a question about one field of an event that an index answers for all rules at once, by a
 * table look-up or one pass over the value. Its text is folded, as are the values it meets, and it
 * may be true more often than the predicate that it stands for, never less often.
 */
enum atom_kind {
    ATOM_PRESENT, /* the field is there */
    ATOM_EXACT,   /* the value is the text */
    ATOM_NAME,   /* the text is what stands behind the last '\' or '/' of the value, or all of it */
    ATOM_STARTS, /* the value starts with the text */
    ATOM_ENDS,   /* the value ends with the text */
    ATOM_DIGEST, /* 32, 40 or 64 hexadecimal digits stand behind a '=' of the value */
    ATOM_CONTAINS, /* the text is anywhere in the value */
    ATOM_KINDS,
};

/* Starts and ends are told apart by this many bytes, the most that the text has. */
enum { ATOM_EDGES = 6, ATOM_EDGE_BYTES_MAX = 16 };
static const uint8_t atom_edges[ATOM_EDGES] = { 1, 2, 3, 4, 8, ATOM_EDGE_BYTES_MAX };

struct atom {
    uint8_t kind;  /* enum atom_kind */
    uint32_t name; /* number of the field's name, or FIELD_KEYWORD (ATOM_CONTAINS only) */
    slice text;
};

/* A hash of bytes with a seed, the same on every machine. */
static inline uint64_t atom_hash(uint64_t seed, const uint8_t *at, size_t len)
{
    const uint64_t odd = 0x9e3779b97f4a7c15;
    uint64_t h = (seed ^ len) * odd;
    for (; len >= 8; len -= 8, at += 8) {
        uint64_t word;
        __builtin_memcpy(&word, at, sizeof word);
        h = (h ^ word) * odd;
        h ^= h >> 32;
    }
    h = (h ^ bytes_few(at, len)) * odd;
    return h ^ h >> 29;
}

/* A bit for each of atom_edges that is no longer than a text of len bytes. */
static inline unsigned atom_edges_of(size_t len)
{
    static const uint8_t fitting[ATOM_EDGE_BYTES_MAX + 1] = { 0,    0x01, 0x03, 0x07, 0x0f, 0x0f,
                                                              0x0f, 0x0f, 0x1f, 0x1f, 0x1f, 0x1f,
                                                              0x1f, 0x1f, 0x1f, 0x1f, 0x3f };
    return fitting[len < ATOM_EDGE_BYTES_MAX ? len : ATOM_EDGE_BYTES_MAX];
}

/* The place in atom_edges of the longest edge that a text of len bytes has; len is not 0. */
static inline size_t atom_edge(size_t len)
{
    size_t edge = 0;
    while (edge + 1 < ATOM_EDGES && atom_edges[edge + 1] <= len)
        edge++;
    return edge;
}

/* Whether a byte may be part of a digest in folded text. */
static inline bool atom_is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The part of a folded text behind its last '\' or '/'. */
static inline slice atom_name_part(slice text)
{
    const uint64_t ones = 0x0101010101010101, highs = ones << 7;
    size_t at = text.len;
    for (; at >= sizeof ones; at -= sizeof ones) { /* eight bytes at once, if none is either */
        uint64_t word;
        __builtin_memcpy(&word, text.at + at - sizeof word, sizeof word);
        const uint64_t back = word ^ ones * '\\', forth = word ^ ones * '/';
        if ((((back - ones) & ~back) | ((forth - ones) & ~forth)) & highs) break;
    }
    while (at > 0 && text.at[at - 1] != '\\' && text.at[at - 1] != '/')
        at--;
    return (slice){ text.at + at, text.len - at };
}
