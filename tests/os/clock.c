/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"

#include <time.h>
#include "tests/cm.h"

static void real_time_is_the_time_of_day(void **)
{
    const int64_t before_s = time(NULL);
    const int64_t now_ns = clock_real_ns();
    assert_in_range(now_ns / CLOCK_NS_PER_S - before_s + 1, 0, 3);
}

static void monotonic_time_goes_forward_by_what_was_slept(void **)
{
    int64_t last_ns = clock_mono_ns();
    for (int i = 0; i < 1000; i++) {
        const int64_t now_ns = clock_mono_ns();
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
    }
    nanosleep(&(struct timespec){ .tv_nsec = 5 * CLOCK_NS_PER_MS }, NULL);
    assert_true(clock_mono_ns() - last_ns >= 5 * CLOCK_NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_time_is_the_time_of_day),
        cmocka_unit_test(monotonic_time_goes_forward_by_what_was_slept),
    };
    return cmocka_run_group_tests_name("os/clock", tests, NULL, NULL);
}
