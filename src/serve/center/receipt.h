/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"

/*
 * receipt: what somebody was given to find the entry of a decision about them by: "INDEX-HASH", the
 * hash being that of the leaf in 64 hexadecimal digits.
 *
 *   found   entry vec16 (empty: not published yet) | c2sp.org/tlog-proof, to the end
 */
enum { RECEIPT_TOKEN_BYTES_MAX = 20 + 1 + 2 * SHA256_BYTES };

struct receipt_found {
    uint64_t index;
    slice entry; /* empty: it is in the log, but not published yet */
    slice proof;
};

/* Reads a token; surrounding space is allowed. E_SYNTAX. */
status receipt_parse(slice token, uint64_t *ret_index, hash *ret_leaf);
/* Reads what was found. E_SHORT, E_LIMIT. */
status receipt_found_parse(slice bytes, uint64_t index, struct receipt_found *ret_found);
