/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "intake/protocol/result.h"
#include "intake/protocol/scratch.h"

/*
 * bulk: Elasticsearch's POST /_bulk and /INDEX/_bulk. Lines come in pairs: an action,
 * {"index":{"_index":"i","_id":"1"}} or {"create":{…}}, and the source, one JSON object, which is
 * the raw of the submission (a view into the body). Update (with its source) and delete are refused
 * one by one: nothing that was recorded is changed. As Elasticsearch does, the whole body is cut
 * before the first event is taken: a broken action line refuses the request as a whole.
 */
enum {
    BULK_ITEMS_MAX = 65536,                  /* items of one request; more is E_LIMIT: split it */
    BULK_INDEX_BYTES_MAX = 255,              /* of an index name, Elasticsearch's own limit */
    BULK_ARENA_BYTES_MAX = 64 * 1024 * 1024, /* items, names and ids of one request */
};

enum bulk_action { BULK_INDEX, BULK_CREATE, BULK_UPDATE, BULK_DELETE };

struct bulk_item {
    uint8_t action; /* enum bulk_action */
    int32_t error;  /* of the action line: E_OK, or E_LIMIT for an id that is too long */
    slice index;    /* in the arena */
    slice id;       /* in the arena; empty: none was given */
    slice source;   /* a view into the body; not to be used after bulk_read */
    uint64_t line;  /* of the source, or of the action that has none */
};

/* One request, from its reading to its answer. */
struct bulk {
    struct protocol_scratch *scratch; /* borrowed, for bulk_read only */
    struct arena arena;
    slice index;      /* of the path, in the arena; empty: none */
    uint64_t took_ms; /* set by the caller before the answer */
    struct bulk_item *items;
    size_t count;
};

/* A request; index is that of the path, or empty. */
struct bulk bulk_of(struct protocol_scratch *scratch, slice index);
/* Frees what it holds. */
void bulk_done(struct bulk *b);
/* Hands each source to the sink; place.number counts the items, place.line is the source's line.
 * E_SYNTAX (with the line in the fault) or E_LIMIT if the body is refused as a whole, E_NOMEM; else
 * OK or the status with which the sink stopped. */
status bulk_read(struct bulk *b, slice body, const struct protocol_sink *sink, struct fault *fault);
/* "index", "create", "update", "delete". */
const char *bulk_action_name(uint8_t action);
/* The room that the answer needs at most. */
size_t bulk_answer_bytes(const struct bulk *b);
/* Writes {"took":0,"errors":false,"items":[{"index":{"_index":"i","_id":"1","status":201,…}}]} with
 * HTTP 200 from the outcomes in r; {"error":{…},"status":N} if nothing of the request was reached.
 */
struct protocol_answer bulk_answer(const struct bulk *b, const struct protocol_result *r,
                                   struct writer *out);
