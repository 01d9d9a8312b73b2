/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/copy.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

enum { CHUNK_BYTES = 1024 * 1024 };

status copy_init(struct copy *c, const struct store *from, const struct store *to,
                 const struct copy_watcher *watcher, struct fault *f)
{
    *c = (struct copy){ .from = from, .to = to, .watcher = watcher };
    c->source = malloc(CHUNK_BYTES);
    c->target = malloc(CHUNK_BYTES);
    const bool whole = c->source != NULL && c->target != NULL;
    return whole ? OK : fault_set(f, FAIL(E_NOMEM), "copying: out of memory");
}

void copy_done(struct copy *c)
{
    if (c->source != NULL) bytes_wipe(c->source, CHUNK_BYTES);
    if (c->target != NULL) bytes_wipe(c->target, CHUNK_BYTES);
    free(c->source);
    free(c->target);
    c->source = NULL;
    c->target = NULL;
}

static status go_on(const struct copy *c, struct fault *f)
{
    if (c->watcher->stop == NULL || atomic_load(c->watcher->stop) == 0) return OK;
    return fault_set(f, FAIL(E_CANCELLED), "stopped");
}

/* One file on its way. */
struct passage {
    const char *name;
    int from;
    int to;
    uint64_t bytes;       /* to be there at the end */
    uint64_t there_bytes; /* of the target, before */
    bool changed;
};

/* Writes the chunk at offset unless it stands there already. */
static status chunk_put(struct copy *c, struct passage *p, uint64_t offset, size_t len,
                        struct fault *f)
{
    const struct store *to = c->to;
    size_t there = 0;
    if (offset < p->there_bytes) {
        TRY(to->ops->read(to->self, p->to, offset, c->target, len, &there, f));
    }
    const size_t same = text_common((slice){ c->source, len }, (slice){ c->target, there });
    if (same == len) return OK;
    p->changed = true;
    c->written += len - same;
    const slice rest = { c->source + same, len - same };
    return to->ops->write(to->self, p->to, offset + same, rest, f);
}

static status chunks_copy(struct copy *c, struct passage *p, hash *ret_content, struct fault *f)
{
    const struct store *from = c->from;
    struct sha256 sum;
    sha256_init(&sum);
    for (uint64_t offset = 0; offset < p->bytes;) {
        const uint64_t left = p->bytes - offset;
        const size_t want = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        size_t len = 0;
        TRY(go_on(c, f));
        TRY(from->ops->read(from->self, p->from, offset, c->source, want, &len, f));
        if (len != want) {
            return fault_set(f, FAIL(E_CORRUPT), "%s: ends at byte %llu of %llu", p->name,
                             (unsigned long long)(offset + len), (unsigned long long)p->bytes);
        }
        sha256_update(&sum, (slice){ c->source, len });
        TRY(chunk_put(c, p, offset, len, f));
        offset += len;
        c->watcher->progress(c->watcher->self, len);
    }
    sha256_final(&sum, ret_content);
    return OK;
}

static status passage_make(struct copy *c, struct passage *p, uint64_t bytes_max,
                           struct manifest_file *file, struct fault *f)
{
    const struct store *to = c->to;
    uint64_t size = 0;
    TRY(c->from->ops->size(c->from->self, p->from, &size, f));
    p->bytes = size < bytes_max ? size : bytes_max;
    TRY(to->ops->size(to->self, p->to, &p->there_bytes, f));
    TRY(chunks_copy(c, p, &file->content, f));
    if (p->there_bytes > p->bytes) {
        p->changed = true;
        TRY(to->ops->truncate(to->self, p->to, p->bytes, f));
    }
    file->bytes = p->bytes;
    c->files += p->changed;
    /* also what was there already: a copy that was cut off may not have been synced */
    return to->ops->sync(to->self, p->to, f);
}

static void name_set(struct manifest_file *file, const char *name)
{
    *file = (struct manifest_file){};
    bytes_copy(file->name, sizeof file->name - 1, slice_text(name));
}

status copy_file(struct copy *c, const char *name, uint64_t bytes_max,
                 struct manifest_file *ret_file, struct fault *f)
{
    struct passage p = { .name = name, .from = -1, .to = -1 };
    struct manifest_file file;
    name_set(&file, name);
    TRY(c->from->ops->open(c->from->self, name, STORE_READ, &p.from, f));
    status s = c->to->ops->open(c->to->self, name, STORE_WRITE | STORE_CREATE, &p.to, f);
    if (s.code == E_OK) s = passage_make(c, &p, bytes_max, &file, f);
    if (p.to >= 0) c->to->ops->close(c->to->self, p.to);
    c->from->ops->close(c->from->self, p.from);
    if (s.code == E_OK) *ret_file = file;
    return s;
}

static status bytes_hash(struct copy *c, const struct store *store, int file, uint64_t bytes_max,
                         struct manifest_file *ret_file, struct fault *f)
{
    struct sha256 sum;
    sha256_init(&sum);
    while (ret_file->bytes < bytes_max) {
        const uint64_t left = bytes_max - ret_file->bytes;
        const size_t want = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        size_t len = 0;
        TRY(go_on(c, f));
        TRY(store->ops->read(store->self, file, ret_file->bytes, c->source, want, &len, f));
        sha256_update(&sum, (slice){ c->source, len });
        c->watcher->progress(c->watcher->self, len);
        ret_file->bytes += len;
        if (len < want) break;
    }
    sha256_final(&sum, &ret_file->content);
    return OK;
}

status copy_look(struct copy *c, const struct store *store, const char *name, uint64_t bytes_max,
                 struct manifest_file *ret_file, struct fault *f)
{
    struct manifest_file found;
    int file = -1;
    name_set(&found, name);
    TRY(store->ops->open(store->self, name, STORE_READ, &file, f));
    const status s = bytes_hash(c, store, file, bytes_max, &found, f);
    store->ops->close(store->self, file);
    if (s.code == E_OK) *ret_file = found;
    return s;
}
