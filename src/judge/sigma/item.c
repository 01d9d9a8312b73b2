/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/item.h"

#include <stdio.h>
#include "base/bytes.h"
#include "judge/sigma/modifier.h"
#include "judge/sigma/pattern.h"
#include "judge/sigma/regex.h"
#include "base/banned.h"

/* The text by which a scalar is compared: integers in canonical decimal, booleans in lower case. */
static slice canonical_text(struct item *item, const struct yaml_node *node)
{
    int64_t number = 0;
    if (node->type == YAML_BOOL) return slice_text(yaml_is_true(node) ? "true" : "false");
    if (node->type != YAML_INT || yaml_int(node, &number).code != E_OK) return node->text;
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    return compile_copy(item->document->build, slice_text(text));
}

static bool value_start(struct item *item, const struct yaml_node *node,
                        struct item_value *ret_value)
{
    struct arena *scratch = &item->document->build->scratch;
    *ret_value = (struct item_value){ .node = node };
    if (node->type == YAML_LIST || node->type == YAML_MAP) {
        item_error(item, node, "value", "a value must be a scalar, this is %s",
                   yaml_type_name(node));
        return false;
    }
    if (node->type == YAML_NULL) return true;
    ret_value->alternatives = arena_array(scratch, 1, sizeof *ret_value->alternatives);
    ret_value->count = 1;
    slice text = canonical_text(item, node);
    status s = FAIL(E_LIMIT);
    if (ret_value->alternatives != NULL)
        s = value_parse(scratch, text, item->is_expanded, ret_value->alternatives);
    if (s.code != E_OK) compile_fail(item->document->build, s);
    return s.code == E_OK;
}

/* Lays out the values, one or a list of them, before any modifier. */
static bool values_start(struct item *item, const struct yaml_node *values)
{
    const bool list = values->type == YAML_LIST;
    item->count = list ? values->count : 1;
    if (item->count == 0) {
        item_error(item, values, "empty-list", "an empty list of values");
        return false;
    }
    item->values = arena_array(&item->document->build->scratch, item->count, sizeof *item->values);
    if (item->values == NULL) {
        compile_fail(item->document->build, FAIL(E_LIMIT));
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < item->count; i++) {
        const struct yaml_node *node = list ? values->members[i].value : values;
        good = value_start(item, node, &item->values[i]) && good;
    }
    return good;
}

/* Applies one modifier by its name; every failure has left a diagnostic or is fatal. */
static bool modifier_apply(struct item *item, slice name)
{
    item->modifier = modifier_find(name);
    if (item->modifier == NULL) {
        item_error(item, NULL, "modifier", "unknown modifier %.*s", SHOW(name));
        return false;
    }
    const size_t errors = item->document->error_count;
    if (item->modifier->apply(item)) return true;
    if (item->document->error_count == errors) compile_fail(item->document->build, FAIL(E_LIMIT));
    return false;
}

static bool modifiers_apply(struct item *item, slice rest)
{
    for (;;) {
        const uint8_t *bar = memchr(rest.at, '|', rest.len);
        const slice name = { rest.at, bar == NULL ? rest.len : (size_t)(bar - rest.at) };
        if (!modifier_apply(item, name)) return false;
        if (bar == NULL) return true;
        rest = slice_from(rest, name.len + 1);
    }
}

/* Whether expand is one of the modifiers, which decides how values are read. */
static bool has_expand(slice rest)
{
    static const char word[] = "|expand";
    for (size_t at = 0; at < rest.len; at++) {
        const slice here = slice_from(rest, at);
        if (!slice_starts(here, slice_text(word))) continue;
        if (here.len == sizeof word - 1 || here.at[sizeof word - 1] == '|') return true;
    }
    return false;
}

bool item_compile(struct document *d, const struct yaml_node *key, const struct yaml_node *values,
                  struct rule_node *ret_node)
{
    const slice text = key->text;
    const uint8_t *bar = memchr(text.at, '|', text.len);
    const size_t field_len = bar == NULL ? text.len : (size_t)(bar - text.at);
    struct item item = { .document = d,
                         .key = key,
                         .name = compile_copy(d->build, text),
                         .field = { text.at, field_len },
                         .is_keyword = field_len == 0,
                         .is_expanded = has_expand(text) };
    if (item.is_keyword && bar == NULL) {
        document_error(d, key, "field", "an empty field name");
        return false;
    }
    if (!values_start(&item, values)) return false;
    if (bar != NULL && !modifiers_apply(&item, slice_from(text, field_len + 1))) return false;
    return item_finish(&item, ret_node);
}

bool keywords_compile(struct document *d, const struct yaml_node *values,
                      struct rule_node *ret_node)
{
    struct item item = { .document = d,
                         .key = values,
                         .name = slice_none(),
                         .field = slice_none(),
                         .is_keyword = true };
    return values_start(&item, values) && item_finish(&item, ret_node);
}

static bool finish_text(struct item *item, const struct item_value *v, const struct alternative *a,
                        struct predicate *p)
{
    static const struct pattern_part any = { .kind = PART_ANY, .text = { (const uint8_t *)"", 0 } };
    struct ruleset_build *b = item->document->build;
    struct pattern_part *parts = arena_array(&b->scratch, a->count + 2, sizeof *parts);
    if (parts == NULL) {
        compile_fail(b, FAIL(E_LIMIT));
        return false;
    }
    size_t count = 0;
    if (item->is_keyword) parts[count++] = any;
    for (size_t i = 0; i < a->count; i++)
        parts[count++] = a->parts[i];
    if (item->is_keyword) parts[count++] = any;
    const unsigned form =
        (item->is_cased ? FORM_CASED : 0u) | (item->is_dashed ? (unsigned)FORM_DASHED : 0u);
    struct fault why = {};
    const status s = pattern_build(&b->arena, parts, count, (uint8_t)form, &p->text.pattern, &why);
    if (s.code != E_OK) {
        item_error(item, v->node, "pattern", "%s", why.text);
        return false;
    }
    const bool number = v->node->type == YAML_INT || v->node->type == YAML_FLOAT;
    if (number && !item->is_changed && !item->has_affix && !item->is_keyword) {
        slice text = slice_none();
        ignore(value_plain(a, &text),
               "a number has no wildcards; were it so, it is no decimal below");
        p->text.is_number = decimal_parse(text, &p->text.number).code == E_OK;
    }
    p->kind = PREDICATE_TEXT;
    return true;
}

static bool finish_regex(struct item *item, const struct item_value *v, struct predicate *p)
{
    p->kind = PREDICATE_REGEX;
    p->regex.expression = v->node->text;
    p->regex.flags = regex_scan_flags(v->node->text, item->regex_flags);
    p->regex.set = compile_expression(item->document, v->node, v->node->text, p->regex.flags);
    return p->regex.set != NULL;
}

static bool finish_number(struct item *item, const struct item_value *v, struct predicate *p)
{
    p->kind = PREDICATE_NUMBER;
    p->compare = item->compare;
    slice text = slice_none();
    const bool plain = v->count == 1 && value_plain(v->alternatives, &text).code == E_OK;
    if (plain && v->node->type != YAML_BOOL && decimal_parse(text, &p->number).code == E_OK)
        return true;
    item_error(item, v->node, "value", "not a number: %.*s", SHOW(v->node->text));
    return false;
}

static bool finish_time(struct item *item, const struct item_value *v, struct predicate *p)
{
    static const struct {
        int64_t min, max;
    } ranges[] = { { 0, 59 }, { 0, 23 }, { 1, 31 }, { 1, 53 }, { 1, 12 }, { 0, 9999 } };
    struct yaml_node number = *v->node;
    int64_t value = -1;
    if (number.type == YAML_TEXT) number.type = YAML_INT; /* point 13: a text that is a number */
    struct decimal whole = {};
    const bool good =
        decimal_parse(number.text, &whole).code == E_OK && yaml_int(&number, &value).code == E_OK;
    if (!good || value < ranges[item->part].min || value > ranges[item->part].max) {
        item_error(item, v->node, "value", "not a number from %lld to %lld: %.*s",
                   (long long)ranges[item->part].min, (long long)ranges[item->part].max,
                   SHOW(v->node->text));
        return false;
    }
    p->kind = PREDICATE_TIME;
    p->compare = item->compare;
    p->time.part = item->part;
    p->time.value = (int32_t)value;
    return true;
}

static bool finish_cidr(struct item *item, const struct item_value *v, struct predicate *p)
{
    bool was_masked = false;
    p->kind = PREDICATE_CIDR;
    const status s = network_parse(v->node->text, &p->network, &was_masked);
    if (v->node->type != YAML_TEXT || s.code != E_OK) {
        item_error(item, v->node, "value", "not a network: %.*s", SHOW(v->node->text));
        return false;
    }
    if (was_masked) {
        document_warning(
            item->document, v->node, "cidr-host-bits",
            "bits are set behind the prefix; read as the network that holds the address");
    }
    return true;
}

static bool finish_fieldref(struct item *item, const struct item_value *v, struct predicate *p)
{
    slice name = slice_none();
    ignore(value_plain(v->alternatives, &name), "fieldref checked it when it was applied");
    p->kind = PREDICATE_FIELDREF;
    p->other.field = compile_field(item->document, name);
    p->other.affix = item->affix;
    p->other.form = (uint8_t)(item->is_cased ? FORM_CASED : FORM_FOLDED);
    return true;
}

static bool finish_null(struct item *item, const struct item_value *v, struct predicate *p)
{
    const bool plain = item->operation == OPERATION_TEXT && !item->is_changed && !item->has_affix &&
                       !item->is_cased && !item->is_dashed;
    if (!plain || item->is_keyword) {
        item_error(item, v->node, "value", "null takes a field and no modifier but neq and all");
        return false;
    }
    /*= sigma-rules-specification: null in a list of values is invalid; candor takes it as one of
     * the alternatives */
    if (item->count > 1) {
        document_warning(item->document, v->node, "null-in-list", "null inside a list of values");
    }
    p->kind = PREDICATE_NULL;
    return true;
}

static bool finish_operation(struct item *item, const struct item_value *v,
                             const struct alternative *a, struct predicate *p)
{
    if (v->node->type == YAML_NULL) return finish_null(item, v, p);
    switch ((enum item_operation)item->operation) {
    case OPERATION_TEXT:
        return finish_text(item, v, a, p);
    case OPERATION_REGEX:
        return finish_regex(item, v, p);
    case OPERATION_CIDR:
        return finish_cidr(item, v, p);
    case OPERATION_NUMBER:
        return finish_number(item, v, p);
    case OPERATION_TIME:
        return finish_time(item, v, p);
    case OPERATION_EXISTS:
        p->kind = PREDICATE_EXISTS;
        return true;
    case OPERATION_FIELDREF:
        return finish_fieldref(item, v, p);
    }
    return false;
}

static bool node_room(struct item *item, size_t count)
{
    struct document *d = item->document;
    if (count <= RULE_NODES_MAX - d->node_count) {
        d->node_count += count;
        return true;
    }
    item_error(item, NULL, "limit", "the rule has more than 65536 parts");
    return false;
}

/* One value: a predicate, or any of its alternatives. */
static bool value_finish(struct item *item, const struct item_value *v, struct rule_node *ret_node)
{
    const size_t count = v->count == 0 ? 1 : v->count;
    if (!node_room(item, count)) return false;
    struct rule_node *nodes = compile_array(item->document->build, count, sizeof *nodes);
    if (nodes == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        struct predicate p = { .written = v->node->text };
        if (!item->is_keyword) p.field = compile_field(item->document, item->field);
        if (item->is_keyword) p.field = FIELD_KEYWORD;
        const struct alternative *a = v->count == 0 ? NULL : &v->alternatives[i];
        if (!finish_operation(item, v, a, &p)) return false;
        nodes[i] = (struct rule_node){ .kind = NODE_PREDICATE,
                                       .origin = FROM_VALUE,
                                       .line = v->node->line,
                                       .column = v->node->column,
                                       .index = compile_predicate(item->document, &p),
                                       .name = slice_none() };
    }
    *ret_node = nodes[0];
    if (count == 1) return true;
    ret_node->kind = NODE_OR;
    ret_node->index = 0;
    ret_node->count = (uint32_t)count;
    ret_node->children = nodes;
    return true;
}

/* The item's values, all or any of them, negated where the item says so. */
bool item_finish(struct item *item, struct rule_node *ret_node)
{
    if (!node_room(item, item->count + 2)) return false;
    struct rule_node *nodes = compile_array(item->document->build, item->count + 1, sizeof *nodes);
    if (nodes == NULL) return false;
    bool good = true;
    for (size_t i = 0; i < item->count; i++) {
        good = value_finish(item, &item->values[i], &nodes[i]) && good;
    }
    if (!good) return false;
    struct rule_node node = { .kind = item->is_all ? NODE_AND : NODE_OR,
                              .count = (uint32_t)item->count,
                              .children = nodes };
    if (item->count == 1) node = nodes[0];
    const bool absent = item->operation == OPERATION_EXISTS && !yaml_is_true(item->values[0].node);
    if (item->is_negated || absent) {
        struct rule_node *negated = compile_array(item->document->build, 1, sizeof *negated);
        if (negated == NULL) return false;
        *negated = node;
        node = (struct rule_node){ .kind = NODE_NOT, .count = 1, .children = negated };
    }
    node.origin = FROM_ITEM;
    node.name = item->name;
    node.line = item->key->line;
    node.column = item->key->column;
    *ret_node = node;
    return true;
}
