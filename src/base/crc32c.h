/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * crc32c: the checksum CRC-32C (RFC 3720 section 12.1 and appendix B.4; polynomial of Castagnoli).
 * It finds what a device or a crash did to bytes, not what a person did: every change within 32
 * bits in a row, any other with a chance of 1 in 2^32 to miss it.
 */
enum { CRC32C_LANES = 4 };

/* The checksum of the bytes. */
uint32_t crc32c(slice bytes);
/* The checksums of CRC32C_LANES runs of run_bytes each, which stand one behind the other, side by
 * side: four in the time of one. run_bytes is a multiple of 8. */
void crc32c_side(const uint8_t *runs, size_t run_bytes, uint32_t ret[CRC32C_LANES]);

/* The same in portable C, for machines without the instruction and for tests. */
uint32_t crc32c_portable(slice bytes);
