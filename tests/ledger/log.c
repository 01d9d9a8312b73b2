/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ledger/log.h"

#include <inttypes.h>
#include <stdio.h>
#include "ledger/head.h"
#include "ledger/tile.h"
#include "record/draft.h"
#include "record/entry.h"
#include "tests/cm.h"

enum { SECOND_2026 = 1767225600 };

static void ok(status s, const struct fault *f)
{
    if (s.code != E_OK) fail_msg("status %d: %s", s.code, f->text);
}

void log_create(const struct store *store)
{
    struct fault f = {};
    ok(signer_create(store, TEST_ORIGIN, &f), &f);
    ok(ledger_create(store, TEST_ORIGIN, &f), &f);
}

void log_open(const struct store *store, struct signer **ret_signer, struct ledger **ret_ledger)
{
    struct fault f = {};
    ok(signer_open(store, ret_signer, &f), &f);
    struct ledger_options options = ledger_options_default(signer_origin(*ret_signer));
    options.signed_head = signer_head(*ret_signer);
    ok(ledger_open(store, &options, ret_ledger, &f), &f);
}

/* Writes the number into the entry's time, so that order can be read off public bytes. */
static uint64_t time_of(uint64_t number)
{
    return (uint64_t)SECOND_2026 + 60 * number;
}

static void add_event(struct ledger *l, struct batch *b, uint64_t number)
{
    static struct draft draft;
    struct fault f = {};
    char raw[128];
    uint64_t index = 0;
    struct record record = {};
    const int len =
        snprintf(raw, sizeof raw, "{\"number\":%" PRIu64 ",\"text\":\"event\"}", number);
    draft_start(&draft, KIND_event, time_of(number));
    draft_time(&draft, FIELD_event_time, (int64_t)time_of(number) * 1000000000);
    draft_text(&draft, FIELD_event_source, slice_text("test"));
    draft_raw(&draft, FIELD_event_raw, (slice){ (const uint8_t *)raw, (size_t)len });
    ok(draft_end(&draft, NULL, &record, &f), &f);
    ok(ledger_add(l, b, &record, &index, &f), &f);
}

void log_fill(struct ledger *l, struct batch *b, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        add_event(l, b, first + i);
}

void log_append(struct ledger *l, struct signer *s, uint64_t first, uint64_t count,
                uint32_t batch_max)
{
    struct fault f = {};
    struct batch *b = batch_new();
    assert_non_null(b);
    const uint64_t end = first + count;
    while (first < end) {
        struct signer_request request;
        uint8_t signature[SIGNER_SIGNATURE_BYTES];
        ok(ledger_begin(l, b, &f), &f);
        while (first < end && batch_count(b) < batch_max && !ledger_is_full(l, b)) {
            add_event(l, b, first++);
        }
        ok(ledger_seal(l, b, &request, &f), &f);
        ok(ledger_write(l, b, &f), &f);
        if (s != NULL) ok(signer_sign(s, &request, signature, &f), &f);
    }
    batch_free(b);
}

void log_check(struct ledger *l, const struct signer *s, uint64_t count)
{
    struct fault f = {};
    struct archive *a = ledger_archive(l);
    uint64_t number = 0;
    uint64_t index = 0;
    while (index < archive_size(a)) {
        struct batch_frame frame = {};
        ok(archive_batch(a, index, &frame, &f), &f);
        struct cursor c = cursor_of(frame.entries);
        for (; cursor_left(&c) > 0; index++) {
            slice bytes = {};
            struct entry entry = {};
            assert_ok(tile_bundle_next(&c, &bytes));
            ok(entry_parse(bytes, &entry, &f), &f);
            if (entry.schema->kind != KIND_event) continue;
            assert_int_equal(entry.time_s, time_of(number));
            number++;
        }
    }
    assert_int_equal(number, count);
    if (s != NULL) assert_int_equal(signer_head(s).size, archive_size(a));
}

void log_publish(const struct store *store, struct ledger *l, struct signer *s)
{
    struct fault f = {};
    struct signer_request request;
    struct log_head_signed head = { .origin = TEST_ORIGIN };
    ok(ledger_request(l, signer_head(s), &request, &f), &f);
    ok(signer_sign(s, &request, head.signature, &f), &f);
    head.head = request.head;
    signer_public(s, head.public_key);
    ok(log_head_publish(store, &head, &f), &f);
}
