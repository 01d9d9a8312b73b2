/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed streams: whatever the size of the pieces, the same bytes come out, the cap holds, and
 * what comes out in one go comes out in pieces too. The first byte chooses the format and piece
 * size.
 */
#include <assert.h>
#include "base/bytes.h"
#include "lib/unpack.h"

enum { OUTPUT_MAX = 100'000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int32_t run(enum unpack_format format, slice input, size_t piece, struct writer *out)
{
    struct unpack *u = unpack_new(format, OUTPUT_MAX - 1);
    assert(u != NULL);
    status s = OK;
    while (input.len != 0 && s.code == E_OK) {
        slice part = { input.at, input.len < piece ? input.len : piece };
        input = slice_from(input, part.len);
        s = unpack_step(u, &part, out); /* out has more room than the cap: it never fills up */
        assert(out->len < OUTPUT_MAX);
        assert(s.code != E_OK || part.len == 0);
    }
    if (s.code == E_OK) s = unpack_end(u);
    unpack_free(u);
    return s.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t whole_bytes[OUTPUT_MAX], cut_bytes[OUTPUT_MAX];
    if (len == 0) return 0;
    const enum unpack_format format = data[0] % 2 == 0 ? UNPACK_GZIP : UNPACK_ZSTD_HTTP;
    const slice input = { data + 1, len - 1 };
    struct writer whole = writer_of(whole_bytes, sizeof whole_bytes);
    struct writer cut = writer_of(cut_bytes, sizeof cut_bytes);
    const int32_t a = run(format, input, SIZE_MAX, &whole);
    const int32_t b = run(format, input, data[0] / 2 + 1, &cut);
    if (a != E_OK && b != E_OK) return 0; /* how far each got before the damage may differ */
    assert(a == b && slice_equal(writer_slice(&whole), writer_slice(&cut)));
    return 0;
}
