/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erasures.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "ledger/tile.h"
#include "os/failpoint.h"
#include "base/banned.h"

static const char title[] = "candor erasures applied v1\n";

enum { APPLIED_BYTES_MAX = 128, CHECK_BYTES = 8 };

struct erasures_room {
    struct erased_item items[ERASED_ITEMS_MAX];
    uint8_t file[ERASED_FILE_BYTES_MAX];
};

struct erasures_room *erasures_room_new(void)
{
    return malloc(sizeof(struct erasures_room));
}

void erasures_room_free(struct erasures_room *r)
{
    free(r);
}

status erasures_put(const struct store *store, struct erasures_room *room,
                    const struct erased_set *set, hash *ret_hash, struct fault *f)
{
    hash h = {};
    struct writer w = writer_of(room->file, sizeof room->file);
    const status hashed = erased_set_hash(set, &h);
    if (hashed.code != E_OK) return fault_set(f, hashed, "erasure: out of memory");
    erased_file_write(set, &w);
    TRY(store->ops->make_dir(store->self, LAYOUT_ERASURES, f));
    TRY(store->ops->sync_dir(store->self, "", f));
    failpoint("erasure-put");
    TRY(store_file_replace(store, layout_erased_set(&h).text, writer_slice(&w), f));
    *ret_hash = h;
    return OK;
}

status erasures_get(const struct store *store, struct erasures_room *room, const hash *set,
                    struct erased_set *ret_set, struct fault *f)
{
    const struct layout_name name = layout_erased_set(set);
    struct erased_set s = {};
    hash h = {};
    size_t len = 0;
    TRY(store_file_read(store, name.text, room->file, sizeof room->file, &len, f));
    status got = erased_file_parse((slice){ room->file, len }, room->items, &s);
    if (got.code == E_OK) got = erased_set_hash(&s, &h);
    if (got.code == E_NOMEM) return fault_set(f, got, "erasure: out of memory");
    if (got.code == E_OK && !bytes_equal(h.bytes, set->bytes, sizeof h.bytes)) {
        got = FAIL(E_INVALID);
    }
    if (got.code != E_OK) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: not the set of that name: %s", name.text,
                         status_text(got));
    }
    *ret_set = s;
    return OK;
}

status erasures_of_entry(const struct store *store, struct erasures_room *room,
                         const struct entry *e, struct erased_set *ret_set, struct fault *f)
{
    struct record_field fields[FIELDS_MAX] = {};
    hash set = {};
    const status decoded = body_decode(e->schema, e->body, fields);
    if (decoded.code != E_OK) return fault_set(f, FAIL(E_CORRUPT), "not an erasure entry");
    bytes_copy(set.bytes, sizeof set.bytes, fields[FIELD_erasure_set - 1].value);
    TRY(erasures_get(store, room, &set, ret_set, f));
    const uint64_t amount = value_u64(fields[FIELD_erasure_amount - 1].value);
    if (amount == erased_amount(ret_set)) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: %llu records, but its entry says %llu",
                     layout_erased_set(&set).text, (unsigned long long)erased_amount(ret_set),
                     (unsigned long long)amount);
}

static void applied_write(uint64_t size, struct writer *w)
{
    writer_text(w, title);
    writer_dec(w, size);
    writer_text(w, "\n");
    const hash check = sha256(writer_slice(w));
    writer_hex(w, (slice){ check.bytes, CHECK_BYTES });
    writer_text(w, "\n");
}

status erasures_applied(const struct store *store, uint64_t *ret_size, struct fault *f)
{
    uint8_t text[APPLIED_BYTES_MAX];
    uint8_t again[APPLIED_BYTES_MAX];
    size_t len = 0;
    const status read = store_file_read(store, LAYOUT_APPLIED, text, sizeof text, &len, f);
    if (read.code == E_NOT_FOUND) {
        *ret_size = 0;
        return OK;
    }
    TRY(read);
    const slice all = { text, len };
    struct cursor c = cursor_of(all);
    slice line = {};
    uint64_t size = 0;
    struct writer w = writer_of(again, sizeof again);
    c.pos = slice_starts(all, slice_text(title)) ? sizeof title - 1 : len;
    if (cursor_line(&c, &line).code == E_OK && num_parse_u64(line, &size).code == E_OK) {
        applied_write(size, &w);
    }
    if (!slice_equal(writer_slice(&w), all)) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: line 1: not what it should be", LAYOUT_APPLIED);
    }
    *ret_size = size;
    return OK;
}

status erasures_set_applied(const struct store *store, uint64_t size, struct fault *f)
{
    uint8_t text[APPLIED_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    applied_write(size, &w);
    failpoint("erasure-applied");
    return store_file_replace(store, LAYOUT_APPLIED, writer_slice(&w), f);
}

/* The first erasure entry of the frame at or behind index. */
static status find_in_frame(const struct batch_frame *frame, uint64_t index, uint64_t *ret_index,
                            struct entry *ret_entry)
{
    struct cursor c = cursor_of(frame->entries);
    for (uint64_t i = frame->head.first_index; cursor_left(&c) > 0; i++) {
        slice bytes = {};
        struct entry entry = {};
        TRY(tile_bundle_next(&c, &bytes));
        if (i < index || bytes.len < 2 || bytes.at[1] != KIND_erasure) continue;
        TRY(entry_split(bytes, &entry));
        if (entry.schema->kind != KIND_erasure) continue;
        *ret_index = i;
        *ret_entry = entry;
        return OK;
    }
    return FAIL(E_NOT_FOUND);
}

status erasures_next(struct archive *a, uint64_t index, uint64_t *ret_index,
                     struct entry *ret_entry, struct fault *f)
{
    while (index < archive_size(a)) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        const status found = find_in_frame(&frame, index, ret_index, ret_entry);
        if (found.code == E_OK) return OK;
        if (found.code != E_NOT_FOUND) {
            return fault_set(f, FAIL(E_CORRUPT), "entries from %llu on: %s",
                             (unsigned long long)frame.head.first_index, status_text(found));
        }
        index = frame.head.first_index + frame.head.record_count;
    }
    return FAIL(E_NOT_FOUND);
}

status erasures_check(const struct store *store, struct archive *a, struct fault *f)
{
    uint64_t applied = 0;
    uint64_t index = 0;
    struct entry entry = {};
    TRY(erasures_applied(store, &applied, f));
    const status s = erasures_next(a, applied, &index, &entry, f);
    if (s.code == E_NOT_FOUND) return OK;
    TRY(s);
    return fault_set(f, FAIL(E_REFUSED),
                     "the erasure at entry %llu is not carried out yet: nothing is opened before "
                     "that; whatever opens the log for writing does it, such as candor serve",
                     (unsigned long long)index);
}
