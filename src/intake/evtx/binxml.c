/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/evtx/binxml.h"

#include "base/bytes.h"
#include "base/text.h"
#include "intake/evtx/value.h"
#include "base/banned.h"

enum token {
    TOKEN_END = 0x00,
    TOKEN_OPEN = 0x01,
    TOKEN_START_END = 0x02,
    TOKEN_EMPTY_END = 0x03,
    TOKEN_CLOSE = 0x04,
    TOKEN_VALUE = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_CDATA = 0x07,
    TOKEN_CHARACTER = 0x08,
    TOKEN_ENTITY = 0x09,
    TOKEN_TARGET = 0x0a,
    TOKEN_INSTRUCTION = 0x0b,
    TOKEN_TEMPLATE = 0x0c,
    TOKEN_NORMAL = 0x0d,
    TOKEN_OPTIONAL = 0x0e,
    TOKEN_FRAGMENT = 0x0f,
    TOKEN_MORE = 0x40, /* a flag beside the others: attributes, or more of them, follow */
};

/* A run of tokens that is being read: positions count from the start of the chunk. */
struct run {
    size_t at;
    size_t end;
    size_t first_value; /* of the template that the run belongs to, in binxml.values */
    size_t value_count;
    unsigned nest;
    bool is_value; /* binary XML as a value: elements have no dependency id */
};

status binxml_init(struct binxml *x)
{
    *x = (struct binxml){};
    return build_init(&x->name_text);
}

void binxml_done(struct binxml *x)
{
    build_done(&x->name_text);
}

void binxml_chunk(struct binxml *x, slice chunk)
{
    x->chunk = chunk;
    for (size_t i = 0; i < NAME_SLOTS; i++)
        x->names[i].offset = 0;
    build_reset(&x->name_text);
}

static size_t left(const struct run *r)
{
    return r->end - r->at;
}

static status take(struct run *r, size_t len)
{
    if (len > left(r)) return FAIL(E_SHORT);
    r->at += len;
    return OK;
}

static status take_u16(const struct binxml *x, struct run *r, uint16_t *ret_value)
{
    TRY(take(r, 2));
    *ret_value = evtx_u16(x->chunk.at + r->at - 2);
    return OK;
}

static status take_u32(const struct binxml *x, struct run *r, uint32_t *ret_value)
{
    TRY(take(r, 4));
    *ret_value = evtx_u32(x->chunk.at + r->at - 4);
    return OK;
}

/* A name: next u32, hash u16, characters u16, UTF-16, NUL u16. */
static status read_name(struct binxml *x, uint32_t offset, const struct binxml_name **ret_name)
{
    enum { HEAD = 8, CHARACTERS_MAX = 1024 };
    struct binxml_name *slot = &x->names[offset % NAME_SLOTS];
    if (slot->offset == offset && offset != 0) {
        *ret_name = slot;
        return OK;
    }
    if (offset > x->chunk.len || x->chunk.len - offset < HEAD) return FAIL(E_SYNTAX);
    const uint8_t *at = x->chunk.at + offset;
    const size_t bytes = 2 * (size_t)evtx_u16(at + 6);
    if (bytes > 2 * CHARACTERS_MAX) return FAIL(E_LIMIT);
    if (x->chunk.len - offset - HEAD < bytes + 2) return FAIL(E_SYNTAX);
    if (x->name_text.text_len > NAME_TEXT_BYTES) return FAIL(E_LIMIT);
    *slot = (struct binxml_name){
        .offset = offset,
        .end = (uint32_t)(offset + HEAD + bytes + 2),
        .text = evtx_utf16(&x->name_text, (slice){ at + HEAD, bytes }),
    };
    *ret_name = slot;
    return OK;
}

/* The offset of a name, and the name itself if it stands right behind. */
static status take_name(struct binxml *x, struct run *r, slice *ret_name)
{
    uint32_t offset = 0;
    const struct binxml_name *name = NULL;
    TRY(take_u32(x, r, &offset));
    TRY(read_name(x, offset, &name));
    if (offset == r->at) TRY(take(r, name->end - offset));
    *ret_name = name->text;
    return OK;
}

static status take_open(struct binxml *x, struct run *r, bool has_attributes)
{
    slice name = slice_none();
    if (!r->is_value) TRY(take(r, 2)); /* dependency id */
    TRY(take(r, 4));                   /* size of the element */
    TRY(take_name(x, r, &name));
    if (has_attributes) TRY(take(r, 4)); /* size of the attributes */
    return element_open(&x->elements, name);
}

/* Characters u16, UTF-16. */
static status take_text(struct binxml *x, struct run *r, bool keep)
{
    uint16_t characters = 0;
    TRY(take_u16(x, r, &characters));
    TRY(take(r, 2 * (size_t)characters));
    const slice bytes = { x->chunk.at + r->at - 2 * (size_t)characters, 2 * (size_t)characters };
    if (keep) element_text(&x->elements, evtx_utf16(x->elements.b, bytes), EVENT_TEXT);
    return OK;
}

static status take_value(struct binxml *x, struct run *r)
{
    TRY(take(r, 1));
    if (x->chunk.at[r->at - 1] != EVTX_STRING) return FAIL(E_SYNTAX);
    return take_text(x, r, true);
}

static status take_character(struct binxml *x, struct run *r)
{
    uint16_t unit = 0;
    TRY(take_u16(x, r, &unit));
    uint8_t *room = build_room(x->elements.b, 4);
    if (room == NULL) return OK;
    const size_t len = text_put_code_point(unit, room);
    element_text(&x->elements, (slice){ room, len }, EVENT_TEXT);
    return OK;
}

static status take_entity(struct binxml *x, struct run *r)
{
    static const struct {
        const char *name;
        const char *text;
    } entities[] = {
        { "lt", "<" }, { "gt", ">" }, { "amp", "&" }, { "quot", "\"" }, { "apos", "'" },
    };
    slice name = slice_none();
    TRY(take_name(x, r, &name));
    for (size_t i = 0; i < COUNT_OF(entities); i++) {
        if (!slice_is(name, entities[i].name)) continue;
        element_text(&x->elements, slice_text(entities[i].text), EVENT_TEXT);
        return OK;
    }
    return FAIL(E_SYNTAX);
}

static status read_run(struct binxml *x, struct run *r);

/* The values of a template: count u32, then size u16, type u8, 0 for each, then their bytes. */
static status take_values(struct binxml *x, struct run *r, size_t *ret_count)
{
    uint32_t count = 0;
    TRY(take_u32(x, r, &count));
    if (count > left(r) / 4) return FAIL(E_SHORT);
    if (count > BINXML_VALUES_MAX - x->value_count) return FAIL(E_LIMIT);
    const uint8_t *head = x->chunk.at + r->at;
    TRY(take(r, 4 * (size_t)count));
    for (size_t i = 0; i < count; i++) {
        const size_t len = evtx_u16(head + 4 * i);
        TRY(take(r, len));
        x->values[x->value_count + i] = (struct binxml_value){
            .bytes = { x->chunk.at + r->at - len, len },
            .type = head[4 * i + 2],
        };
    }
    *ret_count = count;
    return OK;
}

/* A template and its values. The definition (next u32, GUID, size u32, tokens) stands at an offset
 * in the chunk, which may be right here. */
static status take_template(struct binxml *x, struct run *r)
{
    enum { DEFINITION_HEAD = 24 };
    uint32_t offset = 0;
    TRY(take(r, 1 + 4)); /* version, template id */
    TRY(take_u32(x, r, &offset));
    if (r->nest == BINXML_NEST_MAX) return FAIL(E_LIMIT);
    if (offset > x->chunk.len || x->chunk.len - offset < DEFINITION_HEAD) return FAIL(E_SYNTAX);
    const size_t bytes = evtx_u32(x->chunk.at + offset + 20);
    if (bytes > x->chunk.len - offset - DEFINITION_HEAD) return FAIL(E_SYNTAX);
    if (offset == r->at) TRY(take(r, DEFINITION_HEAD + bytes));
    struct run definition = {
        .at = offset + DEFINITION_HEAD,
        .end = offset + DEFINITION_HEAD + bytes,
        .first_value = x->value_count,
        .nest = r->nest + 1,
    };
    TRY(take_values(x, r, &definition.value_count));
    x->value_count += definition.value_count;
    TRY(read_run(x, &definition));
    x->value_count = definition.first_value;
    return OK;
}

/* The members of an array. */
static status read_array(struct binxml *x, const struct binxml_value *v)
{
    const uint8_t type = v->type & (uint8_t)~EVTX_ARRAY;
    slice rest = v->bytes;
    size_t fixed = 0;
    TRY(evtx_member_bytes(type, &fixed));
    while (rest.len >= (fixed > 0 ? fixed : 1)) {
        size_t len = fixed;
        const size_t unit = type == EVTX_STRING ? 2 : 1;
        if (fixed == 0) {
            while (rest.len - len >= unit && (rest.at[len] != 0 || rest.at[len + unit - 1] != 0)) {
                len += unit;
            }
        }
        slice text = slice_none();
        uint8_t field_type = EVENT_TEXT;
        if (++x->tokens > BINXML_TOKENS_MAX) return FAIL(E_LIMIT);
        TRY(evtx_value(x->elements.b, type, (slice){ rest.at, len }, &text, &field_type));
        element_member(&x->elements, text, field_type);
        if (fixed == 0) len += rest.len - len < unit ? rest.len - len : unit;
        rest = slice_from(rest, len);
    }
    return OK;
}

/* Binary XML as a value: an event's data in an element of its own template. */
static status read_nested(struct binxml *x, const struct run *r, slice bytes)
{
    if (r->nest == BINXML_NEST_MAX) return FAIL(E_LIMIT);
    const size_t start = (size_t)(bytes.at - x->chunk.at);
    struct run nested = {
        .at = start,
        .end = start + bytes.len,
        .nest = r->nest + 1,
        .is_value = true,
    };
    return read_run(x, &nested);
}

static status take_substitution(struct binxml *x, struct run *r)
{
    uint16_t index = 0;
    slice text = slice_none();
    uint8_t field_type = EVENT_TEXT;
    TRY(take_u16(x, r, &index));
    TRY(take(r, 1));
    if (index >= r->value_count) return FAIL(E_SYNTAX);
    const struct binxml_value *v = &x->values[r->first_value + index];
    if (v->type == EVTX_BINXML) return read_nested(x, r, v->bytes);
    if (v->type & EVTX_ARRAY) return read_array(x, v);
    TRY(evtx_value(x->elements.b, v->type, v->bytes, &text, &field_type));
    if (v->type != EVTX_NULL || x->elements.in_attribute) {
        element_text(&x->elements, text, field_type);
    }
    return OK;
}

static status take_token(struct binxml *x, struct run *r, uint8_t token)
{
    slice name = slice_none();
    switch (token & ~TOKEN_MORE) {
    case TOKEN_OPEN:
        return take_open(x, r, (token & TOKEN_MORE) != 0);
    case TOKEN_START_END:
        element_attribute_end(&x->elements);
        return OK;
    case TOKEN_EMPTY_END:
    case TOKEN_CLOSE:
        return element_close(&x->elements);
    case TOKEN_VALUE:
        return take_value(x, r);
    case TOKEN_ATTRIBUTE:
        TRY(take_name(x, r, &name));
        element_attribute(&x->elements, name);
        return OK;
    case TOKEN_CDATA:
        return take_text(x, r, true);
    case TOKEN_CHARACTER:
        return take_character(x, r);
    case TOKEN_ENTITY:
        return take_entity(x, r);
    case TOKEN_TARGET:
        return take_name(x, r, &name);
    case TOKEN_INSTRUCTION:
        return take_text(x, r, false);
    case TOKEN_TEMPLATE:
        return take_template(x, r);
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        return take_substitution(x, r);
    case TOKEN_FRAGMENT:
        return take(r, 3);
    default:
        return FAIL(E_SYNTAX);
    }
}

/* Recursion: templates and nested values, at most BINXML_NEST_MAX deep. */
static status read_run(struct binxml *x, struct run *r)
{
    const size_t depth = x->elements.depth;
    assert(r->nest <= BINXML_NEST_MAX);
    while (left(r) > 0) {
        const uint8_t token = x->chunk.at[r->at++];
        if (token == TOKEN_END) break;
        if (++x->tokens > BINXML_TOKENS_MAX) return FAIL(E_LIMIT);
        TRY(take_token(x, r, token));
        if (x->elements.depth < depth) return FAIL(E_SYNTAX);
    }
    return x->elements.depth == depth ? OK : FAIL(E_SYNTAX);
}

status binxml_read(struct binxml *x, struct build *b, size_t start, size_t end, size_t *ret_offset)
{
    struct run r = { .at = start, .end = end };
    assert(start <= end && end <= x->chunk.len);
    x->elements.b = b;
    x->elements.depth = 0;
    x->elements.system_end = 0;
    x->elements.in_attribute = false;
    x->elements.unnamed_count = 0;
    x->value_count = 0;
    x->tokens = 0;
    const status s = read_run(x, &r);
    *ret_offset = r.at;
    return s;
}
