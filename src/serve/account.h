/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"

/*
 * account: who may talk to a node: sources, which send events, and users, which read and decide.
 *
 * The table is a file of JSON lines that the scribe owns (DIR/accounts) and hands to the front. It
 * holds no secret: a token is 256 random bits, and only its SHA-256 is kept. Every change of the
 * table is an oversight record.
 *
 *   {"source":"shop","id":3,"token":"…hex…","class":"application","market":"IE","actor":"user.id",
 *    "subject":"customer","ack":"sequenced","silence":900}
 *   {"user":"ana","id":4,"token":"…hex…","role":"analyst"}
 */
enum {
    ACCOUNTS_MAX = 4096,
    ACCOUNTS_BYTES_MAX = 1024 * 1024,
    ACCOUNT_NAME_BYTES_MAX = 64,
    ACCOUNT_FIELD_BYTES_MAX = 128,
    ACCOUNT_TOKEN_BYTES = 3 + 64, /* "cs-" or "cu-" and 64 hexadecimal digits */
    ACCOUNT_SILENCE_S_MAX = 366 * 86400,
};

#define ACCOUNT_SILENCE_DEFAULT UINT32_MAX /* as candor.yaml says */

enum account_kind { ACCOUNT_SOURCE, ACCOUNT_USER };

enum account_level { ACCOUNT_SEQUENCED, ACCOUNT_CHECKPOINTED, ACCOUNT_WITNESSED };

struct account {
    uint8_t kind; /* enum account_kind */
    bool is_disabled;
    uint8_t source_class; /* choices.def, of a source */
    uint8_t role;         /* choices.def, of a user */
    uint8_t level;        /* enum account_level: when a source is answered unless it asks */
    uint32_t silence_s;   /* that a source may be silent; 0: for ever; or the default */
    uint64_t id;          /* never used again */
    char name[ACCOUNT_NAME_BYTES_MAX + 1];
    char market[3];                            /* or "" */
    char actor[ACCOUNT_FIELD_BYTES_MAX + 1];   /* the event's field that says who acted */
    char subject[ACCOUNT_FIELD_BYTES_MAX + 1]; /* the field that says whose data it is about */
    hash token;
};

struct accounts {
    struct account *at; /* owned */
    size_t count;
};

#define ACCOUNT_ACTOR_DEFAULT "actor"
#define ACCOUNT_SUBJECT_DEFAULT "subject"

/* The level of that name. E_UNKNOWN. */
status account_level_named(slice name, uint8_t *ret_level);
/* Whether a name is one: 1 to ACCOUNT_NAME_BYTES_MAX of a-z 0-9 . _ -, beginning with a letter. */
bool account_name_is_valid(slice name);
/* Reads the table; ret_accounts is owned by the caller. E_SYNTAX, E_VALUE, E_DUPLICATE (name of one
 * kind, id), E_LIMIT, E_NOMEM; the fault names the line. */
status accounts_read(slice text, struct accounts *ret_accounts, struct fault *f);
/* Frees the table. */
void accounts_done(struct accounts *a);
/* Appends one line of the table. */
void account_write(const struct account *a, struct writer *w);
/* The account of that kind and name, or NULL. */
struct account *accounts_find(const struct accounts *a, uint8_t kind, slice name);
/* The account whose token this is, unless it is disabled, else NULL. The time does not tell how
 * much of a wrong token was right. */
const struct account *accounts_of_token(const struct accounts *a, slice token);
/* The number behind the highest in use. */
uint64_t accounts_next_id(const struct accounts *a);
/* The text of a token from 32 random bytes, and its hash. */
void account_token(uint8_t kind, const uint8_t random[32], char ret_text[ACCOUNT_TOKEN_BYTES + 1],
                   hash *ret_hash);
