/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "sim/disk_state.h"
#include "base/banned.h"

struct disk *disk_new(uint64_t seed)
{
    struct disk *d = calloc(1, sizeof *d);
    if (d == NULL) abort();
    d->chance.state = seed;
    d->capacity = UINT64_MAX;
    d->now_ns = INT64_C(1'767'225'600'000'000'000);
    return d;
}

void disk_free(struct disk *d)
{
    if (d == NULL) return;
    for (size_t i = 0; i < NAMES_MAX; i++) {
        platter_release(d->names[i].cached);
        platter_release(d->names[i].durable);
    }
    for (size_t i = 0; i < d->pending_count; i++)
        disk_change_drop(&d->pending[i]);
    for (size_t i = 0; i < STORE_OPEN_FILES_MAX; i++)
        platter_release(d->handles[i]);
    free(d);
}

struct disk *disk_copy(const struct disk *d, uint64_t seed)
{
    struct disk *copy = disk_new(seed);
    assert(d->pending_count == 0);
    for (size_t i = 0; i < NAMES_MAX; i++) {
        copy->names[i] = d->names[i];
        assert(d->names[i].cached == d->names[i].durable);
        if (d->names[i].cached == NULL) continue;
        copy->names[i].cached = disk_use(platter_copy(d->names[i].cached));
        copy->names[i].durable = disk_use(copy->names[i].cached);
    }
    copy->now_ns = d->now_ns;
    return copy;
}

uint64_t disk_operations(const struct disk *d)
{
    return d->operations;
}

void disk_plan(struct disk *d, uint64_t nth, enum disk_fault fault)
{
    d->planned_at = nth;
    d->planned = fault;
}

void disk_trouble(struct disk *d, uint64_t one_in)
{
    d->trouble = one_in;
}

enum disk_fault disk_struck(const struct disk *d)
{
    return d->struck;
}

uint64_t disk_struck_at(const struct disk *d)
{
    return d->struck_at;
}

void disk_forget_failed_sync(struct disk *d)
{
    d->sync_failed = false;
}

bool disk_sync_failed(const struct disk *d)
{
    return d->sync_failed;
}

void disk_space_returns(struct disk *d)
{
    d->full = false;
    d->capacity = UINT64_MAX;
}

void disk_set_capacity(struct disk *d, uint64_t bytes)
{
    d->capacity = bytes;
}

void disk_set_clock(struct disk *d, int64_t now_ns)
{
    d->now_ns = now_ns;
}

void disk_restart(struct disk *d, bool cut)
{
    for (size_t i = 0; i < STORE_OPEN_FILES_MAX; i++) {
        platter_release(d->handles[i]);
        d->handles[i] = NULL;
    }
    if (cut || d->struck == DISK_POWER_CUT) disk_cut(d);
    d->struck = DISK_NO_FAULT;
    d->planned = DISK_NO_FAULT;
    d->trouble = 0;
    d->dead = false;
    d->sync_failed = false;
    disk_space_returns(d);
}

/* ---- faults ---- */

enum kind {
    READS = 1u << 0,
    WRITES = 1u << 1,
    ALLOCATES = 1u << 2,
    SYNCS = 1u << 3,
};

static bool can_have(enum disk_fault fault, unsigned kind)
{
    switch (fault) {
    case DISK_POWER_CUT:
    case DISK_KILL:
        return true;
    case DISK_FULL:
        return (kind & ALLOCATES) != 0;
    case DISK_IO:
        return (kind & (READS | WRITES)) != 0;
    case DISK_FSYNC:
        return (kind & SYNCS) != 0;
    case DISK_NO_FAULT:
    case DISK_FAULTS:
        break;
    }
    return false;
}

/* The fault that this operation has. */
static enum disk_fault strike(struct disk *d, unsigned kind)
{
    const uint64_t number = d->operations++;
    enum disk_fault fault = DISK_NO_FAULT;
    if (d->planned != DISK_NO_FAULT && number >= d->planned_at && can_have(d->planned, kind)) {
        fault = d->planned;
        d->planned = DISK_NO_FAULT;
    } else if (d->trouble != 0 && chance_one_in(&d->chance, d->trouble)) {
        fault = (enum disk_fault)(1 + chance_below(&d->chance, DISK_FAULTS - 1));
        if (!can_have(fault, kind)) fault = DISK_NO_FAULT;
    }
    if (fault == DISK_NO_FAULT) return DISK_NO_FAULT;
    if (d->struck == DISK_NO_FAULT) d->struck_at = number;
    if (d->struck == DISK_NO_FAULT || fault == DISK_POWER_CUT) d->struck = fault;
    if (fault == DISK_POWER_CUT || fault == DISK_KILL) d->dead = true;
    if (fault == DISK_FULL) d->full = true;
    if (fault == DISK_FSYNC) d->sync_failed = true;
    return fault;
}

static status dead(struct fault *f, const char *name)
{
    return fault_set(f, FAIL(E_IO), "%s: the simulated machine is off", name);
}

/* What an operation without a half-way state answers; *ret_done says whether it still happens, as
 * an operation may that a crash interrupts. */
static status begin(struct disk *d, unsigned kind, const char *name, bool *ret_done,
                    struct fault *f)
{
    *ret_done = false;
    if (d->dead) return dead(f, name);
    switch (strike(d, kind)) {
    case DISK_POWER_CUT:
    case DISK_KILL:
        *ret_done = chance_one_in(&d->chance, 2);
        return dead(f, name);
    case DISK_IO:
        return fault_set(f, FAIL(E_IO), "%s: simulated input/output error", name);
    case DISK_FSYNC:
        return fault_set(f, FAIL(E_FSYNC), "%s: simulated failure to make durable", name);
    case DISK_NO_FAULT:
    case DISK_FULL:
    case DISK_FAULTS:
        break;
    }
    if (d->full && (kind & ALLOCATES) != 0) {
        return fault_set(f, FAIL(E_FULL), "%s: simulated disk is full", name);
    }
    *ret_done = true;
    return OK;
}

static struct platter *file_of(struct disk *d, int handle)
{
    assert(handle >= 0 && handle < STORE_OPEN_FILES_MAX && d->handles[handle] != NULL);
    return d->handles[handle];
}

/* ---- the store ---- */

static status not_found(struct fault *f, const char *name)
{
    return fault_set(f, FAIL(E_NOT_FOUND), "%s: no such file", name);
}

static status disk_open(void *self, const char *name, unsigned flags, int *ret_handle,
                        struct fault *f)
{
    struct disk *d = self;
    struct name *n = disk_name_get(d, name);
    const bool creates = n->cached == NULL && (flags & (STORE_CREATE | STORE_FRESH)) != 0;
    bool done = false;
    int handle = 0;
    const status s = begin(d, READS | (creates ? ALLOCATES : 0), name, &done, f);
    if (done && creates) {
        struct platter *p = platter_new();
        disk_point(&n->cached, p);
        disk_change_push(d, "", name, p);
        platter_release(p);
    }
    TRY(s);
    if (!creates && n->cached == NULL) return not_found(f, name);
    if (!creates && (flags & STORE_FRESH) != 0) {
        return fault_set(f, FAIL(E_EXISTS), "%s: exists already", name);
    }
    while (d->handles[handle] != NULL)
        assert(++handle < STORE_OPEN_FILES_MAX);
    d->handles[handle] = disk_use(n->cached);
    bytes_copy(d->handle_names[handle], sizeof *d->handle_names,
               (slice){ (const uint8_t *)n->text, sizeof n->text });
    *ret_handle = handle;
    return OK;
}

static void disk_close(void *self, int handle)
{
    struct disk *d = self;
    platter_release(file_of(d, handle));
    d->handles[handle] = NULL;
}

static status disk_read(void *self, int handle, uint64_t offset, uint8_t *ret_bytes, size_t len,
                        size_t *ret_len, struct fault *f)
{
    struct disk *d = self;
    const struct platter *p = file_of(d, handle);
    bool done = false;
    TRY(begin(d, READS, d->handle_names[handle], &done, f));
    const size_t from = offset > p->cache_len ? p->cache_len : (size_t)offset;
    const size_t got = len < p->cache_len - from ? len : p->cache_len - from;
    if (got > 0) bytes_copy(ret_bytes, len, (slice){ p->cache + from, got });
    *ret_len = got;
    return OK;
}

static uint64_t rounded(uint64_t len)
{
    return (len + ALLOCATION_BYTES - 1) / ALLOCATION_BYTES * ALLOCATION_BYTES;
}

static uint64_t space_used(const struct disk *d)
{
    uint64_t used = 0;
    for (size_t i = 0; i < NAMES_MAX; i++) {
        if (d->names[i].cached != NULL) used += d->names[i].cached->allocated;
    }
    return used;
}

/* Up to where the file can be allocated, at most to end. */
static uint64_t allocate(struct disk *d, struct platter *p, uint64_t end)
{
    if (end <= p->allocated) return end;
    const uint64_t used = space_used(d);
    const uint64_t left = d->full || used >= d->capacity ? 0 : d->capacity - used;
    const uint64_t more = rounded(end) - p->allocated;
    p->allocated += more <= left ? more : left / ALLOCATION_BYTES * ALLOCATION_BYTES;
    return end <= p->allocated ? end : p->allocated;
}

static status disk_write(void *self, int handle, uint64_t offset, slice bytes, struct fault *f)
{
    struct disk *d = self;
    struct platter *p = file_of(d, handle);
    const char *name = d->handle_names[handle];
    if (d->dead) return dead(f, name);
    const bool grows = offset + bytes.len > p->allocated;
    const enum disk_fault fault = strike(d, WRITES | (grows ? ALLOCATES : 0));
    if (fault == DISK_POWER_CUT || fault == DISK_KILL || fault == DISK_IO) {
        const size_t part = (size_t)chance_below(&d->chance, bytes.len + 1);
        platter_write(p, &d->chance, (size_t)offset, (slice){ bytes.at, part });
        p->allocated = p->allocated > p->cache_len ? p->allocated : rounded(p->cache_len);
        if (fault != DISK_IO) return dead(f, name);
        return fault_set(f, FAIL(E_IO), "%s: simulated input/output error", name);
    }
    const uint64_t end = allocate(d, p, offset + bytes.len);
    const size_t fits = end > offset ? (size_t)(end - offset) : 0;
    platter_write(p, &d->chance, (size_t)offset, (slice){ bytes.at, fits });
    if (fits == bytes.len) return OK;
    return fault_set(f, FAIL(E_FULL), "%s: simulated disk is full", name);
}

static status disk_sync(void *self, int handle, struct fault *f)
{
    struct disk *d = self;
    struct platter *p = file_of(d, handle);
    bool done = false;
    const status s = begin(d, SYNCS, d->handle_names[handle], &done, f);
    if (done) platter_sync(p);
    if (s.code == E_FSYNC) platter_sync_fails(p, &d->chance);
    return s;
}

static status disk_size(void *self, int handle, uint64_t *ret_size, struct fault *f)
{
    struct disk *d = self;
    bool done = false;
    TRY(begin(d, READS, d->handle_names[handle], &done, f));
    *ret_size = file_of(d, handle)->cache_len;
    return OK;
}

static status disk_reserve(void *self, int handle, uint64_t offset, uint64_t len, struct fault *f)
{
    struct disk *d = self;
    struct platter *p = file_of(d, handle);
    const uint64_t end = offset + len;
    bool done = false;
    const status s = begin(d, WRITES | ALLOCATES, d->handle_names[handle], &done, f);
    if (!done) return s;
    if (allocate(d, p, end) < end) {
        return fault_set(f, FAIL(E_FULL), "%s: simulated disk is full", d->handle_names[handle]);
    }
    if (end > p->cache_len) platter_resize(p, (size_t)end);
    return s;
}

static status disk_truncate(void *self, int handle, uint64_t size, struct fault *f)
{
    struct disk *d = self;
    struct platter *p = file_of(d, handle);
    bool done = false;
    const status s = begin(d, WRITES, d->handle_names[handle], &done, f);
    if (!done) return s;
    platter_resize(p, (size_t)size);
    if (rounded(size) < p->allocated) p->allocated = (size_t)rounded(size);
    return s;
}

static status disk_drop_cache(void *self, int handle, struct fault *f)
{
    struct disk *d = self;
    bool done = false;
    TRY(begin(d, READS, d->handle_names[handle], &done, f));
    platter_drop_cache(file_of(d, handle));
    return OK;
}

static status disk_rename(void *self, const char *from, const char *to, struct fault *f)
{
    struct disk *d = self;
    struct name *source = disk_name_find(d, from);
    bool done = false;
    const status s = begin(d, WRITES | ALLOCATES, from, &done, f);
    if (!done) return s;
    if (source == NULL || source->cached == NULL) return not_found(f, from);
    struct platter *file = source->cached;
    disk_change_push(d, from, to, file);
    disk_point(&disk_name_get(d, to)->cached, file);
    disk_point(&source->cached, NULL);
    return s;
}

static status disk_remove(void *self, const char *name, struct fault *f)
{
    struct disk *d = self;
    struct name *n = disk_name_find(d, name);
    bool done = false;
    const status s = begin(d, WRITES, name, &done, f);
    if (!done) return s;
    if (n == NULL || n->cached == NULL) return not_found(f, name);
    disk_change_push(d, name, "", NULL);
    disk_point(&n->cached, NULL);
    return s;
}

static status disk_make_dir(void *self, const char *name, struct fault *f)
{
    struct disk *d = self;
    bool done = false;
    const status s = begin(d, WRITES | ALLOCATES, name, &done, f);
    if (done) disk_name_get(d, name)->is_folder = true;
    return s;
}

static status disk_sync_dir(void *self, const char *name, struct fault *f)
{
    struct disk *d = self;
    bool done = false;
    const status s = begin(d, SYNCS, name, &done, f);
    if (done) disk_folder_sync(d, name);
    return s;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static status disk_list(void *self, const char *folder,
                        status (*each)(void *with, const char *name), void *with, struct fault *f)
{
    struct disk *d = self;
    const char *found[NAMES_MAX];
    size_t count = 0;
    bool done = false;
    TRY(begin(d, READS, folder, &done, f));
    for (size_t i = 0; i < NAMES_MAX; i++) {
        const struct name *n = &d->names[i];
        if (n->cached != NULL && disk_name_is_in(n->text, folder)) found[count++] = n->text;
    }
    qsort(found, count, sizeof *found, by_text);
    const size_t skip = folder[0] == '\0' ? 0 : strlen(folder) + 1;
    for (size_t i = 0; i < count; i++)
        TRY(each(with, found[i] + skip));
    return OK;
}

static status disk_random(void *self, uint8_t *ret_bytes, size_t len, struct fault *)
{
    struct disk *d = self;
    for (size_t i = 0; i < len; i++)
        ret_bytes[i] = (uint8_t)chance_next(&d->chance);
    return OK;
}

static int64_t disk_now_ns(void *self)
{
    struct disk *d = self;
    return d->now_ns += 1'000'000;
}

static const struct store_ops operations = {
    .open = disk_open,
    .close = disk_close,
    .read = disk_read,
    .write = disk_write,
    .sync = disk_sync,
    .size = disk_size,
    .reserve = disk_reserve,
    .truncate = disk_truncate,
    .drop_cache = disk_drop_cache,
    .rename = disk_rename,
    .remove = disk_remove,
    .make_dir = disk_make_dir,
    .sync_dir = disk_sync_dir,
    .list = disk_list,
    .random = disk_random,
    .now_ns = disk_now_ns,
};

struct store disk_store(struct disk *d)
{
    return (struct store){ .ops = &operations, .self = d };
}
