/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema.h"
#include "tests/cm.h"

static void numbers_names_and_positions_are_those_that_logs_hold(void **)
{
    /* These numbers stand in every log: they never change. */
    assert_int_equal(KIND_event, 1);
    assert_int_equal(KIND_summary, 26);
    assert_int_equal(KIND_report, 29);
    assert_int_equal(FIELD_event_raw, 8);
    assert_int_equal(FIELD_summary_root, 2);
    assert_int_equal(COLUMN_event_trust, 2);
    assert_int_equal(VALUE_access_reason_log_gap, 21);
    assert_ptr_equal(schema_named(slice_text("event")), schema_of(KIND_event));
    assert_null(schema_named(slice_text("evenT")));
    assert_null(schema_of(0));
    assert_null(schema_of(KIND_LAST + 1));
    assert_null(schema_find(KIND_event, 2));
    assert_int_equal(schema_field_id(schema_of(KIND_event), slice_text("raw")), 8);
    assert_int_equal(schema_field_id(schema_of(KIND_event), slice_text("market")), 0);
}

static void every_kind_is_complete_and_consistent(void **)
{
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        const struct schema *s = schema_of(kind);
        assert_non_null(s);
        assert_int_equal(s->kind, kind);
        assert_true(s->columns_bytes <= COLUMNS_BYTES_MAX);
        assert_true(s->field_count >= 1 && s->field_count <= FIELDS_MAX);
        uint8_t offset = 0;
        for (size_t i = 0; i < s->column_count; i++) {
            const struct schema_column *c = &s->columns[i];
            assert_int_equal(c->offset, offset);
            offset = (uint8_t)(offset + c->width);
            assert_ptr_equal(schema_column_named(s, slice_text(c->name)), c);
            if (c->type == COLUMN_BITS) assert_null(choice_name(c->choice, 9));
            if (c->type == COLUMN_CHOICE) assert_non_null(c->choice->values[0].name);
        }
        assert_int_equal(offset, s->columns_bytes);
        for (uint8_t id = 1; id <= s->field_count; id++) {
            const struct schema_field *f = &s->fields[id - 1];
            assert_int_equal(schema_field_id(s, slice_text(f->name)), id);
            assert_true(f->within == 0 || f->within > id); /* so that a chain of them ends */
            const bool large = (f->flags & FIELD_LARGE) != 0;
            assert_int_equal(large, f->type == TYPE_RAW);
            if (large) assert_int_equal(id, s->field_count);
            if ((s->flags & KIND_BODY) != 0) assert_false(large);
        }
    }
}

static void choices_have_unique_names_and_numbers(void **)
{
    for (size_t nth = 0; choice_nth(nth) != NULL; nth++) {
        const struct choice *c = choice_nth(nth);
        for (const struct choice_value_row *v = c->values; v->name != NULL; v++) {
            assert_int_not_equal(v->number, 0);
            assert_int_equal(choice_number(c, slice_text(v->name)), v->number);
            assert_string_equal(choice_name(c, v->number), v->name);
        }
        assert_int_equal(choice_number(c, slice_text("no such value")), 0);
        assert_null(choice_name(c, 0));
    }
}

static void columns_that_a_schema_does_not_allow_are_named(void **)
{
    static const struct {
        uint8_t kind;
        const char *columns;
        size_t len;
        int32_t code;
        const char *says;
    } cases[] = {
        { KIND_event, "DE\1\1", 4, E_OK, "" },
        { KIND_event, "\0\0\0\0", 4, E_OK, "" },
        { KIND_event, "E9\0\0", 4, E_OK, "" },
        { KIND_event, "de\0\0", 4, E_VALUE, "column market" },
        { KIND_event, "D\0\0\0", 4, E_VALUE, "column market" },
        { KIND_event, "DE\x10\0", 4, E_VALUE, "column source_class of event has the value 16" },
        { KIND_event, "DE\0\6", 4, E_VALUE, "column trust" },
        { KIND_event, "DE\0", 3, E_SHORT, "4 bytes of columns, not 3" },
        { KIND_event, "DE\0\0\0", 5, E_TRAILING, "4 bytes of columns, not 5" },
        { KIND_access, "DE\1\1\1\2\1", 7, E_VALUE, "column abroad" },
        { KIND_access, "DE\1\1\1\1\1", 7, E_OK, "" },
        { KIND_enforcement, "DE\1\1\1\1\1\1\x7f\0\0\0\0", 13, E_OK, "" },
        { KIND_enforcement, "DE\1\1\1\1\1\1\x80\0\0\0\0", 13, E_VALUE, "column visibility" },
        { KIND_summary, "", 0, E_OK, "" },
        { KIND_summary, "x", 1, E_TRAILING, "summary has 0 bytes" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fault fault = {};
        const slice columns = { (const uint8_t *)cases[i].columns, cases[i].len };
        assert_fails(schema_check_columns(schema_of(cases[i].kind), columns, &fault),
                     cases[i].code);
        assert_non_null(strstr(fault.text, cases[i].says));
    }
}

static void columns_print_as_names(void **)
{
    uint8_t room[256];
    const struct schema *s = schema_of(KIND_enforcement);
    const slice columns = { (const uint8_t *)"DE\1\2\0\0\1\0\x41\0\0\0\xee", 13 };
    static const char *const want[] = { "market=DE",
                                        "stage=decided",
                                        "category=consumer_information",
                                        "",
                                        "",
                                        "detected=1",
                                        "",
                                        "visibility=removed+other",
                                        "",
                                        "",
                                        "",
                                        "misuse=238" };
    assert_int_equal(COUNT_OF(want), s->column_count);
    for (size_t i = 0; i < s->column_count; i++) {
        struct writer w = writer_of(room, sizeof room);
        schema_column_print(&s->columns[i], columns, &w);
        assert_true(slice_is(writer_slice(&w), want[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_names_and_positions_are_those_that_logs_hold),
        cmocka_unit_test(every_kind_is_complete_and_consistent),
        cmocka_unit_test(choices_have_unique_names_and_numbers),
        cmocka_unit_test(columns_that_a_schema_does_not_allow_are_named),
        cmocka_unit_test(columns_print_as_names),
    };
    return cmocka_run_group_tests_name("record/schema", tests, NULL, NULL);
}
