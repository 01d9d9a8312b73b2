/* SPDX-License-Identifier: Apache-2.0 */
#include "record/input.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/timestamp.h"
#include "lib/json.h"
#include "record/draft.h"
#include "record/entry.h"
#include "record/facts.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, QUOTED_MAX = 64 };

struct input {
    const struct json_document *document; /* views die at the next parse: values are copied */
    const struct json_node *root;
    struct arena *arena;
    struct fault *fault;
    const struct schema *schema;
    struct draft *draft;      /* in the arena; that of facts where there is one */
    struct fact_draft *facts; /* NULL unless the kind is fact */
    int64_t time_ns;
    uint32_t columns_seen;
    size_t position; /* of the member being read, from 1 */
    slice name;      /* of the member being read */
};

__attribute__((format(printf, 3, 4))) static status refuse(struct input *in, status s,
                                                           const char *format, ...)
{
    char why[256];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    const int len = (int)(in->name.len < QUOTED_MAX ? in->name.len : QUOTED_MAX);
    return fault_set(in->fault, s, "member %zu, \"%.*s\": %s", in->position, len,
                     (const char *)in->name.at, why);
}

/* Bytes in the arena; NULL, with the fault set, if it is used up. */
static uint8_t *take(struct input *in, size_t len)
{
    uint8_t *room = arena_take(in->arena, len == 0 ? 1 : len);
    if (room == NULL) ignore(refuse(in, FAIL(E_NOMEM), "no memory left"), "the caller returns it");
    return room;
}

static status copy_text(struct input *in, slice text, uint8_t type, slice *ret_value)
{
    const size_t most = type == TYPE_RAW ? VALUE_RAW_BYTES_MAX : VALUE_BYTES_MAX;
    if (text.len > most) {
        return refuse(in, FAIL(E_LIMIT), "%zu bytes, at most %zu are allowed", text.len, most);
    }
    uint8_t *room = take(in, text.len);
    if (room == NULL) return FAIL(E_NOMEM);
    bytes_copy(room, text.len, text);
    *ret_value = (slice){ room, text.len };
    return OK;
}

static status read_bytes(struct input *in, slice text, slice *ret_value)
{
    const size_t cap = text.len / 4 * 3;
    size_t len = 0;
    uint8_t *room = take(in, cap);
    if (room == NULL) return FAIL(E_NOMEM);
    const status decoded = base64_decode(text, room, cap, &len);
    if (decoded.code != E_OK) return refuse(in, FAIL(E_VALUE), "not standard padded Base64");
    if (len > VALUE_BYTES_MAX) {
        return refuse(in, FAIL(E_LIMIT), "%zu bytes, at most %d are allowed", len, VALUE_BYTES_MAX);
    }
    *ret_value = (slice){ room, len };
    return OK;
}

static status read_hash(struct input *in, slice text, slice *ret_value)
{
    uint8_t *room = take(in, SHA256_BYTES);
    if (room == NULL) return FAIL(E_NOMEM);
    if (num_parse_hex(text, room, SHA256_BYTES).code != E_OK) {
        return refuse(in, FAIL(E_VALUE), "a hash is %d hexadecimal digits", 2 * SHA256_BYTES);
    }
    *ret_value = (slice){ room, SHA256_BYTES };
    return OK;
}

static status read_time(struct input *in, const struct json_node *node, int64_t *ret_ns)
{
    if (node->type != JSON_STRING || timestamp_parse_iso(node->text, ret_ns).code != E_OK) {
        return refuse(in, FAIL(E_VALUE), "not a time such as \"2026-01-31T09:00:00Z\"");
    }
    return OK;
}

static status put_number(struct input *in, uint64_t number, slice *ret_value)
{
    uint8_t *room = take(in, sizeof number);
    if (room == NULL) return FAIL(E_NOMEM);
    *ret_value = value_put_u64(room, number);
    return OK;
}

static status read_number(struct input *in, uint8_t type, const struct json_node *node,
                          slice *ret_value)
{
    const bool fits = node->type == JSON_INT ? type == TYPE_I64 || node->number.i >= 0
                                             : node->type == JSON_UINT && type == TYPE_U64;
    if (!fits) {
        return refuse(in, FAIL(E_VALUE), "not a whole number%s of at most 64 bits",
                      type == TYPE_U64 ? ", 0 or above," : "");
    }
    return put_number(in, node->type == JSON_INT ? (uint64_t)node->number.i : node->number.u,
                      ret_value);
}

static status read_texts(struct input *in, const struct json_node *node, slice *ret_value)
{
    if (node->type != JSON_ARRAY) return refuse(in, FAIL(E_VALUE), "not an array of strings");
    const struct json_node *nodes = in->document->nodes;
    const size_t first = (size_t)(node - nodes) + 1;
    size_t len = 0;
    for (size_t i = first; i < node->end; i = nodes[i].end) {
        if (nodes[i].type != JSON_STRING)
            return refuse(in, FAIL(E_VALUE), "not an array of strings");
        len += 2 + nodes[i].text.len; /* cannot wrap: the document is in memory */
    }
    if (len == 0) return refuse(in, FAIL(E_VALUE), "an empty array: leave it out");
    if (len > VALUE_BYTES_MAX) {
        return refuse(in, FAIL(E_LIMIT), "a list of %zu bytes, at most %d are allowed", len,
                      VALUE_BYTES_MAX);
    }
    uint8_t *room = take(in, len);
    if (room == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(room, len);
    for (size_t i = first; i < node->end; i = nodes[i].end)
        value_texts_add(&w, nodes[i].text);
    *ret_value = writer_slice(&w);
    return writer_end(&w);
}

static status read_value(struct input *in, uint8_t type, const struct json_node *node,
                         struct record_field *ret_field)
{
    const bool wants_text =
        type == TYPE_TEXT || type == TYPE_RAW || type == TYPE_BYTES || type == TYPE_HASH;
    if (wants_text && node->type != JSON_STRING) return refuse(in, FAIL(E_VALUE), "not a string");
    struct record_field f = { type, slice_none() };
    int64_t time_ns = 0;
    if (type == TYPE_TEXT || type == TYPE_RAW) {
        TRY(copy_text(in, node->text, type, &f.value));
    } else if (type == TYPE_BYTES) {
        TRY(read_bytes(in, node->text, &f.value));
    } else if (type == TYPE_HASH) {
        TRY(read_hash(in, node->text, &f.value));
    } else if (type == TYPE_TEXTS) {
        TRY(read_texts(in, node, &f.value));
    } else if (type == TYPE_TIME) {
        TRY(read_time(in, node, &time_ns));
        TRY(put_number(in, (uint64_t)time_ns, &f.value));
    } else if (type == TYPE_BOOL) {
        if (node->type != JSON_TRUE && node->type != JSON_FALSE) {
            return refuse(in, FAIL(E_VALUE), "neither true nor false");
        }
        f.value = value_bool(node->type == JSON_TRUE);
    } else {
        TRY(read_number(in, type, node, &f.value));
    }
    const status fits = value_check(type, f.value);
    if (fits.code != E_OK) return refuse(in, fits, "%s", status_text(fits));
    *ret_field = f;
    return OK;
}

static status choose(struct input *in, const struct choice *choice, const struct json_node *node,
                     uint8_t *ret_number)
{
    const uint8_t number = node->type == JSON_STRING ? choice_number(choice, node->text) : 0;
    if (number == 0) {
        return refuse(in, FAIL(E_VALUE), "not a word of the list %s (docs/formats/records.md)",
                      choice->name);
    }
    *ret_number = number;
    return OK;
}

static status read_bits(struct input *in, const struct schema_column *c,
                        const struct json_node *node, uint16_t *ret_value)
{
    const struct json_node *nodes = in->document->nodes;
    uint16_t value = 0;
    if (node->type != JSON_ARRAY) return refuse(in, FAIL(E_VALUE), "not an array of words");
    for (size_t i = (size_t)(node - nodes) + 1; i < node->end; i = nodes[i].end) {
        uint8_t number = 0;
        TRY(choose(in, c->choice, &nodes[i], &number));
        value = (uint16_t)(value | 1u << (number - 1));
    }
    *ret_value = value;
    return OK;
}

static status read_column(struct input *in, const struct schema_column *c,
                          const struct json_node *node)
{
    const int position = (int)(c - in->schema->columns);
    const uint64_t most = c->width == 2 ? UINT16_MAX : UINT8_MAX;
    uint16_t value = 0;
    uint8_t number = 0;
    if ((in->columns_seen & 1u << position) != 0)
        return refuse(in, FAIL(E_DUPLICATE), "given twice");
    in->columns_seen |= 1u << position;
    if (c->type == COLUMN_MARKET) {
        if (node->type != JSON_STRING || node->text.len != 2) {
            return refuse(in, FAIL(E_VALUE), "a market is two capitals or digits");
        }
        draft_market(in->draft, position, node->text);
        return OK;
    }
    if (c->type == COLUMN_CHOICE) {
        TRY(choose(in, c->choice, node, &number));
        value = number;
    } else if (c->type == COLUMN_BITS) {
        TRY(read_bits(in, c, node, &value));
    } else if (c->type == COLUMN_FLAG) {
        if (node->type != JSON_TRUE && node->type != JSON_FALSE) {
            return refuse(in, FAIL(E_VALUE), "neither true nor false");
        }
        value = node->type == JSON_TRUE;
    } else {
        if (node->type != JSON_INT || node->number.i < 0 || (uint64_t)node->number.i > most) {
            return refuse(in, FAIL(E_VALUE), "not a whole number from 0 to %u", (unsigned)most);
        }
        value = (uint16_t)node->number.i;
    }
    draft_column(in->draft, position, value);
    return OK;
}

/* The names of the kind fact that every fact has; the others are those of its type. */
static bool is_fact_common(slice name)
{
    return slice_is(name, "source") || slice_is(name, "sequence") || slice_is(name, "arrived") ||
           slice_is(name, "raw");
}

/* Where the value of that name goes, and its type; NULL if the kind or fact has no such name. */
static struct record_field *place_of(struct input *in, slice name, uint8_t *ret_type)
{
    if (in->facts != NULL && !is_fact_common(name)) {
        const int position = fact_field_position(in->facts->fact, name);
        if (position < 0) return NULL;
        *ret_type = in->facts->fact->fields[position].type;
        return &in->facts->values[position];
    }
    const uint8_t id = schema_field_id(in->schema, name);
    if (id == 0) return NULL;
    *ret_type = in->schema->fields[id - 1].type;
    return &in->draft->fields[id - 1];
}

/* The name of the head that the member is, if it is one: they were read before. */
static const char *head_of(const struct input *in)
{
    if (slice_is(in->name, "kind")) return "kind";
    if (slice_is(in->name, "time")) return "time";
    return in->facts != NULL && slice_is(in->name, "type") ? "type" : NULL;
}

static status read_member(struct input *in, const struct json_node *node)
{
    const char *head = head_of(in);
    if (head != NULL) {
        const bool first = json_member(in->document, in->root, head) == node;
        return first ? OK : refuse(in, FAIL(E_DUPLICATE), "given twice");
    }
    const struct schema_column *column = schema_column_named(in->schema, in->name);
    if (column != NULL && (in->facts == NULL || column->type == COLUMN_MARKET)) {
        return read_column(in, column, node);
    }
    uint8_t type = TYPE_ABSENT;
    struct record_field *place = place_of(in, in->name, &type);
    if (place == NULL) {
        return refuse(in, FAIL(E_UNKNOWN), "%s %s has no such name",
                      in->facts == NULL ? "the kind" : "the fact",
                      in->facts == NULL ? in->schema->name : in->facts->fact->name);
    }
    if (place->type != TYPE_ABSENT) return refuse(in, FAIL(E_DUPLICATE), "given twice");
    return read_value(in, type, node, place);
}

/* A member that must be a text; its place is found for the fault. */
static status head_text(struct input *in, const char *name, const struct json_node **ret_node)
{
    const struct json_node *nodes = in->document->nodes;
    in->name = slice_text(name);
    in->position = 0;
    for (size_t i = 1; i < in->root->end; i = nodes[i].end) {
        in->position++;
        if (!slice_is(nodes[i].key, name)) continue;
        if (nodes[i].type != JSON_STRING) return refuse(in, FAIL(E_VALUE), "not a string");
        *ret_node = &nodes[i];
        return OK;
    }
    return fault_set(in->fault, FAIL(E_VALUE), "\"%s\" is missing", name);
}

static status read_kind(struct input *in)
{
    const struct json_node *node = NULL;
    TRY(head_text(in, "kind", &node));
    in->schema = schema_named(node->text);
    if (in->schema == NULL) {
        return refuse(in, FAIL(E_UNKNOWN), "there is no kind \"%.*s\"",
                      (int)(node->text.len < QUOTED_MAX ? node->text.len : QUOTED_MAX),
                      (const char *)node->text.at);
    }
    if ((in->schema->flags & KIND_SYSTEM) != 0) {
        return refuse(in, FAIL(E_DENIED), "records of kind %s are written by candor alone",
                      in->schema->name);
    }
    TRY(head_text(in, "time", &node));
    TRY(read_time(in, node, &in->time_ns));
    if (in->time_ns < 0) return refuse(in, FAIL(E_VALUE), "a time before 1970");
    return OK;
}

static status start_fact(struct input *in)
{
    const struct json_node *node = NULL;
    TRY(head_text(in, "type", &node));
    const struct fact *fact = fact_named(node->text);
    if (fact == NULL) {
        return refuse(in, FAIL(E_UNKNOWN), "there is no fact type \"%.*s\"",
                      (int)(node->text.len < QUOTED_MAX ? node->text.len : QUOTED_MAX),
                      (const char *)node->text.at);
    }
    in->facts = (struct fact_draft *)(void *)take(in, sizeof *in->facts);
    if (in->facts == NULL) return FAIL(E_NOMEM);
    fact_start(in->facts, fact->number, in->time_ns, slice_none());
    in->draft = &in->facts->draft;
    in->draft->fields[FIELD_fact_source - 1].type = TYPE_ABSENT;
    return OK;
}

static status start_draft(struct input *in)
{
    if (in->schema->kind == KIND_fact) return start_fact(in);
    in->draft = (struct draft *)(void *)take(in, sizeof *in->draft);
    if (in->draft == NULL) return FAIL(E_NOMEM);
    draft_start(in->draft, in->schema->kind, (uint64_t)in->time_ns / NS_PER_S);
    const uint8_t id = schema_field_id(in->schema, slice_text("time"));
    if (id != 0) draft_time(in->draft, id, in->time_ns);
    return OK;
}

static status finish(struct input *in, struct record *ret_record)
{
    const bool needs_room = in->facts != NULL || (in->schema->flags & KIND_BODY) != 0;
    in->name = slice_text(in->schema->name);
    uint8_t *room = needs_room ? take(in, ENTRY_BYTES_MAX) : NULL;
    if (needs_room && room == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(room, needs_room ? ENTRY_BYTES_MAX : 0);
    if (in->facts != NULL) return fact_end(in->facts, &w, ret_record, in->fault);
    return draft_end(in->draft, &w, ret_record, in->fault);
}

status record_parse_json(struct json_parser *parser, slice line, struct arena *arena,
                         struct record *ret_record, struct fault *fault)
{
    struct json_document document = {};
    TRY(json_parse(parser, line, &document, fault));
    struct input in = { .document = &document,
                        .root = &document.nodes[0],
                        .arena = arena,
                        .fault = fault,
                        .name = slice_none() };
    if (in.root->type != JSON_OBJECT) {
        return fault_set(fault, FAIL(E_VALUE), "the line is JSON, but not an object");
    }
    TRY(read_kind(&in));
    TRY(start_draft(&in));
    in.position = 0;
    for (size_t i = 1; i < in.root->end; i = document.nodes[i].end) {
        in.position++;
        in.name = document.nodes[i].key;
        TRY(read_member(&in, &document.nodes[i]));
    }
    return finish(&in, ret_record);
}
