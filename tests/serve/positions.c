/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/positions.h"
#include "tests/cm.h"

static void numbers_become_the_indices_they_were_given(void **)
{
    struct positions p = {};
    uint64_t index = 0;
    assert_ok(positions_init(&p, 100));
    for (uint64_t n = 100; n < 1000; n++)
        positions_note(&p, n, n + (n - 100) / 10); /* another record after every tenth */
    for (uint64_t n = 100; n < 1000; n++) {
        assert_ok(positions_find(&p, n, &index));
        assert_true(index == n + (n - 100) / 10);
    }
    assert_ok(positions_find(&p, 42, &index));
    assert_true(index == 42); /* from before this run of the node */
    assert_fails(positions_find(&p, 1000, &index), E_NOT_FOUND);
    positions_done(&p);
}

static void the_oldest_runs_are_forgotten_first(void **)
{
    struct positions p = {};
    uint64_t index = 0;
    assert_ok(positions_init(&p, 0));
    for (uint64_t n = 0; n < POSITIONS_RUNS_MAX + 10; n++)
        positions_note(&p, n, 2 * n);
    assert_fails(positions_find(&p, 9, &index), E_NOT_FOUND);
    assert_ok(positions_find(&p, 10, &index));
    assert_true(index == 20);
    assert_ok(positions_find(&p, POSITIONS_RUNS_MAX + 9, &index));
    positions_done(&p);
}

static void evidence_is_translated_and_foreign_evidence_refused(void **)
{
    struct positions p = {};
    uint8_t evidence[20] = {};
    uint8_t back[20] = {};
    assert_ok(positions_init(&p, 5));
    positions_note(&p, 5, 9);
    put_u64(evidence, 5);
    put_u16(evidence + 8, 8);
    put_u64(evidence + 10, 3);
    assert_ok(positions_translate(&p, (slice){ evidence, 20 }, back));
    assert_true(get_u64(back) == 9 && get_u16(back + 8) == 8 && get_u64(back + 10) == 3);
    assert_fails(positions_translate(&p, (slice){ evidence, 19 }, back), E_VALUE);
    put_u64(evidence, 6);
    assert_fails(positions_translate(&p, (slice){ evidence, 20 }, back), E_NOT_FOUND);
    positions_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_the_indices_they_were_given),
        cmocka_unit_test(the_oldest_runs_are_forgotten_first),
        cmocka_unit_test(evidence_is_translated_and_foreign_evidence_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
