/* SPDX-License-Identifier: Apache-2.0 */
#include "record/incident.h"

#include "base/bytes.h"
#include "record/schema.h"
#include "base/banned.h"

#define IN(state) (1u << INCIDENT_##state)

enum {
    AT_WORK = IN(NEW) | IN(INVESTIGATING) | IN(CONTAINED) | IN(ERADICATED) | IN(RECOVERED),
    UNCHANGED = INCIDENT_NONE,
};

static const struct transition {
    uint8_t stage;
    uint8_t from; /* states as bits */
    uint8_t to;
} transitions[] = {
    { VALUE_incident_stage_opened, IN(NONE), INCIDENT_NEW },
    { VALUE_incident_stage_acknowledged, IN(NEW), INCIDENT_INVESTIGATING },
    { VALUE_incident_stage_contained, IN(NEW) | IN(INVESTIGATING), INCIDENT_CONTAINED },
    { VALUE_incident_stage_eradicated, IN(CONTAINED), INCIDENT_ERADICATED },
    { VALUE_incident_stage_recovered, IN(CONTAINED) | IN(ERADICATED), INCIDENT_RECOVERED },
    { VALUE_incident_stage_closed, IN(NEW) | IN(INVESTIGATING) | IN(RECOVERED), INCIDENT_CLOSED },
    { VALUE_incident_stage_reopened, IN(CONTAINED) | IN(ERADICATED) | IN(RECOVERED) | IN(CLOSED),
      INCIDENT_INVESTIGATING },
    { VALUE_incident_stage_updated, AT_WORK, UNCHANGED },
    { VALUE_incident_stage_notified, AT_WORK | IN(CLOSED), UNCHANGED },
    { VALUE_incident_stage_reviewed, IN(CLOSED), UNCHANGED },
};

static const struct {
    const char *name;
    uint8_t status_id;
} states[INCIDENT_STATES_END] = {
    [INCIDENT_NEW] = { "new", 1 },
    [INCIDENT_INVESTIGATING] = { "investigating", 2 },
    [INCIDENT_CONTAINED] = { "contained", 2 },
    [INCIDENT_ERADICATED] = { "eradicated", 2 },
    [INCIDENT_RECOVERED] = { "recovered", 4 },
    [INCIDENT_CLOSED] = { "closed", 5 },
};

const char *incident_state_name(uint8_t state)
{
    return state < INCIDENT_STATES_END ? states[state].name : NULL;
}

uint8_t incident_state_named(slice name)
{
    for (uint8_t i = INCIDENT_NEW; i < INCIDENT_STATES_END; i++) {
        if (slice_is(name, states[i].name)) return i;
    }
    return INCIDENT_NONE;
}

uint8_t incident_status_id(uint8_t state)
{
    return state < INCIDENT_STATES_END ? states[state].status_id : 0;
}

static const struct transition *transition_of(uint8_t stage)
{
    for (size_t i = 0; i < COUNT_OF(transitions); i++) {
        if (transitions[i].stage == stage) return &transitions[i];
    }
    return NULL;
}

uint8_t incident_after(uint8_t state, uint8_t stage)
{
    const struct transition *t = transition_of(stage);
    if (t == NULL || state >= INCIDENT_STATES_END || (t->from & 1u << state) == 0) return 0;
    return t->to == UNCHANGED ? state : t->to;
}

uint8_t incident_state_of(uint8_t stage)
{
    const struct transition *t = transition_of(stage);
    return t == NULL ? UNCHANGED : t->to;
}

void incident_allowed(uint8_t state, struct writer *w)
{
    const struct choice *names = schema_of(KIND_incident)->columns[COLUMN_incident_stage].choice;
    size_t left = 0;
    for (size_t i = 0; i < COUNT_OF(transitions); i++)
        left += incident_after(state, transitions[i].stage) != 0;
    for (size_t i = 0; i < COUNT_OF(transitions); i++) {
        if (incident_after(state, transitions[i].stage) == 0) continue;
        writer_text(w, choice_name(names, transitions[i].stage));
        left--;
        if (left > 0) writer_text(w, left == 1 ? " or " : ", ");
    }
}
