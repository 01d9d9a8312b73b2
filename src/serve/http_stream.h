/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "serve/http.h"

/*
 * http_stream: an answer that goes on, such as server-sent events. What is sent waits in a buffer
 * of bounded size until the client reads it; a client that reads too slowly is dropped.
 */
struct http_stream;

struct http_stream_calls {
    /* Once, when the client is gone or was dropped as too slow, never after http_stream_end and
     * never from within a call of this interface. The stream must not be touched after it. */
    void (*closed)(void *with);
    void *with;
};

/* Answers with 200, that content type and no end; r ends here. NULL if memory is out: then r was
 * answered with 503. */
struct http_stream *http_stream_start(struct http_request *r, const char *type,
                                      const struct http_stream_calls *calls);
/* Appends bytes. E_FULL beyond the limit's stream_bytes: the client is dropped, and closed is
 * called soon. E_CLOSED if it is gone or dropped already. */
status http_stream_send(struct http_stream *s, slice bytes);
/* Bytes that wait for the client to read. */
size_t http_stream_waiting(const struct http_stream *s);
/* Drops the client; closed is called soon. */
void http_stream_drop(struct http_stream *s);
/* Ends the answer behind what was sent. The stream must not be touched after it. */
void http_stream_end(struct http_stream *s);
