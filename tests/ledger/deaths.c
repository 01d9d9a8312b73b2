/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways in which transparency logs have died, each as a test that this one does not.
 */
#include <stdio.h>
#include "ledger/fsck.h"
#include "ledger/group.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/store_ram.h"
#include "sim/world.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

static struct store store;
static struct fault fault;
static char complaint[512]; /* the first of fsck */

static int make(void **)
{
    assert_ok(store_ram_open(&store, &fault));
    log_create(&store);
    return 0;
}

static int drop(void **)
{
    store_ram_close(&store);
    return 0;
}

static void hear(void *, const char *text)
{
    if (complaint[0] == '\0') snprintf(complaint, sizeof complaint, "%s", text);
}

static void progress(void *, uint64_t)
{
}

static uint64_t faults(void)
{
    const struct fsck_watcher watcher = { NULL, hear, progress };
    struct fsck_result result = {};
    complaint[0] = '\0';
    assert_ok(fsck(&store, TEST_ORIGIN, &watcher, &result, &fault));
    return result.faults;
}

/* Appends count records in batches of batch_max, signed if so wanted, and publishes. */
static void grow(uint64_t first, uint64_t count, uint32_t batch_max, bool is_signed)
{
    struct signer *s = NULL;
    struct ledger *l = NULL;
    log_open(&store, &s, &l);
    log_append(l, is_signed ? s : NULL, first, count, batch_max);
    if (is_signed) log_publish(&store, l, s);
    ledger_close(l);
    signer_free(s);
}

static status try_open(void)
{
    struct signer *s = NULL;
    struct ledger *l = NULL;
    assert_ok(signer_open(&store, &s, &fault));
    struct ledger_options options = ledger_options_default(TEST_ORIGIN);
    options.signed_head = signer_head(s);
    const status opened = ledger_open(&store, &options, &l, &fault);
    if (opened.code == E_OK) ledger_close(l);
    signer_free(s);
    return opened;
}

static int open_file(const char *name)
{
    int h = -1;
    assert_ok(store.ops->open(store.self, name, STORE_WRITE, &h, &fault));
    return h;
}

static uint64_t size_of(const char *name)
{
    uint64_t size = 0;
    const int h = open_file(name);
    assert_ok(store.ops->size(store.self, h, &size, &fault));
    store.ops->close(store.self, h);
    return size;
}

static void flip(const char *name, uint64_t offset)
{
    uint8_t byte = 0;
    size_t len = 0;
    const int h = open_file(name);
    assert_ok(store.ops->read(store.self, h, offset, &byte, 1, &len, &fault));
    byte ^= 0x04;
    assert_ok(store.ops->write(store.self, h, offset, (slice){ &byte, 1 }, &fault));
    store.ops->close(store.self, h);
}

static void copy(const struct store *from, const char *name)
{
    static uint8_t bytes[1 << 20];
    size_t len = 0;
    int h = -1;
    assert_ok(from->ops->open(from->self, name, STORE_READ, &h, &fault));
    assert_ok(from->ops->read(from->self, h, 0, bytes, sizeof bytes, &len, &fault));
    from->ops->close(from->self, h);
    h = open_file(name);
    assert_ok(store.ops->truncate(store.self, h, 0, &fault));
    assert_ok(store.ops->write(store.self, h, 0, (slice){ bytes, len }, &fault));
    store.ops->close(store.self, h);
}

static const char segment[] = "log/0000000000.seg";

/* A log filled its disk and went on answering. */
static void a_full_disk_refuses_the_batch_and_loses_nothing(void **)
{
    struct world *w = world_new(11);
    const struct world_load some = { .batches = 3, .records_max = 20, .pipelined = false };
    const struct world_load more = { .batches = 30, .records_max = 300, .pipelined = true };
    struct fault f = {};
    assert_ok(world_start(w, &f));
    assert_ok(world_append(w, &some, &f));
    disk_set_capacity(w->disk, 0); /* until the third refusal of one batch */
    assert_ok(world_append(w, &more, &f));
    world_check(w);
    world_stop(w);
    disk_restart(w->disk, true);
    world_recover(w);
    assert_string_equal(w->broken, "");
    world_free(w);
}

/* Rows were lost in the middle of the store: here a batch that nothing signed yet, so that only the
 * batches behind it tell. Nothing is cut off, and mending the byte mends the log. */
static void lost_rows_stop_the_start_and_are_named(void **)
{
    grow(0, 6, 3, true);
    grow(6, 9, 3, false);
    const uint64_t size = size_of(segment);
    for (uint64_t back = size / 2; back < size * 3 / 4; back += 61) {
        flip(segment, back);
        assert_fails(try_open(), E_CORRUPT);
        assert_non_null(strstr(fault.text, "log/0000000000.seg: offset "));
        assert_int_equal(size_of(segment), size);
        flip(segment, back);
    }
    assert_ok(try_open());
    struct signer *s = NULL;
    struct ledger *l = NULL;
    log_open(&store, &s, &l);
    log_check(l, NULL, 15);
    ledger_close(l);
    signer_free(s);
}

/* Rot in the last batch looks like a write that a crash cut off, which a start clears. What the
 * signer signed, or a checkpoint says, was whole once: it is damage, named, and nothing is cut. */
static void rot_in_the_last_signed_batch_is_never_taken_for_a_torn_write(void **)
{
    struct store early = {};
    struct store late = {};
    grow(0, 6, 3, true);
    const uint64_t start = size_of(segment);
    assert_ok(store_ram_copy(&store, &early, &fault));
    grow(6, 3, 3, true);
    const uint64_t size = size_of(segment);
    assert_ok(store_ram_copy(&store, &late, &fault));
    static const char *const witnesses[] = { "both", "signer", "checkpoint" };
    for (size_t w = 0; w < COUNT_OF(witnesses); w++) {
        copy(w == 2 ? &early : &late, "signer/state");
        copy(w == 1 ? &early : &late, "log/checkpoint");
        for (uint64_t at = start; at < size; at++) {
            flip(segment, at);
            const status s = try_open();
            if (s.code != E_CORRUPT) fail_msg("%s, byte %d: %d", witnesses[w], (int)at, s.code);
            assert_non_null(strstr(fault.text, "9 entries were signed"));
            assert_non_null(strstr(fault.text, segment));
            assert_int_equal(size_of(segment), size);
            flip(segment, at);
        }
        assert_ok(try_open());
    }
    store_ram_close(&late);
    store_ram_close(&early);
}

/* One bit of a signed entry flipped, and the log could never again prove its own head. */
static void a_flipped_bit_is_found_before_anything_is_signed_on_it(void **)
{
    grow(0, 9, 3, true);
    flip(segment, SEGMENT_HEADER_BYTES + 200);
    const status s = try_open();
    assert_true(s.code == E_CORRUPT || s.code == E_REFUSED);
    assert_true(faults() > 0);
    assert_non_null(strstr(complaint, segment));
}

/* A storage error left a tile that the published head needs: here the tile of a full segment. */
static void a_missing_tile_after_a_storage_error_is_found(void **)
{
    grow(0, 66000, 8000, true);
    flip(segment, size_of(segment) - 3000);
    assert_fails(try_open(), E_CORRUPT);
    assert_non_null(strstr(fault.text, segment));
    assert_true(faults() > 0);
    assert_non_null(strstr(complaint, segment));
}

/* Two sequencers ran on one log. (That a second one starts at all is prevented by the directory's
 * lock, and a second signer by its own.) */
static void of_two_sequencers_one_is_refused(void **)
{
    struct signer *s = NULL;
    struct ledger *one = NULL;
    struct ledger *two = NULL;
    struct signer_request request;
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    grow(0, 5, 5, true);
    log_open(&store, &s, &one);
    struct ledger_options options = ledger_options_default(TEST_ORIGIN);
    options.signed_head = signer_head(s);
    assert_ok(ledger_open(&store, &options, &two, &fault));
    const struct signer_head before = signer_head(s);
    log_append(one, s, 5, 3, 3);
    log_append(two, NULL, 100, 3, 3);
    assert_ok(ledger_request(two, before, &request, &fault));
    assert_fails(signer_sign(s, &request, signature, &fault), E_REFUSED);
    assert_non_null(strstr(fault.text, "another root at size"));
    log_append(two, NULL, 103, 3, 3);
    assert_ok(ledger_request(two, before, &request, &fault));
    assert_fails(signer_sign(s, &request, signature, &fault), E_REFUSED);
    ledger_close(two);
    ledger_close(one);
    signer_free(s);
}

/* A backup was put back and the log went on from there, with other entries at indices that the
 * world had seen already. */
static void a_log_put_back_from_a_backup_is_not_continued(void **)
{
    struct store backup = {};
    grow(0, 5, 5, true);
    assert_ok(store_ram_copy(&store, &backup, &fault));
    grow(5, 5, 5, true);
    copy(&backup, segment);
    assert_fails(try_open(), E_REFUSED);
    assert_non_null(strstr(fault.text, "10 were signed"));
    copy(&backup, "signer/state"); /* the signer too: what was published still tells */
    assert_fails(try_open(), E_REFUSED);
    assert_non_null(strstr(fault.text, "log/checkpoint: covers 10 entries"));
    store_ram_close(&backup);
}

/* A checkpoint left the log before its entries were durable, and a crash took them. */
static void a_checkpoint_is_never_ahead_of_the_data(void **)
{
    struct log_head_signed head = { .origin = TEST_ORIGIN, .head = { 99, { { 1 } } } };
    struct signer *s = NULL;
    grow(0, 5, 5, true);
    assert_ok(signer_open(&store, &s, &fault));
    signer_public(s, head.public_key);
    signer_free(s);
    assert_ok(log_head_publish(&store, &head, &fault));
    assert_fails(try_open(), E_REFUSED);
    assert_true(faults() > 0);
    assert_non_null(strstr(complaint, "log/checkpoint"));
}

/* A checkpoint that a crash tore is no reason not to start: it is signed and published again. */
static void a_torn_checkpoint_is_published_again(void **)
{
    grow(0, 5, 5, true);
    const int h = open_file("log/checkpoint");
    assert_ok(store.ops->truncate(store.self, h, 0, &fault));
    store.ops->close(store.self, h);
    assert_true(faults() > 0);
    grow(5, 1, 1, true);
    assert_int_equal(faults(), 0);
}

/* A clock that jumps, to before 1970 and beyond the year 2100, stops nothing, even where a segment
 * ends and its summary takes the time. */
static void a_clock_that_jumps_stops_nothing(void **)
{
    static const int64_t times[] = { -1, INT64_MIN / 2, INT64_MAX / 2, 0 };
    struct fault f = {};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct world *w = world_new(20 + i);
        const struct world_load some = { .batches = 2, .records_max = 20, .pipelined = false };
        assert_ok(world_start(w, &f));
        disk_set_clock(w->disk, times[i]);
        assert_ok(world_fill(w, 65536, &f));
        assert_ok(world_append(w, &some, &f));
        world_check(w);
        assert_string_equal(w->broken, "");
        world_free(w);
    }
}

/* The key of a group is lost: going on under a fresh one would hide it. */
static void a_lost_key_file_is_not_made_anew(void **)
{
    grow(0, 5, 5, true);
    assert_ok(store.ops->remove(store.self, "keys/0000000000.group", &fault));
    struct signer *s = NULL;
    struct ledger *l = NULL;
    struct batch *b = batch_new();
    log_open(&store, &s, &l);
    assert_fails(ledger_begin(l, b, &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "keys/0000000000.group"));
    batch_free(b);
    ledger_close(l);
    signer_free(s);
}

/* One lost group takes thousands of blocks with it: one line says so, and how many. */
static void a_lost_key_group_is_one_complaint(void **)
{
    grow(0, 40, 1, true);
    grow(40, 600, 600, true);
    flip("keys/0000000000.group", GROUP_SLOT_0_AT + 20); /* in the active slot */
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(complaint, "keys/0000000000.group: offset "));
    assert_non_null(strstr(complaint, ": 43 blocks (entries 0 to 639) cannot be opened"));
    assert_ok(store.ops->remove(store.self, "keys/0000000000.group", &fault));
    assert_int_equal(faults(), 1);
    assert_non_null(strstr(complaint, "keys/0000000000.group"));
    assert_non_null(strstr(complaint, ": 43 blocks (entries 0 to 639) cannot be opened"));
}

#define WITH_A_LOG(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_the_batch_and_loses_nothing),
        WITH_A_LOG(lost_rows_stop_the_start_and_are_named),
        WITH_A_LOG(rot_in_the_last_signed_batch_is_never_taken_for_a_torn_write),
        WITH_A_LOG(a_flipped_bit_is_found_before_anything_is_signed_on_it),
        WITH_A_LOG(a_missing_tile_after_a_storage_error_is_found),
        WITH_A_LOG(of_two_sequencers_one_is_refused),
        WITH_A_LOG(a_log_put_back_from_a_backup_is_not_continued),
        WITH_A_LOG(a_checkpoint_is_never_ahead_of_the_data),
        WITH_A_LOG(a_torn_checkpoint_is_published_again),
        cmocka_unit_test(a_clock_that_jumps_stops_nothing),
        WITH_A_LOG(a_lost_key_file_is_not_made_anew),
        WITH_A_LOG(a_lost_key_group_is_one_complaint),
    };
    return cmocka_run_group_tests_name("ledger/deaths", tests, NULL, NULL);
}
