/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/decision.h"

#include "base/bytes.h"
#include "intake/decision/rules.h"
#include "record/value.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, NO_STAGE = -1 };

/* What each kind is called, where its stage lies, and the stage that it begins with. */
static const struct kind_row {
    uint8_t kind;
    const struct member_table *members;
    const char *noun;
    const char *batch;
    const char *id;
    int16_t stage;
    int16_t time;
    uint8_t first;
} kinds[] = {
    { KIND_enforcement, &members_enforcement, "statement", "statements", "puid",
      COLUMN_enforcement_stage, FIELD_enforcement_time, VALUE_enforcement_stage_decided },
    { KIND_notice, &members_notice, "notice", "notices", "id", COLUMN_notice_stage,
      FIELD_notice_time, VALUE_notice_stage_received },
    { KIND_order, &members_order, "order", "orders", "id", COLUMN_order_stage, FIELD_order_time,
      VALUE_order_stage_received },
    { KIND_appeal, &members_appeal, "appeal", "appeals", "id", COLUMN_appeal_stage,
      FIELD_appeal_time, VALUE_appeal_stage_received },
    { KIND_declared, &members_declared, "figure", "figures", "cell", NO_STAGE, FIELD_declared_time,
      0 },
};

static const struct kind_row *row_of(uint8_t kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].kind == kind) return &kinds[i];
    }
    assert(false); /* the caller's constant */
    return &kinds[0];
}

bool decision_is_kind(uint8_t kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].kind == kind) return true;
    }
    return false;
}

const char *decision_noun(uint8_t kind)
{
    return row_of(kind)->noun;
}

const char *decision_id_name(uint8_t kind)
{
    return row_of(kind)->id;
}

const struct member_table *decision_members(uint8_t kind)
{
    return row_of(kind)->members;
}

void decision_start(struct decision *d, uint8_t kind, int64_t now_ns, slice market,
                    struct arena *arena, struct complaints *complaints)
{
    const struct kind_row *row = row_of(kind);
    d->arena = arena;
    d->complaints = complaints;
    d->complaints->count = 0;
    d->seen = 0;
    d->now_ns = now_ns;
    d->kind = kind;
    d->stage = row->first;
    d->reason_class = 0;
    d->target = DECISION_TARGET_NONE;
    d->is_light = false;
    d->id = slice_none();
    d->enforcement = slice_none();
    draft_start(&d->draft, kind, 0);
    draft_market(&d->draft, 0, market); /* the first column of each of these kinds */
    if (row->stage != NO_STAGE) draft_column(&d->draft, row->stage, row->first);
}

slice decision_text(const struct decision *d, int field)
{
    const struct record_field *f = &d->draft.fields[field - 1];
    return f->type == TYPE_ABSENT ? slice_none() : f->value;
}

uint16_t decision_column(const struct decision *d, int column)
{
    const struct schema_column *c = &d->draft.schema->columns[column];
    return schema_column_value(c, (slice){ d->draft.columns, d->draft.schema->columns_bytes });
}

void decision_drop(struct decision *d, int field)
{
    d->draft.fields[field - 1] = (struct record_field){ TYPE_ABSENT, slice_none() };
}

bool member_seen(const struct decision *d, const char *name)
{
    const struct member_table *t = decision_members(d->kind);
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->at[i].name, name) == 0) return (d->seen & 1ull << i) != 0;
    }
    assert(false); /* the caller's constant */
    return false;
}

/* ---- giving ---- */

/* The DSA's own interface takes the word null for nothing. */
static bool is_nothing(const struct given *v)
{
    if (v->form == GIVEN_NOTHING) return true;
    if (v->form == GIVEN_LIST) return v->count == 0;
    return v->form == GIVEN_TEXT && (v->text.len == 0 || slice_is(v->text, "null"));
}

void decision_give(struct decision *d, slice name, const struct given *value)
{
    const struct member_table *t = decision_members(d->kind);
    for (size_t i = 0; i < t->count; i++) {
        if (!slice_is(name, t->at[i].name)) continue;
        if ((d->seen & 1ull << i) != 0) {
            complain(d->complaints, name, "is given twice");
            return;
        }
        if (is_nothing(value)) return;
        d->seen |= 1ull << i;
        t->at[i].take(d, &t->at[i], value);
        return;
    }
    complain(d->complaints, name, "is no member of this kind");
}

/* A list of texts; anything else in it is wrong. */
static struct given list_of(struct decision *d, const struct json_document *document,
                            const struct json_node *node)
{
    const struct json_node *nodes = document->nodes;
    slice *list = arena_array(d->arena, DECISION_LIST_MAX + 1, sizeof *list);
    size_t count = 0;
    for (size_t i = (size_t)(node - nodes) + 1; i < node->end; i = nodes[i].end) {
        if (list == NULL || nodes[i].type != JSON_STRING || count > DECISION_LIST_MAX) {
            return (struct given){ .form = GIVEN_WRONG };
        }
        list[count++] = nodes[i].text;
    }
    return (struct given){ .form = GIVEN_LIST, .list = list, .count = count };
}

static struct given given_of(struct decision *d, const struct json_document *document,
                             const struct json_node *node)
{
    switch (node->type) {
    case JSON_NULL:
        return (struct given){ .form = GIVEN_NOTHING };
    case JSON_STRING:
        return (struct given){ .form = GIVEN_TEXT, .text = node->text };
    case JSON_TRUE:
        return (struct given){ .form = GIVEN_TRUE };
    case JSON_FALSE:
        return (struct given){ .form = GIVEN_FALSE };
    case JSON_INT:
        if (node->number.i < 0) break;
        return (struct given){ .form = GIVEN_NUMBER, .number = (uint64_t)node->number.i };
    case JSON_ARRAY:
        return list_of(d, document, node);
    default:
        break;
    }
    return (struct given){ .form = GIVEN_WRONG };
}

/* {"EAN-13": "…"}: the DSA's identifier of a product. */
static void give_product(struct decision *d, const struct json_document *document,
                         const struct json_node *object)
{
    const struct json_node *nodes = document->nodes;
    for (size_t i = (size_t)(object - nodes) + 1; i < object->end; i = nodes[i].end) {
        struct given v = given_of(d, document, &nodes[i]);
        uint8_t digits[20];
        struct writer w = writer_of(digits, sizeof digits);
        if (!slice_is(nodes[i].key, "EAN-13")) {
            complain(d->complaints, slice_text("content_id"), "knows EAN-13 only");
            return;
        }
        if (v.form == GIVEN_NUMBER) {
            writer_dec(&w, v.number);
            v.text = arena_copy(d->arena, writer_slice(&w));
            v.form = v.text.at == NULL ? GIVEN_WRONG : GIVEN_TEXT;
        }
        decision_give(d, slice_text("content_id_ean"), &v);
    }
}

void decision_give_object(struct decision *d, const struct json_document *document,
                          const struct json_node *object)
{
    const struct json_node *nodes = document->nodes;
    if (object->type != JSON_OBJECT) {
        complain(d->complaints, slice_text(decision_noun(d->kind)), "must be a JSON object");
        return;
    }
    for (size_t i = (size_t)(object - nodes) + 1; i < object->end; i = nodes[i].end) {
        const bool is_product = d->kind == KIND_enforcement && nodes[i].type == JSON_OBJECT &&
                                slice_is(nodes[i].key, "content_id");
        if (is_product) {
            give_product(d, document, &nodes[i]);
        } else {
            const struct given v = given_of(d, document, &nodes[i]);
            decision_give(d, nodes[i].key, &v);
        }
    }
}

const struct json_node *decision_batch(uint8_t kind, const struct json_document *document)
{
    const struct json_node *list = json_member(document, &document->nodes[0], row_of(kind)->batch);
    const bool alone = list != NULL && list->end == document->nodes[0].end;
    return alone && list->type == JSON_ARRAY ? list : NULL;
}

/* ---- checking ---- */

bool decision_is_later(const struct decision *d)
{
    return d->stage != row_of(d->kind)->first;
}

bool decision_is_reversal(const struct decision *d)
{
    return d->kind == KIND_enforcement && decision_is_later(d) &&
           d->stage != VALUE_enforcement_stage_amended;
}

static void check_required(struct decision *d)
{
    const struct member_table *t = decision_members(d->kind);
    const bool whole =
        d->kind == KIND_enforcement ? !decision_is_reversal(d) : !decision_is_later(d);
    for (size_t i = 0; i < t->count; i++) {
        const uint8_t flags = t->at[i].flags;
        const bool wanted =
            (flags & MEMBER_ALWAYS) != 0 || ((flags & MEMBER_REQUIRED) != 0 && whole &&
                                             !(d->is_light && (flags & MEMBER_NOT_LIGHT) != 0));
        if (wanted && (d->seen & 1ull << i) == 0) {
            complain(d->complaints, slice_text(t->at[i].name), "is required");
        }
    }
}

bool decision_check(struct decision *d)
{
    const struct kind_row *row = row_of(d->kind);
    const bool staged = row->stage != NO_STAGE;
    if (d->complaints->count == 0 && staged) d->stage = (uint8_t)decision_column(d, row->stage);
    check_required(d);
    row->members->check(d);
    const slice time = decision_text(d, row->time);
    if (time.len == 8) d->draft.time_s = (uint64_t)(value_i64(time) / NS_PER_S);
    return d->complaints->count == 0;
}

status decision_end(struct decision *d, struct record *ret_record, struct fault *f)
{
    assert(d->complaints->count == 0);
    return draft_end(&d->draft, NULL, ret_record, f);
}
