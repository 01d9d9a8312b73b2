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
 *   calls run(how), which gives the exit status of candor-verify,
 *   reads answer_len() bytes at answer(): what candor-verify --json prints.
 * Signatures are the host's: it imports "host" "signature", which must say 1 only for a signature
 * that holds. So are public entries: "host" "read" puts the file of that path into room(5, len) and
 * says 1, or says 0 if there is none. An instance verifies once.
 */
enum part { PART_FILE, PART_ENTRY, PART_OLD, PART_POLICY, PART_KEY, PART_PUBLIC };
enum { PARTS_KEPT = PART_KEY, FAILURE_BYTES_MAX = 4096 };
/* What a count proof is held against: nothing, one segment of the public entries, or all. */
enum how { HOW_ALONE, HOW_SEGMENT, HOW_RECOUNT };

#define EXPORT(name) __attribute__((export_name(name)))

__attribute__((import_module("host"), import_name("signature"))) int32_t
host_signature(const uint8_t *pubkey, const uint8_t *message, size_t len, const uint8_t *sig);

__attribute__((import_module("host"), import_name("read"))) int32_t host_read(const char *path,
                                                                              size_t len);

static slice parts[PARTS_KEPT]; /* at is NULL: not given */
static slice public_file;       /* the one read last */
static size_t public_cap;       /* of the memory that it lies in */
static slice keys[TRUST_GIVEN_MAX + 1];
static size_t key_count;
static slice said;

/* Files of public entries come one behind the other: each takes the memory of the last. */
static uint8_t *room_public(size_t len)
{
    uint8_t *room = (uint8_t *)(uintptr_t)public_file.at;
    if (len >= public_cap) room = malloc(2 * len + 1);
    if (room == NULL) return NULL;
    if (len >= public_cap) public_cap = 2 * len + 1;
    public_file = (slice){ room, len };
    return room;
}

EXPORT("room") uint8_t *wasm_room(uint32_t part, size_t len)
{
    if (part > PART_PUBLIC || len > VERIFY_FILE_BYTES_MAX) return NULL;
    if (part == PART_PUBLIC) return room_public(len);
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

static status read_public(void *, const char *path, slice *ret_bytes, struct fault *fault)
{
    if (host_read(path, strlen(path)) != 1) {
        return fault_set(fault, FAIL(E_NOT_FOUND), "%s: is not among the files given", path);
    }
    *ret_bytes = public_file;
    return OK;
}

static status verify(enum how how, struct answer *answer, struct fault *fault)
{
    static struct trust trust;
    struct published log = { .read = read_public };
    TRY(trust_read(keys, key_count, given(PART_POLICY), check_signature, &trust, fault));
    const struct verify_input in = {
        .file = parts[PART_FILE],
        .entry = given(PART_ENTRY),
        .old = given(PART_OLD),
        .log = &log,
        .whole = how == HOW_RECOUNT,
        .recount = how == HOW_ALONE ? NULL : recounting_check,
        .trust = &trust,
    };
    return verify_file(&in, answer, fault);
}

EXPORT("run") int32_t wasm_run(uint32_t how)
{
    static struct fault fault;
    struct answer answer = answer_of();
    if (parts[PART_FILE].at == NULL) parts[PART_FILE] = slice_none();
    status s = verify((enum how)how, &answer, &fault);
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
