/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"
#include <stdlib.h>
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/store_fs.h"
#include "ledger/tree.h"
#include "tests/cm.h"
#include "tests/ledger/log.h"

static struct store store_new(void)
{
    struct store store = {};
    struct fault f = {};
    assert_ok(store_fs_open(test_folder(), &store, &f));
    return store;
}

static void records_survive_closing_and_opening(void **)
{
    struct store store = store_new();
    struct signer *s = NULL;
    struct ledger *l = NULL;
    uint64_t count = 0;
    log_create(&store);
    for (uint32_t round = 1; round <= 5; round++) {
        log_open(&store, &s, &l);
        log_check(l, s, count);
        log_append(l, s, count, 300 * round, 100 * round);
        count += 300 * round;
        log_check(l, s, count);
        ledger_close(l);
        signer_free(s);
    }
    store_fs_close(&store);
}

/* Two segments and a bit: footers, summaries, rolled files, nodes out of closed segments. */
static void segments_follow_one_another(void **)
{
    struct store store = store_new();
    struct signer *s = NULL;
    struct ledger *l = NULL;
    log_create(&store);
    log_open(&store, &s, &l);
    log_append(l, s, 0, 65535, 8192);
    log_check(l, s, 65535);
    ledger_close(l);
    signer_free(s);
    log_open(&store, &s, &l);
    log_append(l, s, 65535, 70000, 5000);
    log_check(l, s, 135535);
    ledger_close(l);
    signer_free(s);
    log_open(&store, &s, &l);
    log_check(l, s, 135535);
    const struct merkle_source source = { archive_tree(ledger_archive(l)), tree_node };
    const uint64_t size = archive_size(ledger_archive(l));
    const hash root = tree_root(archive_tree(ledger_archive(l)));
    for (uint64_t index = 0; index < size; index += 4001) {
        struct merkle_proof proof = {};
        struct fault f = {};
        slice entry = {};
        assert_ok(merkle_prove_inclusion(&source, index, size, &proof));
        assert_ok(archive_entry(ledger_archive(l), index, &entry, &f));
        assert_ok(merkle_verify_inclusion(index, size, merkle_leaf(entry), proof.hashes,
                                          proof.count, root));
    }
    ledger_close(l);
    signer_free(s);
    store_fs_close(&store);
}

/* A log of ten records, closed, whose newest segment is open as a file. */
struct ten {
    struct store store;
    struct signer *signer; /* open */
    int file;
    uint64_t end; /* of the ten in the file */
};

/* *t must stay where it is: what is open has its address. */
static void ten_records(struct ten *t)
{
    struct ledger *l = NULL;
    struct fault f = {};
    *t = (struct ten){ .store = store_new(), .file = -1 };
    log_create(&t->store);
    log_open(&t->store, &t->signer, &l);
    log_append(l, t->signer, 0, 10, 10);
    ledger_close(l);
    const struct layout_name name = layout_segment(0);
    assert_ok(t->store.ops->open(t->store.self, name.text, STORE_WRITE, &t->file, &f));
    assert_ok(t->store.ops->size(t->store.self, t->file, &t->end, &f));
}

static void ten_done(struct ten *t)
{
    t->store.ops->close(t->store.self, t->file);
    signer_free(t->signer);
    store_fs_close(&t->store);
}

/* Appends count records behind the ten, signed if s is given, and closes the log. */
static void append_behind(struct ten *t, struct signer *s, uint64_t count)
{
    struct ledger *l = NULL;
    struct fault f = {};
    struct ledger_options options = ledger_options_default(TEST_ORIGIN);
    if (s != NULL) options.signed_head = signer_head(s);
    assert_ok(ledger_open(&t->store, &options, &l, &f));
    log_append(l, s, 10, count, (uint32_t)count);
    ledger_close(l);
}

/* Where the bytes stand in a segment's file; they must be there once. */
static uint64_t place_in(const struct store *store, uint64_t segment, slice bytes)
{
    int file = -1;
    uint64_t size = 0;
    size_t len = 0;
    struct fault f = {};
    assert_ok(store->ops->open(store->self, layout_segment(segment).text, STORE_READ, &file, &f));
    assert_ok(store->ops->size(store->self, file, &size, &f));
    uint8_t *content = malloc((size_t)size);
    assert_non_null(content);
    assert_ok(store->ops->read(store->self, file, 0, content, (size_t)size, &len, &f));
    store->ops->close(store->self, file);
    const uint8_t *found = memmem(content, len, bytes.at, bytes.len);
    assert_non_null(found);
    const uint64_t place = (uint64_t)(found - content);
    free(content);
    return place;
}

static void flip(const struct store *store, uint64_t segment, uint64_t offset)
{
    int file = -1;
    uint8_t byte = 0;
    size_t len = 0;
    struct fault f = {};
    assert_ok(store->ops->open(store->self, layout_segment(segment).text, STORE_WRITE, &file, &f));
    assert_ok(store->ops->read(store->self, file, offset, &byte, 1, &len, &f));
    byte ^= 0x10;
    assert_ok(store->ops->write(store->self, file, offset, (slice){ &byte, 1 }, &f));
    store->ops->close(store->self, file);
}

/* Of an old segment only a tile is read, and held against the tree instead of a checksum. */
static void a_changed_old_entry_is_not_handed_out(void **)
{
    enum { INDEX = 100 * 256 + 37 };
    struct store store = store_new();
    struct signer *s = NULL;
    struct ledger *l = NULL;
    struct fault f = {};
    uint8_t kept[128];
    slice entry = {};
    log_create(&store);
    log_open(&store, &s, &l);
    log_append(l, s, 0, 70000, 1000);
    struct archive *a = ledger_archive(l);
    assert_ok(archive_entry(a, INDEX, &entry, &f));
    assert_true(entry.len <= sizeof kept);
    bytes_copy(kept, sizeof kept, entry);
    const uint64_t place = place_in(&store, 0, (slice){ kept, entry.len });
    for (uint64_t at = place - 2; at < place + entry.len; at += 19) {
        struct archive *fresh = NULL;
        struct merkle_proof proof = {};
        flip(&store, 0, at);
        assert_ok(archive_open(&store, TEST_ORIGIN, &fresh, &f));
        const struct merkle_source source = { archive_tree(fresh), tree_node };
        assert_fails(archive_entry(fresh, INDEX, &entry, &f), E_CORRUPT);
        assert_non_null(strstr(f.text, "log/0000000000.seg: offset"));
        assert_fails(archive_entry(fresh, INDEX - INDEX % 256, &entry, &f), E_CORRUPT);
        assert_fails(merkle_prove_inclusion(&source, INDEX, 70000, &proof), E_CORRUPT);
        assert_ok(archive_entry(fresh, INDEX + 256, &entry, &f));
        assert_ok(merkle_prove_inclusion(&source, INDEX + 256, 70000, &proof));
        archive_free(fresh);
        flip(&store, 0, at);
    }
    ledger_close(l);
    signer_free(s);
    store_fs_close(&store);
}

/* The newest batch cut at every length: what was acknowledged before is there, nothing else. */
static void a_torn_batch_is_cleared(void **)
{
    struct ten t;
    struct fault f = {};
    ten_records(&t);
    for (uint64_t cut = 1; cut < 400; cut += 7) {
        struct ledger *l = NULL;
        append_behind(&t, NULL, 3);
        assert_ok(t.store.ops->truncate(t.store.self, t.file, t.end + cut, &f));
        signer_free(t.signer);
        log_open(&t.store, &t.signer, &l);
        assert_true(ledger_was_torn(l));
        log_check(l, t.signer, 10);
        ledger_close(l);
    }
    ten_done(&t);
}

static void a_log_older_than_its_signer_is_refused(void **)
{
    struct ten t;
    struct ledger *l = NULL;
    struct fault f = {};
    ten_records(&t);
    append_behind(&t, t.signer, 10);
    assert_ok(t.store.ops->truncate(t.store.self, t.file, t.end, &f));
    struct ledger_options options = ledger_options_default(TEST_ORIGIN);
    options.signed_head = signer_head(t.signer);
    assert_fails(ledger_open(&t.store, &options, &l, &f), E_REFUSED);
    assert_non_null(strstr(f.text, "20 were signed"));
    ten_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_survive_closing_and_opening),
        cmocka_unit_test(segments_follow_one_another),
        cmocka_unit_test(a_changed_old_entry_is_not_handed_out),
        cmocka_unit_test(a_torn_batch_is_cleared),
        cmocka_unit_test(a_log_older_than_its_signer_is_refused),
    };
    return cmocka_run_group_tests_name("ledger/ledger", tests, NULL, NULL);
}
