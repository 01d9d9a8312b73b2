/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

static status bad(struct fault *fault, int32_t code, size_t line, const char *why)
{
    return fault_set(fault, FAIL(code), "proof, line %zu: %s", line, why);
}

static status parse_hash(slice base64, hash *ret_hash)
{
    size_t len = 0;
    TRY(base64_decode(base64, ret_hash->bytes, sizeof ret_hash->bytes, &len));
    return len == sizeof ret_hash->bytes ? OK : FAIL(E_SHORT);
}

status proof_path_parse(struct cursor *c, size_t *line_number, struct merkle_proof *ret_path,
                        struct fault *fault)
{
    struct merkle_proof path = { .count = 0 };
    for (;;) {
        slice line = {};
        const size_t at = (*line_number)++;
        if (cursor_line(c, &line).code != E_OK) {
            return bad(fault, E_SYNTAX, at,
                       "the file ends before the empty line behind the hashes");
        }
        if (line.len == 0) break;
        if (path.count == PROOF_HASHES_MAX) return bad(fault, E_LIMIT, at, "more than 63 hashes");
        if (parse_hash(line, &path.hashes[path.count++]).code != E_OK) {
            return bad(fault, E_SYNTAX, at, "not the Base64 of a 32-byte hash");
        }
    }
    *ret_path = path;
    return OK;
}

void proof_path_write(struct writer *w, const struct merkle_proof *path)
{
    for (size_t i = 0; i < path->count; i++) {
        writer_base64(w, (slice){ path->hashes[i].bytes, SHA256_BYTES });
        writer_u8(w, '\n');
    }
}

/* Takes a line "word rest" and gives the rest; false, and nothing taken, if it starts otherwise. */
static bool take_word(struct cursor *c, const char *word_and_space, slice *ret_rest)
{
    struct cursor next = *c;
    slice line = {};
    if (cursor_line(&next, &line).code != E_OK) return false;
    if (!slice_starts(line, slice_text(word_and_space))) return false;
    *ret_rest = slice_from(line, strlen(word_and_space));
    *c = next;
    return true;
}

static status take_magic(struct cursor *c, const char *magic, struct fault *fault)
{
    slice line = {};
    if (c->data.len > PROOF_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "proof: longer than %d bytes", PROOF_BYTES_MAX);
    }
    if (cursor_line(c, &line).code != E_OK || !slice_is(line, magic)) {
        return fault_set(fault, FAIL(E_UNKNOWN), "proof, line 1: not \"%s\"", magic);
    }
    return OK;
}

/* Checks Base64 of any length without keeping the result. */
static bool is_base64(slice text)
{
    uint8_t piece[48];
    size_t len = 0;
    for (; text.len > 64; text = slice_from(text, 64)) {
        if (base64_decode((slice){ text.at, 64 }, piece, sizeof piece, &len).code != E_OK)
            return false;
        if (len != sizeof piece) return false;
    }
    return base64_decode(text, piece, sizeof piece, &len).code == E_OK;
}

status inclusion_proof_parse(slice bytes, struct inclusion_proof *ret_proof, struct fault *fault)
{
    struct inclusion_proof p = { .extra_base64 = slice_none() };
    struct cursor c = cursor_of(bytes);
    size_t line = 2;
    slice index = {};
    TRY(take_magic(&c, PROOF_INCLUSION_MAGIC, fault));
    if (take_word(&c, "extra ", &p.extra_base64)) {
        if (p.extra_base64.len > base64_len(PROOF_EXTRA_BYTES_MAX)) {
            return bad(fault, E_LIMIT, line, "the extra data is longer than 64 KiB");
        }
        if (!is_base64(p.extra_base64)) return bad(fault, E_SYNTAX, line, "extra: not Base64");
        line++;
    }
    if (!take_word(&c, "index ", &index) || num_parse_u64(index, &p.index).code != E_OK) {
        return bad(fault, E_SYNTAX, line, "not \"index \" and a decimal number");
    }
    line++;
    TRY(proof_path_parse(&c, &line, &p.path, fault));
    p.checkpoint = slice_from(bytes, c.pos);
    *ret_proof = p;
    return OK;
}

status consistency_proof_parse(slice bytes, struct consistency_proof *ret_proof,
                               struct fault *fault)
{
    struct consistency_proof p = {};
    struct cursor c = cursor_of(bytes);
    slice old = {};
    size_t line = 3;
    TRY(take_magic(&c, PROOF_CONSISTENCY_MAGIC, fault));
    if (!take_word(&c, "old ", &old))
        return bad(fault, E_SYNTAX, 2, "does not start with \"old \"");
    const uint8_t *space = memchr(old.at, ' ', old.len);
    const size_t digits = space == NULL ? old.len : (size_t)(space - old.at);
    if (space == NULL || num_parse_u64((slice){ old.at, digits }, &p.old_size).code != E_OK) {
        return bad(fault, E_SYNTAX, 2, "the old size is not a decimal number");
    }
    if (parse_hash(slice_from(old, digits + 1), &p.old_root).code != E_OK) {
        return bad(fault, E_SYNTAX, 2, "the old root is not the Base64 of 32 bytes");
    }
    TRY(proof_path_parse(&c, &line, &p.path, fault));
    p.new_checkpoint = slice_from(bytes, c.pos);
    *ret_proof = p;
    return OK;
}

void inclusion_proof_write(struct writer *w, const struct inclusion_proof *p)
{
    writer_text(w, PROOF_INCLUSION_MAGIC "\n");
    if (p->extra_base64.len > 0) {
        writer_text(w, "extra ");
        writer_bytes(w, p->extra_base64);
        writer_u8(w, '\n');
    }
    writer_text(w, "index ");
    writer_dec(w, p->index);
    writer_u8(w, '\n');
    proof_path_write(w, &p->path);
    writer_u8(w, '\n');
    writer_bytes(w, p->checkpoint);
}

void consistency_proof_write(struct writer *w, const struct consistency_proof *p)
{
    writer_text(w, PROOF_CONSISTENCY_MAGIC "\nold ");
    writer_dec(w, p->old_size);
    writer_u8(w, ' ');
    writer_base64(w, (slice){ p->old_root.bytes, SHA256_BYTES });
    writer_u8(w, '\n');
    proof_path_write(w, &p->path);
    writer_u8(w, '\n');
    writer_bytes(w, p->new_checkpoint);
}
