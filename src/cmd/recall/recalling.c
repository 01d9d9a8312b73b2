/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/recall/recalling.h"

#include <stdio.h>
#include "ledger/erase/erased_set.h"
#include "record/kinds.h"
#include "serve/link.h"
#include "base/banned.h"

void recalling_done(struct recalling *r)
{
    replay_log_free(r->replay);
    r->replay = NULL;
}

status recalling_ask(struct recalling *r, slice payload, bool is_ready, struct fault *f)
{
    TRY(replay_ask_parse(payload, &r->order.reach_s));
    if (r->has_asked || is_ready) {
        return fault_set(f, FAIL(E_DENIED), "front: it may not ask for recorded events now");
    }
    r->has_asked = true;
    return replay_log_new(r->node, &r->order, &r->replay, f);
}

status recalling_answer(struct recalling *r, slice payload)
{
    if (payload.len != 1 || payload.at[0] > 1 || r->replay == NULL) return FAIL(E_VALUE);
    return replay_log_answer(r->replay, payload.at[0] == 1);
}

bool recalling_goes_on(const struct recalling *r)
{
    return r->replay != NULL && !replay_log_waits(r->replay);
}

static void tell(const struct replay_log *replay)
{
    const unsigned long long count = replay_log_count(replay);
    const char *refusal = replay_log_refusal(replay);
    if (refusal == NULL && count == 0) return;
    fprintf(stderr, "candor: serve: %s%s%llu recorded events were judged again\n",
            refusal == NULL ? "" : refusal, refusal == NULL ? "" : ": ", count);
}

status recalling_step(struct recalling *r, struct fault *f)
{
    bool done = false;
    TRY(replay_log_step(r->replay, &done, f));
    if (!done) return OK;
    tell(r->replay);
    recalling_done(r);
    return r->order.send(r->order.self, LINK_REPLAYED, slice_none(), f);
}

static bool takes_raw(const struct erased_item *item)
{
    return item->fields == ERASED_WHOLE || (item->fields >> (FIELD_event_raw - 1) & 1) != 0;
}

status recalling_forget(struct recalling *r, const struct erased_set *set, struct writer *room,
                        struct fault *f)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct erased_item *item = &set->items[i];
        if (!takes_raw(item)) continue;
        replay_run_write((struct replay_run){ item->first, item->count }, room);
    }
    TRY(writer_end(room));
    if (room->len == 0) return OK;
    return r->order.send(r->order.self, LINK_FORGET, writer_slice(room), f);
}
