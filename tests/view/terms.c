/* SPDX-License-Identifier: Apache-2.0 */
#include "view/terms.h"
#include "tests/cm.h"

enum { KEPT_MAX = 64 };

static char kept[KEPT_MAX][128];
static size_t kept_count;

static void keep(void *, slice term)
{
    assert_true(kept_count < KEPT_MAX && term.len < sizeof kept[0]);
    memset(kept[kept_count], 0, sizeof kept[0]);
    if (term.len > 0) memcpy(kept[kept_count], term.at, term.len);
    kept_count++;
}

static void a_field_is_found_by_itself_and_by_its_words(void **)
{
    kept_count = 0;
    terms_of_field(slice_text("Command.Line"), guarded(slice_text("C:\\Run a tool_1.EXE \xc3\xa4")),
                   keep, NULL);
    static const char *const want[] = { "command.line=c:\\run a tool_1.exe \xc3\xa4", "run",
                                        "tool_1", "exe", "\xc3\xa4" };
    assert_int_equal(kept_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(kept[i], want[i]);
}

static void of_an_event_scalars_count_and_the_raw_only_where_it_was_not_parsed(void **)
{
    const struct event_field fields[] = {
        { .name = slice_text("n"), .text = slice_text("12"), .type = EVENT_NUMBER },
        { .name = slice_text("gone"), .text = slice_text("old"), .type = EVENT_NULL },
        { .name = slice_text("list"), .text = slice_text("old"), .type = EVENT_ARRAY },
    };
    struct event event = { .fields = fields,
                           .field_count = COUNT_OF(fields),
                           .raw = slice_text("whole line"),
                           .parsed = true };
    kept_count = 0;
    terms_of_event(&event, keep, NULL);
    assert_int_equal(kept_count, 2);
    assert_string_equal(kept[0], "n=12");
    event.parsed = false;
    event.field_count = 0;
    kept_count = 0;
    terms_of_event(&event, keep, NULL);
    assert_int_equal(kept_count, 2);
    assert_string_equal(kept[1], "line");
}

static void keep_longest(void *user, slice term)
{
    size_t *longest = user;
    if (term.len > *longest) *longest = term.len;
}

static void long_names_and_values_count_by_their_start(void **)
{
    static uint8_t text[5000];
    memset(text, 'x', sizeof text);
    static size_t longest;
    longest = 0;
    terms_of_field((slice){ text, sizeof text }, (slice){ text, sizeof text }, keep_longest,
                   &longest);
    assert_true(longest <= TERM_BYTES_MAX && longest > TERM_VALUE_BYTES_MAX);
}

static void questions_are_cut_into_their_terms(void **)
{
    static const struct {
        const char *text;
        const char *terms[4];
    } good[] = {
        { "user=Eve", { "user=eve" } },
        { "  user=eve   tool.exe ", { "user=eve", "tool", "exe" } },
        { "a=\"two words\" b=\"\"", { "a=two words", "b=" } },
        { "a=b=c", { "a=b=c" } },
        { "a=\"x\" y2", { "a=x", "y2" } },
        { "=value", { "value" } },
        { "a=", { "a=" } },
        { "\"quoted words\"", { "quoted", "words" } },
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct question q = {};
        struct fault f = {};
        assert_ok(question_parse(guarded(slice_text(good[i].text)), &q, &f));
        for (size_t t = 0; t < 4; t++) {
            if (t >= q.count) {
                assert_null(good[i].terms[t]);
            } else {
                assert_non_null(good[i].terms[t]);
                assert_true(slice_is(q.terms[t], good[i].terms[t]));
            }
        }
    }
}

static void what_asks_for_nothing_or_too_much_is_refused(void **)
{
    static char text[2 * QUESTION_BYTES_MAX];
    struct question q = {};
    struct fault f = {};
    static const char *const bad[] = { "", "   ", ". -", "x", "a=\"open" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_fails(question_parse(guarded(slice_text(bad[i])), &q, &f), E_VALUE);
    memset(text, 'a', QUESTION_BYTES_MAX + 1);
    assert_fails(question_parse((slice){ (const uint8_t *)text, QUESTION_BYTES_MAX + 1 }, &q, &f),
                 E_LIMIT);
    assert_ok(question_parse((slice){ (const uint8_t *)text, QUESTION_BYTES_MAX }, &q, &f));
    assert_int_equal(q.terms[0].len, TERM_WORD_BYTES_MAX);
    for (size_t i = 0; i < 3 * (QUESTION_TERMS_MAX + 1); i++)
        text[i] = i % 3 == 2 ? ' ' : 'b';
    assert_ok(question_parse((slice){ (const uint8_t *)text, 3 * QUESTION_TERMS_MAX }, &q, &f));
    assert_int_equal(q.count, QUESTION_TERMS_MAX);
    assert_fails(
        question_parse((slice){ (const uint8_t *)text, 3 * (QUESTION_TERMS_MAX + 1) }, &q, &f),
        E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_is_found_by_itself_and_by_its_words),
        cmocka_unit_test(of_an_event_scalars_count_and_the_raw_only_where_it_was_not_parsed),
        cmocka_unit_test(long_names_and_values_count_by_their_start),
        cmocka_unit_test(questions_are_cut_into_their_terms),
        cmocka_unit_test(what_asks_for_nothing_or_too_much_is_refused),
    };
    return cmocka_run_group_tests_name("view/terms", tests, NULL, NULL);
}
