/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crc32.h"

#include <zlib.h>
#include "base/banned.h"

uint32_t crc32_of(slice bytes, uint32_t crc)
{
    return (uint32_t)crc32_z(crc, bytes.at, bytes.len);
}
