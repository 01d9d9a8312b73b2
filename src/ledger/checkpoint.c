/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/checkpoint.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "ledger/merkle.h"
#include "base/banned.h"

static status bad(struct fault *fault, int32_t code, int line, const char *why)
{
    return fault_set(fault, FAIL(code), "checkpoint, line %d: %s", line, why);
}

static status check_extensions(slice lines, struct fault *fault)
{
    struct cursor c = cursor_of(lines);
    for (int number = 4; cursor_left(&c) > 0; number++) {
        slice line = {};
        if (cursor_line(&c, &line).code != E_OK) return bad(fault, E_SYNTAX, number, "no newline");
        if (line.len == 0) return bad(fault, E_SYNTAX, number, "empty extension line");
    }
    return OK;
}

status checkpoint_parse(slice text, struct checkpoint *ret_checkpoint, struct fault *fault)
{
    struct cursor c = cursor_of(text);
    struct checkpoint cp = {};
    slice size = {};
    slice root = {};
    size_t len = 0;
    if (cursor_line(&c, &cp.origin).code != E_OK || cp.origin.len == 0) {
        return bad(fault, E_SYNTAX, 1, "no origin");
    }
    if (cursor_line(&c, &size).code != E_OK) return bad(fault, E_SYNTAX, 2, "no size");
    const status number = num_parse_u64(size, &cp.size);
    if (number.code == E_LIMIT || (number.code == E_OK && cp.size > MERKLE_SIZE_MAX)) {
        return bad(fault, E_LIMIT, 2, "the size is above 2^63 - 1");
    }
    if (number.code != E_OK) return bad(fault, E_SYNTAX, 2, "the size is not a decimal number");
    if (cursor_line(&c, &root).code != E_OK) return bad(fault, E_SYNTAX, 3, "no root");
    const status decoded = base64_decode(root, cp.root.bytes, sizeof cp.root.bytes, &len);
    if (decoded.code != E_OK || len != sizeof cp.root.bytes) {
        return bad(fault, E_SYNTAX, 3, "the root is not the Base64 of 32 bytes");
    }
    const hash empty = merkle_empty();
    if (cp.size == 0 && !bytes_equal(cp.root.bytes, empty.bytes, sizeof empty.bytes)) {
        return bad(fault, E_VALUE, 3, "the root of an empty tree is SHA-256 of nothing");
    }
    cp.extensions = slice_from(text, c.pos);
    TRY(check_extensions(cp.extensions, fault));
    *ret_checkpoint = cp;
    return OK;
}

void checkpoint_write(struct writer *w, const struct checkpoint *c)
{
    writer_bytes(w, c->origin);
    writer_u8(w, '\n');
    writer_dec(w, c->size);
    writer_u8(w, '\n');
    writer_base64(w, (slice){ c->root.bytes, sizeof c->root.bytes });
    writer_u8(w, '\n');
    writer_bytes(w, c->extensions);
}
