/* SPDX-License-Identifier: Apache-2.0 */
#include "view/sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/store_file.h"
#include "lib/crypto.h"
#include "os/failpoint.h"
#include "view/view.h"
#include "base/banned.h"

enum { AROUND_BYTES = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES };

size_t sealed_bytes(const struct sealed_file *n, size_t plain_bytes)
{
    return n->head_bytes + AROUND_BYTES + plain_bytes;
}

/* ---- writing ---- */

static status write_both(const struct store *s, const struct sealed_file *n, const uint8_t *key,
                         slice file, struct fault *f)
{
    TRY(store_file_replace(s, n->key.text, (slice){ key, CRYPTO_KEY_BYTES }, f));
    failpoint("sealed-key");
    TRY(store_file_replace(s, n->file.text, file, f));
    failpoint("sealed-file");
    return OK;
}

static status seal(const struct store *s, const struct sealed_file *n, struct crypto *c,
                   slice plain, struct writer *w, struct fault *f)
{
    uint8_t key[CRYPTO_KEY_BYTES];
    writer_bytes(w, (slice){ n->about.at, n->head_bytes });
    uint8_t *nonce = writer_room(w, CRYPTO_NONCE_BYTES);
    uint8_t *rest = writer_room(w, plain.len + CRYPTO_TAG_BYTES);
    assert(writer_end(w).code == E_OK);
    TRY(s->ops->random(s->self, key, sizeof key, f));
    TRY(s->ops->random(s->self, nonce, CRYPTO_NONCE_BYTES, f));
    const struct crypto_box box = { key, nonce, n->about };
    status done = crypto_seal(c, &box, plain, rest);
    if (done.code != E_OK) done = fault_set(f, done, "%s: %s", n->file.text, status_text(done));
    if (done.code == E_OK) done = write_both(s, n, key, writer_slice(w), f);
    bytes_wipe(key, sizeof key);
    return done;
}

status sealed_save(const struct store *s, const struct sealed_file *n, slice plain, struct fault *f)
{
    const size_t cap = sealed_bytes(n, plain.len);
    struct crypto *c = crypto_new();
    struct writer w = writer_of(malloc(cap), cap);
    const status done = c == NULL || w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory")
                                                  : seal(s, n, c, plain, &w, f);
    crypto_free(c);
    free(w.at);
    return done;
}

/* ---- reading ---- */

static status unseal(const struct sealed_file *n, const uint8_t *key, slice sealed,
                     uint8_t *ret_plain)
{
    struct crypto *c = crypto_new();
    if (c == NULL) return FAIL(E_NOMEM);
    const struct crypto_box box = { key, sealed.at, n->about };
    const status s = crypto_open(c, &box, slice_from(sealed, CRYPTO_NONCE_BYTES), ret_plain);
    crypto_free(c);
    return s;
}

static status open_with_key(const struct store *s, const struct sealed_file *n, slice sealed,
                            uint8_t **ret_plain, struct fault *f)
{
    uint8_t key[CRYPTO_KEY_BYTES + 1];
    size_t len = 0;
    TRY(store_file_read(s, n->key.text, key, sizeof key, &len, f));
    uint8_t *plain = malloc(sealed.len);
    status opened = plain == NULL             ? FAIL(E_NOMEM)
                    : len == CRYPTO_KEY_BYTES ? unseal(n, key, sealed, plain)
                                              : FAIL(E_INVALID);
    bytes_wipe(key, sizeof key);
    if (opened.code == E_OK) {
        *ret_plain = plain;
        return OK;
    }
    free(plain);
    return fault_set(f, opened, "%s: %s", n->file.text, status_text(opened));
}

status sealed_load(const struct store *s, const struct sealed_file *n, size_t plain_max,
                   uint8_t **ret_plain, size_t *ret_len, struct fault *f)
{
    uint8_t *file = NULL;
    size_t len = 0;
    TRY(store_file_load(s, n->file.text, sealed_bytes(n, plain_max), &file, &len, f));
    const bool whole = len >= sealed_bytes(n, 0);
    const status opened =
        whole ? open_with_key(s, n, slice_from((slice){ file, len }, n->head_bytes), ret_plain, f)
              : fault_set(f, FAIL(E_SHORT), "%s: cut off", n->file.text);
    free(file);
    if (opened.code == E_OK) *ret_len = len - sealed_bytes(n, 0);
    return opened;
}

bool sealed_is_there(const struct store *s, const struct sealed_file *n)
{
    const char *const names[] = { n->key.text, n->file.text };
    struct fault unused = {};
    bool is_there = true;
    for (size_t i = 0; i < COUNT_OF(names) && is_there; i++) {
        if (store_file_exists(s, names[i], &is_there, &unused).code != E_OK) return false;
    }
    return is_there;
}

/* ---- forgetting ---- */

static status remove_if_there(const struct store *s, const char *name, bool *removed,
                              struct fault *f)
{
    bool is_there = false;
    TRY(store_file_exists(s, name, &is_there, f));
    if (!is_there) return OK;
    *removed = true;
    return s->ops->remove(s->self, name, f);
}

static status forget(const struct store *s, const char *name, const char *folder, struct fault *f)
{
    char fresh[STORE_NAME_MAX + 8];
    bool removed = false;
    snprintf(fresh, sizeof fresh, "%s.new", name);
    TRY(remove_if_there(s, name, &removed, f));
    TRY(remove_if_there(s, fresh, &removed, f));
    return removed ? s->ops->sync_dir(s->self, folder, f) : OK;
}

status sealed_forget(const struct store *s, const struct sealed_file *n, struct fault *f)
{
    TRY(forget(s, n->key.text, LAYOUT_KEYS, f));
    return forget(s, n->file.text, VIEW_FOLDER, f);
}
