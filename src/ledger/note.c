/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/note.h"

#include <assert.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/ed25519_point.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "ledger/cosignature.h"
#include "base/banned.h"

enum { KEY_ID_BYTES = 4, KEY_ID_DIGITS = 8 };

static const char signature_start[] = "\xe2\x80\x94 "; /* U+2014 and a space */

/* The characters with the Unicode property White_Space. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool note_name_is_valid(slice name)
{
    if (name.len == 0 || name.len > NOTE_NAME_BYTES_MAX) return false;
    for (size_t at = 0; at < name.len;) {
        uint32_t c = 0;
        size_t len = 0;
        if (text_code_point(slice_from(name, at), &c, &len).code != E_OK) return false;
        if (c < 0x20 || c == '+' || is_space(c)) return false;
        at += len;
    }
    return true;
}

uint32_t note_key_id(slice name, uint8_t type, slice pubkey)
{
    const uint8_t between[] = { '\n', type };
    struct sha256 s;
    hash h;
    sha256_init(&s);
    sha256_update(&s, name);
    sha256_update(&s, (slice){ between, sizeof between });
    sha256_update(&s, pubkey);
    sha256_final(&s, &h);
    return get_u32(h.bytes);
}

static status check_characters(slice bytes, struct fault *fault)
{
    size_t line = 1;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] == '\n') line++;
        if (bytes.at[i] < 0x20 && bytes.at[i] != '\n') {
            return fault_set(fault, FAIL(E_SYNTAX), "note, line %zu: control character 0x%02x",
                             line, bytes.at[i]);
        }
    }
    if (text_is_utf8(bytes)) return OK;
    size_t at = 0;
    uint32_t code_point = 0;
    size_t len = 0;
    while (text_code_point(slice_from(bytes, at), &code_point, &len).code == E_OK)
        at += len;
    return fault_set(fault, FAIL(E_UTF8), "note: offset %zu: not UTF-8", at);
}

static size_t count_lines(slice text)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    return lines;
}

/* The text ends at the last empty line; what follows are signatures. */
static status split(slice bytes, slice *ret_text, slice *ret_signatures, struct fault *fault)
{
    if (bytes.len < 2 || bytes.at[bytes.len - 1] != '\n') {
        return fault_set(fault, FAIL(E_SYNTAX), "note: offset %zu: does not end in a newline",
                         bytes.len);
    }
    for (size_t i = bytes.len - 1; i > 0; i--) {
        if (bytes.at[i] != '\n' || bytes.at[i - 1] != '\n') continue;
        *ret_text = (slice){ bytes.at, i };
        *ret_signatures = slice_from(bytes, i + 1);
        return OK;
    }
    return fault_set(fault, FAIL(E_SYNTAX),
                     "note, up to line %zu: no empty line between text and signatures",
                     count_lines(bytes));
}

static status parse_signature(slice line, struct note_signature *ret)
{
    uint8_t bytes[NOTE_SIGNATURE_BYTES_MAX];
    size_t len = 0;
    if (!slice_starts(line, slice_text(signature_start))) return FAIL(E_SYNTAX);
    const slice rest = slice_from(line, sizeof signature_start - 1);
    const uint8_t *space = memchr(rest.at, ' ', rest.len);
    if (space == NULL) return FAIL(E_SYNTAX);
    const slice name = { rest.at, (size_t)(space - rest.at) };
    const slice base64 = slice_from(rest, name.len + 1);
    if (!note_name_is_valid(name)) return FAIL(E_SYNTAX);
    TRY(base64_decode(base64, bytes, sizeof bytes, &len));
    if (len <= KEY_ID_BYTES) return FAIL(E_SHORT);
    *ret = (struct note_signature){ name, get_u32(bytes), base64 };
    return OK;
}

status note_parse(slice bytes, struct note *ret_note, struct fault *fault)
{
    if (bytes.len > NOTE_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "note: longer than %d bytes", NOTE_BYTES_MAX);
    }
    TRY(check_characters(bytes, fault));
    struct note n = {};
    slice signatures = {};
    TRY(split(bytes, &n.text, &signatures, fault));
    if (n.text.len > NOTE_TEXT_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "note: text longer than %d bytes",
                         NOTE_TEXT_BYTES_MAX);
    }
    if (signatures.len == 0)
        return fault_set(fault, FAIL(E_SYNTAX), "note, line %zu: has no signature",
                         count_lines(bytes) + 1);
    struct cursor c = cursor_of(signatures);
    size_t line_number = count_lines(n.text) + 2;
    for (; cursor_left(&c) > 0; line_number++) {
        slice line = {};
        TRY(cursor_line(&c, &line));
        if (n.count == NOTE_SIGNATURES_MAX) {
            return fault_set(fault, FAIL(E_LIMIT), "note: more than %d signatures",
                             NOTE_SIGNATURES_MAX);
        }
        const status s = parse_signature(line, &n.signatures[n.count++]);
        if (s.code != E_OK) {
            return fault_set(fault, s, "note, line %zu: not a signature line", line_number);
        }
    }
    *ret_note = n;
    return OK;
}

/* Takes the text up to the next '+', which is consumed too. */
static status take_part(slice *text, slice *ret_part)
{
    const uint8_t *plus = memchr(text->at, '+', text->len);
    if (plus == NULL) return FAIL(E_SYNTAX);
    *ret_part = (slice){ text->at, (size_t)(plus - text->at) };
    *text = slice_from(*text, ret_part->len + 1);
    return OK;
}

static bool id_is_hash(uint8_t type)
{
    return type == NOTE_KEY_ED25519 || type == NOTE_KEY_COSIGNATURE || type == 0x06;
}

status note_key_parse(slice text, struct note_key *ret_key, struct fault *fault)
{
    uint8_t id[KEY_ID_BYTES];
    uint8_t key[NOTE_KEY_BYTES_MAX];
    size_t len = 0;
    struct note_key k = { .base64 = text };
    slice digits = {};
    if (take_part(&k.base64, &k.name).code != E_OK || take_part(&k.base64, &digits).code != E_OK) {
        return fault_set(fault, FAIL(E_SYNTAX), "key: not of the form NAME+ID+BASE64");
    }
    if (!note_name_is_valid(k.name)) return fault_set(fault, FAIL(E_SYNTAX), "key: bad name");
    if (digits.len != KEY_ID_DIGITS || num_parse_hex(digits, id, sizeof id).code != E_OK) {
        return fault_set(fault, FAIL(E_SYNTAX), "key: the ID is not 8 hexadecimal digits");
    }
    const status decoded = base64_decode(k.base64, key, sizeof key, &len);
    if (decoded.code != E_OK || len < 2) {
        return fault_set(fault, FAIL(E_SYNTAX), "key: not the Base64 of a type and a public key");
    }
    k.key_id = get_u32(id);
    k.type = key[0];
    const slice pubkey = { key + 1, len - 1 };
    if (id_is_hash(k.type) && note_key_id(k.name, k.type, pubkey) != k.key_id) {
        return fault_set(fault, FAIL(E_VALUE), "key: the ID is not that of this name and key");
    }
    if (k.type == NOTE_KEY_ED25519 || k.type == NOTE_KEY_COSIGNATURE) {
        if (pubkey.len != NOTE_PUBKEY_BYTES) {
            return fault_set(fault, FAIL(E_VALUE), "key: %zu bytes instead of 32", pubkey.len);
        }
        bytes_copy(k.pubkey, sizeof k.pubkey, pubkey);
        if (!ed25519_point_is_sound(k.pubkey)) {
            return fault_set(fault, FAIL(E_VALUE),
                             "key: a point of small order or not in canonical form");
        }
        k.verifiable = true;
    }
    *ret_key = k;
    return OK;
}

static bool signature_holds(slice text, const struct note_key *key, slice signature,
                            ed25519_check verify, uint64_t *ret_time)
{
    *ret_time = 0;
    if (key->type == NOTE_KEY_COSIGNATURE) {
        return cosignature_verify(text, key->pubkey, signature, verify, ret_time);
    }
    return signature.len == NOTE_ED25519_BYTES && verify(key->pubkey, text, signature.at);
}

/* One signature against all keys. E_INVALID if some key has its name and ID and none verifies it.
 */
static status verify_one(const struct note *n, const struct note_signature *sig,
                         const struct note_key *keys, size_t key_count, ed25519_check verify,
                         struct note_seen *seen)
{
    uint8_t bytes[NOTE_SIGNATURE_BYTES_MAX];
    size_t len = 0;
    TRY(base64_decode(sig->base64, bytes, sizeof bytes, &len));
    const slice signature = slice_from((slice){ bytes, len }, KEY_ID_BYTES);
    bool known = false;
    bool holds = false;
    for (size_t k = 0; k < key_count; k++) {
        uint64_t time = 0;
        const struct note_key *key = &keys[k];
        if (!key->verifiable || key->key_id != sig->key_id) continue;
        if (!slice_equal(key->name, sig->name)) continue;
        known = true;
        if (!signature_holds(n->text, key, signature, verify, &time)) continue;
        holds = true;
        seen[k].signed_it = true;
        if (time > seen[k].time) seen[k].time = time;
    }
    return known && !holds ? FAIL(E_INVALID) : OK;
}

status note_verify(const struct note *n, const struct note_key *keys, size_t key_count,
                   ed25519_check verify, struct note_seen *ret_seen, struct fault *fault)
{
    for (size_t k = 0; k < key_count; k++)
        ret_seen[k] = (struct note_seen){};
    for (size_t i = 0; i < n->count; i++) {
        const struct note_signature *sig = &n->signatures[i];
        const status s = verify_one(n, sig, keys, key_count, verify, ret_seen);
        if (s.code == E_OK) continue;
        return fault_set(fault, s, "note, line %zu: the signature of %.*s+%08x does not verify",
                         count_lines(n->text) + 2 + i, (int)sig->name.len, sig->name.at,
                         sig->key_id);
    }
    for (size_t k = 0; k < key_count; k++) {
        if (ret_seen[k].signed_it) return OK;
    }
    return fault_set(fault, FAIL(E_INVALID),
                     "note, from line %zu on: no signature by any of the keys given",
                     count_lines(n->text) + 2);
}

void note_write_signature(struct writer *w, slice name, uint32_t key_id, slice signature)
{
    uint8_t bytes[NOTE_SIGNATURE_BYTES_MAX];
    struct writer raw = writer_of(bytes, sizeof bytes);
    writer_u32(&raw, key_id);
    writer_bytes(&raw, signature);
    assert(writer_end(&raw).code == E_OK);
    writer_text(w, signature_start);
    writer_bytes(w, name);
    writer_u8(w, ' ');
    writer_base64(w, writer_slice(&raw));
    writer_u8(w, '\n');
}

void note_copy_signature(struct writer *w, const struct note_signature *s)
{
    writer_text(w, "\xe2\x80\x94 ");
    writer_bytes(w, s->name);
    writer_text(w, " ");
    writer_bytes(w, s->base64);
    writer_text(w, "\n");
}

void note_write_key(struct writer *w, slice name, uint8_t type, slice pubkey)
{
    uint8_t bytes[NOTE_KEY_BYTES_MAX];
    struct writer raw = writer_of(bytes, sizeof bytes);
    writer_u8(&raw, type);
    writer_bytes(&raw, pubkey);
    assert(writer_end(&raw).code == E_OK);
    writer_bytes(w, name);
    writer_printf(w, "+%08x+", note_key_id(name, type, pubkey));
    writer_base64(w, writer_slice(&raw));
}
