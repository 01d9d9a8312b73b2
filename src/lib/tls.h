/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/writer.h"

/*
 * tls: the server's side of TLS 1.2 and 1.3 over bytes that the caller carries, with GnuTLS behind
 * it. No descriptor inside: encrypted bytes go in, plain bytes come out, and what is to be sent
 * waits until the caller has sent it.
 */
enum {
    TLS_SUBJECT_CAP = 512,         /* of a subject's text with its NUL; a longer one is refused */
    TLS_OUTPUT_BYTES_MAX = 65'536, /* waiting to be sent; more than a handshake needs */
};

/* PEM texts; key and certificate are needed, client_ca may be empty: no client certificates. */
struct tls_files {
    slice certificate; /* the server's, then the chain */
    slice key;
    slice client_ca;
};

struct tls_server;
struct tls;

/* What connections share. E_VALUE with a line that says which text is wrong; E_NOMEM. */
status tls_server_new(const struct tls_files *files, struct tls_server **ret_server,
                      struct fault *f);
/* After its connections. NULL is allowed. */
void tls_server_free(struct tls_server *s);

/* A connection before its handshake. needs_certificate: a client without a certificate that the CA
 * signed is refused; else it may show one, and a wrong one is refused all the same. NULL if memory
 * is out. */
struct tls *tls_new(struct tls_server *s, bool needs_certificate);
/* NULL is allowed. */
void tls_free(struct tls *t);
/* Takes encrypted bytes from the front of *input and appends what they mean to plain, until one of
 * the two is used up; call again with more room if plain is full. OK: more input is needed, or
 * plain is full. E_CLOSED: the client ended the connection. E_INVALID: the handshake or a record is
 * wrong, or the client's certificate; the reason is in f. E_LIMIT: more than TLS_OUTPUT_BYTES_MAX
 * wait to be sent. After a failure only tls_output, tls_sent and tls_free are allowed: an alert may
 * wait there. */
status tls_input(struct tls *t, slice *input, struct writer *plain, struct fault *f);
/* What waits to be sent; a view until the next call. */
slice tls_output(const struct tls *t);
/* The first len bytes of it were sent. */
void tls_sent(struct tls *t, size_t len);
/* Puts the end of the connection (close_notify) into what waits to be sent. */
void tls_close(struct tls *t);
/* Whether the handshake is done; only then tls_subject says anything. */
bool tls_is_ready(const struct tls *t);
/* The subject of the client's verified certificate (RFC 4514); "" if it showed none. */
const char *tls_subject(const struct tls *t);
