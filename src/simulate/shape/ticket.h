/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * ticket: a change of a ticket, as an event of the ticket system and as a fact.
 */
struct ticket {
    uint64_t number;
    const char *state; /* open, pending, closed */
    const char *topic;
    const char *purpose; /* of the closed list of purposes */
    uint32_t subject;    /* whom it concerns, who opened it; NO_USER for none */
    uint32_t assignee;   /* PERSON_NONE for none yet */
};

/* Says it, and records the fact. */
void ticket_say(struct world *w, const struct ticket *t);
