/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/writer.h"

/*
 * unpack: reading compressed streams piece by piece: log files (.gz, .zst) and request bodies.
 * The whole output is capped and memory is bounded whatever the input says; several gzip members or
 * zstd frames in a row are one stream, as the gzip and zstd tools write them.
 *
 *     do {                                       the loop of a reader
 *         out.len = 0;
 *         TRY(unpack_step(u, &input, &out));
 *         … use writer_slice(&out) …
 *     } while (out.len == out.cap);              then give the next piece of input
 */
enum unpack_format {
    UNPACK_GZIP,      /* RFC 1952; window 32 KiB */
    UNPACK_ZLIB,      /* RFC 1950; one stream, nothing behind it */
    UNPACK_ZSTD_FILE, /* RFC 8878; window up to 128 MiB, what the zstd tool reads by default */
    UNPACK_ZSTD_HTTP, /* RFC 9659; window up to 8 MiB */
};

struct unpack;

/* A reader whose whole output may be at most bytes_max. NULL if memory is out. */
struct unpack *unpack_new(enum unpack_format format, uint64_t bytes_max);
/* NULL is allowed. */
void unpack_free(struct unpack *u);
/* Ready for a new stream with the same format and cap. */
void unpack_reset(struct unpack *u);
/* Takes input from the front of *input and appends what it decodes to out, until the input is used
 * up or out is full. If out is full afterwards there may be more: empty it and call again, also
 * with empty input. What was appended stays there and is right even on failure. E_SYNTAX damaged
 * input or another format behind a stream; E_LIMIT more output than bytes_max, or a larger window
 * than allowed; E_NOMEM. After a failure only free and reset are allowed. */
status unpack_step(struct unpack *u, slice *input, struct writer *out);
/* Whether the input may end here: OK, or E_SHORT in the middle of a member or frame or if there was
 * no input at all. Everything decoded before has been handed out. */
status unpack_end(const struct unpack *u);
/* The format by its first bytes (up to 4 are looked at). E_UNKNOWN if it is neither. */
status unpack_detect(slice start, enum unpack_format *ret_format);
