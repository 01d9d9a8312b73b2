/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/scan.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/vault.h"
#include "ledger/tile.h"
#include "record/entry.h"
#include "base/banned.h"

struct scan {
    struct archive *archive; /* borrowed */
    struct vault *vault;
    const struct scan_watcher *watcher; /* borrowed */
    struct writer plain;                /* owned */
    struct opening opening;
    uint64_t from;
    uint64_t to;
    slice entries[BLOCK_RECORDS_MAX]; /* of the block in hand */
};

static bool wanted(const struct scan *s, uint64_t index, slice entry)
{
    if (index < s->from || index >= s->to || entry.len < 2) return false;
    return s->watcher->wants == NULL || s->watcher->wants(s->watcher->self, index, entry);
}

static bool block_wanted(const struct scan *s, const struct block_head *head)
{
    for (uint16_t i = 0; i < head->record_count; i++) {
        if (wanted(s, head->first_index + i, s->entries[i])) return true;
    }
    return false;
}

static status one_record(struct scan *s, uint64_t index, slice bytes,
                         const struct block_opening *sealed, struct fault *f)
{
    struct entry entry = {};
    struct scanned_record r = { .index = index, .entry = &entry };
    if (!wanted(s, index, bytes)) return OK;
    TRY(entry_parse(bytes, &entry, f));
    const bool is_public = (entry.schema->flags & KIND_BODY) != 0;
    if (sealed != NULL && !sealed->gone && !is_public) {
        const status decoded = opening_decode(entry.schema, sealed->opening, &s->opening);
        if (decoded.code != E_OK) {
            return fault_set(f, FAIL(E_CORRUPT), "entry %llu: its opening: %s",
                             (unsigned long long)index, status_text(decoded));
        }
        r.opening = &s->opening;
    }
    return s->watcher->record(s->watcher->self, &r, f);
}

static status one_block(struct scan *s, const struct block_head *head, slice sealed,
                        struct fault *f)
{
    uint8_t key[BLOCK_KEY_BYTES];
    if (!block_wanted(s, head)) return OK;
    bytes_wipe(s->plain.at, s->plain.len);
    s->plain = writer_of(s->plain.at, s->plain.cap);
    const status opened = vault_open(s->vault, head, sealed, &s->plain, key, f);
    bytes_wipe(key, sizeof key);
    if (opened.code != E_OK && opened.code != E_ERASED) return opened;
    struct cursor c = cursor_of(writer_slice(&s->plain));
    for (uint16_t i = 0; i < head->record_count; i++) {
        struct block_opening opening = {};
        if (opened.code == E_OK) TRY(block_next_opening(&c, &opening));
        TRY(one_record(s, head->first_index + i, s->entries[i],
                       opened.code == E_OK ? &opening : NULL, f));
    }
    return OK;
}

static status one_frame(struct scan *s, const struct batch_frame *frame, struct fault *f)
{
    struct cursor blocks = cursor_of(frame->blocks);
    struct cursor entries = cursor_of(frame->entries);
    while (cursor_left(&blocks) > 0) {
        struct block_head head = {};
        slice sealed = {};
        TRY(block_next(&blocks, &head, &sealed));
        for (uint16_t i = 0; i < head.record_count; i++)
            TRY(tile_bundle_next(&entries, &s->entries[i]));
        TRY(one_block(s, &head, sealed, f));
    }
    return OK;
}

static status scan_all(struct scan *s, struct fault *f)
{
    for (uint64_t index = s->from; index < s->to;) {
        struct batch_frame frame = {};
        TRY(archive_batch(s->archive, index, &frame, f));
        const uint64_t end = frame.head.first_index + frame.head.record_count;
        TRY(one_frame(s, &frame, f));
        if (s->watcher->progress != NULL) s->watcher->progress(s->watcher->self, end - index);
        index = end;
    }
    return OK;
}

status scan_records(struct archive *a, struct keys *keys, uint64_t from, uint64_t to,
                    const struct scan_watcher *watcher, struct fault *f)
{
    struct scan *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "scanning: out of memory");
    s->archive = a;
    s->watcher = watcher;
    s->from = from;
    s->to = to;
    s->vault = vault_new(archive_origin(a), keys);
    s->plain = writer_of(malloc(BLOCK_PLAIN_BYTES_MAX), BLOCK_PLAIN_BYTES_MAX);
    status done = s->vault == NULL || s->plain.at == NULL
                      ? fault_set(f, FAIL(E_NOMEM), "scanning: out of memory")
                      : scan_all(s, f);
    if (s->plain.at != NULL) bytes_wipe(s->plain.at, s->plain.len);
    free(s->plain.at);
    vault_free(s->vault);
    free(s);
    return done;
}
