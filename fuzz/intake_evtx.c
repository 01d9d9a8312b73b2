/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event log files. Checksums are put right first (in a copy), so that inputs get past them; the
 * format is read as told, whatever the file's mark says.
 */
#include "fuzz/intake.h"
#include "lib/crc32.h"

enum { HEAD = 4096, CHUNK = 65536 };

static void put(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > HEAD + 2 * CHUNK) return 0;
    uint8_t *copy = malloc(len + 1);
    assert(copy != NULL);
    bytes_copy(copy, len, (slice){ data, len });
    if (len >= HEAD) put(copy + 124, crc32_of((slice){ copy, 120 }, 0));
    for (size_t at = HEAD; len >= CHUNK && at <= len - CHUNK; at += CHUNK) {
        uint32_t crc = crc32_of((slice){ copy + at, 120 }, 0);
        crc = crc32_of((slice){ copy + at + 128, 384 }, crc);
        put(copy + at + 124, crc);
    }
    const int answer = fuzz_intake(INTAKE_EVTX, copy, len);
    free(copy);
    return answer;
}
