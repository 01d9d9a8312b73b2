/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

static uint8_t room[1 << 17];

static void every_kind_comes_back_as_it_was(void **)
{
    struct sample sample = { .state = 7 };
    for (size_t round = 0; round < 400; round++) {
        const struct schema *s = schema_of((uint8_t)(1 + round % KIND_LAST));
        static struct wire_record back;
        struct writer w = writer_of(room, sizeof room);
        struct fault f = {};
        const struct record r = sample_record(&sample, s);
        if ((s->flags & KIND_BODY) != 0) {
            assert_fails(wire_put(&r, &w), E_VALUE);
            assert_int_equal(w.len, 0);
            continue;
        }
        assert_ok(wire_put(&r, &w));
        struct cursor c = cursor_of(guarded(writer_slice(&w)));
        const status taken = wire_take(&c, &back, &f);
        assert_ok(taken);
        assert_ok(cursor_end(&c));
        assert_int_equal(back.record.kind, r.kind);
        assert_true(back.record.time_s == r.time_s);
        assert_true(slice_equal(back.record.columns, r.columns));
        for (size_t i = 0; i < r.field_count; i++) {
            assert_int_equal(back.record.fields[i].type, r.fields[i].type);
            assert_true(slice_equal(back.record.fields[i].value, r.fields[i].value));
        }
    }
}

static slice one_event(void)
{
    struct sample sample = { .state = 3 };
    struct writer w = writer_of(room, sizeof room);
    const struct record r = sample_record(&sample, schema_of(KIND_event));
    assert_ok(wire_put(&r, &w));
    return writer_slice(&w);
}

static void what_is_cut_short_is_refused_at_every_length(void **)
{
    static struct wire_record back;
    const slice whole = one_event();
    for (size_t len = 0; len < whole.len; len++) {
        struct fault f = {};
        struct cursor c = cursor_of(guarded((slice){ whole.at, len }));
        assert_true(wire_take(&c, &back, &f).code != E_OK);
        assert_int_equal(c.pos, 0);
        assert_true(f.text[0] != '\0');
    }
}

static void a_foreign_kind_or_version_is_refused(void **)
{
    static struct wire_record back;
    const slice whole = one_event();
    uint8_t *bytes = room;
    struct fault f = {};
    bytes[0] = 250;
    struct cursor c = cursor_of(whole);
    assert_fails(wire_take(&c, &back, &f), E_UNKNOWN);
    bytes[0] = KIND_event;
    bytes[1] = 9;
    assert_fails(wire_take(&c, &back, &f), E_UNKNOWN);
}

static void a_room_too_small_leaves_the_writer(void **)
{
    static uint8_t copy[1 << 16];
    const slice whole = one_event();
    struct sample sample = { .state = 3 };
    const struct record r = sample_record(&sample, schema_of(KIND_event));
    for (size_t cap = 0; cap < whole.len; cap++) {
        struct writer w = writer_of(copy, cap);
        assert_fails(wire_put(&r, &w), E_LIMIT);
        assert_int_equal(w.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_was),
        cmocka_unit_test(what_is_cut_short_is_refused_at_every_length),
        cmocka_unit_test(a_foreign_kind_or_version_is_refused),
        cmocka_unit_test(a_room_too_small_leaves_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
