/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/receipt.h"

#include "ledger/merkle.h"
#include "base/banned.h"

enum { TOKEN_BYTES_MAX = 96 };

void receipt_write(struct json_writer *j, uint64_t index, slice entry, slice proof)
{
    char text[TOKEN_BYTES_MAX];
    struct writer token = writer_of(text, sizeof text);
    const hash leaf = merkle_leaf(entry);
    writer_dec(&token, index);
    writer_text(&token, "-");
    writer_hex(&token, (slice){ leaf.bytes, sizeof leaf.bytes });
    json_object(j);
    json_key(j, "entry");
    json_base64(j, entry);
    json_member_string(j, "proof", proof);
    json_member_string(j, "token", writer_slice(&token));
    json_object_end(j);
}
