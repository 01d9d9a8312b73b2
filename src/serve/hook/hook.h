/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/fault.h"
#include "base/writer.h"

/*
 * hook: webhooks, signed as Standard Webhooks (standardwebhooks.com) say. What is to be sent
 * follows from a position in the log, which the scribe keeps; contents wait nowhere on disk.
 *
 * The sender is a process of its own: it may use the network and reaches neither log nor key. It
 * asks the front for what comes from a position on, the front asks the reader (which has looks
 * recorded), and hands on to the scribe how far each hook is.
 *
 *   to the front    ask    hook u8 | from u64; UINT64_MAX: from where the scribe says
 *                   at     hook u8 | next u64 | given up u64: so many entries were passed over
 *   to the sender   items  next u64 | from u64 | for each: index u64, JSON vec32
 *
 * One question at a time; `at` is not answered.
 */
enum hook_message { HOOK_ASK = 1, HOOK_AT, HOOK_ITEMS };

enum {
    HOOKS_MAX = 8,
    HOOK_NAME_BYTES_MAX = 32,
    HOOK_TEXT_BYTES_MAX = 256, /* a path, or names of fields */
    HOOK_URL_BYTES_MAX = 1024,
    HOOK_SECRET_BYTES_MAX = 64, /* decoded; at least HOOK_SECRET_BYTES_MIN */
    HOOK_SECRET_BYTES_MIN = 24,
    HOOK_ITEMS_MAX = 32,
    HOOK_ITEMS_BYTES_MAX = 64 * 1024,
    HOOK_PAYLOAD_MAX = HOOK_ITEMS_BYTES_MAX + 1024,
};

enum hook_event { HOOK_FINDINGS = 1u << 0, HOOK_INCIDENTS = 1u << 1 };

struct hook {
    char name[HOOK_NAME_BYTES_MAX + 1];
    char url[HOOK_URL_BYTES_MAX];
    char secret[HOOK_TEXT_BYTES_MAX]; /* the file, or "credential:NAME" */
    char ca[HOOK_TEXT_BYTES_MAX];     /* PEM file; "": the system's */
    char fields[HOOK_TEXT_BYTES_MAX]; /* private fields to be sent, comma between them */
    uint8_t events;                   /* enum hook_event */
    bool private_addresses;           /* may be at an address that is not public */
    uint32_t give_up_s;
};

struct hooks {
    struct hook at[HOOKS_MAX];
    size_t count;
};

struct hook_at {
    uint8_t hook;
    uint64_t next;
    uint64_t given_up;
};

/* Appends a payload, and parses a whole one. E_SHORT, E_TRAILING, E_LIMIT. */
void hook_at_write(const struct hook_at *m, struct writer *w);
status hook_at_parse(slice payload, struct hook_at *ret_message);

/* What a signature is made of. */
struct hook_signing {
    slice key;
    slice id;
    int64_t time_s;
    slice body;
};

/* Appends the value of webhook-signature, "v1," and Base64 of HMAC-SHA256 over "ID.TIMESTAMP.BODY".
 * E_NOMEM. */
status hook_sign(const struct hook_signing *s, struct writer *w);
/* "whsec_" and Base64, white space around it allowed. E_SYNTAX, E_LIMIT. */
status hook_secret_parse(slice text, uint8_t ret_key[HOOK_SECRET_BYTES_MAX], size_t *ret_len);
/* Seconds to wait after that many failures (1 or more) one after the other: doubled each time up to
 * an hour; random (0 to 255) moves it by a quarter up or down. */
int64_t hook_wait_ms(unsigned failures, uint8_t random);
/* Whether an address of 16 bytes is one of the open internet (RFC 6890): not this machine, a
 * private network, link-local, shared, documentation, multicast or reserved. */
bool hook_address_is_public(const uint8_t address[16]);
