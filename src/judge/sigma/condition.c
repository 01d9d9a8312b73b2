/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/condition.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

/*
 * A recursive descent over the grammar in the header. Depth is counted at each parenthesis and each
 * "not"; runs of "and" and of "or" are one flat node. Every name that is used is marked, so that a
 * selection that no condition reads can be pointed out.
 */
enum { OPERANDS_MAX = 1024 };

struct condition_parser {
    struct document *d;
    const struct yaml_node *at; /* the condition, for messages */
    slice text;
    size_t pos;
    slice token; /* the next one; empty at the end */
    size_t depth;
    const slice *names;
    bool *is_used;
    uint32_t name_count;
    bool has_quantities; /* "1 of x*" is part of the language */
    bool failed;
};

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '*';
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void next(struct condition_parser *p)
{
    while (p->pos < p->text.len && is_space(p->text.at[p->pos]))
        p->pos++;
    size_t end = p->pos;
    while (end < p->text.len && is_name_byte(p->text.at[end]))
        end++;
    if (end == p->pos && end < p->text.len) end++; /* a parenthesis, or what does not belong here */
    p->token = (slice){ p->text.at + p->pos, end - p->pos };
    p->pos = end;
}

static bool is_word(const struct condition_parser *p, const char *word)
{
    const slice want = slice_text(word);
    if (p->token.len != want.len) return false;
    for (size_t i = 0; i < want.len; i++) {
        if (text_lower_ascii(p->token.at[i]) != want.at[i]) return false;
    }
    return true;
}

static bool fail(struct condition_parser *p, const char *code, const char *what)
{
    if (p->failed) return false;
    p->failed = true;
    const size_t at = p->pos - p->token.len + 1;
    if (p->token.len == 0) {
        document_error(p->d, p->at, code, "condition: %s at its end", what);
    } else {
        document_error(p->d, p->at, code, "condition: %s at character %zu, \"%.*s\"", what, at,
                       SHOW(p->token));
    }
    return false;
}

static struct rule_node *nodes_new(struct condition_parser *p, size_t count)
{
    if (count > RULE_NODES_MAX - p->d->node_count) {
        fail(p, "limit", "more than 65536 parts");
        return NULL;
    }
    p->d->node_count += count;
    struct rule_node *nodes = compile_array(p->d->build, count, sizeof *nodes);
    if (nodes == NULL) p->failed = true;
    return nodes;
}

static struct rule_node node_of(const struct condition_parser *p, uint8_t kind)
{
    return (struct rule_node){ .kind = kind,
                               .origin = FROM_CONDITION,
                               .line = p->at->line,
                               .column = p->at->column,
                               .name = slice_none() };
}

/* '*' stands for any run; the name and the pattern are short, so the simple way will do. */
static bool name_matches(slice pattern, slice name)
{
    size_t star = SIZE_MAX, star_name = 0, at = 0, i = 0;
    while (i < name.len) {
        if (at < pattern.len && pattern.at[at] == '*') {
            star = at++;
            star_name = i;
        } else if (at < pattern.len && pattern.at[at] == name.at[i]) {
            at++;
            i++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            i = ++star_name;
        } else {
            return false;
        }
    }
    while (at < pattern.len && pattern.at[at] == '*')
        at++;
    return at == pattern.len;
}

static bool is_meant(const struct condition_parser *p, slice pattern, bool them, uint32_t i)
{
    const slice name = p->names[i];
    const bool hidden = name.len != 0 && name.at[0] == '_';
    if (them) return !hidden;
    if (hidden && (pattern.len == 0 || pattern.at[0] != '_')) return false;
    return name_matches(pattern, name);
}

/* "of" was read; the token is the pattern. */
static bool parse_quantity(struct condition_parser *p, uint8_t kind, struct rule_node *ret_node)
{
    const slice pattern = p->token;
    const bool them = is_word(p, "them");
    if (pattern.len == 0 || !is_name_byte(pattern.at[0]))
        return fail(p, "condition", "a pattern is missing");
    size_t count = 0;
    for (uint32_t i = 0; i < p->name_count; i++)
        count += is_meant(p, pattern, them, i);
    if (count == 0) return fail(p, "condition", "no selection of that pattern");
    struct rule_node *nodes = nodes_new(p, count);
    if (nodes == NULL) return false;
    size_t written = 0;
    for (uint32_t i = 0; i < p->name_count; i++) {
        if (!is_meant(p, pattern, them, i)) continue;
        nodes[written] = node_of(p, NODE_SELECTION);
        nodes[written++].index = i;
        p->is_used[i] = true;
    }
    *ret_node = node_of(p, kind);
    ret_node->count = (uint32_t)count;
    ret_node->children = nodes;
    next(p);
    return true;
}

static bool parse_or(struct condition_parser *p, struct rule_node *ret_node);

static bool parse_name(struct condition_parser *p, struct rule_node *ret_node)
{
    for (uint32_t i = 0; i < p->name_count; i++) {
        if (!slice_equal(p->names[i], p->token)) continue;
        *ret_node = node_of(p, NODE_SELECTION);
        ret_node->index = i;
        p->is_used[i] = true;
        next(p);
        return true;
    }
    if (slice_is(p->token, "|")) {
        return fail(p, "aggregation",
                    "aggregations behind a pipe are replaced by correlation rules");
    }
    if (p->token.len == 0 || !is_name_byte(p->token.at[0]))
        return fail(p, "condition", "not expected");
    return fail(p, "condition", "no selection of that name");
}

static bool parse_atom(struct condition_parser *p, struct rule_node *ret_node)
{
    if (slice_is(p->token, "(")) {
        if (p->depth == CONDITION_DEPTH_MAX) return fail(p, "limit", "nested deeper than 32");
        p->depth++;
        next(p);
        if (!parse_or(p, ret_node)) return false;
        if (!slice_is(p->token, ")"))
            return fail(p, "condition", "a closing parenthesis is missing");
        p->depth--;
        next(p);
        return true;
    }
    const bool all = is_word(p, "all");
    const bool any = is_word(p, "1") || is_word(p, "any");
    const bool number = p->token.len != 0 && p->token.at[0] >= '0' && p->token.at[0] <= '9';
    struct condition_parser behind = *p;
    next(&behind);
    if (!p->has_quantities || !is_word(&behind, "of")) return parse_name(p, ret_node);
    if (!all && !any) {
        return fail(p, "condition",
                    number ? "only 1, any and all can stand before \"of\"" : "not expected");
    }
    next(p);
    next(p);
    return parse_quantity(p, all ? NODE_AND : NODE_OR, ret_node);
}

static bool parse_not(struct condition_parser *p, struct rule_node *ret_node)
{
    if (!is_word(p, "not")) return parse_atom(p, ret_node);
    if (p->depth == CONDITION_DEPTH_MAX) return fail(p, "limit", "nested deeper than 32");
    p->depth++;
    next(p);
    struct rule_node *child = nodes_new(p, 1);
    if (child == NULL || !parse_not(p, child)) return false;
    p->depth--;
    *ret_node = node_of(p, NODE_NOT);
    ret_node->count = 1;
    ret_node->children = child;
    return true;
}

/* Appends to a run in the scratch arena. */
static bool operand_add(struct condition_parser *p, struct rule_node **run, size_t *count,
                        size_t *cap, struct rule_node operand)
{
    if (*count == OPERANDS_MAX) return fail(p, "limit", "more than 1024 operands in a row");
    if (*count == *cap) {
        *cap = *cap == 0 ? 4 : *cap * 4;
        struct rule_node *grown = arena_array(&p->d->build->scratch, *cap, sizeof *grown);
        if (grown == NULL) {
            compile_fail(p->d->build, FAIL(E_LIMIT));
            return false;
        }
        for (size_t i = 0; i < *count; i++)
            grown[i] = (*run)[i];
        *run = grown;
    }
    (*run)[(*count)++] = operand;
    return true;
}

/* operand { word operand }, as one flat node. */
static bool parse_run(struct condition_parser *p, const char *word, uint8_t kind,
                      bool (*operand)(struct condition_parser *, struct rule_node *),
                      struct rule_node *ret_node)
{
    struct rule_node first = {};
    if (!operand(p, &first)) return false;
    if (!is_word(p, word)) {
        *ret_node = first;
        return true;
    }
    struct rule_node *run = NULL;
    size_t count = 0, cap = 0;
    if (!operand_add(p, &run, &count, &cap, first)) return false;
    while (is_word(p, word)) {
        next(p);
        if (!operand(p, &first) || !operand_add(p, &run, &count, &cap, first)) return false;
    }
    struct rule_node *nodes = nodes_new(p, count);
    if (nodes == NULL) return false;
    for (size_t i = 0; i < count; i++)
        nodes[i] = run[i];
    *ret_node = node_of(p, kind);
    ret_node->count = (uint32_t)count;
    ret_node->children = nodes;
    return true;
}

static bool parse_and(struct condition_parser *p, struct rule_node *ret_node)
{
    return parse_run(p, "and", NODE_AND, parse_not, ret_node);
}

static bool parse_or(struct condition_parser *p, struct rule_node *ret_node)
{
    return parse_run(p, "or", NODE_OR, parse_and, ret_node);
}

static bool parse_text(struct condition_parser *p, const struct yaml_node *node,
                       struct rule_node *ret_node)
{
    p->at = node;
    p->text = node->text;
    p->pos = 0;
    p->depth = 0;
    p->failed = false;
    if (node->type == YAML_LIST || node->type == YAML_MAP || node->type == YAML_NULL) {
        document_error(p->d, node, "condition", "a condition must be a text, this is %s",
                       yaml_type_name(node));
        return false;
    }
    next(p);
    if (!parse_or(p, ret_node)) return false;
    if (slice_is(p->token, "|")) {
        return fail(p, "aggregation",
                    "aggregations behind a pipe are replaced by correlation rules");
    }
    if (p->token.len != 0) return fail(p, "condition", "\"and\" or \"or\" is missing");
    ret_node->name = compile_copy(p->d->build, node->text);
    return true;
}

static const struct rule_node *compile(struct condition_parser *p,
                                       const struct yaml_node *condition)
{
    const bool list = condition->type == YAML_LIST;
    const uint32_t count = list ? condition->count : 1;
    p->at = condition;
    if (count == 0) {
        document_error(p->d, condition, "condition", "an empty list of conditions");
        return NULL;
    }
    struct rule_node *nodes = nodes_new(p, count + 1);
    p->is_used = arena_array(&p->d->build->scratch, p->name_count + 1, sizeof *p->is_used);
    if (nodes == NULL || p->is_used == NULL) return NULL;
    bool good = true;
    for (uint32_t i = 0; i < count; i++) {
        good = parse_text(p, list ? condition->members[i].value : condition, &nodes[i + 1]) && good;
    }
    if (!good) return NULL;
    if (count == 1) return &nodes[1];
    nodes[0] = node_of(p, NODE_OR);
    nodes[0].count = count;
    nodes[0].children = nodes + 1;
    return nodes;
}

const struct rule_node *condition_compile(struct document *d, const struct yaml_node *condition,
                                          const struct rule_selection *selections, uint32_t count)
{
    slice *names = arena_array(&d->build->scratch, count + 1, sizeof *names);
    if (names == NULL) {
        compile_fail(d->build, FAIL(E_LIMIT));
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        names[i] = selections[i].name;
    struct condition_parser p = {
        .d = d, .names = names, .name_count = count, .has_quantities = true
    };
    const struct rule_node *root = compile(&p, condition);
    for (uint32_t i = 0; root != NULL && i < count; i++) {
        if (p.is_used[i]) continue;
        document_warning(d, condition, "unused-selection", "no condition reads the selection %.*s",
                         SHOW(names[i]));
    }
    return root;
}

const struct rule_node *condition_names(struct document *d, const struct yaml_node *condition,
                                        const slice *names, uint32_t name_count)
{
    struct condition_parser p = { .d = d, .names = names, .name_count = name_count };
    return compile(&p, condition);
}
