/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "record/event.h"

/*
 * build: the fields of the event that is being made, and room for the text that is not in the input
 * as it is wanted: joined names, numbers, decoded values. One allocation for all events; a reset
 * forgets the last event. What does not fit is left out and sets cut, never an error.
 */
enum { BUILD_TEXT_BYTES = 4 * 1024 * 1024, BUILD_NAME_BYTES_MAX = 4096 };

struct build {
    struct event_field *fields; /* owned, EVENT_FIELDS_MAX of them */
    size_t count;
    uint8_t *text; /* owned, BUILD_TEXT_BYTES */
    size_t text_len;
    uint64_t name_bits; /* bit hash % 64 of each name that is there */
    slice channel;      /* of a Windows event's System part, where its data hide it; else empty */
    bool cut;
};

/* Whether the byte, which is not 0, is in the text: for names, which are too short for memchr to
 * pay. */
static inline bool build_has_byte(slice s, uint8_t byte)
{
    const uint64_t ones = 0x0101010101010101;
    size_t at = 0;
    for (; s.len - at >= sizeof ones; at += sizeof ones) {
        const uint64_t differ = event_name_word(s.at + at) ^ ones * byte;
        if (((differ - ones) & ~differ & ones << 7) != 0) return true;
    }
    const uint64_t differ = bytes_few(s.at + at, s.len - at) ^ ones * byte;
    return ((differ - ones) & ~differ & ones << 7) != 0;
}

/* E_NOMEM. */
status build_init(struct build *b);
/* Frees what build_init allocated. */
void build_done(struct build *b);
/* Ready for the next event; views into the last one die. */
static inline void build_reset(struct build *b)
{
    b->count = 0;
    b->text_len = 0;
    b->name_bits = 0;
    b->channel.len = 0;
    b->cut = false;
}
/* The start of a value that is longer than EVENT_VALUE_BYTES_MAX, cut at the start of a code
 * point. */
slice build_cut(struct build *b, slice text);
/* Adds a field; name and text are borrowed until the reset. A longer value than fits is cut.
 * Returns it, or NULL (and cut) if there are EVENT_FIELDS_MAX already. */
static inline struct event_field *build_add(struct build *b, slice name, slice text, uint8_t type,
                                            uint8_t flags)
{
    if (__builtin_expect(b->count == EVENT_FIELDS_MAX, 0)) {
        b->cut = true;
        return NULL;
    }
    if (__builtin_expect(text.len > EVENT_VALUE_BYTES_MAX, 0)) {
        text = build_cut(b, text);
        flags |= EVENT_FIELD_CUT;
    }
    struct event_field *f = &b->fields[b->count++];
    *f = (struct event_field){ name, text, event_name_hash(name), type, flags };
    b->name_bits |= UINT64_C(1) << f->name_hash % 64;
    return f;
}
/* As build_add with a name in static text and EVENT_TEXT. */
struct event_field *build_text(struct build *b, const char *name, slice text);
/* As build_add for a number in canonical decimal. */
struct event_field *build_u64(struct build *b, slice name, uint64_t value);
/* Whether there may be a field whose name has that hash: a quick no. */
static inline bool build_may_have(const struct build *b, uint32_t name_hash)
{
    return (b->name_bits >> name_hash % 64 & 1) != 0;
}
/* The last field of that name, or NULL. Walks all of them. */
struct event_field *build_find(const struct build *b, const char *name);
/* len bytes of room until the reset, or NULL (and cut) if there is no more. */
uint8_t *build_room(struct build *b, size_t len);
/* Gives back the room behind len bytes of the last build_room. */
void build_keep(struct build *b, const uint8_t *room, size_t len);
/* "prefix" "between" "rest" in room; an empty slice (and cut) if longer than
 * BUILD_NAME_BYTES_MAX. */
slice build_join(struct build *b, slice prefix, const char *between, slice rest);
/* Decimal text in room. */
slice build_i64_text(struct build *b, int64_t value);
slice build_u64_text(struct build *b, uint64_t value);
/* As the judge compares numbers: an integral value without fraction or exponent, any other in the
 * fewest digits that read back as the same. */
slice build_double_text(struct build *b, double value);
