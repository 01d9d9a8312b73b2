/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/checkpoint.h"
#include <stdio.h>
#include "tests/cm.h"

#define ROOT "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
#define EMPTY "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void a_checkpoint_reads_back_as_written(void **)
{
    static const char *const texts[] = {
        "example.com/log\n8\n" ROOT "\n",
        "example.com/log\n0\n" EMPTY "\n",
        "go.sum database tree\n9223372036854775807\n" ROOT "\n",
        "o\n1\n" ROOT "\nextension 1\nextension 2\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct checkpoint c = {};
        struct fault fault = {};
        uint8_t out[CHECKPOINT_TEXT_BYTES_MAX];
        struct writer w = writer_of(out, sizeof out);
        assert_ok(checkpoint_parse(guarded(slice_text(texts[i])), &c, &fault));
        checkpoint_write(&w, &c);
        assert_true(slice_is(writer_slice(&w), texts[i]));
    }
}

static void malformed_checkpoints_are_refused_with_their_line(void **)
{
    static const struct {
        const char *text;
        int32_t want;
        const char *why;
    } cases[] = {
        { "", E_SYNTAX, "line 1" },
        { "\n8\n" ROOT "\n", E_SYNTAX, "line 1" },
        { "o", E_SYNTAX, "line 1" },
        { "o\n", E_SYNTAX, "line 2" },
        { "o\n\n" ROOT "\n", E_SYNTAX, "line 2" },
        { "o\n08\n" ROOT "\n", E_SYNTAX, "line 2" },
        { "o\n+8\n" ROOT "\n", E_SYNTAX, "line 2" },
        { "o\n-8\n" ROOT "\n", E_SYNTAX, "line 2" },
        { "o\n8 \n" ROOT "\n", E_SYNTAX, "line 2" },
        { "o\n9223372036854775808\n" ROOT "\n", E_LIMIT, "line 2" },
        { "o\n99999999999999999999\n" ROOT "\n", E_LIMIT, "line 2" },
        { "o\n8\n", E_SYNTAX, "line 3" },
        { "o\n8\n" ROOT, E_SYNTAX, "line 3" },
        { "o\n8\nAAAA\n", E_SYNTAX, "line 3" },
        { "o\n8\n" ROOT "AAAA\n", E_SYNTAX, "line 3" },
        { "o\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n", E_SYNTAX, "line 3" },
        { "o\n0\n" ROOT "\n", E_VALUE, "line 3" },
        { "o\n8\n" ROOT "\n\n", E_SYNTAX, "line 4" },
        { "o\n8\n" ROOT "\next\n\n", E_SYNTAX, "line 5" },
        { "o\n8\n" ROOT "\next", E_SYNTAX, "line 4" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct checkpoint c = { .size = 77 };
        struct fault fault = {};
        assert_fails(checkpoint_parse(guarded(slice_text(cases[i].text)), &c, &fault),
                     cases[i].want);
        if (strstr(fault.text, cases[i].why) == NULL) fail_msg("case %zu: %s", i, fault.text);
        assert_int_equal(c.size, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_reads_back_as_written),
        cmocka_unit_test(malformed_checkpoints_are_refused_with_their_line),
    };
    return cmocka_run_group_tests_name("ledger/checkpoint", tests, NULL, NULL);
}
