/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/unpack.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>
#include "base/bytes.h"
#include "base/banned.h"

enum {
    ZLIB_WINDOW_BITS = 15,      /* the largest window, zlib framing only */
    GZIP_WINDOW_BITS = 15 + 16, /* the same, gzip framing only */
    FILE_WINDOW_LOG = 27,
    HTTP_WINDOW_LOG = 23,
    MAGIC_BYTES = 4,
    HEADER_BYTES_MAX = 14, /* of a frame behind the magic number, RFC 8878 section 3.1.1.1 */
};

/*
 * Between two frames of zstd the next four bytes are held back until they are known to be a frame
 * of RFC 8878 (or a skippable one): the packaged library would also decode the formats before 0.8,
 * whose code nobody hardens any more.
 *
 * The rest of a frame's header goes in byte by byte. Where a call completes a header begun in an
 * earlier one, libzstd 1.5.4 looks for a whole frame at the start of that call's input, and takes
 * bytes in the middle of the header for one if they look like it.
 */
struct unpack {
    enum unpack_format format;
    uint64_t bytes_max;
    uint64_t bytes_out;
    z_stream gzip;      /* UNPACK_GZIP, UNPACK_ZLIB */
    ZSTD_DStream *zstd; /* the others */
    uint8_t magic[MAGIC_BYTES];
    uint8_t magic_len;   /* bytes of the next frame's magic number seen so far */
    uint8_t header_left; /* bytes still to be given one at a time */
    bool between;        /* no member or frame is open */
    bool any;            /* at least one was completed */
    bool out_was_full;   /* the decoder may hold output that did not fit */
};

static bool is_inflate(const struct unpack *u)
{
    return u->format == UNPACK_GZIP || u->format == UNPACK_ZLIB;
}

static bool start(struct unpack *u)
{
    if (u->format == UNPACK_GZIP) return inflateInit2(&u->gzip, GZIP_WINDOW_BITS) == Z_OK;
    if (u->format == UNPACK_ZLIB) return inflateInit2(&u->gzip, ZLIB_WINDOW_BITS) == Z_OK;
    u->zstd = ZSTD_createDStream();
    if (u->zstd == NULL) return false;
    const int log = u->format == UNPACK_ZSTD_FILE ? FILE_WINDOW_LOG : HTTP_WINDOW_LOG;
    return !ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, log));
}

struct unpack *unpack_new(enum unpack_format format, uint64_t bytes_max)
{
    struct unpack *u = calloc(1, sizeof *u);
    if (u == NULL) return NULL;
    u->format = format;
    u->bytes_max = bytes_max;
    u->between = true;
    if (start(u)) return u;
    unpack_free(u);
    return NULL;
}

void unpack_free(struct unpack *u)
{
    if (u == NULL) return;
    if (is_inflate(u)) inflateEnd(&u->gzip);
    ZSTD_freeDStream(u->zstd);
    free(u);
}

void unpack_reset(struct unpack *u)
{
    if (is_inflate(u)) inflateReset(&u->gzip);
    if (u->zstd != NULL) ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
    u->bytes_out = 0;
    u->magic_len = 0;
    u->header_left = 0;
    u->between = true;
    u->any = false;
    u->out_was_full = false;
}

/* One call of the decoder: bytes used and made are subtracted from the two lengths. */
static status inflate_some(struct unpack *u, slice *input, uint8_t *to, size_t *room)
{
    const uInt given = input->len > INT_MAX ? INT_MAX : (uInt)input->len;
    const uInt space = *room > INT_MAX ? INT_MAX : (uInt)*room;
    u->gzip.next_in = input->at; /* ZLIB_CONST */
    u->gzip.avail_in = given;
    u->gzip.next_out = to;
    u->gzip.avail_out = space;
    if (u->between && given != 0 && u->any) {
        if (u->format == UNPACK_ZLIB) return FAIL(E_SYNTAX);
        inflateReset(&u->gzip);
    }
    if (given != 0) u->between = false;
    const int result = inflate(&u->gzip, Z_NO_FLUSH);
    *input = slice_from(*input, given - u->gzip.avail_in);
    *room -= space - u->gzip.avail_out;
    if (result == Z_MEM_ERROR) return FAIL(E_NOMEM);
    if (result == Z_STREAM_END) u->between = u->any = true;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? OK : FAIL(E_SYNTAX);
}

static status zstd_feed(struct unpack *u, slice *input, uint8_t *to, size_t *room)
{
    ZSTD_inBuffer in = { .src = input->at, .size = input->len };
    ZSTD_outBuffer out = { .dst = to, .size = *room };
    const size_t result = ZSTD_decompressStream(u->zstd, &out, &in);
    *input = slice_from(*input, in.pos);
    *room -= out.pos;
    if (ZSTD_isError(result)) {
        const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
        if (code == ZSTD_error_memory_allocation) return FAIL(E_NOMEM);
        return FAIL(code == ZSTD_error_frameParameter_windowTooLarge ? E_LIMIT : E_SYNTAX);
    }
    if (result != 0) return OK;
    u->between = u->any = true;
    u->magic_len = 0;
    return OK;
}

/* RFC 8878 sections 3.1.1 and 3.1.2: 0xFD2FB528, and 0x184D2A50 to 0x184D2A5F, little-endian. */
static bool magic_allows(const uint8_t *magic, size_t len)
{
    static const uint8_t frame[MAGIC_BYTES] = { 0x28, 0xb5, 0x2f, 0xfd };
    static const uint8_t skippable[MAGIC_BYTES] = { 0x50, 0x2a, 0x4d, 0x18 };
    if (bytes_equal(magic, frame, len)) return true;
    return len == 0 ||
           ((magic[0] & 0xf0) == skippable[0] && bytes_equal(magic + 1, skippable + 1, len - 1));
}

static status zstd_some(struct unpack *u, slice *input, uint8_t *to, size_t *room)
{
    while (u->between && input->len != 0) {
        u->magic[u->magic_len++] = input->at[0];
        *input = slice_from(*input, 1);
        if (!magic_allows(u->magic, u->magic_len)) return FAIL(E_SYNTAX);
        if (u->magic_len < MAGIC_BYTES) continue;
        u->between = false;
        u->header_left = HEADER_BYTES_MAX;
        slice magic = { u->magic, MAGIC_BYTES };
        TRY(zstd_feed(u, &magic, to, room)); /* a header fits, so all of it is taken */
        assert(magic.len == 0);
    }
    if (u->between) return OK;
    if (u->header_left == 0 || input->len == 0) return zstd_feed(u, input, to, room);
    slice one = { input->at, 1 };
    const status s = zstd_feed(u, &one, to, room);
    u->header_left -= (uint8_t)(1 - one.len);
    *input = slice_from(*input, 1 - one.len);
    return s;
}

status unpack_step(struct unpack *u, slice *input, struct writer *out)
{
    assert(out->error == E_OK && out->len < out->cap);
    while (input->len != 0 || u->out_was_full) {
        uint8_t beyond = 0; /* once the cap is reached, one more byte proves that it is too small */
        const uint64_t allowed = u->bytes_max - u->bytes_out;
        size_t space = out->cap - out->len;
        if (space == 0) return OK;
        if (space > allowed) space = allowed == 0 ? 1 : (size_t)allowed;
        size_t room = space;
        uint8_t *to = allowed == 0 ? &beyond : out->at + out->len;
        const status s =
            is_inflate(u) ? inflate_some(u, input, to, &room) : zstd_some(u, input, to, &room);
        u->out_was_full = room == 0;
        if (allowed == 0 && room == 0) return FAIL(E_LIMIT);
        if (allowed != 0) {
            out->len += space - room;
            u->bytes_out += space - room;
        }
        TRY(s);
    }
    return OK;
}

status unpack_end(const struct unpack *u)
{
    return u->any && u->between && u->magic_len == 0 ? OK : FAIL(E_SHORT);
}

status unpack_detect(slice start, enum unpack_format *ret_format)
{
    static const uint8_t gzip[] = { 0x1f, 0x8b };
    if (slice_starts(start, (slice){ gzip, sizeof gzip })) {
        *ret_format = UNPACK_GZIP;
        return OK;
    }
    if (start.len < MAGIC_BYTES || !magic_allows(start.at, MAGIC_BYTES)) return FAIL(E_UNKNOWN);
    *ret_format = UNPACK_ZSTD_FILE;
    return OK;
}
