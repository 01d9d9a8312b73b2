/* SPDX-License-Identifier: Apache-2.0 */
#include "record/derive.h"

#include "base/bytes.h"
#include "base/banned.h"

enum { LABEL_RECORD_KEYS = 0x20, LABEL_SEAL_KEY = 0x21, LABEL_SALT = 0x22, INDEX_AT = 8 };

static_assert((int)SALT_BYTES == KEYSTREAM_BLOCK_BYTES, "a salt is one block");
static_assert((int)RECORD_KEY_BYTES == KEYSTREAM_BLOCK_BYTES, "a record key is one block");
static_assert((int)RECORD_KEY_BYTES == KEYSTREAM_SHORT_KEY_BYTES, "salts are drawn by record keys");

static void labelled(uint8_t label, const uint8_t *block_key, uint8_t *ret_key)
{
    uint8_t message[1 + BLOCK_KEY_BYTES] = { label };
    bytes_copy(message + 1, BLOCK_KEY_BYTES, (slice){ block_key, BLOCK_KEY_BYTES });
    hash h = sha256((slice){ message, sizeof message });
    bytes_copy(ret_key, SHA256_BYTES, (slice){ h.bytes, sizeof h.bytes });
    bytes_wipe(&h, sizeof h);
    bytes_wipe(message, sizeof message);
}

void derive_seal_key(const uint8_t block_key[BLOCK_KEY_BYTES], uint8_t ret_key[32])
{
    labelled(LABEL_SEAL_KEY, block_key, ret_key);
}

status derive_record_keys(const uint8_t block_key[BLOCK_KEY_BYTES], uint64_t first_index,
                          size_t count, uint8_t (*ret_keys)[RECORD_KEY_BYTES])
{
    uint8_t key[KEYSTREAM_LONG_KEY_BYTES];
    uint8_t counter[KEYSTREAM_BLOCK_BYTES] = {};
    put_u64(counter + INDEX_AT, first_index);
    labelled(LABEL_RECORD_KEYS, block_key, key);
    const status s = keystream_long(key, counter, count, ret_keys[0]);
    bytes_wipe(key, sizeof key);
    return s;
}

status derive_salts(const struct keystream_job *jobs, size_t count)
{
    static const uint8_t first_field[KEYSTREAM_BLOCK_BYTES] = { LABEL_SALT, [15] = 1 };
    return keystream_many(first_field, jobs, count);
}

status derive_opening_salts(const struct opening *o, const uint8_t *record_key, salt *ret_salts)
{
    if (o->form != OPENING_SALTED) {
        const uint8_t *key = o->form == OPENING_REKEYED ? o->record_key.at : record_key;
        const struct keystream_job job = derive_job(key, ret_salts, o->field_count);
        return derive_salts(&job, 1);
    }
    for (size_t i = 0; i < o->field_count; i++) {
        const bool kept = o->fields[i].type != TYPE_ERASED;
        if (kept) bytes_copy(ret_salts[i].bytes, SALT_BYTES, o->proofs[i]);
    }
    return OK;
}
