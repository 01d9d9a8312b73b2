/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/front_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/front_link_state.h"
#include "cmd/node/sent_before.h"
#include "cmd/node/space.h"
#include "os/socket.h"
#include "base/banned.h"

/* ---- batches ---- */

static status store_batch(struct front_link *l, const struct link_batch *b)
{
    if (node_is_read_only(l->node)) return FAIL(E_DENIED);
    const bool expected = b->batch == l->next_batch && b->first_number == l->next_number &&
                          l->pending_count < LINK_SLOTS;
    if (!expected) return FAIL(E_VALUE);
    TRY(shared_copy(&l->slots, (uint64_t)b->slot * LINK_SLOT_BYTES, b->bytes, l->copy));
    struct pending *p = &l->pending[(l->first_pending + l->pending_count) % LINK_SLOTS];
    p->stored = (struct link_stored){ .batch = b->batch };
    TRY(front_batch_take(l, b, &p->stored));
    const struct link_run *last = &p->stored.runs[p->stored.run_count - 1];
    p->size = last->index + last->length;
    l->pending_count++;
    l->next_batch++;
    return OK;
}

static void room_may_be_back(void *with);

static bool has_room(struct front_link *l, struct fault *f)
{
    return l->stopping || space_check(l->node, f).code == E_OK;
}

/* Stores what was held, as far as there is room, and looks again in a moment. */
static status release(struct front_link *l)
{
    struct fault why = {};
    while (l->held_count > 0 && has_room(l, &why)) {
        TRY(store_batch(l, &l->held[l->first_held]));
        l->first_held = (l->first_held + 1) % LINK_SLOTS;
        l->held_count--;
    }
    if (l->held_count == 0) return OK;
    const int64_t next_ns = loop_now_ns(l->loop) + (int64_t)SPACE_LOOK_MS * 1000000;
    return loop_at(l->loop, next_ns, room_may_be_back, l, &l->held_timer);
}

static void room_may_be_back(void *with)
{
    struct front_link *l = with;
    const status s = release(l);
    if (s.code != E_OK) l->calls.failed(l->calls.self, s);
}

/* A full disk holds batches back in their slots; the front, which gets none back, then answers its
 * senders that they should wait. */
static status take_batch(struct front_link *l, slice payload)
{
    struct link_batch b = {};
    struct fault why = {};
    TRY(link_batch_parse(payload, &b));
    if (l->held_count == 0 && has_room(l, &why)) return store_batch(l, &b);
    if (l->held_count == LINK_SLOTS) return FAIL(E_VALUE);
    l->held[(l->first_held + l->held_count) % LINK_SLOTS] = b;
    if (l->held_count++ > 0) return OK;
    command_fail(status_exit(FAIL(E_FULL)), "serve: %s; sources wait", why.text);
    return release(l);
}

/* ---- other messages ---- */

/* People read it: once, and nothing but what can be printed. */
static status take_ready(struct front_link *l, slice payload)
{
    if (l->is_ready) return FAIL(E_DENIED);
    for (size_t i = 0; i < payload.len; i++) {
        if (payload.at[i] < ' ' || payload.at[i] > '~') return FAIL(E_VALUE);
    }
    l->is_ready = true;
    keeping_begin(l->keeping);
    l->calls.ready(l->calls.self, payload);
    if (node_is_read_only(l->node)) return OK;
    return front_link_moved(l, l->fault); /* who repeats what is there waits for nothing new */
}

static status take_activated(struct front_link *l, slice payload)
{
    struct link_activated m = {};
    TRY(link_activated_parse(payload, &m));
    l->calls.activated(l->calls.self, &m);
    return OK;
}

static status send_state(void *self, uint16_t type, slice payload, struct fault *f)
{
    const struct front_link *l = self;
    return frame_send(l->fd, (struct frame){ type, payload }, f);
}

static status take_replay_ask(struct front_link *l, slice payload)
{
    return recalling_ask(&l->recalling, payload, l->is_ready, l->fault);
}

static status take_state_taken(struct front_link *l, slice payload)
{
    return recalling_answer(&l->recalling, payload);
}

static status take_state_part(struct front_link *l, slice payload)
{
    return keeping_take(l->keeping, payload, l->fault);
}

static status find_index(void *self, uint64_t number, uint64_t *ret_index)
{
    const struct front_link *l = self;
    return positions_find(&l->positions, number, ret_index);
}

static uint64_t next_number(void *self)
{
    const struct front_link *l = self;
    return l->next_number;
}

static status take_idle(struct front_link *l, slice)
{
    if (!l->stopping) return fault_set(l->fault, FAIL(E_DENIED), "front: nobody asked it to end");
    l->calls.idle(l->calls.self);
    return OK;
}

static status tell(struct front_link *l, uint16_t type, slice payload, struct fault *f)
{
    return frame_send(l->fd, (struct frame){ type, payload }, f);
}

static status take_ask(struct front_link *l, slice)
{
    uint8_t room[METRICS * METRIC_SLOTS * 8 + 2];
    struct writer w = writer_of(room, sizeof room);
    struct metrics m = {};
    l->calls.numbers(l->calls.self, &m);
    cosigning_numbers(l->cosigning, &m);
    metrics_pack(&m, METRIC_entries, METRIC_memory, &w);
    return tell(l, LINK_NUMBERS, writer_slice(&w), l->fault);
}

static status take_hook_at(struct front_link *l, slice payload)
{
    struct hook_at m = {};
    TRY(hook_at_parse(payload, &m));
    return hook_positions_move(l->node, &l->hooks, &m, l->fault);
}

static status take_cosigned(struct front_link *l, slice payload)
{
    if (l->cosigning == NULL) return FAIL(E_DENIED);
    TRY(cosigning_take(l->cosigning, payload, l->fault));
    return front_link_moved(l, l->fault);
}

void front_link_memory(const struct front_link *l, struct metrics *m)
{
    m->at[METRIC_memory][PROCESS_FRONT] = process_resident_bytes(l->process.pid);
    if (l->has_sender) {
        m->at[METRIC_memory][PROCESS_SENDER] = process_resident_bytes(l->sender.pid);
    }
    if (l->has_gatherer) {
        m->at[METRIC_memory][PROCESS_GATHERER] = process_resident_bytes(l->gatherer.pid);
    }
    m->at[METRIC_memory][PROCESS_READER] = process_resident_bytes(l->reader.pid);
}

static const struct {
    uint16_t type;
    status (*take)(struct front_link *l, slice payload);
} messages[] = {
    { LINK_BATCH, take_batch },
    { LINK_READY, take_ready },
    { LINK_ACTIVATED, take_activated },
    { LINK_IDLE, take_idle },
    { LINK_REPLAY_ASK, take_replay_ask },
    { LINK_ASK, take_ask },
    { LINK_HOOK_AT, take_hook_at },
    { LINK_COSIGNED, take_cosigned },
    { LINK_STATE_TAKEN, take_state_taken },
    { LINK_STATE_PART, take_state_part },
};

static status take_frame(void *with, const struct frame *frame)
{
    struct front_link *l = with;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        if (messages[i].type != frame->type) continue;
        const status s = messages[i].take(l, frame->payload);
        if (s.code == E_OK || l->fault->text[0] != '\0') return s;
        return fault_set(l->fault, s, "front: message %u is malformed", frame->type);
    }
    return fault_set(l->fault, FAIL(E_UNKNOWN), "front: message %u is not known", frame->type);
}

static void front_ready(void *with, unsigned events)
{
    struct front_link *l = with;
    (void)events;
    status s = frame_take(&l->in, l->fd, take_frame, l, l->fault);
    if (s.code == E_OK) return;
    if (s.code == E_CLOSED) s = fault_set(l->fault, s, "the front is gone");
    l->calls.failed(l->calls.self, s);
}

/* The front would say so itself, if it is what it should be. */
static void reader_ended(void *with, unsigned events)
{
    struct front_link *l = with;
    (void)events;
    loop_unwatch(l->loop, l->reader.fd);
    const bool first = frame_fill(&l->in, l->fd, l->fault).code == E_CLOSED; /* and it followed */
    const char *who = first ? "front" : "reader";
    l->calls.failed(l->calls.self, fault_set(l->fault, FAIL(E_CLOSED), "the %s is gone", who));
}

/* ---- to the front ---- */

static status tell_stored(struct front_link *l, const struct link_stored *m, struct fault *f)
{
    uint8_t payload[16 + LINK_RUNS_MAX * 20];
    struct writer w = writer_of(payload, sizeof payload);
    link_stored_write(m, &w);
    return tell(l, LINK_STORED, writer_slice(&w), f);
}

status front_link_moved(struct front_link *l, struct fault *f)
{
    uint8_t payload[24];
    struct writer w = writer_of(payload, sizeof payload);
    const struct link_head head = { committer_sequenced(l->node->committer),
                                    committer_checkpointed(l->node->committer),
                                    cosigning_size(l->cosigning) };
    while (l->pending_count > 0 && l->pending[l->first_pending].size <= head.sequenced) {
        TRY(tell_stored(l, &l->pending[l->first_pending].stored, f));
        l->first_pending = (l->first_pending + 1) % LINK_SLOTS;
        l->pending_count--;
    }
    if (head.sequenced == l->told.sequenced && head.checkpointed == l->told.checkpointed &&
        head.witnessed == l->told.witnessed) {
        return OK;
    }
    l->told = head;
    link_head_write(&head, &w);
    return tell(l, LINK_HEAD, writer_slice(&w), f);
}

status front_link_accounts(struct front_link *l, slice accounts, struct fault *f)
{
    return tell(l, LINK_ACCOUNTS, accounts, f);
}

status front_link_activate(struct front_link *l, const hash *bundle, struct fault *f)
{
    return tell(l, LINK_ACTIVATE, (slice){ bundle->bytes, sizeof bundle->bytes }, f);
}

bool front_link_is_recalling(const struct front_link *l)
{
    return recalling_goes_on(&l->recalling);
}

status front_link_recall(struct front_link *l, struct fault *f)
{
    return recalling_step(&l->recalling, f);
}

status front_link_forget(struct front_link *l, const struct erased_set *set, struct fault *f)
{
    struct writer w = writer_of(l->copy, LINK_SLOT_BYTES);
    TRY(front_link_moved(l, f)); /* so that the front knows where what goes was stored */
    TRY(recalling_forget(&l->recalling, set, &w, f));
    return keeping_now(l->keeping, f);
}

void front_link_drop_state(struct front_link *l)
{
    keeping_drop(l->keeping);
}

status front_link_stop(struct front_link *l, struct fault *f)
{
    l->stopping = true;
    TRY(keeping_last(l->keeping, f));
    return tell(l, LINK_STOP, slice_none(), f);
}

/* ---- start and end ---- */

/* Starts a process of the node that is given these descriptors. */
static status start_role(const char *role, const char *dir, const int *fds, size_t count,
                         struct process *ret_process, struct fault *f)
{
    const char *const arguments[] = { "-P", role, dir, NULL };
    return process_start(arguments, fds, count, ret_process, f);
}

/* A process that speaks to the internet, joined to the front; *ret_fd is the front's end. */
static status start_outbound(const char *role, const char *dir, struct process *ret_process,
                             bool *ret_has, int *ret_fd, struct fault *f)
{
    int ends[2] = { -1, -1 };
    TRY(socket_pair(ends, f));
    const status s = start_role(role, dir, &ends[0], 1, ret_process, f);
    *ret_has = s.code == E_OK;
    close(ends[0]);
    *ret_fd = ends[1];
    return s;
}

/* The sender of webhooks and the gatherer of cosignatures, where they have something to do. */
static status start_others(struct front_link *l, const char *dir, int ret_fds[2], size_t *ret_count,
                           struct fault *f)
{
    if (l->node->config.front.hooks.count > 0) {
        TRY(start_outbound("sender", dir, &l->sender, &l->has_sender, &ret_fds[(*ret_count)++], f));
    }
    if (l->cosigning == NULL) return OK;
    return start_outbound("gatherer", dir, &l->gatherer, &l->has_gatherer, &ret_fds[(*ret_count)++],
                          f);
}

/* The reader and the front, joined by a socket of their own. */
static status start_both(struct front_link *l, const char *dir, int front_end, struct fault *f)
{
    int ends[2] = { -1, -1 };
    int fds[] = { front_end, l->slots.fd, -1, -1, -1 };
    size_t others = 0;
    TRY(socket_pair(ends, f));
    fds[2] = ends[1];
    status s = start_role("reader", dir, &ends[0], 1, &l->reader, f);
    l->has_reader = s.code == E_OK;
    if (s.code == E_OK) s = start_others(l, dir, &fds[3], &others, f);
    if (s.code == E_OK) s = start_role("front", dir, fds, 3 + others, &l->process, f);
    l->has_process = s.code == E_OK && l->has_reader;
    for (size_t i = 0; i < others; i++) {
        if (fds[3 + i] >= 0) close(fds[3 + i]);
    }
    close(ends[0]);
    close(ends[1]);
    return s;
}

static status start_processes(struct front_link *l, const char *dir, struct fault *f)
{
    int ends[2] = { -1, -1 };
    TRY(socket_pair(ends, f));
    l->fd = ends[0];
    const status s = start_both(l, dir, ends[1], f);
    close(ends[1]);
    TRY(s);
    return socket_no_wait(l->fd, f);
}

static status tell_window(void *with, uint64_t source, slice pairs, struct fault *f)
{
    struct front_link *l = with;
    struct writer w = writer_of(l->copy, LINK_SLOT_BYTES);
    writer_u64(&w, source);
    writer_bytes(&w, pairs);
    return tell(l, LINK_WINDOW, writer_slice(&w), f);
}

static status tell_hooks(struct front_link *l, struct fault *f)
{
    uint8_t payload[HOOKS_MAX * 8];
    struct writer w = writer_of(payload, sizeof payload);
    if (!l->has_sender) return OK;
    TRY(hook_positions_load(l->node, archive_size(l->node->archive), &l->hooks, f));
    for (size_t i = 0; i < l->node->config.front.hooks.count; i++)
        writer_u64(&w, l->hooks.next[i]);
    return tell(l, LINK_HOOKS, writer_slice(&w), f);
}

/* What the log's signatures are verified with; empty where the node cannot know it. */
static slice key_of_log(const struct node *n, uint8_t *room, size_t cap)
{
    struct writer w = writer_of(room, cap);
    if (!node_is_read_only(n)) node_write_key(n, &w);
    return w.error == E_OK ? writer_slice(&w) : slice_none();
}

static status greet(struct front_link *l, const hash *bundle, slice accounts, struct fault *f)
{
    uint8_t payload[64 + LINK_KEY_BYTES_MAX];
    uint8_t key[LINK_KEY_BYTES_MAX];
    struct writer w = writer_of(payload, sizeof payload);
    const struct link_hello hello = { l->next_number, *bundle, node_is_read_only(l->node),
                                      key_of_log(l->node, key, sizeof key) };
    struct accounts table = {};
    link_hello_write(&hello, &w);
    TRY(tell(l, LINK_HELLO, writer_slice(&w), f));
    TRY(accounts_read(accounts, &table, f));
    TRY(tell_hooks(l, f));
    const status told = sent_before(l->node, &table, tell_window, l, f);
    accounts_done(&table);
    TRY(told);
    return front_link_accounts(l, accounts, f);
}

static status prepare(struct front_link *l, struct fault *f)
{
    TRY(cosigning_open(l->node, &l->cosigning, f));
    l->copy = malloc(LINK_SLOT_BYTES);
    l->evidence = malloc(VALUE_BYTES_MAX);
    if (l->copy == NULL || l->evidence == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(frame_input_init(&l->in, LINK_PAYLOAD_MAX));
    TRY(positions_init(&l->positions, l->next_number));
    const struct keeping_calls calls = { l, send_state, find_index, next_number };
    TRY(keeping_new(l->node, l->loop, &calls, &l->keeping));
    return shared_new((size_t)LINK_SLOTS * LINK_SLOT_BYTES, &l->slots, f);
}

status front_link_start(struct node *node, const char *dir, const hash *bundle, slice accounts,
                        struct loop *loop, const struct front_link_calls *calls,
                        struct front_link **ret_link, struct fault *f)
{
    struct front_link *l = calloc(1, sizeof *l);
    if (l == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    l->node = node;
    l->loop = loop;
    l->calls = *calls;
    l->fault = f;
    l->fd = -1;
    l->next_number = archive_size(node->archive);
    l->recalling =
        (struct recalling){ .node = node,
                            .order = { .rules = *bundle, .self = l, .send = send_state } };
    status s = prepare(l, f);
    if (s.code == E_OK) s = start_processes(l, dir, f);
    if (s.code == E_OK) s = greet(l, bundle, accounts, f);
    if (s.code == E_OK) s = loop_watch(loop, l->fd, LOOP_READ, front_ready, l, f);
    if (s.code == E_OK) s = loop_watch(loop, l->reader.fd, LOOP_READ, reader_ended, l, f);
    if (s.code != E_OK) {
        front_link_free(l);
        return s;
    }
    *ret_link = l;
    return OK;
}

void front_link_free(struct front_link *l)
{
    struct process_end end = {};
    struct fault unused;
    if (l == NULL) return;
    loop_cancel(l->loop, l->held_timer);
    if (l->has_reader) loop_unwatch(l->loop, l->reader.fd);
    if (l->fd >= 0) {
        loop_unwatch(l->loop, l->fd);
        close(l->fd);
    }
    if (l->has_process) ignore(process_wait(&l->process, &end, &unused), "it ends with its socket");
    if (l->has_sender) {
        ignore(hook_positions_save(l->node, &l->hooks, &unused), "it is sent again then");
        ignore(process_wait(&l->sender, &end, &unused), "it ends with the front");
    }
    if (l->has_gatherer) {
        ignore(process_wait(&l->gatherer, &end, &unused), "it ends with the front");
    }
    cosigning_free(l->cosigning);
    if (l->has_reader) ignore(process_wait(&l->reader, &end, &unused), "it ends with the front");
    recalling_done(&l->recalling);
    keeping_free(l->keeping);
    frame_input_done(&l->in);
    positions_done(&l->positions);
    shared_done(&l->slots);
    free(l->copy);
    free(l->evidence);
    free(l);
}
