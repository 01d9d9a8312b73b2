/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/attack.h"

#include "tests/cm.h"

static void a_technique_is_told_from_its_tag(void **)
{
    static const struct {
        const char *tag, *uid; /* NULL: none */
    } cases[] = {
        { "attack.t1059", "T1059" },
        { "attack.T1059.001", "T1059.001" },
        { "ATTACK.t1003", "T1003" },
        { "attack.t105", NULL },
        { "attack.t10590", NULL },
        { "attack.t1059.", NULL },
        { "attack.t1059.01", NULL },
        { "attack.t1059.0011", NULL },
        { "attack.t1059x001", NULL },
        { "attack.t1o59", NULL },
        { "attack.s0002", NULL },
        { "attack.t", NULL },
        { "attack", NULL },
        { "t1059", NULL },
        { "", NULL },
        { "cve.2021-44228", NULL },
        { "attack.execution", NULL },
        { "attack.t1059.001.002.003.004.005.006.007", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char uid[ATTACK_UID_BYTES_MAX] = "";
        const bool told = attack_technique(guarded(slice_text(cases[i].tag)), uid);
        assert_int_equal(told, cases[i].uid != NULL);
        if (told) assert_string_equal(uid, cases[i].uid);
    }
}

static void a_tactic_is_told_with_either_mark_between_words(void **)
{
    static const struct {
        const char *tag, *uid;
    } cases[] = {
        { "attack.execution", "TA0002" },
        { "attack.lateral-movement", "TA0008" },
        { "attack.lateral_movement", "TA0008" },
        { "attack.command-and-control", "TA0011" },
        { "attack.command_and-control", "TA0011" },
        { "attack.stealth", "TA0005" },
        { "attack.defense-evasion", "TA0005" },
        { "attack.defense_impairment", "TA0112" },
        { "attack.lateral movement", NULL },
        { "attack.lateral", NULL },
        { "attack.executions", NULL },
        { "attack.", NULL },
        { "execution", NULL },
        { "", NULL },
        { "attack.t1059", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct attack_tactic *t = attack_tactic(guarded(slice_text(cases[i].tag)));
        if (cases[i].uid == NULL) {
            assert_null(t);
            continue;
        }
        assert_non_null(t);
        assert_string_equal(t->uid, cases[i].uid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_technique_is_told_from_its_tag),
        cmocka_unit_test(a_tactic_is_told_with_either_mark_between_words),
    };
    return cmocka_run_group_tests_name("judge/output/attack", tests, NULL, NULL);
}
