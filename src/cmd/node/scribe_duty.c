/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands ask of a running node beside appending: changes, duties, and time to copy its keys.
 */
#include "cmd/node/scribe_state.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/forget/forgetting.h"
#include "cmd/node/failure.h"
#include "os/clock.h"
#include "base/banned.h"

/* ---- changes ---- */

static status accounts_to_front(struct scribe *s)
{
    slice text = {};
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(s->fault, FAIL(E_NOMEM), "out of memory");
    status done = change_accounts(&s->node.store, room, &text, s->fault);
    if (done.code == E_OK) done = heard_accounts(&s->heard, text, s->fault);
    if (done.code == E_OK) done = front_link_accounts(s->front, text, s->fault);
    free(room);
    return done;
}

/* What was changed, to the front. The answer to new rules waits until it has loaded them. */
static status after_change(struct client *c, struct reply *r, const struct changed *changed)
{
    struct scribe *s = c->scribe;
    r->size = archive_size(s->node.archive);
    if (changed->accounts) TRY(accounts_to_front(s));
    if (!changed->activate) return OK;
    r->size = UINT64_MAX;
    s->activating = r;
    s->activating_bundle = changed->bundle;
    return front_link_activate(s->front, &changed->bundle, s->fault);
}

static status make_change(struct client *c, const struct duty *d, struct reply *r, struct fault *f)
{
    struct scribe *s = c->scribe;
    struct changed changed = {};
    if (s->activating != NULL) {
        return fault_set(f, FAIL(E_BUSY), "rules are being loaded: try again in a moment");
    }
    TRY(change_apply(&s->node, d, c->uid, &r->answers, &changed, f));
    const status after = after_change(c, r, &changed);
    if (after.code != E_OK) scribe_fail(s, after);
    return OK;
}

void scribe_refuse(struct reply *r, status why, const struct fault *reason)
{
    r->answers.len = 0;
    r->is_refusal = true;
    r->size = 0;
    failure_write(why, reason, &r->answers);
}

/* ---- copies of the keys ---- */

/* Who copies the keys gets its time for it. One that takes longer is sent away: an erasure must not
 * wait for ever, and its copy would be of two moments. */
static status keys_are_free(struct scribe *s, struct fault *f)
{
    if (s->keys_copier == NULL) return OK;
    const int64_t held_ns = clock_mono_ns() - s->keys_copier_since_ns;
    if (held_ns < (int64_t)SCRIBE_KEYS_COPY_S_MAX * CLOCK_NS_PER_S) {
        return fault_set(f, FAIL(E_BUSY), "the keys are being copied: try again in a moment");
    }
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        if (&s->clients[i] == s->keys_copier) scribe_drop(&s->clients[i]);
    }
    return OK;
}

static status before_duty(struct client *c, const struct duty *d, struct fault *f)
{
    struct scribe *s = c->scribe;
    if (d->kind == DUTY_ERASE_APPROVE || d->kind == DUTY_ERASE_EXPIRED) {
        if (s->keys_copier != c) return keys_are_free(s, f);
        return fault_set(f, FAIL(E_BUSY), "this connection is copying the keys");
    }
    if (d->kind != DUTY_KEYS_COPY || s->keys_copier == c) return OK;
    TRY(keys_are_free(s, f));
    s->keys_copier = c;
    s->keys_copier_since_ns = clock_mono_ns();
    return OK;
}

status scribe_do_duty(struct client *c, const struct duty *d, struct erasing *begun,
                      struct reply *r, struct fault *f)
{
    TRY(before_duty(c, d, f));
    TRY(node_settle(&c->scribe->node, f));
    if (d->kind == DUTY_CHANGE) return make_change(c, d, r, f);
    return duty_perform_begun(&c->scribe->node, d, c->uid, begun, &r->answers, &r->size, f);
}

/* A duty that is refused stops nothing but itself. */
status scribe_take_duty(struct client *c, const struct duty *d)
{
    struct fault f = {};
    if (forgetting_looks(d)) return scribe_look_take(c, d);
    struct reply *r = scribe_reply(c);
    r->checkpointed = true;
    const status s = scribe_do_duty(c, d, NULL, r, &f);
    if (s.code != E_OK && !duty_is_refusal(s)) {
        *c->scribe->fault = f;
        return s;
    }
    if (s.code != E_OK) scribe_refuse(r, s, &f);
    c->waiting++;
    scribe_answer_now(c);
    return OK;
}
