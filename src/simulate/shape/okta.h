/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * okta: events of the system log of the directory that staff signs in to. Shape: the System Log API
 * of Okta, the members that rules read.
 */
struct okta_event {
    const char *type;    /* "user.session.start" */
    const char *message; /* displayMessage */
    const char *result;  /* SUCCESS or FAILURE */
    const char *reason;  /* of a failure; NULL for none */
    const char *ip;
    const char *country;
    uint32_t actor;
    uint32_t target; /* PERSON_NONE for none */
    uint8_t factors; /* that were checked */
};

/* Says it; of sign-ins the fact too. */
void okta_say(struct world *w, const struct okta_event *e);
