/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/replay.h"
#include "record/value.h"
#include "tests/cm.h"

static uint8_t room[4096];

static void events_come_back_one_by_one_and_a_cut_moves_nothing(void **)
{
    const struct recorded events[] = {
        { 7, INT64_MIN, -1, 1, slice_text("{}") },
        { UINT64_MAX, 5, 6, 255, slice_none() },
    };
    struct writer w = writer_of(room, sizeof room);
    for (size_t i = 0; i < 2; i++)
        replay_event_write(&events[i], &w);
    const slice both = guarded(writer_slice(&w));
    struct cursor c = cursor_of(both);
    for (size_t i = 0; i < 2; i++) {
        struct recorded e = {};
        assert_ok(replay_event_take(&c, &e));
        assert_true(e.index == events[i].index && e.time_ns == events[i].time_ns);
        assert_true(e.arrived_ns == events[i].arrived_ns && e.trust == events[i].trust);
        assert_true(slice_equal(e.raw, events[i].raw));
    }
    assert_ok(cursor_end(&c));
    for (size_t len = 0; len < 31; len++) {
        struct cursor cut = cursor_of(guarded((slice){ room, len }));
        struct recorded e = { .index = 99 };
        assert_fails(replay_event_take(&cut, &e), E_SHORT);
        assert_true(cut.pos == 0 && e.index == 99);
    }
}

static void a_raw_that_no_record_can_have_is_refused(void **)
{
    struct recorded e = {};
    struct writer w = writer_of(room, sizeof room);
    for (size_t i = 0; i < 25; i++)
        writer_u8(&w, 0);
    writer_u32(&w, VALUE_RAW_BYTES_MAX + 1);
    struct cursor c = cursor_of(writer_slice(&w));
    assert_fails(replay_event_take(&c, &e), E_LIMIT);
}

static void the_question_is_one_number(void **)
{
    uint64_t reach_s = 1;
    struct writer w = writer_of(room, sizeof room);
    replay_ask_write(UINT64_MAX, &w);
    assert_ok(replay_ask_parse(guarded(writer_slice(&w)), &reach_s));
    assert_true(reach_s == UINT64_MAX);
    assert_fails(replay_ask_parse((slice){ room, 7 }, &reach_s), E_SHORT);
    assert_fails(replay_ask_parse((slice){ room, 9 }, &reach_s), E_TRAILING);
}

static slice runs_of(const struct replay_run *runs, size_t count)
{
    struct writer w = writer_of(room, sizeof room);
    for (size_t i = 0; i < count; i++)
        replay_run_write(runs[i], &w);
    return guarded(writer_slice(&w));
}

static void runs_have_what_is_in_them_and_nothing_else(void **)
{
    static const struct replay_run runs[] = { { 0, 1 }, { 3, 2 }, { 5, 1 }, { 9, 4 } };
    static const bool in[] = { 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0 };
    const slice payload = runs_of(runs, COUNT_OF(runs));
    assert_ok(replay_runs_check(payload));
    for (uint64_t i = 0; i < COUNT_OF(in); i++)
        assert_int_equal(replay_runs_have(payload, i), in[i]);
    assert_false(replay_runs_have(payload, UINT64_MAX));
    assert_ok(replay_runs_check(slice_none()));
    assert_false(replay_runs_have(slice_none(), 0));
}

static void runs_that_do_not_follow_one_another_are_refused(void **)
{
    static const struct replay_run bad[][2] = {
        { { 1, 0 }, { 2, 1 } },          { { 5, 2 }, { 6, 1 } },          { { 5, 1 }, { 4, 1 } },
        { { 1, 1 }, { UINT64_MAX, 1 } }, { { 1, UINT64_MAX }, { 2, 1 } },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_fails(replay_runs_check(runs_of(bad[i], 2)), E_VALUE);
    const slice cut = { room, REPLAY_RUN_BYTES - 1 };
    assert_fails(replay_runs_check(cut), E_SHORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_back_one_by_one_and_a_cut_moves_nothing),
        cmocka_unit_test(a_raw_that_no_record_can_have_is_refused),
        cmocka_unit_test(the_question_is_one_number),
        cmocka_unit_test(runs_have_what_is_in_them_and_nothing_else),
        cmocka_unit_test(runs_that_do_not_follow_one_another_are_refused),
    };
    return cmocka_run_group_tests_name("serve/replay", tests, NULL, NULL);
}
