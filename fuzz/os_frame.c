/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between processes: frames lie within the input, one behind the other, and a refusal
 * moves nothing.
 */
#include <assert.h>
#include "base/bytes.h"
#include "os/frame.h"

enum { PAYLOAD_MAX = 100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct frame_input in = { 0 };
    const status made = frame_input_init(&in, PAYLOAD_MAX);
    assert(made.code == E_OK);
    if (len > in.cap) len = in.cap;
    bytes_copy(in.buffer, in.cap, (slice){ data, len });
    in.len = len;
    for (;;) {
        const size_t before = in.taken;
        struct frame frame = { .type = 7 };
        const status s = frame_next(&in, &frame);
        if (s.code != E_OK) {
            assert(in.taken == before && frame.type == 7 && frame.payload.at == NULL);
            break;
        }
        assert(frame.payload.len <= PAYLOAD_MAX && in.taken <= in.len);
        assert(frame.payload.at + frame.payload.len == in.buffer + in.taken);
        assert(in.taken == before + FRAME_HEADER_BYTES + frame.payload.len);
    }
    frame_input_done(&in);
    return 0;
}
