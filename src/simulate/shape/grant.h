/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * grant: one transition of a grant of access to user data, as an event of the tool that keeps them
 * and as a record.
 */
struct grant {
    uint64_t number;
    const char *action; /* of the event: request, approve, use, extend, revoke, break_glass */
    const char *stage;  /* of the record: requested, approved, …; NULL for none */
    const char *reason;
    const char *ticket;   /* NULL for none */
    const char *incident; /* NULL for none */
    const char *class;    /* of the data it opens */
    const char *store;
    uint32_t actor;    /* who does this step */
    uint32_t holder;   /* who asked and who may touch the data */
    uint32_t approver; /* PERSON_NONE where nobody has */
    int64_t ends_ms;
    bool break_glass;
};

/* Says it, and records it. */
void grant_say(struct world *w, const struct grant *g);
/* "GRT-000017". */
struct word grant_name(uint64_t number);
