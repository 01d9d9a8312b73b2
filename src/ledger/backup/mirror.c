/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/mirror.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/store_file.h"
#include "base/banned.h"

#define CHECKPOINT_FILE "checkpoint"

enum { BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + 65535) };

status mirror_is_one(const struct store *store, bool *ret_is, struct fault *f)
{
    return store_file_exists(store, CHECKPOINT_FILE, ret_is, f);
}

static status head_read(struct mirror *m, struct fault *f)
{
    uint8_t note[LOG_HEAD_BYTES_MAX];
    size_t len = 0;
    TRY(store_file_read(m->store, CHECKPOINT_FILE, note, sizeof note, &len, f));
    const status s = log_head_read((slice){ note, len }, &m->head, f);
    return s.code == E_OK ? OK : fault_within(f, FAIL(E_CORRUPT), CHECKPOINT_FILE);
}

status mirror_open(const struct store *store, struct mirror **ret_mirror, struct fault *f)
{
    struct mirror *m = calloc(1, sizeof *m);
    if (m == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    m->store = store;
    m->bytes = malloc(BUNDLE_BYTES_MAX);
    status s = m->bytes == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK) s = head_read(m, f);
    if (s.code != E_OK) {
        mirror_free(m);
        return s;
    }
    *ret_mirror = m;
    return OK;
}

void mirror_free(struct mirror *m)
{
    if (m == NULL) return;
    free(m->bytes);
    free(m);
}

static status file_read(struct mirror *m, struct tile tile, char ret_path[TILE_PATH_BYTES_MAX + 1],
                        size_t *ret_len, struct fault *f)
{
    struct writer w = writer_of(ret_path, TILE_PATH_BYTES_MAX);
    tile_path_write(&w, tile);
    TRY(writer_end(&w));
    ret_path[w.len] = '\0';
    return store_file_read(m->store, ret_path, m->bytes, BUNDLE_BYTES_MAX, ret_len, f);
}

/* A mirror that has grown since its checkpoint may have the whole bundle in place of the part. */
static status bundle_read(struct mirror *m, struct tile tile, struct fault *f)
{
    char path[TILE_PATH_BYTES_MAX + 1] = "";
    struct tile whole = tile;
    struct fault unused = {};
    size_t len = 0;
    whole.width = TILE_WIDTH;
    status s = file_read(m, tile, path, &len, f);
    if (s.code == E_NOT_FOUND && tile.width < TILE_WIDTH) {
        s = file_read(m, whole, path, &len, &unused);
        if (s.code == E_OK) tile = whole;
    }
    TRY(s);
    s = tile_bundle_check((slice){ m->bytes, len }, tile.width);
    if (s.code != E_OK) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: not a bundle of %u entries: %s", path, tile.width,
                         status_text(s));
    }
    struct cursor c = cursor_of((slice){ m->bytes, len });
    for (uint16_t i = 0; i < tile.width; i++)
        ignore(tile_bundle_next(&c, &m->entries[i]), "tile_bundle_check has counted them");
    m->bundle = tile.index;
    m->count = tile.width;
    return OK;
}

status mirror_entry(struct mirror *m, uint64_t index, slice *ret_entry, struct fault *f)
{
    struct tile tile = { .entries = true, .index = index / TILE_WIDTH };
    assert(index < m->head.checkpoint.size);
    if (m->count == 0 || m->bundle != tile.index) {
        tile.width = (uint16_t)tile_width(m->head.checkpoint.size, 0, tile.index);
        m->count = 0;
        TRY(bundle_read(m, tile, f));
    }
    *ret_entry = m->entries[index % TILE_WIDTH];
    return OK;
}
