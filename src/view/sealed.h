/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/layout.h"

/*
 * sealed: a file that holds no truth but private values, sealed with AES-256-GCM under a key that
 * is its alone and lies apart from it:
 *
 *   the file   head | nonce [12] | sealed bytes | tag [16]
 *   the key    32 random bytes, in keys/
 *
 * Without its key nobody can read it any more, whatever copies of it there are: to forget one is to
 * remove the key first. What lies there half-written, NAME.new, is sealed under the same key.
 */
struct sealed_file {
    struct layout_name key;  /* in LAYOUT_KEYS */
    struct layout_name file; /* in VIEW_FOLDER */
    slice about;             /* what the seal covers beside: both ends know it */
    size_t head_bytes;       /* about.len if it stands in the file too, else 0 */
};

/* Bytes of a file over plain bytes of that length. */
size_t sealed_bytes(const struct sealed_file *n, size_t plain_bytes);
/* Draws a key and writes it, then the file; each durably. A crash in between leaves a file that
 * does not open. E_FULL, E_FSYNC, E_IO, E_NOMEM. */
status sealed_save(const struct store *s, const struct sealed_file *n, slice plain,
                   struct fault *f);
/* What was sealed, at most plain_max bytes, in memory that the caller wipes and frees. E_NOT_FOUND,
 * E_SHORT, E_LIMIT, E_INVALID: key, file or about are not those of one sealing. */
status sealed_load(const struct store *s, const struct sealed_file *n, size_t plain_max,
                   uint8_t **ret_plain, size_t *ret_len, struct fault *f);
/* Whether both files are there. */
bool sealed_is_there(const struct store *s, const struct sealed_file *n);
/* Removes the key, then the file, and whatever a crash left of either; durable on return. */
status sealed_forget(const struct store *s, const struct sealed_file *n, struct fault *f);
