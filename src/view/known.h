/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/keys.h"

/*
 * known: where the log has a decision of a given identifier: the PUID of an enforcement, the
 * identifier of a notice, an order or an appeal. By it whoever writes the log sees that an
 * identifier is new, for ever, and finds what a later record concerns.
 *
 * A database beside the views (DIR/view/known.db): kind and keyed fingerprint of the identifier
 * (SipHash, 128 bits, a random key of its own) to the index of the first record that had it. It is
 * made from the private values of the log and can be made again, less what was erased since: an
 * identifier whose record was erased stays taken as long as the file lives.
 *
 * It never tells of a record that is not durable: additions are committed by the next call of
 * known_follow, for which the log is durable up to its size.
 * Cost: about 3 us for each identifier looked up or added; what others appended is read once.
 */
struct known;

#define KNOWN_FILE "view/known.db"

/* Opens the file for a log of that size, made if it is not there; what it has behind that size is
 * forgotten. E_CORRUPT, E_FULL, E_NOMEM, E_IO. */
status known_open(const char *dir, uint64_t size, struct known **ret_known, struct fault *f);
/* What was added since the last known_follow is found in the log again. NULL is allowed. */
void known_close(struct known *k);
/* Commits what was added, and reads what the log has beyond: the log must be durable and readable
 * up to the archive's size. store: of the same node, for its keys, which may have changed since. As
 * known_open, and what scan_records fails with. */
status known_follow(struct known *k, struct archive *a, const struct store *store, struct fault *f);
/* The record of that kind and identifier; E_NOT_FOUND without a fault. */
status known_find(struct known *k, uint8_t kind, slice id, uint64_t *ret_index, struct fault *f);
/* A record that is being added. The first of an identifier stays. */
status known_add(struct known *k, uint8_t kind, slice id, uint64_t index, struct fault *f);
