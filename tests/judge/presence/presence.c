/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/presence/presence.h"
#include <stdio.h>
#include "base/bytes.h"
#include "tests/cm.h"

#define S INT64_C(1000000000)

enum { START_S = 1000000, TEXT_BYTES = 1 << 20 };

static struct presence *followed(uint32_t silence_s)
{
    struct presence *p = NULL;
    assert_ok(presence_new(&p));
    assert_ok(presence_declare(p, slice_text("shop"), 1, silence_s));
    assert_ok(presence_declare(p, slice_text("desk"), 1, 0));
    return p;
}

static void send(struct presence *p, int64_t at_s, uint64_t number)
{
    presence_event(p, slice_text("shop"), at_s * S, &number);
}

/* What is due is reported at once; how many reports there were. */
static size_t reports(struct presence *p, int64_t at_s, struct presence_report *ret_last)
{
    size_t count = 0;
    while (presence_due(p, at_s * S, START_S * S, ret_last)) {
        presence_reported(p, ret_last);
        count++;
        assert_true(count < 1000);
    }
    return count;
}

static void numbers_that_do_not_come_are_reported_once_and_not_at_once(void **)
{
    struct presence *p = followed(0);
    struct presence_report r = {};
    for (uint64_t n = 7; n < 10; n++) /* a source may begin anywhere */
        send(p, START_S, n);
    send(p, START_S + 1, 15);
    assert_int_equal(reports(p, START_S + 1 + PRESENCE_WAIT_S - 1, &r), 0);
    assert_int_equal(reports(p, START_S + 1 + PRESENCE_WAIT_S, &r), 1);
    assert_int_equal(r.cause, PRESENCE_HOLE);
    assert_true(r.first == 10 && r.last == 14 && r.amount == 5);
    assert_true(slice_is(r.source, "shop"));
    assert_int_equal(reports(p, START_S + 1000, &r), 0);
    send(p, START_S + 1001, 12); /* too late, and no news */
    assert_int_equal(reports(p, START_S + 2000, &r), 0);
    assert_true(presence_find(p, slice_text("shop"))->missing == 5);
    presence_free(p);
}

static void holes_that_are_filled_in_any_order_are_no_gaps(void **)
{
    static const uint64_t orders[][5] = {
        { 2, 3, 4, 5, 6 }, { 6, 5, 4, 3, 2 }, { 4, 2, 6, 3, 5 }, { 3, 5, 4, 6, 2 }
    };
    struct presence_report r = {};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct presence *p = followed(0);
        send(p, START_S, 1);
        send(p, START_S, 7);
        for (size_t n = 0; n < 4; n++)
            send(p, START_S + 5, orders[i][n]);
        assert_int_equal(presence_find(p, slice_text("shop"))->hole_count, 1);
        const struct presence_hole *hole = &presence_find(p, slice_text("shop"))->holes[0];
        assert_true(hole->first == orders[i][4] && hole->amount == 1);
        send(p, START_S + 6, orders[i][4]);
        assert_int_equal(reports(p, START_S + 1000, &r), 0);
        presence_free(p);
    }
}

static void a_hole_that_can_not_be_filled_any_more_is_reported_at_once(void **)
{
    struct presence *p = followed(0);
    struct presence_report r = {};
    send(p, START_S, 1);
    send(p, START_S, 3);
    send(p, START_S, 2 + PRESENCE_BEHIND_MAX - 1);
    assert_int_equal(reports(p, START_S, &r), 0);
    send(p, START_S, 2 + PRESENCE_BEHIND_MAX);
    assert_int_equal(reports(p, START_S, &r), 1);
    assert_true(r.first == 2 && r.last == 2);
    send(p, START_S, UINT64_MAX);
    assert_int_equal(reports(p, START_S, &r), 1);
    assert_true(r.first == 4 && r.last == 2 + PRESENCE_BEHIND_MAX - 2);
    assert_int_equal(reports(p, START_S + PRESENCE_WAIT_S, &r), 1);
    assert_true(r.last == UINT64_MAX - 1);
    presence_free(p);
}

static void many_holes_are_joined_and_none_is_lost(void **)
{
    struct presence *p = followed(0);
    struct presence_report r = {};
    uint64_t amount = 0;
    for (uint64_t n = 0; n <= 200; n += 2) /* 100 holes of one number */
        send(p, START_S, n);
    assert_int_equal(presence_find(p, slice_text("shop"))->hole_count, PRESENCE_HOLES_MAX);
    send(p, START_S, 1); /* in what was joined */
    while (presence_due(p, (START_S + 100) * S, START_S * S, &r)) {
        amount += r.amount;
        presence_reported(p, &r);
    }
    assert_true(amount == 99);
    presence_free(p);
}

static void silence_is_reported_once_and_its_end_once(void **)
{
    struct presence *p = followed(900);
    struct presence_report r = {};
    assert_int_equal(reports(p, START_S + 5000, &r), 0); /* it was never heard */
    presence_event(p, slice_text("shop"), START_S * S, NULL);
    presence_event(p, slice_text("desk"), START_S * S, NULL);
    assert_int_equal(reports(p, START_S + 899, &r), 0);
    assert_int_equal(reports(p, START_S + 900, &r), 1);
    assert_int_equal(r.cause, PRESENCE_SILENT);
    assert_true(r.from_ns == START_S * S && slice_is(r.source, "shop"));
    assert_int_equal(reports(p, START_S + 100000, &r), 0);
    presence_event(p, slice_text("shop"), (START_S + 100001) * S, NULL);
    presence_event(p, slice_text("shop"), (START_S + 100002) * S, NULL);
    assert_int_equal(reports(p, START_S + 100003, &r), 1);
    assert_int_equal(r.cause, PRESENCE_BACK);
    assert_true(r.from_ns == START_S * S && r.to_ns == (START_S + 100001) * S);
    assert_int_equal(reports(p, START_S + 100004, &r), 0);
    assert_int_equal(reports(p, START_S + 100902, &r), 1);
    assert_int_equal(r.cause, PRESENCE_SILENT);
    presence_free(p);
}

static void a_start_gives_sources_time_to_come_back(void **)
{
    struct presence *p = followed(900);
    struct presence_report r = {};
    const int64_t now_s = START_S + 5000;
    presence_event(p, slice_text("shop"), START_S * S, NULL);
    assert_false(presence_due(p, now_s * S, (now_s - PRESENCE_START_S + 1) * S, &r));
    assert_true(presence_due(p, now_s * S, (now_s - PRESENCE_START_S) * S, &r));
    assert_ok(presence_declare(p, slice_text("shop"), 1, 2));
    assert_false(presence_due(p, now_s * S, (now_s - 1) * S, &r));
    assert_true(presence_due(p, now_s * S, (now_s - 2) * S, &r));
    assert_ok(presence_declare(p, slice_text("shop"), 1, 0));
    assert_false(presence_due(p, now_s * S, START_S * S, &r));
    presence_free(p);
}

/* One step of a life: an event of either source, or a look. */
struct step {
    bool is_report;
    struct presence_report report;
    char name[8];
    int64_t at_ns;
    bool is_numbered;
    uint64_t number;
};

static void fold(struct presence *p, const struct step *s)
{
    if (s->is_report) {
        presence_reported(p, &s->report);
    } else {
        presence_event(p, slice_text(s->name), s->at_ns, s->is_numbered ? &s->number : NULL);
    }
}

static void text_of(const struct presence *p, struct writer *w)
{
    w->len = 0;
    presence_write(p, w);
    assert_ok(writer_end(w));
}

static void assert_same(const struct presence *a, const struct presence *b)
{
    static uint8_t room[2][TEXT_BYTES];
    struct writer w[2] = { writer_of(room[0], TEXT_BYTES), writer_of(room[1], TEXT_BYTES) };
    text_of(a, &w[0]);
    text_of(b, &w[1]);
    assert_int_equal(w[0].len, w[1].len);
    assert_memory_equal(room[0], room[1], w[0].len);
}

/* The state as text and back. */
static struct presence *reread(const struct presence *p)
{
    static uint8_t room[TEXT_BYTES];
    struct writer w = writer_of(room, sizeof room);
    struct presence *again = followed(60);
    text_of(p, &w);
    slice text = writer_slice(&w);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        assert_non_null(end);
        const size_t len = (size_t)(end - text.at);
        assert_ok(presence_read_line(again, guarded((slice){ text.at, len })));
        text = slice_from(text, len + 1);
    }
    return again;
}

/* What was recorded, folded anew from any point on, is the state; and as text it comes back. */
static void a_replay_of_the_log_is_the_state_at_every_place(void **)
{
    enum { STEPS = 3000 };
    static struct step log[STEPS];
    size_t count = 0;
    uint64_t next = 0;
    int64_t now_s = START_S;
    uint64_t chance = 88172645463325252ULL;
    struct presence *live = followed(60);
    struct presence *saved = followed(60);
    while (count < STEPS) {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        struct step *s = &log[count];
        now_s += (int64_t)(chance % 7) * (chance % 50 == 0 ? 40 : 1);
        const uint64_t back = next > 10 && chance % 5 == 0 ? chance / 64 % 10 : 0;
        *s = (struct step){ .at_ns = now_s * S,
                            .is_numbered = chance % 3 != 0,
                            .number = next - back };
        bytes_copy(s->name, sizeof s->name - 1, slice_text(chance / 16 % 2 == 0 ? "shop" : "desk"));
        if (s->is_numbered && back == 0)
            next += 1 + (chance / 1024 % 4 == 0 ? chance / 4096 % 5 : 0);
        s->is_report = presence_due(live, now_s * S, START_S * S, &s->report);
        fold(live, s);
        count++;
        if (count == STEPS / 2) {
            presence_free(saved);
            saved = reread(live);
        } else if (count > STEPS / 2) {
            fold(saved, s);
        }
    }
    assert_same(live, saved);
    struct presence *replayed = followed(60);
    for (size_t i = 0; i < count; i++)
        fold(replayed, &log[i]);
    assert_same(live, replayed);
    struct presence *again = reread(live);
    assert_same(live, again);
    size_t causes[4] = {};
    for (size_t i = 0; i < count; i++)
        causes[log[i].is_report ? log[i].report.cause : 0]++;
    assert_true(causes[0] > 0 && causes[1] > 0 && causes[2] > 0 && causes[3] > 0);
    presence_free(live);
    presence_free(saved);
    presence_free(replayed);
    presence_free(again);
}

static void broken_lines_are_refused(void **)
{
    static const char *const bad[] = {
        "shop",
        "shop 1 0 0 1 9",
        "shop 1 0 0 2 9 0",
        "shop -1 0 0 1 9 0",
        "shop 9223372036854775808 0 0 1 9 0",
        "shop 1 0 0 1 9 0 3",
        "shop 1 0 0 1 9 0 3 4 3 1",
        "shop 1 0 0 1 9 0 3 4 0 1",
        "shop 1 0 0 1 9 0 4 3 1 1",
        "shop 1 0 0 1 9 0 3 9 1 1",
        "shop 1 0 0 1 9 0 3 4 1 1 4 5 1 1",
        "shop 1 0 0 1 9 0 ",
        "shop 1 0 0 1 9 0  3 4 1 1",
    };
    struct presence *p = followed(0);
    for (size_t i = 0; i + 2 < COUNT_OF(bad); i++) {
        const int32_t code = presence_read_line(p, guarded(slice_text(bad[i]))).code;
        assert_true(code == E_SYNTAX || code == E_VALUE);
    }
    assert_fails(presence_read_line(p, guarded(slice_text(bad[COUNT_OF(bad) - 1]))), E_SYNTAX);
    assert_true(presence_find(p, slice_text("shop"))->heard_ns == 0);
    assert_ok(presence_read_line(p, guarded(slice_text("stranger 1 0 0 1 9 0"))));
    assert_null(presence_find(p, slice_text("stranger")));
    presence_free(p);
}

static void no_more_sources_than_there_is_room_for(void **)
{
    struct presence *p = NULL;
    char name[16];
    assert_ok(presence_new(&p));
    for (int i = 0; i < PRESENCE_SOURCES_MAX; i++) {
        snprintf(name, sizeof name, "s%d", i);
        assert_ok(presence_declare(p, slice_text(name), 1, 1));
        assert_ok(presence_declare(p, slice_text(name), 1, 2));
    }
    assert_fails(presence_declare(p, slice_text("more"), 1, 1), E_LIMIT);
    assert_fails(presence_declare(p, slice_text(""), 1, 1), E_VALUE);
    presence_event(p, slice_text("s4095"), S, NULL);
    presence_event(p, slice_text("more"), S, NULL);
    assert_true(presence_find(p, slice_text("s4095"))->heard_ns == S);
    presence_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_do_not_come_are_reported_once_and_not_at_once),
        cmocka_unit_test(holes_that_are_filled_in_any_order_are_no_gaps),
        cmocka_unit_test(a_hole_that_can_not_be_filled_any_more_is_reported_at_once),
        cmocka_unit_test(many_holes_are_joined_and_none_is_lost),
        cmocka_unit_test(silence_is_reported_once_and_its_end_once),
        cmocka_unit_test(a_start_gives_sources_time_to_come_back),
        cmocka_unit_test(a_replay_of_the_log_is_the_state_at_every_place),
        cmocka_unit_test(broken_lines_are_refused),
        cmocka_unit_test(no_more_sources_than_there_is_room_for),
    };
    return cmocka_run_group_tests_name("judge/presence", tests, NULL, NULL);
}
