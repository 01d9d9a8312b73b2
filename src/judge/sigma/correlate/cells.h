/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/siphash.h"
#include "base/status.h"

/*
 * cells: the memory of all correlations, one block of 32-byte cells with numbers for pointers, so
 * that its size is a hard bound and it can be written down and read back as it is.
 *
 * A group (one correlation, one set of group-by values) takes two cells, each event in its window
 * one, each distinct value one, and 28 bytes of its group-by text one. Groups and values are found
 * by 128-bit keyed fingerprints in one hash table; a fingerprint stands for what it was made of.
 * Number 0 is no cell. Cost: O(1) per call.
 */
enum { CELL_TEXT_BYTES = 28, CELL_BYTES = 32 };

/* A group, first cell. */
struct group_cell {
    struct siphash_print print;
    uint32_t chain;        /* next in the hash bucket */
    uint32_t state;        /* second cell */
    uint32_t older, newer; /* groups of the same correlation by their last event's arrival */
};

/* A group, second cell. */
struct state_cell {
    uint32_t first, last; /* events, oldest first */
    uint32_t count;       /* of events */
    uint32_t text;        /* group-by values as text cells */
    uint32_t arrival;     /* the event that arrived last */
    uint32_t more;        /* a more_cell, or 0 */
    uint16_t correlation; /* its place in the correlator */
    uint8_t has_fired;    /* and the condition has not turned false since */
    uint8_t is_due;       /* waits for its window to close */
    uint32_t serial;      /* of the event that arrived last, as the correlator counts */
};

struct event_cell {
    int64_t time_ns;
    uint64_t position;
    union {
        double number;
        uint64_t bits; /* value fingerprint, or place of the listed rule */
    } value;
    uint32_t older, newer;
};

/* A distinct value of a group in a sliding value_count. */
struct value_cell {
    struct siphash_print print;
    uint32_t chain;
    uint32_t event; /* its latest event */
    uint32_t group; /* whose value it is */
    uint32_t unused;
};

struct text_cell {
    uint32_t next;
    uint8_t bytes[CELL_TEXT_BYTES];
};

/* What only some groups need. */
struct more_cell {
    __int128 millionths; /* value_sum: the sum over the window */
    int64_t due_ns;      /* is_due: the window closes when the watermark passes this */
    uint32_t due_at;     /* is_due: its place in the heap of ends */
    uint32_t unused;
};

union cell {
    struct group_cell group;
    struct state_cell state;
    struct event_cell event;
    struct value_cell value;
    struct text_cell text;
    struct more_cell more;
    uint32_t next_free;
};

struct cells {
    union cell *at;        /* owned */
    uint32_t *buckets;     /* owned; bucket_count heads of chains */
    uint32_t count;        /* cells, number 0 included */
    uint32_t bucket_count; /* a power of two */
    uint32_t free;         /* first of the free cells; 0: none */
    uint32_t used;
};

/* Cells and buckets in at most bytes of memory. E_LIMIT below 4 KiB or above what 32-bit numbers
 * can name, E_NOMEM. */
status cells_init(struct cells *c, size_t bytes);
void cells_done(struct cells *c);
/* A zeroed cell, or 0 if none is free. */
uint32_t cells_take(struct cells *c);
/* Returns a cell that nothing refers to any more. */
void cells_give(struct cells *c, uint32_t cell);
/* The group or value cell of that fingerprint, or 0. */
uint32_t cells_find(const struct cells *c, struct siphash_print print);
/* The first cell with such a fingerprint's place in the hash table, or 0. */
uint32_t cells_chain(const struct cells *c, struct siphash_print print);
/* Wipes every cell and empties the table: as after cells_init. */
void cells_clear(struct cells *c);
/* Enters a group or value cell whose print is set. */
void cells_enter(struct cells *c, uint32_t cell);
/* Takes it out of the hash table; the cell itself stays. */
void cells_leave(struct cells *c, uint32_t cell);
