/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"

/*
 * incident: the life of an incident as a table: which transition (a stage of the list
 * incident_stage) may follow in which state. The stages are those of NIST SP 800-61 (detection and
 * analysis; containment, eradication, recovery; after the incident). Everything follows from the
 * public columns of incident records.
 */
enum incident_state {
    INCIDENT_NONE = 0, /* there is no such incident yet */
    INCIDENT_NEW,
    INCIDENT_INVESTIGATING,
    INCIDENT_CONTAINED,
    INCIDENT_ERADICATED,
    INCIDENT_RECOVERED,
    INCIDENT_CLOSED,
    INCIDENT_STATES_END,
};

enum { INCIDENT_NUMBER_MAX = 65535 /* incidents of one log */ };

/* The word for a state; NULL for a number that is none. */
const char *incident_state_name(uint8_t state);
/* The state of that name, or 0. */
uint8_t incident_state_named(slice name);
/* status_id of an OCSF Incident Finding (class 2005): 1 new, 2 in progress, 4 resolved, 5 closed.
 */
uint8_t incident_status_id(uint8_t state);
/* The state after a transition; 0 if it is not allowed in that state. */
uint8_t incident_after(uint8_t state, uint8_t stage);
/* The state that a stage leads to from wherever it is allowed; 0 for those that change none. */
uint8_t incident_state_of(uint8_t stage);
/* Appends the transitions that are allowed in a state: "acknowledged, contained or closed". */
void incident_allowed(uint8_t state, struct writer *w);
