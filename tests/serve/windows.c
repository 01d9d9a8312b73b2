/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/windows.h"
#include "tests/cm.h"

static void what_was_sent_is_found_and_nothing_else(void **)
{
    struct windows *w = NULL;
    uint64_t record = 0;
    assert_ok(windows_new(&w));
    assert_fails(windows_find(w, 1, 0, &record), E_NOT_FOUND);
    assert_ok(windows_note(w, 1, 0, 100));
    assert_ok(windows_note(w, 1, 5, 101));
    assert_ok(windows_note(w, 2, 5, 102));
    assert_ok(windows_find(w, 1, 0, &record));
    assert_true(record == 100);
    assert_ok(windows_find(w, 2, 5, &record));
    assert_true(record == 102);
    for (uint64_t n = 1; n < 5; n++)
        assert_fails(windows_find(w, 1, n, &record), E_NOT_FOUND);
    assert_fails(windows_find(w, 1, 6, &record), E_NOT_FOUND);
    assert_fails(windows_find(w, 3, 5, &record), E_NOT_FOUND);
    windows_free(w);
}

static void numbers_that_have_left_the_window_are_told_apart(void **)
{
    struct windows *w = NULL;
    uint64_t record = 0;
    assert_ok(windows_new(&w));
    for (uint64_t n = 0; n < 3 * WINDOW_NUMBERS; n++)
        assert_ok(windows_note(w, 1, n, n + 7));
    const uint64_t highest = 3 * WINDOW_NUMBERS - 1;
    assert_fails(windows_find(w, 1, highest - WINDOW_NUMBERS, &record), E_VALUE);
    assert_ok(windows_find(w, 1, highest - WINDOW_NUMBERS + 1, &record));
    assert_true(record == highest - WINDOW_NUMBERS + 8);
    assert_ok(windows_note(w, 1, 3, 0)); /* too old: left alone */
    assert_ok(windows_find(w, 1, highest, &record));
    assert_true(record == highest + 7);
    assert_ok(windows_note(w, 1, UINT64_MAX, 1)); /* a jump empties the window */
    assert_fails(windows_find(w, 1, highest, &record), E_VALUE);
    assert_fails(windows_find(w, 1, UINT64_MAX - 1, &record), E_NOT_FOUND);
    windows_free(w);
}

static void there_is_an_end_of_sources(void **)
{
    struct windows *w = NULL;
    assert_ok(windows_new(&w));
    for (uint64_t source = 0; source < 8; source++)
        assert_ok(windows_note(w, source, 1, 1));
    windows_free(w);
    windows_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_found_and_nothing_else),
        cmocka_unit_test(numbers_that_have_left_the_window_are_told_apart),
        cmocka_unit_test(there_is_an_end_of_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
