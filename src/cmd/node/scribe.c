/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/scribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/failure.h"
#include "cmd/node/scribe_state.h"
#include "cmd/node/space.h"
#include "os/clock.h"
#include "os/dir.h"
#include "os/notify.h"
#include "os/socket.h"
#include "serve/center/center.h"
#include "serve/rule_pack.h"
#include "view/snapshots.h"
#include "base/banned.h"

void scribe_drop(struct client *c)
{
    if (c->fd < 0) return;
    loop_unwatch(c->scribe->loop, c->fd);
    if (c->scribe->keys_copier == c) c->scribe->keys_copier = NULL;
    scribe_look_drop(c);
    close(c->fd);
    frame_input_done(&c->in);
    c->fd = -1;
    c->waiting = 0;
}

/* The log has failed: nothing more can be promised to anybody. */
void scribe_fail(struct scribe *s, status why)
{
    if (s->failed.code == E_OK) s->failed = why;
}

static status reply_send(struct client *c, const struct reply *r)
{
    struct scribe *s = c->scribe;
    struct fault unused;
    const struct control_answers m = { r->refused, writer_slice(&r->answers) };
    if (r->is_refusal) {
        const struct frame no = { CONTROL_REFUSED, m.answers };
        return frame_send(c->fd, no, &unused);
    }
    s->payload = writer_of(s->payload.at, s->payload.cap);
    control_answers_write(&m, &s->payload);
    TRY(writer_end(&s->payload));
    const struct frame frame = { CONTROL_ANSWERS, writer_slice(&s->payload) };
    return frame_send(c->fd, frame, &unused);
}

/* Sends every reply of the client that the log has reached. */
void scribe_answer(struct client *c, uint64_t sequenced, uint64_t checkpointed)
{
    while (c->fd >= 0 && c->waiting > 0) {
        const struct reply *r = &c->replies[c->first];
        if (r->size > (r->checkpointed ? checkpointed : sequenced)) return;
        c->first = (c->first + 1) % CONTROL_IN_FLIGHT_MAX;
        c->waiting--;
        if (reply_send(c, r).code != E_OK) scribe_drop(c); /* it is gone; its records stay */
    }
}

static void answer_all(struct scribe *s)
{
    if (node_is_read_only(&s->node)) return; /* every answer was a no */
    const uint64_t sequenced = committer_sequenced(s->node.committer);
    const uint64_t checkpointed = committer_checkpointed(s->node.committer);
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        scribe_answer(&s->clients[i], sequenced, checkpointed);
    }
}

struct reply *scribe_reply(struct client *c)
{
    struct reply *r = &c->replies[(c->first + c->waiting) % CONTROL_IN_FLIGHT_MAX];
    *r = (struct reply){ .answers = writer_of(r->answers.at, r->answers.cap) };
    return r;
}

void scribe_answer_now(struct client *c)
{
    struct committer *log = c->scribe->node.committer;
    scribe_answer(c, committer_sequenced(log), committer_checkpointed(log));
}

static status take_append(struct client *c, const struct control_append *m)
{
    struct scribe *s = c->scribe;
    struct ingested done = {};
    struct fault no_room = {};
    struct reply *r = scribe_reply(c);
    const status room = space_check(&s->node, &no_room);
    r->checkpointed = m->checkpointed;
    if (room.code != E_OK) {
        scribe_refuse(r, room, &no_room);
        c->waiting++;
        scribe_answer_now(c);
        return OK;
    }
    TRY(decide_append(&s->ingest, &s->deciding, m, &r->answers, &done, s->fault));
    r->size = done.size;
    r->refused = done.refused;
    c->waiting++;
    scribe_answer_now(c); /* where all was refused, nothing is waited for */
    return OK;
}

/* ---- the front ---- */

static status finish_activation(struct scribe *s, struct reply *r, const struct link_activated *m)
{
    struct fault why = {};
    if (m->why.len != 0) {
        const status refused =
            fault_set(&why, FAIL(E_VALUE), "%.*s", (int)m->why.len, (const char *)m->why.at);
        scribe_refuse(r, refused, &why);
        return OK;
    }
    front_link_drop_state(s->front);
    TRY(snapshots_forget(&s->node.store, s->fault)); /* of rules that judge no more */
    TRY(change_activated(&s->node, &m->bundle, m->rules, m->refused, &r->answers, s->fault));
    r->size = archive_size(s->node.archive);
    return OK;
}

static void on_activated(void *self, const struct link_activated *m)
{
    struct scribe *s = self;
    const bool asked =
        s->activating != NULL &&
        bytes_equal(m->bundle.bytes, s->activating_bundle.bytes, sizeof m->bundle.bytes);
    if (!asked) {
        scribe_fail(
            s, fault_set(s->fault, FAIL(E_VALUE), "front: it activates what nobody asked for"));
        return;
    }
    const status done = finish_activation(s, s->activating, m);
    s->activating = NULL;
    if (done.code != E_OK) scribe_fail(s, done);
    answer_all(s);
}

/* The service manager hears how far the node is; one that does not listen changes nothing. */
static void tell_manager(const char *text)
{
    struct fault f = {};
    const status said = notify_manager(text, &f);
    if (said.code != E_OK) command_fail(status_exit(said), "serve: %s", f.text);
}

static status on_erased(void *self, const struct erased_set *set, struct fault *f)
{
    struct scribe *s = self;
    indexing_forget(&s->indexing);
    return front_link_forget(s->front, set, f);
}

/* Sources that are missed, now and again. */
static void look_at_sources(void *self)
{
    struct scribe *s = self;
    const int64_t next_ns = loop_now_ns(s->loop) + (int64_t)HEARD_LOOK_MS * CLOCK_NS_PER_MS;
    status looked = heard_look(&s->heard, s->fault);
    if (looked.code == E_OK) {
        looked = loop_at(s->loop, next_ns, look_at_sources, s, &s->heard_timer);
    }
    if (looked.code != E_OK) scribe_fail(s, looked);
}

static status on_event(void *self, const struct record *record, const struct link_item *item)
{
    struct scribe *s = self;
    return heard_event(&s->heard, record, item->is_numbered ? item->source : 0, s->fault);
}

static void on_erasing(void *self)
{
    const struct scribe *s = self;
    front_link_drop_state(s->front);
}

static void on_front_ready(void *self, slice address)
{
    struct scribe *s = self;
    s->heard.listening_ns = clock_real_ns();
    look_at_sources(s);
    s->ready(&s->node, address);
    tell_manager("READY=1");
}

static void on_numbers(void *self, struct metrics *m)
{
    struct scribe *s = self;
    numbers_gather(&s->numbers, s->dir, &s->node, m);
    front_link_memory(s->front, m);
    heard_numbers(&s->heard, m);
    m->at[METRIC_view][0] = s->indexing.view == NULL ? 0 : view_db_applied(s->indexing.view);
}

static void on_front_idle(void *self)
{
    struct scribe *s = self;
    s->front_idle = true;
}

static void on_front_failed(void *self, status why)
{
    struct scribe *s = self;
    if (s->front_idle) return; /* it was told to stop, and has ended */
    scribe_fail(s, why);
}

/* ---- frames ---- */

/* A node that must not sign takes nothing: the answer says why. */
static void refuse_all(struct client *c)
{
    struct reply *r = scribe_reply(c);
    struct fault why = c->scribe->node.read_only;
    scribe_refuse(r, fault_within(&why, FAIL(E_REFUSED), "this node is read-only"), &why);
    if (reply_send(c, r).code != E_OK) scribe_drop(c);
}

/* Takes one frame. A client that breaks the protocol is dropped; a log that fails ends the scribe.
 */
static void client_take(struct client *c, const struct frame *frame)
{
    struct control_append append = {};
    struct duty duty = {};
    status s = OK;
    if (c->waiting == CONTROL_IN_FLIGHT_MAX) {
        scribe_drop(c);
    } else if (node_is_read_only(&c->scribe->node)) {
        refuse_all(c);
    } else if (frame->type == CONTROL_APPEND &&
               control_append_parse(frame->payload, &append).code == E_OK) {
        s = take_append(c, &append);
    } else if (frame->type == CONTROL_DUTY && duty_parse(frame->payload, &duty).code == E_OK) {
        s = scribe_take_duty(c, &duty);
    } else {
        scribe_drop(c);
    }
    if (s.code != E_OK) scribe_fail(c->scribe, s);
}

static void client_ready(void *with, unsigned events)
{
    struct client *c = with;
    struct frame frame = {};
    struct fault unused;
    (void)events;
    const status filled = frame_fill(&c->in, c->fd, &unused);
    if (filled.code != E_OK && filled.code != E_BUSY) {
        scribe_drop(c);
        return;
    }
    while (c->fd >= 0 && c->scribe->failed.code == E_OK) {
        const status s = frame_next(&c->in, &frame);
        if (s.code == E_SHORT) return;
        if (s.code != E_OK) {
            scribe_drop(c);
            return;
        }
        client_take(c, &frame);
    }
}

static status replies_make(struct client *c)
{
    for (size_t i = 0; i < CONTROL_IN_FLIGHT_MAX; i++) {
        struct writer *w = &c->replies[i].answers;
        if (w->at != NULL) continue;
        *w = writer_of(malloc(INGEST_ANSWERS_BYTES_MAX), INGEST_ANSWERS_BYTES_MAX);
        if (w->at == NULL) return FAIL(E_NOMEM);
    }
    return OK;
}

static struct client *client_place(struct scribe *s)
{
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        if (s->clients[i].fd < 0) return &s->clients[i];
    }
    return NULL;
}

/* A command connects; beyond SCRIBE_CLIENTS_MAX it is turned away at once. */
static void listener_ready(void *with, unsigned events)
{
    struct scribe *s = with;
    struct socket_peer peer = {};
    struct fault unused;
    int fd = -1;
    (void)events;
    if (socket_accept(s->listener, &fd, &peer, &unused).code != E_OK) return;
    struct client *c = client_place(s);
    const bool taken = c != NULL && replies_make(c).code == E_OK &&
                       frame_input_init(&c->in, CONTROL_PAYLOAD_MAX).code == E_OK;
    if (!taken) {
        close(fd);
        return;
    }
    c->fd = fd;
    c->uid = peer.uid;
    c->first = 0;
    if (loop_watch(s->loop, fd, LOOP_READ, client_ready, c, &unused).code != E_OK) scribe_drop(c);
}

/* Called from the writing thread. */
static void raise_moved(void *self)
{
    struct scribe *s = self;
    const uint64_t one = 1;
    if (write(s->moved_fd, &one, sizeof one) < 0) return; /* full: it is raised already */
}

/* Notes since when the log has its entries, now and when the next line is due. */
static void note_known(void *self)
{
    enum { AGAIN_S = 60 };
    struct scribe *s = self;
    struct fault unused;
    const uint32_t delay_s = s->node.config.public_delay_s;
    const int64_t now_s = clock_real_ns() / CLOCK_NS_PER_S;
    int64_t next_s = 0;
    if (delay_s == 0) return;
    const status noted =
        publication_note(&s->known, &s->node.store, delay_s, now_s,
                         committer_checkpointed(s->node.committer), &next_s, &unused);
    if (noted.code != E_OK) next_s = now_s + AGAIN_S; /* entries are published later then */
    loop_cancel(s->loop, s->known_timer);
    s->known_timer = 0;
    if (next_s == 0) return;
    const int64_t at_ns = loop_now_ns(s->loop) + (next_s - now_s) * CLOCK_NS_PER_S;
    ignore(loop_at(s->loop, at_ns, note_known, s, &s->known_timer), "the next record comes here");
}

static void moved_ready(void *with, unsigned events)
{
    struct scribe *s = with;
    uint64_t count = 0;
    (void)events;
    if (read(s->moved_fd, &count, sizeof count) < 0) return;
    const status log = committer_check(s->node.committer, s->fault);
    if (log.code != E_OK) {
        scribe_fail(s, log);
        return;
    }
    answer_all(s);
    if (s->known_timer == 0) note_known(s);
    const status told = s->front == NULL ? OK : front_link_moved(s->front, s->fault);
    if (told.code != E_OK) on_front_failed(s, told);
}

/* A node that cannot sign must not take what it could not publish. */
static void signer_ended(void *with, unsigned events)
{
    struct scribe *s = with;
    (void)events;
    loop_unwatch(s->loop, signer_remote_ended(s->node.signer));
    scribe_fail(s, fault_set(s->fault, FAIL(E_CLOSED), "the signer is gone"));
}

static void on_stop(void *with, int signal_number)
{
    struct scribe *s = with;
    (void)signal_number;
    s->stopping = true;
    tell_manager("STOPPING=1");
}

static status scribe_init(struct scribe *s, const char *dir, struct fault *f)
{
    struct file folder = {};
    s->payload = writer_of(malloc(CONTROL_PAYLOAD_MAX), CONTROL_PAYLOAD_MAX);
    if (s->payload.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(ingest_init(&s->ingest, &s->node, f));
    s->moved_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->moved_fd < 0) return fault_set(f, FAIL(E_NOMEM), "cannot make an eventfd");
    TRY(dir_open(NULL, dir, &folder, f));
    status made = dir_make(&folder, CONTROL_FOLDER, f);
    if (made.code == E_OK) made = dir_make(&folder, RULE_PACK_FOLDER, f);
    if (made.code == E_OK) made = dir_make(&folder, CENTER_FOLDER, f);
    if (made.code == E_OK) made = socket_listen(&folder, CONTROL_SOCKET, &s->listener, f);
    file_close(&folder);
    TRY(made);
    TRY(socket_no_wait(s->listener, f));
    TRY(loop_watch(s->loop, s->listener, LOOP_READ, listener_ready, s, f));
    if (s->node.signer != NULL) {
        const int ended = signer_remote_ended(s->node.signer);
        TRY(loop_watch(s->loop, ended, LOOP_READ, signer_ended, s, f));
    }
    return loop_watch(s->loop, s->moved_fd, LOOP_READ, moved_ready, s, f);
}

static void scribe_done(struct scribe *s)
{
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        scribe_drop(&s->clients[i]);
        for (size_t r = 0; r < CONTROL_IN_FLIGHT_MAX; r++)
            free(s->clients[i].replies[r].answers.at);
    }
    front_link_free(s->front);
    loop_cancel(s->loop, s->heard_timer);
    heard_done(&s->heard);
    if (s->node.committer != NULL) committer_listen(s->node.committer, (struct commit_listener){});
    loop_free(s->loop);
    if (s->listener >= 0) close(s->listener);
    if (s->moved_fd >= 0) close(s->moved_fd);
    ingest_done(&s->ingest);
    deciding_done(&s->deciding);
    indexing_done(&s->indexing);
    node_close(&s->node);
    free(s->payload.at);
}

/* The state of the front's judge, a little at a time; nothing new comes in before. True: it goes
 * on. */
static bool recall(struct scribe *s)
{
    if (s->front == NULL || s->stopping || !front_link_is_recalling(s->front)) return false;
    if (!node_is_settled(&s->node)) return false;
    status stepped = node_settle(&s->node, s->fault);
    if (stepped.code == E_OK) stepped = front_link_recall(s->front, s->fault);
    if (stepped.code != E_OK) scribe_fail(s, stepped);
    return true;
}

/* One turn: whatever is ready, then a flush if the disk is idle. While it is busy, what arrives
 * joins the next batch: that is group commit. */
static status turn(struct scribe *s, struct fault *f)
{
    const bool recalls = recall(s);
    const bool looks = scribe_look_step(s);
    const bool idle = indexing_step(&s->indexing);
    TRY(loop_step(s->loop, idle && !recalls && !looks, f));
    if (s->failed.code != E_OK) return s->failed;
    if (node_is_read_only(&s->node)) return OK;
    if (committer_is_idle(s->node.committer) || s->stopping) {
        TRY(committer_flush(s->node.committer, f));
    }
    return OK;
}

/* Tells every client why, as far as it still listens. */
static void tell_failure(struct scribe *s, status why, const struct fault *f)
{
    struct fault unused;
    s->payload = writer_of(s->payload.at, s->payload.cap);
    failure_write(why, f, &s->payload);
    const struct frame frame = { CONTROL_FAILED, writer_slice(&s->payload) };
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        if (s->clients[i].fd < 0 || s->clients[i].waiting == 0) continue;
        ignore(frame_send(s->clients[i].fd, frame, &unused), "the closed socket says it too");
    }
}

static status start_front(struct scribe *s, const char *dir, struct fault *f)
{
    const struct front_link_calls calls = {
        s, on_front_ready, on_event, on_activated, on_numbers, on_front_idle, on_front_failed
    };
    hash active = {};
    slice accounts = {};
    TRY(change_active(&s->node.store, &active, f));
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status started = change_accounts(&s->node.store, room, &accounts, f);
    if (started.code == E_OK) started = heard_start(&s->heard, &s->node, accounts, f);
    if (started.code == E_OK) {
        started = front_link_start(&s->node, dir, &active, accounts, s->loop, &calls, &s->front, f);
    }
    free(room);
    if (started.code == E_OK)
        s->node.on_erased = (struct erase_listener){ s, on_erasing, on_erased };
    return started;
}

/* The front answers what it has taken, which needs the log to go on. */
static status stop_front(struct scribe *s, struct fault *f)
{
    TRY(front_link_stop(s->front, f));
    while (!s->front_idle)
        TRY(turn(s, f));
    return OK;
}

static status serve(struct scribe *s, struct fault *f)
{
    const bool writes = !node_is_read_only(&s->node);
    if (writes) committer_listen(s->node.committer, (struct commit_listener){ s, raise_moved });
    if (writes) note_known(s);
    while (!s->stopping)
        TRY(turn(s, f));
    TRY(stop_front(s, f));
    if (writes) TRY(committer_wait(s->node.committer, archive_size(s->node.archive), true, f));
    answer_all(s);
    TRY(heard_save(&s->heard, f));
    while (!indexing_step_view(&s->indexing))
        continue;
    return OK;
}

/* The loop takes the stop signals before any thread or child exists, so that they are its alone. */
static status scribe_open(struct scribe *s, const char *dir, struct fault *f)
{
    TRY(loop_new(NULL, &s->loop, f));
    TRY(loop_on_stop_signal(s->loop, on_stop, s, f));
    TRY(scribe_confine_files(dir, &s->level, f));
    TRY(node_open_serving(dir, &s->node, f));
    if (s->node.committer != NULL) committer_wait_for_space(s->node.committer, true);
    TRY(indexing_init(&s->indexing, &s->node, dir, f));
    TRY(publication_load(&s->node.store, &s->known, f));
    TRY(scribe_init(s, dir, f));
    TRY(start_front(s, dir, f));
    user_names_ask(&s->node.users);
    return scribe_confine_calls(&s->level, f);
}

status scribe_run(const char *dir, void (*ready)(const struct node *node, slice address),
                  struct fault *f)
{
    struct scribe *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++)
        s->clients[i] = (struct client){ s, .fd = -1 };
    s->node.lock_fd = -1;
    s->listener = -1;
    s->moved_fd = -1;
    s->fault = f;
    s->ready = ready;
    s->dir = dir;
    deciding_init(&s->deciding, &s->node, dir);
    status result = scribe_open(s, dir, f);
    if (result.code == E_OK) {
        result = serve(s, f);
        if (result.code != E_OK) tell_failure(s, result, f);
    }
    scribe_done(s);
    free(s);
    return result;
}
