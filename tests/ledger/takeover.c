/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries taken over from a copy without openings, with every fault at any operation, and what a
 * copy must not be able to do. CANDOR_TAKEOVER_ALL=1: at every one.
 */
#include "ledger/backup/takeover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "ledger/backup/gaps.h"
#include "ledger/export.h"
#include "ledger/fsck.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "ledger/store_ram.h"
#include "record/draft.h"
#include "sim/disk.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

enum { KEPT = 300, SIGNED = 450, ALL = 700, OPERATIONS_MAX = 2000 };

static struct fault fault;
static struct disk *behind; /* has KEPT entries and a signer that signed SIGNED */
static struct store mirror; /* has ALL */
static uint8_t key_text[1024];
static slice key;
static char complaint[512]; /* the first of fsck */

static void progress(void *, uint64_t)
{
}

static void hear(void *, const char *text)
{
    if (complaint[0] == '\0') snprintf(complaint, sizeof complaint, "%s", text);
}

static const struct copy_watcher watcher = { NULL, progress, hear, NULL };

/* ---- a log, and what everybody may have of it ---- */

static void grow(const struct store *store, uint64_t from, uint64_t to, uint32_t batch_max)
{
    struct signer *s = NULL;
    struct ledger *l = NULL;
    log_open(store, &s, &l);
    log_append(l, s, from, to - from, batch_max);
    log_publish(store, l, s);
    ledger_close(l);
    signer_free(s);
}

struct exporting {
    struct archive *archive;
    uint64_t size;
    const struct store *to;
    struct writer bytes;
};

static void folders_make(const struct store *to, const char *path)
{
    char folder[TILE_PATH_BYTES_MAX + 1] = "";
    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] == '/') assert_ok(to->ops->make_dir(to->self, folder, &fault));
        folder[i] = path[i];
    }
}

static status export_one(void *with, struct tile tile)
{
    struct exporting *e = with;
    char path[TILE_PATH_BYTES_MAX + 1] = "";
    struct writer name = writer_of(path, sizeof path - 1);
    if (!tile.entries) return OK;
    tile_path_write(&name, tile);
    e->bytes.len = 0;
    TRY(export_tile(e->archive, e->size, tile, &e->bytes, &fault));
    folders_make(e->to, path);
    return store_file_replace(e->to, path, writer_slice(&e->bytes), &fault);
}

/* Exports the log up to its checkpoint. */
static void export_log(const struct store *from, const struct store *to)
{
    enum { ROOM = 1 << 20 };
    struct log_head *head = malloc(sizeof *head);
    struct exporting e = { .to = to, .bytes = writer_of(malloc(ROOM), ROOM) };
    assert_non_null(head);
    assert_non_null(e.bytes.at);
    assert_ok(log_head_load(from, head, &fault));
    assert_ok(archive_open(from, TEST_ORIGIN, &e.archive, &fault));
    e.size = head->checkpoint.size;
    assert_ok(export_each(e.size, export_one, &e));
    assert_ok(store_file_replace(to, "checkpoint", log_head_note(head), &fault));
    archive_free(e.archive);
    free(e.bytes.at);
    free(head);
}

static void file_take(const struct store *from, const struct store *to, const char *name)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    assert_ok(store_file_load(from, name, 1 << 20, &bytes, &len, &fault));
    assert_ok(store_file_replace(to, name, (slice){ bytes, len }, &fault));
    free(bytes);
}

static int make(void **)
{
    struct disk *whole = disk_new(1);
    const struct store store = disk_store(whole);
    struct signer_head unused = {};
    struct writer w = writer_of(key_text, sizeof key_text);
    log_create(&store);
    grow(&store, 0, KEPT, 40);
    disk_restart(whole, true); /* nothing is left to be synced */
    behind = disk_copy(whole, 2);
    const struct store old = disk_store(behind);
    grow(&store, KEPT, SIGNED, 90);
    file_take(&store, &old, LAYOUT_SIGNER_STATE);
    disk_restart(behind, true);
    grow(&store, SIGNED, ALL, 70);
    assert_ok(signer_check(&store, &unused, &w, &fault));
    key = writer_slice(&w);
    assert_ok(store_ram_open(&mirror, &fault));
    export_log(&store, &mirror);
    disk_free(whole);
    return 0;
}

static int drop(void **)
{
    store_ram_close(&mirror);
    disk_free(behind);
    return 0;
}

static status take_over(const struct store *from, const struct store *to,
                        struct regain_result *ret_result)
{
    const struct backup_order order = { from, to, TEST_ORIGIN, key, &watcher };
    fault.text[0] = '\0';
    return takeover_copy(&order, NULL, ret_result, &fault);
}

/* ---- what has to hold afterwards ---- */

static void gap_append(const struct store *store, const struct gap_range *range)
{
    static struct draft d;
    struct signer *s = NULL;
    struct ledger *l = NULL;
    struct batch *b = batch_new();
    struct record record = {};
    struct signer_request request;
    uint64_t index = 0;
    log_open(store, &s, &l);
    draft_start(&d, KIND_gap, 1767225600);
    draft_column(&d, COLUMN_gap_cause, VALUE_gap_cause_openings);
    draft_time(&d, FIELD_gap_time, 0);
    draft_text(&d, FIELD_gap_source, slice_text(TEST_ORIGIN));
    draft_u64(&d, FIELD_gap_first, range->first);
    draft_u64(&d, FIELD_gap_last, range->last);
    assert_ok(draft_end(&d, NULL, &record, &fault));
    assert_ok(ledger_begin(l, b, &fault));
    assert_ok(ledger_add(l, b, &record, &index, &fault));
    assert_ok(ledger_seal(l, b, &request, &fault));
    assert_ok(ledger_write(l, b, &fault));
    log_publish(store, l, s);
    ledger_close(l);
    signer_free(s);
    batch_free(b);
}

static struct gap_ranges unnamed(const struct store *store)
{
    struct gap_ranges ranges = {};
    struct archive *a = NULL;
    struct keys *keys = NULL;
    assert_ok(archive_open(store, TEST_ORIGIN, &a, &fault));
    assert_ok(keys_open(store, NULL, &keys, &fault));
    assert_ok(gaps_unnamed(a, keys, &ranges, &fault));
    keys_free(keys);
    archive_free(a);
    return ranges;
}

static struct fsck_result proved(const struct store *store)
{
    const struct fsck_watcher listening = { NULL, hear, progress };
    struct fsck_result result = {};
    complaint[0] = '\0';
    assert_ok(fsck(store, TEST_ORIGIN, &listening, &result, &fault));
    return result;
}

/* The log has everything, goes on, and is whole once a gap record names what did not come back. */
static void hold(const struct store *store, uint64_t from, uint64_t count)
{
    struct signer *s = NULL;
    struct ledger *l = NULL;
    bool is_owed = false;
    assert_ok(store_file_exists(store, LAYOUT_GAP, &is_owed, &fault));
    assert_true(is_owed);
    log_open(store, &s, &l);
    log_publish(store, l, s);
    log_check(l, s, count);
    ledger_close(l);
    signer_free(s);
    if (proved(store).faults != 1 || strstr(complaint, "no erasure and no gap") == NULL)
        fail_msg("not one complaint about values without a gap: %s", complaint);
    struct gap_ranges ranges = unnamed(store);
    assert_int_equal(ranges.count, 1);
    assert_int_equal(ranges.at[0].first, from);
    gap_append(store, &ranges.at[0]);
    gap_ranges_done(&ranges);
    const struct fsck_result result = proved(store);
    assert_string_equal(complaint, "");
    assert_int_equal(result.faults, 0);
    assert_true(result.absent >= count - from);
    ranges = unnamed(store);
    assert_int_equal(ranges.count, 0);
    gap_ranges_done(&ranges);
}

static void what_is_missing_is_taken_over_and_named(void **)
{
    struct disk *d = disk_copy(behind, 3);
    const struct store store = disk_store(d);
    struct regain_result result = {};
    assert_ok(take_over(&mirror, &store, &result));
    assert_int_equal(result.before, KEPT);
    assert_int_equal(result.entries, ALL);
    hold(&store, KEPT, ALL);
    disk_free(d);
}

/* ---- faults ---- */

/* After a fault: the node signs nothing that it should not, and another try ends it. */
static void aftermath(struct disk *d, bool power_cut, uint64_t step, const char *what)
{
    const struct store store = disk_store(d);
    struct regain_result result = {};
    disk_restart(d, power_cut);
    disk_space_returns(d);
    struct signer *s = NULL;
    struct ledger *l = NULL;
    assert_ok(signer_open(&store, &s, &fault));
    struct ledger_options options = ledger_options_default(TEST_ORIGIN);
    options.signed_head = signer_head(s);
    const status opened = ledger_open(&store, &options, &l, &fault);
    if (opened.code == E_OK && archive_size(ledger_archive(l)) < ALL)
        fail_msg("%s at step %" PRIu64 ": opened with %" PRIu64 " entries", what, step,
                 archive_size(ledger_archive(l)));
    ledger_close(l);
    signer_free(s);
    const status again = take_over(&mirror, &store, &result);
    if (again.code != E_OK) fail_msg("%s at step %" PRIu64 ": %s", what, step, fault.text);
    hold(&store, KEPT, ALL);
}

/* At every operation, or every seventh of them. */
static void at_every_operation(enum disk_fault of, bool power_cut, const char *what)
{
    const uint64_t stride = getenv("CANDOR_TAKEOVER_ALL") == NULL ? 7 : 1;
    for (uint64_t k = (uint64_t)of % stride; k < OPERATIONS_MAX; k += stride) {
        struct disk *d = disk_copy(behind, 100 + k);
        const struct store store = disk_store(d);
        struct regain_result result = {};
        disk_plan(d, disk_operations(d) + k, of);
        const status s = take_over(&mirror, &store, &result);
        const bool struck = disk_struck(d) != DISK_NO_FAULT;
        if (!struck) assert_ok(s);
        aftermath(d, power_cut, k, what);
        disk_free(d);
        if (!struck) return;
    }
    fail_msg("more than %d operations", OPERATIONS_MAX);
}

static void anything_may_happen_at_every_operation(void **)
{
    at_every_operation(DISK_POWER_CUT, true, "power cut");
    at_every_operation(DISK_KILL, false, "kill");
    at_every_operation(DISK_FULL, false, "full");
    at_every_operation(DISK_IO, true, "i/o error");
    at_every_operation(DISK_FSYNC, true, "fsync");
    at_every_operation(DISK_FSYNC, false, "fsync, the cache lives on");
}

/* ---- copies that are not what they should be ---- */

static void bundle_change(struct store *copy, const char *name, size_t at, bool cut)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    assert_ok(store_file_load(copy, name, 1 << 20, &bytes, &len, &fault));
    bytes[at] ^= 1;
    const size_t left = cut ? at : len;
    assert_ok(store_file_replace(copy, name, (slice){ bytes, left }, &fault));
    free(bytes);
}

static void refused(const struct store *from, int32_t code, const char *words)
{
    struct disk *d = disk_copy(behind, 4);
    const struct store store = disk_store(d);
    struct regain_result result = { .entries = 77 };
    struct archive *a = NULL;
    const status s = take_over(from, &store, &result);
    if (s.code != code || strstr(fault.text, words) == NULL)
        fail_msg("%d, %s: not %d, %s", s.code, fault.text, code, words);
    assert_int_equal(result.entries, 77);
    assert_ok(archive_open(&store, TEST_ORIGIN, &a, &fault));
    assert_int_equal(archive_size(a), KEPT);
    archive_free(a);
    disk_free(d);
}

static void a_changed_copy_changes_nothing(void **)
{
    static const struct {
        const char *name;
        size_t at;
        bool cut;
        int32_t code;
        const char *words;
    } cases[] = {
        { "tile/entries/001", 3000, false, E_REFUSED, "damaged or another history" },
        { "tile/entries/002.p/188", 2000, false, E_REFUSED, "damaged or another history" },
        { "tile/entries/001", 3000, true, E_CORRUPT, "tile/entries/001: not a bundle" },
        { "tile/entries/002.p/188", 0, true, E_CORRUPT, "002.p/188: not a bundle" },
        { "checkpoint", 0, false, E_INVALID, "" },
        { "checkpoint", sizeof TEST_ORIGIN + 6, false, E_INVALID, "" },
        { "checkpoint", 5, true, E_CORRUPT, "checkpoint: " },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct store copy;
        assert_ok(store_ram_open(&copy, &fault));
        assert_ok(copy.ops->make_dir(copy.self, "tile", &fault));
        assert_ok(copy.ops->make_dir(copy.self, "tile/entries", &fault));
        assert_ok(copy.ops->make_dir(copy.self, "tile/entries/002.p", &fault));
        file_take(&mirror, &copy, "tile/entries/000");
        file_take(&mirror, &copy, "tile/entries/001");
        file_take(&mirror, &copy, "tile/entries/002.p/188");
        file_take(&mirror, &copy, "checkpoint");
        bundle_change(&copy, cases[i].name, cases[i].at, cases[i].cut);
        refused(&copy, cases[i].code, cases[i].words);
        store_ram_close(&copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_taken_over_and_named),
        cmocka_unit_test(anything_may_happen_at_every_operation),
        cmocka_unit_test(a_changed_copy_changes_nothing),
    };
    return cmocka_run_group_tests_name("ledger/takeover", tests, make, drop);
}
