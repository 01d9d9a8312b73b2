/* SPDX-License-Identifier: Apache-2.0 */
#include "os/loop.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include "os/clock.h"
#include "os/socket.h"
#include "tests/cm.h"
#include "tests/fail.h"

static struct loop *loop;
static struct fault fault;
static int64_t simulated_ns;
static char trace[256];

static int64_t simulated_now(void *)
{
    return simulated_ns;
}

static int open_loop(void **)
{
    const struct loop_clock clock = { .now_ns = simulated_now };
    simulated_ns = 1000;
    trace[0] = '\0';
    assert_ok(loop_new(&clock, &loop, &fault));
    return 0;
}

static int close_loop(void **)
{
    loop_free(loop);
    loop_free(NULL);
    return 0;
}

static void note(void *with)
{
    snprintf(trace + strlen(trace), sizeof trace - strlen(trace), "%s ", (const char *)with);
}

static void note_events(void *with, unsigned events)
{
    note(with);
    if ((events & LOOP_READ) != 0) note((char[]){ "read" });
    if ((events & LOOP_WRITE) != 0) note((char[]){ "write" });
    if ((events & LOOP_ENDED) != 0) note((char[]){ "ended" });
}

static char a[] = "a", b[] = "b", c[] = "c";

static void timers_run_when_the_clock_says_so(void **)
{
    uint64_t first = 0, second = 0, third = 0;
    assert_ok(loop_at(loop, 3000, note, c, &third));
    assert_ok(loop_at(loop, 2000, note, a, &first));
    assert_ok(loop_at(loop, 2000, note, b, &second));
    assert_ok(loop_step(loop, false, &fault));
    assert_string_equal(trace, "");
    simulated_ns = 2000;
    assert_ok(loop_step(loop, true, &fault)); /* does not sleep: two are due */
    assert_string_equal(trace, "a b ");
    loop_cancel(loop, third);
    loop_cancel(loop, first);
    simulated_ns = 9000;
    assert_ok(loop_step(loop, false, &fault));
    assert_string_equal(trace, "a b ");
    assert_int_equal(loop_now_ns(loop), 9000);
}

static void add_again(void *with)
{
    uint64_t id = 0;
    note(with);
    assert_ok(loop_at(loop, 0, add_again, with, &id));
}

static void a_timer_that_sets_itself_does_not_starve_the_rest(void **)
{
    add_again(a);
    for (int i = 0; i < 3; i++)
        assert_ok(loop_step(loop, true, &fault));
    assert_string_equal(trace, "a a a a ");
}

static void descriptors_call_for_what_was_asked(void **)
{
    int ends[2];
    assert_ok(socket_pair(ends, &fault));
    assert_ok(loop_watch(loop, ends[0], LOOP_READ, note_events, a, &fault));
    assert_ok(loop_step(loop, false, &fault));
    assert_string_equal(trace, "");
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_ok(loop_step(loop, true, &fault));
    assert_ok(loop_step(loop, true, &fault)); /* level-triggered: still there */
    assert_string_equal(trace, "a read a read ");
    trace[0] = '\0';
    assert_ok(loop_watch(loop, ends[0], LOOP_WRITE, note_events, b, &fault));
    assert_ok(loop_step(loop, true, &fault));
    assert_string_equal(trace, "b write ");
    trace[0] = '\0';
    assert_ok(loop_watch(loop, ends[0], LOOP_READ, note_events, c, &fault));
    close(ends[1]);
    assert_ok(loop_step(loop, true, &fault));
    assert_string_equal(trace, "c read ended ");
    trace[0] = '\0';
    loop_unwatch(loop, ends[0]);
    loop_unwatch(loop, ends[0]);
    assert_ok(loop_step(loop, false, &fault));
    assert_string_equal(trace, "");
    close(ends[0]);
}

/* Both are readable in one batch; whoever is called first ends the watch of the other, closes it
 * and watches a new socket with the same number: the old event must not reach the new watch. */
static int pairs[2][2], renewed[2];

static void replace_other(void *with, unsigned)
{
    const size_t other = with == a ? 1 : 0;
    note(with);
    loop_unwatch(loop, pairs[0][0]);
    loop_unwatch(loop, pairs[1][0]);
    const int number = pairs[other][0];
    close(number);
    assert_ok(socket_pair(renewed, &fault));
    if (renewed[0] != number) assert_int_equal(dup2(renewed[0], number), number);
    assert_ok(loop_watch(loop, number, LOOP_READ, note_events, c, &fault));
}

static void an_event_for_a_closed_descriptor_does_not_reach_its_successor(void **)
{
    for (size_t i = 0; i < 2; i++) {
        assert_ok(socket_pair(pairs[i], &fault));
        assert_ok(loop_watch(loop, pairs[i][0], LOOP_READ, replace_other, i == 0 ? a : b, &fault));
        assert_int_equal(write(pairs[i][1], "x", 1), 1);
    }
    assert_ok(loop_step(loop, true, &fault));
    assert_int_equal(strlen(trace), 2); /* one of "a " and "b " */
}

static void stop_on_signal(void *with, int signal_number)
{
    snprintf(trace, sizeof trace, "signal %d", signal_number);
    loop_stop(with);
}

static void signals_are_calls(void **)
{
    assert_ok(loop_on_stop_signal(loop, stop_on_signal, loop, &fault));
    static const int signals[] = { SIGTERM, SIGINT };
    for (size_t i = 0; i < 2; i++) {
        char want[32];
        snprintf(want, sizeof want, "signal %d", signals[i]);
        assert_int_equal(raise(signals[i]), 0);
        assert_ok(loop_run(loop, &fault));
        assert_string_equal(trace, want);
    }
}

static void stop(void *with)
{
    note(with);
    loop_stop(loop);
}

static void a_real_clock_wakes_the_loop(void **)
{
    struct loop *real = NULL;
    uint64_t id = 0;
    assert_ok(loop_new(NULL, &real, &fault));
    struct loop *simulated = loop;
    loop = real;
    const int64_t start_ns = clock_mono_ns();
    assert_ok(loop_at(real, start_ns + 20 * CLOCK_NS_PER_MS, stop, a, &id));
    assert_ok(loop_at(real, INT64_MAX, note, b, &id));
    assert_ok(loop_run(real, &fault));
    assert_true(clock_mono_ns() - start_ns >= 20 * CLOCK_NS_PER_MS);
    assert_string_equal(trace, "a ");
    loop_stop(real);
    assert_ok(loop_run(real, &fault)); /* was stopped before it ran */
    loop_free(real);
    loop = simulated;
}

static void what_cannot_be_watched_is_refused(void **)
{
    assert_fails(loop_watch(loop, -1, LOOP_READ, note_events, a, &fault), E_LIMIT);
    assert_fails(loop_watch(loop, LOOP_FD_MAX, LOOP_READ, note_events, a, &fault), E_LIMIT);
    assert_fails(loop_watch(loop, LOOP_FD_MAX - 1, LOOP_READ, note_events, a, &fault), E_IO);
    FILE *regular = tmpfile(); /* epoll does not take files */
    assert_non_null(regular);
    assert_fails(loop_watch(loop, fileno(regular), LOOP_READ, note_events, a, &fault), E_DENIED);
    fclose(regular);
    loop_unwatch(loop, -1);
    loop_unwatch(loop, LOOP_FD_MAX);
}

static void new_attempt(void *)
{
    struct loop *other = NULL;
    const status s = loop_new(NULL, &other, &fault);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
    loop_free(other);
}

static void memory_may_run_out(void **)
{
    assert_int_equal(fail_each_allocation(new_attempt, NULL), 1);
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(timers_run_when_the_clock_says_so),
        WITH_LOOP(a_timer_that_sets_itself_does_not_starve_the_rest),
        WITH_LOOP(descriptors_call_for_what_was_asked),
        WITH_LOOP(an_event_for_a_closed_descriptor_does_not_reach_its_successor),
        WITH_LOOP(signals_are_calls),
        WITH_LOOP(a_real_clock_wakes_the_loop),
        WITH_LOOP(what_cannot_be_watched_is_refused),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests_name("os/loop", tests, NULL, NULL);
}
