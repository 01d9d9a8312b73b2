/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"

/*
 * simulate: the events of an invented organisation that runs a platform with users: who signs in,
 * who reads whose data and why, what is decided, deployed, changed; with attacks planted and
 * labelled. A function of the configuration alone: no clock, no I/O, no floating point, so that the
 * same seed gives the same bytes on every machine.
 *
 * Time passes minute by minute. Each row of a table (registry.h) starts its activity so and so
 * often; what follows from a start waits in one agenda, ordered by time. What was handed out does
 * not depend on how many days are asked for: one day is the beginning of two. What is not part of
 * an attack does not depend on the attacks. Memory depends on the staff and the rate of events,
 * not on their number.
 */
enum {
    SIMULATE_STAFF_MIN = 24, /* two of each role, and two more */
    SIMULATE_STAFF_MAX = 200000,
    SIMULATE_USERS_MIN = 640,
    SIMULATE_USERS_MAX = 1 << 30,
    SIMULATE_DAYS_MAX = 36500,
    SIMULATE_ATTACKS_MAX = 32, /* rows of the table of attacks */
    SIMULATE_LINE_BYTES_MAX = 64 * 1024,
};

struct simulate_config {
    uint64_t seed;
    uint32_t days;        /* 1 or more */
    uint32_t staff;       /* SIMULATE_STAFF_MIN .. SIMULATE_STAFF_MAX */
    uint32_t users;       /* at least staff and SIMULATE_USERS_MIN */
    int64_t start_day;    /* days since 1970-01-01 */
    uint64_t events;      /* about how many events to make; 0: as many as staff and users do */
    uint32_t attacks;     /* bit of each attack that is planted, by its place in the table */
    bool records;         /* hand out records too, not only events */
    bool has_first_index; /* the index of the first record in the log is known … */
    uint64_t first_index; /* … so that records can refer to each other */
};

/* What part of an attack an event is. */
struct simulated_label {
    const char *attack;
    const char *step;  /* what the attacker did */
    uint32_t instance; /* from 1, over all attacks */
};

/* One line: an event as its source writes it, or a record as `candor append` takes it. The slices
 * are valid during the call only. */
struct simulated {
    int64_t time_ms; /* since 1970; never less than that of the line before */
    bool is_record;
    uint8_t source; /* see simulate_source_name */
    slice json;
    slice actor;                         /* of an event: who acted, or empty */
    slice subject;                       /* of an event: the user whom it concerns, or empty */
    const struct simulated_label *label; /* NULL: no part of an attack */
};

/* An attack that is over, or that the end of the simulation cut. */
struct simulated_attack {
    const char *attack;
    const char *techniques; /* of ATT&CK, with commas between them */
    const char *rules;      /* titles of candor's own rules that find it, with '|' between them */
    uint32_t instance;
    uint32_t events;
    int64_t began_ms;
    int64_t ended_ms;
    bool complete;
    slice actor; /* the account that the attack acts through */
};

struct simulate_sink {
    status (*line)(void *to, const struct simulated *line);
    status (*attack)(void *to, const struct simulated_attack *attack);
    void *to;
};

struct simulation;

/* E_VALUE for a configuration outside its limits, E_NOMEM. */
status simulation_new(const struct simulate_config *config, struct simulation **ret_simulation);
void simulation_free(struct simulation *s);
/* Hands every line to the sink, in order of time; once only. Ends early with what the sink returns
 * if that is a failure; E_NOMEM. */
status simulation_run(struct simulation *s, const struct simulate_sink *sink);

/* The name of a source, such as "admin-tool"; NULL behind the last. */
const char *simulate_source_name(size_t source);
/* Name and one line about each attack of the table, from 0; NULL behind the last. */
const char *simulate_attack_name(size_t attack);
const char *simulate_attack_summary(size_t attack);
/* The same of each activity. */
const char *simulate_activity_name(size_t activity);
const char *simulate_activity_summary(size_t activity);
/* The event as a record of kind event, as `candor append` takes it, without a newline. */
void simulate_event_record(const struct simulated *line, struct writer *w);
