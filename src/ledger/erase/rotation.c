/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/rotation.h"

#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/keyring.h"
#include "ledger/layout.h"
#include "os/failpoint.h"
#include "base/banned.h"

static const uint64_t slot_at[2] = { GROUP_SLOT_0_AT, GROUP_SLOT_1_AT };

struct rotation {
    struct secret memory; /* where this object lives */
    struct keys *keys;    /* borrowed */
    uint64_t group;
    uint64_t generation;
    uint8_t key[KEYS_KEY_BYTES];
    uint32_t count;
    uint8_t table[GROUP_BLOCKS * GROUP_WRAPPED_BYTES];
    uint8_t slot[GROUP_SLOT_BYTES];
};

status rotation_new(struct keys *k, uint64_t group, struct rotation **ret_rotation, struct fault *f)
{
    struct secret memory = {};
    struct group *g = NULL;
    TRY(keyring_group(k, group, &g, f));
    const uint64_t generation = g->generation;
    TRY(secret_new(sizeof(struct rotation), &memory, f));
    struct rotation *r = (struct rotation *)(void *)memory.bytes;
    r->memory = memory;
    r->keys = k;
    r->group = group;
    r->generation = generation + 1;
    const status drawn = k->store->ops->random(k->store->self, r->key, sizeof r->key, f);
    if (drawn.code != E_OK) {
        rotation_free(r);
        return drawn;
    }
    *ret_rotation = r;
    return OK;
}

void rotation_free(struct rotation *r)
{
    if (r == NULL) return;
    struct secret memory = r->memory;
    secret_free(&memory);
}

static uint64_t next_block(const struct rotation *r)
{
    assert(r->count < GROUP_BLOCKS);
    return r->group * GROUP_BLOCKS + r->count;
}

void rotation_destroy(struct rotation *r)
{
    (void)next_block(r);
    r->count++; /* the table was zeroed when it was made */
}

void rotation_lose(struct rotation *r)
{
    (void)next_block(r);
    group_lost_mark(r->table + (size_t)r->count * GROUP_WRAPPED_BYTES);
    r->count++;
}

status rotation_replace(struct rotation *r, const uint8_t key[KEYS_KEY_BYTES], struct fault *f)
{
    uint8_t buffer[KEYRING_AAD_BYTES_MAX];
    const slice aad = keyring_aad("candor block key", r->group, next_block(r), buffer);
    uint8_t *to = r->table + (size_t)r->count * GROUP_WRAPPED_BYTES;
    TRY(keyring_wrap(r->keys, r->key, aad, key, to, f));
    r->count++;
    return OK;
}

status rotation_keep(struct rotation *r, const uint8_t wrapped[GROUP_WRAPPED_BYTES],
                     struct fault *f)
{
    uint8_t key[KEYS_KEY_BYTES];
    status s = keys_unwrap(r->keys, next_block(r), wrapped, key, f);
    if (s.code == E_ERASED) {
        if (s.detail == KEYS_ABSENT) {
            rotation_lose(r);
        } else {
            rotation_destroy(r);
        }
        return OK;
    }
    if (s.code == E_OK) s = rotation_replace(r, key, f);
    bytes_wipe(key, sizeof key);
    return s;
}

static status slot_make(struct rotation *r, uint64_t rewrites_bytes, slice *ret_bytes,
                        struct fault *f)
{
    uint8_t buffer[KEYRING_AAD_BYTES_MAX];
    struct group_slot slot = { .group = r->group,
                               .generation = r->generation,
                               .count = r->count,
                               .rewrites_bytes = rewrites_bytes };
    const slice aad = keyring_aad("candor group key", r->group, r->generation, buffer);
    TRY(keyring_wrap(r->keys, r->keys->root, aad, r->key, slot.wrapped_group_key, f));
    slot.table = (slice){ r->table, (size_t)r->count * GROUP_WRAPPED_BYTES };
    struct writer w = writer_of(r->slot, sizeof r->slot);
    group_slot_write(&slot, &w);
    assert(writer_end(&w).code == E_OK);
    *ret_bytes = writer_slice(&w);
    return OK;
}

static status selector_read(const struct store *s, int file, uint64_t group, unsigned *ret_active,
                            struct fault *f)
{
    uint8_t bytes[GROUP_SELECTOR_BYTES];
    size_t len = 0;
    TRY(s->ops->read(s->self, file, 0, bytes, sizeof bytes, &len, f));
    const status parsed = group_selector_parse_torn((slice){ bytes, len }, ret_active);
    if (parsed.code == E_OK) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset 0: selector: %s", layout_group(group).text,
                     status_text(parsed));
}

static status selector_write(const struct store *s, int file, unsigned active, struct fault *f)
{
    uint8_t bytes[GROUP_SELECTOR_BYTES];
    struct writer w = writer_of(bytes, sizeof bytes);
    group_selector_write(active, &w);
    TRY(s->ops->write(s->self, file, 0, writer_slice(&w), f));
    failpoint("rotate-turn");
    return s->ops->sync(s->self, file, f);
}

/* Zeroes a slot as far as the file goes. It is written also where it reads as zeros: after a failed
 * sync the page cache may hold zeros that the device does not. */
static status slot_clear(const struct store *s, int file, unsigned slot, struct fault *f)
{
    static const uint8_t zeros[GROUP_SLOT_BYTES];
    uint64_t size = 0;
    TRY(s->ops->size(s->self, file, &size, f));
    if (size <= slot_at[slot]) return OK;
    const uint64_t left = size - slot_at[slot];
    const size_t len = left < sizeof zeros ? (size_t)left : sizeof zeros;
    failpoint("rotate-clear");
    TRY(s->ops->write(s->self, file, slot_at[slot], (slice){ zeros, len }, f));
    failpoint("rotate-cleared");
    return s->ops->sync(s->self, file, f);
}

static status turn(const struct store *s, int file, uint64_t group, slice bytes, struct fault *f)
{
    unsigned active = 0;
    TRY(selector_read(s, file, group, &active, f));
    const unsigned spare = 1 - active;
    failpoint("rotate-write");
    TRY(s->ops->write(s->self, file, slot_at[spare], bytes, f));
    failpoint("rotate-sync");
    TRY(s->ops->sync(s->self, file, f));
    failpoint("rotate-synced");
    TRY(selector_write(s, file, spare, f));
    return slot_clear(s, file, active, f);
}

status rotation_commit(struct rotation *r, uint64_t rewrites_bytes, struct fault *f)
{
    const struct store *s = r->keys->store;
    slice bytes = {};
    int file = -1;
    TRY(slot_make(r, rewrites_bytes, &bytes, f));
    TRY(s->ops->open(s->self, layout_group(r->group).text, STORE_WRITE, &file, f));
    keyring_forget(r->keys, r->group);
    const status done = turn(s, file, r->group, bytes, f);
    s->ops->close(s->self, file);
    return done;
}

static status settle(const struct store *s, int file, uint64_t group, struct fault *f)
{
    unsigned active = 0;
    size_t len = 0;
    TRY(selector_read(s, file, group, &active, f));
    uint8_t *bytes = malloc(GROUP_SLOT_BYTES);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "keys: out of memory");
    status done = s->ops->read(s->self, file, slot_at[active], bytes, GROUP_SLOT_BYTES, &len, f);
    if (done.code == E_OK) {
        done = s->ops->write(s->self, file, slot_at[active], (slice){ bytes, len }, f);
    }
    bytes_wipe(bytes, GROUP_SLOT_BYTES);
    free(bytes);
    TRY(done);
    TRY(s->ops->sync(s->self, file, f));
    TRY(selector_write(s, file, active, f));
    return slot_clear(s, file, 1 - active, f);
}

status rotation_settle(struct keys *k, uint64_t group, struct fault *f)
{
    const struct store *s = k->store;
    int file = -1;
    keyring_forget(k, group);
    TRY(s->ops->open(s->self, layout_group(group).text, STORE_WRITE, &file, f));
    const status done = settle(s, file, group, f);
    s->ops->close(s->self, file);
    return done;
}
