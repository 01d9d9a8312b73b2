/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/protocol/protobuf.h"

#include "tests/cm.h"

static void each_wire_type_is_read(void **)
{
    static const uint8_t message[] = {
        0x08, 0x96, 0x01,                                                 /* 1: varint 150 */
        0x11, 1,    2,    3,    4,    5,    6,    7,    8,                /* 2: fixed64 */
        0x1a, 0x03, 'a',  'b',  'c',                                      /* 3: "abc" */
        0x25, 1,    0,    0,    0x80,                                     /* 4: fixed32 */
        0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, /* 5: 2^64 - 1 */
        0xfa, 0xff, 0xff, 0xff, 0x0f, 0x00,                               /* 2^29 - 1: "" */
    };
    static const struct {
        uint32_t number;
        uint8_t wire;
        uint64_t value;
    } want[] = {
        { 1, PROTOBUF_VARINT, 150 },        { 2, PROTOBUF_FIXED64, 0x0807060504030201 },
        { 3, PROTOBUF_BYTES, 0 },           { 4, PROTOBUF_FIXED32, 0x80000001 },
        { 5, PROTOBUF_VARINT, UINT64_MAX }, { (1 << 29) - 1, PROTOBUF_BYTES, 0 },
    };
    struct cursor c = cursor_of(guarded((slice){ message, sizeof message }));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        struct protobuf_field f = {};
        assert_ok(protobuf_next(&c, &f));
        assert_int_equal(f.number, want[i].number);
        assert_int_equal(f.wire, want[i].wire);
        assert_int_equal(f.value, want[i].value);
        if (i == 2) assert_true(slice_is(f.bytes, "abc"));
        if (i == 5) assert_int_equal(f.bytes.len, 0);
    }
    assert_ok(cursor_end(&c));
}

static void a_cut_field_moves_nothing(void **)
{
    static const uint8_t message[] = { 0x1a, 0x83, 0x00, 'a', 'b', 'c' };
    for (size_t len = 0; len <= sizeof message; len++) {
        struct cursor c = cursor_of(guarded((slice){ message, len }));
        struct protobuf_field f = { .number = 77 };
        assert_fails(protobuf_next(&c, &f), len == sizeof message ? E_OK : E_SHORT);
        assert_int_equal(c.pos, len == sizeof message ? len : 0);
        assert_int_equal(f.number, len == sizeof message ? 3 : 77);
    }
}

static void what_no_encoder_writes_is_refused(void **)
{
    static const struct {
        uint8_t bytes[12];
        size_t len;
        int32_t code;
    } rows[] = {
        { { 0x00, 0x01 }, 2, E_SYNTAX },                         /* field 0 */
        { { 0x0b }, 1, E_SYNTAX },                               /* a group */
        { { 0x0c }, 1, E_SYNTAX },                               /* its end */
        { { 0x0e }, 1, E_SYNTAX },                               /* wire type 6 */
        { { 0x0f }, 1, E_SYNTAX },                               /* wire type 7 */
        { { 0x80, 0x80, 0x80, 0x80, 0x10, 0x00 }, 6, E_SYNTAX }, /* field 2^29 */
        { { 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2 }, 11, E_SYNTAX }, /* 65 bits */
        { { 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 129 }, 11, E_SYNTAX },
        { { 0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 }, 11, E_SHORT }, /* length */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct cursor c = cursor_of(guarded((slice){ rows[i].bytes, rows[i].len }));
        struct protobuf_field f = {};
        assert_fails(protobuf_next(&c, &f), rows[i].code);
        assert_int_equal(c.pos, 0);
    }
}

static void what_is_written_is_read(void **)
{
    static const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        uint8_t room[64];
        struct writer w = writer_of(room, sizeof room);
        struct protobuf_field f = {};
        protobuf_put_u64(&w, 1000, values[i]);
        protobuf_put_bytes(&w, 2, slice_text("x"));
        struct cursor c = cursor_of(guarded(writer_slice(&w)));
        if (values[i] != 0) {
            assert_ok(protobuf_next(&c, &f));
            assert_int_equal(f.number, 1000);
            assert_int_equal(f.value, values[i]);
        }
        assert_ok(protobuf_next(&c, &f));
        assert_true(slice_is(f.bytes, "x"));
        assert_ok(cursor_end(&c));
    }
    assert_true(protobuf_double(0x3ff8000000000000) == 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wire_type_is_read),
        cmocka_unit_test(a_cut_field_moves_nothing),
        cmocka_unit_test(what_no_encoder_writes_is_refused),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests_name("intake/protocol/protobuf", tests, NULL, NULL);
}
