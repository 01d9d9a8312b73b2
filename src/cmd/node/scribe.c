/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/scribe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/change.h"
#include "cmd/node/control.h"
#include "cmd/node/duty.h"
#include "cmd/node/failure.h"
#include "cmd/node/front_link.h"
#include "cmd/node/ingest.h"
#include "os/clock.h"
#include "os/dir.h"
#include "os/frame.h"
#include "os/loop.h"
#include "os/notify.h"
#include "os/socket.h"
#include "serve/rule_pack.h"
#include "view/view.h"
#include "base/banned.h"

/* A reply that waits for the log to reach its size. */
struct reply {
    struct writer answers; /* owned */
    uint64_t size;
    uint64_t refused;
    bool checkpointed;
    bool is_refusal; /* answers holds a failure, the answer to a duty */
};

/* A connected command. */
struct client {
    struct scribe *scribe;
    int fd; /* -1: the place is free */
    unsigned uid;
    struct frame_input in;
    struct reply replies[CONTROL_IN_FLIGHT_MAX];
    unsigned first; /* the oldest waiting reply */
    unsigned waiting;
};

struct scribe {
    struct node node;
    struct ingest ingest;
    struct loop *loop;
    int listener;
    int moved_fd; /* eventfd that the writing thread raises */
    struct client clients[SCRIBE_CLIENTS_MAX];
    struct writer payload; /* owned */
    struct view_db *view;  /* follows the log when there is nothing else to do */
    struct front_link *front;
    struct reply *activating; /* waits for the front to load rules; NULL: none */
    hash activating_bundle;
    void (*ready)(const struct node *node, slice address);
    const struct client *keys_copier; /* nothing is erased while it copies the keys; NULL: none */
    int64_t keys_copier_since_ns;
    bool stopping;   /* a signal asked for the end */
    bool front_idle; /* and the front has answered everything */
    status failed;   /* what ended the log; OK while it runs */
    struct fault *fault;
};

static void client_drop(struct client *c)
{
    if (c->fd < 0) return;
    loop_unwatch(c->scribe->loop, c->fd);
    if (c->scribe->keys_copier == c) c->scribe->keys_copier = NULL;
    close(c->fd);
    frame_input_done(&c->in);
    c->fd = -1;
    c->waiting = 0;
}

/* The log has failed: nothing more can be promised to anybody. */
static void fail(struct scribe *s, status why)
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
static void client_answer(struct client *c, uint64_t sequenced, uint64_t checkpointed)
{
    while (c->fd >= 0 && c->waiting > 0) {
        const struct reply *r = &c->replies[c->first];
        if (r->size > (r->checkpointed ? checkpointed : sequenced)) return;
        c->first = (c->first + 1) % CONTROL_IN_FLIGHT_MAX;
        c->waiting--;
        if (reply_send(c, r).code != E_OK) client_drop(c); /* it is gone; its records stay */
    }
}

static void answer_all(struct scribe *s)
{
    const uint64_t sequenced = committer_sequenced(s->node.committer);
    const uint64_t checkpointed = committer_checkpointed(s->node.committer);
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        client_answer(&s->clients[i], sequenced, checkpointed);
    }
}

static struct reply *reply_next(struct client *c)
{
    struct reply *r = &c->replies[(c->first + c->waiting) % CONTROL_IN_FLIGHT_MAX];
    *r = (struct reply){ .answers = writer_of(r->answers.at, r->answers.cap) };
    return r;
}

static status take_append(struct client *c, const struct control_append *m)
{
    struct scribe *s = c->scribe;
    struct ingested done = {};
    struct reply *r = reply_next(c);
    r->checkpointed = m->checkpointed;
    TRY(ingest_chunk(&s->ingest, m->lines, m->first_line, &r->answers, &done, s->fault));
    r->size = done.size;
    r->refused = done.refused;
    c->waiting++;
    return OK;
}

/* ---- changes ---- */

static status accounts_to_front(struct scribe *s)
{
    slice text = {};
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(s->fault, FAIL(E_NOMEM), "out of memory");
    status done = change_accounts(&s->node.store, room, &text, s->fault);
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
    if (after.code != E_OK) fail(s, after);
    return OK;
}

static void reply_refuse(struct reply *r, status why, const struct fault *reason)
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
        if (&s->clients[i] == s->keys_copier) client_drop(&s->clients[i]);
    }
    return OK;
}

static status before_duty(struct client *c, const struct duty *d, struct fault *f)
{
    struct scribe *s = c->scribe;
    if (d->kind == DUTY_ERASE_APPROVE || d->kind == DUTY_ERASE_EXPIRED) return keys_are_free(s, f);
    if (d->kind != DUTY_KEYS_COPY || s->keys_copier == c) return OK;
    TRY(keys_are_free(s, f));
    s->keys_copier = c;
    s->keys_copier_since_ns = clock_mono_ns();
    return OK;
}

static status do_duty(struct client *c, const struct duty *d, struct reply *r, struct fault *f)
{
    TRY(before_duty(c, d, f));
    if (d->kind == DUTY_CHANGE) return make_change(c, d, r, f);
    return duty_perform(&c->scribe->node, d, c->uid, &r->answers, &r->size, f);
}

/* A duty that is refused stops nothing but itself. */
static status take_duty(struct client *c, const struct duty *d)
{
    struct fault f = {};
    struct reply *r = reply_next(c);
    r->checkpointed = true;
    const status s = do_duty(c, d, r, &f);
    if (s.code != E_OK && !duty_is_refusal(s)) {
        *c->scribe->fault = f;
        return s;
    }
    if (s.code != E_OK) reply_refuse(r, s, &f);
    c->waiting++;
    struct committer *log = c->scribe->node.committer; /* a refusal waits for nothing */
    client_answer(c, committer_sequenced(log), committer_checkpointed(log));
    return OK;
}

/* ---- the front ---- */

static status finish_activation(struct scribe *s, struct reply *r, const struct link_activated *m)
{
    struct fault why = {};
    if (m->why.len != 0) {
        const status refused =
            fault_set(&why, FAIL(E_VALUE), "%.*s", (int)m->why.len, (const char *)m->why.at);
        reply_refuse(r, refused, &why);
        return OK;
    }
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
        fail(s, fault_set(s->fault, FAIL(E_VALUE), "front: it activates what nobody asked for"));
        return;
    }
    const status done = finish_activation(s, s->activating, m);
    s->activating = NULL;
    if (done.code != E_OK) fail(s, done);
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
    const struct scribe *s = self;
    return front_link_forget(s->front, set, f);
}

static void on_front_ready(void *self, slice address)
{
    struct scribe *s = self;
    s->ready(&s->node, address);
    tell_manager("READY=1");
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
    fail(s, why);
}

/* ---- frames ---- */

/* Takes one frame. A client that breaks the protocol is dropped; a log that fails ends the scribe.
 */
static void client_take(struct client *c, const struct frame *frame)
{
    struct control_append append = {};
    struct duty duty = {};
    status s = OK;
    if (c->waiting == CONTROL_IN_FLIGHT_MAX) {
        client_drop(c);
    } else if (frame->type == CONTROL_APPEND &&
               control_append_parse(frame->payload, &append).code == E_OK) {
        s = take_append(c, &append);
    } else if (frame->type == CONTROL_DUTY && duty_parse(frame->payload, &duty).code == E_OK) {
        s = take_duty(c, &duty);
    } else {
        client_drop(c);
    }
    if (s.code != E_OK) fail(c->scribe, s);
}

static void client_ready(void *with, unsigned events)
{
    struct client *c = with;
    struct frame frame = {};
    struct fault unused;
    (void)events;
    const status filled = frame_fill(&c->in, c->fd, &unused);
    if (filled.code != E_OK && filled.code != E_BUSY) {
        client_drop(c);
        return;
    }
    while (c->fd >= 0 && c->scribe->failed.code == E_OK) {
        const status s = frame_next(&c->in, &frame);
        if (s.code == E_SHORT) return;
        if (s.code != E_OK) {
            client_drop(c);
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
    if (loop_watch(s->loop, fd, LOOP_READ, client_ready, c, &unused).code != E_OK) client_drop(c);
}

/* Called from the writing thread. */
static void raise_moved(void *self)
{
    struct scribe *s = self;
    const uint64_t one = 1;
    if (write(s->moved_fd, &one, sizeof one) < 0) return; /* full: it is raised already */
}

static void moved_ready(void *with, unsigned events)
{
    struct scribe *s = with;
    uint64_t count = 0;
    (void)events;
    if (read(s->moved_fd, &count, sizeof count) < 0) return;
    const status log = committer_check(s->node.committer, s->fault);
    if (log.code != E_OK) {
        fail(s, log);
        return;
    }
    answer_all(s);
    const status told = s->front == NULL ? OK : front_link_moved(s->front, s->fault);
    if (told.code != E_OK) on_front_failed(s, told);
}

/* A node that cannot sign must not take what it could not publish. */
static void signer_ended(void *with, unsigned events)
{
    struct scribe *s = with;
    (void)events;
    loop_unwatch(s->loop, signer_remote_ended(s->node.signer));
    fail(s, fault_set(s->fault, FAIL(E_CLOSED), "the signer is gone"));
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
    if (made.code == E_OK) made = socket_listen(&folder, CONTROL_SOCKET, &s->listener, f);
    file_close(&folder);
    TRY(made);
    TRY(socket_no_wait(s->listener, f));
    TRY(loop_watch(s->loop, s->listener, LOOP_READ, listener_ready, s, f));
    TRY(loop_watch(s->loop, signer_remote_ended(s->node.signer), LOOP_READ, signer_ended, s, f));
    return loop_watch(s->loop, s->moved_fd, LOOP_READ, moved_ready, s, f);
}

static void scribe_done(struct scribe *s)
{
    for (size_t i = 0; i < SCRIBE_CLIENTS_MAX; i++) {
        client_drop(&s->clients[i]);
        for (size_t r = 0; r < CONTROL_IN_FLIGHT_MAX; r++)
            free(s->clients[i].replies[r].answers.at);
    }
    front_link_free(s->front);
    if (s->node.committer != NULL) committer_listen(s->node.committer, (struct commit_listener){});
    loop_free(s->loop);
    if (s->listener >= 0) close(s->listener);
    if (s->moved_fd >= 0) close(s->moved_fd);
    ingest_done(&s->ingest);
    view_db_close(s->view);
    node_close(&s->node);
    free(s->payload.at);
}

/* Views follow what is durable, a little at a time, and never hold up a record. One that fails is
 * given up until the next start: it can be rebuilt. */
static bool view_follow(struct scribe *s)
{
    struct fault f = {};
    bool done = true;
    if (s->view == NULL) return true;
    const uint64_t size = committer_sequenced(s->node.committer);
    const status stepped = view_db_step(s->view, s->node.archive, size, &done, &f);
    if (stepped.code == E_OK) return done;
    command_fail(status_exit(stepped), "view: %s; see: candor help rebuild", f.text);
    view_db_close(s->view);
    s->view = NULL;
    return true;
}

/* The state of the front's judge, a little at a time; nothing new comes in before. True: it goes
 * on. */
static bool recall(struct scribe *s)
{
    if (s->front == NULL || s->stopping || !front_link_is_recalling(s->front)) return false;
    const status stepped = front_link_recall(s->front, s->fault);
    if (stepped.code != E_OK) fail(s, stepped);
    return true;
}

/* One turn: whatever is ready, then a flush if the disk is idle. While it is busy, what arrives
 * joins the next batch: that is group commit. */
static status turn(struct scribe *s, struct fault *f)
{
    const bool recalls = recall(s);
    const bool idle = view_follow(s);
    TRY(loop_step(s->loop, idle && !recalls, f));
    if (s->failed.code != E_OK) return s->failed;
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
    const struct front_link_calls calls = { s, on_front_ready, on_activated, on_front_idle,
                                            on_front_failed };
    hash active = {};
    slice accounts = {};
    TRY(change_active(&s->node.store, &active, f));
    uint8_t *room = malloc(ACCOUNTS_BYTES_MAX);
    if (room == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status started = change_accounts(&s->node.store, room, &accounts, f);
    if (started.code == E_OK) {
        started = front_link_start(&s->node, dir, &active, accounts, s->loop, &calls, &s->front, f);
    }
    free(room);
    if (started.code == E_OK) s->node.on_erased = (struct erase_listener){ s, on_erased };
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
    committer_listen(s->node.committer, (struct commit_listener){ s, raise_moved });
    while (!s->stopping)
        TRY(turn(s, f));
    TRY(stop_front(s, f));
    TRY(committer_wait(s->node.committer, archive_size(s->node.archive), true, f));
    answer_all(s);
    while (!view_follow(s))
        continue;
    return OK;
}

/* The loop takes the stop signals before any thread or child exists, so that they are its alone. */
static status scribe_open(struct scribe *s, const char *dir, struct fault *f)
{
    TRY(loop_new(NULL, &s->loop, f));
    TRY(loop_on_stop_signal(s->loop, on_stop, s, f));
    TRY(node_open_writing(dir, &s->node, f));
    committer_wait_for_space(s->node.committer, true);
    TRY(view_db_open(dir, &s->view, f));
    TRY(scribe_init(s, dir, f));
    return start_front(s, dir, f);
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
    status result = scribe_open(s, dir, f);
    if (result.code == E_OK) {
        result = serve(s, f);
        if (result.code != E_OK) tell_failure(s, result, f);
    }
    scribe_done(s);
    free(s);
    return result;
}
