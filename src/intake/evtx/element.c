/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/evtx/element.h"

#include "base/bytes.h"
#include "intake/windows.h"
#include "base/banned.h"

static uint8_t place_of_children(uint8_t place, slice name)
{
    if (place == IN_DOCUMENT) return IN_EVENT;
    if (place != IN_EVENT) return place == IN_USER_DATA ? IN_USER_DATA : IN_OTHER;
    if (slice_is(name, "System")) return IN_SYSTEM;
    if (slice_is(name, "EventData")) return IN_EVENT_DATA;
    if (slice_is(name, "UserData")) return IN_USER_DATA;
    return IN_OTHER;
}

status element_open(struct elements *e, slice name)
{
    element_attribute_end(e);
    if (e->depth == ELEMENTS_MAX) return FAIL(E_LIMIT);
    uint8_t place = IN_DOCUMENT;
    if (e->depth > 0) {
        e->open[e->depth - 1].has_children = true;
        place = e->open[e->depth - 1].children;
    }
    e->open[e->depth++] = (struct element){
        .name = name,
        .data_name = slice_none(),
        .text = slice_none(),
        .place = place,
        .children = place_of_children(place, name),
        .type = EVENT_NULL,
    };
    return OK;
}

void element_attribute(struct elements *e, slice name)
{
    element_attribute_end(e);
    e->in_attribute = true;
    e->attribute = (struct element){ .name = name, .text = slice_none(), .type = EVENT_TEXT };
}

void element_attribute_end(struct elements *e)
{
    if (!e->in_attribute || e->depth == 0) return;
    struct element *owner = &e->open[e->depth - 1];
    const struct element *a = &e->attribute;
    const bool event_data = owner->place == IN_EVENT && owner->children == IN_EVENT_DATA;
    e->in_attribute = false;
    if (a->type == EVENT_NULL) return; /* an optional value that is absent */
    owner->has_attributes = true;
    if (owner->place == IN_EVENT_DATA && slice_is(a->name, "Name")) {
        owner->named = true;
        owner->data_name = a->text;
    } else if (owner->place == IN_SYSTEM || (event_data && !slice_is(a->name, "xmlns"))) {
        const slice name = build_join(e->b, owner->name, "_", a->name);
        build_add(e->b, name, a->text, a->type, 0);
    }
}

/* Appends in new room. */
static void append(struct build *b, struct element *to, slice text)
{
    if (to->parts >= PARTS_MAX) {
        b->cut = true;
        return;
    }
    uint8_t *room = build_room(b, to->text.len + text.len);
    if (room == NULL) return;
    bytes_copy(room, to->text.len, to->text);
    bytes_copy(room + to->text.len, text.len, text);
    to->text = (slice){ room, to->text.len + text.len };
    to->type = EVENT_TEXT;
}

void element_text(struct elements *e, slice text, uint8_t type)
{
    if (e->depth == 0) return;
    struct element *to = e->in_attribute ? &e->attribute : &e->open[e->depth - 1];
    if (to->parts == 0) {
        to->text = text;
        to->type = type;
    } else {
        append(e->b, to, text);
    }
    to->parts++;
}

static void emit(struct elements *e, const struct element *it)
{
    switch ((enum place)it->place) {
    case IN_SYSTEM:
        build_add(e->b, windows_name(e->b, it->name), it->text, it->type, 0);
        return;
    case IN_EVENT_DATA:
        if (it->named) {
            windows_data(e->b, e->system_end, it->data_name, it->text, it->type);
        } else if (!slice_is(it->name, "Data")) {
            windows_data(e->b, e->system_end, it->name, it->text, it->type);
        } else if (it->type != EVENT_NULL && e->unnamed_count < UNNAMED_MAX) {
            e->unnamed[e->unnamed_count++] = it->text;
        }
        return;
    case IN_USER_DATA:
        windows_data(e->b, e->system_end, it->name, it->text, it->type);
        return;
    case IN_EVENT:
    case IN_OTHER:
        if (it->type == EVENT_NULL) return;
        slice name = it->name;
        if (it->place == IN_OTHER) {
            name = build_join(e->b, e->open[e->depth - 1].name, ".", name);
        }
        build_add(e->b, windows_name(e->b, name), it->text, it->type, 0);
        return;
    case IN_DOCUMENT:
        return;
    }
}

void element_member(struct elements *e, slice text, uint8_t type)
{
    if (e->depth == 0) return;
    struct element *to = &e->open[e->depth - 1];
    if (!e->in_attribute && to->parts > 0) {
        const size_t depth = e->depth--; /* as if the element had been closed and opened again */
        emit(e, to);
        e->depth = depth;
        to->parts = 0;
    }
    element_text(e, text, type);
}

static void emit_unnamed(struct elements *e)
{
    size_t len = 0;
    if (e->unnamed_count == 0) return;
    for (size_t i = 0; i < e->unnamed_count; i++)
        len += e->unnamed[i].len + (i > 0);
    uint8_t *room = build_room(e->b, len);
    const size_t count = e->unnamed_count;
    e->unnamed_count = 0;
    if (room == NULL) return;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) room[at++] = '\n';
        bytes_copy(room + at, len - at, e->unnamed[i]);
        at += e->unnamed[i].len;
    }
    windows_data(e->b, e->system_end, slice_text("Data"), (slice){ room, len }, EVENT_TEXT);
}

status element_close(struct elements *e)
{
    element_attribute_end(e);
    if (e->depth == 0) return FAIL(E_SYNTAX);
    const struct element *it = &e->open[--e->depth];
    if (it->place == IN_EVENT && it->children == IN_SYSTEM) e->system_end = e->b->count;
    if (it->place == IN_EVENT && it->children == IN_EVENT_DATA) emit_unnamed(e);
    if (it->place == IN_DOCUMENT || (it->place == IN_EVENT && it->children != IN_OTHER)) return OK;
    if (it->parts > 0 || (!it->has_children && !(it->place == IN_SYSTEM && it->has_attributes))) {
        emit(e, it);
    }
    return OK;
}
