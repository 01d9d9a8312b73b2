/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "judge/sigma/regex.h"
#include "base/banned.h"

enum {
    ROOM_START = 64,
    KEY_BYTES_MAX = 4 * 1024 * 1024, /* a value is at most a file, folded at most half longer */
};

void compile_fail(struct ruleset_build *b, status s)
{
    if (b->fatal.code == E_OK) b->fatal = s;
}

bool compile_room(struct ruleset_build *b, void **at, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) return true;
    const size_t grown_cap = *cap == 0 ? ROOM_START : *cap * 2;
    void *grown = realloc(*at, grown_cap * size);
    if (grown == NULL) {
        compile_fail(b, FAIL(E_NOMEM));
        return false;
    }
    *at = grown;
    *cap = grown_cap;
    return true;
}

void *compile_array(struct ruleset_build *b, size_t count, size_t size)
{
    void *at = arena_array(&b->arena, count, size);
    if (at == NULL) compile_fail(b, FAIL(E_LIMIT));
    return at;
}

slice compile_copy(struct ruleset_build *b, slice text)
{
    const slice copy = arena_copy(&b->arena, text);
    if (copy.at != NULL) return copy;
    compile_fail(b, FAIL(E_LIMIT));
    return slice_none();
}

void document_problem(struct document *d, const struct yaml_node *at, enum severity severity,
                      const char *code, const char *format, ...)
{
    struct ruleset *rs = d->rs;
    if (severity == SEVERITY_WARNING && d->is_quiet) return;
    if (severity == SEVERITY_ERROR) {
        d->error_count++;
        rs->error_count++;
    } else {
        rs->warning_count++;
    }
    if (rs->diagnostic_count == DIAGNOSTICS_MAX) return;
    if (!compile_room(d->build, (void **)&d->build->diagnostics, rs->diagnostic_count,
                      &d->build->diagnostic_cap, sizeof *d->build->diagnostics)) {
        return;
    }
    struct fault text = {};
    va_list args;
    va_start(args, format);
    vsnprintf(text.text, sizeof text.text, format, args);
    va_end(args);
    if (at == NULL) at = d->root;
    d->build->diagnostics[rs->diagnostic_count++] = (struct diagnostic){
        .severity = (uint8_t)severity,
        .code = code,
        .file = d->file,
        .line = at == NULL ? 1 : at->line,
        .column = at == NULL ? 1 : at->column,
        .rule = d->reference,
        .text = compile_copy(d->build, slice_text(text.text)),
    };
    rs->diagnostics = d->build->diagnostics;
}

/* Room in a table beside an intern table comes before the number is given, so that every number has
 * its row. */
uint32_t compile_field(struct document *d, slice name)
{
    struct ruleset_build *b = d->build;
    struct writer key = writer_of(b->key, KEY_BYTES_MAX);
    uint32_t number = 0;
    bool is_new = false;
    writer_u8(&key, d->is_categorised ? 1 : 0);
    writer_bytes(&key, name);
    if (!compile_room(b, (void **)&b->field_at, b->fields.count, &b->field_cap,
                      sizeof *b->field_at)) {
        return 0;
    }
    d->rs->fields = b->field_at; /* it may have moved, even if the field is an old one */
    const status s = intern_add(&b->fields, writer_slice(&key), &number, &is_new);
    if (s.code != E_OK) compile_fail(b, s);
    d->rs->fields = b->field_at; /* it may have moved even if nothing is new */
    if (!is_new) return number;
    b->field_at[number] = (struct rule_field){ .name = slice_from(b->fields.names[number], 1),
                                               .is_categorised = d->is_categorised };
    d->rs->field_count = b->fields.count;
    return number;
}

static void key_decimal(struct writer *key, const struct decimal *n)
{
    writer_u8(key, n->is_negative ? 1 : 0);
    writer_u64(key, (uint64_t)n->exponent);
    writer_vec32(key, n->digits);
}

static void key_pattern(struct writer *key, const struct pattern *p)
{
    writer_u8(key, p->form);
    for (uint32_t i = 0; i < p->part_count; i++) {
        writer_u8(key, (uint8_t)(p->parts[i].kind + 1));
        writer_vec32(key, p->parts[i].text);
    }
    writer_u8(key, 0);
}

/* Equal keys are equal questions. */
static void predicate_key(struct writer *key, const struct predicate *p)
{
    writer_u8(key, p->kind);
    writer_u32(key, p->field);
    writer_u8(key, p->compare);
    switch ((enum predicate_kind)p->kind) {
    case PREDICATE_TEXT:
        key_pattern(key, &p->text.pattern);
        writer_u8(key, p->text.is_number ? 1 : 0);
        if (p->text.is_number) key_decimal(key, &p->text.number);
        return;
    case PREDICATE_REGEX:
        writer_u32(key, p->regex.flags);
        writer_bytes(key, p->regex.expression);
        return;
    case PREDICATE_NUMBER:
        key_decimal(key, &p->number);
        return;
    case PREDICATE_TIME:
        writer_u8(key, p->time.part);
        writer_u32(key, (uint32_t)p->time.value);
        return;
    case PREDICATE_CIDR:
        writer_bytes(key, (slice){ p->network.bytes, sizeof p->network.bytes });
        writer_u8(key, p->network.bits);
        return;
    case PREDICATE_FIELDREF:
        writer_u32(key, p->other.field);
        writer_u8(key, p->other.affix);
        writer_u8(key, p->other.form);
        return;
    case PREDICATE_NULL:
    case PREDICATE_EXISTS:
        return;
    }
}

/* A copy whose slices live as long as the set. Digits are a view into what was written, copied
 * apart. */
static const struct predicate *predicate_keep(struct ruleset_build *b, const struct predicate *p,
                                              uint32_t index)
{
    struct predicate *kept = compile_array(b, 1, sizeof *kept);
    if (kept == NULL) return NULL;
    *kept = *p;
    kept->index = index;
    kept->written = compile_copy(b, p->written);
    if (p->kind == PREDICATE_TEXT && p->text.is_number) {
        kept->text.number.digits = compile_copy(b, p->text.number.digits);
    }
    if (p->kind == PREDICATE_NUMBER) kept->number.digits = compile_copy(b, p->number.digits);
    if (p->kind == PREDICATE_REGEX) kept->regex.expression = compile_copy(b, p->regex.expression);
    return kept;
}

uint32_t compile_predicate(struct document *d, const struct predicate *p)
{
    struct ruleset_build *b = d->build;
    struct writer key = writer_of(b->key, KEY_BYTES_MAX);
    uint32_t index = 0;
    bool is_new = false;
    predicate_key(&key, p);
    if (!compile_room(b, (void **)&b->predicate_at, b->predicates.count, &b->predicate_cap,
                      sizeof *b->predicate_at)) {
        return 0;
    }
    d->rs->predicates = b->predicate_at; /* as in compile_field */
    status s = writer_end(&key);
    if (s.code == E_OK) s = intern_add(&b->predicates, writer_slice(&key), &index, &is_new);
    if (s.code != E_OK) compile_fail(b, s);
    d->rs->predicates = b->predicate_at; /* it may have moved even if nothing is new */
    if (!is_new) return index;
    b->predicate_at[index] = predicate_keep(b, p, index);
    if (b->predicate_at[index] == NULL) b->fatal = FAIL(E_NOMEM); /* its number is given already */
    d->rs->predicate_count = b->predicates.count;
    return index;
}

static slice expression_key(struct ruleset_build *b, slice expression, uint32_t flags)
{
    b->key[0] = (uint8_t)flags;
    bytes_copy(b->key + 1, KEY_BYTES_MAX - 1, expression);
    return (slice){ b->key, 1 + expression.len };
}

/* The number of an expression; the row of a new one is empty. */
static status expression_number(struct ruleset_build *b, slice expression, uint32_t flags,
                                uint32_t *ret_number, bool *ret_is_new)
{
    if (expression.len >= KEY_BYTES_MAX) return FAIL(E_LIMIT);
    if (!compile_room(b, (void **)&b->set_at, b->expressions.count, &b->set_cap,
                      sizeof *b->set_at)) {
        return b->fatal;
    }
    const slice key = expression_key(b, expression, flags);
    TRY(intern_add(&b->expressions, key, ret_number, ret_is_new));
    if (*ret_is_new) b->set_at[*ret_number] = (struct compiled){ .why = slice_none() };
    return OK;
}

status compile_expression_add(struct ruleset_build *b, slice expression, uint32_t flags,
                              struct scan_set *set)
{
    uint32_t number = 0;
    bool is_new = false;
    TRY(expression_number(b, expression, flags, &number, &is_new));
    if (!is_new) return FAIL(E_DUPLICATE);
    b->set_at[number].set = set;
    return OK;
}

const struct scan_set *compile_expression_find(struct ruleset_build *b, slice expression,
                                               uint32_t flags)
{
    uint32_t number = 0;
    if (expression.len >= KEY_BYTES_MAX) return NULL;
    const slice key = expression_key(b, expression, flags);
    return intern_find(&b->expressions, key, &number) ? b->set_at[number].set : NULL;
}

const struct scan_set *compile_expression(struct document *d, const struct yaml_node *at,
                                          slice expression, uint32_t flags)
{
    struct ruleset_build *b = d->build;
    struct fault why = {};
    const char *code = "regex";

    if (regex_check(expression, &code, &why).code != E_OK) {
        document_error(d, at, code, "regular expression: %s", why.text);
        return NULL;
    }
    uint32_t number = 0;
    bool is_new = false;
    status s = expression_number(b, expression, flags, &number, &is_new);
    if (s.code != E_OK) compile_fail(b, s);
    if (s.code != E_OK) return NULL;
    if (is_new) {
        const struct scan_pattern pattern = { .expression = expression, .flags = flags };
        struct compiled *compiled = &b->set_at[number];
        s = scan_set_new(&pattern, 1, &compiled->set, &why);
        if (s.code == E_NOMEM) compile_fail(b, s);
        if (s.code != E_OK) compiled->why = compile_copy(b, slice_text(why.text));
    }
    const struct compiled *compiled = &b->set_at[number];
    if (compiled->set == NULL) {
        document_error(d, at, "regex", "regular expression: %.*s", SHOW(compiled->why));
    }
    return compiled->set;
}

const struct value_list *compile_list(const struct ruleset_build *b, slice name)
{
    uint32_t number = 0;
    return intern_find(&b->lists, name, &number) ? &b->list_at[number] : NULL;
}
