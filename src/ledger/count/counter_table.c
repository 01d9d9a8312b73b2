/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/counter_table.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/num.h"
#include "base/banned.h"

/*
 * The tree is that of RFC 6962: of n leaves the first 2^k form the left subtree, 2^k the largest
 * power of two below n. All three walks below (root, prove, verify) descend it in the same order,
 * so depth is bounded by COUNTER_DEPTH_MAX + 1: no table has more than 2^19 rows.
 */
enum { LABEL_LEAF = 0x14, LABEL_NODE = 0x15 };
static_assert(COUNTER_TABLE_ROWS_MAX <= 1 << COUNTER_DEPTH_MAX, "the depth bound");
static const char magic[8] = { 'c', 'a', 'n', 'd', 'o', 'r', 'C', 'T' };

status counter_table_format(const struct counter_table *t, struct writer *w)
{
    writer_bytes(w, (slice){ (const uint8_t *)magic, sizeof magic });
    writer_u64(w, t->size);
    writer_u16(w, t->closed);
    writer_u64(w, t->last_summary);
    writer_u32(w, (uint32_t)t->row_count);
    writer_bytes(w, t->rows);
    return writer_end(w);
}

static slice row_at(const struct counter_table *t, size_t row)
{
    assert(row < t->row_count);
    return (slice){ t->rows.at + row * COUNTER_ROW_BYTES, COUNTER_ROW_BYTES };
}

struct counter_key counter_table_key(const struct counter_table *t, size_t row)
{
    struct counter_key k;
    bytes_copy(k.bytes, sizeof k.bytes, (slice){ row_at(t, row).at, COUNTER_KEY_BYTES });
    return k;
}

uint64_t counter_table_count(const struct counter_table *t, size_t row)
{
    return get_u64(row_at(t, row).at + COUNTER_KEY_BYTES);
}

size_t counter_table_find(const struct counter_table *t, const struct counter_key *key)
{
    size_t low = 0;
    size_t high = t->row_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (__builtin_memcmp(row_at(t, middle).at, key->bytes, COUNTER_KEY_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool counter_table_differ(const struct counter_table *said, const struct counter_table *is,
                          struct counter_difference *ret_first)
{
    const size_t least = said->row_count < is->row_count ? said->row_count : is->row_count;
    size_t i = 0;
    while (i < least && slice_equal(row_at(said, i), row_at(is, i)))
        i++;
    const bool said_ends = i == said->row_count;
    const bool is_ends = i == is->row_count;
    if (said_ends && is_ends) return false;
    struct counter_difference d = {};
    const int order =
        said_ends ? 1
        : is_ends ? -1
                  : __builtin_memcmp(row_at(said, i).at, row_at(is, i).at, COUNTER_KEY_BYTES);
    d.key = counter_table_key(order <= 0 ? said : is, i);
    if (order <= 0) d.said = counter_table_count(said, i);
    if (order >= 0) d.is = counter_table_count(is, i);
    *ret_first = d;
    return true;
}

struct counter_table counter_table_part(const struct counter_table *t, size_t first, size_t end)
{
    assert(first <= end && end <= t->row_count);
    return (struct counter_table){
        .rows = { t->rows.at + first * COUNTER_ROW_BYTES, (end - first) * COUNTER_ROW_BYTES },
        .row_count = end - first,
    };
}

static status check_rows(const struct counter_table *t, struct fault *fault)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        const uint64_t count = counter_table_count(t, i);
        const bool ascends =
            i == 0 || __builtin_memcmp(row_at(t, i - 1).at, row_at(t, i).at, COUNTER_KEY_BYTES) < 0;
        if (!ascends) return fault_set(fault, FAIL(E_VALUE), "counter row %zu is not in order", i);
        if (count == 0) return fault_set(fault, FAIL(E_VALUE), "counter row %zu is 0", i);
        if (__builtin_add_overflow(sum, count, &sum)) {
            return fault_set(fault, FAIL(E_LIMIT), "counter row %zu makes the sum too large", i);
        }
    }
    if (sum != t->size) {
        return fault_set(fault, FAIL(E_VALUE), "the counters add up to %llu, not to the size %llu",
                         (unsigned long long)sum, (unsigned long long)t->size);
    }
    return OK;
}

static status parse_header(struct cursor *c, struct counter_table *t)
{
    slice first = slice_none();
    uint32_t rows = 0;
    TRY(cursor_bytes(c, sizeof magic, &first));
    if (!bytes_equal(first.at, magic, sizeof magic)) return FAIL(E_SYNTAX);
    TRY(cursor_u64(c, &t->size));
    TRY(cursor_u16(c, &t->closed));
    TRY(cursor_u64(c, &t->last_summary));
    TRY(cursor_u32(c, &rows));
    if (rows > COUNTER_TABLE_ROWS_MAX) return FAIL(E_LIMIT);
    t->row_count = rows;
    TRY(cursor_bytes(c, t->row_count * COUNTER_ROW_BYTES, &t->rows));
    return cursor_end(c);
}

status counter_table_parse(slice bytes, struct counter_table *ret_table, struct fault *fault)
{
    struct counter_table t = {};
    struct cursor c = cursor_of(bytes);
    const status header = parse_header(&c, &t);
    if (header.code != E_OK) {
        return fault_set(fault, header, "counter table of %zu bytes: %s", bytes.len,
                         status_text(header));
    }
    TRY(check_rows(&t, fault));
    *ret_table = t;
    return OK;
}

static hash leaf_of(slice row)
{
    uint8_t message[1 + COUNTER_ROW_BYTES] = { LABEL_LEAF };
    bytes_copy(message + 1, COUNTER_ROW_BYTES, row);
    return sha256((slice){ message, sizeof message });
}

static hash node_of(const hash *left, const hash *right)
{
    uint8_t message[1 + 2 * SHA256_BYTES] = { LABEL_NODE };
    bytes_copy(message + 1, SHA256_BYTES, (slice){ left->bytes, SHA256_BYTES });
    bytes_copy(message + 1 + SHA256_BYTES, SHA256_BYTES, (slice){ right->bytes, SHA256_BYTES });
    return sha256((slice){ message, sizeof message });
}

/* The leaves of the left subtree of n > 1. */
static size_t left_of(size_t n)
{
    size_t left = 1;
    while (left * 2 < n)
        left *= 2;
    return left;
}

/* The root over rows [begin, begin + n), n >= 1, from a stack of complete subtrees: one for each
 * bit of the number of leaves taken. */
static hash subtree_root(const struct counter_table *t, size_t begin, size_t n)
{
    hash stack[COUNTER_DEPTH_MAX + 1] = {};
    size_t depth = 0;
    for (size_t i = 0; i < n; i++) {
        hash h = leaf_of(row_at(t, begin + i));
        for (size_t taken = i; taken % 2 != 0; taken /= 2)
            h = node_of(&stack[--depth], &h);
        assert(depth < COUNT_OF(stack));
        stack[depth++] = h;
    }
    while (depth > 1) {
        stack[depth - 2] = node_of(&stack[depth - 2], &stack[depth - 1]);
        depth--;
    }
    return stack[0];
}

hash counter_table_root(const struct counter_table *t)
{
    return t->row_count == 0 ? sha256(slice_none()) : subtree_root(t, 0, t->row_count);
}

/* A subtree: rows [begin, begin + n). */
struct span {
    size_t begin;
    size_t n;
};

static bool outside(struct span s, struct span range)
{
    return s.begin + s.n <= range.begin || s.begin >= range.begin + range.n;
}

size_t counter_table_prove(const struct counter_table *t, size_t first, size_t count,
                           hash ret_path[COUNTER_PATH_MAX])
{
    const struct span range = { first, count };
    struct span open[COUNTER_DEPTH_MAX + 2];
    size_t open_count = 0;
    size_t path_count = 0;
    assert(count >= 1 && first < t->row_count && count <= t->row_count - first);
    open[open_count++] = (struct span){ 0, t->row_count };
    while (open_count > 0) {
        const struct span s = open[--open_count];
        if (outside(s, range)) {
            assert(path_count < COUNTER_PATH_MAX);
            ret_path[path_count++] = subtree_root(t, s.begin, s.n);
        } else if (s.n > 1) {
            const size_t left = left_of(s.n);
            assert(open_count + 2 <= COUNT_OF(open));
            open[open_count++] = (struct span){ s.begin + left, s.n - left };
            open[open_count++] = (struct span){ s.begin, left };
        }
    }
    return path_count;
}

/* What a verifier has not used yet. */
struct evidence {
    slice rows;
    struct span range;
    const hash *path;
    size_t path_left;
};

/* The root of the subtree; depth counts down from COUNTER_DEPTH_MAX + 1 and bounds the recursion.
 */
static status span_root(struct evidence *e, struct span s, unsigned depth, hash *ret_root)
{
    if (depth == 0) return FAIL(E_LIMIT);
    if (outside(s, e->range)) {
        if (e->path_left == 0) return FAIL(E_INVALID);
        *ret_root = *e->path++;
        e->path_left--;
        return OK;
    }
    if (s.n == 1) {
        const size_t row = s.begin - e->range.begin;
        *ret_root = leaf_of((slice){ e->rows.at + row * COUNTER_ROW_BYTES, COUNTER_ROW_BYTES });
        return OK;
    }
    const size_t left_n = left_of(s.n);
    hash left;
    hash right;
    TRY(span_root(e, (struct span){ s.begin, left_n }, depth - 1, &left));
    TRY(span_root(e, (struct span){ s.begin + left_n, s.n - left_n }, depth - 1, &right));
    *ret_root = node_of(&left, &right);
    return OK;
}

status counter_rows_root(slice rows, size_t first, size_t row_count, const hash *path,
                         size_t path_count, hash *ret_root)
{
    const size_t count = rows.len / COUNTER_ROW_BYTES;
    if (rows.len % COUNTER_ROW_BYTES != 0 || row_count > COUNTER_TABLE_ROWS_MAX)
        return FAIL(E_LIMIT);
    if (first > row_count || count > row_count - first) return FAIL(E_LIMIT);
    if (row_count == 0) {
        if (path_count != 0) return FAIL(E_INVALID);
        *ret_root = sha256(slice_none());
        return OK;
    }
    if (count == 0) return FAIL(E_LIMIT);
    struct evidence e = { rows, { first, count }, path, path_count };
    hash root;
    TRY(span_root(&e, (struct span){ 0, row_count }, COUNTER_DEPTH_MAX + 1, &root));
    if (e.path_left != 0) return FAIL(E_INVALID);
    *ret_root = root;
    return OK;
}
