/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"

/*
 * receipt: what the person whom a decision concerns is given: the entry, its proof, and a token,
 * "INDEX-HASH" with the hash of the leaf in hexadecimal digits, by which the Transparency Center
 * finds the entry without signing in. The leaf hides behind random salts: nobody who was not given
 * the token can name it before the entry is public, and then it tells nothing more.
 */

/* Writes {"entry":"BASE64","proof":"…","token":"…"}. */
void receipt_write(struct json_writer *j, uint64_t index, slice entry, slice proof);
