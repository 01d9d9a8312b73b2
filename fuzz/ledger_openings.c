/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an opening block, after decryption and unpacking: openings follow one another, each
 * a view into the block, and on failure the cursor has not moved.
 */
#include <assert.h>
#include "base/bytes.h"
#include "ledger/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct cursor c = cursor_of((slice){ data, len });
    for (;;) {
        const size_t before = c.pos;
        struct block_opening o = {};
        if (block_next_opening(&c, &o).code != E_OK) {
            assert(c.pos == before);
            return 0;
        }
        assert(!o.gone || o.opening.len == 0);
        assert(c.pos == before + 4 + o.opening.len);
    }
}
