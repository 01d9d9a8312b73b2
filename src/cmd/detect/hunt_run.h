/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/detect/feed.h"
#include "cmd/detect/hunt_node.h"
#include "cmd/detect/hunt_output.h"
#include "cmd/detect/hunt_record.h"
#include "judge/sigma/fast/engine.h"

/*
 * hunt_run: judges every event of an input, with threads. What comes out is the same for any number
 * of them:
 *
 *   1. findings of detection rules, file by file as the paths name them (a folder's names sorted),
 *      in a file by the place of the event, at an event by the order of the rules;
 *   2. findings of correlations, by the time of the event that fired them.
 *
 * Another order of the files gives the same findings, those of the first kind in that order. Faults
 * of the input are told on standard error in the order of the input.
 */
struct hunt_config {
    const struct ruleset *rs;    /* borrowed, with everything below */
    const struct engine *engine; /* NULL: the naive evaluator judges */
    const struct routes *routes; /* NULL: the built-in ones */
    struct hunt_output *output;  /* started; its stream may be NULL */
    struct progress *progress;   /* may be NULL */
    struct sha256 *hash;         /* of the input; may be NULL */
    struct hunt_record *record;  /* takes the findings, with node; NULL: nobody */
    struct hunt_node *node;      /* read instead of paths; NULL: none */
    enum intake_format format;
    int32_t year;
    size_t threads;       /* 1 to FEED_THREADS_MAX */
    uint8_t level_min;    /* enum rule_level */
    bool explain;         /* with each finding */
    bool digest;          /* of the findings, in the tally */
    bool quiet;           /* faults are counted, not told */
    bool read_only;       /* nothing is judged: what reading costs */
    uint64_t *candidates; /* events by their number of candidates, CANDIDATES_MAX + 1 of
                           * them, more counted in the last; may be NULL */
};

enum { CANDIDATES_MAX = 4096 };

/* Judges the events of the paths and adds to the tally. E_NOT_FOUND, E_NOMEM, E_IO. An interrupt
 * (cmd/interrupt.h) ends the input early. */
status hunt_run(const struct hunt_config *config, const char *const *paths, size_t path_count,
                struct hunt_totals *ret_totals, struct hunt_tally *tally, struct fault *fault);
