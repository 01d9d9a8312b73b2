/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/store.h"
#include "sim/platter.h"

/*
 * disk: a simulated disk under the real ledger, as an implementation of struct store. It loses,
 * tears and reorders what was not synced, fills up, fails, lies after a failed sync, and stops at
 * any operation; all of it from one seed. docs/testing.md says what is simulated and what is not.
 *
 * Names are durable with sync_dir of their folder; until then a power cut keeps or loses each
 * change, a rename as a whole. Operations are counted: a fault can be planned for the nth.
 */
enum disk_fault {
    DISK_NO_FAULT,
    DISK_POWER_CUT, /* this and every later operation fails; the page cache is lost */
    DISK_KILL,      /* the same for the process, but the machine and its page cache go on */
    DISK_FULL,      /* no space from here on, until disk_space_returns */
    DISK_IO,        /* one operation fails with E_IO; a write may be half done */
    DISK_FSYNC,     /* one sync fails; the cache then holds everything as clean */
    DISK_FAULTS,
};

struct disk;

/* An empty disk. */
struct disk *disk_new(uint64_t seed);
void disk_free(struct disk *d);
/* A second disk with the same content and no handle open, going on with another seed. */
struct disk *disk_copy(const struct disk *d, uint64_t seed);
/* The disk as a store; dies with it. */
struct store disk_store(struct disk *d);

/* Operations so far. Closing, the clock and random bytes do not count. */
uint64_t disk_operations(const struct disk *d);
/* Plans a fault for the first operation from number nth (from 0) on that can have it. */
void disk_plan(struct disk *d, uint64_t nth, enum disk_fault fault);
/* From now on one operation in n has a fault of a random kind; 0: none. */
void disk_trouble(struct disk *d, uint64_t one_in);
/* Whether a planned or random fault has struck since the last restart, and which. */
enum disk_fault disk_struck(const struct disk *d);
/* The number of the operation that the first of them struck. */
uint64_t disk_struck_at(const struct disk *d);
/* A new process begins, which a sync that failed before does not concern. */
void disk_forget_failed_sync(struct disk *d);
/* Whether a sync has failed since then, or since the last restart. */
bool disk_sync_failed(const struct disk *d);
/* Space can be had again. */
void disk_space_returns(struct disk *d);
/* At most so many bytes can be allocated. */
void disk_set_capacity(struct disk *d, uint64_t bytes);
/* The process is gone: every handle is closed, nothing is planned. After DISK_POWER_CUT, or if
 * power_cut, the page cache is gone too. */
void disk_restart(struct disk *d, bool power_cut);
/* The clock jumps to this time, nanoseconds. */
void disk_set_clock(struct disk *d, int64_t now_ns);
