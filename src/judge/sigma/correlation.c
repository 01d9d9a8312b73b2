/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlation.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "judge/sigma/condition.h"
#include "judge/sigma/decimal.h"
#include "base/banned.h"

static const char *const type_names[] = { "event_count",      "value_count", "temporal",
                                          "temporal_ordered", "value_sum",   "value_avg",
                                          "value_percentile", "value_median" };
static const char *const bound_names[] = { "gt", "gte", "lt", "lte", "eq", "neq" };

enum { PERCENTILE_DEFAULT = 50, NUMBER_DIGITS_MAX = 64 };

const char *correlation_type_name(uint8_t type)
{
    return type < COUNT_OF(type_names) ? type_names[type] : "";
}

static bool is_temporal(const struct correlation *c)
{
    return c->type == CORRELATION_TEMPORAL || c->type == CORRELATION_TEMPORAL_ORDERED;
}

static bool is_counted(const struct correlation *c)
{
    return c->type == CORRELATION_EVENT_COUNT || is_temporal(c);
}

static bool type_load(struct document *d, const struct yaml_node *map, struct correlation *c)
{
    const struct yaml_node *node = yaml_member(map, "type");
    for (size_t i = 0; node != NULL && i < COUNT_OF(type_names); i++) {
        if (!slice_is(node->text, type_names[i])) continue;
        c->type = (uint8_t)i;
        return true;
    }
    document_error(d, node == NULL ? map : node, "correlation",
                   "unknown or no type of correlation");
    return false;
}

/* A text or a list of 1 to max texts. */
static bool texts_load(struct document *d, const struct yaml_node *node, const char *what,
                       size_t max, struct rule_texts *ret_texts)
{
    const bool list = node->type == YAML_LIST;
    const size_t count = list ? node->count : 1;
    if (count == 0 || count > max || node->type == YAML_MAP || node->type == YAML_NULL) {
        document_error(d, node, "correlation", "%s must be 1 to %zu texts", what, max);
        return false;
    }
    slice *texts = compile_array(d->build, count, sizeof *texts);
    if (texts == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *member = list ? node->members[i].value : node;
        if (member->type == YAML_LIST || member->type == YAML_MAP || member->text.len == 0) {
            document_error(d, member, "correlation", "%s must be 1 to %zu texts", what, max);
            return false;
        }
        texts[i] = compile_copy(d->build, member->text);
    }
    *ret_texts = (struct rule_texts){ .at = texts, .count = count };
    return true;
}

static bool rules_load(struct document *d, const struct yaml_node *map, struct correlation *c)
{
    const struct yaml_node *node = yaml_member(map, "rules");
    struct rule_texts texts = {};
    if (node == NULL) {
        document_error(d, map, "correlation", "no rules");
        return false;
    }
    if (!texts_load(d, node, "rules", CORRELATION_RULES_MAX, &texts)) return false;
    c->references = texts.at;
    c->rule_count = (uint32_t)texts.count;
    for (size_t i = 1; i < texts.count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!slice_equal(texts.at[i], texts.at[j])) continue;
            document_error(d, node, "correlation", "the rule %.*s is listed twice",
                           SHOW(texts.at[i]));
            return false;
        }
    }
    return true;
}

/* The field that the alias of this name gives for a listed rule; empty if it leaves the rule out.
 */
static bool alias_field(struct document *d, const struct yaml_node *alias, slice reference,
                        slice *ret_field)
{
    for (uint32_t i = 0; i < alias->count; i++) {
        if (!slice_equal(alias->members[i].key->text, reference)) continue;
        const struct yaml_node *value = alias->members[i].value;
        if (value->type == YAML_LIST || value->type == YAML_MAP) {
            document_error(d, value, "correlation", "an alias maps a rule to one field");
            return false;
        }
        *ret_field = compile_copy(d->build, value->text);
        return true;
    }
    document_warning(d, alias, "alias", "the alias names no field for the rule %.*s",
                     SHOW(reference));
    *ret_field = slice_none();
    return true;
}

static bool group_load(struct document *d, const struct yaml_node *aliases, struct correlation *c,
                       struct correlation_group *group)
{
    const struct yaml_node *alias = NULL;
    for (uint32_t i = 0; aliases != NULL && i < aliases->count; i++) {
        if (slice_equal(aliases->members[i].key->text, group->name))
            alias = aliases->members[i].value;
    }
    slice *fields = compile_array(d->build, c->rule_count, sizeof *fields);
    if (fields == NULL) return false;
    if (alias != NULL && alias->type != YAML_MAP) {
        document_error(d, alias, "correlation", "an alias is a map from rules to fields");
        return false;
    }
    for (uint32_t i = 0; i < c->rule_count; i++) {
        fields[i] = group->name;
        if (alias != NULL && !alias_field(d, alias, c->references[i], &fields[i])) return false;
    }
    group->fields = fields;
    return true;
}

static bool groups_load(struct document *d, const struct yaml_node *map, struct correlation *c)
{
    const struct yaml_node *node = yaml_member(map, "group-by");
    const struct yaml_node *aliases = yaml_member(map, "aliases");
    struct rule_texts names = {};
    if (aliases != NULL && aliases->type != YAML_MAP) {
        document_error(d, aliases, "correlation", "aliases must be a map");
        return false;
    }
    if (node == NULL || (node->type == YAML_LIST && node->count == 0)) {
        document_warning(d, map, "group-by", "no group-by: all events are one group");
        return true;
    }
    if (!texts_load(d, node, "group-by", CORRELATION_GROUPS_MAX, &names)) return false;
    struct correlation_group *groups = compile_array(d->build, names.count, sizeof *groups);
    if (groups == NULL) return false;
    for (size_t i = 0; i < names.count; i++) {
        groups[i].name = names.at[i];
        if (!group_load(d, aliases, c, &groups[i])) return false;
    }
    c->groups = groups;
    c->group_count = (uint32_t)names.count;
    return true;
}

/*= sigma-correlation-rules-specification: number + letter (in lowercase): s m h d; pySigma adds w,
 * M (2,629,746 s) and y (31,556,952 s) */
static bool timespan_load(struct document *d, const struct yaml_node *map, struct correlation *c)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = { { 's', 1 },      { 'm', 60 },      { 'h', 3600 },    { 'd', 86400 },
                  { 'w', 604800 }, { 'M', 2629746 }, { 'y', 31556952 } };
    enum { SECONDS_MAX = 2000000000 };
    const struct yaml_node *node = yaml_member(map, "timespan");
    if (node == NULL) node = yaml_member(map, "timeframe");
    if (node != NULL && node->type == YAML_TEXT && node->text.len > 1) {
        const slice digits = { node->text.at, node->text.len - 1 };
        uint64_t count = 0;
        for (size_t i = 0; i < COUNT_OF(units); i++) {
            if (node->text.at[digits.len] != (uint8_t)units[i].letter) continue;
            if (num_parse_u64(digits, &count).code != E_OK) break;
            if (count == 0 || count > SECONDS_MAX / units[i].seconds) break;
            c->timespan_ns = (int64_t)(count * units[i].seconds) * 1000000000;
            return true;
        }
    }
    document_error(d, node == NULL ? map : node, "correlation",
                   "timespan must be a number above 0 and one of s m h d w M y, at most 63 years");
    return false;
}

static bool number_load(struct document *d, const struct yaml_node *node, double *ret_value)
{
    struct decimal exact = {};
    char text[NUMBER_DIGITS_MAX + 1] = {};
    const bool good = node->type != YAML_LIST && node->type != YAML_MAP &&
                      node->text.len <= NUMBER_DIGITS_MAX &&
                      decimal_parse(node->text, &exact).code == E_OK;
    if (!good) {
        document_error(d, node, "correlation", "not a number: %.*s", SHOW(node->text));
        return false;
    }
    bytes_copy(text, NUMBER_DIGITS_MAX, node->text);
    *ret_value = strtod(text, NULL);
    return true;
}

static bool bound_load(struct document *d, const struct yaml_member *member, struct correlation *c)
{
    for (size_t i = 0; i < COUNT_OF(bound_names); i++) {
        if (!slice_is(member->key->text, bound_names[i])) continue;
        struct bound *bound = &c->bounds[c->bound_count++];
        bound->kind = (uint8_t)i;
        return number_load(d, member->value, &bound->value);
    }
    if (slice_is(member->key->text, "percentile")) {
        if (!number_load(d, member->value, &c->percentile)) return false;
        if (c->percentile >= 0 && c->percentile <= 100) return true;
        document_error(d, member->value, "correlation", "percentile must be from 0 to 100");
        return false;
    }
    if (slice_is(member->key->text, "field")) {
        struct rule_texts fields = {};
        const size_t max = c->type == CORRELATION_VALUE_COUNT ? CORRELATION_FIELDS_MAX : 1;
        if (!texts_load(d, member->value, "field", max, &fields)) return false;
        c->fields = fields.at;
        c->field_count = (uint32_t)fields.count;
        return true;
    }
    document_error(d, member->key, "correlation", "unknown part of a condition: %.*s",
                   SHOW(member->key->text));
    return false;
}

static bool needs_condition(const struct correlation *c)
{
    return c->bound_count == 0 && c->condition == NULL && !is_temporal(c);
}

static bool needs_field(const struct correlation *c)
{
    return !is_counted(c) && c->field_count == 0;
}

bool correlation_is_complete(const struct correlation *c)
{
    return !needs_condition(c) && !needs_field(c);
}

static bool needs_check(struct document *d, const struct yaml_node *map,
                        const struct correlation *c)
{
    if (needs_condition(c)) {
        document_error(d, map, "correlation",
                       "%s needs a condition with gt, gte, lt, lte, eq or neq",
                       type_names[c->type]);
        return false;
    }
    if (needs_field(c)) {
        document_error(d, map, "correlation", "%s needs a field in its condition",
                       type_names[c->type]);
        return false;
    }
    if (is_counted(c) && c->field_count != 0) {
        document_warning(d, map, "correlation", "%s reads no field", type_names[c->type]);
    }
    for (uint32_t i = 0; c->type == CORRELATION_VALUE_PERCENTILE && i < c->bound_count; i++) {
        if (!slice_is(c->fields[0], "image") && !slice_is(c->fields[0], "Image")) continue;
        document_warning(d, map, "percentile-text", "a percentile of a text field can never fire");
    }
    return true;
}

static bool condition_load(struct document *d, const struct yaml_node *map, struct correlation *c)
{
    const struct yaml_node *node = yaml_member(map, "condition");
    c->percentile = PERCENTILE_DEFAULT;
    if (node == NULL) return needs_check(d, map, c);
    if (node->type == YAML_TEXT) {
        if (c->type != CORRELATION_TEMPORAL) {
            document_error(d, node, "correlation", "a text as condition is for type temporal");
            return false;
        }
        c->condition = condition_names(d, node, c->references, c->rule_count);
        return c->condition != NULL;
    }
    if (node->type != YAML_MAP) {
        document_error(d, node, "correlation", "condition must be a map, this is %s",
                       yaml_type_name(node));
        return false;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        if (!bound_load(d, &node->members[i], c)) return false;
    }
    return needs_check(d, node, c);
}

static bool has_not(const struct rule_node *node, size_t depth)
{
    assert(depth < RULE_DEPTH_MAX);
    if (node->kind == NODE_NOT) return true;
    for (uint32_t i = 0; i < node->count; i++) {
        if (has_not(&node->children[i], depth + 1)) return true;
    }
    return false;
}

/* Point 22: gt and gte on counts and sums, and temporal, can only be helped by more events. */
static bool monotone(const struct correlation *c)
{
    if (c->type >= CORRELATION_VALUE_AVG) return false;
    for (uint32_t i = 0; i < c->bound_count; i++) {
        if (c->bounds[i].kind != BOUND_GT && c->bounds[i].kind != BOUND_GTE) return false;
    }
    return c->condition == NULL || !has_not(c->condition, 0);
}

bool correlation_load(struct document *d, const struct yaml_node *map, struct rule *rule)
{
    if (map->type != YAML_MAP) {
        document_error(d, map, "correlation", "correlation must be a map, this is %s",
                       yaml_type_name(map));
        return false;
    }
    struct correlation *c = compile_array(d->build, 1, sizeof *c);
    if (c == NULL || !type_load(d, map, c) || !rules_load(d, map, c)) return false;
    /* All three, so that every problem is named. */
    const bool grouped = groups_load(d, map, c);
    const bool timed = timespan_load(d, map, c);
    const bool conditioned = condition_load(d, map, c);
    if (!grouped || !timed || !conditioned) return false;
    const struct yaml_node *generate = yaml_member(map, "generate");
    if (generate == NULL) generate = yaml_member(d->root, "generate");
    if (generate != NULL && generate->type != YAML_BOOL) {
        document_error(d, generate, "correlation", "generate is true or false");
        return false;
    }
    c->generate = generate != NULL && yaml_is_true(generate);
    c->is_monotone = monotone(c);
    rule->correlation = c;
    return true;
}

bool correlation_holds(const struct correlation *c, double measure)
{
    for (uint32_t i = 0; i < c->bound_count; i++) {
        const double value = c->bounds[i].value;
        bool holds = false;
        switch ((enum bound_kind)c->bounds[i].kind) {
        case BOUND_GT:
            holds = measure > value;
            break;
        case BOUND_GTE:
            holds = measure >= value;
            break;
        case BOUND_LT:
            holds = measure < value;
            break;
        case BOUND_LTE:
            holds = measure <= value;
            break;
        case BOUND_EQ:
            holds = !(measure < value) && !(measure > value);
            break;
        case BOUND_NEQ:
            holds = measure < value || measure > value;
            break;
        }
        if (!holds) return false;
    }
    return true;
}
