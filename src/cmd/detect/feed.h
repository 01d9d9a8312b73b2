/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/detect/input.h"

/*
 * feed: the events of files, folders and the standard input, read by several threads.
 *
 * Files are cut into pieces (intake/plan.h) of about FEED_PIECE_BYTES; pieces are read at the same
 * time, each by one thread from its start to its end. A file that may not be cut is read by one
 * thread at a time, as others are beside it. What was made of a piece is taken over in its turn:
 * in the order of the input. So nothing that is done in turns depends on the number of threads.
 * Memory: a window (a piece is mostly smaller) for each of 2 * threads + 2 pieces under way.
 */
enum { FEED_PIECE_BYTES = 1024 * 1024, FEED_THREADS_MAX = 64 };

/* Who reads. thread and slot number the caller's own scratch and results: of thread a function is
 * never called twice at once, of slot neither, and a slot is used again only after its turn. */
struct feed_reader {
    status (*on_event)(void *with, size_t thread, size_t slot, const struct event *event,
                       const struct input_place *place);
    status (*on_fault)(void *with, size_t thread, size_t slot, const struct input_place *place,
                       const struct fault *fault);
    /* The piece of this slot has been read, and all before it had their turn. */
    status (*on_turn)(void *with, size_t slot);
    void *with;
};

struct feed_config {
    struct feed_reader reader;
    const struct routes *routes; /* borrowed; NULL: the built-in ones */
    enum intake_format format;   /* INTAKE_AUTO: told from each file */
    int32_t year;                /* of dates without one */
    size_t threads;              /* 1 to FEED_THREADS_MAX, the caller's included */
    struct progress *progress;   /* borrowed; may be NULL */
    struct sha256 *hash;         /* borrowed; of all bytes; may be NULL */
};

struct feed_counts {
    uint64_t files, bytes, events, faults;
};

struct feed;

/* How many slots a feed of so many threads has. */
size_t feed_slots(size_t threads);
/* E_NOMEM. */
status feed_new(const struct feed_config *config, struct feed **ret_feed);
void feed_free(struct feed *f);
/* Reads a path, as source_path has it. What the reader returned ends it too. Pieces of it may still
 * be under way afterwards. */
status feed_path(struct feed *f, const char *path, struct fault *fault);
/* Gives events that a node recorded, one behind the other as serve/replay.h writes them, at most
 * INTAKE_WINDOW_BYTES; the place of each is the path, with its index for a record. What the reader
 * returned; E_NOMEM. */
status feed_recorded(struct feed *f, const char *path, slice events);
/* Every piece has had its turn. What the reader returned, or E_NOMEM. */
status feed_end(struct feed *f);
/* In on_event or on_fault: waits until all before this piece had their turn; from then on it is
 * this piece's turn. For what would grow too large. */
status feed_await_turn(struct feed *f, size_t slot);
/* After feed_end. */
struct feed_counts feed_counts(const struct feed *f);
