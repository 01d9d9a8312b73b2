/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pack.h"

#include <assert.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>
#include "base/bytes.h"
#include "base/banned.h"

struct pack {
    ZSTD_CCtx *to;
    ZSTD_DCtx *from;
};

struct pack *pack_new(void)
{
    struct pack *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->to = ZSTD_createCCtx();
    p->from = ZSTD_createDCtx();
    if (p->to != NULL && p->from != NULL) return p;
    pack_free(p);
    return NULL;
}

void pack_free(struct pack *p)
{
    if (p == NULL) return;
    ZSTD_freeCCtx(p->to);
    ZSTD_freeDCtx(p->from);
    free(p);
}

size_t pack_bound(size_t len)
{
    const size_t bound = ZSTD_compressBound(len);
    return ZSTD_isError(bound) ? 0 : bound;
}

/* A status for libzstd's own error; the codes of damaged input are many, so they are the rest. */
static status failed(size_t result)
{
    const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    if (code == ZSTD_error_dstSize_tooSmall) return FAIL(E_LIMIT);
    if (code == ZSTD_error_srcSize_wrong) return FAIL(E_SHORT);
    if (code == ZSTD_error_memory_allocation) return FAIL(E_NOMEM);
    return FAIL(E_SYNTAX);
}

status pack_compress(struct pack *p, slice plain, int level, struct writer *out)
{
    assert(level >= PACK_LEVEL_MIN && level <= PACK_LEVEL_MAX && out->error == E_OK);
    const size_t set = ZSTD_CCtx_setParameter(p->to, ZSTD_c_compressionLevel, level);
    if (ZSTD_isError(set)) return failed(set);
    const size_t len =
        ZSTD_compress2(p->to, out->at + out->len, out->cap - out->len, plain.at, plain.len);
    if (ZSTD_isError(len)) return failed(len);
    out->len += len;
    return OK;
}

/* libzstd as packaged also decodes the formats before 0.8, whose code nobody hardens any more: the
 * magic number of RFC 8878 section 3.1.1 is demanded before the library sees a byte. */
static status check_one_frame(slice packed)
{
    static const uint8_t magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
    const size_t seen = packed.len < sizeof magic ? packed.len : sizeof magic;
    if (!bytes_equal(packed.at, magic, seen)) return FAIL(E_SYNTAX);
    if (seen < sizeof magic) return FAIL(E_SHORT);
    const size_t frame_len = ZSTD_findFrameCompressedSize(packed.at, packed.len);
    if (ZSTD_isError(frame_len)) return failed(frame_len);
    return frame_len == packed.len ? OK : FAIL(E_TRAILING);
}

status pack_expand(struct pack *p, slice packed, struct writer *out)
{
    assert(out->error == E_OK);
    TRY(check_one_frame(packed));
    const size_t len = ZSTD_decompressDCtx(p->from, out->at + out->len, out->cap - out->len,
                                           packed.at, packed.len);
    if (ZSTD_isError(len)) return failed(len);
    out->len += len;
    return OK;
}
