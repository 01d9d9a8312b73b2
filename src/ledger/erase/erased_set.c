/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/erased_set.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/banned.h"

static const char magic[] = "candorES";

enum {
    VERSION = 1,
    TAG_LEAF = 0x30,
    TAG_SALT = 0x31,
    TAG_NODE = 0x32,
    TAG_SET = 0x33,
};

status erased_items_check(const struct erased_item *items, uint64_t count)
{
    uint64_t end = 0;
    if (count == 0 || count > ERASED_ITEMS_MAX) return FAIL(E_LIMIT);
    for (uint64_t i = 0; i < count; i++) {
        const struct erased_item *item = &items[i];
        const bool fits = item->count > 0 && item->count <= UINT64_MAX - item->first;
        if (!fits || item->fields == 0 || (i > 0 && item->first < end)) return FAIL_AT(E_VALUE, i);
        end = item->first + item->count;
    }
    return OK;
}

uint64_t erased_amount(const struct erased_set *s)
{
    uint64_t amount = 0;
    for (uint32_t i = 0; i < s->count; i++)
        amount += s->items[i].count;
    return amount; /* below 2^64: the items are apart */
}

static void salt_make(const uint8_t seed[ERASED_SEED_BYTES], uint64_t position,
                      uint8_t ret_salt[ERASED_SALT_BYTES])
{
    uint8_t message[1 + ERASED_SEED_BYTES + 8] = { TAG_SALT };
    bytes_copy(message + 1, ERASED_SEED_BYTES, (slice){ seed, ERASED_SEED_BYTES });
    put_u64(message + 1 + ERASED_SEED_BYTES, position);
    const hash h = sha256((slice){ message, sizeof message });
    bytes_copy(ret_salt, ERASED_SALT_BYTES, (slice){ h.bytes, ERASED_SALT_BYTES });
}

static hash leaf_hash(const struct erased_item *item, const uint8_t salt[ERASED_SALT_BYTES])
{
    uint8_t message[1 + ERASED_SALT_BYTES + ERASED_ITEM_BYTES] = { TAG_LEAF };
    bytes_copy(message + 1, ERASED_SALT_BYTES, (slice){ salt, ERASED_SALT_BYTES });
    put_u64(message + 1 + ERASED_SALT_BYTES, item->first);
    put_u64(message + 9 + ERASED_SALT_BYTES, item->count);
    put_u64(message + 17 + ERASED_SALT_BYTES, item->fields);
    return sha256((slice){ message, sizeof message });
}

static hash node_hash(const hash *left, const hash *right)
{
    uint8_t message[1 + 2 * SHA256_BYTES] = { TAG_NODE };
    bytes_copy(message + 1, SHA256_BYTES, (slice){ left->bytes, SHA256_BYTES });
    bytes_copy(message + 1 + SHA256_BYTES, SHA256_BYTES, (slice){ right->bytes, SHA256_BYTES });
    return sha256((slice){ message, sizeof message });
}

static hash top_hash(uint64_t count, const hash *root)
{
    uint8_t message[1 + 8 + SHA256_BYTES] = { TAG_SET };
    put_u64(message + 1, count);
    bytes_copy(message + 9, SHA256_BYTES, (slice){ root->bytes, SHA256_BYTES });
    return sha256((slice){ message, sizeof message });
}

static hash *leaves_make(const struct erased_set *s)
{
    assert(s->count > 0 && s->count <= ERASED_ITEMS_MAX);
    hash *leaves = malloc(s->count * sizeof *leaves);
    for (uint32_t i = 0; leaves != NULL && i < s->count; i++) {
        uint8_t salt[ERASED_SALT_BYTES];
        salt_make(s->seed, i, salt);
        leaves[i] = leaf_hash(&s->items[i], salt);
    }
    return leaves;
}

/* Hashes a level into the one above it, in place: a node without a sibling moves up as it is, which
 * gives the tree of RFC 6962. */
static uint32_t level_up(hash *nodes, uint32_t count)
{
    for (uint32_t i = 0; i + 1 < count; i += 2)
        nodes[i / 2] = node_hash(&nodes[i], &nodes[i + 1]);
    if (count % 2 == 1) nodes[count / 2] = nodes[count - 1];
    return (count + 1) / 2;
}

status erased_set_hash(const struct erased_set *s, hash *ret_hash)
{
    hash *nodes = leaves_make(s);
    if (nodes == NULL) return FAIL(E_NOMEM);
    for (uint32_t count = s->count; count > 1;)
        count = level_up(nodes, count);
    *ret_hash = top_hash(s->count, &nodes[0]);
    free(nodes);
    return OK;
}

status erased_set_prove(const struct erased_set *s, uint32_t position,
                        struct erased_proof *ret_proof)
{
    assert(position < s->count);
    struct erased_proof p = { .item = s->items[position],
                              .position = position,
                              .set_count = s->count };
    salt_make(s->seed, position, p.salt);
    hash *nodes = leaves_make(s);
    if (nodes == NULL) return FAIL(E_NOMEM);
    for (uint32_t count = s->count; count > 1; position /= 2) {
        const uint32_t sibling = position ^ 1u;
        if (sibling < count) p.path[p.path_len++] = nodes[sibling];
        count = level_up(nodes, count);
    }
    free(nodes);
    *ret_proof = p;
    return OK;
}

status erased_proof_hash(const struct erased_proof *p, hash *ret_hash)
{
    TRY(erased_items_check(&p->item, 1));
    if (p->set_count == 0 || p->set_count > ERASED_ITEMS_MAX || p->position >= p->set_count) {
        return FAIL(E_VALUE);
    }
    hash node = leaf_hash(&p->item, p->salt);
    uint64_t position = p->position;
    uint32_t used = 0;
    for (uint64_t count = p->set_count; count > 1; count = (count + 1) / 2, position /= 2) {
        if ((position ^ 1u) >= count) continue;
        if (used == p->path_len) return FAIL(E_VALUE);
        const hash *sibling = &p->path[used++];
        node = position % 2 == 0 ? node_hash(&node, sibling) : node_hash(sibling, &node);
    }
    if (used != p->path_len) return FAIL(E_VALUE);
    *ret_hash = top_hash(p->set_count, &node);
    return OK;
}

void erased_file_write(const struct erased_set *s, struct writer *w)
{
    const size_t start = w->len;
    writer_text(w, magic);
    writer_u16(w, VERSION);
    for (int i = 0; i < 6; i++)
        writer_u8(w, 0);
    writer_u64(w, s->count);
    writer_bytes(w, (slice){ s->seed, sizeof s->seed });
    for (uint32_t i = 0; i < s->count; i++) {
        writer_u64(w, s->items[i].first);
        writer_u64(w, s->items[i].count);
        writer_u64(w, s->items[i].fields);
    }
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_bytes(w, (slice){ check.bytes, sizeof check.bytes });
}

static status head_parse(struct cursor *c, struct erased_set *s)
{
    static const uint8_t zeros[6];
    slice words = {};
    uint16_t version = 0;
    uint64_t count = 0;
    TRY(cursor_bytes(c, sizeof magic - 1, &words));
    if (!slice_is(words, magic)) return FAIL(E_SYNTAX);
    TRY(cursor_u16(c, &version));
    if (version != VERSION) return FAIL(E_UNKNOWN);
    TRY(cursor_bytes(c, sizeof zeros, &words));
    if (!bytes_equal(words.at, zeros, sizeof zeros)) return FAIL(E_SYNTAX);
    TRY(cursor_u64(c, &count));
    if (count == 0 || count > ERASED_ITEMS_MAX) return FAIL(E_LIMIT);
    s->count = (uint32_t)count;
    return cursor_copy(c, sizeof s->seed, s->seed);
}

status erased_file_parse(slice bytes, struct erased_item *ret_items, struct erased_set *ret_set)
{
    struct cursor c = cursor_of(bytes);
    struct erased_set s = { .items = ret_items };
    slice check = {};
    TRY(head_parse(&c, &s));
    for (uint32_t i = 0; i < s.count; i++) {
        TRY(cursor_u64(&c, &ret_items[i].first));
        TRY(cursor_u64(&c, &ret_items[i].count));
        TRY(cursor_u64(&c, &ret_items[i].fields));
    }
    const hash want = sha256((slice){ bytes.at, c.pos });
    TRY(cursor_bytes(&c, sizeof want.bytes, &check));
    TRY(cursor_end(&c));
    if (!bytes_equal(check.at, want.bytes, sizeof want.bytes)) return FAIL(E_INVALID);
    TRY(erased_items_check(ret_items, s.count));
    *ret_set = s;
    return OK;
}
