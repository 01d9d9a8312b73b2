/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/erase.h"
#include "ledger/erase/erasures.h"
#include "ledger/fsck.h"
#include "ledger/head.h"
#include "ledger/tile.h"
#include "record/draft.h"
#include "base/banned.h"

enum { SECOND_2026 = 1767225600, FULL_TRIES = 3, RESERVE_BYTES = 64 * 1024 };

void world_break(struct world *w, const char *format, ...)
{
    va_list args;
    if (w->broken[0] != '\0') return;
    va_start(args, format);
    vsnprintf(w->broken, sizeof w->broken, format, args);
    va_end(args);
}

static struct world *world_alloc(uint64_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL) abort();
    w->chance.state = ~seed;
    for (size_t i = 0; i < COUNT_OF(w->batches); i++) {
        w->batches[i] = batch_new();
        if (w->batches[i] == NULL) abort();
    }
    return w;
}

struct world *world_new(uint64_t seed)
{
    struct world *w = world_alloc(seed);
    struct fault f = {};
    w->disk = disk_new(seed);
    w->store = disk_store(w->disk);
    status s = signer_create(&w->store, WORLD_ORIGIN, &f);
    if (s.code == E_OK) s = ledger_create(&w->store, WORLD_ORIGIN, &f);
    if (s.code != E_OK) world_break(w, "cannot create a log: %s", f.text);
    return w;
}

struct world *world_copy(const struct world *w, uint64_t seed)
{
    struct world *copy = world_alloc(seed);
    assert(w->ledger == NULL && w->signer == NULL);
    copy->disk = disk_copy(w->disk, seed);
    copy->store = disk_store(copy->disk);
    copy->records = w->records;
    copy->acked_count = w->acked_count;
    copy->acked_cap = w->acked_count + 1;
    copy->acked = calloc(copy->acked_cap, sizeof *copy->acked);
    if (copy->acked == NULL) abort();
    bytes_copy(copy->acked, copy->acked_cap * sizeof *copy->acked,
               (slice){ (const uint8_t *)w->acked, w->acked_count * sizeof *w->acked });
    bytes_copy(copy->heads, sizeof copy->heads,
               (slice){ (const uint8_t *)w->heads, w->head_count * sizeof *w->heads });
    copy->head_count = w->head_count;
    return copy;
}

void world_free(struct world *w)
{
    if (w == NULL) return;
    world_stop(w);
    for (size_t i = 0; i < COUNT_OF(w->batches); i++)
        batch_free(w->batches[i]);
    disk_free(w->disk);
    free(w->acked);
    free(w);
}

/* ---- what was promised ---- */

static void acknowledge(struct world *w, hash leaf)
{
    if (w->acked_count == w->acked_cap) {
        w->acked_cap = w->acked_cap == 0 ? 1024 : w->acked_cap * 2;
        w->acked = reallocarray(w->acked, w->acked_cap, sizeof *w->acked);
        if (w->acked == NULL) abort();
    }
    w->acked[w->acked_count++] = leaf;
}

/* A batch was written: its entries are promised. */
static void acknowledge_batch(struct world *w, struct batch *b)
{
    struct batch_frame frame = {};
    if (disk_sync_failed(w->disk)) world_break(w, "acknowledged behind a failed sync");
    if (batch_frame_parse(batch_bytes(b), &frame).code != E_OK) {
        world_break(w, "the batch that was written is no frame");
        return;
    }
    if (frame.head.first_index != w->acked_count) {
        world_break(w, "batch begins at %" PRIu64 ", but %zu entries are acknowledged",
                    frame.head.first_index, w->acked_count);
    }
    struct cursor c = cursor_of(frame.entries);
    while (cursor_left(&c) > 0) {
        slice entry = {};
        ignore(tile_bundle_next(&c, &entry), "the frame was parsed");
        acknowledge(w, merkle_leaf(entry));
    }
}

static void promise_head(struct world *w, struct signer_head head)
{
    if (disk_sync_failed(w->disk)) world_break(w, "signed behind a failed sync");
    for (size_t i = w->head_count; i-- > 0;) {
        if (w->heads[i].size != head.size) continue;
        if (!bytes_equal(w->heads[i].root.bytes, head.root.bytes, SHA256_BYTES)) {
            world_break(w, "two roots signed at size %" PRIu64, head.size);
        }
        return;
    }
    if (w->head_count == WORLD_SIGNED_MAX) abort();
    w->heads[w->head_count++] = head;
}

/* ---- the node ---- */

static status publish(struct world *w, const struct signer_request *request,
                      const uint8_t signature[SIGNER_SIGNATURE_BYTES], struct fault *f)
{
    struct log_head_signed head = { .origin = WORLD_ORIGIN, .head = request->head };
    signer_public(w->signer, head.public_key);
    bytes_copy(head.signature, sizeof head.signature, (slice){ signature, SIGNER_SIGNATURE_BYTES });
    return log_head_publish(&w->store, &head, f);
}

/* Tries again while the disk is full; then there is space. */
static bool full_goes_on(struct world *w, status s, unsigned *tries)
{
    if (s.code != E_FULL) return false;
    if (++*tries > FULL_TRIES) return false;
    if (*tries == FULL_TRIES) disk_space_returns(w->disk);
    return true;
}

static status sign_and_publish(struct world *w, const struct signer_request *request,
                               struct fault *f)
{
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    unsigned tries = 0;
    status s = OK;
    do {
        s = signer_sign(w->signer, request, signature, f);
    } while (full_goes_on(w, s, &tries));
    TRY(s);
    promise_head(w, request->head);
    do {
        s = publish(w, request, signature, f);
    } while (full_goes_on(w, s, &tries));
    return s;
}

/* What the log holds when it opens is durable: from here on it counts as promised. */
static status adopt(struct world *w, struct fault *f)
{
    struct archive *a = ledger_archive(w->ledger);
    while (w->acked_count < archive_size(a)) {
        slice entry = {};
        TRY(archive_entry(a, w->acked_count, &entry, f));
        acknowledge(w, merkle_leaf(entry));
    }
    return OK;
}

status world_start(struct world *w, struct fault *f)
{
    struct signer_request request;
    assert(w->signer == NULL && w->ledger == NULL);
    disk_forget_failed_sync(w->disk);
    TRY(signer_open(&w->store, &w->signer, f));
    const struct signer_head head = signer_head(w->signer);
    struct ledger_options options = ledger_options_default(signer_origin(w->signer));
    options.signed_head = head;
    options.reserve_bytes = RESERVE_BYTES;
    TRY(ledger_open(&w->store, &options, &w->ledger, f));
    TRY(adopt(w, f));
    TRY(ledger_request(w->ledger, head, &request, f));
    return sign_and_publish(w, &request, f);
}

static status add_event(struct world *w, struct batch *b, struct fault *f)
{
    static struct draft draft;
    char raw[128];
    uint64_t index = 0;
    struct record record = {};
    const uint64_t number = w->records;
    const uint64_t time_s = SECOND_2026 + number;
    const int len = snprintf(raw, sizeof raw, "{\"number\":%" PRIu64 "}", number);
    draft_start(&draft, KIND_event, time_s);
    draft_time(&draft, FIELD_event_time, (int64_t)time_s * 1000000000);
    draft_text(&draft, FIELD_event_source, slice_text("simulated"));
    draft_raw(&draft, FIELD_event_raw, (slice){ (const uint8_t *)raw, (size_t)len });
    TRY(draft_end(&draft, NULL, &record, f));
    TRY(ledger_add(w->ledger, b, &record, &index, f));
    w->records++;
    return OK;
}

static status begin(struct world *w, struct batch *b, struct fault *f)
{
    unsigned tries = 0;
    status s = OK;
    do {
        s = ledger_begin(w->ledger, b, f);
    } while (full_goes_on(w, s, &tries));
    return s;
}

/* Fills and seals one batch. */
static status seal_one(struct world *w, const struct world_load *load, struct batch *b,
                       struct signer_request *ret_request, struct fault *f)
{
    const uint64_t count = 1 + chance_below(&w->chance, load->records_max);
    TRY(begin(w, b, f));
    unsigned tries = 0;
    while (batch_count(b) < count && !ledger_is_full(w->ledger, b)) {
        const status s = add_event(w, b, f);
        if (!full_goes_on(w, s, &tries)) TRY(s);
    }
    status s = OK;
    do {
        s = ledger_seal(w->ledger, b, ret_request, f);
    } while (full_goes_on(w, s, &tries));
    return s;
}

static status deliver(struct world *w, struct batch *b, const struct signer_request *request,
                      struct fault *f)
{
    unsigned tries = 0;
    status s = OK;
    do {
        s = ledger_write(w->ledger, b, f);
    } while (full_goes_on(w, s, &tries));
    TRY(s);
    acknowledge_batch(w, b);
    return sign_and_publish(w, request, f);
}

status world_append(struct world *w, const struct world_load *load, struct fault *f)
{
    static struct signer_request requests[2];
    uint32_t sealed = 0;
    uint32_t written = 0;
    while (written < load->batches) {
        const uint32_t ahead = load->pipelined ? 2 : 1;
        if (sealed < load->batches && sealed - written < ahead) {
            TRY(seal_one(w, load, w->batches[sealed % 2], &requests[sealed % 2], f));
            sealed++;
            continue;
        }
        TRY(deliver(w, w->batches[written % 2], &requests[written % 2], f));
        written++;
    }
    return OK;
}

status world_fill(struct world *w, uint64_t size, struct fault *f)
{
    while (w->acked_count < size) {
        const uint64_t left = size - w->acked_count;
        const struct world_load load = {
            .batches = 1,
            .records_max = left > BATCH_RECORDS_MAX ? BATCH_RECORDS_MAX : (uint32_t)left,
        };
        TRY(world_append(w, &load, f));
    }
    return OK;
}

/* The entry of an erasure, its set made durable first. */
static status erasure_begin(struct world *w, const struct erased_set *set, struct batch *b,
                            struct fault *f)
{
    static struct draft draft;
    static uint8_t body[256];
    static hash h;
    struct erasures_room *room = erasures_room_new();
    struct writer words = writer_of(body, sizeof body);
    struct record record = {};
    uint64_t index = 0;
    unsigned tries = 0;
    status s = OK;
    if (room == NULL) abort();
    do {
        s = erasures_put(&w->store, room, set, &h, f);
    } while (full_goes_on(w, s, &tries));
    erasures_room_free(room);
    TRY(s);
    draft_start(&draft, KIND_erasure, SECOND_2026);
    draft_column(&draft, COLUMN_erasure_basis, VALUE_erasure_basis_mistake);
    draft_u64(&draft, FIELD_erasure_amount, erased_amount(set));
    draft_hash(&draft, FIELD_erasure_set, &h);
    TRY(draft_end(&draft, &words, &record, f));
    TRY(begin(w, b, f));
    return ledger_add(w->ledger, b, &record, &index, f);
}

status world_erase(struct world *w, struct erased_item item, struct fault *f)
{
    static struct signer_request request;
    const struct erased_set set = { .items = &item, .count = 1, .seed = { 3 } };
    struct batch *b = w->batches[0];
    unsigned tries = 0;
    TRY(erasure_begin(w, &set, b, f));
    status s = OK;
    do {
        s = ledger_seal(w->ledger, b, &request, f);
    } while (full_goes_on(w, s, &tries));
    TRY(s);
    const uint64_t index = batch_first_index(b);
    TRY(deliver(w, b, &request, f));
    do {
        s = ledger_erase(w->ledger, index, f);
    } while (full_goes_on(w, s, &tries));
    return s;
}

void world_stop(struct world *w)
{
    ledger_close(w->ledger);
    signer_free(w->signer);
    w->ledger = NULL;
    w->signer = NULL;
}

void world_restart(struct world *w, bool power_cut)
{
    world_stop(w);
    w->restarts++;
    w->crashes[disk_struck(w->disk)]++;
    disk_restart(w->disk, power_cut);
}

/* ---- what is checked ---- */

static void check_entries(struct world *w, struct archive *a)
{
    hash leaves[TILE_WIDTH];
    struct fault f = {};
    if (archive_size(a) < w->acked_count) {
        world_break(w, "%zu entries were acknowledged, %" PRIu64 " are there", w->acked_count,
                    archive_size(a));
        return;
    }
    for (uint64_t first = 0; first < w->acked_count; first += TILE_WIDTH) {
        const uint64_t left = w->acked_count - first;
        const size_t count = left < TILE_WIDTH ? (size_t)left : TILE_WIDTH;
        const status s = archive_leaves(a, first, count, leaves, &f);
        if (s.code != E_OK) world_break(w, "entries cannot be read: %s", f.text);
        if (s.code != E_OK) return;
        for (size_t i = 0; i < count; i++) {
            if (bytes_equal(leaves[i].bytes, w->acked[first + i].bytes, SHA256_BYTES)) continue;
            world_break(w, "acknowledged entry %" PRIu64 " has changed", first + i);
            return;
        }
    }
}

static void check_heads(struct world *w, struct archive *a)
{
    const struct merkle_source source = { archive_tree(a), tree_node };
    for (size_t i = 0; i < w->head_count; i++) {
        hash root = {};
        const uint64_t size = w->heads[i].size;
        const bool holds =
            size <= archive_size(a) &&
            merkle_root(&source, (struct merkle_range){ 0, size }, &root).code == E_OK &&
            bytes_equal(root.bytes, w->heads[i].root.bytes, SHA256_BYTES);
        if (!holds) world_break(w, "the head signed at size %" PRIu64 " is not the log's", size);
    }
}

/* The published checkpoint is the newest head, and each of its tiles can be made; level 0 is what
 * check_entries has read. */
static void check_published(struct world *w, struct archive *a)
{
    static struct log_head head;
    const struct merkle_source source = { archive_tree(a), tree_node };
    struct fault f = {};
    status s = log_head_load(&w->store, &head, &f);
    if (s.code == E_OK) s = log_head_check(&head, a, &f);
    if (s.code != E_OK) {
        world_break(w, "published checkpoint: %s", f.text);
        return;
    }
    const uint64_t size = head.checkpoint.size;
    if (size != w->acked_count)
        world_break(w, "published %" PRIu64 " of %zu", size, w->acked_count);
    for (unsigned level = 1; tile_count(size, level) > 0; level++) {
        for (uint64_t at = 0; at < size >> (8 * level); at++) {
            hash node = {};
            if (source.node(source.self, 8 * level, at, &node).code == E_OK) continue;
            world_break(w, "hash %" PRIu64 " of tile level %u cannot be read", at, level);
            return;
        }
    }
}

static void note_fault(void *self, const char *text)
{
    world_break(self, "fsck: %s", text);
}

static void note_progress(void *, uint64_t)
{
}

static void check_files(struct world *w)
{
    const struct fsck_watcher watcher = { w, note_fault, note_progress };
    struct fsck_result result = {};
    struct fault f = {};
    if (fsck(&w->store, WORLD_ORIGIN, &watcher, &result, &f).code != E_OK) {
        world_break(w, "fsck cannot look: %s", f.text);
    }
    if (result.entries != w->acked_count) {
        world_break(w, "fsck proves %" PRIu64 " of %zu entries", result.entries, w->acked_count);
    }
}

void world_check(struct world *w)
{
    struct archive *a = ledger_archive(w->ledger);
    check_entries(w, a);
    check_heads(w, a);
    check_published(w, a);
    check_files(w);
}

void world_recover(struct world *w)
{
    struct fault f = {};
    if (world_start(w, &f).code == E_OK) {
        world_check(w);
    } else {
        world_break(w, "the node does not start: %s", f.text);
    }
    world_stop(w);
}
