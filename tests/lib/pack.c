/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pack.h"

#include <stdlib.h>
#include "tests/cm.h"

enum { PLAIN_BYTES = 100'000 };

/* Repetitive text with some noise, always the same. */
static slice plain_text(void)
{
    static uint8_t bytes[PLAIN_BYTES];
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = i % 16 < 12 ? (uint8_t)('a' + i % 16) : (uint8_t)(x >> 24);
    }
    return (slice){ bytes, sizeof bytes };
}

static void expand_gives_back_what_compress_took(void **)
{
    struct pack *p = pack_new();
    assert_non_null(p);
    static uint8_t packed[PLAIN_BYTES + 4096], expanded[PLAIN_BYTES];
    static const size_t lens[] = { 0, 1, 2, 255, 256, 4095, PLAIN_BYTES };
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        for (int level = PACK_LEVEL_MIN; level <= PACK_LEVEL_MAX; level += 3) {
            const slice plain = guarded((slice){ plain_text().at, lens[i] });
            struct writer out = writer_of(packed, pack_bound(lens[i]));
            struct writer back = writer_of(expanded, lens[i]);
            assert_ok(pack_compress(p, plain, level, &out));
            assert_ok(pack_expand(p, guarded(writer_slice(&out)), &back));
            assert_true(slice_equal(writer_slice(&back), plain));
        }
    }
    pack_free(p);
    pack_free(NULL);
}

static void both_append_behind_what_is_there(void **)
{
    struct pack *p = pack_new();
    uint8_t packed[64], expanded[16];
    struct writer out = writer_of(packed, sizeof packed);
    struct writer back = writer_of(expanded, sizeof expanded);
    writer_u8(&out, 0xee);
    writer_u8(&back, '>');
    assert_ok(pack_compress(p, slice_text("hello"), 3, &out));
    assert_int_equal(packed[0], 0xee);
    assert_ok(pack_expand(p, slice_from(writer_slice(&out), 1), &back));
    assert_true(slice_is(writer_slice(&back), ">hello"));
    pack_free(p);
}

static void output_never_passes_its_room(void **)
{
    struct pack *p = pack_new();
    static uint8_t packed[PLAIN_BYTES], expanded[PLAIN_BYTES];
    struct writer out = writer_of(packed, 100);
    assert_fails(pack_compress(p, plain_text(), 3, &out), E_LIMIT);
    assert_int_equal(out.len, 0);
    out.cap = sizeof packed;
    assert_ok(pack_compress(p, plain_text(), 3, &out));
    memset(expanded, 0xaa, sizeof expanded);
    static const size_t rooms[] = { 0, 1, 4096, PLAIN_BYTES - 1 };
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        struct writer back = writer_of(expanded, rooms[i]);
        assert_fails(pack_expand(p, writer_slice(&out), &back), E_LIMIT);
        assert_int_equal(back.len, 0);
        assert_int_equal(expanded[rooms[i]], 0xaa);
    }
    assert_int_equal(pack_bound(SIZE_MAX), 0);
    pack_free(p);
}

static void cut_damaged_and_foreign_frames_are_refused(void **)
{
    struct pack *p = pack_new();
    static uint8_t packed[4096], expanded[4096];
    struct writer out = writer_of(packed, sizeof packed);
    assert_ok(pack_compress(p, (slice){ plain_text().at, 1000 }, 3, &out));
    for (size_t len = 0; len < out.len; len++) {
        struct writer back = writer_of(expanded, sizeof expanded);
        assert_fails(pack_expand(p, guarded((slice){ packed, len }), &back), E_SHORT);
    }
    struct writer back = writer_of(expanded, sizeof expanded);
    assert_fails(pack_expand(p, (slice){ packed, out.len + 1 }, &back), E_TRAILING);
    assert_ok(pack_compress(p, slice_text("second"), 3, &out));
    assert_fails(pack_expand(p, writer_slice(&out), &back), E_TRAILING);
    /* A skippable frame and a frame of zstd 0.7: neither is what compress writes. */
    static const uint8_t skippable[] = { 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0 };
    static const uint8_t legacy[] = { 0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0 };
    assert_fails(pack_expand(p, (slice){ skippable, 8 }, &back), E_SYNTAX);
    assert_fails(pack_expand(p, (slice){ legacy, 8 }, &back), E_SYNTAX);
    assert_fails(pack_expand(p, slice_text("{\"not\":\"zstd\"}"), &back), E_SYNTAX);
    assert_int_equal(back.len, 0);
    pack_free(p);
}

/* A changed byte either fails or yields other bytes; it never writes beyond its room (AES-GCM
 * around the block is what detects the change). */
static void a_changed_byte_stays_within_its_room(void **)
{
    struct pack *p = pack_new();
    static uint8_t packed[4096], expanded[1000 + 1];
    struct writer out = writer_of(packed, sizeof packed);
    assert_ok(pack_compress(p, (slice){ plain_text().at, 1000 }, 3, &out));
    for (size_t i = 0; i < out.len; i++) {
        packed[i] ^= 0x55;
        struct writer back = writer_of(expanded, 1000);
        expanded[1000] = 0xaa;
        const status s = pack_expand(p, guarded(writer_slice(&out)), &back);
        assert_true(s.code == E_OK || back.len == 0);
        assert_int_equal(expanded[1000], 0xaa);
        packed[i] ^= 0x55;
    }
    pack_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expand_gives_back_what_compress_took),
        cmocka_unit_test(both_append_behind_what_is_there),
        cmocka_unit_test(output_never_passes_its_room),
        cmocka_unit_test(cut_damaged_and_foreign_frames_are_refused),
        cmocka_unit_test(a_changed_byte_stays_within_its_room),
    };
    return cmocka_run_group_tests_name("lib/pack", tests, NULL, NULL);
}
