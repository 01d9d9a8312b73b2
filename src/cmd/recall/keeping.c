/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/recall/keeping.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/space.h"
#include "os/clock.h"
#include "os/worker.h"
#include "serve/link.h"
#include "view/snapshots.h"
#include "base/banned.h"

struct keeping {
    struct node *node; /* borrowed */
    struct loop *loop; /* borrowed */
    struct keeping_calls calls;
    uint64_t timer;
    bool is_begun;
    uint64_t ask;        /* the newest; answers to older ones are left lying */
    bool is_asked;       /* and not answered in full */
    uint64_t kept;       /* records of the front below this number are in a snapshot */
    bool is_stale;       /* what was erased since is not in one */
    struct writer state; /* owned: parts so far; the worker's while it writes */
    struct snapshot_head head;
    struct worker *worker; /* NULL: nothing is being written */
    status written;
    struct fault fault; /* of writing */
    bool has_told;      /* that the last one could not be written */
};

static void state_drop(struct keeping *k)
{
    if (k->state.at != NULL) bytes_wipe(k->state.at, k->state.len);
    free(k->state.at);
    k->state = (struct writer){};
}

/* One line, until one is written again. */
static void skip(struct keeping *k, status why, const struct fault *f)
{
    state_drop(k);
    k->is_asked = false;
    k->is_stale = true;
    if (k->has_told) return;
    k->has_told = true;
    command_fail(status_exit(why), "serve: no snapshot of the judge's state: %s",
                 f->text[0] != '\0' ? f->text : status_text(why));
}

/* ---- writing ---- */

static void write_state(void *with)
{
    struct keeping *k = with;
    k->written = snapshots_save(&k->node->store, k->head, writer_slice(&k->state), &k->fault);
}

static void state_written(void *with)
{
    struct keeping *k = with;
    worker_free(k->worker);
    k->worker = NULL;
    state_drop(k);
    if (k->written.code != E_OK) {
        skip(k, k->written, &k->fault);
        return;
    }
    k->has_told = false;
}

/* All records below the number are durable: the front has been told so before it answered. */
static status head_make(struct keeping *k, const struct handover_part *m, struct fault *f)
{
    struct node *n = k->node;
    uint64_t index = 0;
    if (m->number > 0) {
        TRY(k->calls.find(k->calls.self, m->number - 1, &index));
        index++;
    }
    k->head = (struct snapshot_head){ .index = index, .rules = m->rules };
    if (index > node_sequenced(n)) return FAIL(E_VALUE);
    TRY(node_settle(n, f));
    return snapshot_root(n->archive, index, &k->head.root);
}

static void write_begin(struct keeping *k, const struct handover_part *m)
{
    struct fault f = {};
    status s = space_check(k->node, &f);
    if (s.code == E_OK) s = head_make(k, m, &f);
    k->fault = (struct fault){};
    if (s.code == E_OK) s = worker_start(k->loop, write_state, state_written, k, &k->worker, &f);
    if (s.code != E_OK) {
        skip(k, s, &f);
        return;
    }
    k->is_asked = false;
    k->is_stale = false;
    k->kept = m->number;
}

/* ---- gathering ---- */

static status send_ask(struct keeping *k, uint16_t type, struct handover_ask m, struct fault *f)
{
    uint8_t room[16];
    struct writer w = writer_of(room, sizeof room);
    handover_ask_write(m, &w);
    return k->calls.send(k->calls.self, type, writer_slice(&w), f);
}

static status ask(struct keeping *k, bool at_end, struct fault *f)
{
    state_drop(k);
    k->is_asked = true;
    return send_ask(k, LINK_STATE_ASK, (struct handover_ask){ ++k->ask, at_end }, f);
}

static bool is_first(const struct keeping *k)
{
    return k->state.at == NULL;
}

/* Room for all parts, once the first says how many bytes follow it. */
static status gather(struct keeping *k, const struct handover_part *m)
{
    if (is_first(k)) {
        if (m->left > SNAPSHOT_STATE_BYTES_MAX) return FAIL(E_LIMIT);
        const size_t cap = m->bytes.len + (size_t)m->left;
        k->state = writer_of(malloc(cap), cap);
        if (k->state.at == NULL) return FAIL(E_NOMEM);
    }
    writer_bytes(&k->state, m->bytes);
    TRY(writer_end(&k->state));
    return m->left == k->state.cap - k->state.len ? OK : FAIL(E_VALUE);
}

status keeping_take(struct keeping *k, slice payload, struct fault *f)
{
    struct handover_part m = {};
    TRY(handover_part_parse(payload, &m));
    if (!k->is_asked || m.ask != k->ask) return OK; /* of before an erasure, or a newer question */
    if (is_first(k) && m.bytes.len == 0) {          /* there is no state */
        k->is_asked = false;
        return OK;
    }
    const status gathered = gather(k, &m);
    if (gathered.code == E_NOMEM) {
        skip(k, gathered, &(struct fault){});
        return OK;
    }
    TRY(gathered);
    if (m.left > 0) return send_ask(k, LINK_STATE_MORE, (struct handover_ask){ k->ask, false }, f);
    write_begin(k, &m);
    return OK;
}

/* ---- when ---- */

static void plan(struct keeping *k);

static bool is_new(const struct keeping *k)
{
    return k->is_stale || k->calls.next_number(k->calls.self) != k->kept;
}

static void time_is_up(void *with)
{
    struct keeping *k = with;
    struct fault f = {};
    k->timer = 0;
    if (is_new(k) && !k->is_asked && k->worker == NULL) {
        ignore(ask(k, false, &f), "a front that is gone is noticed elsewhere");
    }
    plan(k);
}

static void plan(struct keeping *k)
{
    const int64_t at_ns =
        loop_now_ns(k->loop) + (int64_t)k->node->config.snapshot_s * CLOCK_NS_PER_S;
    ignore(loop_at(k->loop, at_ns, time_is_up, k, &k->timer), "the end takes one still");
}

void keeping_begin(struct keeping *k)
{
    if (k->node->config.snapshot_s == 0 || node_is_read_only(k->node) || k->is_begun) return;
    k->is_begun = true;
    plan(k);
}

status keeping_last(struct keeping *k, struct fault *f)
{
    if (!k->is_begun || !is_new(k)) return OK;
    loop_cancel(k->loop, k->timer);
    k->timer = 0;
    worker_free(k->worker); /* one at a time */
    k->worker = NULL;
    return ask(k, true, f);
}

status keeping_now(struct keeping *k, struct fault *f)
{
    return k->is_begun && k->worker == NULL ? ask(k, false, f) : OK;
}

void keeping_drop(struct keeping *k)
{
    worker_free(k->worker);
    k->worker = NULL;
    state_drop(k);
    k->is_asked = false;
    k->is_stale = true;
}

/* ---- start and end ---- */

status keeping_new(struct node *n, struct loop *loop, const struct keeping_calls *calls,
                   struct keeping **ret_keeping)
{
    struct keeping *k = calloc(1, sizeof *k);
    if (k == NULL) return FAIL(E_NOMEM);
    *k = (struct keeping){ .node = n, .loop = loop, .calls = *calls };
    k->is_stale = true;
    *ret_keeping = k;
    return OK;
}

void keeping_free(struct keeping *k)
{
    if (k == NULL) return;
    loop_cancel(k->loop, k->timer);
    if (k->worker != NULL) { /* the last one: the loop does not hear of it any more */
        worker_free(k->worker);
        if (k->written.code != E_OK) skip(k, k->written, &k->fault);
    }
    state_drop(k);
    free(k);
}
