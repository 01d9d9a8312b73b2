/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/timeline.h"

#include <stdlib.h>
#include "tests/cm.h"

enum { TIMES = 200 };

static const int64_t second = 1000000000;

static uint64_t all(const struct timeline *t)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < t->bin_count; i++)
        sum += timeline_total(t, i);
    return sum;
}

static void an_empty_one_has_no_bins(void **)
{
    const struct timeline t = timeline_of();
    assert_int_equal(t.bin_count, 0);
    assert_int_equal(t.untimed, 0);
}

static void one_time_is_one_bin(void **)
{
    static const int64_t times[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1767258000000000000 };
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct timeline t = timeline_of();
        timeline_add(&t, times[i], LEVEL_HIGH);
        timeline_add(&t, times[i], LEVEL_LOW);
        assert_int_equal(t.bin_count, 1);
        assert_int_equal(t.counts[0][LEVEL_HIGH], 1);
        assert_int_equal(timeline_total(&t, 0), 2);
    }
}

/* Every count lies in the bin that holds its time, whatever came before it. */
static void spans_widen_and_lose_nothing(void **)
{
    static const int64_t steps[] = { 1, 7, 60, 3601, 86400, 86400 * 400 };
    for (size_t s = 0; s < COUNT_OF(steps); s++) {
        struct timeline t = timeline_of();
        for (int64_t i = 0; i < TIMES; i++)
            timeline_add(&t, (i * 7919 % TIMES) * steps[s] * second, (uint8_t)(i % 6));
        assert_in_range(t.bin_count, 2, TIMELINE_BINS);
        assert_int_equal(all(&t), TIMES);
        for (size_t b = 0; b < t.bin_count; b++) {
            const int64_t start = timeline_start_s(&t, b);
            uint64_t want = 0;
            for (int64_t i = 0; i < TIMES; i++) {
                const int64_t at = i * steps[s];
                want += at >= start && at < start + t.width_s;
            }
            assert_int_equal(timeline_total(&t, b), want);
        }
        assert_int_not_equal(timeline_total(&t, 0), 0);
        assert_int_not_equal(timeline_total(&t, t.bin_count - 1), 0);
    }
}

static void the_order_does_not_matter(void **)
{
    struct timeline up = timeline_of();
    struct timeline down = timeline_of();
    for (int64_t i = 0; i < TIMES; i++) {
        timeline_add(&up, (i - 50) * 977 * second, 3);
        timeline_add(&down, (TIMES - 1 - i - 50) * 977 * second, 3);
    }
    assert_int_equal(up.first, down.first);
    assert_int_equal(up.width_s, down.width_s);
    assert_int_equal(up.bin_count, down.bin_count);
    assert_memory_equal(up.counts, down.counts, sizeof up.counts);
}

static void the_ends_of_time_fit(void **)
{
    struct timeline t = timeline_of();
    timeline_add(&t, INT64_MAX, LEVEL_CRITICAL);
    timeline_add(&t, INT64_MIN, LEVEL_CRITICAL);
    timeline_add(&t, 0, 200); /* a level that there is not */
    assert_in_range(t.bin_count, 2, TIMELINE_BINS);
    assert_int_equal(all(&t), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_no_bins),     cmocka_unit_test(one_time_is_one_bin),
        cmocka_unit_test(spans_widen_and_lose_nothing), cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(the_ends_of_time_fit),
    };
    return cmocka_run_group_tests_name("judge/output/timeline", tests, NULL, NULL);
}
