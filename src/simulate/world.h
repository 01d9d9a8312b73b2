/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/bytes.h"
#include "base/json_writer.h"
#include "simulate/agenda.h"
#include "simulate/people.h"
#include "simulate/simulate.h"
#include "simulate/word.h"

/*
 * world: what the rows of the registry share while they run: the people, the agenda, the time, and
 * the line that is being written. A row draws from its own stream only, so that rows do not change
 * each other.
 */
enum { ROWS_MAX = 96, INSTANCES_MAX = 64, SESSIONS_MAX = 8 };

/* Where lines come from: each is a registered source of a node, with a token of its own. */
enum source {
    SOURCE_AUTH,       /* sign-ins of users */
    SOURCE_API,        /* requests of users, staff tools, services and builds */
    SOURCE_ADMIN_TOOL, /* what staff does to accounts of users */
    SOURCE_RECOVERY,   /* account recovery */
    SOURCE_MODERATION, /* the moderation queue */
    SOURCE_REPORTS,    /* notices of users */
    SOURCE_GRANTS,     /* grants of access to user data */
    SOURCE_TICKETS,    /* the ticket system */
    SOURCE_LEGAL,      /* orders of authorities */
    SOURCE_PEOPLE,     /* human resources */
    SOURCE_OKTA,       /* sign-ins of staff */
    SOURCE_DATABASE,   /* pgaudit */
    SOURCE_CLOUD,      /* CloudTrail */
    SOURCE_CLUSTER,    /* Kubernetes audit */
    SOURCE_CODE,       /* GitHub audit */
    SOURCE_DEPLOY,     /* deployments and changes */
    SOURCE_HOSTS,      /* auditd and journald of servers */
    SOURCE_ENDPOINTS,  /* Sysmon of staff computers */
    SOURCE_OPERATIONS, /* backups, scans, reviews: records only */
    SOURCES,
};

/* Things that are numbered from 1. */
enum counter {
    COUNT_TICKET,
    COUNT_GRANT,
    COUNT_CONTENT,
    COUNT_ORDER,
    COUNT_CHANGE,
    COUNT_THING,
    COUNTERS
};

/* An attack that goes on. */
struct instance {
    struct simulated_label label;
    struct simulated_attack report;
    uint32_t actor;   /* staff, where it is one */
    uint32_t pending; /* its steps in the agenda */
    bool used;
};

struct world {
    struct simulate_config config;
    const struct simulate_sink *sink;
    struct people people;
    struct agenda agenda;
    struct stream streams[ROWS_MAX];
    struct stream *random; /* of the row that runs */
    int64_t now;           /* ms since 1970 */
    uint64_t counters[COUNTERS];
    uint64_t session_lines[SESSIONS_MAX]; /* of database sessions that stay open */
    uint64_t lines;                       /* handed out */
    uint64_t source_lines[SOURCES];       /* events of each source */
    struct instance instances[INSTANCES_MAX];
    struct instance *instance; /* whose step runs, or NULL */
    uint32_t instance_count;
    status failed; /* the first failure; from then on nothing is done */

    struct simulated line; /* being written */
    struct word actor;
    struct word subject;
    struct writer w;
    struct json_writer json;
    uint8_t *bytes; /* owned */
};

/* Begins an event: what its source writes goes into the object that is open now. actor and subject
 * (NULL for none) are copied. */
struct json_writer *event_begin(struct world *w, enum source source, const char *actor,
                                const char *subject);
void event_end(struct world *w);
/* Begins a record with its kind, time and source (no source for a kind without one: SOURCES).
 * NULL if no records are asked for. */
struct json_writer *record_begin(struct world *w, const char *kind, enum source source);
void record_end(struct world *w);
/* The index that the line handed out next will have in the log, where that is known. */
bool record_next_index(const struct world *w, uint64_t *ret_index);
/* As record_begin, of a fact of that type and identifier. */
struct json_writer *fact_begin(struct world *w, const char *type, enum source source,
                               const char *id);

/* The same step again after that time, as step what. */
void world_after(struct world *w, const struct step *s, int64_t delay_ms, uint16_t what);
/* A market where it is day, for staff that works around the clock. */
uint8_t world_shift(struct world *w);
/* The next of its kind. */
uint64_t world_number(struct world *w, enum counter counter);
/* Says what the events that follow are of the attack. */
void world_label(struct world *w, const char *step);
/* Names who the attack acts through. */
void world_culprit(struct world *w, uint32_t person);

/* That member of the staff. */
static inline const struct person *world_person(const struct world *w, uint32_t person)
{
    return &w->people.persons[person];
}
/* 0 .. n - 1 of the row's stream. */
static inline uint32_t world_below(struct world *w, uint32_t n)
{
    return stream_below(w->random, n);
}
/* low .. high units of that many milliseconds, in milliseconds. */
static inline int64_t world_wait(struct world *w, uint32_t low, uint32_t high, int64_t unit_ms)
{
    const int64_t part = (int64_t)(stream_next(w->random) >> 40) * unit_ms >> 24;
    return (int64_t)stream_between(w->random, low, high) * unit_ms + part;
}
