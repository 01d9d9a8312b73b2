/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/fast/prices.h"

/*
 * grams: finds many texts in a value at once. Each text is told by four of its bytes in a row, the
 * rarest ones; a cell for every such run says at each place of the value whether to look closer.
 * Texts of one to three bytes have cells of their own; a few that are short are looked for one by
 * one, sixteen places at once. Where that leaves only texts of five bytes and more, each is told by
 * two runs, one behind the other, and every other place of the value is passed over. Texts that are
 * not ASCII are kept apart: most values do not need them.
 * Cost: about a nanosecond a byte or half of that, whatever the number of texts, as long as few
 * places need the closer look. There each text with the same four bytes is compared, unless it was
 * found before.
 */
enum {
    GRAM_BYTES_MAX = 4,
    GRAM_READ_BEHIND = 20,
    GRAM_WINDOW_BYTES = 256,
    GRAM_SINGLES_MAX = 8,
    GRAM_BYTE_VALUES = 256
};

struct grams;

struct gram_text {
    slice text;     /* not empty; borrowed by the grams */
    uint32_t value; /* what is reported */
};

/* count is not 0. prices and field (its name; empty for keywords) decide which bytes tell a text.
 * NULL if memory is out. */
struct grams *grams_new(const struct gram_text *texts, size_t count, const struct prices *prices,
                        slice field);
/* As grams_new with those texts of g for which wanted holds, told by the same bytes; the caller has
 * seen that there is one. NULL if memory is out. */
struct grams *grams_subset(const struct grams *g, bool (*wanted)(const void *with, uint32_t value),
                           const void *with);
void grams_free(struct grams *g);
size_t grams_bytes(const struct grams *g);

/* What was found in this event, and who wants to know. */
struct gram_search {
    uint32_t *seen; /* per value: the round in which it was found last */
    uint32_t round;
    void (*found)(void *user, uint32_t value);
    void *user;
};

/* Reports each text that stands in the value and was not found in this round. GRAM_READ_BEHIND
 * bytes behind the value are readable. is_ascii: all of the value is known to be ASCII. */
void grams_search(const struct grams *g, slice value, bool is_ascii,
                  const struct gram_search *search);
