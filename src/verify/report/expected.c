/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/expected.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "base/banned.h"

enum { VALUE_TEXT_BYTES_MAX = 64, DIGITS_MAX = 20 };

/* What one counter gives to the figure. */
struct part {
    uint64_t count;
    uint64_t late;
    uint16_t by[DEFINITION_BY_MAX];
};

struct parts {
    const struct part *at; /* by their values */
    size_t count;
};

static bool is_of(const struct definition *d, const struct counter_key *k)
{
    return k->bytes[0] == d->schema->kind && get_u16(k->bytes + 1) == d->schema->version &&
           k->bytes[COUNTER_KEY_FLAG] != COUNTER_OVERFLOW;
}

static bool is_in(const struct counted_months *m, const struct counter_key *k)
{
    const uint16_t month = counter_key_month(k);
    return month >= m->first && month <= m->last;
}

static int by_values(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    for (size_t i = 0; i < DEFINITION_BY_MAX; i++) {
        if (x->by[i] != y->by[i]) return x->by[i] < y->by[i] ? -1 : 1;
    }
    return 0;
}

static size_t find_parts(const struct counted_months *m, const struct definition *d,
                         struct part *parts)
{
    size_t count = 0;
    for (size_t row = 0; row < m->table->row_count; row++) {
        const struct counter_key k = counter_table_key(m->table, row);
        if (!is_of(d, &k) || !is_in(m, &k)) continue;
        const slice columns = { k.bytes + COUNTER_KEY_COLUMNS, d->schema->columns_bytes };
        if (!definition_counts(d, columns)) continue;
        struct part s = { .count = counter_table_count(m->table, row) };
        if (k.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE) s.late = s.count;
        for (size_t i = 0; i < d->by_count; i++)
            s.by[i] = schema_column_value(d->by[i], columns);
        parts[count++] = s;
    }
    if (count > 1) qsort(parts, count, sizeof *parts, by_values);
    return count;
}

/* How many of the parts, which begin with that value or a higher one, have it. */
static size_t run_of(struct parts s, size_t nth, uint16_t value)
{
    size_t count = 0;
    while (count < s.count && s.at[count].by[nth] == value)
        count++;
    return count;
}

static slice number_text(uint64_t number, struct arena *arena)
{
    uint8_t *room = arena_take(arena, DIGITS_MAX);
    if (room == NULL) return (slice){};
    struct writer w = writer_of(room, DIGITS_MAX);
    writer_dec(&w, number);
    return writer_slice(&w);
}

static bool is_market(uint16_t value)
{
    const unsigned signs[] = { value >> 8, value & 0xff };
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        const bool fits =
            (signs[i] >= 'A' && signs[i] <= 'Z') || (signs[i] >= '0' && signs[i] <= '9');
        if (!fits) return false;
    }
    return true;
}

/* A value as a report writes it. */
static void print_value(const struct schema_column *c, uint16_t value, struct writer *w)
{
    const char *name = c->type == COLUMN_CHOICE ? choice_name(c->choice, (uint8_t)value) : NULL;
    if (name != NULL) {
        writer_text(w, name);
    } else if (c->type == COLUMN_MARKET && is_market(value)) {
        writer_u8(w, (uint8_t)(value >> 8));
        writer_u8(w, (uint8_t)(value & 0xff));
    } else if (c->type == COLUMN_CHOICE || c->type == COLUMN_MARKET) {
        writer_text(w, "not_stated");
    } else {
        writer_dec(w, value);
    }
}

/* A cell of the parts, below the values given. */
static status add(const struct definition *d, const uint16_t *values, size_t depth,
                  struct parts parts, struct stated *to)
{
    uint64_t count = 0;
    uint64_t late = 0;
    struct stated_cell *c = stated_add(to, d->id);
    if (c == NULL) return FAIL(E_LIMIT);
    for (size_t i = 0; i < depth; i++) {
        uint8_t text[VALUE_TEXT_BYTES_MAX];
        struct writer w = writer_of(text, sizeof text);
        print_value(d->by[i], values[i], &w);
        c->by[i] = slice_text(d->by[i]->name);
        TRY(stated_deepen(to, c, writer_slice(&w)));
    }
    for (size_t i = 0; i < parts.count; i++) {
        count += parts.at[i].count; /* cannot wrap: the sum of a table is its size */
        late += parts.at[i].late;
    }
    c->words[STATED_VALUE] = number_text(count, to->arena);
    c->words[STATED_LATE] = number_text(late, to->arena);
    c->words[STATED_UNIT] = slice_text("count");
    c->words[STATED_HOW] = slice_text("counted");
    return c->words[STATED_VALUE].at == NULL || c->words[STATED_LATE].at == NULL ? FAIL(E_NOMEM)
                                                                                 : OK;
}

/* Whether a first value has a cell though nothing was counted: it is one of a closed list. */
static bool is_listed(const struct schema_column *c, unsigned value)
{
    return c->type == COLUMN_CHOICE && value <= UINT8_MAX &&
           choice_name(c->choice, (uint8_t)value) != NULL;
}

static status add_second(const struct definition *d, uint16_t first, struct parts within,
                         struct stated *to)
{
    while (within.count > 0 && d->by_count > 1) {
        const uint16_t values[] = { first, within.at[0].by[1] };
        const size_t run = run_of(within, 1, values[1]);
        TRY(add(d, values, 2, (struct parts){ within.at, run }, to));
        within = (struct parts){ within.at + run, within.count - run };
    }
    return OK;
}

static status add_all(const struct definition *d, struct parts all, struct stated *to)
{
    TRY(add(d, NULL, 0, all, to));
    for (unsigned value = 0; d->by_count > 0 && value <= UINT16_MAX; value++) {
        const uint16_t first = (uint16_t)value;
        const size_t run = run_of(all, 0, first);
        const struct parts within = { all.at, run };
        if (run == 0 && !is_listed(d->by[0], value)) continue;
        TRY(add(d, &first, 1, within, to));
        TRY(add_second(d, first, within, to));
        all = (struct parts){ all.at + run, all.count - run };
    }
    return OK;
}

/* ---- shares ---- */

enum { SHARE_ONE = 10000, SHARE_BYTES = 24 };

struct sums {
    uint64_t part;
    uint64_t whole;
};

/* A share to four places, halves up. */
static status add_share(const struct definition *d, const uint16_t *value, struct sums sums,
                        struct stated *to)
{
    TRY(add(d, value, value == NULL ? 0 : 1, (struct parts){}, to));
    struct stated_cell *c = &to->at[to->count - 1];
    uint8_t *room = arena_take(to->arena, SHARE_BYTES);
    if (room == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(room, SHARE_BYTES);
    if (sums.whole > 0) {
        const unsigned __int128 twice = (unsigned __int128)sums.part * 2 * SHARE_ONE + sums.whole;
        const uint64_t share = (uint64_t)(twice / sums.whole / 2);
        writer_printf(&w, "%llu.%04llu", (unsigned long long)share / SHARE_ONE,
                      (unsigned long long)share % SHARE_ONE);
    }
    c->words[STATED_VALUE] = writer_slice(&w);
    c->words[STATED_UNIT] = slice_text("share");
    c->words[STATED_LATE] = slice_none();
    c->words[STATED_OF] = number_text(sums.whole, to->arena);
    if (sums.whole == 0) c->words[STATED_MARK] = slice_text("not_applicable");
    return c->words[STATED_OF].at == NULL ? FAIL(E_NOMEM) : OK;
}

/* The sum of the parts of one first value; they begin with it or a higher one, and move on. */
static uint64_t take_sum(struct parts *p, uint16_t value)
{
    uint64_t sum = 0;
    const size_t run = run_of(*p, 0, value);
    for (size_t i = 0; i < run; i++)
        sum += p->at[i].count;
    *p = (struct parts){ p->at + run, p->count - run };
    return sum;
}

static status add_shares(const struct definition *d, struct parts part, struct parts whole,
                         struct stated *to)
{
    struct sums all = {};
    for (size_t i = 0; i < part.count; i++)
        all.part += part.at[i].count;
    for (size_t i = 0; i < whole.count; i++)
        all.whole += whole.at[i].count;
    TRY(add_share(d, NULL, all, to));
    for (unsigned value = 0; value <= UINT16_MAX; value++) {
        const uint16_t first = (uint16_t)value;
        const struct sums sums = { take_sum(&part, first), take_sum(&whole, first) };
        if (sums.whole == 0 && !is_listed(d->by[0], value)) continue;
        TRY(add_share(d, &first, sums, to));
    }
    return OK;
}

/* ---- all ---- */

status expected_cells(const struct counted_months *m, const struct definition *d,
                      struct arena *arena, struct stated *ret_cells)
{
    enum { LISTED_MAX = 1 + UINT8_MAX };
    const struct definition *first = d->part != NULL ? d->part : d;
    struct part *room = calloc(2 * (m->table->row_count + 1), sizeof *room);
    if (room == NULL) return FAIL(E_NOMEM);
    const struct parts parts = { room, find_parts(m, first, room) };
    struct parts whole = { room + m->table->row_count + 1, 0 };
    if (d->whole != NULL) whole.count = find_parts(m, d->whole, room + m->table->row_count + 1);
    status s =
        stated_room(ret_cells, "the log", 2 * (parts.count + whole.count) + LISTED_MAX, arena);
    if (s.code == E_OK) {
        s = d->whole != NULL ? add_shares(d, parts, whole, ret_cells)
                             : add_all(d, parts, ret_cells);
    }
    free(room);
    return s;
}

/* The definition of a figure that counts that kind; NULL if there is none. */
static const struct definition *of_kind(const struct definitions *all, uint8_t kind)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->at[i].schema != NULL && all->at[i].schema->kind == kind) return &all->at[i];
    }
    return NULL;
}

void expected_rest(const struct counted_months *m, const struct definitions *all,
                   uint64_t *ret_late, uint64_t *ret_uncounted)
{
    *ret_late = *ret_uncounted = 0;
    for (size_t row = 0; row < m->table->row_count; row++) {
        const struct counter_key k = counter_table_key(m->table, row);
        const struct definition *d = of_kind(all, k.bytes[0]);
        const uint64_t count = counter_table_count(m->table, row);
        if (d == NULL) continue;
        if (!is_of(d, &k)) {
            *ret_uncounted += count;
        } else if (k.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE && is_in(m, &k)) {
            *ret_late += count;
        }
    }
}
