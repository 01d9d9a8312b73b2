/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/status.h"

/*
 * crc32: the checksum of gzip, PNG and Windows event logs (polynomial 0xedb88320), from zlib. It
 * finds accidents, not intent.
 */

/* The checksum of what crc was of (0: of nothing) followed by these bytes. */
uint32_t crc32_of(slice bytes, uint32_t crc);
