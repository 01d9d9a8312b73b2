/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading rules, judging and correlating with every allocation failing once: the failure is
 * reported, nothing is read that was not made, and everything is released.
 */
#include "judge/sigma/correlate/correlator.h"
#include "judge/sigma/naive.h"
#include "tests/cm.h"
#include "tests/fail.h"

static const char text[] =
    "title: r\nname: r\nlogsource: {product: windows}\ndetection:\n"
    "  a: {A|contains|all: [x, 'y?z*w'], B|re: '^a', C|cidr: 10.0.0.0/8, D|fieldref: A}\n"
    "  b: [word, 7]\n  condition: 1 of them and not (a and b)\n---\n"
    "title: f\nlogsource: {product: windows}\nfilter: {rules: any, c: {U|expand: '%L%'}, "
    "condition: not c}\n---\n"
    "title: c\ncorrelation: {type: value_count, rules: [r], group-by: [A], timespan: 1m, "
    "condition: "
    "{field: B, gte: 1}}\n---\n"
    "title: d\ncorrelation: {type: value_avg, rules: [r], group-by: [A], timespan: 1m, condition: "
    "{field: N, gte: 1}}\n---\n"
    "title: broken\nlogsource: {}\ndetection: {a: {A|near: 1}, condition: b}\n";

static void on_finding(void *, const struct finding *)
{
}

static void judge(const struct ruleset *rs)
{
    const slice names[] = { slice_text("A"), slice_text("N") };
    const struct event_field fields[] = {
        { .name = names[0],
          .text = slice_text("word"),
          .name_hash = event_name_hash(names[0]),
          .type = EVENT_TEXT },
        { .name = names[1],
          .text = slice_text("5"),
          .name_hash = event_name_hash(names[1]),
          .type = EVENT_NUMBER },
    };
    const struct event event = { .fields = fields,
                                 .field_count = COUNT_OF(fields),
                                 .raw = slice_none(),
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .has_time = true,
                                 .parsed = true };
    struct naive *n = naive_new(rs);
    struct correlator *c = NULL;
    const struct correlator_config config = { .bytes_max = 64 * 1024 };
    const status s = correlator_new(rs, &config, &c);
    assert_true((n != NULL && s.code == E_OK) || fail_happened());
    if (n != NULL) assert_true(sigma_naive_match(n, rs->rules[0], &event, NULL));
    const uint32_t matched = 0;
    for (uint64_t i = 0; s.code == E_OK && i < 3; i++) {
        correlator_event(c, &event, i, 0, &matched, 1, on_finding, NULL);
    }
    if (s.code == E_OK) correlator_end(c, on_finding, NULL);
    correlator_free(c);
    naive_free(n);
}

static void attempt(void *)
{
    struct ruleset *rs = ruleset_new();
    if (rs == NULL) {
        assert_true(fail_happened());
        return;
    }
    status s = ruleset_list(rs, slice_text("L"), slice_text("v"));
    if (s.code == E_OK) s = ruleset_add(rs, slice_text("f"), slice_text(text));
    if (s.code == E_OK) s = ruleset_finish(rs);
    assert_true(s.code == E_OK || fail_happened());
    if (s.code == E_OK && rs->rule_count == 4) judge(rs);
    ruleset_free(rs);
}

static void every_failed_allocation_is_survived(void **)
{
    assert_true(fail_each_allocation(attempt, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_failed_allocation_is_survived) };
    return cmocka_run_group_tests_name("judge/sigma/memory", tests, NULL, NULL);
}
