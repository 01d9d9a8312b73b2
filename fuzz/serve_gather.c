/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of the gatherer of cosignatures: what is read can be written again.
 */
#include "serve/gather/gather.h"

#include <assert.h>
#include "base/bytes.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t again[GATHER_PAYLOAD_MAX];
    const slice text = { data, len };
    struct gather_told told = {};
    struct gather_proof proof = {};
    if (len == 0 || len > sizeof again) return 0;
    if (gather_told_parse(text, &told).code == E_OK) {
        struct writer w = writer_of(again, sizeof again);
        gather_told_write(&told, &w);
        assert(slice_equal(writer_slice(&w), text));
    }
    if (gather_proof_parse(text, &proof).code == E_OK) {
        struct writer w = writer_of(again, sizeof again);
        gather_proof_write(&proof, &w);
        assert(slice_equal(writer_slice(&w), text));
    }
    return 0;
}
