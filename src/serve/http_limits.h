/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/*
 * http_limits: what one listener gives at most. 0 means the default beside it.
 */
enum {
    HTTP_CONNECTIONS_MAX = 1024,           /* beyond it, connections wait in the kernel's queue */
    HTTP_HEADER_BYTES_MAX = 16 * 1024,     /* request line and headers; beyond it 431 */
    HTTP_HEADERS_MAX = 100,                /* lines; beyond it 431 */
    HTTP_QUERY_PARAMETERS_MAX = 64,        /* beyond it 400 */
    HTTP_BODY_BYTES_MAX = 64 << 20,        /* of one body, decoded; beyond it 413 */
    HTTP_BODIES_BYTES_MAX = 256 << 20,     /* of all bodies held together; beyond it 503 */
    HTTP_REFUSED_BODY_BYTES_MAX = 1 << 20, /* read and dropped, so that a refusal is seen */
    HTTP_IDLE_S = 60,                      /* nothing sent or received; then closed */
    HTTP_REQUEST_S = 60,                   /* head, and then the body, must be there; else 408 */
    HTTP_SEND_S = 300,                     /* an answer must have been read by then; else closed */
    HTTP_STREAM_BYTES_MAX = 1 << 20,       /* waiting for a slow reader; beyond it dropped */
};

struct http_limits {
    uint32_t connections;      /* HTTP_CONNECTIONS_MAX */
    uint32_t connections_peer; /* from one address; 0: as many as connections */
    uint32_t body_bytes;       /* HTTP_BODY_BYTES_MAX */
    uint64_t bodies_bytes;     /* HTTP_BODIES_BYTES_MAX */
    uint32_t idle_s;           /* HTTP_IDLE_S */
    uint32_t request_s;        /* HTTP_REQUEST_S */
    uint32_t send_s;           /* HTTP_SEND_S */
    uint32_t stream_bytes;     /* HTTP_STREAM_BYTES_MAX */
};
