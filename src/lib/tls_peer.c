/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/tls_peer.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include "base/bytes.h"
#include "base/banned.h"

static status write_subject(const gnutls_datum_t *certificate, char *ret_subject, size_t cap)
{
    gnutls_x509_crt_t parsed = NULL;
    gnutls_datum_t name = { 0 };
    if (gnutls_x509_crt_init(&parsed) != 0) return FAIL(E_NOMEM);
    const bool known = gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) == 0 &&
                       gnutls_x509_crt_get_dn3(parsed, &name, 0) == 0;
    gnutls_x509_crt_deinit(parsed);
    if (!known) return FAIL(E_INVALID);
    const bool fits = name.size < cap && memchr(name.data, 0, name.size) == NULL;
    if (fits) {
        bytes_copy(ret_subject, cap, (slice){ name.data, name.size });
        ret_subject[name.size] = '\0';
    }
    gnutls_free(name.data);
    return fits ? OK : FAIL(E_LIMIT);
}

status tls_peer_subject(struct gnutls_session_int *session, char *ret_subject, size_t cap)
{
    unsigned count = 0, wrong = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    ret_subject[0] = '\0';
    if (chain == NULL || count == 0) return OK;
    gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                      .data = (uint8_t[]){ GNUTLS_KP_TLS_WWW_CLIENT } };
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &wrong) != 0 || wrong != 0) {
        return FAIL(E_INVALID);
    }
    return write_subject(&chain[0], ret_subject, cap);
}
