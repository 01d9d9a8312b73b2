/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "serve/http_limits.h"

/*
 * http: an HTTP/1.1 server (RFC 9112) on one address, plain or TLS, driven by the event loop. The
 * wrapper around libmicrohttpd: nothing else in candor knows which library it is.
 *
 * A request goes through two calls. `admit` sees it when its head is there and no byte of the body
 * was read: to refuse, it answers (http_answer, http_error). `handle` sees it with its whole body,
 * decoded when it came as gzip, deflate or zstd; it answers then or at any time later. Each request
 * is answered exactly once and must not be touched after that.
 *
 * Everything runs in the loop's thread. No call may free the server it was made by. Slices of a
 * request are views that die with it. What the wrapper refuses by itself is in docs/network.md.
 */
struct loop;
struct http;
struct http_request;

/* PEM texts; all empty: plain HTTP. With a client CA, clients may show a certificate, and one that
 * this CA did not sign is refused. The texts are copied. */
struct http_tls {
    slice certificate; /* the server's, then the chain */
    slice key;
    slice client_ca;
};

struct http_calls {
    void (*admit)(void *self, struct http_request *r); /* NULL: everybody */
    void (*handle)(void *self, struct http_request *r);
    void *self;
};

/* "127.0.0.1:8080", "[::1]:0", "0.0.0.0:443"; port 0 lets the system choose one. Numbers of the
 * limits that are 0 mean the default. E_SYNTAX, E_VALUE (certificate or key), E_IO, E_DENIED,
 * E_BUSY (address in use), E_NOMEM, with one line that says why. */
status http_listen(struct loop *l, const char *address, const struct http_tls *tls,
                   const struct http_limits *limits, const struct http_calls *calls,
                   struct http **ret_http, struct fault *f);
/* Closes everything at once. Requests not yet answered and streams are gone: they must not be
 * touched any more; closed callbacks of streams are not called. NULL is allowed. */
void http_free(struct http *h);
/* The address with the port really used, such as "127.0.0.1:40123". */
const char *http_address(const struct http *h);
/* Takes no new connections, closes the idle ones, and every other one after the answer it waits
 * for. Streams stay until http_stream_end. */
void http_stop_accepting(struct http *h);
/* Connections that are open, and requests of which a call was made and that wait for an answer. */
struct http_load {
    uint32_t connections;
    uint32_t waiting;
    uint64_t body_bytes; /* held by all requests together */
    uint64_t refused;    /* requests answered or cut by the wrapper itself since the start */
};
/* How busy the server is. */
struct http_load http_load(const struct http *h);

/* "GET", "POST" …; HEAD is seen as such, and answered like GET: the body is not sent. */
slice http_method(const struct http_request *r);
/* Whether that is the method. */
bool http_is(const struct http_request *r, const char *method);
/* The path, percent-decoded: begins with '/', is UTF-8, has no NUL or control character and no "."
 * or ".." segment. An encoded slash is one here; http_target has it as it came. */
slice http_path(const struct http_request *r);
/* Path and query as they came. */
slice http_target(const struct http_request *r);
/* The first query parameter of that name, decoded; may be empty. false if there is none. */
bool http_query(const struct http_request *r, const char *name, slice *ret_value);
/* The parameters one by one; *at is 0 at first. false after the last. */
bool http_query_next(const struct http_request *r, size_t *at, slice *ret_name, slice *ret_value);
/* The header of that name in any case, without surrounding space. false if there is none. Headers
 * that decide about length, host, encoding or identity came at most once. */
bool http_header(const struct http_request *r, const char *name, slice *ret_value);
/* The whole body, decoded; empty in `admit`. */
slice http_body(const struct http_request *r);
/* Bytes of the body as it came over the network. */
uint64_t http_body_received(const struct http_request *r);
/* "192.0.2.7" or "2001:db8::1". */
const char *http_peer(const struct http_request *r);
/* Whether the client is on this machine (127.0.0.0/8, ::1). */
bool http_is_loopback(const struct http_request *r);
/* Whether the connection is encrypted. */
bool http_is_tls(const struct http_request *r);
/* The verified client certificate's subject (RFC 4514), "" if it showed none. */
slice http_subject(const struct http_request *r);
/* A pointer of the caller's own, from `admit` to `handle` and beyond; drop (may be NULL) is called
 * with it when the request ends. */
void http_set_user(struct http_request *r, void *user, void (*drop)(void *user));
/* The pointer, or NULL. */
void *http_user(const struct http_request *r);
/* Calls once, before the answer, if the client closed its side or is gone. It may still read (a
 * half-closed connection), so the request is to be answered all the same. Only for requests that
 * `handle` saw. E_LIMIT if the descriptor cannot be watched. */
status http_on_gone(struct http_request *r, void (*gone)(void *with, struct http_request *r),
                    void *with);

enum http_body_is {
    HTTP_COPIED = 0, /* during the call */
    HTTP_OWNED,      /* malloc'ed, the answer frees it, also if it cannot be sent */
    HTTP_STATIC,     /* stays valid while the server lives */
    HTTP_FILE,       /* body.len bytes of the open file fd, which the answer closes */
};

struct http_header {
    const char *name;
    const char *value;
};

struct http_answer {
    unsigned code;    /* 200 … 599 */
    const char *type; /* Content-Type, NULL: none */
    slice body;       /* .at may be NULL if .len is 0 */
    enum http_body_is body_is;
    int fd;                            /* of HTTP_FILE */
    const struct http_header *headers; /* extra ones, copied */
    size_t header_count;
};

/* Answers. r ends here, at once or soon: it must not be touched any more. A header with an empty
 * value is left out; one that HTTP does not allow (a line break in its value) makes it a 500. */
void http_answer(struct http_request *r, const struct http_answer *answer);
/* Answers with {"error":"…"}. */
__attribute__((format(printf, 3, 4))) void http_error(struct http_request *r, unsigned code,
                                                      const char *format, ...);
