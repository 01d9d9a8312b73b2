/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte of a log counts: whatever is changed, cut, exchanged or put back, fsck says so and
 * names the file and the place. CANDOR_FLIP_ALL=1 changes every byte in every way instead of in
 * two.
 */
#include <stdio.h>
#include <stdlib.h>
#include "ledger/fsck.h"
#include "ledger/layout.h"
#include "ledger/store_ram.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

enum { LINE_MAX_BYTES = 1024, TEXT_MAX = 4 * 1024 * 1024 };
#ifdef CANDOR_ASAN
enum { STRIDE = 8 }; /* instrumented code is ten times slower: an eighth of the bytes */
#else
enum { STRIDE = 1 };
#endif

static struct store store; /* the log that is damaged and mended */
static struct fault fault;

/* What fsck said, one line for each fault. */
static char said[TEXT_MAX];

static size_t said_len;

static void hear(void *, const char *text)
{
    const int len = snprintf(said + said_len, sizeof said - said_len, "%s\n", text);
    if (len > 0 && (size_t)len < sizeof said - said_len) said_len += (size_t)len;
}

static void progress(void *, uint64_t)
{
}

static uint64_t faults_of(const struct store *s)
{
    const struct fsck_watcher watcher = { NULL, hear, progress };
    struct fsck_result result = {};
    said[0] = '\0';
    said_len = 0;
    const status done = fsck(s, TEST_ORIGIN, &watcher, &result, &fault);
    if (done.code != E_OK) fail_msg("fsck cannot look: %s", fault.text);
    return result.faults;
}

/* Whether a line names the file and a place in it. */
static bool is_located(const char *name)
{
    char line[LINE_MAX_BYTES];
    for (const char *at = said; *at != '\0';) {
        const char *end = strchr(at, '\n');
        const size_t len = end == NULL ? strlen(at) : (size_t)(end - at);
        snprintf(line, sizeof line, "%.*s", (int)len, at);
        const bool placed = strstr(line, "offset ") != NULL || strstr(line, "entry ") != NULL ||
                            strstr(line, "block ") != NULL || strstr(line, "line ") != NULL;
        if (strstr(line, name) != NULL && placed) return true;
        at += end == NULL ? len : len + 1;
    }
    return false;
}

static void expect_located(const char *name, const char *what, size_t offset)
{
    if (faults_of(&store) > 0 && is_located(name)) return;
    fail_msg("%s: %s at %zu: not found, or not located: \"%.2000s\"", name, what, offset, said);
}

/* The same for what has no place, such as a file that is gone. */
static void expect_named(const char *name, const char *what)
{
    if (faults_of(&store) > 0 && strstr(said, name) != NULL) return;
    fail_msg("%s: %s: not found, or not named: \"%.2000s\"", name, what, said);
}

static void expect_clean(void)
{
    if (faults_of(&store) != 0) fail_msg("a clean log has faults: %s", said);
}

static int open_file(const struct store *s, const char *name, unsigned flags)
{
    int handle = -1;
    if (s->ops->open(s->self, name, flags, &handle, &fault).code != E_OK)
        fail_msg("%s", fault.text);
    return handle;
}

static slice load(const struct store *s, const char *name)
{
    uint64_t size = 0;
    size_t len = 0;
    const int h = open_file(s, name, STORE_READ);
    assert_ok(s->ops->size(s->self, h, &size, &fault));
    uint8_t *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_ok(s->ops->read(s->self, h, 0, bytes, (size_t)size, &len, &fault));
    assert_int_equal(len, size);
    s->ops->close(s->self, h);
    return (slice){ bytes, len };
}

static void put(const char *name, slice bytes)
{
    const int h = open_file(&store, name, STORE_WRITE | STORE_CREATE);
    assert_ok(store.ops->truncate(store.self, h, 0, &fault));
    assert_ok(store.ops->write(store.self, h, 0, bytes, &fault));
    store.ops->close(store.self, h);
}

static void drop(slice bytes)
{
    free((void *)(uintptr_t)bytes.at);
}

static void log_grow(struct store *s, uint64_t first, uint64_t count, uint32_t batch_max)
{
    struct signer *signer = NULL;
    struct ledger *l = NULL;
    log_open(s, &signer, &l);
    log_append(l, signer, first, count, batch_max);
    log_publish(s, l, signer);
    ledger_close(l);
    signer_free(signer);
}

static int small_log(void **)
{
    assert_ok(store_ram_open(&store, &fault));
    log_create(&store);
    log_grow(&store, 0, 8, 3);
    expect_clean();
    return 0;
}

static int close_log(void **)
{
    store_ram_close(&store);
    return 0;
}

static const char *const files[] = {
    "log/0000000000.seg", "keys/0000000000.group", "keys/root",
    "signer/key",         "signer/state",          "log/checkpoint",
};

static void change_byte(const char *name, int handle, size_t offset, uint8_t was, uint8_t becomes)
{
    if (was == becomes) return;
    assert_ok(store.ops->write(store.self, handle, offset, (slice){ &becomes, 1 }, &fault));
    expect_located(name, "changed byte", offset);
    assert_ok(store.ops->write(store.self, handle, offset, (slice){ &was, 1 }, &fault));
}

static void every_changed_byte_is_found_and_located(void **)
{
    const bool all = getenv("CANDOR_FLIP_ALL") != NULL;
    size_t changes = 0;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const slice bytes = load(&store, files[i]);
        const int h = open_file(&store, files[i], STORE_WRITE);
        for (size_t at = i % STRIDE; at < bytes.len; at += STRIDE) {
            const uint8_t was = bytes.at[at];
            for (unsigned bit = all ? 0 : at % 8; bit <= (all ? 7 : at % 8); bit++, changes++)
                change_byte(files[i], h, at, was, (uint8_t)(was ^ 1u << bit));
            if (!all && at / STRIDE % 4 != 0) continue;
            change_byte(files[i], h, at, was, 0x00);
            change_byte(files[i], h, at, was, 0xff);
            change_byte(files[i], h, at, was, (uint8_t)(was + 1));
            changes += 3;
        }
        store.ops->close(store.self, h);
        drop(bytes);
    }
    expect_clean();
    printf("# %zu changes\n", changes);
}

static void every_cut_is_found_and_named(void **)
{
    const size_t step = getenv("CANDOR_FLIP_ALL") != NULL ? 1 : 5 * STRIDE;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const slice bytes = load(&store, files[i]);
        for (size_t len = 0; len < bytes.len; len += len + step < bytes.len ? step : 1) {
            put(files[i], (slice){ bytes.at, len });
            expect_named(files[i], "cut");
        }
        put(files[i], bytes);
        drop(bytes);
    }
    expect_clean();
}

static void bytes_behind_the_end_are_found(void **)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const slice bytes = load(&store, files[i]);
        const int h = open_file(&store, files[i], STORE_WRITE);
        assert_ok(store.ops->write(store.self, h, bytes.len, slice_text("x"), &fault));
        expect_named(files[i], "longer");
        store.ops->close(store.self, h);
        put(files[i], bytes);
        drop(bytes);
    }
    expect_clean();
}

static void a_missing_file_is_named(void **)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const slice bytes = load(&store, files[i]);
        assert_ok(store.ops->remove(store.self, files[i], &fault));
        expect_named(files[i], "missing");
        put(files[i], bytes);
        drop(bytes);
    }
    expect_clean();
}

/* The place of the nth batch of the segment. */
static size_t batch_at(slice segment, size_t nth)
{
    size_t at = SEGMENT_HEADER_BYTES;
    struct batch_head head = {};
    while (nth-- > 0) {
        assert_ok(batch_head_parse(slice_from(segment, at), &head));
        at += (size_t)head.frame_bytes;
    }
    return at;
}

/* The segment with the bytes [from, to) replaced. */
static void splice(slice segment, size_t from, size_t to, slice instead)
{
    static uint8_t room[1 << 20];
    struct writer w = writer_of(room, sizeof room);
    writer_bytes(&w, (slice){ segment.at, from });
    writer_bytes(&w, instead);
    writer_bytes(&w, slice_from(segment, to));
    assert_ok(writer_end(&w));
    put(files[0], writer_slice(&w));
}

static void batches_stand_where_they_were_written(void **)
{
    const slice segment = load(&store, files[0]);
    const size_t first = batch_at(segment, 0);
    const size_t second = batch_at(segment, 1);
    const size_t third = batch_at(segment, 2);
    const slice a = { segment.at + first, second - first };
    const slice b = { segment.at + second, third - second };
    splice(segment, second, second, a);
    expect_located(files[0], "first batch twice", second);
    splice(segment, segment.len, segment.len, b);
    expect_located(files[0], "second batch again at the end", segment.len);
    splice(segment, first, second, slice_none());
    expect_located(files[0], "first batch gone", first);
    splice(segment, second, third, slice_none());
    expect_located(files[0], "second batch gone", second);
    splice(segment, third, segment.len, slice_none());
    expect_located(files[0], "last batch gone", third);
    put(files[0], segment);
    drop(segment);
    expect_clean();
}

/* The same origin, the same records, another key: whole batches and files of it do not fit. */
static void nothing_of_another_log_fits(void **)
{
    struct store other = {};
    assert_ok(store_ram_open(&other, &fault));
    log_create(&other);
    log_grow(&other, 0, 8, 3);
    const slice ours = load(&store, files[0]);
    const slice theirs = load(&other, files[0]);
    const size_t at = batch_at(ours, 1);
    const size_t there = batch_at(theirs, 1);
    splice(ours, at, batch_at(ours, 2), (slice){ theirs.at + there, batch_at(theirs, 2) - there });
    expect_located(files[0], "batch of another log", at);
    put(files[0], ours);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const slice mine = load(&store, files[i]);
        const slice foreign = load(&other, files[i]);
        put(files[i], foreign);
        expect_named(i == 2 ? "keys/" : files[i], "from another log");
        put(files[i], mine);
        drop(mine);
        drop(foreign);
    }
    drop(ours);
    drop(theirs);
    store_ram_close(&other);
    expect_clean();
}

/* Files of an earlier day under those of today. */
static void an_older_copy_is_found(void **)
{
    struct store older = {};
    assert_ok(store_ram_copy(&store, &older, &fault));
    log_grow(&store, 8, 6, 3);
    expect_clean();
    static const size_t put_back[] = { 0, 4 }; /* the segment, the signer's state */
    for (size_t i = 0; i < COUNT_OF(put_back); i++) {
        const char *name = files[put_back[i]];
        const slice now = load(&store, name);
        const slice then = load(&older, name);
        put(name, then);
        expect_named(name, "older");
        put(name, now);
        drop(now);
        drop(then);
    }
    store_ram_close(&older);
    expect_clean();
}

static void exchange(const char *a, const char *b)
{
    const slice one = load(&store, a);
    const slice two = load(&store, b);
    put(a, two);
    put(b, one);
    expect_named(a, "exchanged");
    if (strstr(a, ".group") != NULL) expect_named(b, "exchanged");
    put(a, one);
    put(b, two);
    drop(one);
    drop(two);
}

static void exchanged_key_groups_are_found(void **)
{
    log_grow(&store, 8, 4100, 1);
    expect_clean();
    exchange("keys/0000000000.group", "keys/0000000001.group");
    expect_clean();
}

static void full_segments_are_held_to_every_byte_of_their_footers(void **)
{
    static const char *const names[] = { "log/0000000000.seg", "log/0000000001.seg" };
    log_grow(&store, 8, 66000, 8000);
    expect_clean();
    exchange(names[0], names[1]);
    const slice full = load(&store, names[0]);
    const int h = open_file(&store, names[0], STORE_WRITE);
    for (size_t back = 1; back < 9000; back += back < 60 ? 7 : 997) {
        const size_t at = full.len - back;
        change_byte(names[0], h, at, full.at[at], (uint8_t)(full.at[at] ^ 0x10));
    }
    store.ops->close(store.self, h);
    put(names[0], (slice){ full.at, full.len - 1 });
    expect_located(names[0], "cut footer", full.len - 1);
    assert_ok(store.ops->remove(store.self, names[1], &fault));
    put(names[0], full);
    expect_named(names[1], "missing newest segment");
    drop(full);
}

#define ON_A_SMALL_LOG(test) cmocka_unit_test_setup_teardown(test, small_log, close_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_SMALL_LOG(every_changed_byte_is_found_and_located),
        ON_A_SMALL_LOG(every_cut_is_found_and_named),
        ON_A_SMALL_LOG(bytes_behind_the_end_are_found),
        ON_A_SMALL_LOG(a_missing_file_is_named),
        ON_A_SMALL_LOG(batches_stand_where_they_were_written),
        ON_A_SMALL_LOG(nothing_of_another_log_fits),
        ON_A_SMALL_LOG(an_older_copy_is_found),
        ON_A_SMALL_LOG(exchanged_key_groups_are_found),
        ON_A_SMALL_LOG(full_segments_are_held_to_every_byte_of_their_footers),
    };
    return cmocka_run_group_tests_name("ledger/flip", tests, NULL, NULL);
}
