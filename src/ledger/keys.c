/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/keys.h"

#include <assert.h>
#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/sha256.h"
#include "base/text.h"
#include "ledger/keyring.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "lib/crypto.h"
#include "os/secret.h"
#include "os/failpoint.h"
#include "base/banned.h"

static_assert(GROUP_WRAPPED_BYTES == CRYPTO_NONCE_BYTES + KEYS_KEY_BYTES + CRYPTO_TAG_BYTES,
              "a wrapped key is nonce, ciphertext and tag");

enum { AAD_BYTES_MAX = KEYRING_AAD_BYTES_MAX };

slice keyring_aad(const char *label, uint64_t a, uint64_t b, uint8_t buffer[AAD_BYTES_MAX])
{
    struct writer w = writer_of(buffer, AAD_BYTES_MAX);
    writer_text(&w, label);
    writer_u64(&w, a);
    writer_u64(&w, b);
    assert(w.error == E_OK);
    return writer_slice(&w);
}

status keyring_wrap(struct keys *k, const uint8_t *by, slice aad, const uint8_t key[KEYS_KEY_BYTES],
                    uint8_t ret_wrapped[GROUP_WRAPPED_BYTES], struct fault *f)
{
    TRY(k->store->ops->random(k->store->self, ret_wrapped, CRYPTO_NONCE_BYTES, f));
    const struct crypto_box box = { .key = by, .nonce = ret_wrapped, .aad = aad };
    const status sealed = crypto_seal(k->crypto, &box, (slice){ key, KEYS_KEY_BYTES },
                                      ret_wrapped + CRYPTO_NONCE_BYTES);
    return sealed.code == E_OK ? OK
                               : fault_set(f, sealed, "wrapping a key: %s", status_text(sealed));
}

status keyring_unwrap(struct keys *k, const uint8_t *by, slice aad,
                      const uint8_t wrapped[GROUP_WRAPPED_BYTES], uint8_t ret_key[KEYS_KEY_BYTES])
{
    const struct crypto_box box = { .key = by, .nonce = wrapped, .aad = aad };
    const slice sealed = { wrapped + CRYPTO_NONCE_BYTES, KEYS_KEY_BYTES + CRYPTO_TAG_BYTES };
    return crypto_open(k->crypto, &box, sealed, ret_key);
}

/* keys/root: "candor root key v1\n", Base64 of the key, "\n", hexadecimal check, "\n". The check is
 * there so that a damaged key is named as such, instead of every block failing to open. */
static const char root_title[] = "candor root key v1\n";

static void root_check(const uint8_t key[KEYS_KEY_BYTES], uint8_t ret_check[8])
{
    struct sha256 s;
    hash h;
    sha256_init(&s);
    sha256_update(&s, slice_text(root_title));
    sha256_update(&s, (slice){ key, KEYS_KEY_BYTES });
    sha256_final(&s, &h);
    bytes_copy(ret_check, 8, (slice){ h.bytes, 8 });
}

static void root_write(const uint8_t key[KEYS_KEY_BYTES], struct writer *w)
{
    uint8_t check[8];
    root_check(key, check);
    writer_text(w, root_title);
    writer_base64(w, (slice){ key, KEYS_KEY_BYTES });
    writer_text(w, "\n");
    writer_hex(w, (slice){ check, sizeof check });
    writer_text(w, "\n");
}

/* The detail of a failure is the offset where the text stops being a root key. */
static status root_parse(slice text, uint8_t ret_key[KEYS_KEY_BYTES])
{
    const slice title = slice_text(root_title);
    if (!slice_starts(text, title)) return FAIL_AT(E_SYNTAX, text_common(text, title));
    struct cursor c = cursor_of(text);
    c.pos = title.len;
    slice line = {};
    size_t len = 0;
    if (cursor_line(&c, &line).code != E_OK) return FAIL_AT(E_SHORT, text.len);
    const status decoded = base64_decode(line, ret_key, KEYS_KEY_BYTES, &len);
    if (decoded.code != E_OK || len != KEYS_KEY_BYTES) return FAIL_AT(E_SYNTAX, title.len);
    uint8_t again[128];
    struct writer w = writer_of(again, sizeof again);
    root_write(ret_key, &w);
    const size_t same = text_common(writer_slice(&w), text);
    const bool equal = same == w.len && same == text.len; /* one spelling only */
    bytes_wipe(again, sizeof again);
    return equal ? OK : FAIL_AT(E_INVALID, same);
}

status keys_create(const struct store *store, struct fault *f)
{
    uint8_t key[KEYS_KEY_BYTES];
    uint8_t text[128];
    TRY(store->ops->make_dir(store->self, LAYOUT_KEYS, f));
    TRY(store->ops->random(store->self, key, sizeof key, f));
    struct writer w = writer_of(text, sizeof text);
    root_write(key, &w);
    const status written = store_file_create(store, LAYOUT_ROOT_KEY, writer_slice(&w), f);
    bytes_wipe(key, sizeof key);
    bytes_wipe(text, sizeof text);
    TRY(written);
    TRY(store->ops->sync_dir(store->self, LAYOUT_KEYS, f));
    return store->ops->sync_dir(store->self, "", f);
}

static status root_load(const struct store *store, uint8_t ret_key[KEYS_KEY_BYTES], struct fault *f)
{
    uint8_t text[128];
    size_t len = 0;
    TRY(store_file_read(store, LAYOUT_ROOT_KEY, text, sizeof text, &len, f));
    const status parsed = root_parse((slice){ text, len }, ret_key);
    bytes_wipe(text, sizeof text);
    if (parsed.code == E_OK) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %d: not a root key: %s", LAYOUT_ROOT_KEY,
                     parsed.detail, status_text(parsed));
}

status keys_open(const struct store *store, const uint8_t *root_key, struct keys **ret_keys,
                 struct fault *f)
{
    struct secret memory = {};
    TRY(secret_new(sizeof(struct keys), &memory, f));
    struct keys *k = (struct keys *)(void *)memory.bytes;
    k->memory = memory;
    k->store = store;
    k->crypto = crypto_new();
    status s = k->crypto == NULL ? fault_set(f, FAIL(E_NOMEM), "keys: no AES-256-GCM context") : OK;
    if (s.code == E_OK && root_key != NULL) {
        bytes_copy(k->root, sizeof k->root, (slice){ root_key, KEYS_KEY_BYTES });
    } else if (s.code == E_OK) {
        s = root_load(store, k->root, f);
    }
    if (s.code != E_OK) {
        keys_free(k);
        return s;
    }
    *ret_keys = k;
    return OK;
}

static void group_drop(struct group *g)
{
    free(g->table);
    bytes_wipe(g, sizeof *g);
}

void keys_free(struct keys *k)
{
    if (k == NULL) return;
    for (size_t i = 0; i < CACHED_GROUPS; i++)
        group_drop(&k->groups[i]);
    crypto_free(k->crypto);
    struct secret memory = k->memory;
    secret_free(&memory);
}

bool keys_are_locked(const struct keys *k)
{
    return k->memory.locked;
}

static status group_corrupt(struct fault *f, uint64_t number, uint64_t offset, const char *what,
                            status why)
{
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %llu: %s: %s", layout_group(number).text,
                     (unsigned long long)offset, what, status_text(why));
}

/* Reads the active slot of a group's file. ret_bytes is GROUP_SLOT_BYTES long and holds the slot.
 */
static status slot_read(struct keys *k, uint64_t number, int file, uint8_t *ret_bytes,
                        struct group_slot *ret_slot, struct fault *f)
{
    uint8_t selector[GROUP_SELECTOR_BYTES];
    size_t len = 0;
    unsigned active = 0;
    const struct store *s = k->store;
    TRY(s->ops->read(s->self, file, 0, selector, sizeof selector, &len, f));
    status why = group_selector_parse((slice){ selector, len }, &active);
    if (why.code != E_OK) return group_corrupt(f, number, 0, "selector", why);
    const uint64_t at = active == 0 ? GROUP_SLOT_0_AT : GROUP_SLOT_1_AT;
    TRY(s->ops->read(s->self, file, at, ret_bytes, GROUP_SLOT_BYTES, &len, f));
    why = group_slot_parse((slice){ ret_bytes, len }, ret_slot);
    if (why.code != E_OK) return group_corrupt(f, number, at, "slot", why);
    if (ret_slot->group == number) return OK;
    return group_corrupt(f, number, at, "group number", FAIL(E_VALUE));
}

static status group_keep(struct keys *k, const struct group_slot *slot, struct group *g,
                         struct fault *f)
{
    uint8_t buffer[AAD_BYTES_MAX];
    const slice aad = keyring_aad("candor group key", slot->group, slot->generation, buffer);
    const status opened = keyring_unwrap(k, k->root, aad, slot->wrapped_group_key, g->key);
    if (opened.code != E_OK) {
        return group_corrupt(f, slot->group, GROUP_SLOT_0_AT, "key under the root key", opened);
    }
    g->table = malloc(slot->table.len + 1);
    if (g->table == NULL) return fault_set(f, FAIL(E_NOMEM), "keys: out of memory");
    bytes_copy(g->table, slot->table.len, slot->table);
    g->count = slot->count;
    g->generation = slot->generation;
    g->rewrites_bytes = slot->rewrites_bytes;
    g->number = slot->group;
    g->loaded = true;
    return OK;
}

static status group_load_once(struct keys *k, uint64_t number, struct group *g, struct fault *f)
{
    const struct store *s = k->store;
    int file = -1;
    TRY(s->ops->open(s->self, layout_group(number).text, STORE_READ, &file, f));
    uint8_t *bytes = malloc(GROUP_SLOT_BYTES);
    struct group_slot slot = {};
    status result = bytes == NULL ? fault_set(f, FAIL(E_NOMEM), "keys: out of memory") : OK;
    if (result.code == E_OK) result = slot_read(k, number, file, bytes, &slot, f);
    s->ops->close(s->self, file);
    if (result.code == E_OK) result = group_keep(k, &slot, g, f);
    free(bytes);
    if (result.code != E_OK) group_drop(g);
    return result;
}

/* A running node may turn to the other slot while this one is being read: then it is read again. */
static status group_load(struct keys *k, uint64_t number, struct group *g, struct fault *f)
{
    status s = group_load_once(k, number, g, f);
    for (int tries = 1; s.code == E_CORRUPT && tries < SLOT_TRIES; tries++)
        s = group_load_once(k, number, g, f);
    return s;
}

/* Writes the file of a new group and makes it durable: temporary name, write, sync, rename, sync of
 * the folder. A crash leaves either no group or a whole one. */
static status group_create(struct keys *k, uint64_t number, struct fault *f)
{
    uint8_t key[KEYS_KEY_BYTES];
    uint8_t buffer[AAD_BYTES_MAX];
    uint8_t bytes[GROUP_SLOT_0_AT + GROUP_SLOT_FIXED_BYTES] = {};
    struct group_slot slot = { .group = number, .table = slice_none() };
    TRY(k->store->ops->random(k->store->self, key, sizeof key, f));
    const slice aad = keyring_aad("candor group key", number, slot.generation, buffer);
    const status wrapped = keyring_wrap(k, k->root, aad, key, slot.wrapped_group_key, f);
    bytes_wipe(key, sizeof key);
    TRY(wrapped);
    struct writer selector = writer_of(bytes, GROUP_SELECTOR_BYTES);
    struct writer body = writer_of(bytes + GROUP_SLOT_0_AT, GROUP_SLOT_FIXED_BYTES);
    group_selector_write(0, &selector);
    group_slot_write(&slot, &body);
    assert(writer_end(&selector).code == E_OK && writer_end(&body).code == E_OK);
    return store_file_replace(k->store, layout_group(number).text, (slice){ bytes, sizeof bytes },
                              f);
}

status keyring_group(struct keys *k, uint64_t number, struct group **ret_group, struct fault *f)
{
    struct group *stalest = &k->groups[0];
    for (size_t i = 0; i < CACHED_GROUPS; i++) {
        struct group *g = &k->groups[i];
        if (g->loaded && g->number == number) {
            g->used = ++k->turn;
            *ret_group = g;
            return OK;
        }
        if (g->used < stalest->used) stalest = g;
    }
    group_drop(stalest);
    TRY(group_load(k, number, stalest, f));
    stalest->used = ++k->turn;
    *ret_group = stalest;
    return OK;
}

void keyring_forget(struct keys *k, uint64_t number)
{
    for (size_t i = 0; i < CACHED_GROUPS; i++) {
        struct group *g = &k->groups[i];
        if (g->loaded && g->number == number) group_drop(g);
    }
}

void keys_forget(struct keys *k)
{
    for (size_t i = 0; i < CACHED_GROUPS; i++)
        group_drop(&k->groups[i]);
}

const struct store *keys_store(const struct keys *k)
{
    return k->store;
}

status keys_group_state(struct keys *k, uint64_t group, struct keys_group *ret_state,
                        struct fault *f)
{
    struct group *g = NULL;
    TRY(keyring_group(k, group, &g, f));
    *ret_state = (struct keys_group){ g->generation, g->rewrites_bytes, g->count };
    return OK;
}

status keys_prepare(struct keys *k, uint64_t first, uint64_t count, struct fault *f)
{
    struct group *g = NULL;
    assert(count > 0 && first <= UINT64_MAX - count);
    for (uint64_t n = first / GROUP_BLOCKS; n <= (first + count - 1) / GROUP_BLOCKS; n++) {
        const status s = keyring_group(k, n, &g, f);
        if (s.code == E_OK) continue;
        if (s.code != E_NOT_FOUND) return s;
        if (n * GROUP_BLOCKS < first)
            return fault_within(f, s, "the key of recorded blocks is lost");
        failpoint("group-create");
        TRY(group_create(k, n, f));
        failpoint("group-created");
    }
    return OK;
}

status keys_wrap(struct keys *k, uint64_t block, const uint8_t key[KEYS_KEY_BYTES],
                 uint8_t ret_wrapped[GROUP_WRAPPED_BYTES], struct fault *f)
{
    struct group *g = NULL;
    uint8_t buffer[AAD_BYTES_MAX];
    TRY(keyring_group(k, block / GROUP_BLOCKS, &g, f));
    const slice aad = keyring_aad("candor block key", g->number, block, buffer);
    return keyring_wrap(k, g->key, aad, key, ret_wrapped, f);
}

status keys_unwrap(struct keys *k, uint64_t block, const uint8_t wrapped[GROUP_WRAPPED_BYTES],
                   uint8_t ret_key[KEYS_KEY_BYTES], struct fault *f)
{
    static const uint8_t destroyed[GROUP_WRAPPED_BYTES];
    uint8_t lost[GROUP_WRAPPED_BYTES];
    struct group *g = NULL;
    uint8_t buffer[AAD_BYTES_MAX];
    TRY(keyring_group(k, block / GROUP_BLOCKS, &g, f));
    const uint32_t in_group = (uint32_t)(block % GROUP_BLOCKS);
    const bool in_table = in_group < g->count;
    const uint8_t *from = in_table ? g->table + (size_t)in_group * GROUP_WRAPPED_BYTES : wrapped;
    group_lost_mark(lost);
    const bool is_absent = in_table ? bytes_equal(from, lost, sizeof lost)
                                    : bytes_equal(from, destroyed, sizeof destroyed);
    if (is_absent || bytes_equal(from, destroyed, sizeof destroyed)) {
        return fault_set(f, FAIL_AT(E_ERASED, is_absent ? KEYS_ABSENT : 0),
                         "block %llu: it has no key", (unsigned long long)block);
    }
    const slice aad = keyring_aad("candor block key", g->number, block, buffer);
    if (keyring_unwrap(k, g->key, aad, from, ret_key).code == E_OK) return OK;
    return fault_set(
        f, FAIL(E_CORRUPT),
        "block %llu: its wrapped key does not open: damaged, or keys/ is older than it",
        (unsigned long long)block);
}

/* The spare slot and the gaps hold zeros only: a group key that lingers there would outlive
 * erasure. */
static status zeros_check(slice bytes, size_t from, size_t to, const char *name, struct fault *f)
{
    for (size_t i = from; i < to && i < bytes.len; i++) {
        if (bytes.at[i] == 0) continue;
        return fault_set(f, FAIL(E_CORRUPT), "%s: offset %zu: not zero outside the active slot",
                         name, i);
    }
    return OK;
}

status keys_check_group(struct keys *k, uint64_t group, struct fault *f)
{
    const struct layout_name name = layout_group(group);
    uint8_t *bytes = malloc(GROUP_FILE_BYTES_MAX + 1);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "keys: out of memory");
    size_t len = 0;
    unsigned active = 0;
    struct group fresh = {};
    struct group_slot slot = {};
    status s = store_file_read(k->store, name.text, bytes, GROUP_FILE_BYTES_MAX, &len, f);
    if (s.code == E_OK) s = group_load(k, group, &fresh, f);
    group_drop(&fresh);
    const slice all = { bytes, len };
    if (s.code == E_OK) s = group_selector_parse(all, &active);
    const size_t at = active == 0 ? GROUP_SLOT_0_AT : GROUP_SLOT_1_AT;
    if (s.code == E_OK) s = group_slot_parse(slice_from(all, at), &slot);
    const size_t end = at + GROUP_SLOT_FIXED_BYTES + slot.table.len;
    if (s.code == E_OK) s = zeros_check(all, GROUP_SELECTOR_BYTES, at, name.text, f);
    if (s.code == E_OK) s = zeros_check(all, end, len, name.text, f);
    free(bytes);
    return s;
}
