/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes, keys and checkpoints of strangers: what is accepted is written again as it was
 * read, on failure no out-parameter has changed, and every refusal has a reason.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Takes every other signature for good, so that both ends of the verification are reached. */
static bool some_hold(const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice message,
                      const uint8_t sig[NOTE_ED25519_BYTES])
{
    return ((pubkey[0] ^ sig[0] ^ message.at[0]) & 1) == 0;
}

static void checkpoint_is_written_as_read(slice text)
{
    struct checkpoint c = { .size = 99 };
    struct fault fault = {};
    if (checkpoint_parse(text, &c, &fault).code != E_OK) {
        assert(c.size == 99 && fault.text[0] != '\0');
        return;
    }
    uint8_t *again = malloc(text.len);
    assert(again != NULL);
    struct writer w = writer_of(again, text.len);
    checkpoint_write(&w, &c);
    assert(writer_end(&w).code == E_OK && slice_equal(writer_slice(&w), text));
    free(again);
}

static void note_is_written_as_read(slice bytes, const struct note *n)
{
    uint8_t *again = malloc(bytes.len);
    assert(again != NULL);
    struct writer w = writer_of(again, bytes.len);
    writer_bytes(&w, n->text);
    writer_u8(&w, '\n');
    for (size_t i = 0; i < n->count; i++) {
        uint8_t raw[NOTE_SIGNATURE_BYTES_MAX];
        size_t raw_len = 0;
        const struct note_signature *s = &n->signatures[i];
        assert(base64_decode(s->base64, raw, sizeof raw, &raw_len).code == E_OK);
        note_write_signature(&w, s->name, s->key_id, (slice){ raw + 4, raw_len - 4 });
    }
    assert(writer_end(&w).code == E_OK && slice_equal(writer_slice(&w), bytes));
    free(again);
}

/* A key with the name and ID of the first signature, so that it is known. */
static void signatures_are_judged(const struct note *n)
{
    struct note_key key = { .name = n->signatures[0].name,
                            .key_id = n->signatures[0].key_id,
                            .type = NOTE_KEY_ED25519,
                            .verifiable = true };
    for (int round = 0; round < 2; round++) {
        struct note_seen seen = {};
        struct fault fault = {};
        const status s = note_verify(n, &key, 1, some_hold, &seen, &fault);
        assert(s.code == E_OK || s.code == E_INVALID);
        assert(s.code != E_OK || seen.signed_it);
        assert((s.code == E_OK) == (fault.text[0] == '\0'));
        key.type = NOTE_KEY_COSIGNATURE;
    }
}

static void key_is_written_as_read(slice text)
{
    struct note_key key = { .type = 99 };
    struct fault fault = {};
    if (note_key_parse(text, &key, &fault).code != E_OK) {
        assert(key.type == 99 && fault.text[0] != '\0');
        return;
    }
    if (!key.verifiable) return;
    uint8_t again[NOTE_NAME_BYTES_MAX + 100];
    struct writer w = writer_of(again, sizeof again);
    note_write_key(&w, key.name, key.type, (slice){ key.pubkey, sizeof key.pubkey });
    assert(w.len == text.len && slice_starts(writer_slice(&w), key.name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { len == 0 ? (const uint8_t *)"" : data, len };
    static struct note n;
    struct fault fault = {};
    checkpoint_is_written_as_read(bytes);
    key_is_written_as_read(bytes);
    n.count = 99;
    if (note_parse(bytes, &n, &fault).code != E_OK) {
        assert(n.count == 99 && fault.text[0] != '\0');
        return 0;
    }
    note_is_written_as_read(bytes, &n);
    signatures_are_judged(&n);
    checkpoint_is_written_as_read(n.text);
    return 0;
}
