/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/prices.h"

#include <math.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { SLOTS_MIN = 1024, LEVELS = 1 << PRICE_LEVEL_BITS };

struct prices {
    uint64_t *slots; /* owned; rows, or 0; a power of two, at most half full */
    uint32_t mask;
    float shares[LEVELS]; /* of each level */
    price_asked asked;    /* NULL: prices are looked up */
    void *user;
};

/* What is not in the table: the share of a field, and of a text of some length. */
static const float unknown_field_share = 1.0F / 16;
static const float unknown_share_max = 1.0F / 512;

uint32_t price_key(slice field, uint8_t what, slice text)
{
    const uint64_t seed = atom_hash(what, field.at, field.len);
    const uint32_t key = (uint32_t)(atom_hash(seed, text.at, text.len) >> 32);
    return key == 0 ? 1 : key;
}

static uint32_t key_of(uint64_t row)
{
    return (uint32_t)(row >> PRICE_LEVEL_BITS);
}

static void slot_put(struct prices *p, uint64_t row)
{
    uint32_t at = key_of(row) & p->mask;
    while (p->slots[at] != 0 && key_of(p->slots[at]) != key_of(row))
        at = (at + 1) & p->mask;
    p->slots[at] = row;
}

struct prices *prices_new(const uint64_t *rows, size_t count)
{
    if (rows == NULL) {
        rows = price_rows;
        count = price_row_count;
    }
    assert(count <= PRICE_ROWS_MAX);
    uint32_t slot_count = SLOTS_MIN;
    while (slot_count < 2 * count)
        slot_count *= 2;
    struct prices *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->mask = slot_count - 1;
    p->slots = calloc(slot_count, sizeof *p->slots);
    if (p->slots == NULL) {
        prices_free(p);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        slot_put(p, rows[i]);
    for (int level = 0; level < LEVELS; level++)
        p->shares[level] = exp2f((float)-level / PRICE_LEVELS_PER_HALVING);
    return p;
}

struct prices *prices_asking(price_asked asked, void *user)
{
    struct prices *p = prices_new(&(uint64_t){ 0 }, 0);
    if (p == NULL) return NULL;
    p->asked = asked;
    p->user = user;
    return p;
}

void prices_free(struct prices *p)
{
    if (p == NULL) return;
    free(p->slots);
    free(p);
}

static bool share_find(const struct prices *p, uint32_t key, float *ret_share)
{
    if (p->asked != NULL) {
        p->asked(p->user, key);
        *ret_share = 1;
        return true;
    }
    for (uint32_t at = key & p->mask; p->slots[at] != 0; at = (at + 1) & p->mask) {
        if (key_of(p->slots[at]) != key) continue;
        *ret_share = p->shares[p->slots[at] % LEVELS];
        return true;
    }
    return false;
}

static float share_of(const struct prices *p, slice field, uint8_t what, slice text, float unknown)
{
    float share = unknown;
    return share_find(p, price_key(field, what, text), &share) ? share : unknown;
}

/* How rare a text is that was never seen often: a quarter as rare for each byte more. */
static float unknown_of(size_t len)
{
    const float share = exp2f(-2.0F * (float)(len > 12 ? 12 : len));
    return share > unknown_share_max ? unknown_share_max : share;
}

/* The share of the rarest run of len bytes. */
static float rarest_run(const struct prices *p, slice field, slice text, size_t len)
{
    float least = 1;
    for (size_t at = 0; at + len <= text.len; at++) {
        const float share = share_of(p, field, ATOM_CONTAINS, (slice){ text.at + at, len }, 0);
        if (share == 0) return 0;
        if (share < least) least = share;
    }
    return least;
}

static float price_contains(const struct prices *p, slice field, slice text, float present)
{
    if (text.len < PRICE_GRAM_SHORT) { /* anything may hold a text as short as this */
        return present * exp2f(-(float)text.len);
    }
    float least = rarest_run(p, field, text, PRICE_GRAM_SHORT);
    if (least != 0 && text.len >= PRICE_GRAM_LONG) {
        const float rarer = rarest_run(p, field, text, PRICE_GRAM_LONG);
        if (rarer < least) least = rarer;
    }
    return least == 0 ? present * unknown_of(text.len) : least;
}

float price_of(const struct prices *p, slice field, uint8_t kind, slice text)
{
    const float present = share_of(p, field, ATOM_PRESENT, slice_none(), unknown_field_share);
    const float rare = present * unknown_of(text.len);
    switch ((enum atom_kind)kind) {
    case ATOM_PRESENT:
        return present;
    case ATOM_EXACT:
    case ATOM_NAME:
        return share_of(p, field, kind, text, rare);
    case ATOM_STARTS:
    case ATOM_ENDS: {
        if (text.len == 0) return present;
        const size_t len = atom_edges[atom_edge(text.len)];
        const slice edge =
            kind == ATOM_STARTS ? (slice){ text.at, len } : slice_from(text, text.len - len);
        return share_of(p, field, kind, edge, present * unknown_of(len));
    }
    case ATOM_DIGEST:
        return present * unknown_of(text.len);
    case ATOM_CONTAINS:
        return price_contains(p, field, text, present);
    case ATOM_KINDS:
        break;
    }
    return 1;
}
