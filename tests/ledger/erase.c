/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing in a real log, on a store in memory: what is gone, what stays, and what is written where.
 */
#include "ledger/erase/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include "ledger/erase/erasures.h"
#include "ledger/fsck.h"
#include "ledger/layout.h"
#include "ledger/opener.h"
#include "ledger/erase/rotation.h"
#include "ledger/store_ram.h"
#include "record/draft.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

enum { RECORDS = 700, BATCH = 40 };

#define RAW (1ull << (FIELD_event_raw - 1))
#define TIME (1ull << (FIELD_event_time - 1))

static struct store store;
static struct fault fault;
static struct signer *signer;
static struct ledger *ledger;
static struct opened_record record;

static void ok(status s)
{
    if (s.code != E_OK) fail_msg("status %d: %s", s.code, fault.text);
}

static int make_log(void **)
{
    ok(store_ram_open(&store, &fault));
    log_create(&store);
    log_open(&store, &signer, &ledger);
    log_append(ledger, signer, 0, RECORDS, BATCH);
    return 0;
}

static void stop(void)
{
    ledger_close(ledger);
    signer_free(signer);
    ledger = NULL;
    signer = NULL;
}

static void restart(void)
{
    stop();
    log_open(&store, &signer, &ledger);
}

static int end_log(void **)
{
    stop();
    store_ram_close(&store);
    return 0;
}

/* Logs the erasure of the items. */
static uint64_t log_erasure(const struct erased_item *items, uint32_t count)
{
    static struct draft draft;
    struct erasures_room *room = erasures_room_new();
    struct erased_set set = { .items = items, .count = count, .seed = { 1, 2, 3 } };
    struct record entry = {};
    struct signer_request request;
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    uint8_t body[256];
    struct writer w = writer_of(body, sizeof body);
    hash h = {};
    uint64_t index = 0;
    ok(erasures_put(&store, room, &set, &h, &fault));
    erasures_room_free(room);
    draft_start(&draft, KIND_erasure, 1800000000);
    draft_column(&draft, COLUMN_erasure_basis, VALUE_erasure_basis_subject_request);
    draft_u64(&draft, FIELD_erasure_amount, erased_amount(&set));
    draft_hash(&draft, FIELD_erasure_set, &h);
    ok(draft_end(&draft, &w, &entry, &fault));
    struct batch *b = batch_new();
    ok(ledger_begin(ledger, b, &fault));
    ok(ledger_add(ledger, b, &entry, &index, &fault));
    ok(ledger_seal(ledger, b, &request, &fault));
    ok(ledger_write(ledger, b, &fault));
    ok(signer_sign(signer, &request, signature, &fault));
    batch_free(b);
    return index;
}

static void erase(const struct erased_item *items, uint32_t count)
{
    ok(ledger_erase(ledger, log_erasure(items, count), &fault));
}

/* Opens the record as a reader does. */
static void open_record(uint64_t index, void (*check)(uint64_t index))
{
    struct archive *a = NULL;
    struct keys *keys = NULL;
    ok(archive_open(&store, TEST_ORIGIN, &a, &fault));
    ok(keys_open(&store, NULL, &keys, &fault));
    struct opener *o = opener_new(a, keys);
    ok(opener_open(o, index, &record, &fault));
    check(index);
    opener_free(o);
    keys_free(keys);
    archive_free(a);
}

static void is_gone(uint64_t)
{
    assert_true(record.gone);
}

static void is_whole(uint64_t index)
{
    char want[64];
    const int len = snprintf(want, sizeof want, "{\"number\":%llu,", (unsigned long long)index);
    assert_false(record.gone);
    const slice raw = record.opening.fields[FIELD_event_raw - 1].value;
    assert_true(slice_starts(raw, (slice){ (const uint8_t *)want, (size_t)len }));
}

static void has_no_raw(uint64_t)
{
    assert_false(record.gone);
    assert_int_equal(record.opening.fields[FIELD_event_raw - 1].type, TYPE_ERASED);
    assert_int_equal(record.opening.fields[FIELD_event_time - 1].type, TYPE_TIME);
    assert_true(slice_is(record.opening.fields[FIELD_event_source - 1].value, "test"));
}

static void has_only_a_source(uint64_t)
{
    assert_int_equal(record.opening.fields[FIELD_event_time - 1].type, TYPE_ERASED);
    assert_int_equal(record.opening.fields[FIELD_event_raw - 1].type, TYPE_ERASED);
    assert_true(slice_is(record.opening.fields[FIELD_event_source - 1].value, "test"));
}

static slice load(const char *name)
{
    uint64_t size = 0;
    size_t len = 0;
    int h = -1;
    ok(store.ops->open(store.self, name, STORE_READ, &h, &fault));
    ok(store.ops->size(store.self, h, &size, &fault));
    uint8_t *bytes = malloc((size_t)size + 1);
    ok(store.ops->read(store.self, h, 0, bytes, (size_t)size, &len, &fault));
    store.ops->close(store.self, h);
    return (slice){ bytes, len };
}

static void drop(slice s)
{
    free((void *)(uintptr_t)s.at);
}

static char said[65536];
static size_t said_len;

static void hear(void *, const char *text)
{
    const int len = snprintf(said + said_len, sizeof said - said_len, "%s\n", text);
    if (len > 0 && (size_t)len < sizeof said - said_len) said_len += (size_t)len;
}

static void progress(void *, uint64_t)
{
}

static struct fsck_result look(void)
{
    const struct fsck_watcher watcher = { NULL, hear, progress };
    struct fsck_result result = {};
    said[0] = '\0';
    said_len = 0;
    log_publish(&store, ledger, signer);
    ok(fsck(&store, TEST_ORIGIN, &watcher, &result, &fault));
    return result;
}

static void expect_clean(uint64_t erased)
{
    const struct fsck_result r = look();
    if (r.faults != 0) fail_msg("faults: %s", said);
    assert_int_equal(r.erased, erased);
}

static void expect_fault(const char *words)
{
    if (look().faults > 0 && strstr(said, words) != NULL) return;
    fail_msg("not said: \"%s\", but: %s", words, said);
}

static void put(const char *name, slice bytes)
{
    int h = -1;
    ok(store.ops->open(store.self, name, STORE_WRITE | STORE_CREATE, &h, &fault));
    ok(store.ops->truncate(store.self, h, 0, &fault));
    ok(store.ops->write(store.self, h, 0, bytes, &fault));
    store.ops->close(store.self, h);
}

static void a_record_goes_and_its_neighbours_stay(void **)
{
    static const struct erased_item items[] = { { 5, 1, ERASED_WHOLE }, { 299, 1, ERASED_WHOLE } };
    const slice before = load("log/0000000000.seg");
    erase(items, 2);
    const slice after = load("log/0000000000.seg");
    open_record(5, is_gone);
    open_record(299, is_gone);
    for (uint64_t i = 0; i < RECORDS; i += i < 12 ? 1 : 37)
        if (i != 5 && i != 299) open_record(i, is_whole);
    const size_t written = before.len < after.len ? before.len : after.len;
    size_t same = 0; /* up to the preallocated zeros that the entry of the erasure took */
    while (same < written && before.at[same] == after.at[same])
        same++;
    for (size_t i = same; i < before.len; i++)
        assert_int_equal(before.at[i], 0);
    drop(before);
    drop(after);
    expect_clean(2);
    restart();
    open_record(5, is_gone);
    open_record(6, is_whole);
    log_append(ledger, signer, RECORDS, 300, BATCH);
    erase((struct erased_item[]){ { 6, 1, ERASED_WHOLE }, { RECORDS + 1, 1, ERASED_WHOLE } }, 2);
    open_record(5, is_gone);
    open_record(6, is_gone);
    open_record(7, is_whole);
    open_record(RECORDS + 1, is_gone);
    expect_clean(4);
}

static void a_field_goes_and_the_others_can_still_be_shown(void **)
{
    erase((struct erased_item[]){ { 100, 1, RAW }, { 102, 3, RAW } }, 2);
    open_record(100, has_no_raw);
    open_record(101, is_whole);
    open_record(104, has_no_raw);
    expect_clean(0);
    erase((struct erased_item[]){ { 100, 1, RAW | TIME } }, 1);
    open_record(100, has_only_a_source);
    open_record(104, has_no_raw);
    expect_clean(0);
    erase((struct erased_item[]){ { 100, 1, ERASED_WHOLE } }, 1);
    open_record(100, is_gone);
    expect_clean(1);
}

static void erasing_twice_is_success_and_changes_nothing(void **)
{
    static const struct erased_item items[] = { { 9, 2, ERASED_WHOLE } };
    erase(items, 1);
    const slice keys = load("keys/0000000000.group");
    const slice blocks = load("log/0000000000.blk");
    erase(items, 1);
    const slice keys_then = load("keys/0000000000.group");
    const slice blocks_then = load("log/0000000000.blk");
    assert_true(slice_equal(blocks, blocks_then));
    assert_true(slice_equal(keys, keys_then));
    drop(keys);
    drop(keys_then);
    drop(blocks);
    drop(blocks_then);
    expect_clean(2);
}

static void whole_blocks_lose_their_key_and_need_no_space(void **)
{
    int h = -1;
    erase((struct erased_item[]){ { 40, 80, ERASED_WHOLE } }, 1);
    open_record(40, is_gone);
    open_record(119, is_gone);
    open_record(39, is_whole);
    open_record(120, is_whole);
    assert_fails(store.ops->open(store.self, "log/0000000000.blk", STORE_READ, &h, &fault),
                 E_NOT_FOUND);
    expect_clean(80);
    restart();
    expect_clean(80);
}

static void what_is_missing_without_an_erasure_is_named(void **)
{
    struct rotation *r = NULL;
    struct keys *keys = NULL;
    erase((struct erased_item[]){ { 40, 40, ERASED_WHOLE } }, 1);
    ok(keys_open(&store, NULL, &keys, &fault)); /* somebody destroys the key of another block */
    struct keys_group state = {};
    ok(keys_group_state(keys, 0, &state, &fault));
    ok(rotation_new(keys, 0, &r, &fault));
    for (uint32_t i = 0; i < state.count; i++) {
        static const uint8_t unused[GROUP_WRAPPED_BYTES];
        if (i == 3) {
            rotation_destroy(r);
        } else {
            ok(rotation_keep(r, unused, &fault));
        }
    }
    ok(rotation_commit(r, state.rewrites_bytes, &fault));
    rotation_free(r);
    keys_free(keys);
    expect_fault(
        "entry 120 to entry 159: values are missing that no erasure and no gap in the log covers");
}

static void a_key_file_put_back_is_named_and_the_erasure_carried_out_again(void **)
{
    const slice old_keys = load("keys/0000000000.group");
    erase((struct erased_item[]){ { 7, 1, ERASED_WHOLE } }, 1);
    const slice new_keys = load("keys/0000000000.group");
    put("keys/0000000000.group", old_keys);
    expect_fault("entry 7 to entry 7: the erasure at entry 700 covers them, but values are still");
    put("keys/0000000000.group", new_keys);
    expect_clean(1);
    stop(); /* a backup of the whole folder is put back: it is older than the erasure */
    put("keys/0000000000.group", old_keys);
    ok(store.ops->remove(store.self, LAYOUT_APPLIED, &fault));
    struct archive *a = NULL;
    struct keys *keys = NULL;
    ok(archive_open(&store, TEST_ORIGIN, &a, &fault));
    ok(keys_open(&store, NULL, &keys, &fault));
    struct opener *o = opener_new(a, keys);
    assert_fails(opener_open(o, 7, &record, &fault), E_REFUSED);
    opener_free(o);
    keys_free(keys);
    archive_free(a);
    log_open(&store, &signer, &ledger);
    open_record(7, is_gone);
    open_record(8, is_whole);
    expect_clean(1);
    drop(old_keys);
    drop(new_keys);
}

static slice only_set_file(char name[STORE_NAME_MAX])
{
    hash set = {};
    struct archive *a = ledger_archive(ledger);
    struct record_field fields[FIELDS_MAX] = {};
    struct entry entry = {};
    uint64_t index = 0;
    ok(erasures_next(a, 0, &index, &entry, &fault));
    ok(body_decode(entry.schema, entry.body, fields));
    bytes_copy(set.bytes, sizeof set.bytes, fields[FIELD_erasure_set - 1].value);
    const slice text = slice_text(layout_erased_set(&set).text);
    bytes_copy(name, STORE_NAME_MAX, (slice){ text.at, text.len + 1 });
    return load(name);
}

static void a_forged_or_missing_set_is_named(void **)
{
    char name[STORE_NAME_MAX];
    erase((struct erased_item[]){ { 7, 1, ERASED_WHOLE }, { 9, 1, RAW } }, 2);
    const slice file = only_set_file(name);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file.at;
    for (size_t i = 0; i < file.len; i += 3) {
        bytes[i] ^= 1;
        put(name, file);
        expect_fault(name);
        bytes[i] ^= 1;
    }
    ok(store.ops->remove(store.self, name, &fault));
    expect_fault(name);
    expect_fault("entry 7 to entry 7: values are missing");
    put(name, file);
    drop(file);
    expect_clean(1);
}

static void every_changed_byte_of_rewritten_blocks_is_found(void **)
{
    static const char name[] = "log/0000000000.blk";
    erase((struct erased_item[]){ { 7, 1, ERASED_WHOLE }, { 200, 1, RAW } }, 2);
    erase((struct erased_item[]){ { 8, 1, ERASED_WHOLE } }, 1);
    const slice file = load(name);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file.at;
    for (size_t i = 0; i < file.len; i += 41) {
        bytes[i] ^= 1;
        put(name, file);
        expect_fault(name);
        bytes[i] ^= 1;
    }
    put(name, (slice){ file.at, file.len - 1 });
    expect_fault(name);
    put(name, file);
    drop(file);
    expect_clean(2);
}

#define ON_A_LOG(test) cmocka_unit_test_setup_teardown(test, make_log, end_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_LOG(a_record_goes_and_its_neighbours_stay),
        ON_A_LOG(a_field_goes_and_the_others_can_still_be_shown),
        ON_A_LOG(erasing_twice_is_success_and_changes_nothing),
        ON_A_LOG(whole_blocks_lose_their_key_and_need_no_space),
        ON_A_LOG(what_is_missing_without_an_erasure_is_named),
        ON_A_LOG(a_key_file_put_back_is_named_and_the_erasure_carried_out_again),
        ON_A_LOG(a_forged_or_missing_set_is_named),
        ON_A_LOG(every_changed_byte_of_rewritten_blocks_is_found),
    };
    return cmocka_run_group_tests_name("ledger/erase", tests, NULL, NULL);
}
