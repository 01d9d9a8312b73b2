/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * node_load: senders of bench node. Each is a thread with a connection of its own that posts pieces
 * of the input to /v1/events and notes when each was due, when it was answered, and where the
 * events came to stand.
 */
enum { LOAD_SENDERS_MAX = 64, LOAD_POSTS_MAX = 1 << 20, LOAD_HEADER_MAX = 512 };

/* Whole lines of the input that one request carries. */
struct load_piece {
    slice lines;
    uint32_t events;
};

/* A request that was answered with 200. */
struct load_post {
    int64_t due_ns; /* when it should have been sent: a sender that is late counts as slow */
    int64_t answered_ns;
    uint64_t first_index;
    uint32_t events;
    uint32_t bytes;
};

struct load {
    char url[LOAD_HEADER_MAX];           /* of /v1/events */
    char authorization[LOAD_HEADER_MAX]; /* the header */
    const struct load_piece *pieces;     /* borrowed; sent again and again */
    size_t piece_count;
    size_t senders;
    double seconds;
    uint64_t rate; /* events a second of all senders; 0: as fast as answers come */
};

/* What the senders did. Posts are owned; free them with load_result_done. */
struct load_result {
    struct load_post *posts; /* by sender, then by time */
    size_t count;
    uint64_t busy; /* answers of 429 and 503: the node pushed back, and they were sent again */
    double seconds;
};

/* Runs the senders and waits for the last answer. Fails with the first failure of any: an answer
 * that is neither 200 nor a push-back, or none. E_NOMEM, E_LIMIT for more than LOAD_POSTS_MAX. */
status load_run(const struct load *load, struct load_result *ret_result, struct fault *f);
void load_result_done(struct load_result *r);
