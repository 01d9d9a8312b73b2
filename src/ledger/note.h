/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/writer.h"

/*
 * note: signed notes (c2sp.org/signed-note) and the keys that sign them. Pure: the one signature
 * algorithm that is verified, Ed25519, comes in through a function pointer.
 *
 *   note = text (ends in LF) | LF | signature lines      signature line = "— " name " " base64 LF
 *   base64 of: key ID u32 | signature                    key = name "+" 8 hex digits "+" base64
 *   key ID = SHA-256(name | LF | type u8 | public key)[0:4]         base64 of: type u8 | public key
 *
 * Ownership: everything parsed is a view into the bytes given.
 * Normative text of what is accepted: docs/formats/note.md.
 */
enum {
    NOTE_BYTES_MAX = 1024 * 1024,    /* a whole note: text and signatures */
    NOTE_TEXT_BYTES_MAX = 32 * 1024, /* the signed text: a checkpoint is below 1 KiB */
    NOTE_SIGNATURES_MAX = 128,       /* 16 must be accepted */
    NOTE_SIGNATURE_BYTES_MAX = 4096, /* decoded; the largest known, ML-DSA-44, has 2,432 */
    NOTE_NAME_BYTES_MAX = 255,
    NOTE_KEY_BYTES_MAX = 2048, /* type and public key; ML-DSA-44 has 1,313 */
    NOTE_PUBKEY_BYTES = 32,
    NOTE_ED25519_BYTES = 64,
};

enum note_key_type {
    NOTE_KEY_ED25519 = 0x01,     /* signs the text */
    NOTE_KEY_COSIGNATURE = 0x04, /* signs a time and the text: a witness, cosignature.h */
};

/* Whether sig is a signature of message under pubkey; docs/formats/note.md says which edge cases.
 */
typedef bool (*ed25519_check)(const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice message,
                              const uint8_t sig[NOTE_ED25519_BYTES]);

struct note_signature {
    slice name;
    uint32_t key_id;
    slice base64; /* of the key ID and the signature; valid, at most NOTE_SIGNATURE_BYTES_MAX */
};

struct note {
    slice text; /* what is signed, with its last LF */
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
    size_t count;
};

struct note_key {
    slice name;
    uint32_t key_id;
    uint8_t type;    /* enum note_key_type, or another if !verifiable */
    bool verifiable; /* type and length are ones whose signatures note_verify can check */
    uint8_t pubkey[NOTE_PUBKEY_BYTES];
    slice base64; /* type and public key as given: equal exactly for equal keys */
};

/* What note_verify found for one key. */
struct note_seen {
    bool signed_it;
    uint64_t time; /* seconds since 1970 of the newest cosignature; 0 for other types */
};

/* Non-empty UTF-8 without Unicode space, '+' or control character, at most NOTE_NAME_BYTES_MAX. */
bool note_name_is_valid(slice name);
uint32_t note_key_id(slice name, uint8_t type, slice pubkey);

/* E_LIMIT, E_UTF8, E_SYNTAX; the fault names line and reason. */
status note_parse(slice bytes, struct note *ret_note, struct fault *fault);
/* A key as "candor init" prints it ("name+ID+base64"). E_SYNTAX, E_LIMIT, E_VALUE (the ID is not
 * that of the key). Types that cannot be verified are accepted with verifiable = false. */
status note_key_parse(slice text, struct note_key *ret_key, struct fault *fault);

/* Checks every signature whose name and key ID belong to one of the keys; others are ignored.
 * ret_seen has one element per key. E_INVALID if a signature of a known key does not verify
 * (whatever the others say), or if there is none that verifies. */
status note_verify(const struct note *n, const struct note_key *keys, size_t key_count,
                   ed25519_check verify, struct note_seen *ret_seen, struct fault *fault);

/* Appends the line of one signature, "— name base64" LF. name must be valid. */
void note_write_signature(struct writer *w, slice name, uint32_t key_id, slice signature);
/* Appends the line of a signature that was parsed. */
void note_copy_signature(struct writer *w, const struct note_signature *s);
/* Appends "name+ID+base64". */
void note_write_key(struct writer *w, slice name, uint8_t type, slice pubkey);
