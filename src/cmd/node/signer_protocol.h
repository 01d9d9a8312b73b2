/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"
#include "ledger/signer.h"

/*
 * signer_protocol: what the scribe and the signer say to each other, as payloads of frames
 * (os/frame.h). The scribe speaks first with a request; a hello and an answer come from the signer.
 * Anything else ends the conversation.
 *
 *   hello    size u64 | root 32 | public key 32 | origin vec16 | confinement vec16
 *   request  size u64 | root 32 | n u8 (0..64) | n hashes
 *   signed   signature 64
 *   refused  a failure (cmd/failure.h)
 */
enum signer_message {
    SIGNER_HELLO = 1,
    SIGNER_REQUEST = 2,
    SIGNER_SIGNED = 3,
    SIGNER_REFUSED = 4,
};

enum { SIGNER_PAYLOAD_MAX = 4096, SIGNER_CONFINEMENT_BYTES_MAX = 255 };

struct signer_hello {
    struct signer_head head;
    uint8_t public_key[SIGNER_PUBLIC_BYTES];
    char origin[SIGNER_ORIGIN_BYTES_MAX + 1];
    char confinement[SIGNER_CONFINEMENT_BYTES_MAX + 1]; /* what the process gave up, for people */
};

/* Appends the payload of a hello; of a request; of a refusal. */
void signer_hello_write(const struct signer_hello *h, struct writer *w);
/* A request has at most MERKLE_PROOF_MAX hashes. */
void signer_request_write(const struct signer_request *r, struct writer *w);
/* Each parses a whole payload. E_SHORT, E_TRAILING, E_LIMIT, E_VALUE. */
status signer_hello_parse(slice payload, struct signer_hello *ret_hello);
status signer_request_parse(slice payload, struct signer_request *ret_request);
