/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * frame: typed messages over a stream socket, each with a hard maximum.
 *
 *     length  u32   bytes of the payload, big-endian as all numbers
 *     type    u16   what the payload is; a role's table says which it takes
 *     payload
 *
 * What arrives is checked for its length only; the receiver validates type and payload. A frame
 * that is too long ends the conversation: there is no way to find the next one.
 */
enum { FRAME_HEADER_BYTES = 6, FRAME_PAYLOAD_MAX = 4 << 20, FRAME_AHEAD_BYTES = 32 * 1024 };

struct frame {
    uint16_t type;
    slice payload; /* of a received frame: a view that dies with the next call on the input */
};

/* What has arrived on one socket and was not taken yet.
 * Invariant: taken <= len <= cap; cap is FRAME_HEADER_BYTES plus the largest payload allowed. */
struct frame_input {
    uint8_t *buffer; /* owned */
    size_t cap;
    size_t len;
    size_t taken; /* bytes of frames that were handed out */
};

/* sendmsg(MSG_NOSIGNAL) until all is sent; poll where the socket does not block. E_CLOSED if the
 * peer is gone. E_LIMIT above FRAME_PAYLOAD_MAX: nothing was sent. After another failure the stream
 * is broken. */
status frame_send(int fd, struct frame frame, struct fault *f);

/* A buffer for payloads of at most payload_max (<= FRAME_PAYLOAD_MAX) bytes. E_NOMEM. */
status frame_input_init(struct frame_input *in, size_t payload_max);
/* Wipes and frees the buffer. */
void frame_input_done(struct frame_input *in);
/* recv, once. E_BUSY if the socket does not block and nothing is there; E_CLOSED if the peer has
 * closed between two frames, E_SHORT in the middle of one. All whole frames must have been taken
 * before. */
status frame_fill(struct frame_input *in, int fd, struct fault *f);
/* The next whole frame. E_SHORT if more bytes are needed (then call frame_fill), E_LIMIT if the
 * frame announces more than payload_max; the input is unchanged by either. */
status frame_next(struct frame_input *in, struct frame *ret_frame);
/* frame_fill, then every whole frame that is there goes to take, which ends it with a failure of
 * its own: for a socket that an event loop found ready. OK if more is to come; else as both. */
status frame_take(struct frame_input *in, int fd,
                  status (*take)(void *with, const struct frame *frame), void *with,
                  struct fault *f);
/* Whether a frame like this one is among what has arrived and was not taken, as far as
 * FRAME_AHEAD_BYTES go; nothing is taken. recv(MSG_PEEK | MSG_DONTWAIT). */
bool frame_is_ahead(const struct frame_input *in, int fd, struct frame wanted);
/* frame_next and frame_fill until there is a frame: for a process that waits on one socket. */
status frame_receive(struct frame_input *in, int fd, struct frame *ret_frame, struct fault *f);
