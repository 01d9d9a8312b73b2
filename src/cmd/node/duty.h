/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * duty: something that an officer asks of a node and that the log has to tell of: to open values,
 * to disclose them, to hold or to erase them. A command fills it in; whoever writes the log carries
 * it out: the running node, or the command itself under the directory lock.
 *
 *   payload   kind u8 | for each slot in order: a 4-byte length and its bytes
 *
 * Who asks: the operating system's user is taken from the socket, or from the process; a name that
 * was stated (DUTY_ACTOR) is only that.
 */
enum duty_kind {
    DUTY_OPEN = 1,      /* look at private values: records */
    DUTY_DISCLOSE,      /* records, fields, to, recipient, purpose, basis, subject */
    DUTY_CHANGE,        /* request: of accounts or rules (cmd/node/change.h) */
    DUTY_HOLD_PLACE,    /* id, records (first and last, repeated), subject, basis, note */
    DUTY_HOLD_LIFT,     /* id */
    DUTY_ERASE_REQUEST, /* records and fields, or subject; basis */
    DUTY_ERASE_APPROVE, /* records: the index of the request */
    DUTY_ERASE_EXPIRED, /* nothing: every record whose retention time is over */
    DUTY_INCIDENT,      /* request, id: its number, records: its newest (duty_incident.c) */
    DUTY_KEYS_COPY,     /* id: backup or restore; nothing is erased until its asker is gone */
    DUTY_SEARCH,   /* look through private values: records (first, last), note: for what, purpose */
    DUTY_FINDINGS, /* request: findings of a hunt over this log (record/wire.h) */
    DUTY_ANCHOR,   /* note: another log's checkpoint; request: the one that it contradicts */
    DUTY_REPORT,   /* request: the body of a report record (cmd/report/duty_report.c) */
    DUTY_KINDS_END,
};

enum duty_slot {
    DUTY_ACTOR,     /* a name as it was stated; empty: the user's */
    DUTY_RECORDS,   /* indices, u64 each */
    DUTY_FIELDS,    /* names, as a list of texts (record/value.h) */
    DUTY_TO,        /* a person or office */
    DUTY_RECIPIENT, /* a word of the list recipient */
    DUTY_PURPOSE,   /* a word of the list purpose, or the reason in words */
    DUTY_BASIS,     /* the legal basis */
    DUTY_SUBJECT,   /* a data subject */
    DUTY_REQUEST,   /* a JSON object */
    DUTY_ID,        /* of a hold */
    DUTY_NOTE,
    DUTY_SLOTS,
};

enum {
    DUTY_SLOT_BYTES_MAX = 65535,
    DUTY_BYTES_MAX = 1 + DUTY_SLOTS * (4 + DUTY_SLOT_BYTES_MAX),
    DUTY_RECORDS_MAX = 4096, /* indices in one duty */
    DUTY_ANSWER_BYTES_MAX = 1024,
};

struct duty {
    uint8_t kind;
    slice slots[DUTY_SLOTS];
};

/* A duty with empty slots. */
struct duty duty_of(enum duty_kind kind);
/* Appends the payload. */
void duty_write(const struct duty *d, struct writer *w);
/* Exactly these bytes; slots are views. E_SHORT, E_LIMIT, E_TRAILING, E_UNKNOWN. */
status duty_parse(slice payload, struct duty *ret_duty);

/* Has the duty carried out by the running node of DIR, or by this process under the lock, and takes
 * its answer, one JSON line, once the log has it durably and signed. E_REFUSED, E_VALUE and their
 * like if the answer is no; E_BUSY if another command holds the lock. */
status duty_ask(const char *dir, const struct duty *d, struct writer *answer, struct fault *f);

/* As duty_ask, but only by a node that runs: E_BUSY if none does. */
status duty_ask_running(const char *dir, const struct duty *d, struct writer *answer,
                        struct fault *f);

struct control_append;
/* As duty_ask_running, records or decisions to be appended (cmd/node/control.h): their answers, and
 * how many were refused. */
status duty_append(const char *dir, const struct control_append *m, struct writer *answer,
                   uint64_t *ret_refused, struct fault *f);

/* Sends the duty over a control socket and takes its answer. E_CLOSED. */
status duty_exchange(int fd, const struct duty *d, struct writer *answer, struct fault *f);

struct node;
/* Carries a duty out on a node that is open for writing: its records are added and flushed. The
 * answer is true once the log is signed up to *ret_size. */
status duty_perform(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                    uint64_t *ret_size, struct fault *f);
struct erasing;
/* As duty_perform, with a look through the log that was begun for this duty (forget/forgetting.h);
 * it is emptied, or left to the caller. NULL: none. */
status duty_perform_begun(struct node *n, const struct duty *d, unsigned uid, struct erasing *begun,
                          struct writer *answer, uint64_t *ret_size, struct fault *f);
/* Whether a failure of duty_perform says no to this duty alone, the log being as well as before. */
bool duty_is_refusal(status s);
