/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/merkle.h"
#include "base/num.h"
#include "tests/cm.h"

enum { LEAVES_MAX = 70 };

/* The naive twin: the definitions of RFC 6962 section 2.1 and of the subtree proof, word for word.
 */
static hash leaves[LEAVES_MAX];

static uint64_t split_of(uint64_t n)
{
    uint64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static hash twin_root(uint64_t start, uint64_t end)
{
    if (start == end) return sha256(slice_none());
    if (end - start == 1) return leaves[start];
    const uint64_t k = split_of(end - start);
    return merkle_node(twin_root(start, start + k), twin_root(start + k, end));
}

static void twin_prove(struct merkle_range r, struct merkle_range tree, bool known,
                       struct merkle_proof *proof)
{
    if (r.start == r.end) return;
    if (r.start == tree.start && r.end == tree.end) {
        if (!known) proof->hashes[proof->count++] = twin_root(r.start, r.end);
        return;
    }
    const uint64_t middle = tree.start + split_of(tree.end - tree.start);
    const struct merkle_range left = { tree.start, middle };
    const struct merkle_range right = { middle, tree.end };
    if (r.end <= middle) {
        twin_prove(r, left, known, proof);
        proof->hashes[proof->count++] = twin_root(right.start, right.end);
        return;
    }
    if (r.start < middle) {
        known = false;
        r.start = middle;
    }
    twin_prove(r, right, known, proof);
    proof->hashes[proof->count++] = twin_root(left.start, left.end);
}

static status twin_node(void *self, unsigned level, uint64_t index, hash *ret_node)
{
    const uint64_t *size = self;
    const uint64_t end = (index + 1) << level;
    assert_true(end <= *size); /* only nodes within the tree are asked for */
    *ret_node = twin_root(index << level, end);
    return OK;
}

static void assert_hash_equal(hash a, hash b)
{
    assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
}

static int make_leaves(void **)
{
    for (size_t i = 0; i < LEAVES_MAX; i++) {
        const uint8_t entry[] = { 'e', (uint8_t)i };
        leaves[i] = merkle_leaf((slice){ entry, sizeof entry });
    }
    return 0;
}

/* The eight leaves that the public test vectors of RFC 6962 trees are made of. */
static void the_known_roots_come_out(void **)
{
    static const char *const entries[] = {
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    };
    static const char *const roots[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        NULL,
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        NULL,
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct merkle_frontier f = {};
    for (size_t n = 0; n < COUNT_OF(roots); n++) {
        hash want;
        if (roots[n] != NULL) {
            assert_ok(num_parse_hex(slice_text(roots[n]), want.bytes, sizeof want.bytes));
            assert_hash_equal(merkle_frontier_root(&f), want);
        }
        if (n == COUNT_OF(entries)) break;
        uint8_t entry[16];
        const size_t len = strlen(entries[n]) / 2;
        assert_ok(num_parse_hex(slice_text(entries[n]), entry, len));
        assert_ok(merkle_append(&f, merkle_leaf(guarded((slice){ entry, len }))));
    }
}

static void a_frontier_has_the_root_of_the_definition_at_every_size(void **)
{
    struct merkle_frontier f = {};
    for (uint64_t n = 0; n < LEAVES_MAX; n++) {
        assert_int_equal(f.size, n);
        assert_hash_equal(merkle_frontier_root(&f), twin_root(0, n));
        assert_ok(merkle_append(&f, leaves[n]));
    }
}

static void many_leaves_at_once_are_the_same_as_one_by_one(void **)
{
    for (size_t before = 0; before < LEAVES_MAX; before++) {
        for (size_t count = 0; count <= LEAVES_MAX - before; count++) {
            struct merkle_frontier f = {};
            hash scratch[LEAVES_MAX];
            for (size_t i = 0; i < before; i++)
                assert_ok(merkle_append(&f, leaves[i]));
            for (size_t i = 0; i < count; i++)
                scratch[i] = leaves[before + i];
            assert_ok(merkle_append_many(&f, scratch, count, NULL));
            assert_int_equal(f.size, before + count);
            assert_hash_equal(merkle_frontier_root(&f), twin_root(0, before + count));
        }
    }
}

struct seen {
    uint64_t counts[MERKLE_LEVELS];
};

static void see_nodes(void *self, unsigned level, uint64_t first, const hash *nodes, size_t count)
{
    struct seen *seen = self;
    assert_int_equal(first, seen->counts[level]);
    for (uint64_t i = 0; i < count; i++) {
        assert_hash_equal(nodes[i], twin_root((first + i) << level, (first + i + 1) << level));
    }
    seen->counts[level] += count;
}

static void the_sink_gets_every_complete_node_once(void **)
{
    for (size_t step = 1; step <= 9; step++) {
        struct seen seen = {};
        const struct merkle_sink sink = { &seen, see_nodes };
        struct merkle_frontier f = {};
        for (size_t n = 0; n + step <= LEAVES_MAX; n += step) {
            hash scratch[9];
            for (size_t i = 0; i < step; i++)
                scratch[i] = leaves[n + i];
            assert_ok(merkle_append_many(&f, scratch, step, &sink));
            for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
                assert_int_equal(seen.counts[level], f.size >> level);
            }
        }
    }
}

static void leaves_in_bulk_are_the_same_leaves(void **)
{
    uint8_t text[150];
    slice entries[150];
    hash got[150];
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        text[i] = (uint8_t)i;
        entries[i] = (slice){ text, i };
    }
    merkle_leaves(entries, COUNT_OF(entries), got);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        assert_hash_equal(got[i], merkle_leaf(entries[i]));
    }
}

static void a_saved_frontier_loads_and_a_wrong_one_is_refused(void **)
{
    struct merkle_frontier f = {};
    for (size_t n = 0; n < LEAVES_MAX; n++) {
        hash nodes[MERKLE_LEVELS];
        struct merkle_frontier back = {};
        const size_t count = merkle_frontier_save(&f, nodes);
        assert_ok(merkle_frontier_load(n, nodes, count, &back));
        assert_hash_equal(merkle_frontier_root(&back), twin_root(0, n));
        assert_fails(merkle_frontier_load(n, nodes, count + 1, &back), E_VALUE);
        if (count > 0) assert_fails(merkle_frontier_load(n, nodes, count - 1, &back), E_VALUE);
        assert_ok(merkle_append(&f, leaves[n]));
    }
    hash nodes[MERKLE_LEVELS] = {};
    assert_fails(merkle_frontier_load(UINT64_MAX, nodes, 64, &f), E_LIMIT);
}

static void a_full_tree_takes_no_more_leaves(void **)
{
    hash nodes[MERKLE_LEVELS] = {};
    struct merkle_frontier f = {};
    assert_ok(merkle_frontier_load(MERKLE_SIZE_MAX - 1, nodes, 62, &f));
    assert_fails(merkle_append_many(&f, nodes, 2, NULL), E_LIMIT);
    assert_int_equal(f.size, MERKLE_SIZE_MAX - 1);
    assert_ok(merkle_append(&f, nodes[0]));
    assert_fails(merkle_append(&f, nodes[0]), E_LIMIT);
}

/* Every subtree of every tree: the proof is the one defined, it verifies, and with any hash
 * changed, dropped or added it does not. */
static void check_subtree(const struct merkle_source *source, struct merkle_range r, uint64_t size)
{
    struct merkle_proof proof = {};
    struct merkle_proof twin = {};
    assert_ok(merkle_prove_subtree(source, r, size, &proof));
    twin_prove(r, (struct merkle_range){ 0, size }, true, &twin);
    assert_int_equal(proof.count, twin.count);
    for (size_t i = 0; i < twin.count; i++)
        assert_hash_equal(proof.hashes[i], twin.hashes[i]);
    hash roots[2] = { twin_root(r.start, r.end), twin_root(0, size) };
    assert_ok(merkle_verify_subtree(r, size, proof.hashes, proof.count, roots));
    assert_fails(merkle_verify_subtree(r, size, proof.hashes, proof.count + 1, roots), E_INVALID);
    if (r.start == r.end) return;
    if (proof.count > 0) {
        assert_fails(merkle_verify_subtree(r, size, proof.hashes, proof.count - 1, roots),
                     E_INVALID);
    }
    for (size_t i = 0; i < proof.count; i++) {
        proof.hashes[i].bytes[i % 32] ^= 1;
        assert_fails(merkle_verify_subtree(r, size, proof.hashes, proof.count, roots), E_INVALID);
        proof.hashes[i].bytes[i % 32] ^= 1;
    }
    for (size_t i = 0; i < 2; i++) {
        roots[i].bytes[5] ^= 0x80;
        assert_fails(merkle_verify_subtree(r, size, proof.hashes, proof.count, roots), E_INVALID);
        roots[i].bytes[5] ^= 0x80;
    }
}

static void every_subtree_of_small_trees_is_proved_as_defined(void **)
{
    for (uint64_t size = 0; size <= 34; size++) {
        const struct merkle_source source = { &size, twin_node };
        for (uint64_t start = 0; start <= size; start++) {
            for (uint64_t end = start; end <= size; end++) {
                const struct merkle_range r = { start, end };
                struct merkle_proof proof = {};
                if (merkle_range_is_subtree(r)) {
                    check_subtree(&source, r, size);
                } else {
                    assert_fails(merkle_prove_subtree(&source, r, size, &proof), E_VALUE);
                    hash roots[2] = {};
                    assert_fails(merkle_verify_subtree(r, size, proof.hashes, 0, roots), E_INVALID);
                }
            }
        }
    }
}

static void every_leaf_of_every_tree_is_proved_included_there_only(void **)
{
    for (uint64_t size = 1; size <= LEAVES_MAX; size++) {
        const struct merkle_source source = { &size, twin_node };
        const hash root = twin_root(0, size);
        for (uint64_t index = 0; index < size; index++) {
            struct merkle_proof p = {};
            assert_ok(merkle_prove_inclusion(&source, index, size, &p));
            for (uint64_t other = 0; other <= size; other++) {
                const int32_t want = other == index ? E_OK : E_INVALID;
                assert_fails(
                    merkle_verify_inclusion(other, size, leaves[index], p.hashes, p.count, root),
                    want);
            }
            if (p.count > 0) {
                p.hashes[p.count - 1].bytes[0] ^= 1;
                assert_fails(
                    merkle_verify_inclusion(index, size, leaves[index], p.hashes, p.count, root),
                    E_INVALID);
            }
        }
        struct merkle_proof p = {};
        assert_fails(merkle_prove_inclusion(&source, size, size, &p), E_VALUE);
    }
}

static void every_pair_of_sizes_is_proved_consistent(void **)
{
    for (uint64_t new_size = 0; new_size <= LEAVES_MAX; new_size++) {
        const struct merkle_source source = { &new_size, twin_node };
        for (uint64_t old_size = 0; old_size <= new_size; old_size++) {
            struct merkle_proof p = {};
            hash roots[2] = { twin_root(0, old_size), twin_root(0, new_size) };
            assert_ok(merkle_prove_consistency(&source, old_size, new_size, &p));
            const int32_t want = old_size == 0 ? E_INVALID : E_OK;
            assert_fails(merkle_verify_consistency(old_size, new_size, p.hashes, p.count, roots),
                         want);
            if (old_size == 0 || old_size == new_size) assert_int_equal(p.count, 0);
            roots[0].bytes[31] ^= 1;
            assert_fails(merkle_verify_consistency(old_size, new_size, p.hashes, p.count, roots),
                         E_INVALID);
        }
        struct merkle_proof p = {};
        assert_fails(merkle_prove_consistency(&source, new_size + 1, new_size, &p), E_VALUE);
    }
}

static void two_subtrees_cover_any_interval(void **)
{
    for (uint64_t end = 0; end < 300; end++) {
        for (uint64_t start = 0; start <= end; start++) {
            struct merkle_range two[2];
            merkle_cover((struct merkle_range){ start, end }, two);
            assert_true(merkle_range_is_subtree(two[0]) && merkle_range_is_subtree(two[1]));
            assert_true(two[0].start <= start);
            assert_int_equal(two[0].end, two[1].start);
            assert_int_equal(two[1].end, end);
            const uint64_t extra = start - two[0].start;
            assert_true(extra == 0 || 2 * extra < two[0].end - two[0].start);
        }
    }
}

static status broken_node(void *, unsigned, uint64_t, hash *)
{
    return FAIL_AT(E_IO, 5);
}

static void a_source_that_fails_fails_the_proof(void **)
{
    const struct merkle_source source = { NULL, broken_node };
    struct merkle_proof p = { .count = 9 };
    hash root = {};
    assert_fails(merkle_prove_inclusion(&source, 3, 9, &p), E_IO);
    assert_fails(merkle_prove_consistency(&source, 3, 9, &p), E_IO);
    assert_fails(merkle_root(&source, (struct merkle_range){ 0, 9 }, &root), E_IO);
    assert_fails(merkle_root(&source, (struct merkle_range){ 1, 9 }, &root), E_VALUE);
    assert_int_equal(p.count, 9);
}

/* A tree of MERKLE_SIZE_MAX leaves that are all the same: a node depends on its level alone. */
static status same_node(void *, unsigned level, uint64_t, hash *ret_node)
{
    *ret_node = leaves[0];
    for (unsigned l = 0; l < level; l++)
        *ret_node = merkle_node(*ret_node, *ret_node);
    return OK;
}

/* Sizes near 2^63 must neither overflow a shift nor the array of hashes. */
static void the_largest_tree_has_proofs_that_fit(void **)
{
    const struct merkle_source source = { NULL, same_node };
    static const uint64_t sizes[] = { 1,
                                      2,
                                      (UINT64_C(1) << 62),
                                      (UINT64_C(1) << 62) + 1,
                                      MERKLE_SIZE_MAX / 3,
                                      MERKLE_SIZE_MAX - 1,
                                      MERKLE_SIZE_MAX };
    hash root = {};
    assert_ok(merkle_root(&source, (struct merkle_range){ 0, MERKLE_SIZE_MAX }, &root));
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct merkle_proof p = {};
        hash roots[2] = { {}, root };
        assert_ok(merkle_root(&source, (struct merkle_range){ 0, sizes[i] }, &roots[0]));
        assert_ok(merkle_prove_consistency(&source, sizes[i], MERKLE_SIZE_MAX, &p));
        assert_ok(merkle_verify_consistency(sizes[i], MERKLE_SIZE_MAX, p.hashes, p.count, roots));
        assert_ok(merkle_prove_inclusion(&source, sizes[i] - 1, MERKLE_SIZE_MAX, &p));
        assert_ok(merkle_verify_inclusion(sizes[i] - 1, MERKLE_SIZE_MAX, leaves[0], p.hashes,
                                          p.count, root));
        assert_true(p.count <= 63);
    }
    struct merkle_proof p = {};
    assert_fails(merkle_prove_inclusion(&source, 0, MERKLE_SIZE_MAX + 1, &p), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_roots_come_out),
        cmocka_unit_test(a_frontier_has_the_root_of_the_definition_at_every_size),
        cmocka_unit_test(many_leaves_at_once_are_the_same_as_one_by_one),
        cmocka_unit_test(the_sink_gets_every_complete_node_once),
        cmocka_unit_test(leaves_in_bulk_are_the_same_leaves),
        cmocka_unit_test(a_saved_frontier_loads_and_a_wrong_one_is_refused),
        cmocka_unit_test(a_full_tree_takes_no_more_leaves),
        cmocka_unit_test(every_subtree_of_small_trees_is_proved_as_defined),
        cmocka_unit_test(every_leaf_of_every_tree_is_proved_included_there_only),
        cmocka_unit_test(every_pair_of_sizes_is_proved_consistent),
        cmocka_unit_test(two_subtrees_cover_any_interval),
        cmocka_unit_test(a_source_that_fails_fails_the_proof),
        cmocka_unit_test(the_largest_tree_has_proofs_that_fit),
    };
    return cmocka_run_group_tests_name("ledger/merkle", tests, make_leaves, NULL);
}
