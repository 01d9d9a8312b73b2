/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "judge/sigma/correlation.h"
#include "base/banned.h"

/*
 * Linking: the references of correlations become rules. Depth is found by rounds: a correlation is
 * one deeper than the deepest correlation it lists. After CORRELATION_DEPTH_MAX rounds whatever is
 * not settled is part of a cycle, hangs on one, or is too deep, and is refused; so is what lists a
 * refused one.
 */
enum { DEPTH_UNKNOWN = 0 };

static void link_error(struct ruleset *rs, const struct rule *rule, const char *format, slice name)
{
    const struct yaml_node at = { .line = rule->line, .column = 1 };
    struct document d = { .rs = rs,
                          .build = rs->build,
                          .file = rule->file,
                          .root = &at,
                          .reference = rule_reference(rule) };
    document_error(&d, NULL, "correlation", "%s %.*s", format, SHOW(name));
}

/* Leaves correlation.rules NULL, after a diagnostic, where a rule is missing. */
static void rules_resolve(struct ruleset *rs, struct rule *rule)
{
    struct ruleset_build *b = rs->build;
    struct correlation *c = compile_array(b, 1, sizeof *c);
    const struct rule **rules = compile_array(b, rule->correlation->rule_count, sizeof *rules);
    if (c == NULL || rules == NULL) return;
    *c = *rule->correlation;
    for (uint32_t i = 0; i < c->rule_count; i++) {
        rules[i] = ruleset_find(rs, c->references[i]);
        if (rules[i] == NULL || rules[i]->kind == RULE_FILTER) {
            link_error(rs, rule, "lists a rule that is not loaded:", c->references[i]);
            return;
        }
    }
    c->rules = rules;
    rule->correlation = c;
}

/* The depth of a correlation whose listed rules are all settled; DEPTH_UNKNOWN before. */
static uint8_t depth_of(const struct correlation *c, const uint8_t *depths)
{
    uint8_t depth = 1;
    for (uint32_t i = 0; i < c->rule_count; i++) {
        const struct rule *listed = c->rules[i];
        if (listed->kind != RULE_CORRELATION) continue;
        if (depths[listed->number] == DEPTH_UNKNOWN) return DEPTH_UNKNOWN;
        if (depths[listed->number] >= depth) depth = (uint8_t)(depths[listed->number] + 1);
    }
    return depth;
}

static bool is_refused(const struct rule *rule)
{
    return rule->kind == RULE_CORRELATION && rule->correlation->rules == NULL;
}

static void depths_find(struct ruleset *rs, uint8_t *depths)
{
    for (unsigned round = 1; round <= CORRELATION_DEPTH_MAX; round++) {
        for (size_t i = 0; i < rs->rule_count; i++) {
            const struct rule *rule = rs->rules[i];
            if (rule->kind != RULE_CORRELATION || is_refused(rule)) continue;
            if (depths[i] == DEPTH_UNKNOWN) {
                const uint8_t depth = depth_of(rule->correlation, depths);
                if (depth == round) depths[i] = depth;
            }
        }
    }
}

bool correlations_are_settled(struct ruleset *rs)
{
    uint8_t *depths = arena_array(&rs->build->scratch, rs->rule_count + 1, sizeof *depths);
    if (depths == NULL) return false;
    depths_find(rs, depths);
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_CORRELATION && depths[i] == DEPTH_UNKNOWN) return false;
    }
    return true;
}

/* Takes the refused correlations out; the others keep their order. */
static void rules_compact(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;
    size_t kept = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        struct rule *rule = b->rules[i];
        if (is_refused(rule)) {
            rs->refused_count++;
            continue;
        }
        rule->number = (uint32_t)kept;
        b->rules[kept++] = rule;
    }
    rs->rule_count = kept;
}

static void silence(struct ruleset *rs)
{
    bool *is_listed = arena_array(&rs->build->scratch, rs->rule_count + 1, sizeof *is_listed);
    bool *is_generated = arena_array(&rs->build->scratch, rs->rule_count + 1, sizeof *is_generated);
    if (is_listed == NULL || is_generated == NULL) {
        compile_fail(rs->build, FAIL(E_NOMEM));
        return;
    }
    for (size_t i = 0; i < rs->rule_count; i++) {
        const struct correlation *c = rs->rules[i]->correlation;
        for (uint32_t j = 0; c != NULL && j < c->rule_count; j++) {
            is_listed[c->rules[j]->number] = true;
            if (c->generate) is_generated[c->rules[j]->number] = true;
        }
    }
    for (size_t i = 0; i < rs->rule_count; i++) {
        rs->build->rules[i]->is_silent = is_listed[i] && !is_generated[i];
    }
}

static void refuse(struct rule *rule, struct ruleset_build *b)
{
    struct correlation *c = compile_array(b, 1, sizeof *c);
    if (c == NULL) return;
    *c = *rule->correlation;
    c->rules = NULL;
    rule->correlation = c;
}

void correlations_link(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;
    uint8_t *depths = arena_array(&b->scratch, rs->rule_count + 1, sizeof *depths);
    if (depths == NULL) {
        compile_fail(b, FAIL(E_NOMEM));
        return;
    }
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (b->rules[i]->kind == RULE_CORRELATION) rules_resolve(rs, b->rules[i]);
    }
    depths_find(rs, depths);
    for (size_t i = 0; i < rs->rule_count; i++) {
        struct rule *rule = b->rules[i];
        if (rule->kind != RULE_CORRELATION || is_refused(rule) || depths[i] != DEPTH_UNKNOWN)
            continue;
        link_error(rs, rule, "is part of a cycle, lists a refused rule, or is more than 10 deep:",
                   rule_reference(rule));
        refuse(rule, b);
    }
    rules_compact(rs);
    silence(rs);
}
