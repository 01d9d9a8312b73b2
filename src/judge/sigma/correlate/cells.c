/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/correlate/cells.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

static_assert(sizeof(union cell) == CELL_BYTES, "a cell is 32 bytes");
/* group_cell and value_cell begin alike, so that a chain may run through both. */
static_assert(offsetof(struct group_cell, chain) == offsetof(struct value_cell, chain), "chains");

enum { BYTES_MIN = 4096 };

status cells_init(struct cells *c, size_t bytes)
{
    const size_t each = CELL_BYTES + sizeof *c->buckets;
    if (bytes < BYTES_MIN || bytes / each > UINT32_MAX / 2) return FAIL(E_LIMIT);
    const size_t count = bytes / each;
    uint32_t bucket_count = 1;
    while (bucket_count <= count / 2)
        bucket_count *= 2; /* at most one bucket per cell */
    *c = (struct cells){ .count = (uint32_t)count, .bucket_count = bucket_count };
    c->at = calloc(count, sizeof *c->at);
    c->buckets = calloc(bucket_count, sizeof *c->buckets);
    if (c->at == NULL || c->buckets == NULL) {
        cells_done(c);
        return FAIL(E_NOMEM);
    }
    c->used = 1; /* number 0 */
    return OK;
}

void cells_done(struct cells *c)
{
    free(c->at);
    free(c->buckets);
    *c = (struct cells){};
}

/* Cells behind `used` were never taken; those given back are on the free list. */
uint32_t cells_take(struct cells *c)
{
    uint32_t cell = c->free;
    if (cell != 0) {
        c->free = c->at[cell].next_free;
    } else if (c->used < c->count) {
        cell = c->used++;
    }
    if (cell != 0) c->at[cell] = (union cell){};
    return cell;
}

void cells_give(struct cells *c, uint32_t cell)
{
    assert(cell != 0 && cell < c->used);
    c->at[cell] = (union cell){ .next_free = c->free };
    c->free = cell;
}

static uint32_t *bucket_of(const struct cells *c, struct siphash_print print)
{
    return &c->buckets[print.low & (c->bucket_count - 1)];
}

static bool is_print(const struct group_cell *cell, struct siphash_print print)
{
    return cell->print.low == print.low && cell->print.high == print.high;
}

uint32_t cells_chain(const struct cells *c, struct siphash_print print)
{
    return *bucket_of(c, print);
}

void cells_clear(struct cells *c)
{
    bytes_wipe(c->at, (size_t)c->used * sizeof *c->at);
    bytes_wipe(c->buckets, (size_t)c->bucket_count * sizeof *c->buckets);
    c->free = 0;
    c->used = 1;
}

uint32_t cells_find(const struct cells *c, struct siphash_print print)
{
    uint32_t cell = *bucket_of(c, print);
    while (cell != 0 && !is_print(&c->at[cell].group, print))
        cell = c->at[cell].group.chain;
    return cell;
}

void cells_enter(struct cells *c, uint32_t cell)
{
    uint32_t *bucket = bucket_of(c, c->at[cell].group.print);
    c->at[cell].group.chain = *bucket;
    *bucket = cell;
}

void cells_leave(struct cells *c, uint32_t cell)
{
    uint32_t *link = bucket_of(c, c->at[cell].group.print);
    while (*link != cell) {
        assert(*link != 0);
        link = &c->at[*link].group.chain;
    }
    *link = c->at[cell].group.chain;
}
