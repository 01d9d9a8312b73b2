/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/intake.h"

/*
 * plan: how an input is to be read, told from its start, so that a large one can be cut into pieces
 * that are read at the same time:
 *
 *     intake_plan(start, …, &plan);
 *     for each piece of the input:            a piece ends where intake_cut_at says
 *         intake_begin_at(in, &plan, year, &before); intake_data(in, piece, true); …
 *         intake_count(&plan, piece, &before);
 *
 * gives what reading the whole of it gives, positions included.
 */
enum intake_cut {
    INTAKE_CUT_NOWHERE, /* only read from its start to its end */
    INTAKE_CUT_LINES,   /* behind any line */
    INTAKE_CUT_CHUNKS,  /* behind any chunk of an EVTX file */
};

struct intake_plan {
    enum intake_format format; /* INTAKE_AUTO: not told yet */
    enum intake_cut cut;
    uint8_t mark_bytes; /* the byte order mark at the start */
};

/* Looks at the start of an input (all: it is the whole input). wanted: INTAKE_AUTO, or the format
 * that it is in. false if more bytes are needed to tell; INTAKE_DETECT_BYTES are always enough. */
bool intake_plan_of(slice start, bool all, enum intake_format wanted, struct intake_plan *ret_plan);
/* How many bytes at the front of data, which stands at that offset of the input, may be a piece: as
 * many as there are whole records. 0: the data end within the first one, or nothing may be cut. */
size_t intake_cut_at(const struct intake_plan *plan, uint64_t offset, slice data);
/* Adds the bytes, lines and records of a piece to what is before the next one. */
void intake_count(const struct intake_plan *plan, slice piece, struct intake_position *before);
/* As intake_begin, for a piece (or all the rest) of an input of which so many lines, records and
 * bytes are before it. */
void intake_begin_at(struct intake *in, const struct intake_plan *plan, int32_t year,
                     const struct intake_position *before);
