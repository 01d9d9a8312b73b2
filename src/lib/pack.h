/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"

/*
 * pack: compression of whole buffers (Zstandard, RFC 8878) with libzstd behind it. Output is always
 * bounded by the writer's room. What candor hashes, it hashes before compressing: compressed bytes
 * differ from one version of the library to the next. lib/unpack.h reads streams of others.
 */
enum { PACK_LEVEL_MIN = 1, PACK_LEVEL_MAX = 19 };

struct pack;

/* Contexts for both directions, reused from call to call; one thread at a time. NULL if memory is
 * out. */
struct pack *pack_new(void);
/* NULL is allowed. */
void pack_free(struct pack *p);
/* The room that pack_compress needs at most for len bytes; 0 if len is beyond what libzstd takes.
 */
size_t pack_bound(size_t len);
/* Appends one frame that holds plain, with its length in the header, to out. level is
 * PACK_LEVEL_MIN to PACK_LEVEL_MAX. E_LIMIT if the room in out is too small, E_NOMEM; out is as
 * before then. */
status pack_compress(struct pack *p, slice plain, int level, struct writer *out);
/* Appends the content of exactly one frame to out. E_SHORT if the frame is cut, E_TRAILING if bytes
 * follow it, E_SYNTAX if it is damaged, E_LIMIT if the content is larger than the room in out,
 * E_NOMEM; out has no more bytes than before then. */
status pack_expand(struct pack *p, slice packed, struct writer *out);
