/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/tls.h"

#include <assert.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "lib/tls_peer.h"
#include "base/banned.h"

/*
 * GnuTLS asks for input and gives output through two functions: the first hands out of the input of
 * the present call and says "later" behind its end, the second appends to the output buffer. Input
 * is therefore always taken whole, unless plain is full.
 */
static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

struct tls_server {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    bool has_client_ca;
};

struct tls {
    gnutls_session_t session;
    slice input; /* of the present call */
    size_t output_len;
    bool needs_certificate;
    bool is_ready;
    bool is_over; /* failed or closed */
    char subject[TLS_SUBJECT_CAP];
    uint8_t output[TLS_OUTPUT_BYTES_MAX];
};

static gnutls_datum_t datum_of(slice s)
{
    return (gnutls_datum_t){ .data = (unsigned char *)(uintptr_t)s.at, .size = (unsigned)s.len };
}

static status load(struct tls_server *s, const struct tls_files *files, struct fault *f)
{
    const gnutls_datum_t certificate = datum_of(files->certificate), key = datum_of(files->key);
    const gnutls_datum_t ca = datum_of(files->client_ca);
    int error = gnutls_certificate_set_x509_key_mem(s->credentials, &certificate, &key,
                                                    GNUTLS_X509_FMT_PEM);
    if (error < 0) {
        return fault_set(f, FAIL(E_VALUE), "certificate and key cannot be used: %s",
                         gnutls_strerror(error));
    }
    if (ca.size == 0) return OK;
    error = gnutls_certificate_set_x509_trust_mem(s->credentials, &ca, GNUTLS_X509_FMT_PEM);
    if (error > 0) {
        s->has_client_ca = true;
        return OK;
    }
    return fault_set(f, FAIL(E_VALUE), "the client CA cannot be used: %s",
                     error == 0 ? "there is no certificate in it" : gnutls_strerror(error));
}

status tls_server_new(const struct tls_files *files, struct tls_server **ret_server,
                      struct fault *f)
{
    struct tls_server *s = calloc(1, sizeof *s);
    if (s == NULL || gnutls_certificate_allocate_credentials(&s->credentials) != 0 ||
        gnutls_priority_init(&s->priority, versions, NULL) != 0) {
        tls_server_free(s);
        return fault_set(f, FAIL(E_NOMEM), "no memory for TLS");
    }
    const status loaded = load(s, files, f);
    if (loaded.code == E_OK) *ret_server = s;
    if (loaded.code != E_OK) tls_server_free(s);
    return loaded;
}

void tls_server_free(struct tls_server *s)
{
    if (s == NULL) return;
    if (s->credentials != NULL) gnutls_certificate_free_credentials(s->credentials);
    if (s->priority != NULL) gnutls_priority_deinit(s->priority);
    free(s);
}

static ssize_t pull(gnutls_transport_ptr_t self, void *to, size_t max)
{
    struct tls *t = self;
    const size_t len = t->input.len < max ? t->input.len : max;
    if (len == 0) {
        gnutls_transport_set_errno(t->session, EAGAIN);
        return -1;
    }
    bytes_copy(to, max, (slice){ t->input.at, len });
    t->input = slice_from(t->input, len);
    return (ssize_t)len;
}

static ssize_t push(gnutls_transport_ptr_t self, const void *from, size_t len)
{
    struct tls *t = self;
    if (len > sizeof t->output - t->output_len) {
        gnutls_transport_set_errno(t->session, EPIPE);
        return -1;
    }
    bytes_copy(t->output + t->output_len, sizeof t->output - t->output_len, (slice){ from, len });
    t->output_len += len;
    return (ssize_t)len;
}

/* Whether there is input; GnuTLS only asks it with time limits, which are not used here. */
static int pull_ready(gnutls_transport_ptr_t self, unsigned)
{
    const struct tls *t = self;
    return t->input.len != 0;
}

struct tls *tls_new(struct tls_server *s, bool needs_certificate)
{
    struct tls *t = calloc(1, sizeof *t);
    if (t == NULL) return NULL;
    if (gnutls_init(&t->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0) {
        free(t);
        return NULL;
    }
    t->input = slice_none();
    t->needs_certificate = needs_certificate;
    gnutls_handshake_set_timeout(t->session, 0); /* the caller's business */
    gnutls_transport_set_ptr(t->session, t);
    gnutls_transport_set_pull_function(t->session, pull);
    gnutls_transport_set_push_function(t->session, push);
    gnutls_transport_set_pull_timeout_function(t->session, pull_ready);
    if (s->has_client_ca) {
        gnutls_certificate_server_set_request(t->session, needs_certificate ? GNUTLS_CERT_REQUIRE
                                                                            : GNUTLS_CERT_REQUEST);
    }
    if (gnutls_priority_set(t->session, s->priority) == 0 &&
        gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, s->credentials) == 0) {
        return t;
    }
    tls_free(t);
    return NULL;
}

void tls_free(struct tls *t)
{
    if (t == NULL) return;
    gnutls_deinit(t->session);
    free(t);
}

static bool is_later(ssize_t result)
{
    return result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED;
}

/* Ends the connection, with an alert where the protocol has one for it. */
static status fail_with(struct tls *t, ssize_t error, struct fault *f)
{
    t->is_over = true;
    if (error == GNUTLS_E_PUSH_ERROR) {
        return fault_set(f, FAIL(E_LIMIT), "TLS: the client does not read");
    }
    gnutls_alert_send_appropriate(t->session, (int)error);
    return fault_set(f, FAIL(E_INVALID), "TLS: %s", gnutls_strerror((int)error));
}

static status shake_hands(struct tls *t, struct fault *f)
{
    const int result = gnutls_handshake(t->session);
    if (is_later(result) || (result < 0 && !gnutls_error_is_fatal(result))) return OK;
    if (result < 0) return fail_with(t, result, f);
    const status s = tls_peer_subject(t->session, t->subject, sizeof t->subject);
    const bool is_missing = t->needs_certificate && t->subject[0] == '\0';
    if (s.code != E_OK || is_missing) {
        t->is_over = true;
        gnutls_alert_send(t->session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
        return fault_set(f, FAIL(E_INVALID), "TLS: the client certificate is %s",
                         s.code == E_OK ? "missing" : "not accepted");
    }
    t->is_ready = true;
    return OK;
}

static status read_records(struct tls *t, struct writer *plain, struct fault *f)
{
    while (plain->len < plain->cap) {
        const ssize_t got =
            gnutls_record_recv(t->session, plain->at + plain->len, plain->cap - plain->len);
        if (got > 0) plain->len += (size_t)got;
        if (got == 0) {
            t->is_over = true;
            return FAIL(E_CLOSED);
        }
        if (is_later(got)) return OK;
        /* A warning is read over; a renegotiation would be a second handshake: refused. */
        if (got < 0 && (gnutls_error_is_fatal((int)got) || got == GNUTLS_E_REHANDSHAKE)) {
            return fail_with(t, got, f);
        }
    }
    return OK;
}

status tls_input(struct tls *t, slice *input, struct writer *plain, struct fault *f)
{
    assert(!t->is_over);
    status s = OK;
    t->input = *input;
    size_t before = 0;
    do { /* warnings end a handshake's step before the input is used up */
        before = t->input.len;
        if (!t->is_ready) s = shake_hands(t, f);
    } while (s.code == E_OK && !t->is_ready && t->input.len != before && t->input.len != 0);
    if (s.code == E_OK && t->is_ready) s = read_records(t, plain, f);
    *input = t->input;
    t->input = slice_none();
    return s;
}

slice tls_output(const struct tls *t)
{
    return (slice){ t->output, t->output_len };
}

void tls_sent(struct tls *t, size_t len)
{
    assert(len <= t->output_len);
    t->output_len -= len;
    bytes_move(t->output, sizeof t->output, t->output + len, t->output_len);
}

void tls_close(struct tls *t)
{
    if (t->is_ready && !t->is_over) gnutls_bye(t->session, GNUTLS_SHUT_WR);
    t->is_over = true;
}

bool tls_is_ready(const struct tls *t)
{
    return t->is_ready;
}

const char *tls_subject(const struct tls *t)
{
    return t->subject;
}
