/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/status.h"
#include "sim/chance.h"

/*
 * platter: one file of a simulated disk, twice: as the page cache shows it and as the device holds
 * it. Sectors of 512 bytes are written whole or not at all, in any order.
 *
 * A sector that was written since the last sync is dirty. A power cut keeps each dirty sector or
 * loses it; a dirty sector that is written again may have reached the device in between. A sync
 * that fails leaves every sector clean, whether the device has it or not: so do Linux file systems.
 */
enum { SECTOR_BYTES = 512, ALLOCATION_BYTES = 4096 };

struct platter {
    uint8_t *cache;  /* owned; cap bytes, zero from cache_len on */
    uint8_t *device; /* owned; cap bytes, zero from device_len on */
    uint8_t *dirty;  /* owned; cap / SECTOR_BYTES flags */
    size_t cap;
    size_t cache_len;
    size_t device_len;
    size_t allocated; /* writing below this needs no new space */
    bool size_dirty;
    unsigned uses; /* names, pending names and handles */
};

/* How a power cut treats what was not synced. */
enum platter_keep { PLATTER_KEEP_NONE, PLATTER_KEEP_ALL, PLATTER_KEEP_SOME };

/* An empty file with one use. Aborts if memory is out, as everything here does: a simulation that
 * cannot run is no result. */
struct platter *platter_new(void);
/* Gives up one use; the last one frees. NULL is allowed. */
void platter_release(struct platter *p);
/* A copy with no use yet. */
struct platter *platter_copy(const struct platter *p);
/* Makes room for len bytes without changing any length. */
void platter_room(struct platter *p, size_t len);
/* Writes into the cache. */
void platter_write(struct platter *p, struct chance *c, size_t offset, slice bytes);
/* Sets the length in the cache. */
void platter_resize(struct platter *p, size_t len);
/* Everything reaches the device. */
void platter_sync(struct platter *p);
/* Some of it does, and the cache forgets which. */
void platter_sync_fails(struct platter *p, struct chance *c);
/* Clean sectors are read from the device again. */
void platter_drop_cache(struct platter *p);
/* The cache is gone; what the device got before stays. */
void platter_power_cut(struct platter *p, struct chance *c, enum platter_keep keep);
