/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/output.h"

#include "tests/cm.h"

static void a_digest_is_a_sum_with_carries(void **)
{
    const struct output_digest one = { .words = { 1 } };
    struct output_digest d = { .words = { UINT64_MAX, UINT64_MAX, UINT64_MAX, 5 } };
    output_digest_join(&d, &one);
    assert_int_equal(d.words[0] | d.words[1] | d.words[2], 0);
    assert_int_equal(d.words[3], 6);
    struct output_digest full = { .words = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
    output_digest_join(&full, &full); /* 2 * (2^256 - 1) = 2^256 - 2, modulo 2^256 */
    assert_true(full.words[0] == UINT64_MAX - 1 && full.words[3] == UINT64_MAX);
    uint8_t text[64];
    struct writer w = writer_of(text, sizeof text);
    output_digest_write(&w, &one);
    assert_ok(writer_end(&w));
    assert_memory_equal(text, "0100000000000000000000000000000000000000000000000000000000000000",
                        64);
}

/* The identifier is of rule, bytes and place; a name of the file is no part of it. */
static void an_identifier_changes_with_all_but_the_file(void **)
{
    const struct rule rule = { .id = slice_text("r") };
    const struct event event = {
        .raw = slice_text("raw"), .logsource = { .product = slice_none(), .service = slice_none() }
    };
    const struct finding finding = { .kind = FINDING_RULE, .rule = &rule, .event = &event };
    const struct output_item first = { .finding = &finding,
                                       .file = slice_text("a"),
                                       .record = 1,
                                       .offset = 7,
                                       .explanation = slice_none() };
    struct output_item other = first;
    char uid[OUTPUT_UID_CHARS + 1], same[OUTPUT_UID_CHARS + 1];
    output_uid(&first, uid);
    other.file = slice_text("b");
    output_uid(&other, same);
    assert_string_equal(uid, same);
    other.record = 2;
    output_uid(&other, same);
    assert_string_not_equal(uid, same);
    other = first;
    other.offset = 8;
    output_uid(&other, same);
    assert_string_not_equal(uid, same);
    other = first;
    other.element = 1;
    output_uid(&other, same);
    assert_string_not_equal(uid, same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_a_sum_with_carries),
        cmocka_unit_test(an_identifier_changes_with_all_but_the_file),
    };
    return cmocka_run_group_tests_name("judge/output/output", tests, NULL, NULL);
}
