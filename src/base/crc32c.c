/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crc32c.h"

#include "base/bytes.h"

/*
 * x86 has an instruction for 8 bytes, of which one may begin every cycle although each takes three:
 * so that runs side by side cost little more than one alone.
 */
enum { WORD_BYTES = 8 };

uint32_t crc32c_portable(slice bytes)
{
    /* What four bits do, the polynomial reflected: 0x82f63b78. */
    static const uint32_t nibbles[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.at[i];
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}

static void side_portable(const uint8_t *runs, size_t run_bytes, uint32_t ret[CRC32C_LANES])
{
    for (size_t i = 0; i < CRC32C_LANES; i++)
        ret[i] = crc32c_portable((slice){ runs + i * run_bytes, run_bytes });
}

#if defined(__x86_64__)
#include <nmmintrin.h>
#include "base/banned.h"

#define WITH_SSE __attribute__((target("sse4.2")))

static uint64_t word_at(const uint8_t *at)
{
    return __builtin_bswap64(get_u64(at));
}

WITH_SSE static uint32_t one(slice bytes)
{
    uint64_t crc = UINT32_MAX;
    size_t i = 0;
    for (; bytes.len - i >= WORD_BYTES; i += WORD_BYTES)
        crc = _mm_crc32_u64(crc, word_at(bytes.at + i));
    for (; i < bytes.len; i++)
        crc = _mm_crc32_u8((uint32_t)crc, bytes.at[i]);
    return ~(uint32_t)crc;
}

WITH_SSE static void side(const uint8_t *runs, size_t run_bytes, uint32_t ret[CRC32C_LANES])
{
    uint64_t a = UINT32_MAX, b = UINT32_MAX, c = UINT32_MAX, d = UINT32_MAX;
    for (const uint8_t *at = runs; at < runs + run_bytes; at += WORD_BYTES) {
        a = _mm_crc32_u64(a, word_at(at));
        b = _mm_crc32_u64(b, word_at(at + run_bytes));
        c = _mm_crc32_u64(c, word_at(at + 2 * run_bytes));
        d = _mm_crc32_u64(d, word_at(at + 3 * run_bytes));
    }
    const uint64_t crcs[CRC32C_LANES] = { a, b, c, d };
    for (size_t i = 0; i < CRC32C_LANES; i++)
        ret[i] = ~(uint32_t)crcs[i];
}

static bool has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

#else
#include "base/banned.h"

static uint32_t one(slice bytes)
{
    return crc32c_portable(bytes);
}

static void side(const uint8_t *runs, size_t run_bytes, uint32_t ret[CRC32C_LANES])
{
    side_portable(runs, run_bytes, ret);
}

static bool has_instruction(void)
{
    return false;
}
#endif

uint32_t crc32c(slice bytes)
{
    return has_instruction() ? one(bytes) : crc32c_portable(bytes);
}

void crc32c_side(const uint8_t *runs, size_t run_bytes, uint32_t ret[CRC32C_LANES])
{
    assert(run_bytes % WORD_BYTES == 0);
    if (has_instruction()) {
        side(runs, run_bytes, ret);
    } else {
        side_portable(runs, run_bytes, ret);
    }
}
