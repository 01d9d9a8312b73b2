/* SPDX-License-Identifier: Apache-2.0 */
/* A backup's manifest: what is read and written again reads as the same. */
#include "ledger/backup/manifest.h"

#include <stdlib.h>
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct manifest m = {};
    struct manifest again = {};
    struct fault f = {};
    if (manifest_parse((slice){ data, len }, &m, &f).code != E_OK) return 0;
    const size_t room = manifest_room(&m);
    struct writer w = writer_of(malloc(room), room);
    if (w.at != NULL) {
        manifest_write(&m, &w);
        if (manifest_parse(writer_slice(&w), &again, &f).code != E_OK) abort();
        if (again.file_count != m.file_count || again.taken_ns != m.taken_ns) abort();
    }
    free(w.at);
    manifest_done(&m);
    manifest_done(&again);
    return 0;
}
