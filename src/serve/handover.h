/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "serve/positions.h"

/*
 * handover: the judge's state on its way from the front to the scribe, which keeps it as a snapshot
 * (view/snapshots.h), and back at a start. Payloads of frames (serve/link.h); the front hands over
 * one part when it is asked for it, so that batches go in between.
 *
 *   LINK_STATE_ASK    ask u64 | 1 if only when everything is answered, u8
 *   LINK_STATE_PART   ask u64 | number u64: records below were judged | rules [32] | left u64:
 * bytes behind this part | bytes; all empty: there is no state LINK_STATE_MORE   ask u64: the next
 * part LINK_STATE        bytes of a snapshot, at a start LINK_STATE_END    nothing: that was all of
 * it LINK_STATE_TAKEN  1 if the judge goes on from it, 0 if it cannot be used, u8
 *
 * The state itself: length u64 | the correlator's bytes (judge/sigma/correlate/snapshot.h) |
 * places: first u64, runs of number u64 and index u64. Positions in the correlator are the numbers
 * that the front had given its records; the places say where in the log those are: numbers below
 * first are indices, another one is as far behind its run's index as it is behind the run's number.
 */
enum { HANDOVER_PART_BYTES = 64 * 1024, HANDOVER_HEAD_BYTES = 8 + 8 + 32 + 8 };

struct handover_part {
    uint64_t ask;
    uint64_t number;
    hash rules;
    uint64_t left;
    slice bytes; /* a view */
};

struct handover_ask {
    uint64_t ask;
    bool at_end;
};

/* Each appends a payload. */
void handover_ask_write(struct handover_ask m, struct writer *w);
void handover_part_write(const struct handover_part *m, struct writer *w);
/* The whole payload. E_SHORT, E_TRAILING, E_VALUE. */
status handover_ask_parse(slice payload, struct handover_ask *ret_ask);
status handover_part_parse(slice payload, struct handover_part *ret_part);

/* Where the numbers of a state are in the log. */
struct handover_places {
    uint64_t first;
    slice runs; /* a view */
};

/* How many bytes handover_places_write appends at most. */
size_t handover_places_bytes(const struct positions *p);
/* Appends the places of every number that is known. */
void handover_places_write(const struct positions *p, struct writer *w);
/* The parts of a state, as views. E_SHORT, E_VALUE: runs that do not follow one another. O(runs) */
status handover_state_parse(slice state, slice *ret_correlator, struct handover_places *ret_places);
/* The index of a number; false if it is in no run. O(log runs). Fits correlator_places. */
bool handover_find(void *places, uint64_t number, uint64_t *ret_index);
