/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/duty.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "cmd/node/change.h"
#include "cmd/node/control.h"
#include "cmd/node/failure.h"
#include "cmd/node/node.h"
#include "os/dir.h"
#include "os/frame.h"
#include "os/socket.h"
#include "os/user.h"
#include "base/banned.h"

struct duty duty_of(enum duty_kind kind)
{
    struct duty d = { .kind = (uint8_t)kind };
    for (size_t i = 0; i < DUTY_SLOTS; i++)
        d.slots[i] = slice_none();
    return d;
}

void duty_write(const struct duty *d, struct writer *w)
{
    writer_u8(w, d->kind);
    for (size_t i = 0; i < DUTY_SLOTS; i++)
        writer_vec32(w, d->slots[i]);
}

status duty_parse(slice payload, struct duty *ret_duty)
{
    struct cursor c = cursor_of(payload);
    struct duty d = {};
    TRY(cursor_u8(&c, &d.kind));
    if (d.kind == 0 || d.kind >= DUTY_KINDS_END) return FAIL(E_UNKNOWN);
    for (size_t i = 0; i < DUTY_SLOTS; i++)
        TRY(cursor_vec32(&c, DUTY_SLOT_BYTES_MAX, &d.slots[i]));
    TRY(cursor_end(&c));
    *ret_duty = d;
    return OK;
}

bool duty_is_refusal(status s)
{
    switch (s.code) {
    case E_NOMEM:
    case E_IO:
    case E_FULL:
    case E_FSYNC:
    case E_CORRUPT:
    case E_STOPPED:
    case E_CLOSED:
        return false;
    default:
        return true;
    }
}

static status perform_here(struct node *n, const struct duty *d, struct writer *answer,
                           struct fault *f)
{
    uint64_t size = 0;
    if (d->kind == DUTY_CHANGE) return change_here(n, d, user_own(), answer, f);
    TRY(duty_perform(n, d, user_own(), answer, &size, f));
    return committer_wait(n->committer, size, true, f);
}

static status reply_take(int fd, struct frame_input *in, struct writer *answer,
                         uint64_t *ret_refused, struct fault *f)
{
    struct frame frame = {};
    struct control_answers reply = {};
    const status s = frame_receive(in, fd, &frame, f);
    if (s.code == E_CLOSED) return fault_set(f, s, "the node stopped");
    TRY(s);
    if (frame.type == CONTROL_FAILED || frame.type == CONTROL_REFUSED) {
        return failure_parse(frame.payload, f);
    }
    if (frame.type != CONTROL_ANSWERS) return fault_set(f, FAIL(E_UNKNOWN), "unexpected reply");
    TRY(control_answers_parse(frame.payload, &reply));
    *ret_refused = reply.refused;
    writer_bytes(answer, reply.answers);
    return writer_end(answer);
}

/* Sends one frame over a control socket and takes the answer to it. */
static status exchange(int fd, struct frame frame, struct writer *answer, uint64_t *ret_refused,
                       struct fault *f)
{
    struct frame_input in = {};
    status s = frame_input_init(&in, CONTROL_PAYLOAD_MAX);
    if (s.code == E_OK) s = frame_send(fd, frame, f);
    if (s.code == E_OK) s = reply_take(fd, &in, answer, ret_refused, f);
    frame_input_done(&in);
    return s;
}

status duty_exchange(int fd, const struct duty *d, struct writer *answer, struct fault *f)
{
    uint64_t refused = 0;
    struct writer w = writer_of(malloc(DUTY_BYTES_MAX), DUTY_BYTES_MAX);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    duty_write(d, &w);
    const status s =
        exchange(fd, (struct frame){ CONTROL_DUTY, writer_slice(&w) }, answer, &refused, f);
    free(w.at);
    return s;
}

/* The control socket of the node that runs. E_BUSY if none does: the holder of the lock is none. */
static status control_open(const char *dir, int *ret_fd, struct fault *f)
{
    struct file folder = {};
    const struct fault busy = *f;
    TRY(dir_open(NULL, dir, &folder, f));
    const status s = socket_connect(&folder, CONTROL_SOCKET, ret_fd, f);
    file_close(&folder);
    if (s.code == E_OK) return OK;
    *f = busy;
    return FAIL(E_BUSY);
}

status duty_append(const char *dir, const struct control_append *m, struct writer *answer,
                   uint64_t *ret_refused, struct fault *f)
{
    int fd = -1;
    const size_t cap = CONTROL_APPEND_HEAD_BYTES + m->lines.len;
    TRY(control_open(dir, &fd, f));
    struct writer w = writer_of(malloc(cap), cap);
    status s = w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK) {
        control_append_write(m, &w);
        s = exchange(fd, (struct frame){ CONTROL_APPEND, writer_slice(&w) }, answer, ret_refused,
                     f);
    }
    free(w.at);
    close(fd);
    return s;
}

status duty_ask_running(const char *dir, const struct duty *d, struct writer *answer,
                        struct fault *f)
{
    int fd = -1;
    TRY(control_open(dir, &fd, f));
    const status done = duty_exchange(fd, d, answer, f);
    close(fd);
    return done;
}

status duty_ask(const char *dir, const struct duty *d, struct writer *answer, struct fault *f)
{
    struct node n = {};
    const status s = node_open_writing(dir, &n, f);
    if (s.code == E_BUSY) return duty_ask_running(dir, d, answer, f);
    TRY(s);
    const status done = perform_here(&n, d, answer, f);
    node_close(&n);
    return done;
}
