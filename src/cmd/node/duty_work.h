/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "os/user.h"
#include "record/draft.h"

/*
 * duty_work: a duty that is being carried out; for duty_perform.c and duty_erase.c.
 */
struct erasing;

struct performance {
    struct node *node;
    const struct duty *duty;
    struct erasing *begun; /* borrowed: a look through the log that was begun; NULL: none */
    struct draft draft;
    int64_t now_ns;
    char user[USER_NAME_MAX + 1];    /* the operating system's */
    char session[USER_NAME_MAX + 8]; /* "user NAME" */
    struct writer *answer;
};

/* The name that was stated, or the user's. */
slice duty_actor(const struct performance *p);
/* The node's market: two letters, or two zero bytes. */
slice duty_market(const struct performance *p);
/* Sets a text that was given; an empty slot leaves the field absent. */
void duty_set_text(struct performance *p, int field, enum duty_slot slot);
/* Starts a record of the kind, now. E_REFUSED if the clock stands before 1970. */
status duty_begin(struct performance *p, uint8_t kind, struct fault *f);
/* Adds the record that was drafted. */
status duty_end(struct performance *p, uint64_t *ret_index, struct fault *f);
/* The number of the word of a closed list in a slot; 0 if the slot is empty. E_USAGE. */
status duty_word(const struct performance *p, enum duty_slot slot, const char *list,
                 uint8_t *ret_number, struct fault *f);
/* Whether the slot of records holds 1 to DUTY_RECORDS_MAX indices of the log. */
status duty_records_check(const struct performance *p, struct fault *f);
/* Adds an oversight record of that action, drafted so far but for who did it. */
status duty_oversight(struct performance *p, uint8_t action, uint64_t *ret_index, struct fault *f);

/* In witness/duty_anchor.c. E_REFUSED for a checkpoint of this log itself. */
status perform_anchor(struct performance *p, uint64_t *ret_index, struct fault *f);
/* In duty_incident.c. E_REFUSED for a transition that is not allowed, or after another change. */
status perform_incident(struct performance *p, uint64_t *ret_index, struct fault *f);

/* In report/duty_report.c. E_REFUSED for what is not the next version of its period. */
status perform_report(struct performance *p, uint64_t *ret_index, struct fault *f);

/* In forget/duty_erase.c: each adds its records and says the index of the last. */
status perform_hold_place(struct performance *p, uint64_t *ret_index, struct fault *f);
/* E_NOT_FOUND if no such hold is in force. */
status perform_hold_lift(struct performance *p, uint64_t *ret_index, struct fault *f);
/* Notes what is asked for; nothing is erased yet. E_REFUSED under a hold. */
status perform_erase_request(struct performance *p, uint64_t *ret_index, struct fault *f);
/* Carries a request out. E_REFUSED if the same person asked for it, or under a hold. */
status perform_erase_approve(struct performance *p, uint64_t *ret_index, struct fault *f);
/* Erases what its retention time is over for. */
status perform_erase_expired(struct performance *p, uint64_t *ret_index, struct fault *f);
