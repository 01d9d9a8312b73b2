/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "ledger/merkle.h"
#include "ledger/store.h"

/*
 * signer: the only holder of the log's key (design section 7). It signs a checkpoint exactly when
 * that extends the last one it signed: the consistency proof verifies here, against the signer's
 * own durable state, whatever the caller claims. (size, root) is durable before the signature
 * leaves.
 *
 * State file: four copies of 512 bytes, two pairs (docs/formats/signer.md). A write goes to both
 * copies of the older pair, so that a torn write leaves the other pair, and one damaged copy leaves
 * its twin: neither makes the signer forget what it signed last. Lost state means a new log origin,
 * because nothing else remembers what was promised to the world.
 */
enum { SIGNER_ORIGIN_BYTES_MAX = 255, SIGNER_SIGNATURE_BYTES = 64, SIGNER_PUBLIC_BYTES = 32 };

struct signer_head {
    uint64_t size;
    hash root;
};

struct signer_request {
    struct signer_head head;         /* what is to be signed */
    struct merkle_proof consistency; /* from the signer's size to head.size */
};

struct signer;

/* Draws a key for the origin and writes key and empty state; durable. E_EXISTS, E_VALUE (origin).
 */
status signer_create(const struct store *store, const char *origin, struct fault *f);
/* Opens key and state and makes the state durable again, because after a failed sync the page cache
 * may show what the device does not hold. The store must outlive the object. E_CORRUPT if the key
 * is damaged, if no copy of the state is whole, or if its pairs are not one write apart; E_FSYNC,
 * E_FULL. */
status signer_open(const struct store *store, struct signer **ret_signer, struct fault *f);
/* Reads key and state without changing anything: all copies whole, pairs one write apart. Gives the
 * last signed head and appends the public key as note_write_key does. E_CORRUPT; the fault names
 * the file. */
status signer_check(const struct store *store, struct signer_head *ret_head, struct writer *vkey,
                    struct fault *f);
void signer_free(struct signer *s);
/* The last signed size and root; size 0 and SHA-256("") before the first. */
struct signer_head signer_head(const struct signer *s);
/* The origin (borrowed) and public key. */
const char *signer_origin(const struct signer *s);
void signer_public(const struct signer *s, uint8_t ret_public[SIGNER_PUBLIC_BYTES]);
/* Signs the checkpoint text of the request's head. The same head again gets the same signature.
 * E_REFUSED: a smaller size, the same size with another root, or a proof that does not verify; the
 * fault says which. E_FSYNC, E_IO: the state could not be made durable; nothing is signed any more.
 * E_FULL: nothing has changed; ask again when there is space. */
status signer_sign(struct signer *s, const struct signer_request *request,
                   uint8_t ret_signature[SIGNER_SIGNATURE_BYTES], struct fault *f);
