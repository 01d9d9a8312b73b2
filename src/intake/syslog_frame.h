/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * syslog_frame: where one syslog message of a byte stream ends and the next begins.
 *
 * RFC 6587 knows two ways, and which one a sender uses is told by its first bytes, once for the
 * whole connection: octet counting ("LENGTH SP MESSAGE", section 3.4.1), if they are a number, a
 * space and '<'; else lines that end with LF, or NUL as some senders do it (section 3.4.2). RFC
 * 5425, over TLS, allows octet counting only. A CR before the LF belongs to the line's end; empty
 * lines are none.
 *
 * A message longer than the limit is handed out cut and marked, and its rest is skipped. Cost:
 * every byte is looked at once, however small the pieces are.
 */
enum {
    SYSLOG_MESSAGE_BYTES = 64 * 1024, /* of one message, where the caller names no other limit */
    SYSLOG_COUNT_DIGITS = 8,          /* of an octet count */
};

enum syslog_framing {
    SYSLOG_UNDECIDED,
    SYSLOG_COUNTED,
    SYSLOG_LINES,
};

struct syslog_framer {
    enum syslog_framing framing;
    size_t message_max;
    size_t scanned;  /* bytes at the start of the input that hold no line's end */
    size_t skip;     /* bytes of a counted message that are still to be skipped */
    bool skips_line; /* up to the next line's end */
};

struct syslog_message {
    slice bytes; /* a view into the input */
    bool is_cut; /* was longer than the limit */
};

/* A framer at the start of a stream; framing SYSLOG_UNDECIDED: told by the first bytes. message_max
 * is at least 1. */
struct syslog_framer syslog_framer_of(enum syslog_framing framing, size_t message_max);
/* The most bytes that syslog_framer_next must be given before it takes some. */
static inline size_t syslog_framer_room(size_t message_max)
{
    return message_max + SYSLOG_COUNT_DIGITS + 2;
}
/* Takes the next message from the front of *input. Between calls the caller appends to what was
 * left there and does not change it. E_SHORT: more bytes are needed (what is to be skipped was
 * taken). E_SYNTAX: not a count where one must be; the stream cannot be read any further. */
status syslog_framer_next(struct syslog_framer *f, slice *input,
                          struct syslog_message *ret_message);
/* The stream ended with these bytes left. OK: they are a last line without its end. E_NOT_FOUND:
 * there is nothing more. E_SHORT: a counted message was not complete; it is not handed out. */
status syslog_framer_end(const struct syslog_framer *f, slice input,
                         struct syslog_message *ret_message);
