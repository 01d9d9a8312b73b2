/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_tile: the tiles of the log, and which bundles of entries may be seen: those that are as
 * old as public_delay, up to the first order in them that is withheld.
 */
#include "base/timestamp.h"
#include "cmd/reader/reader_state.h"
#include "ledger/export.h"
#include "ledger/publication.h"
#include "os/clock.h"
#include "record/kinds.h"
#include "base/banned.h"

static status refuse_entries(const struct publication *known, uint32_t delay_s, uint64_t end,
                             struct fault *f)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    const int64_t time_s = publication_time(known, delay_s, end);
    if (time_s == 0) {
        return fault_set(f, FAIL(E_NOT_FOUND),
                         "entries are public %u s after they were recorded, hashes at once",
                         delay_s);
    }
    const size_t len = timestamp_write(time_s * CLOCK_NS_PER_S, text);
    return fault_set(f, FAIL(E_NOT_FOUND),
                     "entries are public %u s after they were recorded, these at %.*s", delay_s,
                     (int)len, (const char *)text);
}

/* Whether the entries are old enough. */
static status check_delay(struct reader *r, uint64_t end, struct fault *f)
{
    struct publication known = {};
    const struct node *n = &r->view.node;
    const uint32_t delay_s = n->config.public_delay_s;
    if (delay_s == 0) return OK;
    TRY(publication_load(&n->store, &known, f));
    const int64_t now_s = clock_real_ns() / CLOCK_NS_PER_S;
    if (publication_size(&known, delay_s, now_s) >= end) return OK;
    return refuse_entries(&known, delay_s, end, f);
}

static status order_is_public(struct reader *r, uint64_t index, bool *ret_public, struct fault *f)
{
    *ret_public = false;
    if (r->withheld == NULL) {
        const status s = withheld_read(r->dir, &r->withheld, f);
        if (s.code != E_OK) return s.code == E_NOT_FOUND ? OK : s;
    }
    return withheld_ask(r->withheld, index, clock_real_ns(), ret_public, f);
}

/* Whether none of the entries in the bundle is withheld. What comes before the first one that is,
 * stays readable as the partial bundle that it was before. */
static status check_released(struct reader *r, uint64_t index, slice bundle, struct fault *f)
{
    struct cursor c = cursor_of(bundle);
    for (; cursor_left(&c) > 0; index++) {
        slice entry = {};
        bool is_public = true;
        TRY(tile_bundle_next(&c, &entry));
        if (entry.len < ENTRY_HEADER_BYTES || entry.at[1] != KIND_order) continue;
        TRY(order_is_public(r, index, &is_public, f));
        if (is_public) continue;
        return fault_set(f, FAIL(E_NOT_FOUND), "not all of these entries are public yet");
    }
    return OK;
}

/* Hash tiles say nothing of a record. */
status reader_ask_tile(struct reader *r, const struct query_ask *m, struct fault *f)
{
    struct tile tile = {};
    const uint64_t size = r->view.head.checkpoint.size;
    if (tile_path_parse(m->text, &tile).code != E_OK) {
        return fault_set(f, FAIL(E_NOT_FOUND), "no such tile");
    }
    const uint64_t first = tile.index * TILE_WIDTH;
    const uint64_t end = first + tile.width;
    if (tile.entries && end <= size) TRY(check_delay(r, end, f));
    TRY(export_tile(r->view.node.archive, size, tile, &r->body, f));
    return tile.entries ? check_released(r, first, writer_slice(&r->body), f) : OK;
}
