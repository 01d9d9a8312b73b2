/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include "tests/cm.h"

static void cells_are_quoted_only_where_they_must_be(void **)
{
    static const struct {
        const char *text;
        const char *cell;
    } rows[] = {
        { "", "" },
        { "plain text ", "plain text " },
        { "a,b", "\"a,b\"" },
        { "he said \"x\"", "\"he said \"\"x\"\"\"" },
        { "two\nlines", "\"two\nlines\"" },
        { "=1+1", "'=1+1" },
        { "+49", "'+49" },
        { "-1", "'-1" },
        { "@sum", "'@sum" },
        { "\tx", "'\tx" },
        { "\rx", "\"'\rx\"" },
        { "1=1", "1=1" },
        { "-\"a\"", "\"'-\"\"a\"\"\"" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t room[64];
        struct writer w = writer_of(room, sizeof room);
        struct csv_row r = csv_row_of(&w);
        csv_text(&r, guarded(slice_text(rows[i].text)));
        assert_true(slice_is(writer_slice(&w), rows[i].cell));
        assert_int_equal(csv_is_formula(slice_text(rows[i].text)),
                         strchr(rows[i].cell, '\'') != NULL);
    }
}

static void a_row_has_commas_between_its_cells_and_a_line_end(void **)
{
    uint8_t room[64];
    struct writer w = writer_of(room, sizeof room);
    struct csv_row r = csv_row_of(&w);
    csv_label(&r, "-label");
    csv_blank(&r);
    csv_number(&r, 18446744073709551615u);
    csv_blank(&r);
    csv_end(&r);
    csv_number(&r, 0);
    csv_end(&r);
    assert_true(slice_is(writer_slice(&w), "-label,,18446744073709551615,\r\n0\r\n"));
}

static void what_does_not_fit_is_a_sticky_error(void **)
{
    uint8_t room[6];
    struct writer w = writer_of(room, sizeof room);
    struct csv_row r = csv_row_of(&w);
    csv_label(&r, "abc");
    csv_label(&r, "defg");
    csv_end(&r);
    assert_fails(writer_end(&w), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_only_where_they_must_be),
        cmocka_unit_test(a_row_has_commas_between_its_cells_and_a_line_end),
        cmocka_unit_test(what_does_not_fit_is_a_sticky_error),
    };
    return cmocka_run_group_tests_name("base/csv", tests, NULL, NULL);
}
