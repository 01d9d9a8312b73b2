/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks: what expands fits its room, and what was compressed expands to itself.
 */
#include <assert.h>
#include "base/bytes.h"
#include "lib/pack.h"

enum { ROOM = 65'536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct pack *p;
    static uint8_t packed[ROOM], expanded[ROOM];
    if (p == NULL) p = pack_new();
    assert(p != NULL);
    struct writer out = writer_of(expanded, sizeof expanded);
    const status s = pack_expand(p, (slice){ data, len }, &out);
    assert(s.code == E_OK || out.len == 0);
    struct writer there = writer_of(packed, sizeof packed);
    struct writer back = writer_of(expanded, len);
    if (len > ROOM / 2) return 0;
    const status there_s = pack_compress(p, (slice){ data, len }, 1, &there);
    assert(there_s.code == E_OK);
    const status back_s = pack_expand(p, writer_slice(&there), &back);
    assert(back_s.code == E_OK && slice_equal(writer_slice(&back), (slice){ data, len }));
    return 0;
}
