/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/samples.h"

#include <stdlib.h>
#include "report/harmonised/grid.h"
#include "report/template/template.h"
#include "tests/cm.h"

static void the_median_is_the_one_in_the_middle_in_hours(void **)
{
    static const struct {
        size_t count;
        uint32_t seconds[5];
        uint64_t hundredths;
    } rows[] = {
        { 1, { 3600 }, 100 },
        { 1, { 0 }, 0 },
        { 2, { 3600, 0 }, 50 },
        { 3, { 7200, 0, 3600 }, 100 },
        { 4, { 10, 20, 30, 400000 }, 1 }, /* 25 s: 0.0069 h */
        { 2, { 17, 18 }, 0 },             /* 17.5 s: 0.0049 h */
        { 2, { 18, 18 }, 1 },             /* 0.005 h */
        { 2, { UINT32_MAX, UINT32_MAX }, 119304647 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct samples s = {};
        uint64_t got = 7;
        for (size_t n = 0; n < rows[i].count; n++) {
            assert_ok(samples_add(&s, 5, 2, rows[i].seconds[n]));
            assert_ok(samples_add(&s, 5, 3, 1));
            assert_ok(samples_add(&s, 4, 2, 9));
        }
        samples_sort(&s);
        assert_true(samples_median(&s, 5, 2, &got));
        assert_int_equal(got, rows[i].hundredths);
        assert_false(samples_median(&s, 5, 1, &got));
        assert_false(samples_median(&s, 6, 2, &got));
        samples_done(&s);
    }
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void medians_agree_with_a_sorted_list(void **)
{
    uint32_t lists[3][400];
    struct samples s = {};
    for (size_t i = 0; i < 400; i++) {
        for (uint32_t line = 0; line < 3; line++) {
            lists[line][i] = (uint32_t)((i * 7919 + line * 104729) % 1000003);
            assert_ok(samples_add(&s, line, 0, lists[line][i]));
        }
    }
    samples_sort(&s);
    for (uint32_t line = 0; line < 3; line++) {
        uint64_t got = 0;
        qsort(lists[line], 400, sizeof lists[line][0], by_number);
        assert_true(samples_median(&s, line, 0, &got));
        const uint64_t sum = (uint64_t)lists[line][199] + lists[line][200];
        assert_true(got * 72 + 36 >= sum && got * 72 <= sum + 36);
    }
    samples_done(&s);
}

/* How many lines a part has before anything is counted. */
static void grids_begin_with_every_line_of_the_template(void **)
{
    static const struct {
        uint8_t part;
        uint32_t lines;
    } rows[] = { { 3, 28 * 91 }, { 4, 91 }, { 5, 90 }, { 6, 98 } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena = arena_of(16 * 1024 * 1024);
        struct grid g = {};
        assert_ok(grid_init(&g, rows[i].part, &arena));
        assert_int_equal(grid_count(&g), rows[i].lines);
        assert_ok(grid_sort(&g));
        for (uint32_t n = 0; n < rows[i].lines; n++)
            assert_int_equal(g.order[n], n);
        grid_done(&g);
        arena_done(&arena);
    }
}

static void descriptions_differ_by_more_than_case_and_spaces(void **)
{
    enum { OTHER = 4 }; /* KEYWORD_OTHER of the first category */
    static uint8_t long_text[3 * GRID_DESCRIPTION_BYTES_MAX];
    struct arena arena = arena_of(16 * 1024 * 1024);
    struct grid g = {};
    uint32_t line = 0;
    uint32_t same = 0;
    memset(long_text, 0xc3, sizeof long_text); /* never cut within a character */
    for (size_t i = 1; i < sizeof long_text; i += 2)
        long_text[i] = 0xa4;
    assert_string_equal(template_categories[OTHER].code, "KEYWORD_OTHER");
    assert_ok(grid_init(&g, 4, &arena));
    assert_ok(grid_line(&g, 0, OTHER, slice_text(" Cats  and\n dogs "), &line));
    assert_ok(grid_line(&g, 0, OTHER, slice_text("cats and DOGS"), &same));
    assert_int_equal(same, line);
    assert_true(slice_is(g.lines[line].description, "Cats and dogs"));
    assert_ok(grid_line(&g, 0, OTHER, slice_text("cat sand dogs"), &same));
    assert_int_not_equal(same, line);
    assert_ok(grid_line(&g, 0, OTHER, slice_text(" \n "), &same));
    assert_int_equal(g.lines[same].description.len, 0);
    assert_int_equal(grid_count(&g), 93);
    assert_ok(grid_line(&g, 0, OTHER, guarded((slice){ long_text, sizeof long_text - 1 }), &line));
    assert_int_equal(g.lines[line].description.len, GRID_DESCRIPTION_BYTES_MAX);
    grid_done(&g);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_is_the_one_in_the_middle_in_hours),
        cmocka_unit_test(medians_agree_with_a_sorted_list),
        cmocka_unit_test(grids_begin_with_every_line_of_the_template),
        cmocka_unit_test(descriptions_differ_by_more_than_case_and_spaces),
    };
    return cmocka_run_group_tests_name("report/samples", tests, NULL, NULL);
}
