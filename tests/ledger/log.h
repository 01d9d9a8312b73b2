/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log in a fresh folder, for tests that need a real one: records that tell themselves apart by a
 * number, and the steps of appending them.
 */
#pragma once
#include "ledger/ledger.h"
#include "ledger/store.h"

#define TEST_ORIGIN "log.example/test"

/* Creates signer, keys and an empty log on the store. */
void log_create(const struct store *store);
/* Opens signer and ledger; fails the test if that fails. */
void log_open(const struct store *store, struct signer **ret_signer, struct ledger **ret_ledger);
/* Appends count event records, numbered from first, in batches of at most batch_max records, each
 * sealed, written and signed. */
void log_append(struct ledger *l, struct signer *s, uint64_t first, uint64_t count,
                uint32_t batch_max);
/* Adds count event records, numbered from first, to a batch that was begun and has room for them.
 */
void log_fill(struct ledger *l, struct batch *b, uint64_t first, uint64_t count);
/* Checks that the log holds the records numbered [0, count) in order and, if the signer is given,
 * that it signed all of them. */
void log_check(struct ledger *l, const struct signer *s, uint64_t count);
/* Publishes the newest head, signed. */
void log_publish(const struct store *store, struct ledger *l, struct signer *s);
