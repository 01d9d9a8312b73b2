/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/outbox.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/frame.h"
#include "serve/positions.h"
#include "base/banned.h"

/* A batch that waits for a slot. */
/* A batch that waits for a slot, or a message behind one. */
struct waiting {
    uint16_t type;          /* of the message; 0: a batch */
    struct batch_out batch; /* bytes are owned */
    struct waiting *next;
};

struct outbox {
    int fd;
    const struct shared *slots;
    struct waiting *first, *last;
    size_t waiting_bytes;
    uint64_t sent;                        /* batches; the next one's name */
    uint64_t stored;                      /* batches; they come back in order */
    uint64_t next_number;                 /* behind everything pushed */
    uint64_t stored_through;              /* numbers below are durable */
    struct batch_out in_slot[LINK_SLOTS]; /* without bytes: batch n is in slot n % LINK_SLOTS */
    struct positions positions;
    struct ticket *oldest, *newest;
    struct link_head head;
    bool is_hurrying; /* nobody waits for witnesses */
};

status outbox_new(int fd, const struct shared *slots, uint64_t next_number,
                  struct outbox **ret_outbox)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (o == NULL) return FAIL(E_NOMEM);
    o->fd = fd;
    o->slots = slots;
    o->next_number = next_number;
    o->stored_through = next_number;
    const status s = positions_init(&o->positions, next_number);
    if (s.code != E_OK) {
        outbox_free(o);
        return s;
    }
    *ret_outbox = o;
    return OK;
}

void outbox_free(struct outbox *o)
{
    if (o == NULL) return;
    while (o->first != NULL) {
        struct waiting *w = o->first;
        o->first = w->next;
        free(w->batch.bytes);
        free(w);
    }
    positions_done(&o->positions);
    free(o);
}

static status send(struct outbox *o, const struct batch_out *batch, struct fault *f)
{
    uint8_t payload[64];
    struct writer w = writer_of(payload, sizeof payload);
    const uint32_t slot = (uint32_t)(o->sent % LINK_SLOTS);
    const struct link_batch m = { .batch = o->sent,
                                  .slot = slot,
                                  .bytes = (uint32_t)batch->len,
                                  .records = batch->records,
                                  .first_number = batch->first_number };
    bytes_copy(o->slots->bytes + (size_t)slot * LINK_SLOT_BYTES, LINK_SLOT_BYTES,
               (slice){ batch->bytes, batch->len });
    link_batch_write(&m, &w);
    o->in_slot[slot] = *batch;
    o->in_slot[slot].bytes = NULL;
    o->sent++;
    return frame_send(o->fd, (struct frame){ LINK_BATCH, writer_slice(&w) }, f);
}

/* Moves what waits into the slots that are free. A message needs none. */
static status pump(struct outbox *o, struct fault *f)
{
    while (o->first != NULL && (o->first->type != 0 || o->sent - o->stored < LINK_SLOTS)) {
        struct waiting *w = o->first;
        const slice payload = { w->batch.bytes, w->batch.len };
        const status s = w->type != 0 ? frame_send(o->fd, (struct frame){ w->type, payload }, f)
                                      : send(o, &w->batch, f);
        o->first = w->next;
        if (o->first == NULL) o->last = NULL;
        o->waiting_bytes -= w->batch.len;
        free(w->batch.bytes);
        free(w);
        TRY(s);
    }
    return OK;
}

static status wait_in_line(struct outbox *o, uint16_t type, const struct batch_out *batch,
                           struct fault *f)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (w == NULL) {
        free(batch->bytes);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    *w = (struct waiting){ .type = type, .batch = *batch };
    if (o->last != NULL) {
        o->last->next = w;
    } else {
        o->first = w;
    }
    o->last = w;
    o->waiting_bytes += batch->len;
    return pump(o, f);
}

status outbox_push(struct outbox *o, const struct batch_out *batch, struct fault *f)
{
    o->next_number = batch->first_number + batch->records;
    return wait_in_line(o, 0, batch, f);
}

status outbox_say(struct outbox *o, uint16_t type, slice payload, struct fault *f)
{
    uint8_t *copy = malloc(payload.len + 1);
    if (copy == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    bytes_copy(copy, payload.len, payload);
    return wait_in_line(o, type, &(struct batch_out){ .bytes = copy, .len = payload.len }, f);
}

/* Looks up the indices of a ticket whose records are all stored. One that is too old to be looked
 * up has been stored all the same. */
static void resolve(struct outbox *o, struct ticket *t)
{
    if (t->is_stored || t->last_number >= o->stored_through) return;
    t->is_stored = true;
    t->has_indices = positions_find(&o->positions, t->first_number, &t->first_index).code == E_OK &&
                     positions_find(&o->positions, t->last_number, &t->last_index).code == E_OK;
}

static bool is_done(const struct outbox *o, const struct ticket *t)
{
    if (!t->is_stored || !t->has_indices || t->level == ACCOUNT_SEQUENCED) return t->is_stored;
    const bool witnessed = t->level == ACCOUNT_WITNESSED && !o->is_hurrying;
    return t->last_index < (witnessed ? o->head.witnessed : o->head.checkpointed);
}

/* Calls and forgets every ticket that has what it waits for; done may add others. */
static void call_done(struct outbox *o)
{
    struct ticket *t = o->oldest;
    while (t != NULL) {
        struct ticket *next = t->next;
        if (is_done(o, t)) {
            outbox_forget(o, t);
            t->done(t->with, t);
        }
        t = next;
    }
}

/* Whether the runs are exactly the records of the batch, in order. */
static bool runs_fit(const struct batch_out *batch, const struct link_stored *m)
{
    uint64_t next = batch->first_number;
    for (size_t i = 0; i < m->run_count; i++) {
        if (m->runs[i].number != next) return false;
        next += m->runs[i].length;
    }
    return next == batch->first_number + batch->records;
}

status outbox_stored(struct outbox *o, const struct link_stored *m, struct fault *f)
{
    const struct batch_out *batch = &o->in_slot[o->stored % LINK_SLOTS];
    if (m->batch != o->stored || o->stored == o->sent || !runs_fit(batch, m)) {
        return fault_set(f, FAIL(E_VALUE), "the scribe answers a batch that it was not sent");
    }
    o->stored++;
    o->stored_through = batch->first_number + batch->records;
    for (size_t i = 0; i < m->run_count; i++)
        positions_note_run(&o->positions, m->runs[i].number, m->runs[i].index, m->runs[i].length);
    for (struct ticket *t = o->oldest; t != NULL; t = t->next)
        resolve(o, t);
    call_done(o);
    return pump(o, f);
}

void outbox_head(struct outbox *o, const struct link_head *m)
{
    o->head = *m;
    call_done(o);
}

void outbox_wait(struct outbox *o, struct ticket *t)
{
    t->is_stored = false;
    t->next = NULL;
    if (o->newest != NULL) {
        o->newest->next = t;
    } else {
        o->oldest = t;
    }
    o->newest = t;
    resolve(o, t);
    if (t->is_stored) call_done(o);
}

void outbox_lower(struct outbox *o, struct ticket *t, uint8_t level)
{
    t->level = level;
    call_done(o);
}

void outbox_hurry(struct outbox *o)
{
    o->is_hurrying = true;
    call_done(o);
}

void outbox_forget(struct outbox *o, struct ticket *t)
{
    struct ticket **at = &o->oldest;
    struct ticket *before = NULL;
    while (*at != NULL && *at != t) {
        before = *at;
        at = &(*at)->next;
    }
    if (*at == NULL) return;
    *at = t->next;
    if (o->newest == t) o->newest = before;
}

uint64_t outbox_stored_through(const struct outbox *o)
{
    return o->stored_through;
}

struct link_head outbox_log_head(const struct outbox *o)
{
    return o->head;
}

const struct positions *outbox_positions(const struct outbox *o)
{
    return &o->positions;
}

size_t outbox_bytes(const struct outbox *o)
{
    return o->waiting_bytes;
}

bool outbox_is_idle(const struct outbox *o)
{
    return o->first == NULL && o->sent == o->stored && o->oldest == NULL;
}
