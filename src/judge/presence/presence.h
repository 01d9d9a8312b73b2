/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"
#include "base/writer.h"

/*
 * presence: which sources are heard, and which of the numbers that they give their events are
 * missing. A fold over the log: events and the reports that were recorded go in, in the order of
 * the log; what has to be reported comes out of presence_due and changes nothing before it was
 * recorded. So the state after a start is the one before it, and nothing is reported twice.
 *
 * A hole in the numbers is reported when PRESENCE_WAIT_S have passed, or when the source is so far
 * ahead that they would not be taken any more: senders with several connections fill holes. Holes
 * beyond PRESENCE_HOLES_MAX of one source are joined to one with its first and last number and how
 * many are missing between them. What comes after it was reported is in the log, and no less
 * reported.
 *
 * A source that has never sent anything is not missed. No clock: the caller says what time it is.
 */
enum {
    PRESENCE_SOURCES_MAX = 4096,
    PRESENCE_NAME_BYTES_MAX = 64,
    PRESENCE_HOLES_MAX = 32,
    PRESENCE_WAIT_S = 60,        /* that a missing number may still come */
    PRESENCE_START_S = 60,       /* that sources have to come back after a start of the node */
    PRESENCE_BEHIND_MAX = 65536, /* numbers that a late one may lie behind (serve/windows.h) */
    PRESENCE_TEXT_BYTES_MAX = 8 * 1024 * 1024,
};

/* Missing numbers: amount of first..last. */
struct presence_hole {
    uint64_t first, last, amount;
    int64_t noticed_ns;
};

struct presence_source {
    char name[PRESENCE_NAME_BYTES_MAX + 1];
    uint64_t id;        /* declared */
    uint32_t silence_s; /* that it may be silent; 0: for ever. Declared, not in the log */
    int64_t heard_ns;   /* its newest event's arrival; 0: never heard */
    int64_t silent_ns;  /* since when the log has it silent; 0: it has not */
    int64_t back_ns;    /* heard again since, what the log does not say yet; 0: no */
    bool is_numbered;
    uint64_t highest; /* of its numbers */
    uint64_t missing; /* numbers that were reported */
    uint32_t hole_count;
    struct presence_hole holes[PRESENCE_HOLES_MAX]; /* not reported yet, in order */
};

enum presence_cause {
    PRESENCE_HOLE = 1, /* first, last, amount; from, to: when it was noticed and now */
    PRESENCE_SILENT,   /* from: the last event's arrival */
    PRESENCE_BACK,     /* from, to: the silence */
};

struct presence_report {
    uint8_t cause; /* enum presence_cause */
    slice source;  /* a name */
    uint64_t first, last, amount;
    int64_t from_ns, to_ns;
};

struct presence;

/* E_NOMEM. */
status presence_new(struct presence **ret_presence);
/* NULL is allowed. */
void presence_free(struct presence *p);
/* Follows a source of that name from here on, with that id and time; others are not followed.
 * E_LIMIT beyond PRESENCE_SOURCES_MAX, E_VALUE for a name that is too long. */
status presence_declare(struct presence *p, slice name, uint64_t id, uint32_t silence_s);
/* An event of the log; number NULL: it has none. */
void presence_event(struct presence *p, slice name, int64_t arrived_ns, const uint64_t *number);
/* A report of the log. */
void presence_reported(struct presence *p, const struct presence_report *r);
/* The numbers first to last of the source with that id have come, about when its newest event did.
 */
void presence_numbers(struct presence *p, uint64_t id, uint64_t first, uint64_t last);
/* What has to be reported now; false: nothing. listening_ns: since when the node could be reached.
 * The same comes again until it was reported. */
bool presence_due(const struct presence *p, int64_t now_ns, int64_t listening_ns,
                  struct presence_report *ret_report);
/* The source of that name, or the nth in the order of their declaration; NULL if there is none. */
const struct presence_source *presence_find(const struct presence *p, slice name);
const struct presence_source *presence_nth(const struct presence *p, size_t nth);
/* As presence_find, in constant time. */
const struct presence_source *presence_seek(struct presence *p, slice name);
/* Appends the state as text, a line for each source that was heard; what was declared is not in it.
 */
void presence_write(const struct presence *p, struct writer *w);
/* Takes the state of one line: of a source that is followed and was not heard; others are passed
 * over. E_SYNTAX, E_VALUE. */
status presence_read_line(struct presence *p, slice line);
