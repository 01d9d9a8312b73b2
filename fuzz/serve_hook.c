/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of the sender of webhooks, and its secrets: what is read can be written again.
 */
#include "serve/hook/hook.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice text = { data, len };
    struct hook_at m = {};
    uint8_t key[HOOK_SECRET_BYTES_MAX];
    uint8_t again[32];
    size_t key_len = 0;
    if (len == 0) return 0;
    if (hook_at_parse(text, &m).code == E_OK) {
        struct writer w = writer_of(again, sizeof again);
        hook_at_write(&m, &w);
        assert(slice_equal(writer_slice(&w), text));
    }
    if (hook_secret_parse(text, key, &key_len).code == E_OK) {
        assert(key_len >= HOOK_SECRET_BYTES_MIN && key_len <= HOOK_SECRET_BYTES_MAX);
    }
    return 0;
}
