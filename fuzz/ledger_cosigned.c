/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a witness answers a log, first byte: the status. No cosignature counts that does not verify;
 * what is counted is a line that can be put into the note.
 */
#include "ledger/witness/cosigned.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool believe_even(const uint8_t *key, slice message, const uint8_t *signature)
{
    (void)key;
    (void)message;
    return (signature[0] & 1) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const unsigned codes[] = { 200, 409, 422, 404, 500 };
    static const char text[] = "log.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                               "\xe2\x80\x94 log.example AAAAAAAA\n";
    static uint8_t lines[COSIGNED_ANSWER_BYTES_MAX];
    static uint8_t merged[COSIGNED_BYTES_MAX + COSIGNED_ANSWER_BYTES_MAX];
    static uint8_t whole[sizeof text + COSIGNED_ANSWER_BYTES_MAX];
    const struct note_key key = { .name = slice_text("w"),
                                  .type = NOTE_KEY_COSIGNATURE,
                                  .verifiable = true };
    const slice note = slice_text(text);
    struct writer line = writer_of(lines, sizeof lines);
    struct writer more = writer_of(whole, sizeof whole);
    struct writer w = writer_of(merged, sizeof merged);
    struct fault f = {};
    if (len == 0 || len > COSIGNED_ANSWER_BYTES_MAX) return 0;
    const struct cosigned_answer a =
        cosigned_answer_read(codes[data[0] % COUNT_OF(codes)], (slice){ data + 1, len - 1 }, note,
                             &key, believe_even, &line, &f);
    if (a.outcome != COSIGNED_GOOD) {
        if (a.outcome != COSIGNED_OTHER_SIZE && f.text[0] == '\0') abort();
        return 0;
    }
    if (a.time == 0 || line.len == 0) abort();
    writer_bytes(&more, note);
    writer_bytes(&more, writer_slice(&line));
    if (cosigned_merge(note, writer_slice(&more), &key, &w, &f).code != E_OK) abort();
    if (!slice_equal(writer_slice(&w), writer_slice(&more))) abort();
    return 0;
}
