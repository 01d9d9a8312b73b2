/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * outbound: a POST over HTTPS. The wrapper around libcurl: nothing else in candor knows which
 * library it is. The certificate and its name are verified, no redirect is followed, and the
 * address that is connected to is looked at after the name was resolved, so that a name cannot lead
 * into a private network.
 */
enum {
    OUTBOUND_CONNECT_MS = 5000,
    OUTBOUND_TOTAL_MS = 10'000,
    OUTBOUND_ANSWER_BYTES_MAX = 64 * 1024, /* of the answer, which nobody reads */
    OUTBOUND_HEADERS_MAX = 8,
};

struct outbound;

struct outbound_request {
    const char *url;
    const char *ca;         /* PEM file of the authorities; NULL: the system's */
    bool private_addresses; /* may connect to them */
    const char *const *headers;
    size_t header_count; /* at most OUTBOUND_HEADERS_MAX */
    slice body;
};

/* NULL if memory is out. */
struct outbound *outbound_new(void);
void outbound_free(struct outbound *o);
/* Sends and waits for the answer; *ret_code is of HTTP. E_DENIED for an address that is not allowed
 * or a certificate that does not verify, E_IO for whatever else keeps it from being answered; the
 * fault says why. */
status outbound_post(struct outbound *o, const struct outbound_request *request, long *ret_code,
                     struct fault *f);
