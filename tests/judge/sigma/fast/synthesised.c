/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each rule an event that it matches and a near miss, made from the rule: both engines agree on
 * both, and the rule fires on the one only. Alone the test tries the rule itself and confirms what
 * else the engine finds; with an argument, the number of variants, it compares all rules on each
 * event.
 */
#include <stdlib.h>
#include "tests/judge/sigma/fast/corpus.h"
#include "tests/judge/sigma/fast/synthesis.h"

static uint32_t variants = 1;
static bool compares_all;

struct tally {
    size_t rules, matched, missed, events, others;
    size_t by_character;
};

static bool is_found(const struct comparison *c, const struct rule *rule)
{
    for (size_t i = 0; i < c->found_count; i++) {
        if (c->found[i] == rule) return true;
    }
    return false;
}

static void judge(struct comparison *c, const struct rule *rule, const struct event *event,
                  bool wanted, struct tally *t)
{
    const int len = (int)rule->title.len;
    const char *title = (const char *)rule->title.at;
    t->events++;
    comparison_run(c, event);
    if (is_found(c, rule) != wanted)
        fail_msg("%.*s: %s", len, title, wanted ? "not found" : "found in a near miss");
    for (size_t i = 0; i < c->found_count; i++) {
        if (!sigma_naive_match(c->naive, c->found[i], event, NULL))
            fail_msg("%.*s: its event leads to a rule that does not match", len, title);
    }
    t->others += c->found_count - wanted;
    if (compares_all) comparison_event(c, event, title);
}

static void judge_rule(struct comparison *c, struct synthesis *s, const struct rule *rule,
                       uint32_t variant, struct tally *t)
{
    const struct event *event = NULL;
    const char *what = NULL;
    t->rules++;
    if (!synthesis_match(s, rule, variant, &event)) {
        print_message("# no event for %.*s (%.*s)\n", (int)rule->title.len,
                      (const char *)rule->title.at, (int)rule->file.len,
                      (const char *)rule->file.at);
        return;
    }
    t->matched++;
    judge(c, rule, event, true, t);
    if (!synthesis_miss(s, &event, &what)) {
        print_message("# no near miss for %.*s (%.*s)\n", (int)rule->title.len,
                      (const char *)rule->title.at, (int)rule->file.len,
                      (const char *)rule->file.at);
        return;
    }
    t->missed++;
    t->by_character += strcmp(what, "a character") == 0;
    judge(c, rule, event, false, t);
}

static struct tally judge_all(const struct ruleset *rs)
{
    struct comparison c = comparison_of(rs);
    struct synthesis *s = synthesis_new(rs, c.naive);
    struct tally t = {};
    for (uint32_t v = 0; v < variants; v++) {
        for (size_t i = 0; i < rs->rule_count; i++) {
            if (rs->rules[i]->kind == RULE_DETECTION) judge_rule(&c, s, rs->rules[i], v, &t);
        }
    }
    print_message("# %zu rules: %zu match their event, %zu have a near miss (%zu by a character);"
                  " %zu events judged, %zu findings of other rules\n",
                  t.rules, t.matched, t.missed, t.by_character, t.events, t.others);
    synthesis_free(s);
    comparison_done(&c);
    return t;
}

static void each_public_rule_finds_its_event_and_not_the_near_miss(void **)
{
    struct ruleset *rs = corpus_rules();
    if (rs == NULL) skip();
    const struct tally t = judge_all(rs);
    assert_int_equal(t.matched, t.rules);
    assert_int_equal(t.missed, t.rules);
    ruleset_free(rs);
}

static void each_own_rule_finds_its_event_and_not_the_near_miss(void **)
{
    struct ruleset *rs = corpus_own_rules();
    const struct tally t = judge_all(rs);
    assert_true(t.rules >= 50);
    assert_int_equal(t.matched, t.rules);
    assert_int_equal(t.missed, t.rules);
    ruleset_free(rs);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_own_rule_finds_its_event_and_not_the_near_miss),
        cmocka_unit_test(each_public_rule_finds_its_event_and_not_the_near_miss),
    };
    if (argc == 2) {
        variants = (uint32_t)strtoul(argv[1], NULL, 10);
        compares_all = true;
    }
    return cmocka_run_group_tests_name("judge/sigma/fast/synthesised", tests, NULL, NULL);
}
