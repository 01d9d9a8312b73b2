/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/pattern.h"

#include <stdlib.h>
#include <time.h>
#include "judge/sigma/fold.h"
#include "judge/sigma/item.h"
#include "tests/cm.h"

static struct arena arena;

static struct pattern pattern_of(const char *text, uint8_t form)
{
    struct alternative value = {};
    struct pattern pattern = {};
    struct fault fault = {};
    assert_ok(value_parse(&arena, slice_text(text), false, &value));
    assert_ok(pattern_build(&arena, value.parts, value.count, form, &pattern, &fault));
    return pattern;
}

/* Both ways to match, which must agree. */
static bool both(const struct pattern *p, slice value)
{
    uint8_t *formed = malloc(text_form_bound(value.len));
    assert_non_null(formed);
    const slice ready = { formed, text_form_write(value, p->form, formed) };
    const bool fast = pattern_match(p, ready);
    const bool naive = pattern_match_naive(p, value);
    free(formed);
    assert_int_equal(fast, naive);
    return fast;
}

/* The table of docs/sigma.md, and more. */
static const struct {
    const char *pattern, *value;
    bool matches;
} table[] = {
    { "abc", "ABC", true },
    { "abc", "abcd", false },
    { "a*", "a", true },
    { "a*c", "a\nb\nc", true },
    { "a?c", "abc", true },
    { "a?c", "ac", false },
    { "a?c",
      "a\xc3\xa9"
      "c",
      true },
    { "a?c",
      "a\xe2\x82\xac"
      "c",
      true },
    { "a\\*c", "a*c", true },
    { "a\\*c", "abc", false },
    { "a\\?c", "a?c", true },
    { "a\\?c", "abc", false },
    { "a\\bc", "a\\bc", true },
    { "abc\\", "abc\\", true },
    { "a\\\\bc", "a\\bc", true },
    { "a\\\\\\bc", "a\\\\bc", true },
    { "a\\\\\\\\bc", "a\\\\bc", true },
    { "a\\\\*", "a\\xyz", true },
    { "a\\\\*", "a*", false },
    { "a\\\\\\*", "a\\*", true },
    { "a\\\\\\*", "a\\x", false },
    { "", "", true },
    { "", "x", false },
    { "*", "", true },
    { "?", "", false },
    { "??", "\xc3\xa9x", true },
    { "*?", "", false },
    { "*?", "x", true },
    { "?*?", "x", false },
    { "?*?", "xy", true },
    { "*a*b*", "xxaxxbxx", true },
    { "*a*b*", "xxbxxaxx", false },
    { "*ab", "aab", true },
    { "a*a", "a", false },
    { "ab*ba", "aba", false },
    { "ab*ba", "abba", true },
    { "*a?c*", "aabac abc", true },
    { "*a?c", "abcabx abc", true },
    { "*\xe2\x84\xaa*", "ask", true },
    { "k", "\xe2\x84\xaa", true },
    { "stra\xc3\x9f"
      "e",
      "STRA\xe1\xba\x9e"
      "E",
      true },
    { "stra\xc3\x9f"
      "e",
      "STRASSE", false },
    { "?", "\xff", true },
    { "??", "\xe2\x82", true },
    { "*\xe2\x82\xac", "a\xe2\x82\xac", true },
};

static void wildcards_and_escapes_mean_what_the_table_says(void **)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const struct pattern p = pattern_of(table[i].pattern, FORM_FOLDED);
        if (both(&p, guarded(slice_text(table[i].value))) != table[i].matches) {
            fail_msg("case %zu: %s against %s", i, table[i].pattern, table[i].value);
        }
    }
}

static void cased_and_dashed_forms_change_what_is_equal(void **)
{
    struct pattern p = pattern_of("aBc", FORM_CASED);
    assert_true(both(&p, slice_text("aBc")));
    assert_false(both(&p, slice_text("abc")));
    p = pattern_of("* -x", FORM_DASHED);
    assert_true(both(&p, slice_text("CMD /X")));
    assert_true(both(&p, slice_text("cmd \u2015x")));
    assert_false(both(&p, slice_text("cmd +x")));
    p = pattern_of("*start/b*", FORM_DASHED | FORM_CASED);
    assert_true(both(&p, slice_text("start-b")));
    assert_false(both(&p, slice_text("START-b")));
}

static void shapes_are_recognised(void **)
{
    static const struct {
        const char *pattern;
        uint8_t shape;
    } cases[] = {
        { "abc", SHAPE_EXACT },    { "", SHAPE_EXACT },          { "abc*", SHAPE_PREFIX },
        { "**abc", SHAPE_SUFFIX }, { "*abc**", SHAPE_CONTAINS }, { "***", SHAPE_ANYTHING },
        { "a*c", SHAPE_GENERAL },  { "a?", SHAPE_GENERAL },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(pattern_of(cases[i].pattern, FORM_FOLDED).shape, cases[i].shape);
    }
}

static uint32_t dice(uint32_t *state, uint32_t sides)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % sides;
}

/* Short alphabets make accidents likely: strays that could join, dashes, letters that fold. */
static size_t random_text(uint32_t *state, const char *const *letters, uint32_t count,
                          char *ret_text)
{
    size_t len = 0;
    for (uint32_t n = dice(state, 9); n > 0; n--) {
        const slice letter = slice_text(letters[dice(state, count)]);
        bytes_copy(ret_text + len, letter.len, letter);
        len += letter.len;
    }
    ret_text[len] = 0;
    return len;
}

static void fast_and_naive_matching_agree_on_random_texts(void **)
{
    static const char *const letters[] = { "a", "B", "b",      "\xe2", "\x82",   "\xac",
                                           "-", "/", "\u2013", "k",    "\u212a", "\u20ac",
                                           "*", "?", "\\",     "*",    "?",      "a" };
    uint32_t state = 1, matched = 0;
    for (size_t round = 0; round < 400000; round++) {
        char pattern[64], value[64];
        if (round % 1000 == 0) arena_reset(&arena);
        random_text(&state, letters, COUNT_OF(letters), pattern);
        const size_t len = random_text(&state, letters, 12, value);
        const struct pattern p = pattern_of(pattern, (uint8_t)dice(&state, 4));
        matched += both(&p, (slice){ (uint8_t *)value, len });
    }
    assert_true(matched > 10000);
}

static void a_searched_part_with_a_wildcard_is_limited_to_256(void **)
{
    for (size_t symbols = 256; symbols <= 257; symbols++) {
        struct pattern pattern = {};
        struct fault fault = {};
        char text[257];
        memset(text, 'a', sizeof text);
        const struct pattern_part parts[] = { { .kind = PART_ANY, .text = slice_none() },
                                              { .kind = PART_ONE, .text = slice_none() },
                                              { .kind = PART_TEXT,
                                                .text = { (uint8_t *)text, symbols - 1 } },
                                              { .kind = PART_ANY, .text = slice_none() },
                                              { .kind = PART_TEXT, .text = slice_text("b") } };
        /* "*?x" is "?*x": put a text before, so that the '?' stays in the searched part. */
        struct pattern_part around[] = {
            parts[0], { .kind = PART_TEXT, .text = slice_text("c") },
            parts[1], { .kind = PART_TEXT, .text = { (uint8_t *)text, symbols - 2 } },
            parts[3], parts[4]
        };
        assert_fails(pattern_build(&arena, around, COUNT_OF(around), 0, &pattern, &fault),
                     symbols == 256 ? E_OK : E_LIMIT);
    }
}

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Values built to make a naive search start over at every byte. The bound is generous because test
 * builds may be instrumented; docs/sigma.md has the measured numbers. */
static void a_hostile_value_costs_linear_time(void **)
{
    enum { LEN = 1 << 20 };
    static const char *const patterns[] = { "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*",
                                            "*a?a?a?a?a?a?ab*",
                                            "*a*a*a*a*a*a*a*ab*",
                                            "a*aaaaaaaaaaaaaaab",
                                            "*ab?ab?ab?ac*b",
                                            ("*\xff"
                                             "a?a*b") };
    uint8_t *value = malloc(LEN);
    assert_non_null(value);
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        const struct pattern p = pattern_of(patterns[i], FORM_FOLDED);
        for (size_t b = 0; b < LEN; b++)
            value[b] = i == 4 && b % 3 == 1 ? 'b' : 'a';
        const double before = milliseconds();
        assert_false(pattern_match(&p, (slice){ value, LEN }));
        const double took = milliseconds() - before;
        print_message("# %s: %.2f ms\n", patterns[i], took);
        assert_true(took < 250);
    }
    free(value);
}

int main(void)
{
    arena = arena_of((size_t)64 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wildcards_and_escapes_mean_what_the_table_says),
        cmocka_unit_test(cased_and_dashed_forms_change_what_is_equal),
        cmocka_unit_test(shapes_are_recognised),
        cmocka_unit_test(fast_and_naive_matching_agree_on_random_texts),
        cmocka_unit_test(a_searched_part_with_a_wildcard_is_limited_to_256),
        cmocka_unit_test(a_hostile_value_costs_linear_time),
    };
    const int failed = cmocka_run_group_tests_name("judge/sigma/pattern", tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
