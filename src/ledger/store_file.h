/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/store.h"

/*
 * store_file: small whole files over a store, the durable way.
 */

/* Whether there is a file of that name. Fails where that cannot be told. */
status store_file_exists(const struct store *s, const char *name, bool *ret_exists,
                         struct fault *f);

/* Reads a whole file of at most cap bytes. E_NOT_FOUND, E_LIMIT if it is larger. */
status store_file_read(const struct store *s, const char *name, uint8_t *ret_bytes, size_t cap,
                       size_t *ret_len, struct fault *f);
/* As store_file_read, into memory that the caller frees. E_NOMEM. */
status store_file_load(const struct store *s, const char *name, size_t len_max, uint8_t **ret_bytes,
                       size_t *ret_len, struct fault *f);
/* Creates a file that must not exist, writes and syncs it. Its name becomes durable with the next
 * sync_dir of its folder. E_EXISTS, E_FULL, E_FSYNC. */
status store_file_create(const struct store *s, const char *name, slice bytes, struct fault *f);
/* Replaces or creates a file so that a crash leaves the old or the new content, durable on return:
 * write "name.new", sync, rename, sync of the folder. E_FULL, E_FSYNC. */
status store_file_replace(const struct store *s, const char *name, slice bytes, struct fault *f);
/* As store_file_replace without the syncs: for files that can be made again from others. After a
 * crash the content may be old, new, or gone. */
status store_file_publish(const struct store *s, const char *name, slice bytes, struct fault *f);
