/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "judge/sigma/modifier.h"
#include "base/banned.h"

/*
 * Value lists: %name% in a value under "expand" stands for each value of the list of that name, so
 * one value becomes as many alternatives. Values of lists are read like values of rules: wildcards
 * and escapes work. "\%" is a plain percent sign.
 */

/* One piece of a value: a part as it was, or a list to choose from. */
struct piece {
    struct pattern_part part;
    const struct value_list *list; /* NULL for a plain part */
};

struct pieces {
    struct piece *at;
    size_t count;
    bool has_list;
};

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* The length of a list's name behind the percent sign at the start of text, or 0. */
static size_t name_len(slice text)
{
    size_t len = 0;
    while (1 + len < text.len && is_name(text.at[1 + len]))
        len++;
    return 1 + len < text.len && text.at[1 + len] == '%' ? len : 0;
}

static void piece_text(struct pieces *pieces, slice text)
{
    if (text.len == 0) return;
    pieces->at[pieces->count++].part = (struct pattern_part){ .kind = PART_TEXT, .text = text };
}

static bool piece_list(struct item *item, struct pieces *pieces, const struct yaml_node *at,
                       slice name)
{
    const struct value_list *list = build_list(item->document->build, name);
    if (list == NULL || list->count == 0) {
        item_error(item, at, "needs-list",
                   "needs the value list %.*s: give it with --list "
                   "%.*s=FILE",
                   SHOW(name), SHOW(name));
        return false;
    }
    pieces->at[pieces->count++].list = list;
    pieces->has_list = true;
    return true;
}

/* Cuts one text at its %names%. */
static bool text_cut(struct item *item, struct pieces *pieces, const struct yaml_node *at,
                     slice text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool escaped = text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] == '%';
        if (escaped) {
            piece_text(pieces, (slice){ text.at + start, i - start });
            start = ++i; /* the percent sign begins the next text */
            continue;
        }
        const size_t len = text.at[i] == '%' ? name_len(slice_from(text, i)) : 0;
        if (len == 0) continue;
        piece_text(pieces, (slice){ text.at + start, i - start });
        if (!piece_list(item, pieces, at, (slice){ text.at + i + 1, len })) return false;
        i += len + 1;
        start = i + 1;
    }
    piece_text(pieces, slice_from(text, start));
    return true;
}

/* The most pieces that the alternative can be cut into. */
static size_t pieces_max(const struct alternative *a)
{
    size_t count = 1;
    for (size_t i = 0; i < a->count; i++) {
        count++;
        for (size_t at = 0; at < a->parts[i].text.len; at++) {
            if (a->parts[i].text.at[at] == '%') count += 2;
        }
    }
    return count;
}

/* The spelling in which each list contributes the value that number selects. */
static bool spell(struct item *item, const struct pieces *pieces, size_t number,
                  struct alternative *ret_spelling)
{
    struct arena *scratch = &item->document->build->scratch;
    struct alternative out = {};
    size_t cap = 0;
    struct alternative *chosen = arena_array(scratch, pieces->count, sizeof *chosen);
    if (chosen == NULL) return false;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *p = &pieces->at[i];
        chosen[i] = (struct alternative){ .parts = &pieces->at[i].part, .count = 1 };
        if (p->list != NULL) {
            const slice value = p->list->values[number % p->list->count];
            number /= p->list->count;
            if (value_parse(scratch, value, &chosen[i]).code != E_OK) return false;
        }
        cap += chosen[i].count;
    }
    out.parts = arena_array(scratch, cap, sizeof *out.parts);
    if (out.parts == NULL) return false;
    for (size_t i = 0; i < pieces->count; i++) {
        for (size_t j = 0; j < chosen[i].count; j++)
            out.parts[out.count++] = chosen[i].parts[j];
    }
    *ret_spelling = out;
    return true;
}

static bool expand_alternative(struct item *item, const struct item_value *v,
                               const struct alternative *a, struct item_value *grown)
{
    struct arena *scratch = &item->document->build->scratch;
    struct pieces pieces = { .at = arena_array(scratch, pieces_max(a), sizeof *pieces.at) };
    if (pieces.at == NULL) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->parts[i].kind != PART_TEXT) {
            pieces.at[pieces.count++].part = a->parts[i];
        } else if (!text_cut(item, &pieces, v->node, a->parts[i].text)) {
            return false;
        }
    }
    size_t count = 1;
    for (size_t i = 0; i < pieces.count; i++) {
        if (pieces.at[i].list != NULL) count *= pieces.at[i].list->count;
        if (count <= ALTERNATIVES_MAX - grown->count) continue;
        item_error(item, v->node, "limit", "expands to more than 16384 values");
        return false;
    }
    if (!pieces.has_list) {
        document_warning(item->document, v->node, "expand-nothing", "%s",
                         "expand, but no %name% in the value");
    }
    for (size_t i = 0; i < count; i++) {
        if (!spell(item, &pieces, i, &grown->alternatives[grown->count++])) return false;
    }
    return true;
}

bool expand_lists(struct item *item)
{
    if (item->operation != OPERATION_TEXT || item->has_compare) {
        item_error(item, NULL, "modifier",
                   "expand cannot follow a modifier that does not yield a text");
        return false;
    }
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        if (v->node->type != YAML_TEXT) continue;
        struct item_value grown = { .node = v->node };
        grown.alternatives = arena_array(&item->document->build->scratch, ALTERNATIVES_MAX,
                                         sizeof *grown.alternatives);
        if (grown.alternatives == NULL) return false;
        for (size_t j = 0; j < v->count; j++) {
            if (!expand_alternative(item, v, &v->alternatives[j], &grown)) return false;
        }
        *v = grown;
    }
    item->is_changed = true;
    return true;
}
