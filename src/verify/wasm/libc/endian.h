/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* WebAssembly is little-endian. */
#define be32toh(v) __builtin_bswap32(v)
