/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/cosignature.h"

#include "base/bytes.h"
#include "base/banned.h"

status cosignature_message(uint64_t time, slice text, struct writer *w)
{
    if (time > INT64_MAX) return FAIL(E_LIMIT);
    writer_text(w, "cosignature/v1\ntime ");
    writer_dec(w, time);
    writer_u8(w, '\n');
    writer_bytes(w, text);
    return writer_end(w);
}

void cosignature_bytes(uint64_t time, const uint8_t sig[NOTE_ED25519_BYTES],
                       uint8_t ret_bytes[COSIGNATURE_BYTES])
{
    put_u64(ret_bytes, time);
    bytes_copy(ret_bytes + 8, COSIGNATURE_BYTES - 8, (slice){ sig, NOTE_ED25519_BYTES });
}

bool cosignature_verify(slice text, const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice signature,
                        ed25519_check verify, uint64_t *ret_time)
{
    uint8_t message[COSIGNATURE_MESSAGE_BYTES_MAX];
    if (signature.len != COSIGNATURE_BYTES) return false;
    const uint64_t time = get_u64(signature.at);
    struct writer w = writer_of(message, sizeof message);
    if (cosignature_message(time, text, &w).code != E_OK) return false;
    if (!verify(pubkey, writer_slice(&w), signature.at + 8)) return false;
    *ret_time = time;
    return true;
}
