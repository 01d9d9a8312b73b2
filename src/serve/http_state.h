/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <microhttpd.h>
#include "lib/unpack.h"
#include "os/loop.h"
#include "os/net.h"
#include "serve/http_stream.h"
#include "serve/uri.h"

/*
 * http_state: what the files of the HTTP server share; nobody else includes this.
 *
 * libmicrohttpd owns the sockets and calls back; each connection and each request has one object
 * here, freed when the library says that it is done with them. A request whose answer comes later
 * is suspended: the library forgets its socket until the answer is there.
 */
enum {
    HTTP_SUBJECT_CAP = 512,
    HTTP_ERROR_CAP = 1024, /* of the JSON text of a refusal */
};

enum http_phase {
    HTTP_IDLE,      /* no request, or its first line is not complete */
    HTTP_HEAD,      /* the first line was read */
    HTTP_BODY,      /* admitted: the body is being read */
    HTTP_DROPPING,  /* answered, the body is read and dropped */
    HTTP_WAITING,   /* `handle` was called, no answer yet */
    HTTP_SENDING,   /* the answer was given to the library */
    HTTP_STREAMING, /* so was a stream */
};

struct http_connection {
    struct http *http;
    struct http_connection *previous, *next;
    struct http_request *request; /* owned; NULL between requests */
    int fd;                       /* the library's */
    enum http_phase phase;
    int64_t deadline_ns; /* cut when it is reached */
    bool is_loopback;
    bool was_cut;
    bool was_identified; /* the certificate was looked at */
    char peer[NET_TEXT_CAP];
    char subject[HTTP_SUBJECT_CAP];
};

struct http_request {
    struct http *http;
    struct http_connection *connection;
    struct MHD_Connection *mhd;
    const char *method; /* the library's */
    struct uri uri;     /* views into `decoded` */
    struct unpack *unpack;
    uint8_t *body; /* body_cap bytes and the padding */
    size_t body_len, body_cap;
    uint64_t received, dropped; /* bytes of the body as sent */
    uint64_t length;            /* Content-Length, 0 if unknown */
    struct MHD_Response *response;
    struct http_stream *stream; /* owned */
    unsigned code;
    bool has_length, is_chunked;
    bool expects_continue;
    bool answered;
    bool closes;    /* the connection cannot be trusted behind this request */
    bool suspended; /* the library waits for us */
    bool watched;   /* for the client's going away */
    void (*gone)(void *with, struct http_request *r);
    void *gone_with;
    void *user;
    void (*user_drop)(void *user);
    char error[HTTP_ERROR_CAP]; /* of a refusal: its JSON */
    size_t target_len;
    uint8_t target[]; /* target_len bytes as they came, as many decoded */
};

struct http {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    int epoll;     /* the library's */
    int listener;  /* the library's until it is quiesced; -1 then */
    bool stopping; /* no new connections */
    bool freeing;
    bool is_tls;
    uint64_t timer, sweep; /* of the loop, 0: none */
    int64_t timer_at_ns;
    struct http_limits limits;
    struct http_calls calls;
    struct http_connection *connections;
    struct http_load load;
    char address[NET_TEXT_CAP];
};

/* http_request.c: what the library calls. */
void *http_request_line(void *self, const char *target, struct MHD_Connection *mhd);
/* As above: head, pieces of the body, end, and once more when a suspended request goes on. */
enum MHD_Result http_request_part(void *self, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **request);
/* As above: the request is over, whatever became of it. */
void http_request_done(void *self, struct MHD_Connection *mhd, void **request,
                       enum MHD_RequestTerminationCode code);

/* http_answer.c: answers in the name of the wrapper, and closes the connection behind it. */
__attribute__((format(printf, 3, 4))) void http_refuse(struct http_request *r, unsigned code,
                                                       const char *format, ...);
/* Gives the response to the library; MHD_NO if there is none, which closes the connection. */
enum MHD_Result http_queue(struct http_request *r);
/* The response becomes the request's answer and a suspended request goes on. NULL: it is closed. */
void http_set_response(struct http_request *r, unsigned code, struct MHD_Response *response);

/* http.c: a new phase, with its deadline. */
void http_enter(struct http_connection *c, enum http_phase phase);
/* Sends a refusal past the library, if nothing else is being sent, and makes it close. */
void http_cut(struct http_connection *c, unsigned code, const char *json);
/* Calls the library soon, because something changed that it does not notice by itself. */
void http_wake(struct http *h);
/* Watches for the client's going away. E_LIMIT, E_NOMEM. */
status http_watch_gone(struct http_request *r);
/* Ends the watch. */
void http_unwatch_gone(struct http_request *r);

/* http_stream.c: the client is gone. */
void http_stream_lose(struct http_stream *s);
/* Frees it, and says that it was closed if its owner did not end it. quiet: says nothing. */
void http_stream_done(struct http_stream *s, bool quiet);
