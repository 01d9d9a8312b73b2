/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signer's state file as a disk may give it back. The first byte says which of the four copies
 * of a real state are replaced, the rest is what by; each copy is tried as it is and with its
 * checksum made right. Whatever opens signs its own head again and nothing smaller.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/signer.h"
#include "ledger/store_ram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { COPY_BYTES = 512, COPIES = 4, STATE_BYTES = COPY_BYTES * COPIES };

static struct store store;
static uint8_t real[STATE_BYTES];

static void write_state(const uint8_t *bytes, size_t len)
{
    struct fault f = {};
    int h = -1;
    status s = store.ops->open(store.self, LAYOUT_SIGNER_STATE, STORE_WRITE, &h, &f);
    if (s.code == E_OK) s = store.ops->truncate(store.self, h, 0, &f);
    if (s.code == E_OK) s = store.ops->write(store.self, h, 0, (slice){ bytes, len }, &f);
    assert(s.code == E_OK);
    store.ops->close(store.self, h);
}

static void begin(void)
{
    struct fault f = {};
    size_t len = 0;
    int h = -1;
    status s = store_ram_open(&store, &f);
    if (s.code == E_OK) s = signer_create(&store, "log.example/fuzz", &f);
    if (s.code == E_OK) s = store.ops->open(store.self, LAYOUT_SIGNER_STATE, STORE_READ, &h, &f);
    if (s.code == E_OK) s = store.ops->read(store.self, h, 0, real, sizeof real, &len, &f);
    assert(s.code == E_OK && len == sizeof real);
    store.ops->close(store.self, h);
}

static void try_state(const uint8_t *bytes, size_t len)
{
    struct signer *s = NULL;
    struct fault f = {};
    write_state(bytes, len);
    if (signer_open(&store, &s, &f).code != E_OK) {
        assert(f.text[0] != '\0');
        return;
    }
    uint8_t signature[SIGNER_SIGNATURE_BYTES];
    struct signer_request r = { .head = signer_head(s) };
    if (r.head.size > 0) {
        r.head.size--;
        assert(signer_sign(s, &r, signature, &f).code == E_REFUSED);
    }
    const struct signer_head before = signer_head(s);
    signer_free(s);
    assert(signer_open(&store, &s, &f).code == E_OK); /* what opened once opens again, the same */
    assert(signer_head(s).size == before.size);
    signer_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t state[STATE_BYTES];
    if (store.self == NULL) begin();
    try_state(data, len);
    if (len == 0) return 0;
    bytes_copy(state, sizeof state, (slice){ real, sizeof real });
    const size_t rest = len - 1 < STATE_BYTES ? len - 1 : STATE_BYTES;
    for (size_t i = 0; i < COPIES; i++) {
        uint8_t *copy = state + i * COPY_BYTES;
        const size_t from = i * COPY_BYTES < rest ? i * COPY_BYTES : rest;
        const size_t have = rest - from < COPY_BYTES ? rest - from : COPY_BYTES;
        if ((data[0] >> i & 1) == 0) continue;
        bytes_copy(copy, COPY_BYTES, (slice){ data + 1 + from, have });
        if ((data[0] >> (4 + i) & 1) == 0) continue;
        const hash check = sha256((slice){ copy, COPY_BYTES - SHA256_BYTES });
        bytes_copy(copy + COPY_BYTES - SHA256_BYTES, SHA256_BYTES,
                   (slice){ check.bytes, SHA256_BYTES });
    }
    try_state(state, sizeof state);
    return 0;
}
