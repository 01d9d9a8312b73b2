/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/definition.h"

#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/banned.h"

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

/* What is not counted is for an auditor: only its name and its hash matter here. */
static status read_one(slice text, struct definition *d)
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
    if (!slice_is(how, "counts")) return OK;
    TRY(read_kind(d, &l));
    TRY(read_words(d, &l, "where", read_term));
    TRY(read_words(d, &l, "by", read_by));
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "title"));
    TRY(lines_next(&l));
    TRY(lines_expect(&l, "meaning"));
    return cursor_end(&l.rest);
}

static bool is_there(const struct definitions *all, slice id)
{
    for (size_t i = 0; i < all->count; i++) {
        if (slice_equal(all->at[i].id, id)) return true;
    }
    return false;
}

status definitions_read(slice text, struct arena *arena, struct definitions *ret_definitions,
                        struct fault *fault)
{
    struct definitions all = { .at = arena_array(arena, DEFINITIONS_MAX, sizeof *all.at) };
    if (all.at == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    while (text.len > 0) {
        const uint8_t *end = memmem(text.at, text.len, "\n\n", 2);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.at) + 1;
        struct definition d = { .id = slice_none() };
        status s = all.count == DEFINITIONS_MAX ? FAIL(E_LIMIT) : OK;
        if (s.code == E_OK) s = read_one((slice){ text.at, len }, &d);
        if (s.code == E_OK && is_there(&all, d.id)) s = FAIL(E_DUPLICATE);
        if (s.code != E_OK) {
            return fault_set(fault, s, "definitions.txt: figure %zu %.*s: %s", all.count + 1,
                             d.id.len < 100 ? (int)d.id.len : 100, (const char *)d.id.at,
                             status_text(s));
        }
        all.at[all.count++] = d;
        text = slice_from(text, end == NULL ? len : len + 1);
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
