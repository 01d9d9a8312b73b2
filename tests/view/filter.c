/* SPDX-License-Identifier: Apache-2.0 */
#include "view/filter.h"
#include <stdio.h>
#include <stdlib.h>
#include "tests/cm.h"

enum { TERMS = 50000 };

static slice term(char room[32], const char *head, unsigned n)
{
    const int len = snprintf(room, 32, "%s%u", head, n);
    return (slice){ (const uint8_t *)room, (size_t)len };
}

static struct writer written(const struct filter_terms *t)
{
    struct writer w = writer_of(malloc(FILTER_BYTES_MAX), FILTER_BYTES_MAX);
    assert_non_null(w.at);
    assert_ok(filter_write(t, &w));
    return w;
}

static void what_was_added_is_found_and_little_else(void **)
{
    char room[32];
    struct filter_terms t = filter_terms_of((struct siphash_key){ 3, 4 });
    for (unsigned i = 0; i < 2 * TERMS; i++)
        filter_terms_add(&t, term(room, "in", i % TERMS)); /* each twice */
    assert_int_equal(t.count, TERMS);
    struct writer w = written(&t);
    struct filter filter = {};
    unsigned wrong = 0;
    assert_ok(filter_parse(writer_slice(&w), &filter));
    for (unsigned i = 0; i < TERMS; i++) {
        assert_true(filter_may_have(&filter, term(room, "in", i)));
        wrong += filter_may_have(&filter, term(room, "out", i));
    }
    print_message("# %u of %d that are not in it, %zu bytes\n", wrong, TERMS, w.len);
    assert_true(wrong < TERMS / 100 && w.len < TERMS * FILTER_BITS / 8 + 100);
    free(w.at);
    filter_terms_done(&t);
}

static void an_empty_one_says_no_and_one_without_words_yes(void **)
{
    uint8_t room[64] = { 1 };
    struct filter filter = {};
    struct filter_terms t = filter_terms_of((struct siphash_key){});
    struct writer w = written(&t);
    assert_ok(filter_parse(writer_slice(&w), &filter));
    assert_false(filter_may_have(&filter, slice_text("x")));
    free(w.at);
    assert_ok(filter_parse((slice){ room, 21 }, &filter));
    assert_true(filter_may_have(&filter, slice_text("x")));
    filter_terms_done(&t);
}

static void other_keys_make_other_bits(void **)
{
    struct filter_terms a = filter_terms_of((struct siphash_key){ 1, 1 });
    struct filter_terms b = filter_terms_of((struct siphash_key){ 1, 2 });
    filter_terms_add(&a, slice_text("user=eve"));
    filter_terms_add(&b, slice_text("user=eve"));
    struct writer left = written(&a), right = written(&b);
    assert_true(left.len == right.len && memcmp(left.at + 21, right.at + 21, left.len - 21) != 0);
    free(left.at);
    free(right.at);
    filter_terms_done(&a);
    filter_terms_done(&b);
}

static void what_is_no_filter_is_refused(void **)
{
    struct filter filter = {};
    struct filter_terms t = filter_terms_of((struct siphash_key){});
    struct writer w = written(&t);
    for (size_t len = 0; len < w.len; len++)
        assert_fails(filter_parse(guarded((slice){ w.at, len }), &filter), E_SHORT);
    assert_fails(filter_parse((slice){ w.at, w.len + 1 }, &filter), E_TRAILING);
    w.at[0] = 2;
    assert_fails(filter_parse(writer_slice(&w), &filter), E_UNKNOWN);
    w.at[0] = 1;
    memset(w.at + 17, 0xff, 4);
    assert_fails(filter_parse(writer_slice(&w), &filter), E_LIMIT);
    struct writer small = writer_of(w.at, 20);
    assert_fails(filter_write(&t, &small), E_LIMIT);
    free(w.at);
    filter_terms_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_and_little_else),
        cmocka_unit_test(an_empty_one_says_no_and_one_without_words_yes),
        cmocka_unit_test(other_keys_make_other_bits),
        cmocka_unit_test(what_is_no_filter_is_refused),
    };
    return cmocka_run_group_tests_name("view/filter", tests, NULL, NULL);
}
