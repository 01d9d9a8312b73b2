/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "serve/metrics.h"

/*
 * numbers: what the scribe of a node counts, for the metrics.
 */
enum { NUMBERS_LOG_S = 60 /* how old the size of the log's files may be */ };

struct numbers {
    uint64_t log_bytes;
    int64_t log_at_ns; /* when they were added up; 0: never */
};

/* Sets log, disk, and the memory of the scribe and the signer. What cannot be found out is 0. */
void numbers_gather(struct numbers *n, const char *dir, const struct node *node, struct metrics *m);
