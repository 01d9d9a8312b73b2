/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole verifier over any file, with a key and a signature check that always agrees, so that
 * what lies behind the signature is reached: it ends with an answer or with a reason.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool always(const uint8_t pubkey[NOTE_PUBKEY_BYTES], slice message,
                   const uint8_t sig[NOTE_ED25519_BYTES])
{
    return pubkey != NULL && message.len > 0 && sig != NULL;
}

static void write_answer(const struct answer *answer)
{
    const size_t room = answer_room(answer);
    uint8_t *bytes = malloc(room);
    assert(bytes != NULL);
    struct writer w = writer_of(bytes, room);
    answer_write_text(answer, &w);
    assert(writer_end(&w).code == E_OK);
    w.len = 0;
    answer_write_json(answer, &w);
    assert(writer_end(&w).code == E_OK);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct trust trust;
    static const char key[] =
        "example.com/log+1dde4531+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const slice keys[] = { slice_text(key) };
    const slice entry = slice_text("entry 5");
    const slice bytes = { len == 0 ? (const uint8_t *)"" : data, len };
    struct fault fault = {};
    struct answer answer = answer_of();
    assert(trust_read(keys, 1, NULL, always, &trust, &fault).code == E_OK);
    const struct verify_input in = { .file = bytes, .entry = &entry, .trust = &trust };
    const status s = verify_file(&in, &answer, &fault);
    assert((s.code == E_OK) == (fault.text[0] == '\0'));
    assert(s.code == E_OK || status_exit(s) != 3);
    if (s.code == E_OK) write_answer(&answer);
    answer_done(&answer);
    return 0;
}
