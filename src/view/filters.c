/* SPDX-License-Identifier: Apache-2.0 */
#include "view/filters.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/segment.h"
#include "ledger/store_file.h"
#include "lib/crypto.h"
#include "view/view.h"
#include "base/banned.h"

enum { SEALED_BYTES_MAX = CRYPTO_NONCE_BYTES + FILTER_BYTES_MAX + CRYPTO_TAG_BYTES };

static struct layout_name name_of(const char *folder, uint64_t segment)
{
    struct layout_name name;
    snprintf(name.text, sizeof name.text, "%s/%010llu.filter", folder, (unsigned long long)segment);
    return name;
}

static struct crypto_box box_of(const uint8_t *key, const uint8_t *nonce, uint8_t number[8],
                                uint64_t segment)
{
    put_u64(number, segment);
    return (struct crypto_box){ key, nonce, (slice){ number, 8 } };
}

/* Opens in place: the plain bytes begin behind the nonce. */
static status unseal(const uint8_t *key, uint64_t segment, slice sealed, uint8_t *ret_plain)
{
    uint8_t number[8];
    struct crypto *c = crypto_new();
    if (c == NULL) return FAIL(E_NOMEM);
    const struct crypto_box box = box_of(key, sealed.at, number, segment);
    const status s = crypto_open(c, &box, slice_from(sealed, CRYPTO_NONCE_BYTES), ret_plain);
    crypto_free(c);
    return s;
}

static status load(const struct store *s, uint64_t segment, slice sealed, uint8_t *ret_plain,
                   struct filter *ret_filter, struct fault *f)
{
    uint8_t key[CRYPTO_KEY_BYTES + 1];
    size_t len = 0;
    TRY(store_file_read(s, name_of(LAYOUT_KEYS, segment).text, key, sizeof key, &len, f));
    status opened =
        len != CRYPTO_KEY_BYTES ? FAIL(E_INVALID) : unseal(key, segment, sealed, ret_plain);
    bytes_wipe(key, sizeof key);
    TRY(opened);
    const size_t around = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES;
    return filter_parse((slice){ ret_plain, sealed.len - around }, ret_filter);
}

status filters_load(const struct store *s, uint64_t segment, uint8_t **ret_bytes,
                    struct filter *ret_filter, struct fault *f)
{
    uint8_t *sealed = NULL;
    size_t len = 0;
    const struct layout_name name = name_of(VIEW_FOLDER, segment);
    status done = store_file_load(s, name.text, SEALED_BYTES_MAX, &sealed, &len, f);
    if (done.code != E_OK) return FAIL(E_NOT_FOUND);
    uint8_t *plain = malloc(len + 1);
    const bool whole = plain != NULL && len >= CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES;
    done = whole ? load(s, segment, (slice){ sealed, len }, plain, ret_filter, f) : FAIL(E_SHORT);
    free(sealed);
    if (done.code == E_OK) {
        *ret_bytes = plain;
        return OK;
    }
    free(plain);
    return fault_set(f, FAIL(E_NOT_FOUND), "segment %llu has no filter that can be used",
                     (unsigned long long)segment);
}

bool filters_have(const struct store *s, uint64_t segment)
{
    const char *const folders[] = { LAYOUT_KEYS, VIEW_FOLDER };
    struct fault unused = {};
    bool is_there = true;
    for (size_t i = 0; i < COUNT_OF(folders) && is_there; i++) {
        const struct layout_name name = name_of(folders[i], segment);
        if (store_file_exists(s, name.text, &is_there, &unused).code != E_OK) return false;
    }
    return is_there;
}

static status save(const struct store *s, struct crypto *c, uint64_t segment, slice filter,
                   struct writer *w, struct fault *f)
{
    uint8_t number[8];
    uint8_t key[CRYPTO_KEY_BYTES];
    const size_t len = CRYPTO_NONCE_BYTES + filter.len + CRYPTO_TAG_BYTES;
    TRY(s->ops->random(s->self, key, sizeof key, f));
    TRY(s->ops->random(s->self, w->at, CRYPTO_NONCE_BYTES, f));
    const struct crypto_box box = box_of(key, w->at, number, segment);
    status done = crypto_seal(c, &box, filter, w->at + CRYPTO_NONCE_BYTES);
    if (done.code == E_OK) {
        const struct layout_name name = name_of(LAYOUT_KEYS, segment);
        done = store_file_replace(s, name.text, (slice){ key, sizeof key }, f);
    }
    bytes_wipe(key, sizeof key);
    TRY(done);
    return store_file_replace(s, name_of(VIEW_FOLDER, segment).text, (slice){ w->at, len }, f);
}

status filters_save(const struct store *s, uint64_t segment, slice filter, struct fault *f)
{
    const size_t cap = filter.len + CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES;
    struct crypto *c = crypto_new();
    struct writer w = writer_of(malloc(cap), cap);
    status done = c == NULL || w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory")
                                            : save(s, c, segment, filter, &w, f);
    crypto_free(c);
    free(w.at);
    return done;
}

static status forget_one(const struct store *s, uint64_t segment, struct fault *f)
{
    const char *const folders[] = { LAYOUT_KEYS, VIEW_FOLDER };
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        const struct layout_name name = name_of(folders[i], segment);
        bool is_there = false;
        TRY(store_file_exists(s, name.text, &is_there, f));
        if (!is_there) continue;
        TRY(s->ops->remove(s->self, name.text, f));
        TRY(s->ops->sync_dir(s->self, folders[i], f));
    }
    return OK;
}

status filters_forget(const struct store *s, const struct erased_set *set, struct fault *f)
{
    uint64_t next = 0; /* segments below are done */
    for (uint32_t i = 0; i < set->count; i++) {
        const struct erased_item *item = &set->items[i];
        uint64_t segment = item->first / SEGMENT_ENTRIES;
        if (segment < next) segment = next;
        for (; segment <= (item->first + item->count - 1) / SEGMENT_ENTRIES; segment++)
            TRY(forget_one(s, segment, f));
        next = segment;
    }
    return OK;
}
