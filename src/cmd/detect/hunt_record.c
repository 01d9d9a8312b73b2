/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/hunt_record.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "record/wire.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000 };

struct hunt_record {
    const char *dir; /* borrowed */
    const char *by;
    hash rules;
    char market[3];
    struct writer waiting; /* owned: records of the next duty */
    uint64_t waiting_count;
    uint64_t count;
    struct wire_record parsed;
    struct fault fault;
};

status hunt_record_new(const char *dir, const char *by, const hash *rules,
                       struct hunt_record **ret_record, struct fault *f)
{
    struct node node = {};
    TRY(node_open_store(dir, &node, f));
    struct hunt_record *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->dir = dir;
        r->by = by;
        r->rules = *rules;
        bytes_copy(r->market, sizeof r->market - 1, slice_text(node.config.market));
        r->waiting = writer_of(malloc(DUTY_SLOT_BYTES_MAX), DUTY_SLOT_BYTES_MAX);
    }
    node_close(&node);
    if (r == NULL || r->waiting.at == NULL) {
        hunt_record_free(r);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    *ret_record = r;
    return OK;
}

void hunt_record_free(struct hunt_record *r)
{
    if (r == NULL) return;
    free(r->waiting.at);
    free(r);
}

status hunt_record_put(const struct hunt_record *r, struct finding_record *room,
                       const struct finding *finding, struct writer *w)
{
    struct record record = {};
    struct fault unused = {};
    const struct finding_place place = {
        .bundle = &r->rules,
        .market = slice_text(r->market),
        .filed_s = finding->time_ns < 0 ? 0 : (uint64_t)(finding->time_ns / NS_PER_S),
    };
    TRY(finding_record_make(room, finding, &place, &record, &unused));
    return wire_put(&record, w);
}

static status hand_over(struct hunt_record *r)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_FINDINGS);
    if (r->waiting.len == 0) return OK;
    d.slots[DUTY_REQUEST] = writer_slice(&r->waiting);
    d.slots[DUTY_ACTOR] = slice_text(r->by);
    TRY(duty_ask(r->dir, &d, &w, &r->fault));
    r->count += r->waiting_count;
    r->waiting_count = 0;
    r->waiting.len = 0;
    return OK;
}

status hunt_record_take(struct hunt_record *r, slice records)
{
    struct cursor c = cursor_of(records);
    while (cursor_left(&c) > 0) {
        const size_t start = c.pos;
        TRY(wire_take(&c, &r->parsed, &r->fault));
        const slice one = { records.at + start, c.pos - start };
        if (one.len > r->waiting.cap - r->waiting.len) TRY(hand_over(r));
        writer_bytes(&r->waiting, one);
        TRY(writer_end(&r->waiting));
        r->waiting_count++;
    }
    return OK;
}

status hunt_record_end(struct hunt_record *r)
{
    return hand_over(r);
}

uint64_t hunt_record_count(const struct hunt_record *r)
{
    return r->count;
}

const struct fault *hunt_record_fault(const struct hunt_record *r)
{
    return &r->fault;
}
