/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner's thread fills the slots (source.h); what it found out of the file at hand is in struct
 * cutting. A piece that may be read by itself carries all that is needed; pieces of a file that may
 * not be cut share a serial, and each waits for the one before it.
 */
#include "cmd/detect/feed.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/detect/pool.h"
#include "intake/plan.h"
#include "lib/json.h"
#include "os/walk.h"
#include "serve/replay.h"
#include "base/banned.h"

enum { SLOTS_PER_THREAD = 2, SLOTS_MORE = 2 };

/* A file that is read from its start to its end, by whichever thread has its next piece. */
struct serial {
    struct intake *intake; /* owned */
    uint8_t *window;       /* owned, INTAKE_WINDOW_BYTES and padding */
    size_t len;            /* of the window, not taken yet */
    bool is_given_up;      /* an event was too long to go on */
};

/* What a slot holds. */
struct piece {
    char path[WALK_PATH_MAX + 1];
    uint8_t *data; /* owned, INTAKE_WINDOW_BYTES and padding; made when first needed */
    size_t len;
    struct intake_plan plan;
    struct intake_position before;
    struct serial *serial;  /* NULL: read by itself */
    bool is_first, is_last; /* of the serial, which the last one owns */
    bool is_recorded;       /* data is events of a log */
    bool has_fault;         /* of the file, behind the events of this piece */
    struct fault fault;
    uint64_t events, faults;
};

/* The file that is being cut. */
struct cutting {
    bool is_open;
    bool is_told; /* the plan is known */
    struct intake_plan plan;
    struct intake_position before; /* of the piece that is being filled */
    struct serial *serial;         /* owned until its last piece is given */
    size_t slot;                   /* that is being filled */
};

struct feed {
    struct feed_config config;
    struct source source;
    struct pool *pool;
    struct piece *pieces;    /* owned, with their data: a piece per slot */
    struct intake **intakes; /* owned: a reader per thread */
    struct cutting cut;
    struct feed_counts counts;
};

size_t feed_slots(size_t threads)
{
    return SLOTS_PER_THREAD * threads + SLOTS_MORE;
}

/* ---- reading, by any thread ---- */

static status event_found(struct feed *f, size_t thread, size_t slot, const struct event *event,
                          const struct input_place *place)
{
    f->pieces[slot].events++;
    return f->config.reader.on_event(f->config.reader.with, thread, slot, event, place);
}

static status fault_found(struct feed *f, size_t thread, size_t slot,
                          const struct input_place *place, const struct fault *fault)
{
    f->pieces[slot].faults++;
    return f->config.reader.on_fault(f->config.reader.with, thread, slot, place, fault);
}

static status drain(struct feed *f, struct intake *in, size_t thread, size_t slot)
{
    struct event event = {};
    struct fault fault = {};
    struct input_place place = { .path = f->pieces[slot].path };
    for (;;) {
        switch (intake_next(in, &event, &place.at, &fault)) {
        case INTAKE_EVENT:
            TRY(event_found(f, thread, slot, &event, &place));
            break;
        case INTAKE_FAULT:
            TRY(fault_found(f, thread, slot, &place, &fault));
            break;
        case INTAKE_MORE:
        case INTAKE_END:
            return OK;
        }
    }
}

static status read_alone(struct feed *f, size_t thread, size_t slot)
{
    const struct piece *p = &f->pieces[slot];
    struct intake *in = f->intakes[thread];
    intake_begin_at(in, &p->plan, f->config.year, &p->before);
    intake_data(in, (slice){ p->data, p->len }, true);
    return drain(f, in, thread, slot);
}

/* The window is full and nothing of it could be taken. */
static status give_up(struct feed *f, size_t thread, size_t slot)
{
    struct fault fault = {};
    const struct input_place place = { .path = f->pieces[slot].path };
    f->pieces[slot].serial->is_given_up = true;
    ignore(fault_set(&fault, FAIL(E_LIMIT), "an event is too long; the rest of the file is left"),
           "it is told, not returned");
    return fault_found(f, thread, slot, &place, &fault);
}

static status read_serial(struct feed *f, size_t thread, size_t slot)
{
    const struct piece *p = &f->pieces[slot];
    struct serial *s = p->serial;
    if (p->is_first) intake_begin_at(s->intake, &p->plan, f->config.year, &p->before);
    for (size_t at = 0; !s->is_given_up;) {
        const size_t room = INTAKE_WINDOW_BYTES - s->len;
        const size_t len = room < p->len - at ? room : p->len - at;
        if (room == 0) return give_up(f, thread, slot);
        bytes_copy(s->window + s->len, room, (slice){ p->data + at, len });
        s->len += len;
        at += len;
        intake_data(s->intake, (slice){ s->window, s->len }, p->is_last && at == p->len);
        TRY(drain(f, s->intake, thread, slot));
        const size_t taken = intake_taken(s->intake);
        bytes_move(s->window, INTAKE_WINDOW_BYTES, s->window + taken, s->len - taken);
        s->len -= taken;
        if (at == p->len) break;
    }
    return OK;
}

/* Events of a log; those without a time of their own happened when they arrived. */
static status read_recorded(struct feed *f, size_t thread, size_t slot)
{
    const struct piece *p = &f->pieces[slot];
    struct cursor c = cursor_of((slice){ p->data, p->len });
    struct input_place place = { .path = p->path };
    while (cursor_left(&c) > 0) {
        struct recorded recorded = {};
        struct event event = {};
        TRY(replay_event_take(&c, &recorded));
        place.at.record = recorded.index;
        struct reading reading = reading_of(f->intakes[thread], &recorded);
        while (reading_next(&reading, &event)) {
            if (!event.has_time) event.time_ns = recorded.arrived_ns;
            event.has_time = true;
            TRY(event_found(f, thread, slot, &event, &place));
        }
    }
    return OK;
}

static status work(void *with, size_t thread, size_t slot)
{
    struct feed *f = with;
    const struct piece *p = &f->pieces[slot];
    const struct input_place place = { .path = p->path };
    if (p->is_recorded) {
        TRY(read_recorded(f, thread, slot));
    } else if (p->serial != NULL) {
        TRY(read_serial(f, thread, slot));
    } else if (p->plan.format != INTAKE_AUTO) {
        TRY(read_alone(f, thread, slot));
    }
    return p->has_fault ? fault_found(f, thread, slot, &place, &p->fault) : OK;
}

static void serial_free(struct serial *s)
{
    if (s == NULL) return;
    intake_free(s->intake);
    free(s->window);
    free(s);
}

static status turn(void *with, size_t slot)
{
    struct feed *f = with;
    struct piece *p = &f->pieces[slot];
    f->counts.events += p->events;
    f->counts.faults += p->faults;
    if (p->is_last) serial_free(p->serial);
    p->serial = NULL;
    return f->config.reader.on_turn(f->config.reader.with, slot);
}

/* ---- cutting, by the owner's thread ---- */

/* A fresh piece of the file of that path, which may be that of another piece. */
static status piece_take(struct feed *f, const char *path, size_t *ret_slot)
{
    size_t slot = 0;
    TRY(pool_take(f->pool, &slot));
    struct piece *p = &f->pieces[slot];
    uint8_t *data = p->data;
    if (data == NULL) data = malloc(INTAKE_WINDOW_BYTES + JSON_PADDING_BYTES);
    if (data == NULL) return FAIL(E_NOMEM);
    p->data = data;
    p->len = 0;
    p->plan = (struct intake_plan){};
    p->serial = NULL;
    p->is_first = p->is_last = p->is_recorded = p->has_fault = false;
    p->events = p->faults = 0;
    const size_t len = strnlen(path, WALK_PATH_MAX);
    bytes_copy(p->path, WALK_PATH_MAX, (slice){ (const uint8_t *)path, len });
    p->path[len] = 0;
    *ret_slot = slot;
    return OK;
}

static status on_begin(void *with, const char *path)
{
    struct feed *f = with;
    f->cut = (struct cutting){ .is_open = true };
    return piece_take(f, path, &f->cut.slot);
}

/* Up to a piece, and beyond only where no cut was found in that. */
static status on_room(void *with, struct writer *ret_room)
{
    const struct feed *f = with;
    const struct piece *p = &f->pieces[f->cut.slot];
    const size_t cap = p->len < FEED_PIECE_BYTES ? FEED_PIECE_BYTES : INTAKE_WINDOW_BYTES;
    *ret_room = writer_of(p->data + p->len, cap - p->len);
    return OK;
}

/* From here on the file is read from its start to its end. */
static status serial_start(struct feed *f)
{
    struct serial *s = calloc(1, sizeof *s);
    if (s == NULL) return FAIL(E_NOMEM);
    f->cut.serial = s;
    s->intake = intake_new(f->config.routes);
    s->window = malloc(INTAKE_WINDOW_BYTES + JSON_PADDING_BYTES);
    f->pieces[f->cut.slot].is_first = true;
    return s->intake == NULL || s->window == NULL ? FAIL(E_NOMEM) : OK;
}

/* The first len bytes of the slot that is being filled are a piece; the others begin the next. */
static status give(struct feed *f, size_t len, bool last)
{
    struct cutting *c = &f->cut;
    struct piece *p = &f->pieces[c->slot];
    const size_t more = p->len - len;
    p->len = len;
    p->plan = c->plan;
    p->before = c->before;
    p->serial = c->serial;
    p->is_last = last;
    if (c->serial == NULL && !last) intake_count(&c->plan, (slice){ p->data, len }, &c->before);
    const bool after_previous = c->serial != NULL && !p->is_first;
    pool_give(f->pool, after_previous);
    if (last) {
        c->serial = NULL;
        c->is_open = false;
        return OK;
    }
    TRY(piece_take(f, p->path, &c->slot));
    struct piece *next = &f->pieces[c->slot];
    bytes_copy(next->data, INTAKE_WINDOW_BYTES, (slice){ p->data + len, more });
    next->len = more;
    return OK;
}

/* How much of the slot may be given now; 0: wait for more. */
static status find_cut(struct feed *f, bool is_waiting, size_t *ret_len)
{
    struct cutting *c = &f->cut;
    const struct piece *p = &f->pieces[c->slot];
    *ret_len = 0;
    if (p->len < FEED_PIECE_BYTES && !is_waiting) return OK;
    if (c->serial == NULL) {
        *ret_len = intake_cut_at(&c->plan, c->before.offset, (slice){ p->data, p->len });
        const bool wait = c->plan.cut != INTAKE_CUT_NOWHERE && p->len < INTAKE_WINDOW_BYTES;
        if (*ret_len > 0 || wait) return OK;
        TRY(serial_start(f)); /* it may not be cut, or not for a window's length */
    }
    *ret_len = p->len;
    return OK;
}

static status on_filled(void *with, size_t len, bool is_waiting, bool last)
{
    struct feed *f = with;
    struct cutting *c = &f->cut;
    struct piece *p = &f->pieces[c->slot];
    size_t piece_len = 0;
    p->len += len;
    if (!c->is_told) {
        const slice start = { p->data, p->len };
        c->is_told = intake_plan_of(start, last, f->config.format, &c->plan);
    }
    if (last) return give(f, p->len, true);
    if (!c->is_told) return OK;
    TRY(find_cut(f, is_waiting, &piece_len));
    if (piece_len > 0) TRY(give(f, piece_len, false));
    if (is_waiting) pool_help(f->pool);
    return OK;
}

static status on_source_fault(void *with, const char *path, const struct fault *fault)
{
    struct feed *f = with;
    const bool is_open = f->cut.is_open;
    if (!is_open) TRY(on_begin(f, path));
    f->pieces[f->cut.slot].has_fault = true;
    f->pieces[f->cut.slot].fault = *fault;
    return is_open ? OK : give(f, 0, true);
}

/* ---- */

static status intakes_new(struct feed *f)
{
    for (size_t i = 0; i < f->config.threads; i++) {
        f->intakes[i] = intake_new(f->config.routes);
        if (f->intakes[i] == NULL) return FAIL(E_NOMEM);
    }
    return OK;
}

status feed_new(const struct feed_config *config, struct feed **ret_feed)
{
    const size_t slots = feed_slots(config->threads);
    static_assert(SLOTS_PER_THREAD * FEED_THREADS_MAX + SLOTS_MORE <= (int)POOL_SLOTS_MAX, "");
    assert(config->threads >= 1 && config->threads <= FEED_THREADS_MAX);
    struct feed *f = calloc(1, sizeof *f);
    if (f == NULL) return FAIL(E_NOMEM);
    f->config = *config;
    f->pieces = calloc(slots, sizeof *f->pieces);
    f->intakes = calloc(config->threads, sizeof(struct intake *));
    status s = f->pieces == NULL || f->intakes == NULL ? FAIL(E_NOMEM) : source_init(&f->source);
    f->source.reader = (struct source_reader){ on_begin, on_room, on_filled, on_source_fault, f };
    f->source.progress = config->progress;
    f->source.hash = config->hash;
    if (s.code == E_OK) s = intakes_new(f);
    const struct pool_config pool = { config->threads, slots, work, turn, f };
    if (s.code == E_OK) s = pool_new(&pool, &f->pool);
    if (s.code != E_OK) {
        feed_free(f);
        return s;
    }
    *ret_feed = f;
    return OK;
}

void feed_free(struct feed *f)
{
    if (f == NULL) return;
    pool_free(f->pool); /* first: nobody works afterwards */
    for (size_t i = 0; f->pieces != NULL && i < feed_slots(f->config.threads); i++) {
        struct piece *p = &f->pieces[i];
        if (p->is_last) serial_free(p->serial);
        free(p->data);
    }
    serial_free(f->cut.serial);
    for (size_t i = 0; f->intakes != NULL && i < f->config.threads; i++)
        intake_free(f->intakes[i]);
    source_done(&f->source);
    free(f->pieces);
    free(f->intakes);
    free(f);
}

status feed_path(struct feed *f, const char *path, struct fault *fault)
{
    f->cut.is_open = false;
    return source_path(&f->source, path, fault);
}

status feed_recorded(struct feed *f, const char *path, slice events)
{
    size_t slot = 0;
    assert(events.len <= INTAKE_WINDOW_BYTES);
    TRY(piece_take(f, path, &slot));
    struct piece *p = &f->pieces[slot];
    bytes_copy(p->data, INTAKE_WINDOW_BYTES, events);
    p->len = events.len;
    p->is_recorded = true;
    f->source.bytes += events.len;
    pool_give(f->pool, false);
    return OK;
}

status feed_end(struct feed *f)
{
    return pool_end(f->pool);
}

status feed_await_turn(struct feed *f, size_t slot)
{
    return pool_await_turn(f->pool, slot);
}

struct feed_counts feed_counts(const struct feed *f)
{
    struct feed_counts counts = f->counts;
    counts.files = f->source.files;
    counts.bytes = f->source.bytes;
    return counts;
}
