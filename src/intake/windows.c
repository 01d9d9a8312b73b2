/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/windows.h"

#include "base/bytes.h"
#include "intake/json_fields.h"
#include "base/banned.h"

slice windows_name(struct build *b, slice name)
{
    if (!build_has_byte(name, ' ')) return name;
    uint8_t *room = build_room(b, name.len);
    if (room == NULL) return name;
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] != ' ') room[len++] = name.at[i];
    }
    build_keep(b, room, len);
    return (slice){ room, len };
}

void windows_data(struct build *b, size_t system_end, slice name, slice text, uint8_t type)
{
    name = windows_name(b, name);
    const uint32_t hash = event_name_hash(name);
    for (size_t i = 0; i < system_end && build_may_have(b, hash); i++) {
        struct event_field *f = &b->fields[i];
        if (f->name_hash != hash || !slice_equal(f->name, name)) continue;
        if (b->channel.len == 0 && slice_is(name, "Channel")) b->channel = f->text;
        f->text = text;
        f->type = type;
        return;
    }
    build_add(b, name, text, type, 0);
}

static void add_node(struct build *b, slice name, const struct json_node *n)
{
    build_add(b, windows_name(b, name), json_field_text(b, n), json_field_type(n), 0);
}

static bool is_attributes(const struct json_node *n)
{
    return n->type == JSON_OBJECT &&
           (slice_is(n->key, "#attributes") || slice_is(n->key, "@attributes"));
}

static bool is_text(const struct json_node *n)
{
    return slice_is(n->key, "#text") || slice_is(n->key, "@text");
}

/* An attribute written as a member "@Name" (other converters of XML). */
static bool is_marked(const struct json_node *n)
{
    return n->key.len > 1 && n->key.at[0] == '@';
}

/* One element of System: <Tag Attr="…">text</Tag>. */
static void system_element(struct build *b, const struct json_document *d, uint32_t at)
{
    const struct json_node *nodes = d->nodes;
    const struct json_node *tag = &nodes[at];
    if (tag->type != JSON_OBJECT) {
        if (tag->type != JSON_ARRAY) add_node(b, tag->key, tag);
        return;
    }
    for (uint32_t i = at + 1; i < tag->end; i = nodes[i].end) {
        if (is_attributes(&nodes[i])) {
            for (uint32_t k = i + 1; k < nodes[i].end; k = nodes[k].end) {
                add_node(b, build_join(b, tag->key, "_", nodes[k].key), &nodes[k]);
            }
        } else if (is_text(&nodes[i])) {
            add_node(b, tag->key, &nodes[i]);
        } else if (is_marked(&nodes[i])) {
            add_node(b, build_join(b, tag->key, "_", slice_from(nodes[i].key, 1)), &nodes[i]);
        } else if (nodes[i].type < JSON_ARRAY) {
            add_node(b, build_join(b, tag->key, "_", nodes[i].key), &nodes[i]);
        }
    }
}

/* Texts that are joined by line feeds into one. */
struct joined {
    uint8_t *room;
    size_t len;
    size_t count;
};

static void join_text(struct build *b, struct joined *j, slice text)
{
    const size_t more = text.len + (j->count > 0);
    uint8_t *room = build_room(b, more);
    if (room == NULL) return;
    if (j->count++ == 0) j->room = room;
    if (more > text.len) *room++ = '\n';
    bytes_copy(room, text.len, text);
    j->len += more;
}

static const struct json_node *member_of(const struct json_document *d, uint32_t object,
                                         const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        const struct json_node *n = json_member(d, &d->nodes[object], *keys);
        if (n != NULL && n->type < JSON_ARRAY) return n;
    }
    return NULL;
}

/* One Data that kept its XML form: {"@Name": …, "#text": …}. False if it is not of that form. */
static bool named_data(struct build *b, size_t system_end, const struct json_document *d,
                       uint32_t at)
{
    static const char *const names[] = { "@Name", "Name", "name", "-Name", NULL };
    static const char *const values[] = { "#text", "Value", "value", "text", "content", NULL };
    if (d->nodes[at].type != JSON_OBJECT) return false;
    const struct json_node *attributes = json_member(d, &d->nodes[at], "#attributes");
    const struct json_node *name = member_of(d, at, names);
    const struct json_node *value = member_of(d, at, values);
    if (name == NULL && attributes != NULL) {
        name = json_member(d, attributes, "Name");
    }
    if (name == NULL || name->type != JSON_STRING) return false;
    const slice text = value == NULL ? slice_none() : json_field_text(b, value);
    windows_data(b, system_end, name->text, text,
                 value == NULL ? EVENT_TEXT : json_field_type(value));
    return true;
}

/* The member "Data" of EventData: texts without a name, in one of their forms. Texts are taken in
 * two passes, since joining needs the room behind them to itself. */
static void unnamed_data(struct build *b, size_t system_end, const struct json_document *d,
                         uint32_t at)
{
    const struct json_node *nodes = d->nodes;
    struct joined joined = {};
    const uint32_t end = nodes[at].end;
    bool any_text = false;
    for (uint32_t i = at; i < end; i++) {
        if (nodes[i].type == JSON_OBJECT && named_data(b, system_end, d, i)) {
            i = nodes[i].end - 1;
            continue;
        }
        if (is_attributes(&nodes[i]))
            i = nodes[i].end - 1;
        else
            any_text = any_text || nodes[i].type == JSON_STRING;
    }
    for (uint32_t i = at; i < end && any_text; i++) {
        if (is_attributes(&nodes[i])) {
            i = nodes[i].end - 1;
        } else if (nodes[i].type == JSON_STRING && !is_marked(&nodes[i]) &&
                   !slice_is(nodes[i].key, "Name")) {
            join_text(b, &joined, nodes[i].text);
        }
    }
    if (joined.count == 0) return;
    windows_data(b, system_end, slice_text("Data"), (slice){ joined.room, joined.len }, EVENT_TEXT);
}

/* A named list, or a value that kept its XML form: each scalar in it is a value of the field. */
static void named_members(struct build *b, size_t system_end, const struct json_document *d,
                          uint32_t at)
{
    const struct json_node *nodes = d->nodes;
    bool first = true;
    for (uint32_t i = at + 1; i < nodes[at].end; i++) {
        const struct json_node *n = &nodes[i];
        if (is_attributes(n)) i = n->end - 1;
        if (n->type >= JSON_ARRAY || is_marked(n)) continue;
        if (first) {
            windows_data(b, system_end, nodes[at].key, json_field_text(b, n), json_field_type(n));
        } else {
            add_node(b, nodes[at].key, n);
        }
        first = false;
    }
}

static void event_data(struct build *b, size_t system_end, const struct json_document *d,
                       uint32_t at)
{
    const struct json_node *nodes = d->nodes;
    if (nodes[at].type == JSON_STRING || nodes[at].type == JSON_ARRAY) {
        unnamed_data(b, system_end, d, at);
        return;
    }
    for (uint32_t i = at + 1; i < nodes[at].end; i = nodes[i].end) {
        const struct json_node *n = &nodes[i];
        if (is_attributes(n)) {
            for (uint32_t k = i + 1; k < n->end; k = nodes[k].end) {
                const slice name = build_join(b, nodes[at].key, "_", nodes[k].key);
                add_node(b, name, &nodes[k]);
            }
        } else if (slice_is(n->key, "Data") && n->type >= JSON_STRING) {
            unnamed_data(b, system_end, d, i);
        } else if (n->type < JSON_ARRAY) {
            windows_data(b, system_end, n->key, json_field_text(b, n), json_field_type(n));
        } else {
            named_members(b, system_end, d, i);
        }
    }
}

/* Leaves of UserData by their own names; attributes are dropped. */
static void user_data(struct build *b, size_t system_end, const struct json_document *d,
                      uint32_t at)
{
    const struct json_node *nodes = d->nodes;
    slice name = nodes[at].key; /* of the element around a "#text" or around array elements */
    for (uint32_t i = at + 1; i < nodes[at].end; i++) {
        const struct json_node *n = &nodes[i];
        if (is_attributes(n)) {
            i = n->end - 1;
            continue;
        }
        if (n->key.len > 0 && !is_text(n)) name = n->key;
        if (n->type >= JSON_ARRAY || is_marked(n)) continue;
        windows_data(b, system_end, name, json_field_text(b, n), json_field_type(n));
    }
}

void windows_nested(struct build *b, const struct json_document *d, uint32_t event)
{
    const struct json_node *nodes = d->nodes;
    for (uint32_t i = event + 1; i < nodes[event].end; i = nodes[i].end) {
        if (!slice_is(nodes[i].key, "System")) continue;
        for (uint32_t k = i + 1; k < nodes[i].end; k = nodes[k].end)
            system_element(b, d, k);
    }
    const size_t system_end = b->count;
    for (uint32_t i = event + 1; i < nodes[event].end; i = nodes[i].end) {
        const struct json_node *n = &nodes[i];
        if (slice_is(n->key, "EventData")) {
            event_data(b, system_end, d, i);
        } else if (slice_is(n->key, "UserData")) {
            user_data(b, system_end, d, i);
        } else if (!slice_is(n->key, "System") && !is_attributes(n) && n->type < JSON_ARRAY) {
            add_node(b, n->key, n);
        } else if (slice_is(n->key, "RenderingInfo") && n->type == JSON_OBJECT) {
            json_fields(b, d, i, n->key, true);
        }
    }
}
