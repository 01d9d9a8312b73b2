/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * agenda: what is still to happen, the earliest first; of equal times, what was put in first. A
 * binary heap. O(log n) each; room grows up to AGENDA_STEPS_MAX.
 */
enum {
    AGENDA_STEPS_MAX =
        1 << 22, /* 288 MiB of 72 bytes each; what does not fit is left out and counted */
};

/* One thing that is to happen. Who runs it knows what its numbers mean. */
struct step {
    int64_t at; /* ms since 1970 */
    uint64_t order;
    uint64_t a;
    uint64_t b;
    uint64_t c;
    uint64_t d;
    uint32_t subject;  /* a user */
    uint32_t actor;    /* a person of the staff */
    uint16_t row;      /* whose step it is: activities, then attacks */
    uint16_t what;     /* which step; 0 is the start */
    uint16_t instance; /* of an attack: its slot + 1; 0: none */
    uint8_t market;
    uint8_t n;     /* of a step that repeats: how often still */
    uint32_t done; /* and how often already */
};

struct agenda {
    struct step *steps; /* owned */
    size_t count;
    size_t cap;
    uint64_t order;    /* given so far */
    uint64_t left_out; /* for want of room */
};

/* Frees its room. */
void agenda_done(struct agenda *a);
/* Its order is set. E_NOMEM. */
status agenda_put(struct agenda *a, const struct step *step);
/* The earliest that is before that time; false if there is none. */
bool agenda_take(struct agenda *a, int64_t before_ms, struct step *ret_step);
