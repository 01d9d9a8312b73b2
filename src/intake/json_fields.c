/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cost: one pass over the nodes; a name is copied only below the first level.
 */
#include "intake/json_fields.h"

#include "base/bytes.h"
#include "intake/windows.h"
#include "base/banned.h"

uint8_t json_field_type(const struct json_node *node)
{
    static const uint8_t types[] = {
        [JSON_NULL] = EVENT_NULL,   [JSON_FALSE] = EVENT_BOOL,  [JSON_TRUE] = EVENT_BOOL,
        [JSON_INT] = EVENT_NUMBER,  [JSON_UINT] = EVENT_NUMBER, [JSON_DOUBLE] = EVENT_NUMBER,
        [JSON_STRING] = EVENT_TEXT, [JSON_ARRAY] = EVENT_ARRAY, [JSON_OBJECT] = EVENT_OBJECT,
    };
    return types[node->type];
}

slice json_field_text(struct build *b, const struct json_node *node)
{
    switch ((enum json_type)node->type) {
    case JSON_STRING:
        return node->text;
    case JSON_INT:
        return build_i64_text(b, node->number.i);
    case JSON_UINT:
        return build_u64_text(b, node->number.u);
    case JSON_DOUBLE:
        return node->text.len > 0 ? node->text : build_double_text(b, node->number.d);
    case JSON_TRUE:
        return (slice){ (const uint8_t *)"true", 4 };
    case JSON_FALSE:
        return (slice){ (const uint8_t *)"false", 5 };
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return slice_none();
}

/* A container whose members are being named. */
struct level {
    uint32_t end;
    bool is_array;
    slice path; /* of its members, without the dot; empty at the top */
};

/* Empty if it got too long: the field is then left out. */
static slice name_of(struct build *b, const struct level *parent, const struct json_node *n)
{
    if (parent->is_array) return parent->path;
    return parent->path.len == 0 ? n->key : build_join(b, parent->path, ".", n->key);
}

void json_fields(struct build *b, const struct json_document *d, uint32_t root, slice prefix,
                 bool strip_spaces)
{
    UNSET struct level levels[JSON_DEPTH_MAX + 1];
    size_t depth = 0;
    const struct json_node *nodes = d->nodes;
    levels[0] = (struct level){ nodes[root].end, nodes[root].type == JSON_ARRAY, prefix };
    for (uint32_t i = root + 1; i < nodes[root].end; i++) {
        while (i >= levels[depth].end)
            depth--;
        const struct json_node *n = &nodes[i];
        slice name = name_of(b, &levels[depth], n);
        if (name.len == 0 && b->cut) continue;
        const bool top = depth == 0 && prefix.len == 0;
        const uint8_t flags = top && build_has_byte(name, '.') ? EVENT_FIELD_LITERAL : 0;
        if (strip_spaces) name = windows_name(b, name);
        build_add(b, name, json_field_text(b, n), json_field_type(n), flags);
        if (n->type < JSON_ARRAY || n->end == i + 1) continue;
        assert(depth < JSON_DEPTH_MAX);
        levels[++depth] = (struct level){ n->end, n->type == JSON_ARRAY, name };
    }
}
