/* SPDX-License-Identifier: Apache-2.0 */
#include "os/timers.h"

#include <stdlib.h>
#include "tests/cm.h"

static struct timers timers;

static void nothing(void *)
{
}

static uint64_t add(int64_t at_ns, void *with)
{
    uint64_t id = 0;
    assert_ok(timers_add(&timers, at_ns, nothing, with, &id));
    assert_true(id != 0);
    return id;
}

static void earliest_first_and_equal_ones_in_order(void **)
{
    static const int64_t at[] = { 50, 10, 30, 10, -5, 50, 10 };
    static const size_t order[] = { 4, 1, 3, 6, 2, 0, 5 };
    size_t tags[COUNT_OF(at)];
    timers_init(&timers);
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        tags[i] = i;
        add(at[i], &tags[i]);
    }
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        struct timer due = { 0 };
        int64_t next = 0;
        assert_true(timers_next(&timers, &next));
        assert_int_equal(next, at[order[i]]);
        assert_false(timers_take(&timers, next - 1, &due));
        assert_true(timers_take(&timers, next, &due));
        assert_int_equal(*(size_t *)due.with, order[i]);
    }
    int64_t next = 77;
    assert_false(timers_next(&timers, &next));
    assert_int_equal(next, 77);
}

static void the_table_has_an_end_and_cancelled_places_return(void **)
{
    uint64_t ids[TIMERS_MAX], id = 77;
    timers_init(&timers);
    for (size_t i = 0; i < TIMERS_MAX; i++)
        ids[i] = add((int64_t)i, NULL);
    assert_fails(timers_add(&timers, 0, nothing, NULL, &id), E_LIMIT);
    assert_int_equal(id, 77);
    timers_cancel(&timers, ids[500]);
    timers_cancel(&timers, ids[500]); /* gone already */
    timers_cancel(&timers, 0);
    timers_cancel(&timers, UINT64_MAX);
    const uint64_t again = add(1, NULL);
    assert_true(again != ids[500]);
    timers_cancel(&timers, ids[500]); /* does not hit the one that took its place */
    assert_int_equal(timers.count, TIMERS_MAX);
}

/* The naive twin: an array searched from end to end. */
static struct {
    int64_t at_ns;
    uint64_t id;
} twin[TIMERS_MAX];
static size_t twin_count;

static size_t twin_first(void)
{
    size_t first = 0;
    for (size_t i = 1; i < twin_count; i++) {
        if (twin[i].at_ns < twin[first].at_ns) first = i;
    }
    return first;
}

static void twin_remove(size_t i)
{
    for (; i + 1 < twin_count; i++)
        twin[i] = twin[i + 1];
    twin_count--;
}

static void random_use_agrees_with_a_naive_twin(void **)
{
    uint64_t x = 42;
    timers_init(&timers);
    twin_count = 0;
    for (int step = 0; step < 20'000; step++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const unsigned choice = (unsigned)(x >> 60);
        if (choice < 8 && twin_count < TIMERS_MAX) {
            const int64_t at_ns = (int64_t)(x >> 33 & 0xff);
            twin[twin_count].at_ns = at_ns;
            twin[twin_count++].id = add(at_ns, NULL);
        } else if (choice < 11 && twin_count != 0) {
            const size_t victim = (x >> 33) % twin_count;
            timers_cancel(&timers, twin[victim].id);
            twin_remove(victim);
        } else if (twin_count != 0) {
            struct timer due = { 0 };
            const size_t first = twin_first();
            assert_true(timers_take(&timers, INT64_MAX, &due));
            assert_int_equal(due.at_ns, twin[first].at_ns);
            assert_int_equal(due.order, twin[first].id / TIMERS_MAX);
            twin_remove(first);
        }
        assert_int_equal(timers.count, twin_count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(earliest_first_and_equal_ones_in_order),
        cmocka_unit_test(the_table_has_an_end_and_cancelled_places_return),
        cmocka_unit_test(random_use_agrees_with_a_naive_twin),
    };
    return cmocka_run_group_tests_name("os/timers", tests, NULL, NULL);
}
