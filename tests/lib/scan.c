/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/scan.h"

#include <stdlib.h>
#include "tests/cm.h"

static const struct {
    const char *expression;
    uint32_t flags;
    const char *text;
    bool found;
} cases[] = {
    { "b", SCAN_BYTES, "abc", true },
    { "B", SCAN_BYTES, "abc", false },
    { "B", SCAN_BYTES | SCAN_CASELESS, "abc", true },
    { "a*", SCAN_BYTES, "", true },
    { "^c", SCAN_BYTES, "a\nc", false },
    { "^c", SCAN_BYTES | SCAN_MULTILINE, "a\nc", true },
    { "a.c", SCAN_BYTES, "a\nc", false },
    { "a.c", SCAN_BYTES | SCAN_DOTALL, "a\nc", true },
    { "^.$", 0, "\xc3\xa4", true },
    { "^.$", SCAN_BYTES, "\xc3\xa4", false },
    { "\\{64\\}", SCAN_BYTES, "x{64}y", true },
    { "[{99}]z", SCAN_BYTES, "}z", true },
    { "[{99}]z", SCAN_BYTES, "z", false },
    { "\\.{1,64}", SCAN_BYTES, "a", false },
    { "[^\\]]{1,64}z", SCAN_BYTES, "]z", false },
    { "[^\\]]{1,64}z", SCAN_BYTES, "[z", true },
};

static struct scan_set *set_of(const char *expression, uint32_t flags)
{
    const struct scan_pattern pattern = { slice_text(expression), flags, 0 };
    struct scan_set *set = NULL;
    struct fault why = {};
    assert_ok(scan_set_new(&pattern, 1, &set, &why));
    return set;
}

/* A set and the set that its saved bytes give must say the same. */
static bool finds(struct scan_set *set, struct scan_scratch *scratch, slice text)
{
    struct scan_set *loaded = NULL;
    slice saved = slice_none();
    assert_ok(scan_set_save(set, &saved));
    assert_ok(scan_set_load(guarded(saved), &loaded));
    assert_ok(scan_scratch_fit(scratch, set));
    assert_ok(scan_scratch_fit(scratch, loaded));
    const bool found = scan_any(set, scratch, text);
    assert_int_equal(scan_any(loaded, scratch, text), found);
    assert_int_equal(scan_set_bytes(loaded), scan_set_bytes(set));
    scan_set_free(loaded);
    union {
        const uint8_t *kept;
        void *freed;
    } bytes = { .kept = saved.at };
    free(bytes.freed);
    return found;
}

static void finds_what_the_expression_means(void **)
{
    struct scan_scratch *scratch = scan_scratch_new();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scan_set *set = set_of(cases[i].expression, cases[i].flags);
        const bool found = finds(set, scratch, guarded(slice_text(cases[i].text)));
        if (found != cases[i].found) fail_msg("%s in %s", cases[i].expression, cases[i].text);
        scan_set_free(set);
    }
    scan_scratch_free(scratch);
}

/* Runs of 'x' between two letters, around the numbers of the repeat; few and many repeats are
 * compiled in different ways. */
static void counts_repeats_exactly(void **)
{
    static const struct {
        const char *expression;
        size_t least, most;
    } repeats[] = { { "ax{2,5}b", 2, 5 },
                    { "ax{1,63}b", 1, 63 },
                    { "ax{1,64}b", 1, 64 },
                    { "a.{1,64}b", 1, 64 },
                    { "a[^y]{3,65}b", 3, 65 },
                    { "a.{0,64}b", 0, 64 },
                    { "^ax{64}b$", 64, 64 },
                    { "a[xy]{100,}b", 100, SIZE_MAX },
                    { "(?:ax{1,64}b|ax{99}b)", 1, 64 } };
    struct scan_scratch *scratch = scan_scratch_new();
    for (size_t i = 0; i < COUNT_OF(repeats); i++) {
        struct scan_set *set = set_of(repeats[i].expression, SCAN_BYTES);
        for (size_t n = 0; n < 130; n++) {
            char text[160] = "a";
            memset(text + 1, 'x', n);
            text[n + 1] = 'b';
            const bool wanted = (n >= repeats[i].least && n <= repeats[i].most) ||
                                (i + 1 == COUNT_OF(repeats) && n == 99);
            if (finds(set, scratch, guarded(slice_text(text))) != wanted)
                fail_msg("%s with %zu", repeats[i].expression, n);
        }
        scan_set_free(set);
    }
    scan_scratch_free(scratch);
}

static bool note(void *user, uint32_t id)
{
    *(unsigned *)user |= 1u << id;
    return true;
}

static void tells_each_expression_once(void **)
{
    for (size_t many = 0; many < 2; many++) {
        const struct scan_pattern patterns[] = {
            { slice_text("one"), SCAN_BYTES, 1 },
            { slice_text(many ? "t.{0,80}o" : "t.{0,8}o"), SCAN_BYTES, 2 },
            { slice_text("three"), SCAN_BYTES, 3 },
        };
        struct scan_set *set = NULL;
        struct fault why = {};
        unsigned seen = 0;
        struct scan_scratch *scratch = scan_scratch_new();
        assert_ok(scan_set_new(patterns, COUNT_OF(patterns), &set, &why));
        assert_ok(scan_scratch_fit(scratch, set));
        scan_run(set, scratch, slice_text("one two one two"), note, &seen);
        assert_int_equal(seen, 1u << 1 | 1u << 2);
        scan_scratch_free(scratch);
        scan_set_free(set);
    }
}

static void refuses_what_is_no_set(void **)
{
    struct scan_set *set = set_of("ab+c{70}", SCAN_BYTES), *loaded = NULL;
    slice saved = slice_none();
    assert_ok(scan_set_save(set, &saved));
    for (size_t len = 0; len < saved.len; len++)
        assert_fails(scan_set_load(guarded((slice){ saved.at, len }), &loaded), E_INVALID);
    assert_fails(
        scan_set_load(slice_text("Vectorscan, or so it says, but longer than a head"), &loaded),
        E_INVALID);
    union {
        const uint8_t *kept;
        void *freed;
    } bytes = { .kept = saved.at };
    free(bytes.freed);
    scan_set_free(set);
}

static void names_this_machine(void **)
{
    uint8_t room[256];
    struct writer w = writer_of(room, sizeof room), again = writer_of(room, sizeof room);
    scan_identity(&w);
    assert_ok(writer_end(&w));
    assert_true(w.len > 12);
    scan_identity(&again);
    assert_int_equal(again.len, w.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_the_expression_means),
        cmocka_unit_test(counts_repeats_exactly),
        cmocka_unit_test(tells_each_expression_once),
        cmocka_unit_test(refuses_what_is_no_set),
        cmocka_unit_test(names_this_machine),
    };
    return cmocka_run_group_tests_name("lib/scan", tests, NULL, NULL);
}
