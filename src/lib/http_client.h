/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * http_client: requests to other servers over HTTP/1.1 and HTTPS, with libcurl behind it. One
 * client is one connection that is kept open, used by one thread at a time. Certificates are
 * verified, redirects are not followed, no proxy of the environment is used.
 */
enum {
    HTTP_CLIENT_CONNECT_S = 10, /* a connection, its TLS handshake included */
    HTTP_CLIENT_HEADERS_MAX = 8,
};

struct http_request {
    const char *url;                              /* http:// or https:// */
    slice body;                                   /* POST; slice_none(): GET */
    const char *ca;                               /* PEM file of authorities; NULL: the system's */
    uint32_t timeout_ms;                          /* for the whole exchange; 0: none, for streams */
    const char *headers[HTTP_CLIENT_HEADERS_MAX]; /* "Name: value"; ends with NULL if fewer */
    /* Takes the body of the answer as it comes. An error ends the exchange and is returned. */
    status (*take)(void *with, slice bytes);
    void *with;
};

struct http_client;

/* E_NOMEM. */
status http_client_new(struct http_client **ret_client);
/* Closes the connection. NULL is allowed. */
void http_client_free(struct http_client *c);
/* Sends and waits for the whole answer. ret_status: of HTTP, whatever it is. E_CLOSED if there was
 * no whole answer (not reached, cut, too late, a certificate that does not fit; the fault says
 * which), E_VALUE for an address that is none, or what take returned. */
status http_client_send(struct http_client *c, const struct http_request *request,
                        unsigned *ret_status, struct fault *f);
