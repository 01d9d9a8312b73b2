/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#ifdef CANDOR_ASAN /* set by meson.build with b_sanitize=address */
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

enum { ALIGN = 16, CHUNK_BYTES_MIN = 16 * 1024 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t cap;
    size_t len;
    _Alignas(ALIGN) uint8_t bytes[];
};

struct arena arena_of(size_t cap)
{
    return (struct arena){ .cap = cap };
}

static void chunks_free(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;
        ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->cap);
        free(chunk);
        chunk = older;
    }
}

void arena_done(struct arena *a)
{
    if (a == NULL) return;
    chunks_free(a->newest);
    a->newest = NULL;
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    a->used = 0;
    if (a->newest == NULL) return;
    chunks_free(a->newest->older); /* chunks grow, so the newest is the largest */
    a->newest->older = NULL;
    a->newest->len = 0;
    ASAN_POISON_MEMORY_REGION(a->newest->bytes, a->newest->cap);
}

static struct arena_chunk *chunk_add(struct arena *a, size_t len)
{
    size_t cap = a->newest == NULL ? CHUNK_BYTES_MIN : a->newest->cap;
    if (a->newest != NULL && cap <= SIZE_MAX / 4) cap *= 2;
    if (cap < len) cap = len;
    if (cap > SIZE_MAX - sizeof(struct arena_chunk)) return NULL;
    struct arena_chunk *chunk = malloc(sizeof *chunk + cap);
    if (chunk == NULL) return NULL;
    *chunk = (struct arena_chunk){ .older = a->newest, .cap = cap };
    ASAN_POISON_MEMORY_REGION(chunk->bytes, cap);
    a->newest = chunk;
    return chunk;
}

void *arena_take(struct arena *a, size_t len)
{
    assert(a->used <= a->cap);
    if (len > SIZE_MAX - ALIGN) return NULL;
    const size_t whole = (len + ALIGN - 1) / ALIGN * ALIGN;
    if (whole > a->cap - a->used) return NULL;
    struct arena_chunk *chunk = a->newest;
    if (chunk == NULL || whole > chunk->cap - chunk->len) chunk = chunk_add(a, whole);
    if (chunk == NULL) return NULL;
    uint8_t *at = chunk->bytes + chunk->len;
    chunk->len += whole;
    a->used += whole;
    ASAN_UNPOISON_MEMORY_REGION(at, len);
    if (len != 0) __builtin_memset(at, 0, len);
    return at;
}

void *arena_array(struct arena *a, size_t count, size_t len)
{
    size_t bytes = 0;
    const status fits = num_mul(count, len, &bytes);
    return fits.code == E_OK ? arena_take(a, bytes) : NULL;
}

slice arena_copy(struct arena *a, slice bytes)
{
    if (bytes.len == SIZE_MAX) return (slice){ NULL, 0 };
    uint8_t *at = arena_take(a, bytes.len + 1);
    if (at == NULL) return (slice){ NULL, 0 };
    bytes_copy(at, bytes.len, bytes);
    return (slice){ .at = at, .len = bytes.len };
}
