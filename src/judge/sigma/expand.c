/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "judge/sigma/modifier.h"
#include "base/banned.h"

/*
 * Value lists: %name% in a value under "expand" stands for each value of the list of that name, so
 * one value becomes as many alternatives. value_parse has made each name a PART_LIST. Values of
 * lists are read like values of rules: wildcards and escapes work.
 */

static const struct value_list *list_of(const struct item *item, const struct pattern_part *part)
{
    return part->kind == PART_LIST ? compile_list(item->document->build, part->text) : NULL;
}

/* How many spellings the alternative has; 0 after a diagnostic. */
static size_t spellings(struct item *item, const struct yaml_node *at, const struct alternative *a)
{
    size_t count = 1;
    for (size_t i = 0; i < a->count; i++) {
        if (a->parts[i].kind != PART_LIST) continue;
        const struct value_list *list = list_of(item, &a->parts[i]);
        const slice name = a->parts[i].text;
        if (list == NULL || list->count == 0) {
            item_error(item, at, "needs-list",
                       "needs the value list %.*s: give it with --list %.*s=FILE", SHOW(name),
                       SHOW(name));
            return 0;
        }
        if (list->count > ALTERNATIVES_MAX / count) {
            item_error(item, at, "limit", "expands to more than 16384 values");
            return 0;
        }
        count *= list->count;
    }
    return count;
}

/* The spelling in which each list contributes the value that number selects. */
static bool spell(struct item *item, const struct alternative *a, size_t number,
                  struct alternative *ret_spelling)
{
    struct arena *scratch = &item->document->build->scratch;
    struct alternative *chosen = arena_array(scratch, a->count, sizeof *chosen);
    size_t cap = 0;
    if (chosen == NULL) return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct value_list *list = list_of(item, &a->parts[i]);
        chosen[i] = (struct alternative){ .parts = &a->parts[i], .count = 1 };
        if (list != NULL) {
            const slice value = list->values[number % list->count];
            number /= list->count;
            if (value_parse(scratch, value, false, &chosen[i]).code != E_OK) return false;
        }
        cap += chosen[i].count;
    }
    struct pattern_part *parts = arena_array(scratch, cap, sizeof *parts);
    if (parts == NULL) return false;
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < chosen[i].count; j++)
            parts[count++] = chosen[i].parts[j];
    }
    *ret_spelling = (struct alternative){ .parts = parts, .count = count };
    return true;
}

static bool expand_value(struct item *item, struct item_value *v)
{
    struct arena *scratch = &item->document->build->scratch;
    struct item_value grown = { .node = v->node };
    size_t total = 0;
    for (size_t j = 0; j < v->count; j++) {
        const size_t count = spellings(item, v->node, &v->alternatives[j]);
        if (count == 0) return false;
        if (count > ALTERNATIVES_MAX - total) {
            item_error(item, v->node, "limit", "expands to more than 16384 values");
            return false;
        }
        total += count;
    }
    grown.alternatives = arena_array(scratch, total, sizeof *grown.alternatives);
    if (grown.alternatives == NULL) return false;
    for (size_t j = 0; j < v->count; j++) {
        const size_t count = spellings(item, v->node, &v->alternatives[j]);
        for (size_t i = 0; i < count; i++) {
            struct alternative *spelling = &grown.alternatives[grown.count++];
            if (!spell(item, &v->alternatives[j], i, spelling)) return false;
        }
    }
    *v = grown;
    return true;
}

bool expand_lists(struct item *item)
{
    if (item->operation != OPERATION_TEXT || item->has_compare) {
        item_error(item, NULL, "modifier",
                   "expand cannot follow a modifier that does not yield a text");
        return false;
    }
    bool has_name = false, good = true;
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        for (size_t j = 0; j < v->count; j++) {
            const struct alternative *a = &v->alternatives[j];
            for (size_t k = 0; k < a->count; k++)
                has_name |= a->parts[k].kind == PART_LIST;
        }
        good = expand_value(item, v) && good;
    }
    if (!has_name) {
        document_warning(item->document, item->key, "expand-nothing", "no %%name%% to expand");
    }
    item->is_changed = true;
    return good;
}
