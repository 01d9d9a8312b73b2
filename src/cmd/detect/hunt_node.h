/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/detect/feed.h"

/*
 * hunt_node: the events that a node recorded as the input of a hunt, in the order of the log, with
 * or without a node that runs. That somebody looks is in the log before the first is opened.
 */
struct hunt_node {
    const char *dir;
    const char *by;      /* a name as stated, or "" */
    const char *purpose; /* or "" */
    uint64_t from, to;   /* entries; to may lie behind the log */
    struct progress *progress;
    uint64_t erased; /* set: events that could not be judged any more */
};

/* Gives the feed every event of the range. E_CANCELLED after an interrupt; E_NOT_FOUND if DIR is no
 * node; what recording the look, reading and opening fail with. */
status hunt_node_read(struct hunt_node *n, struct feed *feed, struct fault *f);
