/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/hook/hook.h"

#include <assert.h>
#include <stdlib.h>
#include "base/address.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/sha256.h"
#include "lib/crypto.h"
#include "base/banned.h"

enum { WAIT_FIRST_MS = 2000, WAIT_MAX_MS = 3600 * 1000 };

void hook_at_write(const struct hook_at *m, struct writer *w)
{
    writer_u8(w, m->hook);
    writer_u64(w, m->next);
    writer_u64(w, m->given_up);
}

status hook_at_parse(slice payload, struct hook_at *ret_message)
{
    struct cursor c = cursor_of(payload);
    struct hook_at m = {};
    TRY(cursor_u8(&c, &m.hook));
    TRY(cursor_u64(&c, &m.next));
    TRY(cursor_u64(&c, &m.given_up));
    TRY(cursor_end(&c));
    if (m.hook >= HOOKS_MAX) return FAIL(E_LIMIT);
    *ret_message = m;
    return OK;
}

status hook_sign(const struct hook_signing *s, struct writer *w)
{
    uint8_t mac[SHA256_BYTES];
    uint8_t text[(SHA256_BYTES + 2) / 3 * 4];
    const size_t cap = s->id.len + s->body.len + 32;
    struct writer signed_text = writer_of(malloc(cap), cap);
    if (signed_text.at == NULL) return FAIL(E_NOMEM);
    writer_bytes(&signed_text, s->id);
    writer_printf(&signed_text, ".%lld.", (long long)s->time_s);
    writer_bytes(&signed_text, s->body);
    status done = writer_end(&signed_text);
    if (done.code == E_OK) done = crypto_hmac_sha256(s->key, writer_slice(&signed_text), mac);
    free(signed_text.at);
    TRY(done);
    base64_encode((slice){ mac, sizeof mac }, text);
    writer_text(w, "v1,");
    writer_bytes(w, (slice){ text, sizeof text });
    return writer_end(w);
}

status hook_secret_parse(slice text, uint8_t ret_key[HOOK_SECRET_BYTES_MAX], size_t *ret_len)
{
    static const char prefix[] = "whsec_";
    size_t len = 0;
    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == ' '))
        text.len--;
    if (!slice_starts(text, slice_text(prefix))) return FAIL(E_SYNTAX);
    text = slice_from(text, sizeof prefix - 1);
    if (base64_decode(text, ret_key, HOOK_SECRET_BYTES_MAX, &len).code != E_OK) {
        return FAIL(E_SYNTAX);
    }
    if (len < HOOK_SECRET_BYTES_MIN) return FAIL(E_LIMIT);
    *ret_len = len;
    return OK;
}

int64_t hook_wait_ms(unsigned failures, uint8_t random)
{
    int64_t wait_ms = WAIT_FIRST_MS;
    assert(failures > 0);
    for (unsigned i = 1; i < failures && wait_ms < WAIT_MAX_MS; i++)
        wait_ms *= 2;
    if (wait_ms > WAIT_MAX_MS) wait_ms = WAIT_MAX_MS;
    return wait_ms * 3 / 4 + wait_ms / 2 * random / 255;
}

/* RFC 6890 and its successors, what is not globally reachable. */
static const char *const closed[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "::/96",         "64:ff9b::/96",    "64:ff9b:1::/48", "100::/64",       "2001::/23",
    "2001:db8::/32", "2002::/16",       "3fff::/20",      "fc00::/7",       "fe80::/10",
    "ff00::/8",
};

bool hook_address_is_public(const uint8_t address[16])
{
    for (size_t i = 0; i < COUNT_OF(closed); i++) {
        struct network n = {};
        bool masked = false;
        const status s = network_parse(slice_text(closed[i]), &n, &masked);
        if (s.code != E_OK || network_holds(&n, address)) return false;
    }
    return true;
}
