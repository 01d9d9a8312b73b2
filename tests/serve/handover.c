/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/handover.h"
#include "tests/cm.h"

static uint8_t room[4096];

static void messages_come_back_as_they_were(void **)
{
    struct writer w = writer_of(room, sizeof room);
    struct handover_ask ask = {};
    struct handover_part part = {};
    handover_ask_write((struct handover_ask){ UINT64_MAX, true }, &w);
    for (size_t len = 0; len < w.len; len++)
        assert_fails(handover_ask_parse(guarded((slice){ room, len }), &ask), E_SHORT);
    assert_ok(handover_ask_parse(writer_slice(&w), &ask));
    assert_true(ask.ask == UINT64_MAX && ask.at_end);
    room[8] = 2;
    assert_fails(handover_ask_parse(writer_slice(&w), &ask), E_VALUE);
    writer_u8(&w, 0);
    assert_fails(handover_ask_parse(writer_slice(&w), &ask), E_TRAILING);
    w = writer_of(room, sizeof room);
    const struct handover_part given = { 7, 8, { { 9 } }, 10, slice_text("bytes") };
    handover_part_write(&given, &w);
    for (size_t len = 0; len < HANDOVER_HEAD_BYTES; len++)
        assert_fails(handover_part_parse(guarded((slice){ room, len }), &part), E_SHORT);
    assert_ok(handover_part_parse(guarded(writer_slice(&w)), &part));
    assert_true(part.ask == 7 && part.number == 8 && part.rules.bytes[0] == 9 && part.left == 10);
    assert_true(slice_is(part.bytes, "bytes"));
}

static void a_part_without_bytes_is_the_last(void **)
{
    struct writer w = writer_of(room, sizeof room);
    struct handover_part part = {};
    handover_part_write(&(struct handover_part){ .left = 1, .bytes = slice_none() }, &w);
    assert_fails(handover_part_parse(writer_slice(&w), &part), E_VALUE);
    w = writer_of(room, sizeof room);
    handover_part_write(&(struct handover_part){ .bytes = slice_none() }, &w);
    assert_ok(handover_part_parse(writer_slice(&w), &part));
}

/* Numbers 100…109 got the indices from 100 on, 110…119 those from 115 on, 120… those from 130 on.
 */
static struct positions some_positions(void)
{
    struct positions p = {};
    assert_ok(positions_init(&p, 100));
    positions_note_run(&p, 100, 100, 10);
    positions_note_run(&p, 110, 115, 10);
    positions_note_run(&p, 120, 130, 10);
    return p;
}

static slice state_of(const struct positions *p, const char *correlator)
{
    struct writer w = writer_of(room, sizeof room);
    writer_u64(&w, strlen(correlator));
    writer_text(&w, correlator);
    const size_t before = w.len;
    handover_places_write(p, &w);
    assert_true(w.len - before == handover_places_bytes(p));
    return writer_slice(&w);
}

static void numbers_are_found_where_the_scribe_put_them(void **)
{
    struct positions p = some_positions();
    const slice state = guarded(state_of(&p, "inner"));
    struct handover_places places = {};
    slice correlator = {};
    assert_ok(handover_state_parse(state, &correlator, &places));
    assert_true(slice_is(correlator, "inner"));
    for (uint64_t n = 0; n < 130; n++) {
        uint64_t index = 0, other = 0;
        assert_ok(positions_find(&p, n, &index));
        assert_true(handover_find(&places, n, &other) && index == other);
    }
    positions_done(&p);
}

static void a_number_before_every_run_that_is_kept_is_nowhere(void **)
{
    struct positions p = some_positions();
    const slice state = state_of(&p, "");
    struct handover_places places = {};
    slice correlator = {};
    uint64_t index = 77;
    put_u64(room + 16, 105); /* the first run */
    put_u64(room + 24, 105);
    assert_ok(handover_state_parse(state, &correlator, &places));
    assert_false(handover_find(&places, 104, &index));
    assert_true(index == 77);
    positions_done(&p);
}

static void runs_that_go_back_are_refused(void **)
{
    struct positions p = some_positions();
    struct handover_places places = {};
    slice correlator = {};
    static const struct {
        size_t at;
        uint64_t value;
    } bad[] = { { 16, 99 },  { 16, 111 },       { 24, 99 },         { 32, 121 },
                { 40, 109 }, { 40, 131 },       { 48, UINT64_MAX }, { 56, 116 },
                { 8, 101 },  { 8, UINT64_MAX }, { 0, UINT64_MAX },  { 0, 65 } };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const slice state = state_of(&p, "");
        put_u64(room + bad[i].at, bad[i].value);
        const status s = handover_state_parse(state, &correlator, &places);
        assert_int_equal(s.code, bad[i].at == 0 ? E_SHORT : E_VALUE);
    }
    const slice state = state_of(&p, "");
    for (size_t len = 0; len < state.len; len++) {
        const status s = handover_state_parse(guarded((slice){ room, len }), &correlator, &places);
        assert_int_equal(s.code, len >= 16 && len % 16 == 0 ? E_OK : E_SHORT);
    }
    positions_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_back_as_they_were),
        cmocka_unit_test(a_part_without_bytes_is_the_last),
        cmocka_unit_test(numbers_are_found_where_the_scribe_put_them),
        cmocka_unit_test(a_number_before_every_run_that_is_kept_is_nowhere),
        cmocka_unit_test(runs_that_go_back_are_refused),
    };
    return cmocka_run_group_tests_name("serve/handover", tests, NULL, NULL);
}
