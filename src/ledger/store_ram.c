/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/store_ram.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/clock.h"
#include "os/lock.h"
#include "os/random.h"
#include "base/banned.h"

/* Contents of a file; lives as long as a name or a handle needs it. */
struct body {
    uint8_t *bytes; /* owned; zero from len to cap */
    size_t len;
    size_t cap;
    unsigned uses; /* names and handles */
};

struct entry {
    char name[STORE_NAME_MAX + 1];
    struct body *body; /* NULL: a folder */
};

struct store_ram {
    struct lock lock;      /* guards everything below */
    struct entry *entries; /* owned, sorted by name */
    size_t count;
    size_t cap;
    struct body *handles[STORE_OPEN_FILES_MAX]; /* NULL: free */
};

static status out_of_memory(struct fault *f, const char *name)
{
    return fault_set(f, FAIL(E_NOMEM), "%s: out of memory", name);
}

static status not_found(struct fault *f, const char *name)
{
    return fault_set(f, FAIL(E_NOT_FOUND), "%s: no such file", name);
}

static void body_release(struct body *b)
{
    if (b == NULL || --b->uses > 0) return;
    free(b->bytes);
    free(b);
}

/* Makes the body at least len bytes long, the new ones zero. */
static status body_grow(struct body *b, uint64_t len, struct fault *f)
{
    enum { FIRST_CAP = 1024 };
    if (len <= b->len) return OK;
    if (len > SIZE_MAX / 4) return fault_set(f, FAIL(E_FULL), "file too large for memory");
    if (len > b->cap) {
        size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
        while (cap < len)
            cap *= 2;
        uint8_t *bytes = calloc(cap, 1);
        if (bytes == NULL) return out_of_memory(f, "file");
        bytes_copy(bytes, cap, (slice){ b->bytes == NULL ? bytes : b->bytes, b->len });
        free(b->bytes);
        b->bytes = bytes;
        b->cap = cap;
    }
    b->len = (size_t)len;
    return OK;
}

/* The place of the name: where it is, or where it would have to be put. */
static bool find(const struct store_ram *r, const char *name, size_t *ret_at)
{
    size_t low = 0;
    size_t high = r->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(r->entries[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_at = low;
    return low < r->count && strcmp(r->entries[low].name, name) == 0;
}

/* A name has to fit, and its folder has to be there. */
static status check_name(const struct store_ram *r, const char *name, struct fault *f)
{
    char folder[STORE_NAME_MAX + 1] = "";
    const char *end = strrchr(name, '/');
    size_t at = 0;
    if (strlen(name) > STORE_NAME_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "%.40s…: longer than %d bytes", name, STORE_NAME_MAX);
    }
    if (end == NULL) return OK;
    bytes_copy(folder, STORE_NAME_MAX, (slice){ (const uint8_t *)name, (size_t)(end - name) });
    return find(r, folder, &at) ? OK : not_found(f, folder);
}

/* Puts a name at its place, with a body that becomes its own. */
static status insert(struct store_ram *r, size_t at, const char *name, struct body *body,
                     struct fault *f)
{
    if (r->count == STORE_RAM_FILES_MAX) {
        return fault_set(f, FAIL(E_FULL), "%s: %d files are there already", name,
                         STORE_RAM_FILES_MAX);
    }
    if (r->count == r->cap) {
        const size_t cap = r->cap == 0 ? 16 : r->cap * 2;
        struct entry *entries = reallocarray(r->entries, cap, sizeof *entries);
        if (entries == NULL) return out_of_memory(f, name);
        r->entries = entries;
        r->cap = cap;
    }
    bytes_move(r->entries + at + 1, (r->cap - at - 1) * sizeof *r->entries, r->entries + at,
               (r->count - at) * sizeof *r->entries);
    r->entries[at] = (struct entry){ .body = body };
    bytes_copy(r->entries[at].name, STORE_NAME_MAX, slice_text(name));
    r->count++;
    return OK;
}

static void erase(struct store_ram *r, size_t at)
{
    body_release(r->entries[at].body);
    bytes_move(r->entries + at, (r->cap - at) * sizeof *r->entries, r->entries + at + 1,
               (r->count - at - 1) * sizeof *r->entries);
    r->count--;
}

static struct store_ram *lock(void *self)
{
    struct store_ram *r = self;
    lock_take(&r->lock);
    return r;
}

static status unlock(struct store_ram *r, status s)
{
    lock_give(&r->lock);
    return s;
}

/* Locks the store and gives the body of an open handle. */
static struct body *lock_body(void *self, int handle)
{
    struct store_ram *r = lock(self);
    assert(handle >= 0 && handle < STORE_OPEN_FILES_MAX && r->handles[handle] != NULL);
    return r->handles[handle];
}

static status create(struct store_ram *r, size_t at, const char *name, struct fault *f)
{
    struct body *body = calloc(1, sizeof *body);
    if (body == NULL) return out_of_memory(f, name);
    body->uses = 1;
    const status s = insert(r, at, name, body, f);
    if (s.code != E_OK) free(body);
    return s;
}

static status open_locked(struct store_ram *r, const char *name, unsigned flags, int *ret_handle,
                          struct fault *f)
{
    size_t at = 0;
    int handle = 0;
    TRY(check_name(r, name, f));
    while (handle < STORE_OPEN_FILES_MAX && r->handles[handle] != NULL)
        handle++;
    if (handle == STORE_OPEN_FILES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "%s: %d files are open already", name,
                         STORE_OPEN_FILES_MAX);
    }
    const bool found = find(r, name, &at);
    if (found && (flags & STORE_FRESH) != 0) {
        return fault_set(f, FAIL(E_EXISTS), "%s: exists already", name);
    }
    if (!found && (flags & (STORE_CREATE | STORE_FRESH)) == 0) return not_found(f, name);
    if (!found) TRY(create(r, at, name, f));
    struct body *body = r->entries[at].body;
    if (body == NULL) return fault_set(f, FAIL(E_IO), "%s: a folder", name);
    body->uses++;
    r->handles[handle] = body;
    *ret_handle = handle;
    return OK;
}

static status ram_open(void *self, const char *name, unsigned flags, int *ret_handle,
                       struct fault *f)
{
    struct store_ram *r = lock(self);
    return unlock(r, open_locked(r, name, flags, ret_handle, f));
}

static void ram_close(void *self, int handle)
{
    body_release(lock_body(self, handle));
    struct store_ram *r = self;
    r->handles[handle] = NULL;
    lock_give(&r->lock);
}

static status ram_read(void *self, int handle, uint64_t offset, uint8_t *ret_bytes, size_t len,
                       size_t *ret_len, struct fault *)
{
    const struct body *b = lock_body(self, handle);
    const size_t from = offset > b->len ? b->len : (size_t)offset;
    const size_t got = len < b->len - from ? len : b->len - from;
    if (got > 0) bytes_copy(ret_bytes, len, (slice){ b->bytes + from, got });
    *ret_len = got;
    return unlock(self, OK);
}

static status ram_write(void *self, int handle, uint64_t offset, slice bytes, struct fault *f)
{
    struct body *b = lock_body(self, handle);
    if (bytes.len == 0) return unlock(self, OK);
    const bool wraps = offset > UINT64_MAX - bytes.len;
    const status s = wraps ? fault_set(f, FAIL(E_FULL), "file too large for memory")
                           : body_grow(b, offset + bytes.len, f);
    if (s.code == E_OK) bytes_copy(b->bytes + offset, b->len - (size_t)offset, bytes);
    return unlock(self, s);
}

static status ram_sync(void *, int, struct fault *)
{
    return OK;
}

static status ram_size(void *self, int handle, uint64_t *ret_size, struct fault *)
{
    *ret_size = lock_body(self, handle)->len;
    return unlock(self, OK);
}

static status ram_reserve(void *self, int handle, uint64_t offset, uint64_t len, struct fault *f)
{
    struct body *b = lock_body(self, handle);
    const bool wraps = offset > UINT64_MAX - len;
    return unlock(self, wraps ? fault_set(f, FAIL(E_FULL), "file too large for memory")
                              : body_grow(b, offset + len, f));
}

static status ram_truncate(void *self, int handle, uint64_t size, struct fault *f)
{
    struct body *b = lock_body(self, handle);
    const status s = body_grow(b, size, f);
    if (s.code == E_OK && size < b->len) {
        bytes_wipe(b->bytes + size, b->len - (size_t)size);
        b->len = (size_t)size;
    }
    return unlock(self, s);
}

static status ram_drop_cache(void *, int, struct fault *)
{
    return OK;
}

static status rename_locked(struct store_ram *r, const char *from, const char *to, struct fault *f)
{
    size_t at = 0;
    TRY(check_name(r, to, f));
    if (!find(r, from, &at)) return not_found(f, from);
    if (strcmp(from, to) == 0) return OK;
    struct body *body = r->entries[at].body;
    if (body == NULL) return fault_set(f, FAIL(E_IO), "%s: a folder", from);
    if (find(r, to, &at)) {
        if (r->entries[at].body == NULL) return fault_set(f, FAIL(E_IO), "%s: a folder", to);
        body_release(r->entries[at].body);
        r->entries[at].body = body;
    } else {
        TRY(insert(r, at, to, body, f));
    }
    body->uses++;
    const bool still = find(r, from, &at);
    assert(still);
    erase(r, at);
    return OK;
}

static status ram_rename(void *self, const char *from, const char *to, struct fault *f)
{
    struct store_ram *r = lock(self);
    return unlock(r, rename_locked(r, from, to, f));
}

static status ram_remove(void *self, const char *name, struct fault *f)
{
    struct store_ram *r = lock(self);
    size_t at = 0;
    if (!find(r, name, &at) || r->entries[at].body == NULL) return unlock(r, not_found(f, name));
    erase(r, at);
    return unlock(r, OK);
}

static status make_dir_locked(struct store_ram *r, const char *name, struct fault *f)
{
    size_t at = 0;
    TRY(check_name(r, name, f));
    if (!find(r, name, &at)) return insert(r, at, name, NULL, f);
    if (r->entries[at].body == NULL) return OK;
    return fault_set(f, FAIL(E_EXISTS), "%s: a file", name);
}

static status ram_make_dir(void *self, const char *name, struct fault *f)
{
    struct store_ram *r = lock(self);
    return unlock(r, make_dir_locked(r, name, f));
}

static status ram_sync_dir(void *, const char *, struct fault *)
{
    return OK;
}

/* The file name if the entry is directly in the folder and not hidden, else NULL. */
static const char *name_in(const struct entry *e, const char *folder)
{
    const size_t len = strlen(folder);
    if (e->body == NULL || strncmp(e->name, folder, len) != 0) return NULL;
    const char *name = e->name + len;
    if (len > 0 && *name++ != '/') return NULL;
    return name[0] != '.' && strchr(name, '/') == NULL ? name : NULL;
}

/* Copies the names first, so that each may open files. */
static status ram_list(void *self, const char *folder, status (*each)(void *with, const char *name),
                       void *with, struct fault *f)
{
    typedef char file_name[STORE_NAME_MAX + 1];
    struct store_ram *r = lock(self);
    file_name *names = calloc(r->count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < r->count; i++) {
        const char *name = name_in(&r->entries[i], folder);
        if (name != NULL) bytes_copy(names[count++], STORE_NAME_MAX, slice_text(name));
    }
    status s = unlock(r, names == NULL ? out_of_memory(f, folder) : OK);
    for (size_t i = 0; s.code == E_OK && i < count; i++)
        s = each(with, names[i]);
    free(names);
    return s;
}

static status ram_random(void *, uint8_t *ret_bytes, size_t len, struct fault *f)
{
    const status s = random_bytes(ret_bytes, len);
    return s.code == E_OK ? s : fault_set(f, s, "cannot get random bytes from the kernel");
}

static int64_t ram_now_ns(void *)
{
    return clock_real_ns();
}

static const struct store_ops operations = {
    .open = ram_open,
    .close = ram_close,
    .read = ram_read,
    .write = ram_write,
    .sync = ram_sync,
    .size = ram_size,
    .reserve = ram_reserve,
    .truncate = ram_truncate,
    .drop_cache = ram_drop_cache,
    .rename = ram_rename,
    .remove = ram_remove,
    .make_dir = ram_make_dir,
    .sync_dir = ram_sync_dir,
    .list = ram_list,
    .random = ram_random,
    .now_ns = ram_now_ns,
};

status store_ram_open(struct store *ret_store, struct fault *f)
{
    struct store_ram *r = calloc(1, sizeof *r);
    if (r == NULL) return out_of_memory(f, "store");
    lock_init(&r->lock);
    *ret_store = (struct store){ .ops = &operations, .self = r };
    return OK;
}

void store_ram_close(struct store *store)
{
    struct store_ram *r = store->self;
    if (r == NULL) return;
    for (size_t i = 0; i < STORE_OPEN_FILES_MAX; i++)
        body_release(r->handles[i]);
    while (r->count > 0)
        erase(r, r->count - 1);
    free(r->entries);
    lock_done(&r->lock);
    free(r);
    *store = (struct store){ 0 };
}

static status entry_copy(const struct entry *from, struct store_ram *to, struct fault *f)
{
    if (from->body == NULL) return insert(to, to->count, from->name, NULL, f);
    TRY(create(to, to->count, from->name, f));
    struct body *body = to->entries[to->count - 1].body;
    TRY(body_grow(body, from->body->len, f));
    if (from->body->len > 0) {
        bytes_copy(body->bytes, body->len, (slice){ from->body->bytes, from->body->len });
    }
    return OK;
}

status store_ram_copy(const struct store *store, struct store *ret_store, struct fault *f)
{
    struct store copy = {};
    TRY(store_ram_open(&copy, f));
    struct store_ram *r = lock(store->self);
    status s = OK;
    for (size_t i = 0; s.code == E_OK && i < r->count; i++)
        s = entry_copy(&r->entries[i], copy.self, f);
    lock_give(&r->lock);
    if (s.code == E_OK) {
        *ret_store = copy;
    } else {
        store_ram_close(&copy);
    }
    return s;
}
