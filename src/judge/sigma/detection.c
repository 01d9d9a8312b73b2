/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/detection.h"

#include "base/bytes.h"
#include "judge/sigma/condition.h"
#include "judge/sigma/item.h"
#include "base/banned.h"

/* A map: all of its items. */
static bool map_compile(struct document *d, const struct yaml_node *map, struct rule_node *ret_node)
{
    struct rule_node *nodes = compile_array(d->build, map->count + 1, sizeof *nodes);
    if (nodes == NULL) return false;
    if (map->count == 0) {
        document_error(d, map, "selection", "an empty map");
        return false;
    }
    bool good = true;
    for (uint32_t i = 0; i < map->count; i++) {
        good = item_compile(d, map->members[i].key, map->members[i].value, &nodes[i]) && good;
    }
    *ret_node = (struct rule_node){ .kind = NODE_AND,
                                    .origin = FROM_MAP,
                                    .line = map->line,
                                    .column = map->column,
                                    .count = map->count,
                                    .children = nodes,
                                    .name = slice_none() };
    return good;
}

static bool member_compile(struct document *d, const struct yaml_node *node,
                           struct rule_node *ret_node)
{
    if (node->type == YAML_MAP) return map_compile(d, node, ret_node);
    if (node->type == YAML_LIST) {
        document_error(d, node, "selection", "a list inside a list");
        return false;
    }
    return keywords_compile(d, node, ret_node);
}

/* A list of maps and keywords: any of them. */
static bool list_compile(struct document *d, const struct yaml_node *list,
                         struct rule_node *ret_node)
{
    struct rule_node *nodes = compile_array(d->build, list->count + 1, sizeof *nodes);
    if (nodes == NULL) return false;
    if (list->count == 0) {
        document_error(d, list, "empty-list", "an empty list");
        return false;
    }
    bool good = true;
    for (uint32_t i = 0; i < list->count; i++) {
        good = member_compile(d, list->members[i].value, &nodes[i]) && good;
    }
    *ret_node = (struct rule_node){ .kind = NODE_OR,
                                    .origin = FROM_LIST,
                                    .line = list->line,
                                    .column = list->column,
                                    .count = list->count,
                                    .children = nodes,
                                    .name = slice_none() };
    return good;
}

static bool selection_compile(struct document *d, const struct yaml_member *member,
                              struct rule_selection *ret_selection)
{
    struct rule_node *node = compile_array(d->build, 1, sizeof *node);
    if (node == NULL) return false;
    *ret_selection =
        (struct rule_selection){ .name = compile_copy(d->build, member->key->text), .node = node };
    switch ((enum yaml_type)member->value->type) {
    case YAML_MAP:
        return map_compile(d, member->value, node);
    case YAML_LIST:
        return list_compile(d, member->value, node);
    case YAML_NULL:
        document_error(d, member->value, "selection", "the selection %.*s is empty",
                       SHOW(member->key->text));
        return false;
    case YAML_BOOL:
    case YAML_INT:
    case YAML_FLOAT:
    case YAML_TEXT:
        return keywords_compile(d, member->value, node);
    }
    return false;
}

static bool is_kept(slice key, const char *const *keep)
{
    for (; *keep != NULL; keep++) {
        if (slice_is(key, *keep)) return true;
    }
    return false;
}

bool detection_compile(struct document *d, const struct yaml_node *map, const char *const *keep,
                       struct detection *ret_detection)
{
    struct detection out = {};
    const struct yaml_node *condition = yaml_member(map, "condition");
    out.selections = compile_array(d->build, map->count + 1, sizeof *out.selections);
    if (out.selections == NULL) return false;
    bool good = true;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_member *member = &map->members[i];
        if (is_kept(member->key->text, keep)) continue;
        good = selection_compile(d, member, &out.selections[out.selection_count++]) && good;
    }
    if (condition == NULL) {
        document_error(d, map, "condition", "no condition");
        return false;
    }
    if (out.selection_count == 0) {
        document_error(d, map, "selection", "no selection");
        good = false;
    }
    out.condition = condition_compile(d, condition, out.selections, out.selection_count);
    if (out.condition == NULL || !good) return false;
    *ret_detection = out;
    return true;
}
