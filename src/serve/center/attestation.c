/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/attestation.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/note.h"
#include "lib/ed25519.h"
#include "base/banned.h"

/* The signature is the last value, behind its length of 2 bytes. */
enum {
    SIGNATURE_VALUE_BYTES = 2 + ED25519_SIGNATURE_BYTES,
    SIGNED_FIELDS = FIELD_attestation_signature - 1
};

/* What is signed: the body without the type and the value of the signature. */
static void write_message(slice body, struct writer *w)
{
    const slice types = { body.at, SIGNED_FIELDS };
    const slice values = { body.at + SIGNED_FIELDS + 1,
                           body.len - SIGNED_FIELDS - 1 - SIGNATURE_VALUE_BYTES };
    writer_bytes(w, types);
    writer_bytes(w, values);
}

status attestation_check(const struct entry *e, struct fault *f)
{
    struct record_field fields[FIELDS_MAX] = {};
    struct note_key key = {};
    if (e->schema->kind != KIND_attestation ||
        body_decode(e->schema, e->body, fields).code != E_OK) {
        return fault_set(f, FAIL(E_VALUE), "it is no attestation");
    }
    const slice signature = fields[FIELD_attestation_signature - 1].value;
    const slice name = fields[FIELD_attestation_key - 1].value;
    if (note_key_parse(name, &key, f).code != E_OK) return FAIL(E_VALUE);
    if (key.type != NOTE_KEY_ED25519 || !key.verifiable) {
        return fault_set(f, FAIL(E_VALUE), "the key is of a type that is not known here");
    }
    if (signature.len != ED25519_SIGNATURE_BYTES) {
        return fault_set(f, FAIL(E_INVALID), "the signature has %zu bytes", signature.len);
    }
    struct writer w = writer_of(malloc(e->body.len), e->body.len);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    write_message(e->body, &w);
    const bool holds = ed25519_verify(key.pubkey, writer_slice(&w), signature.at);
    free(w.at);
    return holds ? OK : fault_set(f, FAIL(E_INVALID), "it is not one of this key");
}
