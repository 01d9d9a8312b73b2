/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "intake/decision/complaints.h"
#include "lib/json.h"
#include "record/draft.h"

/*
 * decision: what a platform decides and is asked to decide, as records: an enforcement with its
 * statement of reasons, a notice, an order of an authority, an appeal; and the figures that it
 * declares because no record can supply them. Read from JSON with the
 * DSA's own field names, or from a row of the daily dumps (intake/decision/dump.h); both go through
 * the same rules, which give the one canonical form that is committed (docs/formats/decisions.md).
 *
 * What needs the log is left to whoever writes it: that an identifier is new, that what is referred
 * to exists, and what a reversal takes over from the decision that it reverses.
 */

/* A value as it was given, whatever the format. */
enum given_form {
    GIVEN_NOTHING, /* absent, null or an empty text */
    GIVEN_TEXT,
    GIVEN_LIST,
    GIVEN_NUMBER, /* a whole number, 0 or above */
    GIVEN_TRUE,
    GIVEN_FALSE,
    GIVEN_WRONG, /* anything else */
};

struct given {
    slice text;
    const slice *list; /* in the arena */
    size_t count;
    uint64_t number;
    uint8_t form; /* enum given_form */
};

enum {
    DECISION_LIST_MAX = 256,               /* words in one list */
    DECISION_BATCH_MAX = 100,              /* decisions in one request, as in the DSA's own API */
    DECISION_ARENA_BYTES_MAX = 256 * 1024, /* what one decision needs at most */
};

enum decision_target { DECISION_TARGET_NONE, DECISION_ACCOUNT, DECISION_CONTENT };

struct decision {
    struct draft draft;
    struct arena *arena;           /* borrowed */
    struct complaints *complaints; /* borrowed */
    uint64_t seen;                 /* members given, by their place in the table */
    int64_t now_ns;
    uint8_t kind;
    uint8_t stage;
    uint8_t reason_class; /* as it was given; 0: not */
    uint8_t target;       /* enum decision_target */
    bool is_light;        /* a row of a dump that leaves the long texts out */
    slice id;             /* PUID, identifier, or the cell of what is declared */
    slice enforcement;    /* an appeal's: the PUID of what it contests; empty: none given */
};

/* Whether the kind is one of them. */
bool decision_is_kind(uint8_t kind);
/* Begins one. arena and complaints are borrowed until decision_end's record was used; market: of
 * the node, two characters or two zero bytes. kind: KIND_enforcement, _notice, _order, _appeal,
 * _declared. */
void decision_start(struct decision *d, uint8_t kind, int64_t now_ns, slice market,
                    struct arena *arena, struct complaints *complaints);
/* One member. What is wrong with it becomes a complaint. */
void decision_give(struct decision *d, slice name, const struct given *value);
/* Every member of a JSON object of the document. Views into it stay in the draft. */
void decision_give_object(struct decision *d, const struct json_document *document,
                          const struct json_node *object);
/* Holds all members against each other and sets the time. Whether there was no complaint. */
bool decision_check(struct decision *d);
/* Whether the stage says that something earlier was changed: it must be found in the log. */
bool decision_is_later(const struct decision *d);
/* Whether it takes what is public of it over from the decision that it reverses or ends. */
bool decision_is_reversal(const struct decision *d);
/* The record; only after decision_check gave true. What draft_end fails with. */
status decision_end(struct decision *d, struct record *ret_record, struct fault *f);

/* A batch: {"statements":[…]} of enforcements, {"notices":[…]}, {"orders":[…]}, {"appeals":[…]},
 * {"figures":[…]} of what is declared.
 * The array, or NULL if the object is one decision by itself. */
const struct json_node *decision_batch(uint8_t kind, const struct json_document *document);
/* "statement", "notice", "order", "appeal", "figure": what the errors of a batch are named by. */
const char *decision_noun(uint8_t kind);
/* The member that says which one it is: "puid", "id" or "cell". */
const char *decision_id_name(uint8_t kind);
