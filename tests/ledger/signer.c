/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/signer.h"

#include <stdlib.h>
#include "ledger/layout.h"
#include "ledger/store_ram.h"
#include "sim/disk.h"
#include "tests/cm.h"
#include "tests/fail.h"

#define ORIGIN "log.example/signer"

enum { COPY_BYTES = 512, STATE_BYTES = 4 * COPY_BYTES };

static struct store store;
static struct fault fault;

static int make(void **)
{
    assert_ok(store_ram_open(&store, &fault));
    assert_ok(signer_create(&store, ORIGIN, &fault));
    return 0;
}

static int drop(void **)
{
    store_ram_close(&store);
    return 0;
}

static hash some_root(uint8_t mark)
{
    return sha256((slice){ &mark, 1 });
}

/* From the empty tree any head is an extension; from size 1 on, size 2 has this one proof. */
static struct signer_request first(void)
{
    return (struct signer_request){ .head = { 1, some_root('a') } };
}

static struct signer_request second(void)
{
    struct signer_request r = { .consistency = { .count = 1 } };
    r.consistency.hashes[0] = some_root('b');
    r.head = (struct signer_head){ 2, merkle_node(some_root('a'), some_root('b')) };
    return r;
}

static struct signer *opened(const struct store *s)
{
    struct signer *signer = NULL;
    if (signer_open(s, &signer, &fault).code != E_OK) fail_msg("%s", fault.text);
    return signer;
}

static void sign(struct signer *s, const struct signer_request *r, int32_t code)
{
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    assert_fails(signer_sign(s, r, signature, &fault), code);
}

static void state(uint8_t bytes[STATE_BYTES], bool put)
{
    size_t len = 0;
    int h = -1;
    assert_ok(store.ops->open(store.self, LAYOUT_SIGNER_STATE, STORE_WRITE, &h, &fault));
    if (put) assert_ok(store.ops->write(store.self, h, 0, (slice){ bytes, STATE_BYTES }, &fault));
    if (!put) assert_ok(store.ops->read(store.self, h, 0, bytes, STATE_BYTES, &len, &fault));
    store.ops->close(store.self, h);
}

static void no_head_is_signed_that_does_not_extend_the_last(void **)
{
    struct signer *s = opened(&store);
    const struct signer_request one = first();
    struct signer_request two = second();
    struct signer_request other = first();
    other.head.root = some_root('x');
    sign(s, &two, E_REFUSED); /* a first checkpoint takes no proof */
    sign(s, &one, E_OK);
    sign(s, &one, E_OK);
    sign(s, &other, E_REFUSED);
    two.consistency.hashes[0] = some_root('x');
    sign(s, &two, E_REFUSED);
    two.consistency.count = 0;
    sign(s, &two, E_REFUSED);
    two.consistency.count = MERKLE_PROOF_MAX + 1;
    sign(s, &two, E_REFUSED);
    two = second();
    sign(s, &two, E_OK);
    sign(s, &one, E_REFUSED);
    signer_free(s);
    s = opened(&store);
    assert_int_equal(signer_head(s).size, 2);
    sign(s, &one, E_REFUSED);
    signer_free(s);
}

/* Each copy damaged alone, and each pair of copies that is not one pair: nothing is forgotten. */
static void one_damaged_copy_forgets_nothing(void **)
{
    uint8_t whole[STATE_BYTES];
    struct signer *s = opened(&store);
    const struct signer_request one = first();
    const struct signer_request two = second();
    sign(s, &one, E_OK);
    sign(s, &two, E_OK);
    signer_free(s);
    state(whole, false);
    for (size_t at = 0; at < STATE_BYTES; at += 37) {
        uint8_t bad[STATE_BYTES];
        bytes_copy(bad, sizeof bad, (slice){ whole, sizeof whole });
        bad[at] ^= 0x40;
        state(bad, true);
        s = opened(&store);
        assert_int_equal(signer_head(s).size, 2);
        signer_free(s);
        struct signer_head head = {};
        uint8_t text[512];
        struct writer w = writer_of(text, sizeof text);
        assert_ok(signer_check(&store, &head, &w, &fault)); /* opening has mended it */
    }
}

/* The pair that was written last, put back as it was before that write, is the one rollback that
 * the file alone cannot tell from a crash; the log and its published checkpoint do. */
static void pairs_from_different_times_are_refused(void **)
{
    uint8_t old[STATE_BYTES];
    uint8_t mixed[STATE_BYTES];
    struct signer *s = opened(&store);
    state(old, false);
    const struct signer_request one = first();
    const struct signer_request two = second();
    sign(s, &one, E_OK);
    sign(s, &two, E_OK);
    signer_free(s);
    state(mixed, false);
    bytes_copy(mixed, sizeof mixed, (slice){ old, 2 * COPY_BYTES });
    state(mixed, true);
    s = NULL;
    assert_fails(signer_open(&store, &s, &fault), E_CORRUPT);
    assert_non_null(strstr(fault.text, "offset 0: from another time"));
}

static void the_key_of_another_log_is_refused(void **)
{
    struct store other = {};
    struct signer *s = NULL;
    uint8_t theirs[STATE_BYTES];
    assert_ok(store_ram_open(&other, &fault));
    assert_ok(signer_create(&other, ORIGIN, &fault));
    const struct store mine = store;
    store = other;
    state(theirs, false);
    store = mine;
    state(theirs, true);
    assert_fails(signer_open(&store, &s, &fault), E_CORRUPT);
    assert_non_null(strstr(fault.text, "not the key that"));
    store_ram_close(&other);
}

static void a_failed_sync_stops_it_and_its_successor_trusts_no_cache(void **)
{
    struct disk *d = disk_new(7);
    const struct store on_disk = disk_store(d);
    const struct signer_request one = first();
    const struct signer_request two = second();
    assert_ok(signer_create(&on_disk, ORIGIN, &fault));
    struct signer *s = opened(&on_disk);
    disk_plan(d, disk_operations(d), DISK_FSYNC);
    sign(s, &one, E_FSYNC);
    sign(s, &one, E_STOPPED);
    signer_free(s);
    disk_restart(d, false); /* the process starts again; the cache shows what the device lacks */
    s = opened(&on_disk);
    const uint64_t size = signer_head(s).size;
    sign(s, &one, E_OK);
    sign(s, &two, E_OK);
    signer_free(s);
    disk_restart(d, true);
    s = opened(&on_disk);
    assert_int_equal(signer_head(s).size, 2);
    assert_true(size <= 1);
    signer_free(s);
    disk_free(d);
}

/* Creating, opening and signing with allocations failing: an error each time, never a signature of
 * what was not made durable, and afterwards everything is as it has to be. */
static void attempt(void *)
{
    struct signer *s = NULL;
    uint8_t signature[SIGNER_SIGNATURE_BYTES] = {};
    static const uint8_t none[SIGNER_SIGNATURE_BYTES];
    const struct signer_request one = first();
    status opened_it = signer_open(&store, &s, &fault);
    if (opened_it.code != E_OK) {
        assert_true(fail_happened());
        return;
    }
    const status signed_it = signer_sign(s, &one, signature, &fault);
    if (signed_it.code != E_OK) {
        assert_true(fail_happened());
        assert_memory_equal(signature, none, sizeof none);
    }
    signer_free(s);
}

static void every_allocation_may_fail(void **)
{
    assert_true(fail_each_allocation(attempt, NULL) > 0);
    struct signer *s = opened(&store);
    assert_int_equal(signer_head(s).size, 1);
    signer_free(s);
}

static void origins_that_no_key_can_have_are_refused(void **)
{
    static const char *const bad[] = { "", "a b", "a+b", "a\tb" };
    struct store empty = {};
    assert_ok(store_ram_open(&empty, &fault));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_fails(signer_create(&empty, bad[i], &fault), E_VALUE);
    assert_fails(signer_create(&store, ORIGIN, &fault), E_EXISTS);
    store_ram_close(&empty);
}

#define WITH_A_SIGNER(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_SIGNER(no_head_is_signed_that_does_not_extend_the_last),
        WITH_A_SIGNER(one_damaged_copy_forgets_nothing),
        WITH_A_SIGNER(pairs_from_different_times_are_refused),
        WITH_A_SIGNER(the_key_of_another_log_is_refused),
        cmocka_unit_test(a_failed_sync_stops_it_and_its_successor_trusts_no_cache),
        WITH_A_SIGNER(every_allocation_may_fail),
        WITH_A_SIGNER(origins_that_no_key_can_have_are_refused),
    };
    return cmocka_run_group_tests_name("ledger/signer", tests, NULL, NULL);
}
