/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/cursor.h"
#include "base/writer.h"
#include "judge/sigma/ruleset.h"

/*
 * codec: writes values to bytes or reads them back, by the same functions. What a type consists of
 * is said once, in its code_… function, which does either: so that bytes that were written are
 * always read in the same order, and a member that is added is added to both.
 *
 * Failure is sticky: after it writing does nothing and reading gives zeros. Whoever reads believes
 * nothing: each number has a maximum, each count is held against the bytes that are left.
 * Numbers are seven bits a byte, the lowest first, each byte but the last with its top bit set, and
 * the last is not 0 unless it is the only one. A text is its length, its bytes and a zero byte.
 */
struct codec {
    bool is_reading;
    status failed;
    struct writer *out;    /* writing; borrowed */
    struct cursor in;      /* reading; texts are views into its data */
    struct arena *arena;   /* reading: where arrays go; borrowed */
    struct ruleset *rules; /* the set that is written, or made */
    struct {
        uint32_t selection_count; /* that nodes may name */
        const uint8_t *heights;   /* reading: of each of them, in levels; NULL: one each */
        bool has_predicates;      /* whether nodes may ask them */
        size_t depth;             /* of the node at hand */
    } tree;                       /* what code_rule knows of the tree of nodes at hand */
};

/* Whether nothing has failed so far. */
static inline bool codec_is_good(const struct codec *c)
{
    return c->failed.code == E_OK;
}

/* Keeps the first failure. */
void codec_fail(struct codec *c, int32_t code);
/* Reading: room for count elements of size bytes, each of which takes at least a byte of what is
 * left to read. Writing, or on failure: NULL. */
void *codec_array(struct codec *c, size_t count, size_t size);

/* A number of at most max, of any length. */
void code_long_number(struct codec *c, uint64_t *value, uint64_t max);

/* A number of at most max. Most take a byte, which is why this is inline. */
static inline void code_number(struct codec *c, uint64_t *value, uint64_t max)
{
    const bool has_byte = c->is_reading && codec_is_good(c) && c->in.pos < c->in.data.len;
    if (has_byte && c->in.data.at[c->in.pos] < 0x80 && c->in.data.at[c->in.pos] <= max) {
        *value = c->in.data.at[c->in.pos++];
        return;
    }
    code_long_number(c, value, max);
}

/* A number of at most max in a byte; the same for the wider ones. */
static inline void code_u8(struct codec *c, uint8_t *value, uint8_t max)
{
    uint64_t number = *value;
    code_number(c, &number, max);
    *value = (uint8_t)number;
}

/* As code_u8. */
static inline void code_u32(struct codec *c, uint32_t *value, uint32_t max)
{
    uint64_t number = *value;
    code_number(c, &number, max);
    *value = (uint32_t)number;
}

/* 0 or 1. */
static inline void code_bool(struct codec *c, bool *value)
{
    uint64_t number = *value ? 1 : 0;
    code_number(c, &number, 1);
    *value = number != 0;
}

/* Eight bytes, big-endian. */
void code_i64(struct codec *c, int64_t *value);
/* The bits of the number; not a number is refused. */
void code_double(struct codec *c, double *value);
/* len bytes as they are. */
void code_bytes(struct codec *c, uint8_t *bytes, size_t len);
void code_text(struct codec *c, slice *text);
/* A C string. */
void code_name(struct codec *c, const char **name);

/* An array of a struct: the count, then code_one(c, element) for each. type: of an element. */
#define CODE_ARRAY(c, type, at, count, code_one)                                                   \
    do {                                                                                           \
        uint64_t count_ = (count);                                                                 \
        code_number((c), &count_, UINT32_MAX);                                                     \
        type *made_ = codec_array((c), count_, sizeof *made_);                                     \
        for (size_t i_ = 0; i_ < count_ && codec_is_good(c); i_++) {                               \
            type one_ = {};                                                                        \
            if (!(c)->is_reading) one_ = (at)[i_];                                                 \
            code_one((c), &one_);                                                                  \
            if ((c)->is_reading) made_[i_] = one_;                                                 \
        }                                                                                          \
        if ((c)->is_reading) (at) = made_;                                                         \
        if ((c)->is_reading) (count) = (__typeof__(count))count_;                                  \
    } while (0)

/* The parts of a set, in the order in which they stand. */
void code_predicate(struct codec *c, struct predicate *p);
void code_rule(struct codec *c, struct rule *rule);
