/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/regex_literal.h"

#include "tests/cm.h"

/* The longer a literal, the cheaper. */
static float by_length(const void *, slice literal)
{
    return 1.0F / (float)literal.len;
}

struct sample {
    const char *expression;
    const char *wanted; /* literals with a blank between; "" for none */
};

static const struct sample samples[] = {
    { "plain", "plain" },
    { "PLAIN", "plain" },
    { "", "" },
    { "a+bc", "bc" },
    { "abc?d", "ab" },
    { "abc*", "ab" },
    { "abc{0,3}de", "ab" },
    { "abc{2}d", "abc" },
    { "abc{,3}d", "ab" },
    { "ab{x", "" },
    { "abc+?def", "abc" },
    { "a.bcd", "bcd" },
    { "a\\.bcd", "a.bcd" },
    { "\\\\cmd\\.exe$", "\\cmd.exe" },
    { "^powershell\\s+-enc", "powershell" },
    { "one|three", "one three" },
    { "one|.*", "" },
    { "one|", "" },
    { "(?:one|two)xyz+", "xyz" },
    { "(?:one|two).", "one two" },
    { "(one|two)?x", "x" },
    { "(one|two)*x", "x" },
    { "(one|two){0,2}x", "x" },
    { "(one|two)+x", "one two" },
    { "(?i)curl", "curl" },
    { "(?x)cu rl", "" },
    { "(?=curl)", "" },
    { "(?#note)curl", "" },
    { "(?<name>curl)", "curl" },
    { "(?P<name>curl)", "curl" },
    { "[abc]def", "def" },
    { "[]abc]def", "def" },
    { "[^]abc]def", "def" },
    { "[\\]abc]def", "def" },
    { "[[:alpha:]]def", "def" },
    { "[abc", "" },
    { "(abc", "" },
    { "abc)", "" },
    { "\\Qa.b\\E", "" },
    { "\\x41bc", "" },
    { "\\d+abc", "abc" },
    { "d\\d*abc", "abc" },
    { "stra\xc3\x9f?e", "stra" },
    { "\\", "" },
};

static void gives_only_texts_that_must_be_there(void **)
{
    struct arena arena = arena_of(1 << 20);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct regex_literals set;
        char given[256] = "";
        size_t len = 0;
        const slice expression = guarded(slice_text(samples[i].expression));
        regex_literals_find(expression, &arena, by_length, NULL, &set);
        for (size_t n = 0; n < set.count; n++) {
            if (n != 0) given[len++] = ' ';
            bytes_copy(given + len, sizeof given - len, set.texts[n]);
            len += set.texts[n].len;
        }
        given[len] = 0;
        if (strcmp(given, samples[i].wanted) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", samples[i].expression, given,
                     samples[i].wanted);
    }
    arena_done(&arena);
}

static void gives_up_on_deep_and_wide_expressions(void **)
{
    enum { DEEP = REGEX_GROUP_DEPTH_MAX, WIDE = REGEX_LITERALS_MAX };
    struct arena arena = arena_of(1 << 20);
    struct regex_literals set;
    for (size_t depth = DEEP; depth <= DEEP + 1; depth++) {
        char text[2 * DEEP + 8];
        memset(text, '(', depth);
        text[depth] = 'x';
        memset(text + depth + 1, ')', depth);
        regex_literals_find((slice){ (uint8_t *)text, 2 * depth + 1 }, &arena, by_length, NULL,
                            &set);
        assert_int_equal(set.count, depth == DEEP);
    }
    for (size_t width = WIDE; width <= WIDE + 1; width++) {
        char text[2 * WIDE + 2];
        for (size_t i = 0; i < 2 * width; i++)
            text[i] = i % 2 == 0 ? 'x' : '|';
        regex_literals_find((slice){ (uint8_t *)text, 2 * width - 1 }, &arena, by_length, NULL,
                            &set);
        assert_int_equal(set.count, width == WIDE ? WIDE : 0);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_only_texts_that_must_be_there),
        cmocka_unit_test(gives_up_on_deep_and_wide_expressions),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/regex_literal", tests, NULL, NULL);
}
