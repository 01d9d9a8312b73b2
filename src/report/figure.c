/* SPDX-License-Identifier: Apache-2.0 */
#include "report/figure.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { DEFINITION_BYTES_MAX = 2048 };

/* The part up to a separator; *rest is what follows it. */
static slice part_of(slice *rest, uint8_t separator)
{
    const uint8_t *end = memchr(rest->at, separator, rest->len);
    const size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
    const slice part = { rest->at, len };
    *rest = slice_from(*rest, len < rest->len ? len + 1 : len);
    return part;
}

static status mistake(const struct figure *figure, status s, slice word, struct fault *f)
{
    return fault_set(f, s, "figure %s: %.*s", figure->id, (int)word.len, (const char *)word.at);
}

static status resolve_term(const struct figure *figure, struct figure_plan *p, slice term,
                           struct fault *f)
{
    const slice name = part_of(&term, '=');
    const struct schema_column *c = schema_column_named(p->schema, name);
    if (c == NULL) return mistake(figure, FAIL(E_UNKNOWN), name, f);
    if (p->term_count == FIGURE_TERMS_MAX) return mistake(figure, FAIL(E_LIMIT), name, f);
    const uint8_t nth = p->term_count++;
    p->terms[nth].column = c;
    p->terms[nth].count = 0;
    while (term.len > 0) {
        const slice word = part_of(&term, '|');
        const uint8_t number = choice_number(c->choice, word);
        if (number == 0) return mistake(figure, FAIL(E_VALUE), word, f);
        if (c->type == COLUMN_BITS) {
            p->terms[nth].values[0] = (uint16_t)(p->terms[nth].values[0] | 1u << (number - 1));
            p->terms[nth].count = 1;
        } else {
            if (p->terms[nth].count == FIGURE_VALUES_MAX) {
                return mistake(figure, FAIL(E_LIMIT), word, f);
            }
            p->terms[nth].values[p->terms[nth].count++] = number;
        }
    }
    return OK;
}

status figure_resolve(const struct figure *figure, struct figure_plan *ret_plan, struct fault *f)
{
    struct figure_plan p = { .schema = schema_of(figure->kind) };
    slice where = slice_text(figure->where);
    slice by = slice_text(figure->by);
    assert(p.schema != NULL);
    while (where.len > 0)
        TRY(resolve_term(figure, &p, part_of(&where, ' '), f));
    for (size_t i = 0; i < FIGURE_BY_MAX && by.len > 0; i++) {
        const slice name = part_of(&by, ' ');
        p.by[i] = schema_column_named(p.schema, name);
        if (p.by[i] == NULL) return mistake(figure, FAIL(E_UNKNOWN), name, f);
    }
    *ret_plan = p;
    return OK;
}

bool figure_counts(const struct figure_plan *p, const struct counter_key *key,
                   uint16_t ret_by[FIGURE_BY_MAX])
{
    const slice columns = { key->bytes + COUNTER_KEY_COLUMNS, p->schema->columns_bytes };
    const bool same =
        key->bytes[0] == p->schema->kind && get_u16(key->bytes + 1) == p->schema->version;
    if (!same || key->bytes[COUNTER_KEY_FLAG] == COUNTER_OVERFLOW) return false;
    for (size_t i = 0; i < p->term_count; i++) {
        const struct schema_column *c = p->terms[i].column;
        const uint16_t value = schema_column_value(c, columns);
        bool fits = c->type == COLUMN_BITS && (value & p->terms[i].values[0]) != 0;
        for (size_t n = 0; c->type != COLUMN_BITS && n < p->terms[i].count; n++)
            fits = fits || value == p->terms[i].values[n];
        if (!fits) return false;
    }
    for (size_t i = 0; i < FIGURE_BY_MAX; i++)
        ret_by[i] = p->by[i] == NULL ? 0 : schema_column_value(p->by[i], columns);
    return true;
}

static bool is_market_sign(unsigned c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void figure_value_print(const struct schema_column *c, uint16_t value, struct writer *w)
{
    if (c->type == COLUMN_CHOICE) {
        const char *name = choice_name(c->choice, (uint8_t)value);
        writer_text(w, name != NULL ? name : "not_stated");
    } else if (c->type == COLUMN_MARKET && is_market_sign(value >> 8) &&
               is_market_sign(value & 0xff)) {
        writer_u8(w, (uint8_t)(value >> 8));
        writer_u8(w, (uint8_t)(value & 0xff));
    } else if (c->type == COLUMN_MARKET) {
        writer_text(w, "not_stated");
    } else {
        writer_dec(w, value);
    }
}

void figure_define(const struct figure *figure, struct writer *w)
{
    const struct schema *s = schema_of(figure->kind);
    assert(s != NULL);
    writer_printf(w, "candor/figure@v1\nid %s\ncounts %s version %u\nwhere %s\nby %s\ntitle ",
                  figure->id, s->name, s->version, figure->where, figure->by);
    writer_printf(w, "%s\nmeaning %s\n", figure->title, figure->meaning);
}

hash figure_hash(const struct figure *figure)
{
    uint8_t room[DEFINITION_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    figure_define(figure, &w);
    assert(w.error == E_OK); /* a row of the table that is too long shows in every test */
    return sha256(writer_slice(&w));
}
