/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/receipt.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "record/entry.h"
#include "base/banned.h"

static slice trimmed(slice text)
{
    while (text.len > 0 && text.at[0] == ' ')
        text = slice_from(text, 1);
    while (text.len > 0 && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

status receipt_parse(slice token, uint64_t *ret_index, hash *ret_leaf)
{
    const slice text = trimmed(token);
    const uint8_t *dash = memchr(text.at, '-', text.len);
    uint64_t index = 0;
    hash leaf = {};
    if (dash == NULL || text.len > RECEIPT_TOKEN_BYTES_MAX) return FAIL(E_SYNTAX);
    const size_t digits = (size_t)(dash - text.at);
    const slice rest = slice_from(text, digits + 1);
    if (rest.len != 2 * SHA256_BYTES) return FAIL(E_SYNTAX);
    if (num_parse_u64((slice){ text.at, digits }, &index).code != E_OK) return FAIL(E_SYNTAX);
    if (num_parse_hex(rest, leaf.bytes, sizeof leaf.bytes).code != E_OK) return FAIL(E_SYNTAX);
    *ret_index = index;
    *ret_leaf = leaf;
    return OK;
}

status receipt_found_parse(slice bytes, uint64_t index, struct receipt_found *ret_found)
{
    struct cursor c = cursor_of(bytes);
    struct receipt_found found = { .index = index };
    TRY(cursor_vec16(&c, ENTRY_BYTES_MAX, &found.entry));
    TRY(cursor_bytes(&c, cursor_left(&c), &found.proof));
    *ret_found = found;
    return OK;
}
