/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/hook/hook_relay.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "os/frame.h"
#include "os/loop.h"
#include "serve/api.h"
#include "serve/link.h"
#include "serve/query.h"
#include "base/banned.h"

struct hook_relay {
    struct front *front;
    int fd;
    struct frame_input in;
    bool asked; /* an answer of the reader is on its way */
    uint64_t from;
    char who[HOOK_NAME_BYTES_MAX + 16];
};

status hook_relay_positions(struct front *front, slice payload)
{
    struct cursor c = cursor_of(payload);
    for (size_t i = 0; i < front->options->config.hooks.count; i++)
        TRY(cursor_u64(&c, &front->hook_at[i]));
    return cursor_end(&c);
}

static void send_items(struct hook_relay *r, slice items)
{
    const status s = frame_send(r->fd, (struct frame){ HOOK_ITEMS, items }, r->front->fault);
    if (s.code != E_OK) front_fail(r->front, s);
}

/* What could not be asked comes later: nothing new, from the same place on. */
static void send_nothing(struct hook_relay *r)
{
    uint8_t head[16];
    put_u64(head, r->from);
    put_u64(head + 8, r->from);
    send_items(r, (slice){ head, sizeof head });
}

static void on_answer(void *with, const struct query_answer *m)
{
    struct hook_relay *r = with;
    r->asked = false;
    const bool fits = m->status == 200 && m->body.len >= 16 && m->body.len <= HOOK_PAYLOAD_MAX;
    if (fits)
        send_items(r, m->body);
    else
        send_nothing(r);
}

static status take_ask(struct hook_relay *r, slice payload)
{
    struct hook_at m = {};
    struct front *front = r->front;
    TRY(hook_at_parse(payload, &m));
    if (m.hook >= front->options->config.hooks.count || r->asked) return FAIL(E_LIMIT);
    const struct hook *hook = &front->options->config.hooks.at[m.hook];
    r->from = m.next == UINT64_MAX ? front->hook_at[m.hook] : m.next;
    snprintf(r->who, sizeof r->who, "webhook %s", hook->name);
    struct query_ask ask = { .question = QUERY_HOOK,
                             .who = slice_text(r->who),
                             .index = r->from,
                             .kind = hook->events,
                             .limit = HOOK_ITEMS_MAX,
                             .text = slice_text(hook->fields) };
    r->asked = r->from < front->checkpointed && api_ask(front, &ask, on_answer, r).code == E_OK;
    if (!r->asked) send_nothing(r);
    return OK;
}

static status take_at(struct hook_relay *r, slice payload)
{
    struct hook_at m = {};
    struct front *front = r->front;
    TRY(hook_at_parse(payload, &m));
    if (m.hook >= front->options->config.hooks.count) return FAIL(E_LIMIT);
    front->hook_at[m.hook] = m.next;
    const struct frame frame = { LINK_HOOK_AT, payload };
    return frame_send(front->options->scribe_fd, frame, front->fault);
}

static status take_frame(void *with, const struct frame *frame)
{
    struct hook_relay *r = with;
    if (frame->type == HOOK_ASK) return take_ask(r, frame->payload);
    if (frame->type == HOOK_AT) return take_at(r, frame->payload);
    return FAIL(E_UNKNOWN);
}

static void sender_ready(void *with, unsigned events)
{
    struct hook_relay *r = with;
    (void)events;
    const status s = frame_take(&r->in, r->fd, take_frame, r, r->front->fault);
    if (s.code == E_OK) return;
    front_fail(r->front, fault_set(r->front->fault, s, "the sender of webhooks is gone"));
}

status hook_relay_new(struct front *front, int fd, struct hook_relay **ret_relay, struct fault *f)
{
    struct hook_relay *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->front = front;
    r->fd = fd;
    status s = frame_input_init(&r->in, HOOK_PAYLOAD_MAX);
    if (s.code == E_OK) s = loop_watch(front->loop, fd, LOOP_READ, sender_ready, r, f);
    if (s.code != E_OK) {
        hook_relay_free(r);
        return s;
    }
    *ret_relay = r;
    return OK;
}

void hook_relay_free(struct hook_relay *r)
{
    if (r == NULL) return;
    frame_input_done(&r->in);
    free(r);
}
