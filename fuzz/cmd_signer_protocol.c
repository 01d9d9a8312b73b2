/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between scribe and signer: what is accepted is written again as it was read, and on
 * failure no out-parameter has changed.
 */
#include <assert.h>
#include "base/bytes.h"
#include "cmd/node/failure.h"
#include "cmd/node/signer_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct signer_request request;
    struct signer_hello hello = { .head = { .size = 99 } };
    const slice payload = { data, len };
    uint8_t again[SIGNER_PAYLOAD_MAX];
    struct fault f = {};
    struct writer w = writer_of(again, sizeof again);
    request.head.size = 99;
    if (signer_request_parse(payload, &request).code == E_OK) {
        signer_request_write(&request, &w);
        assert(writer_end(&w).code == E_OK && slice_equal(writer_slice(&w), payload));
    } else {
        assert(request.head.size == 99);
    }
    w = writer_of(again, sizeof again);
    if (signer_hello_parse(payload, &hello).code == E_OK) {
        signer_hello_write(&hello, &w);
        assert(writer_end(&w).code == E_OK && slice_equal(writer_slice(&w), payload));
    } else {
        assert(hello.head.size == 99);
    }
    const status failed = failure_parse(payload, &f);
    assert(failed.code != E_OK);
    return 0;
}
