/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/grid.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/writer.h"
#include "report/template/template.h"
#include "base/banned.h"

enum { PART_ORDERS = 3 };

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* With single spaces, none at its ends; lowered: what it is compared by. */
static slice tidy_text(slice text, bool lowered, struct writer *w)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = is_space(text.at[i]) ? ' ' : text.at[i];
        const bool doubled = c == ' ' && (w->len == 0 || w->at[w->len - 1] == ' ');
        if (!doubled) writer_u8(w, lowered ? text_lower_ascii(c) : c);
    }
    if (w->len > 0 && w->at[w->len - 1] == ' ') w->len--;
    return writer_slice(w);
}

/* At most so many bytes, of whole characters. */
static slice cut(slice text)
{
    if (text.len <= GRID_DESCRIPTION_BYTES_MAX) return text;
    text.len = GRID_DESCRIPTION_BYTES_MAX;
    while (text.len > 0 && (text.at[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}

/* Room for the line of the key that was just added. */
static status append(struct grid *g, uint8_t scope, uint8_t place, slice description)
{
    const uint32_t line = g->keys.count - 1;
    if (line == g->cap) {
        const uint32_t cap = g->cap == 0 ? 4096 : 2 * g->cap;
        if (cap > GRID_LINES_MAX) return FAIL(E_LIMIT);
        struct grid_line *more = realloc(g->lines, cap * sizeof *more);
        if (more == NULL) return FAIL(E_NOMEM);
        g->lines = more;
        g->cap = cap;
    }
    g->lines[line] = (struct grid_line){ .scope = scope, .place = place };
    g->lines[line].description = arena_copy(g->arena, description);
    return g->lines[line].description.at == NULL ? FAIL(E_LIMIT) : OK;
}

status grid_line(struct grid *g, uint8_t scope, uint8_t place, slice description,
                 uint32_t *ret_line)
{
    uint8_t key_room[2 + GRID_DESCRIPTION_BYTES_MAX];
    uint8_t room[GRID_DESCRIPTION_BYTES_MAX];
    struct writer key = writer_of(key_room, sizeof key_room);
    struct writer lowered = writer_of(key_room + 2, sizeof key_room - 2);
    struct writer shown = writer_of(room, sizeof room);
    bool is_new = false;
    description = cut(description);
    writer_u8(&key, scope);
    writer_u8(&key, place);
    key.len += tidy_text(description, true, &lowered).len;
    const slice text = tidy_text(description, false, &shown);
    TRY(writer_end(&lowered));
    TRY(intern_add(&g->keys, writer_slice(&key), ret_line, &is_new));
    return is_new ? append(g, scope, place, text) : OK;
}

status grid_init(struct grid *g, uint8_t part, struct arena *arena)
{
    *g = (struct grid){ .arena = arena, .keys = intern_of(arena), .part = part };
    const uint8_t scopes = part == PART_ORDERS ? 1 + TEMPLATE_STATES : 1;
    uint32_t line = 0;
    for (uint8_t scope = 0; scope < scopes; scope++) {
        for (uint8_t place = 0; place < TEMPLATE_CATEGORIES; place++) {
            if (!template_has_category(part, template_categories[place].number)) continue;
            TRY(grid_line(g, scope, place, slice_none(), &line));
        }
    }
    return OK;
}

void grid_done(struct grid *g)
{
    intern_done(&g->keys);
    samples_done(&g->samples);
    free(g->lines);
    free(g->order);
}

static int by_place(const void *a, const void *b, void *with)
{
    const struct grid_line *lines = with;
    const struct grid_line *x = &lines[*(const uint32_t *)a];
    const struct grid_line *y = &lines[*(const uint32_t *)b];
    if (x->scope != y->scope) return x->scope < y->scope ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return slice_compare(x->description, y->description);
}

status grid_sort(struct grid *g)
{
    const uint32_t count = grid_count(g);
    g->order = calloc(count, sizeof *g->order);
    if (g->order == NULL) return FAIL(E_NOMEM);
    for (uint32_t i = 0; i < count; i++)
        g->order[i] = i;
    qsort_r(g->order, count, sizeof *g->order, by_place, g->lines);
    samples_sort(&g->samples);
    return OK;
}
