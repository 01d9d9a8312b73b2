/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema_row.h"
#include "record/draft.h"
#include "record/entry.h"
#include "tests/cm.h"

static struct schema_row row;
static uint8_t room[SCHEMA_ROW_BYTES_MAX];

static slice format(const struct schema *s)
{
    struct writer w = writer_of(room, sizeof room);
    assert_ok(schema_row_format(s, &w));
    return writer_slice(&w);
}

static void assert_same(const struct schema *a, const struct schema *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->granularity_s, b->granularity_s);
    assert_int_equal(a->columns_bytes, b->columns_bytes);
    assert_int_equal(a->column_count, b->column_count);
    assert_int_equal(a->field_count, b->field_count);
    for (size_t i = 0; i < a->column_count; i++) {
        assert_string_equal(a->columns[i].name, b->columns[i].name);
        assert_int_equal(a->columns[i].type, b->columns[i].type);
        assert_int_equal(a->columns[i].offset, b->columns[i].offset);
        assert_int_equal(a->columns[i].width, b->columns[i].width);
    }
    for (size_t i = 0; i < a->field_count; i++) {
        assert_string_equal(a->fields[i].name, b->fields[i].name);
        assert_int_equal(a->fields[i].type, b->fields[i].type);
        assert_int_equal(a->fields[i].flags, b->fields[i].flags);
        assert_int_equal(a->fields[i].within, b->fields[i].within);
    }
}

static void every_row_comes_back_and_is_a_good_body(void **)
{
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        struct fault fault = {};
        static uint8_t body_room[ENTRY_BYTES_MAX];
        struct writer body = writer_of(body_room, sizeof body_room);
        struct record_field fields[1];
        const slice text = format(schema_of(kind));
        assert_ok(schema_row_parse(guarded(text), &row, &fault));
        assert_same(&row.schema, schema_of(kind));
        assert_ok(schema_row_body(schema_of(kind), &body));
        assert_ok(body_decode(schema_of(KIND_schema), writer_slice(&body), fields));
        assert_true(slice_equal(fields[0].value, text));
    }
}

static void a_row_says_what_its_columns_and_fields_mean(void **)
{
    const slice text = format(schema_of(KIND_event));
    room[text.len] = 0;
    const char *t = (const char *)room;
    assert_non_null(strstr(t, "candor/schema@v1\nkind 1 event : one thing that a source reported\n"
                              "version 1\ntime minute\ncolumn market market : "));
    assert_non_null(strstr(t, "column trust choice 1=token 2=certificate 3=address "));
    assert_non_null(strstr(t, "\nfield 6 actor text accountable within=8 : who acted\n"));
    assert_non_null(strstr(t, "\nfield 8 raw raw required large : "));
}

static void a_parsed_row_prints_columns_as_the_own_one_does(void **)
{
    struct fault fault = {};
    uint8_t printed[256];
    assert_ok(schema_row_parse(format(schema_of(KIND_event)), &row, &fault));
    struct writer w = writer_of(printed, sizeof printed);
    const slice columns = slice_text("DE\1\2");
    assert_ok(schema_check_columns(&row.schema, columns, &fault));
    for (size_t i = 0; i < row.schema.column_count; i++) {
        schema_column_print(&row.schema.columns[i], columns, &w);
        writer_u8(&w, ' ');
    }
    assert_true(
        slice_is(writer_slice(&w), "market=DE source_class=application trust=certificate "));
}

static void every_cut_and_every_changed_byte_is_refused_or_means_itself(void **)
{
    static uint8_t again[SCHEMA_ROW_BYTES_MAX];
    struct fault fault = {};
    slice text = format(schema_of(KIND_access));
    for (size_t len = 0; len < text.len; len++) {
        const status s = schema_row_parse(guarded((slice){ text.at, len }), &row, &fault);
        /* a cut behind a complete field line is the row of another schema */
        if (len > 0 && text.at[len - 1] == '\n' && s.code == E_OK) continue;
        assert_int_not_equal(s.code, E_OK);
        assert_non_null(strstr(fault.text, "schema row"));
    }
    for (size_t at = 0; at < text.len; at++) {
        for (unsigned change = 1; change < 256; change += 31) {
            room[at] = (uint8_t)(room[at] ^ change);
            if (schema_row_parse(text, &row, &fault).code == E_OK) {
                struct writer w = writer_of(again, sizeof again);
                assert_ok(schema_row_format(&row.schema, &w));
                assert_true(slice_equal(writer_slice(&w), text));
            }
            room[at] = (uint8_t)(room[at] ^ change);
        }
    }
}

static void rows_that_cannot_be_are_refused(void **)
{
    static const char *const rows[] = {
        "",
        "candor/schema@v2\nkind 1 x\nversion 1\ntime day\n",
        "candor/schema@v1\nversion 1\ntime day\n",
        "candor/schema@v1\nkind 256 x\nversion 1\ntime day\n",
        "candor/schema@v1\nkind 1 x\nversion 65536\ntime day\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime week\n",
        "candor/schema@v1\nkind 1 x\nversion 01\ntime day\n",
        "candor/schema@v1\nkind 1 X\nversion 1\ntime day\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nflags\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nflags system body\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\ncolumn a u32\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\ncolumn a choice 0=b\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\ncolumn a choice 1=b=c\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 2 a text\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a absent\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a text within=1\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a text within=2\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a text nice\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a text\ncolumn b u8\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\n\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\nfield 1 a text : \n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day",
        "candor/schema@v1\nkind 1 x : \xff\nversion 1\ntime day\n",
        "candor/schema@v1\nkind 1 x\nversion 1\ntime day\ncolumn a u16\ncolumn b u16\ncolumn c "
        "u16\n"
        "column d u16\ncolumn e u16\ncolumn f u16\ncolumn g u16\n",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fault fault = {};
        assert_int_not_equal(schema_row_parse(guarded(slice_text(rows[i])), &row, &fault).code,
                             E_OK);
        assert_non_null(strstr(fault.text, "schema row"));
    }
    struct fault fault = {};
    assert_ok(schema_row_parse(
        slice_text("candor/schema@v1\nkind 200 x\nversion 9\ntime day\nfield 1 a text\n"), &row,
        &fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_back_and_is_a_good_body),
        cmocka_unit_test(a_row_says_what_its_columns_and_fields_mean),
        cmocka_unit_test(a_parsed_row_prints_columns_as_the_own_one_does),
        cmocka_unit_test(every_cut_and_every_changed_byte_is_refused_or_means_itself),
        cmocka_unit_test(rows_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests_name("record/schema_row", tests, NULL, NULL);
}
