/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * tls_peer: who is on the other side of a GnuTLS session, whoever drives the session.
 */
struct gnutls_session_int;

/* Writes the subject of the client's certificate (RFC 4514) as NUL-terminated text of at most cap
 * bytes; "" if it showed none. E_INVALID if the certificate was not signed by the CA of the
 * session, has expired or is not for clients; E_LIMIT if the subject does not fit. */
status tls_peer_subject(struct gnutls_session_int *session, char *ret_subject, size_t cap);
