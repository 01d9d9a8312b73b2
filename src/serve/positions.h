/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/status.h"

/*
 * positions: from the numbers that the front gives its records to their indices in the log. The two
 * differ by what others wrote in between, which changes rarely: a run is kept for each change, the
 * newest POSITIONS_RUNS_MAX of them. Numbers below the first are indices already.
 */
enum { POSITIONS_RUNS_MAX = 65536 };

struct position_run {
    uint64_t number;
    uint64_t index;
};

struct positions {
    struct position_run *runs; /* owned: a ring of POSITIONS_RUNS_MAX */
    uint64_t count;            /* runs ever; the newest is number count - 1 */
    uint64_t first;            /* the first number of this run of the node */
    uint64_t next;             /* behind the last number noted */
};

/* Numbers from first on will be noted, one by one. E_NOMEM. */
status positions_init(struct positions *p, uint64_t first);
/* Frees the runs. Allowed on a zeroed struct. */
void positions_done(struct positions *p);
/* The next number has that index. */
void positions_note(struct positions *p, uint64_t number, uint64_t index);
/* length numbers from number on have the indices from index on. */
void positions_note_run(struct positions *p, uint64_t number, uint64_t index, uint64_t length);
/* E_NOT_FOUND for a number that was not given out or is older than every run kept. */
status positions_find(const struct positions *p, uint64_t number, uint64_t *ret_index);
/* Evidence of a finding, pairs of u64 and u16, with the numbers replaced by indices; ret_bytes has
 * room for evidence.len. E_VALUE if it is not pairs, E_NOT_FOUND. */
status positions_translate(const struct positions *p, slice evidence, uint8_t *ret_bytes);
