/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/platter.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

struct platter *platter_new(void)
{
    struct platter *p = calloc(1, sizeof *p);
    if (p == NULL) abort();
    p->uses = 1;
    return p;
}

void platter_release(struct platter *p)
{
    if (p == NULL || --p->uses > 0) return;
    free(p->cache);
    free(p->device);
    free(p->dirty);
    free(p);
}

/* Zeroed memory of cap bytes that begins with the len given. */
static uint8_t *regrown(uint8_t *old, size_t len, size_t cap)
{
    uint8_t *bytes = calloc(cap, 1);
    if (bytes == NULL) abort();
    if (len > 0) bytes_copy(bytes, cap, (slice){ old, len });
    return bytes;
}

struct platter *platter_copy(const struct platter *p)
{
    struct platter *copy = platter_new();
    *copy = *p;
    copy->uses = 0;
    if (p->cap == 0) return copy;
    copy->cache = regrown(p->cache, p->cache_len, p->cap);
    copy->device = regrown(p->device, p->device_len, p->cap);
    copy->dirty = regrown(p->dirty, p->cap / SECTOR_BYTES, p->cap / SECTOR_BYTES);
    return copy;
}

void platter_room(struct platter *p, size_t len)
{
    if (len <= p->cap) return;
    size_t cap = p->cap == 0 ? ALLOCATION_BYTES : p->cap;
    while (cap < len)
        cap *= 2;
    uint8_t *cache = regrown(p->cache, p->cache_len, cap);
    uint8_t *device = regrown(p->device, p->device_len, cap);
    uint8_t *dirty = regrown(p->dirty, p->cap / SECTOR_BYTES, cap / SECTOR_BYTES);
    free(p->cache);
    free(p->device);
    free(p->dirty);
    p->cache = cache;
    p->device = device;
    p->dirty = dirty;
    p->cap = cap;
}

static void sector_copy(uint8_t *to, const uint8_t *from, size_t sector)
{
    bytes_copy(to + sector * SECTOR_BYTES, SECTOR_BYTES,
               (slice){ from + sector * SECTOR_BYTES, SECTOR_BYTES });
}

static void sectors_mark(struct platter *p, size_t from, size_t to)
{
    for (size_t s = from / SECTOR_BYTES; s * SECTOR_BYTES < to; s++)
        p->dirty[s] = 1;
}

void platter_write(struct platter *p, struct chance *c, size_t offset, slice bytes)
{
    const size_t end = offset + bytes.len;
    if (bytes.len == 0) return;
    platter_room(p, end);
    for (size_t s = offset / SECTOR_BYTES; s * SECTOR_BYTES < end; s++) {
        if (p->dirty[s] && chance_one_in(c, 2)) sector_copy(p->device, p->cache, s);
    }
    sectors_mark(p, offset, end);
    bytes_copy(p->cache + offset, p->cap - offset, bytes);
    if (end <= p->cache_len) return;
    p->cache_len = end;
    p->size_dirty = true;
}

void platter_resize(struct platter *p, size_t len)
{
    platter_room(p, len);
    if (len < p->cache_len) {
        sectors_mark(p, len, p->cache_len);
        bytes_wipe(p->cache + len, p->cache_len - len);
    }
    p->size_dirty = p->size_dirty || len != p->cache_len;
    p->cache_len = len;
}

static void device_resize(struct platter *p, size_t len)
{
    bytes_wipe(p->device + len, p->cap - len);
    p->device_len = len;
}

void platter_sync(struct platter *p)
{
    if (p->cap == 0) return;
    for (size_t s = 0; s < p->cap / SECTOR_BYTES; s++) {
        if (p->dirty[s]) sector_copy(p->device, p->cache, s);
        p->dirty[s] = 0;
    }
    device_resize(p, p->cache_len);
    p->size_dirty = false;
}

void platter_sync_fails(struct platter *p, struct chance *c)
{
    const uint64_t kept_of_8 = chance_below(c, 9);
    for (size_t s = 0; s < p->cap / SECTOR_BYTES; s++) {
        if (p->dirty[s] && chance_below(c, 8) < kept_of_8) sector_copy(p->device, p->cache, s);
        p->dirty[s] = 0;
    }
}

void platter_drop_cache(struct platter *p)
{
    for (size_t s = 0; s < p->cap / SECTOR_BYTES; s++) {
        if (!p->dirty[s]) sector_copy(p->cache, p->device, s);
    }
    if (p->cap > 0) bytes_wipe(p->cache + p->cache_len, p->cap - p->cache_len);
}

static size_t size_after(const struct platter *p, struct chance *c, enum platter_keep keep)
{
    if (!p->size_dirty || keep == PLATTER_KEEP_NONE) return p->device_len;
    if (keep == PLATTER_KEEP_ALL) return p->cache_len;
    const size_t low = p->device_len < p->cache_len ? p->device_len : p->cache_len;
    const size_t high = p->device_len < p->cache_len ? p->cache_len : p->device_len;
    const uint64_t pick = chance_below(c, 4);
    if (pick <= 1) return pick == 0 ? low : high;
    return low + (size_t)chance_below(c, high - low + 1);
}

void platter_power_cut(struct platter *p, struct chance *c, enum platter_keep keep)
{
    const size_t len = size_after(p, c, keep);
    for (size_t s = 0; s < p->cap / SECTOR_BYTES; s++) {
        const bool kept =
            keep == PLATTER_KEEP_ALL || (keep == PLATTER_KEEP_SOME && chance_one_in(c, 2));
        if (p->dirty[s] && kept) sector_copy(p->device, p->cache, s);
        p->dirty[s] = 0;
    }
    p->size_dirty = false;
    p->cache_len = len;
    if (p->cap == 0) return;
    device_resize(p, len);
    bytes_copy(p->cache, p->cap, (slice){ p->device, p->cap });
    p->allocated = (len + ALLOCATION_BYTES - 1) / ALLOCATION_BYTES * ALLOCATION_BYTES;
}
