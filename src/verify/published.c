/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/published.h"

#include <stdio.h>
#include "base/bytes.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"
#include "base/banned.h"

status published_open(struct published *p, uint64_t size, struct fault *fault)
{
    static struct note note; /* too large for a stack, and wanted for its text only */
    struct checkpoint c = {};
    slice bytes = {};
    TRY(p->read(p->self, "checkpoint", &bytes, fault));
    status s = note_parse(bytes, &note, fault);
    if (s.code == E_OK) s = checkpoint_parse(note.text, &c, fault);
    if (s.code != E_OK) return fault_within(fault, s, "checkpoint");
    if (c.size < size) {
        return fault_set(fault, FAIL(E_NOT_FOUND),
                         "%llu entries are published, the proof is about %llu: get them anew",
                         (unsigned long long)c.size, (unsigned long long)size);
    }
    p->size = c.size;
    return OK;
}

static void path_of(struct tile t, char path[PUBLISHED_PATH_BYTES_MAX])
{
    struct writer w = writer_of(path, PUBLISHED_PATH_BYTES_MAX - 1);
    tile_path_write(&w, t);
    assert(w.error == E_OK);
    path[w.len] = '\0';
}

/* Cuts a bundle into its entries. */
static status bundle_split(slice bytes, size_t count, slice entries[TILE_WIDTH])
{
    struct cursor c = cursor_of(bytes);
    for (size_t i = 0; i < count; i++)
        TRY(tile_bundle_next(&c, &entries[i]));
    return cursor_end(&c);
}

status published_each(const struct published *p, struct merkle_range r,
                      status (*each)(void *with, const struct published_entries *e,
                                     struct fault *fault),
                      void *with, struct fault *fault)
{
    slice entries[TILE_WIDTH];
    assert(r.end <= p->size);
    for (uint64_t at = r.start; at < r.end;) {
        struct tile t = { .entries = true, .index = at / TILE_WIDTH };
        char path[PUBLISHED_PATH_BYTES_MAX] = "";
        slice bytes = {};
        t.width = (uint16_t)tile_width(p->size, 0, t.index);
        path_of(t, path);
        TRY(p->read(p->self, path, &bytes, fault));
        const status s = bundle_split(bytes, t.width, entries);
        if (s.code != E_OK) {
            return fault_set(fault, FAIL(E_SYNTAX), "%s: not %u entries: %s", path, t.width,
                             status_text(s));
        }
        const size_t skip = at % TILE_WIDTH;
        const uint64_t left = r.end - at;
        const struct published_entries e = {
            .first = at,
            .count = left < t.width - skip ? (size_t)left : t.width - skip,
            .entries = entries + skip,
        };
        TRY(each(with, &e, fault));
        at += e.count;
    }
    return OK;
}

/* A node between two levels of tiles is made of the hashes of one tile. */
status published_node(void *published, unsigned level, uint64_t index, hash *ret_node)
{
    enum { TILE_HEIGHT = 8 };
    struct published *p = published;
    struct tile t = { .level = (uint8_t)(level / TILE_HEIGHT) };
    struct merkle_frontier f = {};
    slice bytes = {};
    char path[PUBLISHED_PATH_BYTES_MAX] = "";
    const size_t count = (size_t)1 << level % TILE_HEIGHT;
    assert(t.level < TILE_HASH_LEVELS && index <= UINT64_MAX / count);
    const uint64_t first = index * count;
    t.index = first / TILE_WIDTH;
    t.width = (uint16_t)tile_width(p->size, t.level, t.index);
    const size_t skip = first % TILE_WIDTH;
    assert(skip + count <= t.width); /* a proof asks for nodes of the tree only */
    path_of(t, path);
    TRY(p->read(p->self, path, &bytes, &p->node_fault));
    if (bytes.len != (size_t)t.width * SHA256_BYTES) {
        return fault_set(&p->node_fault, FAIL(E_SYNTAX), "%s: not %u hashes", path, t.width);
    }
    for (size_t i = 0; i < count; i++) {
        hash h = {};
        bytes_copy(h.bytes, SHA256_BYTES,
                   (slice){ bytes.at + (skip + i) * SHA256_BYTES, SHA256_BYTES });
        TRY(merkle_append(&f, h));
    }
    *ret_node = merkle_frontier_root(&f);
    return OK;
}

status published_counters(const struct published *p, uint64_t segment,
                          struct counter_table *ret_table, struct fault *fault)
{
    char path[PUBLISHED_PATH_BYTES_MAX] = "";
    slice bytes = {};
    struct writer w = writer_of(path, sizeof path - 1);
    tile_counters_path_write(&w, segment);
    assert(w.error == E_OK);
    TRY(p->read(p->self, path, &bytes, fault));
    const status s = counter_table_parse(bytes, ret_table, fault);
    return s.code == E_OK ? OK : fault_within(fault, s, path);
}
