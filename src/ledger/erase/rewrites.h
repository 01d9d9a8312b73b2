/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/sha256.h"
#include "ledger/segment.h"
#include "ledger/store.h"

/*
 * rewrites: the opening blocks of one key group that were written anew because values in them were
 * erased: log/0000000000.blk. Segments stay as they are; what stands in them of such a block can no
 * longer be opened by any key.
 *
 *   header, 64 bytes: candorBK | version u16 | 6 zero | group u64 | SHA-256 of the origin |
 * check[8] then for each rewriting: a block's head (its wrapped key zero) and sealed bytes, as in a
 *   segment, and the SHA-256 of both
 *
 * How many bytes count stands in the group's slot (keys.h) and turns with its keys; what lies
 * behind them was left by a crash. The last rewriting of a block is the one that counts.
 */
enum {
    REWRITES_HEADER_BYTES = 64,
    REWRITES_CHECK_BYTES = SHA256_BYTES,
};

struct rewrites;

/* What the group has, of which that many bytes count; 0: nothing was rewritten yet. E_CORRUPT if
 * the file is shorter or is not what the format says, E_NOT_FOUND, E_NOMEM. */
status rewrites_open(const struct store *store, hash origin, uint64_t group, uint64_t bytes,
                     struct rewrites **ret_rewrites, struct fault *f);
/* NULL is allowed. */
void rewrites_free(struct rewrites *r);
/* Whether the block was rewritten. */
bool rewrites_has(const struct rewrites *r, uint64_t block);
/* The block as it was rewritten last; sealed is a view that dies with the next call. E_CORRUPT. */
status rewrites_read(struct rewrites *r, uint64_t block, struct block_head *ret_head,
                     slice *ret_sealed, struct fault *f);
/* Appends a rewriting: head and sealed bytes, as block_seal gave them. The first one makes the file
 * or cuts off what a crash left behind the bytes that count. E_FULL, E_FSYNC. */
status rewrites_append(struct rewrites *r, uint64_t block, slice bytes, struct fault *f);
/* Makes everything appended durable. */
status rewrites_sync(struct rewrites *r, struct fault *f);
/* Bytes that count once the group's slot says so. */
uint64_t rewrites_bytes(const struct rewrites *r);
/* Cuts off what a crash left behind the bytes that count. */
status rewrites_settle(struct rewrites *r, struct fault *f);
/* Checks every byte of the file, superseded blocks included; the fault names file and offset. */
status rewrites_check(struct rewrites *r, struct fault *f);
