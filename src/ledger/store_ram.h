/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/store.h"

/*
 * store_ram: the store in memory, for tests and for measuring without a disk. Everything is durable
 * at once and nothing survives store_ram_close. Randomness and clock are the machine's.
 *
 * Operations on different handles may run in different threads; one lock serialises them. An open
 * file stays readable and writable after its name was removed or replaced, as on a file system.
 */
enum { STORE_RAM_FILES_MAX = 1 << 16 };

/* An empty store. E_NOMEM. Its operations add: E_NOMEM where memory is out, E_FULL beyond
 * STORE_RAM_FILES_MAX names, E_NOT_FOUND for a name in a folder that was not made. */
status store_ram_open(struct store *ret_store, struct fault *f);
/* Frees everything, open handles included. An empty struct store is allowed. */
void store_ram_close(struct store *store);
/* A second store with the same files, and no handle open. E_NOMEM. */
status store_ram_copy(const struct store *store, struct store *ret_store, struct fault *f);
