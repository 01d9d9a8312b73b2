/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/block.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "lib/crypto.h"
#include "lib/pack.h"
#include "base/banned.h"

enum { AAD_BYTES = BLOCK_HEAD_BYTES };

struct block_codec {
    struct crypto *crypto; /* NULL: in the clear */
    struct pack *pack;
    int level;
    uint8_t *packed; /* owned, packed_cap bytes of scratch */
    size_t packed_cap;
    size_t packed_used; /* what of it has held anything */
};

struct block_codec *block_codec_new(int level, bool encrypt)
{
    struct block_codec *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->level = level;
    c->packed_cap = pack_bound(BLOCK_PLAIN_BYTES_MAX);
    c->packed = malloc(c->packed_cap);
    c->pack = pack_new();
    c->crypto = encrypt ? crypto_new() : NULL;
    if (c->packed != NULL && c->pack != NULL && (c->crypto != NULL || !encrypt)) return c;
    block_codec_free(c);
    return NULL;
}

void block_codec_free(struct block_codec *c)
{
    if (c == NULL) return;
    if (c->packed != NULL) bytes_wipe(c->packed, c->packed_used);
    free(c->packed);
    pack_free(c->pack);
    crypto_free(c->crypto);
    free(c);
}

static void note_used(struct block_codec *c, size_t len)
{
    if (len > c->packed_used) c->packed_used = len;
}

size_t block_bound(size_t plain_bytes)
{
    return BLOCK_HEAD_BYTES + plain_bytes + CRYPTO_TAG_BYTES;
}

/* What the tag also covers: everything of the head but the wrapped key, so that a rewrapped key
 * does not change the block. */
static slice aad_write(const struct block_head *head, uint8_t buffer[AAD_BYTES])
{
    struct block_head bare = *head;
    bytes_wipe(bare.wrapped_key, sizeof bare.wrapped_key);
    struct writer w = writer_of(buffer, AAD_BYTES);
    block_head_write(&bare, &w);
    assert(w.error == E_OK);
    return writer_slice(&w);
}

/* The smaller of the packed and the plain block. */
static status squeeze(struct block_codec *c, slice plain, struct block_head *head,
                      slice *ret_packed)
{
    *ret_packed = plain;
    head->packing = BLOCK_STORED;
    if (c->level == 0) return OK;
    struct writer w = writer_of(c->packed, c->packed_cap);
    note_used(c, pack_bound(plain.len)); /* libzstd may write beyond what it keeps */
    TRY(pack_compress(c->pack, plain, c->level, &w));
    if (w.len >= plain.len) return OK;
    *ret_packed = writer_slice(&w);
    head->packing = BLOCK_ZSTD;
    return OK;
}

status block_seal(struct block_codec *c, const uint8_t key[BLOCK_KEY_BYTES], slice plain,
                  struct block_head *head, struct writer *out)
{
    static const uint8_t nonce[CRYPTO_NONCE_BYTES]; /* the key below seals once */
    uint8_t buffer[AAD_BYTES];
    slice packed = {};
    if (plain.len > BLOCK_PLAIN_BYTES_MAX) return FAIL(E_LIMIT);
    TRY(squeeze(c, plain, head, &packed));
    head->plain_bytes = (uint32_t)plain.len;
    head->sealed_bytes = (uint32_t)(packed.len + (c->crypto == NULL ? 0 : CRYPTO_TAG_BYTES));
    block_head_write(head, out);
    uint8_t *sealed = writer_room(out, head->sealed_bytes);
    if (sealed == NULL) return FAIL(E_LIMIT);
    if (c->crypto == NULL) {
        bytes_copy(sealed, head->sealed_bytes, packed);
        return OK;
    }
    uint8_t seal_key[CRYPTO_KEY_BYTES];
    derive_seal_key(key, seal_key);
    const slice aad = aad_write(head, buffer);
    const struct crypto_box box = { .key = seal_key, .nonce = nonce, .aad = aad };
    const status s = crypto_seal(c->crypto, &box, packed, sealed);
    bytes_wipe(seal_key, sizeof seal_key);
    return s;
}

static status unseal(struct block_codec *c, const uint8_t key[BLOCK_KEY_BYTES],
                     const struct block_head *head, slice sealed, slice *ret_packed)
{
    static const uint8_t nonce[CRYPTO_NONCE_BYTES];
    uint8_t buffer[AAD_BYTES];
    if (sealed.len < CRYPTO_TAG_BYTES) return FAIL(E_SHORT);
    if (sealed.len - CRYPTO_TAG_BYTES > c->packed_cap) return FAIL(E_LIMIT);
    uint8_t seal_key[CRYPTO_KEY_BYTES];
    note_used(c, sealed.len);
    derive_seal_key(key, seal_key);
    const slice aad = aad_write(head, buffer);
    const struct crypto_box box = { .key = seal_key, .nonce = nonce, .aad = aad };
    const status s = crypto_open(c->crypto, &box, sealed, c->packed);
    bytes_wipe(seal_key, sizeof seal_key);
    *ret_packed = (slice){ c->packed, sealed.len - CRYPTO_TAG_BYTES };
    return s;
}

status block_open(struct block_codec *c, const uint8_t key[BLOCK_KEY_BYTES],
                  const struct block_head *head, slice sealed, struct writer *plain)
{
    slice packed = sealed;
    if (head->sealed_bytes != sealed.len) return FAIL(E_SHORT);
    if (c->crypto != NULL) TRY(unseal(c, key, head, sealed, &packed));
    if (head->packing == BLOCK_STORED) {
        writer_bytes(plain, packed);
    } else if (pack_expand(c->pack, packed, plain).code != E_OK) {
        return FAIL(E_CORRUPT);
    }
    return plain->error == E_OK && plain->len == head->plain_bytes ? OK : FAIL(E_CORRUPT);
}

status block_next_opening(struct cursor *plain, struct block_opening *ret_opening)
{
    struct cursor next = *plain;
    uint32_t len = 0;
    struct block_opening o = { .opening = slice_none() };
    TRY(cursor_u32(&next, &len));
    o.gone = len == BLOCK_OPENING_GONE;
    if (!o.gone && len > BLOCK_PLAIN_BYTES_MAX) return FAIL(E_LIMIT);
    if (!o.gone) TRY(cursor_bytes(&next, len, &o.opening));
    *ret_opening = o;
    *plain = next;
    return OK;
}
