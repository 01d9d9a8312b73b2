/* SPDX-License-Identifier: Apache-2.0 */
#include "os/frame.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

/* Waits until fd can be written. */
static status wait_room(int fd, struct fault *f)
{
    struct pollfd one = { .fd = fd, .events = POLLOUT };
    while (poll(&one, 1, -1) < 0) {
        if (errno != EINTR) return failed_os(f, errno, "write to", "a socket");
    }
    return OK;
}

/* Drops the first `sent` bytes of the two parts. */
static void advance(struct iovec parts[2], size_t sent)
{
    for (size_t i = 0; i < 2; i++) {
        const size_t part = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        parts[i].iov_base = (uint8_t *)parts[i].iov_base + part;
        parts[i].iov_len -= part;
        sent -= part;
    }
}

status frame_send(int fd, struct frame frame, struct fault *f)
{
    if (frame.payload.len > FRAME_PAYLOAD_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "a message of %zu bytes is longer than the %d allowed",
                         frame.payload.len, FRAME_PAYLOAD_MAX);
    }
    uint8_t header[FRAME_HEADER_BYTES];
    put_u32(header, (uint32_t)frame.payload.len);
    put_u16(header + 4, frame.type);
    struct iovec parts[2] = {
        { .iov_base = header, .iov_len = sizeof header },
        { .iov_base = (void *)(uintptr_t)frame.payload.at, .iov_len = frame.payload.len },
    };
    while (parts[0].iov_len + parts[1].iov_len != 0) {
        const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
        const ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent >= 0) {
            advance(parts, (size_t)sent);
            continue;
        }
        if (errno == EAGAIN)
            TRY(wait_room(fd, f));
        else if (errno != EINTR)
            return failed_os(f, errno, "write to", "a socket");
    }
    return OK;
}

status frame_input_init(struct frame_input *in, size_t payload_max)
{
    assert(payload_max <= FRAME_PAYLOAD_MAX);
    const size_t cap = FRAME_HEADER_BYTES + payload_max;
    uint8_t *buffer = malloc(cap);
    if (buffer == NULL) return FAIL(E_NOMEM);
    *in = (struct frame_input){ .buffer = buffer, .cap = cap };
    return OK;
}

void frame_input_done(struct frame_input *in)
{
    if (in->buffer != NULL) bytes_wipe(in->buffer, in->cap);
    free(in->buffer);
    *in = (struct frame_input){ 0 };
}

static void move_to_front(struct frame_input *in)
{
    bytes_move(in->buffer, in->cap, in->buffer + in->taken, in->len - in->taken);
    in->len -= in->taken;
    in->taken = 0;
}

status frame_fill(struct frame_input *in, int fd, struct fault *f)
{
    move_to_front(in);
    assert(in->len <
           in->cap); /* a full buffer holds a whole frame, which the caller did not take */
    for (;;) {
        const ssize_t got = recv(fd, in->buffer + in->len, in->cap - in->len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed_os(f, errno, "read from", "a socket");
        if (got == 0) {
            const int32_t code = in->len == 0 ? E_CLOSED : E_SHORT;
            return fault_set(f, FAIL(code), "the other side closed the connection%s",
                             code == E_SHORT ? " in the middle of a message" : "");
        }
        in->len += (size_t)got;
        return OK;
    }
}

status frame_next(struct frame_input *in, struct frame *ret_frame)
{
    assert(in->taken <= in->len && in->len <= in->cap);
    const uint8_t *at = in->buffer + in->taken;
    const size_t left = in->len - in->taken;
    if (left < FRAME_HEADER_BYTES) return FAIL(E_SHORT);
    const size_t len = get_u32(at);
    if (len > in->cap - FRAME_HEADER_BYTES) return FAIL(E_LIMIT);
    if (len > left - FRAME_HEADER_BYTES) return FAIL(E_SHORT);
    *ret_frame =
        (struct frame){ .type = get_u16(at + 4), .payload = { at + FRAME_HEADER_BYTES, len } };
    in->taken += FRAME_HEADER_BYTES + len;
    return OK;
}

status frame_take(struct frame_input *in, int fd,
                  status (*take)(void *with, const struct frame *frame), void *with,
                  struct fault *f)
{
    struct frame frame = {};
    status s = frame_fill(in, fd, f);
    if (s.code == E_BUSY) return OK;
    while (s.code == E_OK) {
        s = frame_next(in, &frame);
        if (s.code == E_SHORT) return OK;
        if (s.code == E_OK) s = take(with, &frame);
    }
    return s;
}

bool frame_is_ahead(const struct frame_input *in, int fd, struct frame wanted)
{
    uint8_t room[FRAME_AHEAD_BYTES];
    struct frame_input ahead = { .buffer = room, .cap = sizeof room };
    struct frame frame = {};
    const size_t left = in->len - in->taken;
    ahead.len = left < sizeof room ? left : sizeof room;
    bytes_copy(room, sizeof room, (slice){ in->buffer + in->taken, ahead.len });
    const size_t free_bytes = sizeof room - ahead.len;
    const ssize_t got = recv(fd, room + ahead.len, free_bytes, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) ahead.len += (size_t)got;
    while (frame_next(&ahead, &frame).code == E_OK) {
        if (frame.type == wanted.type && slice_equal(frame.payload, wanted.payload)) return true;
    }
    return false;
}

status frame_receive(struct frame_input *in, int fd, struct frame *ret_frame, struct fault *f)
{
    for (;;) {
        const status s = frame_next(in, ret_frame);
        if (s.code == E_OK) return s;
        if (s.code == E_LIMIT) return fault_set(f, s, "a message is longer than allowed here");
        TRY(frame_fill(in, fd, f));
    }
}
