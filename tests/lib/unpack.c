/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/unpack.h"

#include <zlib.h>
#include "lib/pack.h"
#include "tests/cm.h"

enum { PLAIN_BYTES = 300'000, PACKED_BYTES = 400'000 };

static uint8_t plain_bytes[PLAIN_BYTES];
static uint8_t packed[PACKED_BYTES];
static uint8_t unpacked[2 * PLAIN_BYTES + 1];

static int make_plain(void **)
{
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof plain_bytes; i++) {
        x = x * 1664525 + 1013904223;
        plain_bytes[i] = i % 16 < 12 ? (uint8_t)('a' + i % 16) : (uint8_t)(x >> 24);
    }
    return 0;
}

static slice gzip_of(slice plain, uint8_t *to, size_t cap)
{
    z_stream z = { .next_out = to, .avail_out = (uInt)cap };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)plain.at;
    z.avail_in = (uInt)plain.len;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (slice){ to, cap - z.avail_out };
}

static slice zstd_of(slice plain, uint8_t *to, size_t cap)
{
    struct pack *p = pack_new();
    struct writer out = writer_of(to, cap);
    assert_ok(pack_compress(p, plain, 3, &out));
    pack_free(p);
    return writer_slice(&out);
}

static slice packed_of(enum unpack_format format, slice plain, uint8_t *to, size_t cap)
{
    return format == UNPACK_GZIP ? gzip_of(plain, to, cap) : zstd_of(plain, to, cap);
}

/* Reads all of it in pieces of `piece` bytes through a buffer of `room`; the output is in unpacked.
 */
static status read_all(struct unpack *u, slice input, size_t piece, size_t room, size_t *ret_len)
{
    *ret_len = 0;
    while (input.len != 0) {
        slice part = { input.at, input.len < piece ? input.len : piece };
        input = slice_from(input, part.len);
        for (;;) {
            assert_true(room <= sizeof unpacked - *ret_len);
            struct writer out = writer_of(unpacked + *ret_len, room);
            const status s = unpack_step(u, &part, &out);
            *ret_len += out.len;
            TRY(s);
            if (out.len < out.cap) break;
        }
        assert_int_equal(part.len, 0);
    }
    return unpack_end(u);
}

static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_ZSTD_FILE, UNPACK_ZSTD_HTTP };

static void any_piece_size_gives_the_same_bytes(void **)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 4096, PACKED_BYTES };
    static const size_t rooms[] = { 1, 5, 4096, PLAIN_BYTES, PLAIN_BYTES + 1 };
    const slice plain = { plain_bytes, 20'000 };
    for (size_t f = 0; f < COUNT_OF(formats); f++) {
        struct unpack *u = unpack_new(formats[f], plain.len);
        const slice input = packed_of(formats[f], plain, packed, sizeof packed);
        for (size_t i = 0; i < COUNT_OF(pieces) * COUNT_OF(rooms); i++) {
            size_t len = 0;
            assert_ok(read_all(u, input, pieces[i % 6], rooms[i / 6], &len));
            assert_true(slice_equal((slice){ unpacked, len }, plain));
            unpack_reset(u);
        }
        unpack_free(u);
    }
    unpack_free(NULL);
}

static void streams_in_a_row_are_one(void **)
{
    const slice plain = { plain_bytes, 1000 };
    for (size_t f = 0; f < COUNT_OF(formats); f++) {
        size_t packed_len = packed_of(formats[f], plain, packed, sizeof packed).len;
        packed_len += packed_of(formats[f], slice_none(), packed + packed_len, 1000).len;
        packed_len += packed_of(formats[f], plain, packed + packed_len, 2000).len;
        for (size_t piece = 1; piece < 40; piece++) {
            struct unpack *u = unpack_new(formats[f], 2000);
            size_t len = 0;
            assert_ok(read_all(u, (slice){ packed, packed_len }, piece, 512, &len));
            assert_int_equal(len, 2000);
            assert_memory_equal(unpacked, plain_bytes, 1000);
            assert_memory_equal(unpacked + 1000, plain_bytes, 1000);
            unpack_free(u);
        }
    }
}

static void a_skippable_frame_is_skipped(void **)
{
    static const uint8_t skippable[] = { 0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'x', 'y', 'z' };
    bytes_copy(packed, sizeof packed, (slice){ skippable, sizeof skippable });
    const slice frame = zstd_of(slice_text("behind"), packed + sizeof skippable, 100);
    for (size_t piece = 1; piece < 12; piece++) {
        struct unpack *u = unpack_new(UNPACK_ZSTD_FILE, 100);
        size_t len = 0;
        assert_ok(read_all(u, (slice){ packed, sizeof skippable + frame.len }, piece, 3, &len));
        assert_true(slice_is((slice){ unpacked, len }, "behind"));
        unpack_free(u);
    }
}

static void a_cut_stream_is_short_and_keeps_what_was_decoded(void **)
{
    const slice plain = { plain_bytes, PLAIN_BYTES };
    for (size_t f = 0; f < COUNT_OF(formats); f++) {
        const slice whole = packed_of(formats[f], plain, packed, sizeof packed);
        size_t most = 0;
        for (size_t cut = 0; cut < whole.len; cut += cut < 40 ? 1 : 4999) {
            struct unpack *u = unpack_new(formats[f], PLAIN_BYTES);
            size_t len = 0;
            assert_fails(read_all(u, (slice){ whole.at, cut }, 700, 1000, &len), E_SHORT);
            if (cut == 0) assert_fails(unpack_end(u), E_SHORT);
            assert_true(len >= most);
            assert_memory_equal(unpacked, plain_bytes, len);
            most = len;
            unpack_free(u);
        }
        assert_true(most > PLAIN_BYTES / 2);
    }
}

static void the_cap_holds_to_the_byte(void **)
{
    const slice plain = { plain_bytes, 5000 };
    for (size_t f = 0; f < COUNT_OF(formats); f++) {
        const slice input = packed_of(formats[f], plain, packed, sizeof packed);
        for (size_t max = 4990; max <= 5001; max++) {
            struct unpack *u = unpack_new(formats[f], max);
            size_t len = 0;
            const status s = read_all(u, input, 100, 64, &len);
            assert_int_equal(s.code, max < 5000 ? E_LIMIT : E_OK);
            assert_int_equal(len, max < 5000 ? max : 5000);
            unpack_free(u);
        }
        struct unpack *u = unpack_new(formats[f], 0);
        size_t len = 0;
        assert_fails(read_all(u, input, 100, 64, &len), E_LIMIT);
        assert_int_equal(len, 0);
        unpack_free(u);
    }
}

static void other_formats_and_damage_are_refused(void **)
{
    static const uint8_t legacy[] = { 0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0 };
    static const uint8_t window_max[] = { 0x28, 0xb5, 0x2f, 0xfd, 0, 0x70 + 14 * 8 - 0x70, 1, 0 };
    static const struct {
        enum unpack_format format;
        slice input;
        int32_t want;
    } cases[] = {
        { UNPACK_GZIP, { (const uint8_t *)"plain text", 10 }, E_SYNTAX },
        { UNPACK_ZSTD_FILE, { (const uint8_t *)"plain text", 10 }, E_SYNTAX },
        { UNPACK_ZSTD_FILE, { legacy, sizeof legacy }, E_SYNTAX },
        { UNPACK_ZSTD_HTTP, { window_max, sizeof window_max }, E_LIMIT },
        { UNPACK_GZIP, { window_max, sizeof window_max }, E_SYNTAX },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct unpack *u = unpack_new(cases[i].format, 100);
        size_t len = 0;
        assert_fails(read_all(u, guarded(cases[i].input), 100, 64, &len), cases[i].want);
        unpack_free(u);
    }
    for (size_t f = 0; f < 2; f++) { /* another format behind a whole stream */
        const size_t len = packed_of(formats[f], slice_text("x"), packed, 100).len;
        packed[len] = '{';
        struct unpack *u = unpack_new(formats[f], 100);
        size_t out_len = 0;
        assert_int_equal(read_all(u, (slice){ packed, len + 1 }, 100, 64, &out_len).code,
                         f == 0 ? E_SHORT : E_SYNTAX); /* gzip: '{' alone may be a cut header */
        packed[len + 1] = '}';
        unpack_reset(u);
        assert_fails(read_all(u, (slice){ packed, len + 2 }, 100, 64, &out_len), E_SYNTAX);
        assert_int_equal(out_len, 1);
        unpack_free(u);
    }
}

/* The rest of this frame's header looks like a skippable frame, behind which the frame is cut. */
static void a_header_that_looks_like_a_frame_is_none(void **)
{
    static const uint8_t trap[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x50, 0x2a, 0x4d,
                                    0x18, 2,    0,    0,    0,    2,    0xb5 };
    for (size_t piece = 1; piece <= sizeof trap; piece++) {
        struct unpack *u = unpack_new(UNPACK_ZSTD_HTTP, 10'000);
        size_t len = 0;
        assert_fails(read_all(u, (slice){ trap, sizeof trap }, piece, 9'000, &len), E_SHORT);
        unpack_free(u);
    }
}

static void formats_are_told_by_their_first_bytes(void **)
{
    enum unpack_format format = UNPACK_ZSTD_HTTP;
    assert_fails(unpack_detect(slice_none(), &format), E_UNKNOWN);
    assert_fails(unpack_detect(slice_text("{\"a\":1}"), &format), E_UNKNOWN);
    assert_fails(unpack_detect(slice_text("\x28\xb5\x2f"), &format), E_UNKNOWN);
    assert_ok(unpack_detect(slice_text("\x28\xb5\x2f\xfd"), &format));
    assert_int_equal(format, UNPACK_ZSTD_FILE);
    assert_ok(unpack_detect(slice_text("\x1f\x8b"), &format));
    assert_int_equal(format, UNPACK_GZIP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_piece_size_gives_the_same_bytes),
        cmocka_unit_test(streams_in_a_row_are_one),
        cmocka_unit_test(a_skippable_frame_is_skipped),
        cmocka_unit_test(a_cut_stream_is_short_and_keeps_what_was_decoded),
        cmocka_unit_test(the_cap_holds_to_the_byte),
        cmocka_unit_test(other_formats_and_damage_are_refused),
        cmocka_unit_test(a_header_that_looks_like_a_frame_is_none),
        cmocka_unit_test(formats_are_told_by_their_first_bytes),
    };
    return cmocka_run_group_tests_name("lib/unpack", tests, make_plain, NULL);
}
