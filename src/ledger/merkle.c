/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/merkle.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/copy.h"
#include "base/banned.h"

/*
 * Appending hashes whole rows: the new leaves (with the pending left neighbour, if the frontier has
 * one) pair up into the next row, which pairs up in turn. Each row is independent hashes, which
 * are computed side by side. Cost: one node hash (two SHA-256 blocks) per leaf, plus the edge.
 */
enum {
    LEAVES_AT_ONCE = 64, /* hashes computed at a time: bounds the stack, not the input */
    NODES_AT_ONCE = 16,
    SHORT_LEAF_MAX = SHA256_BLOCK_BYTES - 1 - 9, /* prefix, and padding */
    NODE_BYTES = 1 + 2 * SHA256_BYTES,
    NODE_BLOCKS = 2,
};

static const uint8_t leaf_prefix[1] = { MERKLE_LEAF_PREFIX };
static const uint8_t node_prefix[1] = { MERKLE_NODE_PREFIX };

static hash hash_prefixed(const uint8_t prefix[1], slice first, slice second)
{
    struct sha256 s;
    hash h;
    sha256_init(&s);
    sha256_update(&s, (slice){ prefix, 1 });
    sha256_update(&s, first);
    sha256_update(&s, second);
    sha256_final(&s, &h);
    return h;
}

hash merkle_leaf(slice entry)
{
    return hash_prefixed(leaf_prefix, entry, slice_none());
}

hash merkle_node(hash left, hash right)
{
    return hash_prefixed(node_prefix, (slice){ left.bytes, SHA256_BYTES },
                         (slice){ right.bytes, SHA256_BYTES });
}

hash merkle_empty(void)
{
    return sha256(slice_none());
}

/* Leaves whose message is one block, as those of all high-rate kinds are: laid out with their
 * padding (FIPS 180-4 section 5.1.1). Returns how many there are from the first on. */
static size_t short_leaves(const slice *entries, size_t count, hash *ret_leaves)
{
    uint8_t blocks[LEAVES_AT_ONCE][SHA256_BLOCK_BYTES];
    const uint8_t *messages[LEAVES_AT_ONCE];
    uint8_t *rets[LEAVES_AT_ONCE];
    size_t done = 0;
    for (; done < count && done < LEAVES_AT_ONCE && entries[done].len <= SHORT_LEAF_MAX; done++) {
        const slice entry = entries[done];
        uint8_t *block = blocks[done];
        __builtin_memset(block, 0, SHA256_BLOCK_BYTES);
        block[0] = MERKLE_LEAF_PREFIX;
        bytes_copy_short(block + 1, SHORT_LEAF_MAX, entry);
        block[1 + entry.len] = 0x80;
        put_u16(block + SHA256_BLOCK_BYTES - 2, (uint16_t)((1 + entry.len) * 8));
        messages[done] = block;
        rets[done] = ret_leaves[done].bytes;
    }
    sha256_padded(messages, 1, done, rets);
    return done;
}

/* The others, from the first on. */
static size_t long_leaves(const slice *entries, size_t count, hash *ret_leaves)
{
    struct sha256_job jobs[LEAVES_AT_ONCE];
    size_t done = 0;
    for (; done < count && done < LEAVES_AT_ONCE && entries[done].len > SHORT_LEAF_MAX; done++) {
        jobs[done] = (struct sha256_job){ { leaf_prefix, 1 }, entries[done], &ret_leaves[done] };
    }
    sha256_many(jobs, done);
    return done;
}

void merkle_leaves(const slice *entries, size_t count, hash *ret_leaves)
{
    for (size_t done = 0; done < count;) {
        done += short_leaves(entries + done, count - done, ret_leaves + done);
        done += long_leaves(entries + done, count - done, ret_leaves + done);
    }
}

/* ret[i] = node(pairs[2i], pairs[2i + 1]); ret may be pairs itself, or start before it. */
static void hash_pairs(const hash *pairs, size_t count, hash *ret)
{
    uint8_t padded[NODES_AT_ONCE][NODE_BLOCKS * SHA256_BLOCK_BYTES];
    const uint8_t *messages[NODES_AT_ONCE];
    uint8_t *rets[NODES_AT_ONCE];
    for (size_t i = 0; i < NODES_AT_ONCE && i < count; i++) { /* FIPS 180-4 section 5.1.1 */
        __builtin_memset(padded[i], 0, sizeof padded[i]);
        padded[i][0] = MERKLE_NODE_PREFIX;
        padded[i][NODE_BYTES] = 0x80;
        put_u16(padded[i] + sizeof padded[i] - 2, NODE_BYTES * 8);
        messages[i] = padded[i];
    }
    while (count > 0) {
        const size_t some = count < NODES_AT_ONCE ? count : NODES_AT_ONCE;
        for (size_t i = 0; i < some; i++) {
            bytes_copy(padded[i] + 1, 2 * SHA256_BYTES,
                       (slice){ pairs[2 * i].bytes, sizeof pairs[0] + sizeof pairs[0] });
            rets[i] = ret[i].bytes;
        }
        sha256_padded(messages, NODE_BLOCKS, some, rets);
        pairs += 2 * some;
        ret += some;
        count -= some;
    }
}

void merkle_rows(hash *nodes, size_t width)
{
    assert(width > 0 && (width & (width - 1)) == 0);
    for (; width > 1; width /= 2) {
        hash_pairs(nodes, width / 2, nodes + width);
        nodes += width;
    }
}

static bool has_room(const struct merkle_frontier *f, uint64_t count)
{
    assert(f->size <= MERKLE_SIZE_MAX);
    return count <= MERKLE_SIZE_MAX - f->size;
}

status merkle_append(struct merkle_frontier *f, hash leaf)
{
    if (!has_room(f, 1)) return FAIL(E_LIMIT);
    unsigned level = 0;
    for (; (f->size >> level & 1) != 0; level++)
        leaf = merkle_node(f->nodes[level], leaf);
    f->nodes[level] = leaf;
    f->size++;
    return OK;
}

/* Pairs the nodes of one row, row[0 .. count), into row[0 .. result) of the next level. */
static size_t append_row(struct merkle_frontier *f, unsigned level, hash *row, size_t count)
{
    const bool has_left = (f->size >> level & 1) != 0;
    const hash last = row[count - 1];
    size_t pairs = 0;
    if (has_left) {
        const hash first = merkle_node(f->nodes[level], row[0]);
        pairs = (count - 1) / 2;
        hash_pairs(row + 1, pairs, row + 1);
        row[0] = first;
        pairs++;
    } else {
        pairs = count / 2;
        hash_pairs(row, pairs, row);
    }
    if ((count + (has_left ? 1 : 0)) % 2 != 0) f->nodes[level] = last;
    return pairs;
}

status merkle_append_many(struct merkle_frontier *f, hash *leaves, size_t count,
                          const struct merkle_sink *sink)
{
    if (!has_room(f, count)) return FAIL(E_LIMIT);
    size_t in_row = count;
    for (unsigned level = 0; in_row > 0; level++) {
        assert(level < MERKLE_LEVELS);
        if (sink != NULL) sink->nodes(sink->self, level, f->size >> level, leaves, in_row);
        in_row = append_row(f, level, leaves, in_row);
    }
    f->size += count;
    return OK;
}

hash merkle_frontier_root(const struct merkle_frontier *f)
{
    if (f->size == 0) return merkle_empty();
    unsigned level = (unsigned)__builtin_ctzll(f->size);
    hash root = f->nodes[level++];
    for (; level < MERKLE_LEVELS; level++) {
        if ((f->size >> level & 1) != 0) root = merkle_node(f->nodes[level], root);
    }
    return root;
}

size_t merkle_frontier_save(const struct merkle_frontier *f, hash ret_nodes[MERKLE_LEVELS])
{
    size_t count = 0;
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        if ((f->size >> level & 1) != 0) ret_nodes[count++] = f->nodes[level];
    }
    return count;
}

status merkle_frontier_load(uint64_t size, const hash *nodes, size_t count,
                            struct merkle_frontier *ret_frontier)
{
    if (size > MERKLE_SIZE_MAX) return FAIL(E_LIMIT);
    if (count != (size_t)__builtin_popcountll(size)) return FAIL(E_VALUE);
    *ret_frontier = (struct merkle_frontier){ .size = size };
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        if ((size >> level & 1) != 0) ret_frontier->nodes[level] = *nodes++;
    }
    return OK;
}

/* The number of bits up to the highest one set; 0 for 0. */
static unsigned bit_length(uint64_t x)
{
    return x == 0 ? 0 : 64 - (unsigned)__builtin_clzll(x);
}

bool merkle_range_is_subtree(struct merkle_range r)
{
    if (r.start > r.end) return false;
    const uint64_t len = r.end - r.start;
    if (len <= 1 || r.start == 0) return true;
    const unsigned bits = bit_length(len - 1); /* 2^bits is the smallest power not below len */
    return bits < 64 && (r.start & ((UINT64_C(1) << bits) - 1)) == 0;
}

void merkle_cover(struct merkle_range r, struct merkle_range ret_subtrees[2])
{
    assert(r.start <= r.end);
    ret_subtrees[0] = r;
    ret_subtrees[1] = (struct merkle_range){ r.end, r.end };
    if (r.end - r.start <= 1) return;
    const uint64_t last = r.end - 1;
    const unsigned split = bit_length(r.start ^ last) - 1;
    assert(split < 64);
    const uint64_t mask = (UINT64_C(1) << split) - 1;
    const uint64_t middle = last & ~mask;
    const unsigned left_bits = bit_length(~r.start & mask);
    const uint64_t left = r.start & ~((UINT64_C(1) << left_bits) - 1);
    ret_subtrees[0] = (struct merkle_range){ left, middle };
    ret_subtrees[1] = (struct merkle_range){ middle, r.end };
}

status merkle_root(const struct merkle_source *source, struct merkle_range r, hash *ret_root)
{
    if (!merkle_range_is_subtree(r)) return FAIL(E_VALUE);
    if (r.end > MERKLE_SIZE_MAX) return FAIL(E_LIMIT);
    if (r.start == r.end) {
        *ret_root = merkle_empty();
        return OK;
    }
    hash root = {};
    uint64_t right = r.end; /* everything from here to r.end is in root */
    while (right > r.start) {
        const unsigned level = (unsigned)__builtin_ctzll(right - r.start);
        hash left = {};
        right -= UINT64_C(1) << level;
        TRY(source->node(source->self, level, right >> level, &left));
        root = right + (UINT64_C(1) << level) == r.end ? left : merkle_node(left, root);
    }
    *ret_root = root;
    return OK;
}

static status prove_root(const struct merkle_source *source, uint64_t start, uint64_t end,
                         struct merkle_proof *proof)
{
    assert(proof->count < MERKLE_PROOF_MAX);
    TRY(merkle_root(source, (struct merkle_range){ start, end }, &proof->hashes[proof->count]));
    proof->count++;
    return OK;
}

static void reverse(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        const hash other = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = proof->hashes[i];
        proof->hashes[i] = other;
    }
}

/* Walks from the whole tree down to r, noting at each split the root of the side it leaves. */
status merkle_prove_subtree(const struct merkle_source *source, struct merkle_range r,
                            uint64_t size, struct merkle_proof *ret_proof)
{
    if (size > MERKLE_SIZE_MAX) return FAIL(E_LIMIT);
    if (r.end > size || !merkle_range_is_subtree(r)) return FAIL(E_VALUE);
    struct merkle_proof proof = { .count = 0 };
    struct merkle_range tree = { 0, size };
    bool known = true; /* the verifier knows the root of what is left of r: it is all of r */
    while (r.start != r.end && (tree.start != r.start || tree.end != r.end)) {
        const uint64_t len = tree.end - tree.start;
        const unsigned split = bit_length(len - 1) - 1; /* len > 1: r is a proper part of it */
        assert(split < 64);
        const uint64_t middle = tree.start + (UINT64_C(1) << split);
        if (r.end <= middle) {
            TRY(prove_root(source, middle, tree.end, &proof));
            tree.end = middle;
            continue;
        }
        TRY(prove_root(source, tree.start, middle, &proof));
        tree.start = middle;
        if (r.start < middle) {
            r.start = middle;
            known = false;
        }
    }
    if (!known) TRY(prove_root(source, r.start, r.end, &proof));
    reverse(&proof);
    *ret_proof = proof;
    return OK;
}

status merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                              struct merkle_proof *ret_proof)
{
    if (index >= size) return FAIL(E_VALUE);
    return merkle_prove_subtree(source, (struct merkle_range){ index, index + 1 }, size, ret_proof);
}

status merkle_prove_consistency(const struct merkle_source *source, uint64_t old_size,
                                uint64_t new_size, struct merkle_proof *ret_proof)
{
    return merkle_prove_subtree(source, (struct merkle_range){ 0, old_size }, new_size, ret_proof);
}

static bool hash_equal(hash a, hash b)
{
    return bytes_equal(a.bytes, b.bytes, sizeof a.bytes);
}

status merkle_verify_inclusion(uint64_t index, uint64_t size, hash leaf, const hash *proof,
                               size_t count, hash root)
{
    if (index >= size) return FAIL(E_INVALID);
    uint64_t fn = index;
    uint64_t sn = size - 1;
    for (size_t i = 0; i < count; i++) {
        if (sn == 0) return FAIL(E_INVALID);
        if ((fn & 1) != 0 || fn == sn) {
            leaf = merkle_node(proof[i], leaf);
            for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
                sn >>= 1;
        } else {
            leaf = merkle_node(leaf, proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash_equal(leaf, root) ? OK : FAIL(E_INVALID);
}

status merkle_verify_in_subtree(uint64_t index, struct merkle_range r, hash leaf, const hash *proof,
                                size_t count, hash root)
{
    if (!merkle_range_is_subtree(r) || index < r.start) return FAIL(E_INVALID);
    return merkle_verify_inclusion(index - r.start, r.end - r.start, leaf, proof, count, root);
}

status merkle_verify_consistency(uint64_t old_size, uint64_t new_size, const hash *proof,
                                 size_t count, const hash roots[2])
{
    if (old_size == 0) return FAIL(E_INVALID);
    return merkle_verify_subtree((struct merkle_range){ 0, old_size }, new_size, proof, count,
                                 roots);
}

/* The position in the tree of the part of a subtree that a proof starts from. */
struct climb {
    uint64_t fn; /* first, last node of the subtree and last of the tree, at the present level */
    uint64_t sn;
    uint64_t tn;
};

static void climb_up(struct climb *c)
{
    c->fn >>= 1;
    c->sn >>= 1;
    c->tn >>= 1;
}

/* Up to the node that a proof begins with: the whole subtree, or its rightmost complete part. */
static void climb_start(struct climb *c)
{
    const bool at_edge = c->sn == c->tn;
    while (c->fn != c->sn && (at_edge || (c->sn & 1) != 0))
        climb_up(c);
}

status merkle_verify_subtree(struct merkle_range r, uint64_t size, const hash *proof, size_t count,
                             const hash roots[2])
{
    if (r.end > size || !merkle_range_is_subtree(r)) return FAIL(E_INVALID);
    if (r.start == r.end) {
        return count == 0 && hash_equal(roots[0], merkle_empty()) ? OK : FAIL(E_INVALID);
    }
    struct climb at = { r.start, r.end - 1, size - 1 };
    climb_start(&at);
    size_t next = 0;
    if (at.fn != at.sn && count == 0) return FAIL(E_INVALID);
    hash of_subtree = at.fn == at.sn ? roots[0] : proof[next++];
    hash of_tree = of_subtree;
    for (; next < count; next++) {
        if (at.tn == 0) return FAIL(E_INVALID);
        if ((at.sn & 1) != 0 || at.sn == at.tn) {
            if (at.fn < at.sn) of_subtree = merkle_node(proof[next], of_subtree);
            of_tree = merkle_node(proof[next], of_tree);
            while ((at.sn & 1) == 0 && at.sn != 0)
                climb_up(&at);
        } else {
            of_tree = merkle_node(of_tree, proof[next]);
        }
        climb_up(&at);
    }
    const bool holds =
        at.tn == 0 && hash_equal(of_subtree, roots[0]) && hash_equal(of_tree, roots[1]);
    return holds ? OK : FAIL(E_INVALID);
}
