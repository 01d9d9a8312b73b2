/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/reader.h"

/*
 * evtx: Windows event log files (Vista and later), as described by libyal/libevtx.
 *
 *     file    4,096 bytes: "ElfFile\0", …, flags u32 @120, CRC-32 of the first 120 bytes @124
 *     chunks  65,536 bytes each: "ElfChnk\0", …, end of the records u32 @48, CRC-32 of the records
 *             @52, CRC-32 of the header (bytes 0..119 and 128..511) @124; records from 512 on
 *     record  "**\0\0", size u32, number u64, FILETIME u64, binary XML, size u32 again
 *
 * Numbers are little-endian. A damaged chunk or record is a fault with its position; what can be
 * read of it is handed out, flagged as cut. A file that was not closed (dirty) is read to its end.
 */

/* Frees the state of the reader. NULL is allowed. */
void evtx_free(struct intake_evtx *e);
/* The bytes at the front of len bytes at that offset of a file that are whole chunks (and, at 0,
 * the file's header). */
size_t evtx_cut_at(uint64_t offset, size_t len);
/* The number of records in such bytes, as the reader counts them. */
uint64_t evtx_count(uint64_t offset, slice piece);
