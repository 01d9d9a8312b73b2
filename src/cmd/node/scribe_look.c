/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duties that need a look through the whole log (forget/forgetting.h): one at a time, a piece in
 * each turn, so that events go on being recorded. What is logged meanwhile is looked at as well,
 * the last of it in the turn that carries the duty out.
 */
#include "cmd/node/scribe_state.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/forget/forgetting.h"
#include "base/banned.h"

struct looking {
    struct duty duty; /* views into payload */
    struct reply *reply;
    struct erasing erasing;
    bool begun;
    uint8_t payload[];
};

static struct looking *looking_new(const struct duty *d)
{
    struct looking *l = calloc(1, sizeof *l + DUTY_BYTES_MAX);
    if (l == NULL) return NULL;
    struct writer w = writer_of(l->payload, DUTY_BYTES_MAX);
    duty_write(d, &w);
    const status again = duty_parse(writer_slice(&w), &l->duty);
    assert(again.code == E_OK); /* what was parsed is written again */
    return l;
}

status scribe_look_take(struct client *c, const struct duty *d)
{
    struct reply *r = scribe_reply(c);
    struct fault f = {};
    r->checkpointed = true;
    c->waiting++;
    if (c->looking != NULL) {
        const status busy = fault_set(&f, FAIL(E_BUSY), "one of these at a time");
        scribe_refuse(r, busy, &f);
        scribe_answer_now(c);
        return OK;
    }
    c->looking = looking_new(d);
    if (c->looking == NULL) return fault_set(c->scribe->fault, FAIL(E_NOMEM), "out of memory");
    c->looking->reply = r;
    r->size = UINT64_MAX; /* until the duty is carried out */
    return OK;
}

void scribe_look_drop(struct client *c)
{
    if (c->scribe->looker == c) c->scribe->looker = NULL;
    if (c->looking == NULL) return;
    erasing_done(&c->looking->erasing);
    bytes_wipe(c->looking->payload, DUTY_BYTES_MAX);
    free(c->looking);
    c->looking = NULL;
}

/* The client in hand, or the next in line. */
static struct client *looker(struct scribe *s)
{
    for (size_t i = 0; s->looker == NULL && i < SCRIBE_CLIENTS_MAX; i++) {
        if (s->clients[i].fd >= 0 && s->clients[i].looking != NULL) s->looker = &s->clients[i];
    }
    return s->looker;
}

static status step(struct client *c, bool *ret_done, struct fault *f)
{
    struct looking *l = c->looking;
    struct node *n = &c->scribe->node;
    TRY(node_settle(n, f));
    if (!l->begun) {
        l->begun = true;
        TRY(forgetting_begin(n, &l->duty, &l->erasing, f));
    }
    TRY(erasing_step(&l->erasing, node_sequenced(n), ret_done, f));
    return *ret_done ? scribe_do_duty(c, &l->duty, &l->erasing, l->reply, f) : OK;
}

bool scribe_look_step(struct scribe *s)
{
    struct client *c = looker(s);
    struct fault f = {};
    bool done = false;
    if (c == NULL || s->stopping || !node_is_settled(&s->node)) return false;
    const status stepped = step(c, &done, &f);
    if (stepped.code == E_OK && !done) return true;
    if (stepped.code != E_OK && !duty_is_refusal(stepped)) {
        *s->fault = f;
        scribe_fail(s, stepped);
        return false;
    }
    if (stepped.code != E_OK) scribe_refuse(c->looking->reply, stepped, &f);
    scribe_look_drop(c);
    scribe_answer_now(c);
    return true;
}
