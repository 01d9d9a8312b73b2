/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/erase/erased_set.h"
#include "ledger/ledger.h"
#include "sim/disk.h"

/*
 * world: a node on a simulated disk, and everybody to whom it promised something. The node is the
 * real ledger and the real signer, driven as a running node drives them; the world remembers every
 * acknowledged entry and every signed head and holds the node to them after each crash.
 *
 * What is checked, each time the node has come up again:
 *   - every acknowledged entry is at its index, byte for byte (by its leaf hash);
 *   - every head that was ever signed is the root of the log's first entries of that number, so
 * that no two signed heads of one size differ and each extends all earlier ones;
 *   - the published checkpoint verifies, and all that it covers can be read;
 *   - fsck finds no fault: what an erasure in the log covers is gone, and nothing else.
 * And at any time: nothing is acknowledged or signed behind a failed sync; a full disk refuses a
 * batch, and the same batch goes through once there is space.
 */
#define WORLD_ORIGIN "log.example/simulated"

enum { WORLD_SIGNED_MAX = 8192 };

struct world {
    struct disk *disk;    /* owned */
    struct store store;   /* the disk */
    struct chance chance; /* of the node's life; the disk has its own */
    uint64_t records;     /* event records made so far, which also numbers them */

    hash *acked; /* owned: leaf hash of each acknowledged entry */
    size_t acked_count;
    size_t acked_cap;
    struct signer_head heads[WORLD_SIGNED_MAX]; /* signed, one for each size at most */
    size_t head_count;

    /* the running node */
    struct signer *signer;
    struct ledger *ledger;
    struct batch *batches[2]; /* owned */

    uint64_t restarts;
    uint64_t crashes[DISK_FAULTS]; /* faults that struck, by kind */
    char broken[1024];             /* the first promise that was broken; "" while all hold */
};

/* How the node is fed. */
struct world_load {
    uint32_t batches;
    uint32_t records_max; /* of one batch, at least 1 */
    bool pipelined;       /* seal the next batch before the one at hand is written */
    int zstd_level;
};

/* A world with an empty log on a disk of that seed. */
struct world *world_new(uint64_t seed);
/* A copy of a world whose node does not run, going on with another seed. */
struct world *world_copy(const struct world *w, uint64_t seed);
void world_free(struct world *w);
/* Notes a broken promise, the first one only. */
__attribute__((format(printf, 2, 3))) void world_break(struct world *w, const char *format, ...);

/* Starts the node: signer, ledger, the newest head signed and published. Whatever they fail with.
 */
status world_start(struct world *w, struct fault *f);
/* Appends as the load says. Where the disk is full, space returns after a while. */
status world_append(struct world *w, const struct world_load *load, struct fault *f);
/* Appends until the log has size entries, in large batches. */
status world_fill(struct world *w, uint64_t size, struct fault *f);
/* Logs the erasure of these fields of count records from first on, and carries it out. */
status world_erase(struct world *w, struct erased_item item, struct fault *f);
/* Stops the node in order, or what is left of it after a failure. */
void world_stop(struct world *w);
/* Restarts the machine or the process after a fault, as the fault demands. */
void world_restart(struct world *w, bool power_cut);
/* Everything that was promised, on a node that runs. */
void world_check(struct world *w);
/* Start, check, stop on a disk that works: what must always succeed. */
void world_recover(struct world *w);
