/* SPDX-License-Identifier: Apache-2.0 */
#include "report/changes.h"

#include <stdio.h>
#include "tests/cm.h"

#define HEAD "figure,by_1,value_1,by_2,value_2,count,late,how\n"
#define BEFORE                                                                                     \
    HEAD "removed,,,,,30,0,counted\n"                                                              \
         "removed,market,DE,,,20,0,counted\n"                                                      \
         "removed,market,DE,type,video,5,0,counted\n"                                              \
         "removed,market,FR,,,10,0,counted\n"

static struct changes found;

static status find_renamed(const char *before, const char *now, const char *from, const char *to)
{
    static struct fault f;
    const struct changes_renaming renaming = { slice_text(from), slice_text(to) };
    return changes_find(guarded(slice_text(before)), guarded(slice_text(now)), &renaming,
                        from[0] != '\0', &found, &f);
}

static status find(const char *before, const char *now)
{
    return find_renamed(before, now, "", "");
}

static void is_change(size_t nth, const char *cell, const char *was, const char *from,
                      const char *to)
{
    const struct change *c = &found.at[nth];
    assert_true(slice_is(c->cell, cell) && slice_is(c->was, was));
    assert_true(slice_is(c->from, from) && slice_is(c->to, to));
}

static void the_same_cells_in_another_order_are_no_change(void **)
{
    assert_ok(find(BEFORE, HEAD "removed,market,FR,,,10,0,counted\n"
                                "removed,market,DE,type,video,5,0,counted\r\n"
                                "removed,,,,,30,7,opened\n"
                                "removed,market,DE,,,20,0,counted"));
    assert_int_equal(found.count, 0);
    assert_int_equal(found.rewritten, 0);
    changes_done(&found);
}

static void each_cell_that_differs_is_told_with_both_values(void **)
{
    assert_ok(find(BEFORE, HEAD "removed,,,,,31,1,counted\n"
                                "removed,market,DE,,,20,0,counted\n"
                                "removed,market,FR,,,10,0,counted\n"
                                "removed,market,IT,,,1,1,counted\n"));
    assert_int_equal(found.count, 3);
    is_change(0, "removed", "", "30", "31");
    is_change(1, "removed/DE/video", "", "5", "");
    is_change(2, "removed/IT", "", "", "1");
    assert_int_equal(found.gone, 1);
    changes_done(&found);
}

static void a_value_that_is_only_written_otherwise_is_no_change(void **)
{
    static const struct {
        const char *from, *to;
        bool same;
    } cases[] = { { "0.50", "0.5", true },    { "1.0", "1", true }, { "007", "7", true },
                  { "0", "0.000", true },     { "10", "1", false }, { "0.5", "0.50001", false },
                  { "", "0", false },         { "-", "0", false },  { "1.0.0", "1", false },
                  { "below 10", "0", false }, { "5", "", false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char before[128];
        char now[128];
        snprintf(before, sizeof before, "figure,count\na,%s\n", cases[i].from);
        snprintf(now, sizeof now, "figure,count\na,%s\n", cases[i].to);
        assert_ok(find(before, now));
        assert_int_equal(found.count, !cases[i].same);
        assert_int_equal(found.rewritten, cases[i].same);
        changes_done(&found);
    }
}

static void a_cell_with_a_new_name_is_told_as_such(void **)
{
    static const char now[] = HEAD "removed,,,,,30,0,counted\n"
                                   "removed,market,DE,,,20,0,counted\n"
                                   "removed,market,DE,type,film,5,0,counted\n"
                                   "removed,market,FR,,,10,0,counted\n";
    assert_ok(find_renamed(BEFORE, now, "removed/DE/video", "removed/DE/film"));
    assert_int_equal(found.count, 1);
    is_change(0, "removed/DE/film", "removed/DE/video", "5", "5");
    assert_int_equal(found.gone, 0);
    changes_done(&found);
    assert_fails(find_renamed(BEFORE, now, "removed/DE/film", "x"), E_NOT_FOUND);
    assert_fails(find_renamed(BEFORE, now, "removed/DE/video", "removed/FR"), E_DUPLICATE);
}

static void what_is_no_list_of_cells_is_refused(void **)
{
    static const char *const bad[] = { "",
                                       "count,figure\n1,a\n",
                                       "figure,value_1\n",
                                       "figure,count\na\n",
                                       "figure,count\na,1,2\n",
                                       "figure,count\n,1\n",
                                       "figure,count\n\n",
                                       "figure,count\n\"a\",1\n",
                                       "figure,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,count\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_fails(find(bad[i], BEFORE), E_SYNTAX);
        assert_fails(find(BEFORE, bad[i]), E_SYNTAX);
    }
    assert_fails(find(BEFORE, "figure,count\na,1\na,1\n"), E_DUPLICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_cells_in_another_order_are_no_change),
        cmocka_unit_test(each_cell_that_differs_is_told_with_both_values),
        cmocka_unit_test(a_value_that_is_only_written_otherwise_is_no_change),
        cmocka_unit_test(a_cell_with_a_new_name_is_told_as_such),
        cmocka_unit_test(what_is_no_list_of_cells_is_refused),
    };
    return cmocka_run_group_tests_name("report/changes", tests, NULL, NULL);
}
