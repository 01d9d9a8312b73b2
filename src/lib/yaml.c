/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/yaml.h"

#include <stdlib.h>
#include <yaml.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/text.h"
#include "base/banned.h"

/*
 * Members of containers that are still open lie on one pending stack; a container that ends takes
 * its part of the stack into the arena. Depth, nodes and aliases are counted at each event, so the
 * work is linear in the text plus a sort per large map (the search for duplicate keys).
 */
enum { PENDING_START = 256, DUPLICATES_BY_WALK_MAX = 16 };

struct open_container {
    struct yaml_node *node;
    const struct yaml_node *key; /* the pending key, of a map that has read one */
    size_t base;                 /* first of its members on the pending stack */
};

struct anchor {
    slice name;
    const struct yaml_node *node; /* NULL while the node is open */
    const struct yaml_node *opened;
};

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct fault *fault;
    struct yaml_file file;
    struct open_container open[YAML_DEPTH_MAX];
    size_t depth;
    struct yaml_member *pending; /* heap */
    size_t pending_count, pending_cap;
    struct anchor anchors[YAML_ALIASES_MAX];
    size_t anchor_count, alias_count;
    size_t weight; /* of all documents so far */
    const struct yaml_node *root;
};

static status fail_at(struct reader *r, yaml_mark_t mark, int32_t code, const char *text)
{
    r->file.line = (uint32_t)mark.line + 1;
    r->file.column = (uint32_t)mark.column + 1;
    return fault_set(r->fault, FAIL(code), "%s", text);
}

static bool is_digits(slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
    }
    return s.len != 0;
}

static bool is_based(slice s)
{
    if (s.len < 3 || s.at[0] != '0' || (s.at[1] != 'x' && s.at[1] != 'o')) return false;
    for (size_t i = 2; i < s.len; i++) {
        const uint8_t c = text_lower_ascii(s.at[i]);
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (s.at[1] == 'x' ? !hex : c < '0' || c > '7') return false;
    }
    return true;
}

static bool is_one_of(slice s, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (slice_is(s, *words)) return true;
    }
    return false;
}

/* The float of YAML 1.2: [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(slice s)
{
    size_t at = 0;
    size_t digits = 0;
    while (at < s.len && s.at[at] >= '0' && s.at[at] <= '9')
        at++, digits++;
    if (at < s.len && s.at[at] == '.') {
        at++;
        while (at < s.len && s.at[at] >= '0' && s.at[at] <= '9')
            at++, digits++;
    }
    if (digits == 0) return false;
    if (at < s.len && (s.at[at] == 'e' || s.at[at] == 'E')) {
        at++;
        if (at < s.len && (s.at[at] == '-' || s.at[at] == '+')) at++;
        return is_digits(slice_from(s, at));
    }
    return at == s.len;
}

static uint8_t plain_type(slice s)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };
    static const char *const floats[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL };
    if (is_one_of(s, nulls)) return YAML_NULL;
    if (is_one_of(s, bools)) return YAML_BOOL;
    if (is_based(s)) return YAML_INT;
    const slice number = s.at[0] == '-' || s.at[0] == '+' ? slice_from(s, 1) : s;
    if (is_digits(number)) return YAML_INT;
    if (is_float(number) || is_one_of(number, floats)) return YAML_FLOAT;
    return YAML_TEXT;
}

static status node_new(struct reader *r, yaml_mark_t mark, struct yaml_node **ret_node)
{
    if (++r->weight > YAML_NODES_MAX) return fail_at(r, mark, E_LIMIT, "too many nodes");
    struct yaml_node *node = arena_take(r->arena, sizeof *node);
    if (node == NULL) return fail_at(r, mark, E_LIMIT, "the document needs too much memory");
    node->line = (uint32_t)mark.line + 1;
    node->column = (uint32_t)mark.column + 1;
    node->weight = 1;
    node->text = slice_none();
    *ret_node = node;
    return OK;
}

static status pending_push(struct reader *r, struct yaml_member member, yaml_mark_t mark)
{
    if (r->pending_count == r->pending_cap) {
        const size_t cap = r->pending_cap == 0 ? PENDING_START : r->pending_cap * 2;
        struct yaml_member *grown = realloc(r->pending, cap * sizeof *grown);
        if (grown == NULL) return fail_at(r, mark, E_NOMEM, "out of memory");
        r->pending = grown;
        r->pending_cap = cap;
    }
    r->pending[r->pending_count++] = member;
    return OK;
}

/* Hands a complete value to the container it belongs to, or makes it the root. */
static status value_add(struct reader *r, const struct yaml_node *value, yaml_mark_t mark)
{
    if (r->depth == 0) {
        r->root = value;
        return OK;
    }
    struct open_container *in = &r->open[r->depth - 1];
    if (in->node->type == YAML_MAP && in->key == NULL) {
        if (value->type == YAML_LIST || value->type == YAML_MAP) {
            return fail_at(r, mark, E_SYNTAX, "a key must be a scalar");
        }
        if (slice_is(value->text, "<<")) {
            return fail_at(r, mark, E_SYNTAX, "merge keys (<<) are not supported");
        }
        in->key = value;
        return OK;
    }
    TRY(pending_push(r, (struct yaml_member){ .key = in->key, .value = value }, mark));
    in->key = NULL;
    return OK;
}

static status anchor_open(struct reader *r, const yaml_char_t *name, const struct yaml_node *node,
                          yaml_mark_t mark)
{
    if (name == NULL) return OK;
    if (r->anchor_count == COUNT_OF(r->anchors)) {
        return fail_at(r, mark, E_LIMIT, "more than 64 anchors");
    }
    const slice copy = arena_copy(r->arena, slice_text((const char *)name));
    if (copy.at == NULL) return fail_at(r, mark, E_LIMIT, "the document needs too much memory");
    r->anchors[r->anchor_count++] = (struct anchor){ .name = copy, .opened = node };
    return OK;
}

static void anchor_close(struct reader *r, const struct yaml_node *node)
{
    for (size_t i = 0; i < r->anchor_count; i++) {
        if (r->anchors[i].opened == node) r->anchors[i].node = node;
    }
}

static status on_alias(struct reader *r, const yaml_event_t *e)
{
    if (++r->alias_count > YAML_ALIASES_MAX) {
        return fail_at(r, e->start_mark, E_LIMIT, "more than 64 aliases");
    }
    const slice name = slice_text((const char *)e->data.alias.anchor);
    for (size_t i = r->anchor_count; i-- > 0;) {
        const struct yaml_node *node = r->anchors[i].node;
        if (!slice_equal(r->anchors[i].name, name)) continue;
        if (node == NULL)
            return fail_at(r, e->start_mark, E_SYNTAX, "an alias inside its own anchor");
        r->weight += node->weight;
        if (r->weight > YAML_NODES_MAX) return fail_at(r, e->start_mark, E_LIMIT, "too many nodes");
        return value_add(r, node, e->start_mark);
    }
    return fail_at(r, e->start_mark, E_SYNTAX, "an alias without its anchor");
}

static status on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct yaml_node *node = NULL;
    TRY(node_new(r, e->start_mark, &node));
    const char *tag = (const char *)e->data.scalar.tag;
    if (tag != NULL && strcmp(tag, YAML_STR_TAG) != 0 && strcmp(tag, "!") != 0) {
        return fail_at(r, e->start_mark, E_SYNTAX, "tags are not supported");
    }
    const slice text = { .at = e->data.scalar.value, .len = e->data.scalar.length };
    node->text = arena_copy(r->arena, text);
    if (node->text.at == NULL) {
        return fail_at(r, e->start_mark, E_LIMIT, "the document needs too much memory");
    }
    const bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == NULL;
    node->type = plain ? plain_type(node->text) : YAML_TEXT;
    TRY(anchor_open(r, e->data.scalar.anchor, node, e->start_mark));
    anchor_close(r, node);
    return value_add(r, node, e->start_mark);
}

static status on_open(struct reader *r, const yaml_event_t *e, uint8_t type)
{
    const bool map = type == YAML_MAP;
    const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    const yaml_char_t *name = map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    if (tag != NULL) return fail_at(r, e->start_mark, E_SYNTAX, "tags are not supported");
    if (r->depth == YAML_DEPTH_MAX) {
        return fail_at(r, e->start_mark, E_LIMIT, "nested deeper than 32 levels");
    }
    struct yaml_node *node = NULL;
    TRY(node_new(r, e->start_mark, &node));
    node->type = type;
    TRY(anchor_open(r, name, node, e->start_mark));
    r->open[r->depth++] = (struct open_container){ .node = node, .base = r->pending_count };
    return OK;
}

static int key_order(const void *a, const void *b)
{
    const struct yaml_member *const *left = a;
    const struct yaml_member *const *right = b;
    const int order = slice_compare((*left)->key->text, (*right)->key->text);
    if (order != 0) return order;
    return ((*left)->key->line > (*right)->key->line) - ((*left)->key->line < (*right)->key->line);
}

static status duplicate(struct reader *r, const struct yaml_node *key)
{
    r->file.line = key->line;
    r->file.column = key->column;
    return fault_set(r->fault, FAIL(E_DUPLICATE), "the key %.*s is given twice",
                     (int)(key->text.len > 100 ? 100 : key->text.len), (const char *)key->text.at);
}

static status keys_check(struct reader *r, const struct yaml_node *map)
{
    if (map->count <= DUPLICATES_BY_WALK_MAX) {
        for (size_t i = 1; i < map->count; i++) {
            for (size_t j = 0; j < i; j++) {
                if (slice_equal(map->members[i].key->text, map->members[j].key->text)) {
                    return duplicate(r, map->members[i].key);
                }
            }
        }
        return OK;
    }
    const struct yaml_member **sorted = malloc(map->count * sizeof *sorted);
    if (sorted == NULL) return fault_set(r->fault, FAIL(E_NOMEM), "out of memory");
    for (size_t i = 0; i < map->count; i++)
        sorted[i] = &map->members[i];
    qsort(sorted, map->count, sizeof *sorted, key_order);
    status s = OK;
    for (size_t i = 1; i < map->count && s.code == E_OK; i++) {
        if (slice_equal(sorted[i]->key->text, sorted[i - 1]->key->text)) {
            s = duplicate(r, sorted[i]->key);
        }
    }
    free(sorted);
    return s;
}

static status on_close(struct reader *r, const yaml_event_t *e)
{
    const struct open_container *in = &r->open[r->depth - 1];
    struct yaml_node *node = in->node;
    const size_t count = r->pending_count - in->base;
    struct yaml_member *members = arena_array(r->arena, count, sizeof *members);
    if (members == NULL)
        return fail_at(r, e->start_mark, E_LIMIT, "the document needs too much memory");
    for (size_t i = 0; i < count; i++) {
        members[i] = r->pending[in->base + i];
        node->weight += members[i].value->weight + (members[i].key != NULL ? 1 : 0);
    }
    node->members = members;
    node->count = (uint32_t)count;
    r->pending_count = in->base;
    if (node->type == YAML_MAP) TRY(keys_check(r, node));
    anchor_close(r, node);
    r->depth--;
    return value_add(r, node, e->start_mark);
}

static status on_document_end(struct reader *r, const yaml_event_t *e)
{
    if (r->root == NULL || r->root->type == YAML_NULL) return OK;
    if (r->file.count == YAML_DOCUMENTS_MAX) {
        return fail_at(r, e->start_mark, E_LIMIT, "more than 1024 documents");
    }
    r->file.documents[r->file.count++] = r->root;
    return OK;
}

static status on_event(struct reader *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        r->root = NULL;
        r->anchor_count = 0;
        return OK;
    case YAML_DOCUMENT_END_EVENT:
        return on_document_end(r, e);
    case YAML_ALIAS_EVENT:
        return on_alias(r, e);
    case YAML_SCALAR_EVENT:
        return on_scalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(r, e, YAML_LIST);
    case YAML_MAPPING_START_EVENT:
        return on_open(r, e, YAML_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(r, e);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
        return OK;
    }
    return OK;
}

/* libyaml's own refusal: its words, and its mark or (for bytes it cannot read) its offset. */
static status parser_failed(struct reader *r, slice text)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) return fail_at(r, p->mark, E_NOMEM, "out of memory");
    const char *problem = p->problem == NULL ? "not YAML" : p->problem;
    if (p->error != YAML_READER_ERROR) return fail_at(r, p->problem_mark, E_SYNTAX, problem);
    yaml_mark_t mark = {};
    for (size_t i = 0; i < p->problem_offset && i < text.len; i++) {
        mark.column = text.at[i] == '\n' ? 0 : mark.column + 1;
        mark.line += text.at[i] == '\n';
    }
    return fail_at(r, mark, E_SYNTAX, problem);
}

static status read_events(struct reader *r, slice text)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) return parser_failed(r, text);
        const bool end = event.type == YAML_STREAM_END_EVENT;
        const status s = on_event(r, &event);
        yaml_event_delete(&event);
        if (s.code != E_OK || end) return s;
    }
}

static status utf8_failed(slice text, struct yaml_file *ret_file, struct fault *fault)
{
    size_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\n') continue;
        if (!text_is_utf8((slice){ text.at + start, i - start })) break;
        start = i + 1;
        line++;
    }
    ret_file->line = (uint32_t)line;
    ret_file->column = 1;
    return fault_set(fault, FAIL(E_UTF8), "not UTF-8");
}

status yaml_read(slice text, struct arena *arena, struct yaml_file *ret_file, struct fault *fault)
{
    *ret_file = (struct yaml_file){ .line = 1, .column = 1 };
    if (text.len > YAML_BYTES_MAX) return fault_set(fault, FAIL(E_LIMIT), "longer than 1 MiB");
    if (!text_is_utf8(text)) return utf8_failed(text, ret_file, fault);
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    r->arena = arena;
    r->fault = fault;
    r->file = *ret_file;
    r->file.documents = arena_array(arena, YAML_DOCUMENTS_MAX, sizeof *r->file.documents);
    if (r->file.documents == NULL || !yaml_parser_initialize(&r->parser)) {
        free(r);
        return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, text.at, text.len);
    const status s = read_events(r, text);
    *ret_file = r->file;
    yaml_parser_delete(&r->parser);
    free(r->pending);
    free(r);
    return s;
}

const struct yaml_node *yaml_member(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAP) return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (slice_is(map->members[i].key->text, key)) return map->members[i].value;
    }
    return NULL;
}

static status int_based(slice text, int64_t *ret_value)
{
    const uint64_t base = text.at[1] == 'x' ? 16 : 8;
    uint64_t value = 0;
    for (size_t i = 2; i < text.len; i++) {
        const uint8_t c = text_lower_ascii(text.at[i]);
        const uint64_t digit = c >= 'a' ? (uint64_t)(c - 'a') + 10 : (uint64_t)(c - '0');
        if (value > ((uint64_t)INT64_MAX - digit) / base) return FAIL(E_LIMIT);
        value = value * base + digit;
    }
    *ret_value = (int64_t)value;
    return OK;
}

status yaml_int(const struct yaml_node *node, int64_t *ret_value)
{
    if (node->type != YAML_INT) return FAIL(E_VALUE);
    if (is_based(node->text)) return int_based(node->text, ret_value);
    const bool plus = node->text.at[0] == '+';
    slice digits = plus ? slice_from(node->text, 1) : node->text;
    const bool minus = digits.at[0] == '-';
    if (minus) digits = slice_from(digits, 1);
    while (digits.len > 1 && digits.at[0] == '0')
        digits = slice_from(digits, 1);
    uint64_t value = 0;
    TRY(num_parse_u64(digits, &value));
    if (value > (uint64_t)INT64_MAX + (minus ? 1u : 0u)) return FAIL(E_LIMIT);
    *ret_value = minus ? (int64_t)(0 - value) : (int64_t)value;
    return OK;
}

bool yaml_is_true(const struct yaml_node *node)
{
    return node->type == YAML_BOOL && text_lower_ascii(node->text.at[0]) == 't';
}

const char *yaml_type_name(const struct yaml_node *node)
{
    static const char *const names[] = { "null",   "a boolean", "an integer", "a float",
                                         "a text", "a list",    "a map" };
    return node == NULL ? "nothing" : names[node->type];
}
