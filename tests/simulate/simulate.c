/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/simulate.h"
#include "simulate/registry.h"
#include "tests/cm.h"
#include "tests/fail.h"

struct seen {
    uint64_t lines;
    uint64_t labelled;
    uint64_t attacks;
    uint64_t fail_at; /* 0: never */
    int64_t last_ms;
};

static status on_line(void *to, const struct simulated *line)
{
    struct seen *seen = to;
    assert_true(line->time_ms >= seen->last_ms);
    assert_true(line->json.at[0] == '{' && line->json.at[line->json.len - 1] == '}');
    assert_non_null(simulate_source_name(line->source));
    seen->last_ms = line->time_ms;
    seen->labelled += line->label != NULL;
    return ++seen->lines == seen->fail_at ? FAIL(E_FULL) : OK;
}

static status on_attack(void *to, const struct simulated_attack *attack)
{
    struct seen *seen = to;
    assert_true(attack->rules[0] != 0);
    seen->attacks++;
    return OK;
}

static const struct simulate_config small = { .seed = 1,
                                              .days = 1,
                                              .staff = SIMULATE_STAFF_MIN,
                                              .users = SIMULATE_USERS_MIN,
                                              .start_day = 20458,
                                              .attacks = UINT32_MAX,
                                              .records = true };

static status simulate(const struct simulate_config *config, struct seen *seen)
{
    struct simulation *s = NULL;
    TRY(simulation_new(config, &s));
    const struct simulate_sink sink = { on_line, on_attack, seen };
    const status ran = simulation_run(s, &sink);
    simulation_free(s);
    return ran;
}

static void every_planted_attack_is_told_of(void **)
{
    struct seen seen = {};
    assert_ok(simulate(&small, &seen));
    assert_int_equal(seen.attacks, registry_attacks());
    assert_true(seen.labelled > 300 && seen.lines > 5000);
    assert_null(simulate_attack_name(seen.attacks));
    assert_null(simulate_activity_name(registry_activities()));
    assert_null(simulate_source_name(SOURCES));
    assert_true(registry_attacks() <= SIMULATE_ATTACKS_MAX);
}

/* Long enough for what takes weeks: appeals, people who leave, requests of data subjects. */
static void attacks_come_again_in_later_weeks(void **)
{
    struct seen seen = {};
    struct simulate_config weeks = small;
    weeks.days = 29;
    assert_ok(simulate(&weeks, &seen));
    assert_true(seen.attacks > registry_attacks());
    assert_true(seen.attacks < 3 * registry_attacks());
}

static void a_configuration_outside_its_limits_is_refused(void **)
{
    struct simulate_config cases[8];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cases[i] = small;
    cases[0].days = 0;
    cases[1].days = SIMULATE_DAYS_MAX + 1;
    cases[2].staff = SIMULATE_STAFF_MIN - 1;
    cases[3].staff = SIMULATE_STAFF_MAX + 1;
    cases[4].users = SIMULATE_USERS_MIN - 1;
    cases[5].users = SIMULATE_USERS_MAX + 1u;
    cases[6].staff = SIMULATE_USERS_MIN + 1;
    cases[7].start_day = -1;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct simulation *s = NULL;
        assert_fails(simulation_new(&cases[i], &s), E_VALUE);
        assert_null(s);
    }
    simulation_free(NULL);
}

static void a_sink_that_fails_ends_it_with_its_status(void **)
{
    for (uint64_t at = 1; at < 3000; at += 501) {
        struct seen seen = { .fail_at = at };
        assert_fails(simulate(&small, &seen), E_FULL);
        assert_int_equal(seen.lines, at);
    }
}

static void attempt(void *)
{
    struct simulate_config tiny = small;
    struct seen seen = {};
    tiny.events = 1; /* as little as can be */
    const status s = simulate(&tiny, &seen);
    assert_int_equal(s.code, fail_happened() ? E_NOMEM : E_OK);
}

static void memory_that_runs_out_ends_it(void **)
{
    assert_true(fail_each_allocation(attempt, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_planted_attack_is_told_of),
        cmocka_unit_test(attacks_come_again_in_later_weeks),
        cmocka_unit_test(a_configuration_outside_its_limits_is_refused),
        cmocka_unit_test(a_sink_that_fails_ends_it_with_its_status),
        cmocka_unit_test(memory_that_runs_out_ends_it),
    };
    return cmocka_run_group_tests_name("simulate/simulate", tests, NULL, NULL);
}
