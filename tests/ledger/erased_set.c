/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erased_set.h"

#include "tests/cm.h"

enum { COUNT_MAX = 40 };

static struct erased_item items[ERASED_ITEMS_MAX];
static struct erased_item parsed[ERASED_ITEMS_MAX];
static uint8_t room[ERASED_FILE_BYTES_MAX];

static struct erased_set set_of(uint32_t count)
{
    struct erased_set s = { .items = items, .count = count, .seed = { 7, 1, 9 } };
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct erased_item){ 10 * i + 3, 1 + i % 5, i % 3 == 0 ? ERASED_WHOLE : 6 };
    assert_ok(erased_items_check(items, count));
    return s;
}

/* The tree as the format's page defines it, top down. */
static hash naive_root(const hash *leaves, uint64_t n)
{
    if (n == 1) return leaves[0];
    uint64_t k = 1;
    while (2 * k < n)
        k *= 2;
    const hash left = naive_root(leaves, k);
    const hash right = naive_root(leaves + k, n - k);
    uint8_t message[65] = { 0x32 };
    bytes_copy(message + 1, 32, (slice){ left.bytes, 32 });
    bytes_copy(message + 33, 32, (slice){ right.bytes, 32 });
    return sha256((slice){ message, sizeof message });
}

static hash naive_set(const struct erased_set *s)
{
    hash leaves[COUNT_MAX];
    for (uint32_t i = 0; i < s->count; i++) {
        uint8_t salt[41] = { 0x31 };
        uint8_t leaf[41] = { 0x30 };
        bytes_copy(salt + 1, 32, (slice){ s->seed, 32 });
        put_u64(salt + 33, i);
        const hash h = sha256((slice){ salt, sizeof salt });
        bytes_copy(leaf + 1, 16, (slice){ h.bytes, 16 });
        put_u64(leaf + 17, s->items[i].first);
        put_u64(leaf + 25, s->items[i].count);
        put_u64(leaf + 33, s->items[i].fields);
        leaves[i] = sha256((slice){ leaf, sizeof leaf });
    }
    const hash root = naive_root(leaves, s->count);
    uint8_t top[41] = { 0x33 };
    put_u64(top + 1, s->count);
    bytes_copy(top + 9, 32, (slice){ root.bytes, 32 });
    return sha256((slice){ top, sizeof top });
}

static void a_set_has_the_hash_that_the_format_says(void **)
{
    for (uint32_t n = 1; n <= COUNT_MAX; n++) {
        const struct erased_set s = set_of(n);
        hash got = {};
        assert_ok(erased_set_hash(&s, &got));
        const hash want = naive_set(&s);
        assert_memory_equal(got.bytes, want.bytes, 32);
    }
}

static void expect_other(const struct erased_proof *p, const hash *set)
{
    hash got = {};
    const status s = erased_proof_hash(p, &got);
    if (s.code == E_OK) assert_memory_not_equal(got.bytes, set->bytes, 32);
}

static void each_item_is_proven_alone_and_no_other_passes(void **)
{
    for (uint32_t n = 1; n <= COUNT_MAX; n++) {
        const struct erased_set s = set_of(n);
        hash set = {};
        assert_ok(erased_set_hash(&s, &set));
        for (uint32_t i = 0; i < n; i++) {
            struct erased_proof p = {};
            hash got = {};
            assert_ok(erased_set_prove(&s, i, &p));
            assert_ok(erased_proof_hash(&p, &got));
            assert_memory_equal(got.bytes, set.bytes, 32);
            struct erased_proof bad = p;
            bad.item.first++;
            expect_other(&bad, &set);
            bad = p;
            bad.item.fields ^= 1;
            expect_other(&bad, &set);
            bad = p;
            bad.position ^= 1;
            expect_other(&bad, &set);
            bad = p;
            bad.set_count++;
            expect_other(&bad, &set);
            bad = p;
            bad.salt[0] ^= 1;
            expect_other(&bad, &set);
            if (p.path_len == 0) continue;
            bad = p;
            bad.path_len--;
            assert_fails(erased_proof_hash(&bad, &got), E_VALUE);
        }
    }
}

static void a_file_reads_back_and_every_changed_byte_is_refused(void **)
{
    const struct erased_set s = set_of(9);
    struct erased_set back = {};
    struct writer w = writer_of(room, sizeof room);
    erased_file_write(&s, &w);
    assert_ok(writer_end(&w));
    assert_ok(erased_file_parse(guarded(writer_slice(&w)), parsed, &back));
    assert_int_equal(back.count, 9);
    assert_memory_equal(parsed, items, 9 * sizeof *items);
    assert_memory_equal(back.seed, s.seed, sizeof s.seed);
    for (size_t i = 0; i < w.len; i++) {
        room[i] ^= 0x10;
        assert_true(erased_file_parse(writer_slice(&w), parsed, &back).code != E_OK);
        room[i] ^= 0x10;
        assert_true(erased_file_parse(guarded((slice){ room, i }), parsed, &back).code != E_OK);
    }
    room[w.len] = 0;
    assert_fails(erased_file_parse((slice){ room, w.len + 1 }, parsed, &back), E_TRAILING);
}

static void items_out_of_order_or_empty_are_refused(void **)
{
    static const struct erased_item bad[][2] = {
        { { 5, 1, 1 }, { 5, 1, 1 } }, { { 5, 2, 1 }, { 6, 1, 1 } },
        { { 5, 1, 1 }, { 4, 1, 1 } }, { { 5, 0, 1 }, { 6, 1, 1 } },
        { { 5, 1, 0 }, { 6, 1, 1 } }, { { 5, 1, 1 }, { UINT64_MAX, 1, 1 } },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_fails(erased_items_check(bad[i], 2), E_VALUE);
    assert_fails(erased_items_check(items, 0), E_LIMIT);
    assert_fails(erased_items_check(items, ERASED_ITEMS_MAX + 1), E_LIMIT);
}

static void the_largest_set_fits_its_file(void **)
{
    const struct erased_set s = set_of(ERASED_ITEMS_MAX);
    struct erased_proof p = {};
    hash set = {};
    hash got = {};
    struct writer w = writer_of(room, sizeof room);
    erased_file_write(&s, &w);
    assert_ok(writer_end(&w));
    assert_int_equal(w.len, sizeof room);
    assert_ok(erased_set_hash(&s, &set));
    assert_ok(erased_set_prove(&s, 54321, &p));
    assert_int_equal(p.path_len, ERASED_PATH_MAX);
    assert_ok(erased_proof_hash(&p, &got));
    assert_memory_equal(got.bytes, set.bytes, 32);
    assert_int_equal(erased_amount(&s), ERASED_ITEMS_MAX / 5 * 15 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_has_the_hash_that_the_format_says),
        cmocka_unit_test(each_item_is_proven_alone_and_no_other_passes),
        cmocka_unit_test(a_file_reads_back_and_every_changed_byte_is_refused),
        cmocka_unit_test(items_out_of_order_or_empty_are_refused),
        cmocka_unit_test(the_largest_set_fits_its_file),
    };
    return cmocka_run_group_tests_name("ledger/erased_set", tests, NULL, NULL);
}
