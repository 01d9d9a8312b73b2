/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"
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
        cmocka_unit_test(a_torn_batch_is_cleared),
        cmocka_unit_test(a_log_older_than_its_signer_is_refused),
    };
    return cmocka_run_group_tests_name("ledger/ledger", tests, NULL, NULL);
}
