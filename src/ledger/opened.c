/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/opened.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "base/banned.h"

enum { PLACES_FIRST_CAP = 64 };

status opened_corrupt(struct fault *f, uint64_t segment, uint64_t offset, const char *what,
                      status why)
{
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %llu: %s: %s", layout_segment(segment).text,
                     (unsigned long long)offset, what, status_text(why));
}

static status header_check(const struct store *store, const struct opened *o, hash origin,
                           struct fault *f)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = {};
    size_t len = 0;
    TRY(store->ops->read(store->self, o->file, 0, bytes, sizeof bytes, &len, f));
    status s = segment_header_parse((slice){ bytes, len }, &header);
    const bool is_ours =
        header.number == o->number && bytes_equal(header.origin.bytes, origin.bytes, SHA256_BYTES);
    if (s.code == E_OK && !is_ours) s = FAIL(E_VALUE);
    return s.code == E_OK ? OK : opened_corrupt(f, o->number, 0, "segment header", s);
}

status opened_open(const struct store *store, hash origin, uint64_t number,
                   struct opened *ret_opened, struct fault *f)
{
    struct opened o = { .file = OPENED_NO_FILE, .number = number };
    TRY(store->ops->open(store->self, layout_segment(number).text, STORE_READ, &o.file, f));
    const status s = header_check(store, &o, origin, f);
    if (s.code != E_OK) {
        opened_close(store, &o);
        return s;
    }
    *ret_opened = o;
    return OK;
}

void opened_close(const struct store *store, struct opened *o)
{
    if (o->file != OPENED_NO_FILE) store->ops->close(store->self, o->file);
    free(o->places.batches);
    *o = (struct opened){ .file = OPENED_NO_FILE };
}

status opened_push(struct opened *o, struct batch_place place)
{
    struct segment_places *p = &o->places;
    if (p->batch_count == p->batch_cap) {
        const uint32_t cap = p->batch_cap == 0 ? PLACES_FIRST_CAP : p->batch_cap * 2;
        struct batch_place *batches = reallocarray(p->batches, cap, sizeof *batches);
        if (batches == NULL) return FAIL(E_NOMEM);
        p->batches = batches;
        p->batch_cap = cap;
    }
    p->batches[p->batch_count++] = place;
    return OK;
}
