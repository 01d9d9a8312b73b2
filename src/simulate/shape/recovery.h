/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * recovery: an event of account recovery, by the user or by support.
 */
struct recovery {
    const char *action;
    uint32_t subject;
    uint32_t actor;      /* of support; PERSON_NONE: the user */
    const char *channel; /* support, self_service */
    const char *method;  /* sms, email, …; NULL for none */
    const char *reason;  /* the ticket; NULL for none */
    const char *ip;      /* from where the request came */
    const char *country;
    uint32_t sim_changed_hours; /* 0: not told */
};

/* Says it. */
void recovery_say(struct world *w, const struct recovery *r);
