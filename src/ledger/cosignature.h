/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "ledger/note.h"

/*
 * cosignature: what a witness signs (c2sp.org/tlog-cosignature, cosignature/v1, key type 0x04): "at
 * this time this was the largest consistent tree of its log that I had seen".
 *
 *   message = "cosignature/v1" LF "time " seconds LF | the checkpoint's whole text
 *   signature in the note = seconds u64 | Ed25519 signature of the message
 *
 * The message does not name the witness, so two witnesses must never share a key.
 */
enum {
    COSIGNATURE_BYTES = 8 + NOTE_ED25519_BYTES,
    COSIGNATURE_MESSAGE_BYTES_MAX = NOTE_TEXT_BYTES_MAX + 64,
};

/* Appends the message to sign. E_LIMIT if time is above 2^63 - 1 or the writer is full. */
status cosignature_message(uint64_t time, slice text, struct writer *w);
/* The bytes for note_write_signature. */
void cosignature_bytes(uint64_t time, const uint8_t sig[NOTE_ED25519_BYTES],
                       uint8_t ret_bytes[COSIGNATURE_BYTES]);
/* Whether signature (as in the note) is a cosignature of text under pubkey; its time then. */
bool cosignature_verify(slice text, const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice signature,
                        ed25519_check verify, uint64_t *ret_time);
