/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/bulk.h"

#include <string.h>
#include "base/bytes.h"
#include "intake/protocol/members.h"
#include "base/banned.h"

static const char *const action_names[] = {
    [BULK_INDEX] = "index",
    [BULK_CREATE] = "create",
    [BULK_UPDATE] = "update",
    [BULK_DELETE] = "delete",
};

const char *bulk_action_name(uint8_t action)
{
    assert(action < COUNT_OF(action_names));
    return action_names[action];
}

struct bulk bulk_of(struct protocol_scratch *scratch, slice index)
{
    struct bulk b = { .scratch = scratch, .arena = arena_of(BULK_ARENA_BYTES_MAX) };
    b.index = arena_copy(&b.arena, index);
    if (b.index.at == NULL) b.index = slice_none();
    return b;
}

void bulk_done(struct bulk *b)
{
    arena_done(&b->arena);
    b->items = NULL;
    b->count = 0;
}

/* The lines of a body. */
struct lines {
    slice body;
    size_t pos;
    uint64_t number; /* of the last one */
};

/* The next line without the white space around it; false at the end. */
static bool next_line(struct lines *l, slice *ret)
{
    if (l->pos == l->body.len) return false;
    const uint8_t *at = l->body.at + l->pos;
    const uint8_t *end = memchr(at, '\n', l->body.len - l->pos);
    slice line = { at, end == NULL ? l->body.len - l->pos : (size_t)(end - at) };
    l->pos += line.len + (end != NULL);
    l->number++;
    line = slice_from(line, members_blank(line, 0));
    while (line.len > 0 && members_blank(line, line.len - 1) == line.len)
        line.len--;
    *ret = line;
    return true;
}

static size_t count_lines(slice body)
{
    size_t count = 1;
    for (size_t pos = 0; pos < body.len; count++) {
        const uint8_t *end = memchr(body.at + pos, '\n', body.len - pos);
        if (end == NULL) break;
        pos = (size_t)(end - body.at) + 1;
    }
    return count;
}

static status broken(const struct lines *l, const char *what, struct fault *fault)
{
    return fault_set(fault, FAIL(E_SYNTAX), "Malformed action/metadata line [%llu], %s",
                     (unsigned long long)l->number, what);
}

/* A copy in the request's own arena; the name of the item before is used again if it is the same.
 */
static status keep(struct bulk *b, slice text, slice before, slice *ret, struct fault *fault)
{
    if (slice_equal(text, before)) {
        *ret = before;
        return OK;
    }
    *ret = arena_copy(&b->arena, text);
    if (ret->at != NULL) return OK;
    *ret = slice_none();
    return fault_set(fault, FAIL(E_LIMIT), "the names and ids of the request are too long");
}

/* A number is an id too, by its digits. */
static status read_name(struct bulk *b, const struct scratch_text *name, slice *ret,
                        struct fault *fault)
{
    const uint8_t first = name->value.at[0];
    if (slice_is(name->value, "null")) return OK;
    if (first == '-' || (first >= '0' && first <= '9')) {
        *ret = name->value;
        return OK;
    }
    return scratch_string(b->scratch, name, ret, fault);
}

/* The members of the action that matter here; Elasticsearch knows more (routing, pipeline …). */
static status read_metadata(struct bulk *b, slice value, struct bulk_item *item,
                            struct fault *fault)
{
    struct members m = members_of(value, 0);
    slice key = {};
    slice index = b->index;
    slice id = slice_none();
    const slice before = item->index;
    item->index = b->index;
    while (members_next(&m, &key, &value)) {
        const bool is_id = slice_is(key, "_id");
        if (!is_id && !slice_is(key, "_index")) continue;
        const struct scratch_text name = { value, is_id ? "_id" : "_index",
                                           is_id ? PROTOCOL_ID_BYTES_MAX : BULK_INDEX_BYTES_MAX };
        const status s = read_name(b, &name, is_id ? &id : &index, fault);
        if (s.code == E_LIMIT) item->error = E_LIMIT; /* this item alone is refused */
        if (s.code != E_OK && s.code != E_LIMIT) return s;
    }
    if (id.len > PROTOCOL_ID_BYTES_MAX) item->error = E_LIMIT;
    if (m.status.code != E_OK) return fault_set(fault, m.status, "%s", m.what);
    if (item->error != E_OK) return OK;
    TRY(keep(b, index, before, &item->index, fault));
    return keep(b, id, slice_none(), &item->id, fault);
}

/* {"action":{…}} */
static status read_action(struct bulk *b, const struct lines *l, slice line, struct bulk_item *item,
                          struct fault *fault)
{
    struct members m = members_of(line, 0);
    slice key = {};
    slice value = {};
    size_t action = 0;
    arena_reset(&b->scratch->arena);
    if (line.at[0] != '{') return broken(l, "expected an object", fault);
    if (!members_next(&m, &key, &value)) return broken(l, "expected an action", fault);
    while (action < COUNT_OF(action_names) && !slice_is(key, action_names[action]))
        action++;
    if (action == COUNT_OF(action_names)) {
        return broken(l, "expected one of [create, delete, index, update]", fault);
    }
    item->action = (uint8_t)action;
    if (value.at[0] != '{') return broken(l, "expected an object behind the action", fault);
    const status s = read_metadata(b, value, item, fault);
    if (s.code != E_OK && !protocol_refuses(s)) return s;
    if (s.code != E_OK) {
        const struct fault inner = *fault;
        return broken(l, inner.text, fault);
    }
    if (members_next(&m, &key, &value)) return broken(l, "expected one action", fault);
    if (m.status.code == E_OK && m.pos == line.len) return OK;
    return broken(l, "expected nothing behind the action", fault);
}

/* Cuts the whole body into items. */
static status cut(struct bulk *b, slice body, struct fault *fault)
{
    struct lines l = { .body = body };
    slice line = {};
    const size_t lines = count_lines(body);
    const size_t cap = lines < BULK_ITEMS_MAX ? lines : BULK_ITEMS_MAX;
    b->count = 0;
    b->items = arena_array(&b->arena, cap, sizeof *b->items);
    if (b->items == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    while (next_line(&l, &line)) {
        if (line.len == 0) continue;
        if (b->count == cap) {
            return fault_set(fault, FAIL(E_LIMIT), "more than %d items in one request",
                             BULK_ITEMS_MAX);
        }
        struct bulk_item *item = &b->items[b->count];
        *item = (struct bulk_item){ .index = b->index, .id = slice_none(), .source = slice_none() };
        if (b->count > 0) item->index = item[-1].index;
        TRY(read_action(b, &l, line, item, fault));
        if (item->action != BULK_DELETE && !next_line(&l, &item->source)) {
            return broken(&l, "expected a source line behind it", fault);
        }
        item->line = l.number;
        b->count++;
    }
    if (b->count > 0) return OK;
    return fault_set(fault, FAIL(E_SYNTAX), "request body is required");
}

static status refuse(const struct bulk_item *item, const struct protocol_sink *sink,
                     struct protocol_place place, struct fault *fault)
{
    if (item->action == BULK_UPDATE || item->action == BULK_DELETE) {
        ignore(fault_set(fault, FAIL(E_VALUE), "%s is refused: what is recorded does not change",
                         action_names[item->action]),
               "for refuse");
    } else if (item->error != E_OK) {
        ignore(fault_set(fault, FAIL(E_LIMIT), "_id has more than %d or _index more than %d bytes",
                         PROTOCOL_ID_BYTES_MAX, BULK_INDEX_BYTES_MAX),
               "for refuse");
    } else {
        ignore(fault_set(fault, FAIL(E_SYNTAX), "the source must be a JSON object"), "for refuse");
    }
    sink->refuse(sink->self, place, fault);
    return OK;
}

static status take(const struct bulk_item *item, const struct protocol_sink *sink,
                   struct protocol_place place, struct fault *fault)
{
    const bool adds = item->action == BULK_INDEX || item->action == BULK_CREATE;
    if (!adds || item->error != E_OK || item->source.len == 0 || item->source.at[0] != '{') {
        return refuse(item, sink, place, fault);
    }
    const struct submission event = {
        .place = place,
        .raw = item->source,
        .format = INTAKE_JSON,
        .id = item->id,
        .host = slice_none(),
        .source = slice_none(),
        .sourcetype = slice_none(),
        .index = item->index,
    };
    return protocol_take(sink, &event, fault);
}

status bulk_read(struct bulk *b, slice body, const struct protocol_sink *sink, struct fault *fault)
{
    const status s = cut(b, body, fault);
    if (s.code != E_OK) {
        b->count = 0;
        return s;
    }
    for (size_t i = 0; i < b->count; i++) {
        const struct protocol_place place = { .number = i, .line = b->items[i].line };
        TRY(take(&b->items[i], sink, place, fault));
    }
    return OK;
}
