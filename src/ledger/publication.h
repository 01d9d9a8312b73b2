/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/store.h"

/*
 * publication: since when the log has its entries, so that they can be published after a delay
 * (public_delay in candor.yaml). Checkpoints and hashes are public at once, entries are not, so
 * that the log is no live feed for attackers.
 *
 * The file log/known has lines "TIME SIZE", oldest first: at TIME (Unix seconds) the log had SIZE
 * entries. A line is added when the log has grown and the newest line is publication_step old; what
 * is older than the delay is dropped but for the newest of it. Between two lines an entry counts as
 * known since the later one: it may be published late, never early. A file that is lost or damaged
 * is begun again, and everything then waits for the whole delay once more.
 */
#define PUBLICATION_FILE "log/known"

enum {
    PUBLICATION_STEPS = 48, /* lines of one delay */
    PUBLICATION_LINES_MAX = PUBLICATION_STEPS + 8,
    PUBLICATION_BYTES_MAX = PUBLICATION_LINES_MAX * 48,
    PUBLICATION_DELAY_S_MAX = 366 * 86400,
};

struct publication {
    struct {
        int64_t time_s;
        uint64_t size;
    } lines[PUBLICATION_LINES_MAX];
    size_t count;
};

/* Seconds between two lines: at least 1. */
int64_t publication_step(uint32_t delay_s);
/* Reads the file; empty if there is none, or one that is damaged. E_IO and its like. */
status publication_load(const struct store *s, struct publication *ret_known, struct fault *f);
/* The log has that many entries: adds a line and writes the file if it is time for it. *ret_next_s
 * is when to come back, 0 if there is nothing to be noted. */
status publication_note(struct publication *p, const struct store *s, uint32_t delay_s,
                        int64_t now_s, uint64_t size, int64_t *ret_next_s, struct fault *f);
/* How many entries may be published. */
uint64_t publication_size(const struct publication *p, uint32_t delay_s, int64_t now_s);
/* From when on size entries may be published; 0 if it is not known yet. */
int64_t publication_time(const struct publication *p, uint32_t delay_s, uint64_t size);
