/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/intake.h"

/*
 * reading: a recorded event read again as it was when it came, for all who judge or search what the
 * log holds. The same bytes give the same events.
 */
enum {
    /* An event further ahead of its arrival is judged and filed under that: one wrong clock must
     * not close the windows of everybody. As the lateness that correlations allow. */
    READING_FUTURE_S = 10,
};

/* An event as its record in the log has it. */
struct recorded {
    uint64_t index;
    int64_t time_ns;
    int64_t arrived_ns;
    uint8_t trust; /* choices.def; 0: none was stated */
    slice raw;
};

/* Whether an event that arrived then may claim that time. */
bool reading_believes(int64_t time_ns, int64_t arrived_ns);

struct reading {
    struct intake *intake; /* borrowed */
    const struct recorded *event;
    enum intake_format format;
    bool is_first;
    bool is_told; /* by the protocol when it happened, which holds for all events of the body */
};

/* Begins. JSON_PADDING_BYTES behind raw must be readable. */
struct reading reading_of(struct intake *in, const struct recorded *event);
/* The next event of the body, with the time under which it is judged; has_time is false where that
 * is its arrival. False behind the last. */
bool reading_next(struct reading *r, struct event *ret_event);
