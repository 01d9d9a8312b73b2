/* SPDX-License-Identifier: Apache-2.0 */
#include "base/writer.h"
#include "base/cursor.h"
#include "tests/cm.h"

/* One of each write, under every cap: what fits is there, the rest is an error and no byte. */
static void a_write_that_does_not_fit_writes_nothing_and_stays(void **)
{
    static const uint8_t whole[] = { 1, 0, 2, 0, 0, 0, 3,   0, 0, 0, 0, 4,   0,   0,   0,   0,
                                     0, 0, 0, 5, 0, 1, 'x', 0, 0, 0, 1, 'y', '4', '2', 'f', 'f' };
    for (size_t cap = 0; cap <= sizeof whole; cap++) {
        uint8_t room[64] = {};
        struct writer w = writer_of(room, cap);
        writer_u8(&w, 1);
        writer_u16(&w, 2);
        writer_u32(&w, 3);
        writer_u40(&w, 4);
        writer_u64(&w, 5);
        writer_vec16(&w, slice_text("x"));
        writer_vec32(&w, slice_text("y"));
        writer_dec(&w, 42);
        writer_hex(&w, (slice){ (const uint8_t *)"\xff", 1 });
        assert_fails(writer_end(&w), cap == sizeof whole ? E_OK : E_LIMIT);
        assert_true(w.len <= cap);
        assert_memory_equal(room, whole, w.len);
        assert_int_equal(room[cap], 0);
        const size_t len = w.len;
        writer_bytes(&w, slice_none());
        writer_u8(&w, 7);
        assert_int_equal(w.len, len);
    }
}

static void numbers_above_their_width_set_the_error(void **)
{
    static uint8_t room[70000];
    static const uint8_t big[65536];
    struct writer w = writer_of(room, sizeof room);
    writer_u40(&w, ((uint64_t)1 << 40) - 1);
    assert_ok(writer_end(&w));
    writer_u40(&w, (uint64_t)1 << 40);
    assert_fails(writer_end(&w), E_LIMIT);
    w = writer_of(room, sizeof room);
    writer_vec16(&w, (slice){ big, 65535 });
    assert_ok(writer_end(&w));
    w = writer_of(room, sizeof room);
    writer_vec16(&w, (slice){ big, 65536 });
    assert_fails(writer_end(&w), E_LIMIT);
    assert_int_equal(w.len, 0);
}

static void text_is_written_without_its_nul(void **)
{
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    writer_text(&w, "a ");
    writer_dec(&w, 0);
    writer_text(&w, " ");
    writer_dec(&w, UINT64_MAX);
    writer_text(&w, " ");
    writer_base64(&w, slice_text("fo"));
    writer_printf(&w, " %d%s", -5, "!");
    assert_ok(writer_end(&w));
    assert_true(slice_is(writer_slice(&w), "a 0 18446744073709551615 Zm8= -5!"));
}

static void a_formatted_piece_that_would_be_cut_is_an_error(void **)
{
    static uint8_t room[2048];
    static char text[1024];
    struct writer w = writer_of(room, sizeof room);
    memset(text, 'x', 511);
    writer_printf(&w, "%s", text);
    assert_ok(writer_end(&w));
    assert_int_equal(w.len, 511);
    memset(text, 'x', 512);
    writer_printf(&w, "%s", text);
    assert_fails(writer_end(&w), E_LIMIT);
    assert_int_equal(w.len, 511);
}

static void room_is_given_whole_or_not_at_all(void **)
{
    uint8_t room[4];
    struct writer w = writer_of(room, sizeof room);
    assert_ptr_equal(writer_room(&w, 3), room);
    assert_null(writer_room(&w, 2));
    assert_null(writer_room(&w, SIZE_MAX));
    assert_fails(writer_end(&w), E_LIMIT);
    struct writer nothing = writer_of(NULL, 0);
    assert_non_null(writer_slice(&nothing).at);
}

static void what_a_writer_writes_a_cursor_reads(void **)
{
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    writer_u16(&w, 0xfffe);
    writer_u32(&w, 0xfffffffd);
    writer_u40(&w, 0xfffffffffc);
    writer_u64(&w, 0xfffffffffffffffb);
    writer_vec32(&w, slice_text("end"));
    struct cursor c = cursor_of(guarded(writer_slice(&w)));
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u40 = 0;
    uint64_t u64 = 0;
    slice end = slice_none();
    assert_ok(cursor_u16(&c, &u16));
    assert_ok(cursor_u32(&c, &u32));
    assert_ok(cursor_u40(&c, &u40));
    assert_ok(cursor_u64(&c, &u64));
    assert_ok(cursor_vec32(&c, 3, &end));
    assert_ok(cursor_end(&c));
    assert_int_equal(u16, 0xfffe);
    assert_int_equal(u32, 0xfffffffd);
    assert_true(u40 == 0xfffffffffc && u64 == 0xfffffffffffffffb && slice_is(end, "end"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_that_does_not_fit_writes_nothing_and_stays),
        cmocka_unit_test(numbers_above_their_width_set_the_error),
        cmocka_unit_test(text_is_written_without_its_nul),
        cmocka_unit_test(a_formatted_piece_that_would_be_cut_is_an_error),
        cmocka_unit_test(room_is_given_whole_or_not_at_all),
        cmocka_unit_test(what_a_writer_writes_a_cursor_reads),
    };
    return cmocka_run_group_tests_name("base/writer", tests, NULL, NULL);
}
