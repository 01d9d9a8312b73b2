/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns simdjson's tape into nodes, in one pass without recursion. Cost: about 1 ns a node beyond
 * simdjson's own; buffers are kept from document to document.
 */
#include "lib/json.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "lib/json_repair.h"
#include "lib/json_shim.h"
#include "base/banned.h"

enum { NODES_MIN = 256, TAPE_PAYLOAD_BITS = 56 };

static const uint64_t tape_payload = (UINT64_C(1) << TAPE_PAYLOAD_BITS) - 1;

struct json_parser {
    struct json_shim *shim; /* owned */
    size_t depth_max;
    struct json_node *nodes; /* owned, nodes_cap of them */
    size_t nodes_cap;
    uint8_t *copy; /* owned: the text with padding behind it, copy_cap bytes */
    size_t copy_cap;
};

static struct json_parser *parser_new(size_t depth_max)
{
    struct json_parser *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->depth_max = depth_max;
    p->shim = json_shim_new(JSON_DOCUMENT_BYTES_MAX + JSON_DOCUMENT_BYTES_MAX / 8 + 2, depth_max);
    if (p->shim == NULL) {
        free(p);
        return NULL;
    }
    return p;
}

struct json_parser *json_parser_new(void)
{
    return parser_new(JSON_DEPTH_MAX);
}

struct json_parser *json_parser_new_deep(void)
{
    return parser_new(JSON_DEEP_MAX);
}

void json_parser_free(struct json_parser *p)
{
    if (p == NULL) return;
    json_shim_free(p->shim);
    free(p->nodes);
    free(p->copy);
    free(p);
}

static status reserve_nodes(struct json_parser *p, size_t count)
{
    if (count > JSON_NODES_MAX) return FAIL(E_LIMIT);
    if (count <= p->nodes_cap) return OK;
    size_t cap = p->nodes_cap == 0 ? NODES_MIN : p->nodes_cap;
    while (cap < count)
        cap *= 2;
    struct json_node *nodes = malloc(cap * sizeof *nodes);
    if (nodes == NULL) return FAIL(E_NOMEM);
    free(p->nodes);
    p->nodes = nodes;
    p->nodes_cap = cap;
    return OK;
}

static status reserve_copy(struct json_parser *p, size_t len)
{
    if (len <= p->copy_cap) return OK;
    size_t cap = 4096;
    while (cap < len)
        cap *= 2;
    uint8_t *copy = calloc(cap, 1);
    if (copy == NULL) return FAIL(E_NOMEM);
    free(p->copy);
    p->copy = copy;
    p->copy_cap = cap;
    return OK;
}

static slice tape_string(const struct json_tape *tape, uint64_t word)
{
    const uint8_t *at = tape->strings + (word & tape_payload);
    uint32_t len = 0;
    bytes_copy(&len, sizeof len, (slice){ at, sizeof len });
    return (slice){ at + sizeof len, len };
}

/* The container that is being filled: its node, and whether its values have names. */
struct open_node {
    uint32_t node;
    bool is_object;
};

static uint8_t type_of(uint64_t word)
{
    static const uint8_t types[UINT8_MAX + 1] = {
        ['"'] = JSON_STRING, ['l'] = JSON_INT,   ['u'] = JSON_UINT,   ['d'] = JSON_DOUBLE,
        ['t'] = JSON_TRUE,   ['f'] = JSON_FALSE, ['{'] = JSON_OBJECT, ['['] = JSON_ARRAY,
    };
    return types[word >> TAPE_PAYLOAD_BITS]; /* JSON_NULL, which is 0, for any other */
}

static bool is_closing(uint64_t word)
{
    const char c = (char)(word >> TAPE_PAYLOAD_BITS);
    return c == '}' || c == ']';
}

static size_t build_nodes(struct json_node *nodes, const struct json_tape *tape)
{
    UNSET struct open_node open[JSON_DEEP_MAX + 1];
    unsigned depth = 0;
    open[0] = (struct open_node){};
    uint32_t count = 0;
    for (size_t i = 1; i + 1 < tape->count; i++) {
        uint64_t word = tape->words[i];
        if (is_closing(word)) {
            assert(depth > 0);
            nodes[open[depth--].node].end = count;
            continue;
        }
        struct json_node *n = &nodes[count];
        n->key = slice_none();
        n->text = slice_none();
        if (open[depth].is_object) {
            n->key = tape_string(tape, word);
            word = tape->words[++i];
        }
        n->type = type_of(word);
        n->end = ++count;
        if (n->type == JSON_STRING) {
            n->text = tape_string(tape, word);
        } else if (n->type == JSON_OBJECT || n->type == JSON_ARRAY) {
            assert(depth < JSON_DEEP_MAX);
            open[++depth] = (struct open_node){ count - 1, n->type == JSON_OBJECT };
        } else if (n->type >= JSON_INT && n->type <= JSON_DOUBLE) {
            n->number.u = tape->words[++i];
        }
    }
    assert(depth == 0);
    return count;
}

/* Gives the doubles that were integers of more than 64 bits their digits. */
static void name_wide_numbers(struct json_node *nodes, size_t count, slice text)
{
    size_t pos = 0;
    for (size_t i = 0; i < count; i++) {
        slice number = slice_none();
        if (nodes[i].type < JSON_INT || nodes[i].type > JSON_DOUBLE) continue;
        if (!json_next_number(text, &pos, &number)) return;
        const bool widened = number.len > 2 && slice_is(slice_from(number, number.len - 2), "e0");
        number.len -= 2 * (size_t)widened;
        const bool integer = __builtin_memchr(number.at, '.', number.len) == NULL;
        if (widened && integer) nodes[i].text = number;
    }
}

static size_t utf8_error_offset(slice text)
{
    size_t pos = 0;
    while (pos < text.len) {
        uint32_t code_point = 0;
        size_t len = 0;
        if (text_code_point(slice_from(text, pos), &code_point, &len).code != E_OK) return pos;
        pos += len;
    }
    return pos;
}

static status refuse(const struct json_parser *p, slice text, int answer, struct fault *fault)
{
    const char *what = NULL;
    size_t offset = 0;
    int32_t code = E_SYNTAX;
    if (answer == JSON_SHIM_NOMEM) return fault_set(fault, FAIL(E_NOMEM), "JSON: out of memory");
    if (answer == JSON_SHIM_UTF8) {
        offset = utf8_error_offset(text);
        return fault_set(fault, FAIL_AT(E_UTF8, offset), "JSON: not UTF-8 at byte %zu", offset);
    }
    offset = json_locate(text, p->depth_max, &what);
    if (answer == JSON_SHIM_DEPTH) {
        code = E_LIMIT;
        what = p->depth_max == JSON_DEEP_MAX ? "nested more than 128 deep" /* JSON_DEEP_MAX */
                                             : "nested more than 32 deep"; /* JSON_DEPTH_MAX */
    }
    if (what == NULL && answer == JSON_SHIM_NUMBER) {
        return fault_set(fault, FAIL(E_LIMIT), "JSON: a number above the range of a double");
    }
    if (what == NULL) return fault_set(fault, FAIL(code), "JSON: malformed");
    return fault_set(fault, FAIL_AT(code, offset), "JSON: %s at byte %zu", what, offset);
}

/* The second try, with wide integers and half surrogate pairs rewritten. */
static status parse_widened(struct json_parser *p, slice text, int answer,
                            struct json_document *ret_document, struct fault *fault)
{
    struct json_tape tape = {};
    bool changed = false;
    const size_t room = json_widen_room(text.len);
    uint8_t *wide = calloc(room + JSON_PADDING_BYTES, 1);
    if (wide == NULL) return fault_set(fault, FAIL(E_NOMEM), "JSON: out of memory");
    const size_t len = json_widen(text, wide, &changed);
    if (changed) answer = json_shim_parse(p->shim, wide, len, &tape);
    if (answer != JSON_SHIM_OK) {
        free(wide);
        return refuse(p, text, answer, fault);
    }
    free(p->copy); /* the text may have been there: it is not needed any more */
    p->copy = wide;
    p->copy_cap = room + JSON_PADDING_BYTES;
    const status reserved = reserve_nodes(p, tape.count);
    if (reserved.code != E_OK) return fault_set(fault, reserved, "JSON: too many values");
    ret_document->count = build_nodes(p->nodes, &tape);
    ret_document->nodes = p->nodes;
    name_wide_numbers(p->nodes, ret_document->count, (slice){ wide, len });
    return OK;
}

status json_parse_padded(struct json_parser *p, slice text, struct json_document *ret_document,
                         struct fault *fault)
{
    struct json_tape tape = {};
    if (text.len > JSON_DOCUMENT_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "JSON: %zu bytes, more than 64 MiB", text.len);
    }
    const int answer = json_shim_parse(p->shim, text.at, text.len, &tape);
    if (answer == JSON_SHIM_NUMBER || answer == JSON_SHIM_STRING) {
        return parse_widened(p, text, answer, ret_document, fault);
    }
    if (answer != JSON_SHIM_OK) return refuse(p, text, answer, fault);
    const status reserved = reserve_nodes(p, tape.count);
    if (reserved.code != E_OK) return fault_set(fault, reserved, "JSON: too many values");
    ret_document->count = build_nodes(p->nodes, &tape);
    ret_document->nodes = p->nodes;
    return OK;
}

status json_parse(struct json_parser *p, slice text, struct json_document *ret_document,
                  struct fault *fault)
{
    if (text.len > JSON_DOCUMENT_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "JSON: %zu bytes, more than 64 MiB", text.len);
    }
    const status reserved = reserve_copy(p, text.len + JSON_PADDING_BYTES);
    if (reserved.code != E_OK) return fault_set(fault, reserved, "JSON: out of memory");
    bytes_copy(p->copy, p->copy_cap, text);
    return json_parse_padded(p, (slice){ p->copy, text.len }, ret_document, fault);
}

const struct json_node *json_member(const struct json_document *d, const struct json_node *object,
                                    const char *key)
{
    if (object->type != JSON_OBJECT) return NULL;
    const struct json_node *end = d->nodes + object->end;
    for (const struct json_node *n = object + 1; n < end; n = d->nodes + n->end) {
        if (slice_is(n->key, key)) return n;
    }
    return NULL;
}
