/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/ed25519_point.h"
#include "verify/verify.h"
#include "base/banned.h"

/*
 * wasm: verify_file for whoever runs WebAssembly. The host
 *   calls room(part, len) for each part it has and writes the bytes there (keys one by one),
 *   calls run(), which gives the exit status of candor-verify,
 *   reads answer_len() bytes at answer(): what candor-verify --json prints.
 * Signatures are the host's: it imports "host" "signature", which must say 1 only for a signature
 * that holds. An instance verifies once.
 */
enum part { PART_FILE, PART_ENTRY, PART_OLD, PART_POLICY, PART_KEY };
enum { PARTS_KEPT = PART_KEY, FAILURE_BYTES_MAX = 4096 };

#define EXPORT(name) __attribute__((export_name(name)))

__attribute__((import_module("host"), import_name("signature"))) int32_t
host_signature(const uint8_t *pubkey, const uint8_t *message, size_t len, const uint8_t *sig);

static slice parts[PARTS_KEPT]; /* at is NULL: not given */
static slice keys[TRUST_GIVEN_MAX + 1];
static size_t key_count;
static slice said;

EXPORT("room") uint8_t *wasm_room(uint32_t part, size_t len)
{
    if (part > PART_KEY || len > VERIFY_FILE_BYTES_MAX) return NULL;
    uint8_t *room = malloc(len + 1);
    if (room == NULL) return NULL;
    const slice given = { room, len };
    if (part < PARTS_KEPT) {
        parts[part] = given;
    } else if (key_count < COUNT_OF(keys)) { /* one too many is refused by trust_read */
        keys[key_count++] = given;
    }
    return room;
}

static bool check_signature(const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice message,
                            const uint8_t sig[NOTE_ED25519_BYTES])
{
    return ed25519_point_is_sound(pubkey) &&
           host_signature(pubkey, message.at, message.len, sig) == 1;
}

static const slice *given(enum part part)
{
    return parts[part].at == NULL ? NULL : &parts[part];
}

static status verify(struct answer *answer, struct fault *fault)
{
    static struct trust trust;
    TRY(trust_read(keys, key_count, given(PART_POLICY), check_signature, &trust, fault));
    const struct verify_input in = {
        .file = parts[PART_FILE],
        .entry = given(PART_ENTRY),
        .old = given(PART_OLD),
        .trust = &trust,
    };
    return verify_file(&in, answer, fault);
}

EXPORT("run") int32_t wasm_run(void)
{
    static struct fault fault;
    struct answer answer = answer_of();
    if (parts[PART_FILE].at == NULL) parts[PART_FILE] = slice_none();
    status s = verify(&answer, &fault);
    size_t room = s.code == E_OK ? answer_room(&answer) : FAILURE_BYTES_MAX;
    uint8_t *bytes = malloc(room);
    if (bytes == NULL) return status_exit(FAIL(E_NOMEM));
    struct writer w = writer_of(bytes, room);
    if (s.code == E_OK) {
        answer_write_json(&answer, &w);
    } else {
        answer_write_failure(s.code == E_REFUTED, fault.text, &w);
    }
    if (writer_end(&w).code == E_OK) said = writer_slice(&w);
    return status_exit(s);
}

EXPORT("answer") const uint8_t *wasm_answer(void)
{
    return said.at;
}

EXPORT("answer_len") size_t wasm_answer_len(void)
{
    return said.len;
}
