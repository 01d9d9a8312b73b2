/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/store_fs.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "os/clock.h"
#include "os/dir.h"
#include "os/random.h"
#include "base/banned.h"

/*
 * A handle is an index into slots. A slot is taken by an atomic exchange, so that threads may open
 * and close at the same time; one handle is used by one thread at a time.
 */
struct store_fs {
    struct file dir;
    struct slot {
        atomic_bool taken;
        struct file file;
    } slots[STORE_OPEN_FILES_MAX];
};

static_assert((int)STORE_READ == (int)FILE_READ, "the flags are the same");
static_assert((int)STORE_WRITE == (int)FILE_WRITE, "the flags are the same");
static_assert((int)STORE_CREATE == (int)FILE_CREATE, "the flags are the same");
static_assert((int)STORE_FRESH == (int)FILE_FRESH, "the flags are the same");
static_assert((int)STORE_NAME_MAX <= (int)FILE_NAME_MAX, "every name of a store is one of a file");

static status check(const char *name, struct fault *f)
{
    if (strlen(name) <= STORE_NAME_MAX) return OK;
    return fault_set(f, FAIL(E_LIMIT), "file name %.40s… is longer than %d bytes", name,
                     STORE_NAME_MAX);
}

static const struct file *file_of(void *self, int handle)
{
    struct store_fs *fs = self;
    assert(handle >= 0 && handle < STORE_OPEN_FILES_MAX && fs->slots[handle].taken);
    return &fs->slots[handle].file;
}

static status fs_open(void *self, const char *name, unsigned flags, int *ret_handle,
                      struct fault *f)
{
    struct store_fs *fs = self;
    TRY(check(name, f));
    for (int i = 0; i < STORE_OPEN_FILES_MAX; i++) {
        if (atomic_exchange(&fs->slots[i].taken, true)) continue;
        const status s = file_open(&fs->dir, name, flags, &fs->slots[i].file, f);
        if (s.code == E_OK) *ret_handle = i;
        if (s.code != E_OK) fs->slots[i].taken = false;
        return s;
    }
    return fault_set(f, FAIL(E_LIMIT), "cannot open %s: %d files are open already", name,
                     STORE_OPEN_FILES_MAX);
}

static void fs_close(void *self, int handle)
{
    struct store_fs *fs = self;
    (void)file_of(self, handle);
    file_close(&fs->slots[handle].file);
    fs->slots[handle].taken = false;
}

static status fs_read(void *self, int handle, uint64_t offset, uint8_t *ret_bytes, size_t len,
                      size_t *ret_len, struct fault *f)
{
    return file_read(file_of(self, handle), offset, ret_bytes, len, ret_len, f);
}

static status fs_write(void *self, int handle, uint64_t offset, slice bytes, struct fault *f)
{
    return file_write(file_of(self, handle), offset, bytes, f);
}

static status fs_sync(void *self, int handle, struct fault *f)
{
    return file_sync(file_of(self, handle), f);
}

static status fs_size(void *self, int handle, uint64_t *ret_size, struct fault *f)
{
    return file_size(file_of(self, handle), ret_size, f);
}

static status fs_reserve(void *self, int handle, uint64_t offset, uint64_t len, struct fault *f)
{
    return file_reserve(file_of(self, handle), offset, len, f);
}

static status fs_truncate(void *self, int handle, uint64_t size, struct fault *f)
{
    return file_truncate(file_of(self, handle), size, f);
}

static status fs_drop_cache(void *self, int handle, struct fault *f)
{
    return file_drop_cache(file_of(self, handle), f);
}

static status fs_rename(void *self, const char *from, const char *to, struct fault *f)
{
    const struct store_fs *fs = self;
    TRY(check(from, f));
    TRY(check(to, f));
    return dir_rename(&fs->dir, from, to, f);
}

static status fs_remove(void *self, const char *name, struct fault *f)
{
    const struct store_fs *fs = self;
    TRY(check(name, f));
    return dir_remove(&fs->dir, name, f);
}

static status fs_make_dir(void *self, const char *name, struct fault *f)
{
    const struct store_fs *fs = self;
    TRY(check(name, f));
    return dir_make(&fs->dir, name, f);
}

static status fs_sync_dir(void *self, const char *name, struct fault *f)
{
    const struct store_fs *fs = self;
    return dir_sync(&fs->dir, name, f);
}

static status fs_list(void *self, const char *folder, status (*each)(void *with, const char *name),
                      void *with, struct fault *f)
{
    const struct store_fs *fs = self;
    return dir_list(&fs->dir, folder, each, with, f);
}

static status fs_random(void *, uint8_t *ret_bytes, size_t len, struct fault *f)
{
    const status s = random_bytes(ret_bytes, len);
    return s.code == E_OK ? s : fault_set(f, s, "cannot get random bytes from the kernel");
}

static int64_t fs_now_ns(void *)
{
    return clock_real_ns();
}

static const struct store_ops operations = {
    .open = fs_open,
    .close = fs_close,
    .read = fs_read,
    .write = fs_write,
    .sync = fs_sync,
    .size = fs_size,
    .reserve = fs_reserve,
    .truncate = fs_truncate,
    .drop_cache = fs_drop_cache,
    .rename = fs_rename,
    .remove = fs_remove,
    .make_dir = fs_make_dir,
    .sync_dir = fs_sync_dir,
    .list = fs_list,
    .random = fs_random,
    .now_ns = fs_now_ns,
};

status store_fs_open(const char *path, struct store *ret_store, struct fault *f)
{
    struct store_fs *fs = calloc(1, sizeof *fs);
    if (fs == NULL) return fault_set(f, FAIL(E_NOMEM), "cannot open %s: no memory", path);
    const status s = dir_open(NULL, path, &fs->dir, f);
    if (s.code != E_OK) {
        free(fs);
        return s;
    }
    *ret_store = (struct store){ .ops = &operations, .self = fs };
    return OK;
}

void store_fs_close(struct store *store)
{
    struct store_fs *fs = store->self;
    if (fs == NULL) return;
    for (int i = 0; i < STORE_OPEN_FILES_MAX; i++) {
        if (fs->slots[i].taken) file_close(&fs->slots[i].file);
    }
    file_close(&fs->dir);
    free(fs);
    *store = (struct store){ 0 };
}
