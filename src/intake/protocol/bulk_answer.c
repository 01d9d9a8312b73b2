/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/bulk.h"

#include "base/bytes.h"
#include "intake/protocol/elastic.h"
#include "base/banned.h"

enum {
    ITEM_BYTES = 320,     /* what an item's answer has beside its names and its reason */
    ESCAPED_MAX = 6,      /* \u0000 for one byte */
    ENVELOPE_BYTES = 128, /* {"took":…,"errors":…,"items":[]} */
};

size_t bulk_answer_bytes(const struct bulk *b)
{
    size_t sum = ENVELOPE_BYTES + sizeof((struct fault *)0)->text * ESCAPED_MAX;
    sum += (size_t)RESULT_REJECTED_MAX * RESULT_ERROR_BYTES_MAX * ESCAPED_MAX;
    for (size_t i = 0; i < b->count; i++)
        sum += ITEM_BYTES + (b->items[i].index.len + b->items[i].id.len) * ESCAPED_MAX;
    return sum;
}

static void write_error(struct json_writer *j, const char *type, const char *reason)
{
    json_key(j, "error");
    json_object(j);
    json_member_text(j, "type", type);
    json_member_text(j, "reason", reason);
    json_object_end(j);
}

/* The id that the sender gave, else one made of the first index of the request and the number. */
static void write_id(struct json_writer *j, const struct bulk_item *item,
                     const struct protocol_result *r, uint64_t number)
{
    if (item->id.len != 0) {
        json_member_string(j, "_id", item->id);
    } else if (r->has_indices) {
        uint8_t text[48];
        struct writer w = writer_of(text, sizeof text);
        writer_dec(&w, r->first_index);
        writer_u8(&w, '.');
        writer_dec(&w, number);
        json_member_string(j, "_id", writer_slice(&w));
    }
}

/* Why an item was refused; reasons beyond RESULT_REJECTED_MAX were not kept. */
static void write_refusal(struct json_writer *j, const struct bulk_item *item,
                          const struct protocol_result *r, uint64_t number)
{
    const struct protocol_rejection *why = result_rejection(r, number);
    const bool adds = item->action == BULK_INDEX || item->action == BULK_CREATE;
    json_member_u64(j, "status", 400);
    write_error(j, adds ? "document_parsing_exception" : "illegal_argument_exception",
                why == NULL ? "the event was refused" : why->error);
}

static void write_item(struct json_writer *j, const struct bulk *b, const struct protocol_result *r,
                       uint64_t number)
{
    const struct bulk_item *item = &b->items[number];
    json_object(j);
    json_key(j, bulk_action_name(item->action));
    json_object(j);
    json_key(j, "_index");
    json_string(j, item->index.len == 0 ? slice_text("candor") : item->index);
    write_id(j, item, r, number);
    switch (result_outcome(r, number)) {
    case PROTOCOL_ACCEPTED:
    case PROTOCOL_DUPLICATE:
        json_member_u64(j, "_version", 1);
        json_member_text(j, "result", "created");
        json_member_u64(j, "status", 201);
        break;
    case PROTOCOL_CONFLICT:
        json_member_u64(j, "status", 409);
        write_error(j, "version_conflict_engine_exception", "another event has this id");
        break;
    case PROTOCOL_REJECTED:
        write_refusal(j, item, r, number);
        break;
    case PROTOCOL_NOT_REACHED:
        json_member_u64(j, "status", 429);
        write_error(j, "es_rejected_execution_exception", "not reached: send it again");
        break;
    }
    json_object_end(j);
    json_object_end(j);
}

struct protocol_answer bulk_answer(const struct bulk *b, const struct protocol_result *r,
                                   struct writer *out)
{
    if (r->status.code != E_OK && r->accepted == 0 && r->rejected == 0) {
        return elastic_error(r->status, r->fault.text, out);
    }
    struct json_writer j = json_writer_of(out);
    json_object(&j);
    json_member_u64(&j, "took", b->took_ms);
    json_member_bool(&j, "errors", r->rejected > 0 || r->status.code != E_OK);
    json_key(&j, "items");
    json_array(&j);
    for (size_t i = 0; i < b->count; i++)
        write_item(&j, b, r, i);
    json_array_end(&j);
    json_object_end(&j);
    return elastic_answer(200);
}
