/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * registry: the tables of what people and machines do, and of what attackers do. A new behaviour
 * is a file with a run function and a row here; nothing else knows of it.
 */
enum members { MEMBERS_USERS, MEMBERS_STAFF, MEMBERS_HOSTS, MEMBERS_ONE };

struct activity {
    const char *name;
    const char *summary;
    uint8_t members;  /* who does it: enum members */
    uint8_t role;     /* MEMBERS_STAFF: enum role */
    uint8_t curve;    /* when: enum curve */
    bool grows;       /* with --events: users and machines do more, people cannot */
    uint32_t per_day; /* starts of 1,000 members on a day (on a working day) */
    uint32_t events;  /* lines of events that a start leads to, in hundredths: for --events */
    /* Runs step s->what of it. What 0 is the start: of users the subject is drawn, of staff the
     * actor, of hosts a is the number of the host; now is s->at. */
    void (*run)(struct world *w, const struct step *s);
};

struct attack {
    const char *name;
    const char *summary;
    const char *techniques; /* of ATT&CK, with commas between them */
    const char *rules;      /* titles of candor's own rules that must find it, '|' between them */
    uint8_t hour;           /* of the home market's day at which it starts */
    void (*run)(struct world *w, const struct step *s);
};

/* Both end with a row without name. */
extern const struct activity activities[];
extern const struct attack attacks[];
/* How many rows they have. */
size_t registry_activities(void);
size_t registry_attacks(void);
/* What there is to say before anything happens. */
void registry_begin(struct world *w);
/* How many servers the organisation has. */
uint32_t registry_hosts(const struct world *w);
