/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger sends to a witness: parsed, and judged by a check that believes every signature.
 * Nothing that does not extend what is known is ever accepted. */
#include "ledger/witness/add_checkpoint.h"

#include <stdlib.h>
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool believe(const uint8_t *key, slice message, const uint8_t *signature)
{
    (void)key;
    (void)message;
    (void)signature;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct note room;
    struct add_checkpoint r = {};
    struct fault f = {};
    struct witnessed log = { .size = 5 };
    if (add_checkpoint_parse((slice){ data, len }, &room, &r, &f).code != E_OK) return 0;
    if (room.count > 0) {
        log.key = (struct note_key){ .name = room.signatures[0].name,
                                     .key_id = room.signatures[0].key_id,
                                     .type = NOTE_KEY_ED25519,
                                     .verifiable = true };
    }
    const unsigned code = add_checkpoint_judge(&r, &log, believe, &f);
    if (code == 200 && (r.old_size != log.size || r.checkpoint.size < log.size)) abort();
    return 0;
}
