/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which shape a JSON event has, from the names at its top, and its fields accordingly.
 */
#include "base/bytes.h"
#include "intake/json_fields.h"
#include "intake/reader.h"
#include "intake/windows.h"
#include "base/banned.h"

/* What stands at the top of the object. */
struct top {
    uint32_t event;  /* "Event", an object; 0: none (0 is the root) */
    uint32_t source; /* "_source", an object */
    bool has_system; /* "System", an object */
    bool data;       /* "EventData" or "UserData" */
    bool channel;    /* "Channel" */
    bool event_id;   /* "EventID" */
    bool winlogbeat; /* "winlog" or a name that starts so */
    bool index;      /* "_index" */
};

static void look_at(struct top *top, const struct json_node *n, uint32_t at)
{
    const slice key = n->key;
    const bool object = n->type == JSON_OBJECT;
    switch (key.len) {
    case 5:
        if (object && slice_is(key, "Event")) top->event = at;
        break;
    case 6:
        if (slice_is(key, "System")) top->has_system = object;
        if (slice_is(key, "winlog")) top->winlogbeat = true;
        if (slice_is(key, "_index")) top->index = true;
        break;
    case 7:
        if (slice_is(key, "Channel")) top->channel = true;
        if (slice_is(key, "EventID")) top->event_id = true;
        if (object && slice_is(key, "_source")) top->source = at;
        break;
    case 8:
        if (slice_is(key, "UserData")) top->data = true;
        break;
    case 9:
        if (slice_is(key, "EventData")) top->data = true;
        break;
    default:
        if (key.at[0] == 'w' && slice_starts(key, slice_text("winlog."))) top->winlogbeat = true;
        break;
    }
}

static struct top look(const struct json_document *d, uint32_t root)
{
    struct top top = {};
    for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end) {
        look_at(&top, &d->nodes[i], i);
    }
    return top;
}

void json_event(struct intake *in, const struct json_document *d, uint32_t root)
{
    struct top top = look(d, root);
    if (top.source != 0 && top.index) { /* an Elasticsearch export */
        root = top.source;
        top = look(d, root);
    }
    if (top.event != 0 && look(d, top.event).has_system) {
        windows_nested(&in->build, d, top.event);
        return;
    }
    if (top.has_system && top.data) {
        windows_nested(&in->build, d, root);
        return;
    }
    const bool flat = top.channel && top.event_id;
    json_fields(&in->build, d, root, slice_none(), flat);
    if (flat) windows_flat(&in->build);
    if (top.winlogbeat) windows_winlogbeat(&in->build);
}
