/* SPDX-License-Identifier: Apache-2.0 */
/* A file of an erased set: what is read is written back as the same bytes. */
#include "ledger/erase/erased_set.h"

#include <stdlib.h>
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct erased_item items[ERASED_ITEMS_MAX];
    static uint8_t room[ERASED_FILE_BYTES_MAX];
    struct erased_set set = {};
    struct writer w = writer_of(room, sizeof room);
    if (erased_file_parse((slice){ data, len }, items, &set).code != E_OK) return 0;
    erased_file_write(&set, &w);
    if (!slice_equal(writer_slice(&w), (slice){ data, len })) abort();
    return 0;
}
