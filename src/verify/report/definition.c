/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/definition.h"

#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/banned.h"

enum { NAME_SHOWN_MAX = 100 };

/* The part up to a separator; *rest is what follows it. */
static slice cut(slice *rest, uint8_t separator)
{
    const uint8_t *end = memchr(rest->at, separator, rest->len);
    const size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
    const slice part = { rest->at, len };
    *rest = slice_from(*rest, end == NULL ? len : len + 1);
    return part;
}

/* COLUMN=VALUE|VALUE … */
static status read_term(struct definition *d, slice text)
{
    const slice name = cut(&text, '=');
    struct definition_term term = { .column = schema_column_named(d->schema, name) };
    if (term.column == NULL) return FAIL(E_UNKNOWN);
    if (d->term_count == DEFINITION_TERMS_MAX) return FAIL(E_LIMIT);
    do {
        const uint8_t number = choice_number(term.column->choice, cut(&text, '|'));
        if (number == 0) return FAIL(E_VALUE);
        if (term.count == DEFINITION_VALUES_MAX) return FAIL(E_LIMIT);
        term.values[term.count++] =
            term.column->type == COLUMN_BITS ? (uint16_t)(1u << (number - 1)) : number;
    } while (text.len > 0);
    d->terms[d->term_count++] = term;
    return OK;
}

static status read_by(struct definition *d, slice name)
{
    const struct schema_column *column = schema_column_named(d->schema, name);
    d->has_private_by |= d->is_opened && column == NULL;
    if (d->has_private_by) return OK;
    if (column == NULL) return FAIL(E_UNKNOWN);
    if (d->by_count == DEFINITION_BY_MAX) return FAIL(E_LIMIT);
    d->by[d->by_count++] = column;
    return OK;
}

/* A line that begins with the word and has at least one more; each is read. */
static status read_words(struct definition *d, struct lines *l, const char *first,
                         status (*read)(struct definition *d, slice word))
{
    TRY(lines_next(l));
    TRY(lines_expect(l, first));
    do {
        slice word = slice_none();
        TRY(lines_word(l, &word));
        TRY(read(d, word));
    } while (l->line.len > 0);
    return OK;
}

static status read_kind(struct definition *d, struct lines *l)
{
    slice kind = slice_none();
    slice version = slice_none();
    uint64_t number = 0;
    TRY(lines_word(l, &kind));
    TRY(lines_expect(l, "version"));
    TRY(lines_word(l, &version));
    TRY(lines_end(l));
    TRY(num_parse_u64(version, &number));
    d->schema = schema_named(kind);
    return d->schema != NULL && d->schema->version == number ? OK : FAIL(E_UNKNOWN);
}

static const struct definition *find(const struct definitions *all, slice id)
{
    for (size_t i = 0; i < all->count; i++) {
        if (slice_equal(all->at[i].id, id)) return &all->at[i];
    }
    return NULL;
}

/* ID by ID, two figures of any place in the text: by its lines, since they may stand behind it. */
struct dividing {
    slice part;
    slice whole;
    slice by;
};

static status read_dividing(struct lines *l, struct dividing *ret_dividing)
{
    TRY(lines_word(l, &ret_dividing->part));
    TRY(lines_expect(l, "by"));
    TRY(lines_word(l, &ret_dividing->whole));
    TRY(lines_end(l));
    TRY(lines_next(l));
    TRY(lines_expect(l, "by"));
    TRY(lines_word(l, &ret_dividing->by));
    return lines_end(l);
}

/* Both are counted and split by that column first. */
static status resolve_dividing(const struct definitions *all, const struct dividing *d,
                               struct definition *ret_definition)
{
    const struct definition *const both[] = { find(all, d->part), find(all, d->whole) };
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        const bool is_counted = both[i] != NULL && both[i]->schema != NULL && !both[i]->is_opened;
        if (!is_counted) return FAIL(E_UNKNOWN);
        if (!slice_is(d->by, both[i]->by[0]->name)) return FAIL(E_VALUE);
    }
    ret_definition->part = both[0];
    ret_definition->whole = both[1];
    ret_definition->by[0] = both[0]->by[0];
    ret_definition->by_count = 1;
    return OK;
}

/* Of what is opened, a count and its public columns lead to cells that anybody can count. */
static status read_measure(struct definition *d, struct lines *l)
{
    slice measure = slice_none();
    TRY(lines_next(l));
    TRY(lines_expect(l, "measure"));
    TRY(lines_word(l, &measure));
    if (!slice_is(measure, "count")) d->schema = NULL;
    return OK;
}

static status read_one(slice text, struct definition *d, struct dividing *ret_dividing)
{
    struct lines l = lines_of(text);
    slice how = slice_none();
    d->hash = sha256(text);
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "candor/figure@v1"));
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "id"));
    TRY(lines_word(&l, &d->id));
    TRY(lines_end(&l));
    TRY(lines_next(&l));
    TRY(lines_word(&l, &how));
    if (slice_is(how, "divides")) return read_dividing(&l, ret_dividing);
    d->is_opened = slice_is(how, "opens");
    if (!d->is_opened && !slice_is(how, "counts")) return FAIL(E_UNKNOWN);
    TRY(read_kind(d, &l));
    TRY(read_words(d, &l, "where", read_term));
    TRY(read_words(d, &l, "by", read_by));
    if (d->is_opened) return read_measure(d, &l);
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "title"));
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "meaning"));
    return cursor_end(&l.rest);
}

static status definition_fault(const struct definition *d, status s, struct fault *fault)
{
    return fault_set(fault, s, "definitions.txt: figure %.*s: %s",
                     d->id.len < NAME_SHOWN_MAX ? (int)d->id.len : NAME_SHOWN_MAX,
                     (const char *)d->id.at, status_text(s));
}

static status read_texts(slice text, struct definitions *all, struct dividing *dividing,
                         struct fault *fault)
{
    while (text.len > 0) {
        const uint8_t *end = memmem(text.at, text.len, "\n\n", 2);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.at) + 1;
        struct definition d = { .id = slice_none() };
        status s = all->count == DEFINITIONS_MAX ? FAIL(E_LIMIT) : OK;
        if (s.code == E_OK) s = read_one((slice){ text.at, len }, &d, &dividing[all->count]);
        if (s.code == E_OK && find(all, d.id) != NULL) s = FAIL(E_DUPLICATE);
        if (s.code != E_OK) return definition_fault(&d, s, fault);
        all->at[all->count++] = d;
        text = slice_from(text, end == NULL ? len : len + 1);
    }
    return OK;
}

status definitions_read(slice text, struct arena *arena, struct definitions *ret_definitions,
                        struct fault *fault)
{
    struct definitions all = { .at = arena_array(arena, DEFINITIONS_MAX, sizeof *all.at) };
    struct dividing *dividing = arena_array(arena, DEFINITIONS_MAX, sizeof *dividing);
    if (all.at == NULL || dividing == NULL) {
        return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    }
    TRY(read_texts(text, &all, dividing, fault));
    for (size_t i = 0; i < all.count; i++) {
        if (dividing[i].part.len == 0) continue;
        const status s = resolve_dividing(&all, &dividing[i], &all.at[i]);
        if (s.code != E_OK) return definition_fault(&all.at[i], s, fault);
    }
    *ret_definitions = all;
    return OK;
}

static bool term_fits(const struct definition_term *t, slice columns)
{
    const uint16_t value = schema_column_value(t->column, columns);
    for (size_t i = 0; i < t->count; i++) {
        const bool fits =
            t->column->type == COLUMN_BITS ? (value & t->values[i]) != 0 : value == t->values[i];
        if (fits) return true;
    }
    return false;
}

bool definition_counts(const struct definition *d, slice columns)
{
    for (size_t i = 0; i < d->term_count; i++) {
        if (!term_fits(&d->terms[i], columns)) return false;
    }
    return true;
}
