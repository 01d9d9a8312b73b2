/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include "base/bytes.h"
#include "base/writer.h"
#include "judge/sigma/correlate/window.h"
#include "judge/sigma/member.h"
#include "base/banned.h"

/*
 * The text of a group is, per group-by field: a byte (1: absent), two bytes of length, the value
 * cut to CORRELATOR_GROUP_VALUE_BYTES_MAX. The fingerprint is over the whole values.
 */

bool source_value(const struct source *source, slice name, slice *ret_value)
{
    for (size_t i = 0; i < source->group_count; i++) {
        if (!slice_equal(source->groups[i].field, name)) continue;
        *ret_value = source->groups[i].value;
        return !source->groups[i].is_absent;
    }
    if (source->event == NULL || name.len == 0) return false;
    const bool categorised = source->rule->logsource.category.len != 0;
    const struct rule_field field = { .name = name, .is_categorised = categorised };
    struct member_walk members = member_walk_of(source->event, &field);
    const struct event_field *member = NULL;
    while ((member = member_next(&members)) != NULL) {
        if (!member_is_scalar(member)) continue;
        *ret_value = member->text;
        return true;
    }
    return false;
}

/* A value in a key: itself, or its fingerprint where it is long. */
static void key_value(struct correlator *c, struct writer *key, slice value)
{
    writer_u8(key, value.len > CORRELATOR_GROUP_VALUE_BYTES_MAX ? 2 : 0);
    if (value.len <= CORRELATOR_GROUP_VALUE_BYTES_MAX) {
        writer_vec16(key, value);
        return;
    }
    const struct siphash_print print = siphash_128(&c->config.key, value);
    writer_u64(key, print.low);
    writer_u64(key, print.high);
}

struct siphash_print group_print(struct correlator *c, uint32_t correlation, uint32_t place,
                                 const struct source *source, struct frame *frame)
{
    const struct correlation *def = c->running[correlation].def;
    struct writer key = writer_of(frame->key, sizeof frame->key);
    writer_u32(&key, correlation);
    for (uint32_t i = 0; i < def->group_count; i++) {
        slice value = slice_none();
        const bool absent = !source_value(source, def->groups[i].fields[place], &value);
        if (absent) writer_u8(&key, 1);
        if (!absent) key_value(c, &key, value);
        if (value.len > CORRELATOR_GROUP_VALUE_BYTES_MAX) {
            value.len = CORRELATOR_GROUP_VALUE_BYTES_MAX;
        }
        frame->groups[i] = (struct finding_group){ .field = def->groups[i].name,
                                                   .value = value,
                                                   .is_absent = absent };
    }
    assert(writer_end(&key).code == E_OK);
    return siphash_128(&c->config.key, writer_slice(&key));
}

bool group_has_seen(const struct correlator *c, const struct state_cell *s,
                    const struct source *source)
{
    return s->arrival != 0 && s->count != 0 && s->serial == c->serial &&
           c->cells.at[s->arrival].event.position == source->position;
}

static void unlink_age(struct correlator *c, struct running *r, uint32_t group)
{
    const struct group_cell *g = &c->cells.at[group].group;
    if (g->older != 0) c->cells.at[g->older].group.newer = g->newer;
    if (g->newer != 0) c->cells.at[g->newer].group.older = g->older;
    if (r->oldest == group) r->oldest = g->newer;
    if (r->newest == group) r->newest = g->older;
}

static void link_newest(struct correlator *c, struct running *r, uint32_t group)
{
    struct group_cell *g = &c->cells.at[group].group;
    g->older = r->newest;
    g->newer = 0;
    if (r->newest != 0) c->cells.at[r->newest].group.newer = group;
    if (r->oldest == 0) r->oldest = group;
    r->newest = group;
}

void group_give(struct correlator *c, uint32_t correlation, uint32_t cell)
{
    cells_give(&c->cells, cell);
    c->running[correlation].cell_count--;
}

void group_free(struct correlator *c, uint32_t group)
{
    struct state_cell *s = state_of(c, group);
    const uint32_t correlation = s->correlation;
    struct running *r = &c->running[correlation];
    if (s->is_due) due_remove(c, group); /* given up while its window was open */
    while (s->first != 0)
        window_drop(c, group);
    for (uint32_t text = s->text; text != 0;) {
        const uint32_t next = c->cells.at[text].text.next;
        group_give(c, correlation, text);
        text = next;
    }
    if (s->more != 0) group_give(c, correlation, s->more);
    unlink_age(c, r, group);
    cells_leave(&c->cells, group);
    group_give(c, correlation, c->cells.at[group].group.state);
    group_give(c, correlation, group);
    r->group_count--;
}

/* Whether nothing that may still come can fall into a window with what the group holds. */
static bool has_passed(const struct correlator *c, uint32_t group)
{
    const struct state_cell *s = state_of(c, group);
    if (s->is_due) return false;
    if (s->last == 0) return true;
    const int64_t timespan = c->running[s->correlation].def->timespan_ns;
    return c->cells.at[s->last].event.time_ns < c->watermark_ns - timespan;
}

static uint32_t oldest_but(const struct correlator *c, const struct running *r, uint32_t pinned)
{
    if (r->oldest != pinned) return r->oldest;
    return r->oldest == 0 ? 0 : c->cells.at[r->oldest].group.newer;
}

void group_evicted(struct correlator *c, uint32_t correlation)
{
    c->running[correlation].evicted++;
    c->has_evicted = true;
}

/* Frees at least a cell, never of the pinned group but for its oldest event. False if there is
 * nothing left to free. */
static bool make_room(struct correlator *c, uint32_t pinned)
{
    uint32_t largest = UINT32_MAX;
    for (uint32_t i = 0; i < c->running_count; i++) {
        const struct running *r = &c->running[i];
        const uint32_t oldest = oldest_but(c, r, pinned);
        if (oldest != 0 && has_passed(c, oldest)) {
            group_free(c, oldest);
            return true;
        }
        if (largest == UINT32_MAX || r->cell_count > c->running[largest].cell_count) largest = i;
    }
    if (largest == UINT32_MAX) return false;
    const uint32_t victim = oldest_but(c, &c->running[largest], pinned);
    group_evicted(c, largest);
    if (victim != 0) {
        group_free(c, victim);
    } else if (pinned != 0 && state_of(c, pinned)->first != 0) {
        window_drop(c, pinned);
    } else {
        return false;
    }
    return true;
}

uint32_t group_take(struct correlator *c, uint32_t correlation, uint32_t group)
{
    uint32_t cell = cells_take(&c->cells);
    while (cell == 0) {
        if (!make_room(c, group)) return 0;
        cell = cells_take(&c->cells);
    }
    c->running[correlation].cell_count++;
    return cell;
}

/* Appends bytes to the group's text; 0 room ends it early, which only shortens what is shown. */
static void text_append(struct correlator *c, uint32_t correlation, uint32_t group, slice bytes)
{
    uint32_t last = state_of(c, group)->text;
    while (last != 0 && c->cells.at[last].text.next != 0)
        last = c->cells.at[last].text.next;
    for (size_t at = 0; at < bytes.len; at += CELL_TEXT_BYTES) {
        const uint32_t cell = group_take(c, correlation, group);
        if (cell == 0) return;
        const size_t len = bytes.len - at < CELL_TEXT_BYTES ? bytes.len - at : CELL_TEXT_BYTES;
        bytes_copy(c->cells.at[cell].text.bytes, CELL_TEXT_BYTES, (slice){ bytes.at + at, len });
        if (last == 0) state_of(c, group)->text = cell;
        if (last != 0) c->cells.at[last].text.next = cell;
        last = cell;
    }
}

static void text_store(struct correlator *c, uint32_t correlation, uint32_t group,
                       const struct frame *frame)
{
    enum { TEXT_MAX = CORRELATION_GROUPS_MAX * (CORRELATOR_GROUP_VALUE_BYTES_MAX + 3) };
    uint8_t text[TEXT_MAX];
    struct writer w = writer_of(text, sizeof text);
    for (uint32_t i = 0; i < c->running[correlation].def->group_count; i++) {
        writer_u8(&w, frame->groups[i].is_absent ? 1 : 0);
        writer_vec16(&w, frame->groups[i].value);
    }
    assert(writer_end(&w).code == E_OK);
    text_append(c, correlation, group, writer_slice(&w));
}

static uint32_t group_new(struct correlator *c, uint32_t correlation, struct siphash_print print,
                          const struct frame *frame)
{
    struct running *r = &c->running[correlation];
    const uint32_t group = group_take(c, correlation, 0);
    const uint32_t state = group == 0 ? 0 : group_take(c, correlation, 0);
    if (state == 0) {
        if (group != 0) group_give(c, correlation, group);
        return 0;
    }
    c->cells.at[group].group.print = print;
    c->cells.at[group].group.state = state;
    c->cells.at[state].state.correlation = (uint16_t)correlation;
    cells_enter(&c->cells, group);
    link_newest(c, r, group);
    r->group_count++;
    text_store(c, correlation, group, frame);
    const bool more = !r->def->is_monotone || r->def->type == CORRELATION_VALUE_SUM;
    const uint32_t cell = more ? group_take(c, correlation, group) : 0;
    if (more && cell == 0) {
        group_free(c, group);
        return 0;
    }
    state_of(c, group)->more = cell;
    return group;
}

uint32_t group_of(struct correlator *c, uint32_t correlation, struct siphash_print print,
                  const struct frame *frame)
{
    struct running *r = &c->running[correlation];
    const uint32_t found = cells_find(&c->cells, print);
    if (found == 0) {
        /* Two windows that have passed go for each new group, so the dead do not pile up. */
        for (int i = 0; i < 2 && r->oldest != 0 && has_passed(c, r->oldest); i++) {
            group_free(c, r->oldest);
        }
        return group_new(c, correlation, print, frame);
    }
    if (r->newest != found) {
        unlink_age(c, r, found);
        link_newest(c, r, found);
    }
    return found;
}

/* Reads the text cells as one run of bytes. */
static size_t text_read(const struct correlator *c, uint32_t group, uint8_t *ret_text, size_t cap)
{
    struct writer w = writer_of(ret_text, cap);
    for (uint32_t cell = state_of(c, group)->text; cell != 0; cell = c->cells.at[cell].text.next) {
        writer_bytes(&w, (slice){ c->cells.at[cell].text.bytes, CELL_TEXT_BYTES });
    }
    return w.len;
}

void group_read(const struct correlator *c, uint32_t group, struct frame *frame)
{
    const struct correlation *def = c->running[state_of(c, group)->correlation].def;
    const size_t len = text_read(c, group, frame->key, sizeof frame->key);
    size_t at = 0, written = 0;
    for (uint32_t i = 0; i < def->group_count; i++) {
        struct finding_group *g = &frame->groups[i];
        *g = (struct finding_group){ .field = def->groups[i].name,
                                     .value = slice_none(),
                                     .is_absent = true };
        if (len - at < 3) continue; /* stored when memory was out */
        g->is_absent = frame->key[at] == 1;
        const size_t value_len = get_u16(frame->key + at + 1);
        at += 3;
        if (value_len > len - at || value_len > sizeof frame->text - written) {
            at = len; /* cut off: what follows is not known either */
            continue;
        }
        const slice value = { frame->key + at, value_len };
        bytes_copy(frame->text + written, sizeof frame->text - written, value);
        g->value = (slice){ frame->text + written, value_len };
        written += value_len;
        at += value_len;
    }
}
