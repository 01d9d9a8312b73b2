/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/fsck/fsck_openings.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { LOT = 16 }; /* openings whose hashes are computed side by side */

struct fsck_openings {
    size_t count;
    uint64_t indices[LOT];
    struct entry entries[LOT];
    struct opening openings[LOT];
    struct opening_claim claims[LOT];
    salt salts[LOT][FIELDS_MAX];
    struct keystream_job jobs[LOT];
    uint8_t keys[BLOCK_RECORDS_MAX][RECORD_KEY_BYTES]; /* of the whole block */
};

struct fsck_openings *fsck_openings_new(void)
{
    return calloc(1, sizeof(struct fsck_openings));
}

void fsck_openings_free(struct fsck_openings *o)
{
    free(o);
}

static void lot_check(struct fsck_openings *o, const struct fsck_openings_watcher *w)
{
    const status salted = derive_salts(o->jobs, o->count);
    if (salted.code == E_OK) opening_check_many(o->claims, o->count);
    for (size_t i = 0; i < o->count; i++) {
        const status s = salted.code == E_OK ? o->claims[i].result : salted;
        w->checked(w->self, o->indices[i], &o->entries[i], &o->openings[i], s);
    }
    o->count = 0;
}

/* The salts of an opening in form 2 stand in it. */
static struct keystream_job salts_of(struct fsck_openings *o, const struct opening *opening,
                                     const uint8_t *record_key)
{
    const bool rekeyed = opening->form == OPENING_REKEYED;
    const size_t n = opening->form == OPENING_SALTED ? 0 : opening->field_count;
    return derive_job(rekeyed ? opening->record_key.at : record_key, o->salts[o->count], n);
}

/* Takes the opening of the nth record of the block into the lot, if there is one to be checked. */
static status take(struct fsck_openings *o, struct cursor *at, const struct fsck_block *block,
                   uint16_t nth, const struct fsck_openings_watcher *w)
{
    const uint64_t index = block->head->first_index + nth;
    struct block_opening sealed = {};
    struct entry *entry = &o->entries[o->count];
    struct opening *opening = &o->openings[o->count];
    TRY(block_next_opening(at, &sealed));
    TRY(entry_split(block->entries[nth], entry)); /* all of it is checked elsewhere */
    if (sealed.gone) {
        lot_check(o, w); /* told in the order of the log */
        w->checked(w->self, index, entry, NULL, OK);
        return OK;
    }
    if ((entry->schema->flags & KIND_BODY) != 0) {
        return sealed.opening.len == 0 ? OK : FAIL(E_TRAILING);
    }
    TRY(opening_decode(entry->schema, sealed.opening, opening));
    o->indices[o->count] = index;
    o->jobs[o->count] = salts_of(o, opening, o->keys[nth]);
    o->claims[o->count] = (struct opening_claim){ entry, opening, o->salts[o->count], OK };
    o->count++;
    return OK;
}

status fsck_openings_check(struct fsck_openings *o, const struct fsck_block *block,
                           const struct fsck_openings_watcher *watcher)
{
    struct cursor at = cursor_of(block->plain);
    const uint64_t first = block->head->first_index;
    TRY(derive_record_keys(block->key, first, block->head->record_count, o->keys));
    for (uint16_t i = 0; i < block->head->record_count; i++) {
        const status s = take(o, &at, block, i, watcher);
        if (s.code != E_OK) {
            lot_check(o, watcher);
            watcher->checked(watcher->self, first + i, NULL, NULL, s);
        }
        if (o->count == LOT) lot_check(o, watcher);
    }
    lot_check(o, watcher);
    bytes_wipe(o->keys, sizeof o->keys);
    bytes_wipe(o->salts, sizeof o->salts);
    return cursor_end(&at);
}
