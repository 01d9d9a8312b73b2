/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/save/save.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "judge/sigma/compile.h"
#include "judge/sigma/correlation.h"
#include "judge/sigma/save/codec.h"
#include "base/banned.h"

/* Memory for a byte of input. A rule set takes about ten; a '?' in a pattern two thousand. */
enum { MEMORY_PER_BYTE = 256, MEMORY_LEAST = 1024 * 1024 };

/* The tables of a set that is read are on the heap, as the compiler's are. Room for one more, so
 * that none is empty. */
static void *table(struct codec *c, uint64_t count, size_t size)
{
    if (!codec_is_good(c)) return NULL;
    if (count > cursor_left(&c->in)) {
        codec_fail(c, E_SHORT);
        return NULL;
    }
    void *at = calloc(count + 1, size);
    if (at == NULL) codec_fail(c, E_NOMEM);
    return at;
}

static void code_fields(struct codec *c)
{
    struct ruleset *rs = c->rules;
    uint64_t count = rs->field_count;
    code_number(c, &count, UINT32_MAX);
    if (c->is_reading) {
        rs->build->field_at = table(c, count, sizeof *rs->build->field_at);
        rs->fields = rs->build->field_at;
    }
    static_assert(sizeof *rs->fields == 24, "a new member: code it, and raise SAVE_VERSION");
    for (size_t i = 0; i < count && codec_is_good(c); i++) {
        struct rule_field field = {};
        if (!c->is_reading) field = rs->fields[i];
        code_text(c, &field.name);
        code_bool(c, &field.is_categorised);
        if (c->is_reading) rs->build->field_at[i] = field;
    }
    rs->field_count = codec_is_good(c) ? count : 0;
}

/* One expression: flags and text as the key of the intern table has them, then what it compiled
 * to. */
static void expression_write(struct codec *c, uint32_t i)
{
    const struct ruleset_build *b = c->rules->build;
    slice key = b->expressions.names[i];
    slice compiled = slice_none();
    const status s = scan_set_save(b->set_at[i].set, &compiled);
    if (s.code != E_OK) {
        codec_fail(c, s.code);
        return;
    }
    code_text(c, &key);
    code_text(c, &compiled);
    union {
        const uint8_t *kept;
        void *freed;
    } bytes = { .kept = compiled.at };
    free(bytes.freed);
}

static void expression_read(struct codec *c)
{
    slice key = {};
    slice compiled = {};
    struct scan_set *set = NULL;
    code_text(c, &key);
    code_text(c, &compiled);
    if (codec_is_good(c) && key.len == 0) codec_fail(c, E_VALUE);
    if (!codec_is_good(c)) return;
    status s = scan_set_load(compiled, &set);
    if (s.code == E_OK)
        s = compile_expression_add(c->rules->build, slice_from(key, 1), key.at[0], set);
    if (s.code == E_OK) return;
    scan_set_free(set);
    codec_fail(c, s.code);
}

/* Those of refused documents may not have compiled; they are left out. */
static void code_expressions(struct codec *c)
{
    const struct ruleset_build *b = c->rules->build;
    uint64_t count = 0;
    for (uint32_t i = 0; !c->is_reading && i < b->expressions.count; i++)
        count += b->set_at[i].set != NULL;
    code_number(c, &count, UINT32_MAX);
    if (c->is_reading) {
        for (uint64_t i = 0; i < count && codec_is_good(c); i++)
            expression_read(c);
        return;
    }
    for (uint32_t i = 0; i < b->expressions.count && codec_is_good(c); i++) {
        if (b->set_at[i].set != NULL) expression_write(c, i);
    }
}

static void code_predicates(struct codec *c)
{
    struct ruleset *rs = c->rules;
    uint64_t count = rs->predicate_count;
    code_number(c, &count, UINT32_MAX);
    struct predicate *made = codec_array(c, count, sizeof *made);
    if (c->is_reading) {
        rs->build->predicate_at = table(c, count, sizeof *rs->build->predicate_at);
        rs->predicates = rs->build->predicate_at;
    }
    for (size_t i = 0; i < count && codec_is_good(c); i++) {
        struct predicate p = {};
        if (!c->is_reading) p = *rs->predicates[i];
        code_predicate(c, &p);
        if (!c->is_reading) continue;
        p.index = (uint32_t)i;
        made[i] = p;
        rs->build->predicate_at[i] = &made[i];
    }
    rs->predicate_count = codec_is_good(c) ? count : 0;
}

/* All rules have their place before the first is read, because correlations point to them. */
static void rules_read(struct codec *c, uint64_t count)
{
    struct ruleset *rs = c->rules;
    struct rule *made = codec_array(c, count, sizeof *made);
    struct rule **rules = table(c, count, sizeof *rules);
    rs->build->rules = rules;
    rs->rules = (const struct rule *const *)rules;
    if (!codec_is_good(c)) return;
    rs->rule_count = count;
    for (size_t i = 0; i < count; i++) {
        rules[i] = &made[i];
        rules[i]->number = (uint32_t)i;
    }
    for (size_t i = 0; i < count && codec_is_good(c); i++) {
        code_rule(c, rules[i]);
        status s = codec_is_good(c) ? compile_reference(rs->build, rules[i]->id, rules[i]) : OK;
        if (s.code == E_OK && codec_is_good(c))
            s = compile_reference(rs->build, rules[i]->name, rules[i]);
        if (s.code != E_OK) codec_fail(c, s.code);
    }
}

static void code_rules(struct codec *c)
{
    struct ruleset *rs = c->rules;
    uint64_t count = rs->rule_count;
    code_number(c, &count, RULESET_RULES_MAX);
    if (c->is_reading) {
        rules_read(c, count);
        return;
    }
    for (size_t i = 0; i < count && codec_is_good(c); i++)
        code_rule(c, rs->build->rules[i]);
}

static void code_diagnostics(struct codec *c)
{
    struct ruleset *rs = c->rules;
    uint64_t count = rs->diagnostic_count;
    code_number(c, &count, DIAGNOSTICS_MAX);
    if (c->is_reading) {
        rs->build->diagnostics = table(c, count, sizeof *rs->build->diagnostics);
        rs->diagnostics = rs->build->diagnostics;
    }
    static_assert(sizeof *rs->diagnostics == 72, "a new member: code it, and raise SAVE_VERSION");
    for (size_t i = 0; i < count && codec_is_good(c); i++) {
        struct diagnostic d = {};
        if (!c->is_reading) d = rs->diagnostics[i];
        code_u8(c, &d.severity, SEVERITY_ERROR);
        code_name(c, &d.code);
        code_text(c, &d.file);
        code_u32(c, &d.line, UINT32_MAX);
        code_u32(c, &d.column, UINT32_MAX);
        code_text(c, &d.rule);
        code_text(c, &d.text);
        if (c->is_reading) rs->build->diagnostics[i] = d;
    }
    rs->diagnostic_count = codec_is_good(c) ? count : 0;
}

static void code_counts(struct codec *c)
{
    struct ruleset *rs = c->rules;
    static_assert(sizeof *rs == 144, "a new member: code it, and raise SAVE_VERSION");
    size_t *const counts[] = { &rs->error_count, &rs->warning_count, &rs->file_count,
                               &rs->document_count, &rs->refused_count };
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        uint64_t count = *counts[i];
        code_number(c, &count, UINT32_MAX);
        *counts[i] = count;
    }
    code_bytes(c, rs->digest.bytes, sizeof rs->digest.bytes);
}

static void code_set(struct codec *c)
{
    uint64_t version = SAVE_VERSION;
    code_number(c, &version, UINT32_MAX);
    if (version != SAVE_VERSION) codec_fail(c, E_UNKNOWN);
    code_fields(c);
    code_expressions(c);
    code_predicates(c);
    code_rules(c);
    code_diagnostics(c);
    code_counts(c);
}

status ruleset_save(const struct ruleset *rs, struct writer *w)
{
    struct ruleset copy = *rs; /* writing changes nothing behind it */
    struct codec c = { .out = w, .rules = &copy };
    code_set(&c);
    TRY(c.failed);
    return writer_end(w);
}

/* What the decoders of single rules cannot see. */
static status set_check(struct ruleset *rs)
{
    for (size_t i = 0; i < rs->rule_count; i++) {
        const struct correlation *x = rs->rules[i]->correlation;
        for (uint32_t j = 0; x != NULL && j < x->rule_count; j++) {
            if (x->rules[j]->kind == RULE_FILTER) return FAIL(E_VALUE);
        }
    }
    return correlations_are_settled(rs) ? OK : FAIL(E_VALUE);
}

status ruleset_restore(slice bytes, struct ruleset **ret_rules)
{
    if (bytes.len > SAVE_BYTES_MAX) return FAIL(E_LIMIT);
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) return FAIL(E_NOMEM);
    const size_t memory = MEMORY_LEAST + MEMORY_PER_BYTE * bytes.len;
    rs->build->arena.cap = memory < RULESET_BYTES_MAX ? memory : RULESET_BYTES_MAX;
    struct codec c = {
        .is_reading = true, .in = cursor_of(bytes), .arena = &rs->build->arena, .rules = rs
    };
    code_set(&c);
    status s = c.failed;
    if (s.code == E_OK) s = cursor_end(&c.in);
    if (s.code == E_OK) s = set_check(rs);
    if (s.code != E_OK) {
        ruleset_free(rs);
        return s;
    }
    *ret_rules = rs;
    return OK;
}
