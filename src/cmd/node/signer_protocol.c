/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/signer_protocol.h"

#include <string.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/banned.h"

static void write_head(const struct signer_head *h, struct writer *w)
{
    writer_u64(w, h->size);
    writer_bytes(w, (slice){ h->root.bytes, sizeof h->root.bytes });
}

static status take_head(struct cursor *c, struct signer_head *ret_head)
{
    TRY(cursor_u64(c, &ret_head->size));
    return cursor_copy(c, sizeof ret_head->root.bytes, ret_head->root.bytes);
}

void signer_hello_write(const struct signer_hello *h, struct writer *w)
{
    write_head(&h->head, w);
    writer_bytes(w, (slice){ h->public_key, sizeof h->public_key });
    writer_vec16(w, slice_text(h->origin));
    writer_vec16(w, slice_text(h->confinement));
}

status signer_hello_parse(slice payload, struct signer_hello *ret_hello)
{
    struct cursor c = cursor_of(payload);
    struct signer_hello h = {};
    slice origin = {};
    slice confinement = {};
    TRY(take_head(&c, &h.head));
    TRY(cursor_copy(&c, sizeof h.public_key, h.public_key));
    TRY(cursor_vec16(&c, SIGNER_ORIGIN_BYTES_MAX, &origin));
    TRY(cursor_vec16(&c, SIGNER_CONFINEMENT_BYTES_MAX, &confinement));
    TRY(cursor_end(&c));
    if (memchr(origin.at, '\0', origin.len) != NULL) return FAIL(E_VALUE);
    if (memchr(confinement.at, '\0', confinement.len) != NULL) return FAIL(E_VALUE);
    bytes_copy(h.origin, sizeof h.origin - 1, origin);
    bytes_copy(h.confinement, sizeof h.confinement - 1, confinement);
    *ret_hello = h;
    return OK;
}

void signer_request_write(const struct signer_request *r, struct writer *w)
{
    write_head(&r->head, w);
    writer_u8(w, (uint8_t)r->consistency.count);
    for (size_t i = 0; i < r->consistency.count; i++) {
        writer_bytes(w, (slice){ r->consistency.hashes[i].bytes, SHA256_BYTES });
    }
}

status signer_request_parse(slice payload, struct signer_request *ret_request)
{
    struct cursor c = cursor_of(payload);
    struct signer_request r = {};
    uint8_t count = 0;
    TRY(take_head(&c, &r.head));
    TRY(cursor_u8(&c, &count));
    if (count > MERKLE_PROOF_MAX) return FAIL(E_LIMIT);
    r.consistency.count = count;
    for (size_t i = 0; i < count; i++) {
        TRY(cursor_copy(&c, SHA256_BYTES, r.consistency.hashes[i].bytes));
    }
    TRY(cursor_end(&c));
    *ret_request = r;
    return OK;
}
