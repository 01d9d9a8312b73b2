/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/decision/dump.h"
#include "intake/decision/words.h"
#include "tests/cm.h"

#define UUID "0d3f8f6b-7a11-4f6f-8f0e-6f0c1de250c5"
#define LIGHT                                                                                      \
    "uuid,decision_visibility,decision_visibility_other,end_date_visibility_restriction,"          \
    "decision_monetary,decision_monetary_other,end_date_monetary_restriction,decision_provision,"  \
    "end_date_service_restriction,decision_account,end_date_account_restriction,account_type,"     \
    "decision_ground,decision_ground_reference_url,illegal_content_legal_ground,"                  \
    "incompatible_content_ground,incompatible_content_illegal,category,category_addition,"         \
    "category_specification,category_specification_other,content_type,content_type_other,"         \
    "content_language,content_date,content_id_ean,application_date,source_type,source_identity,"   \
    "automated_detection,automated_decision,platform_name,platform_uid,created_at\n"
enum { GROUND = 15, COLUMNS = 34, VISIBILITY = 1, PUID = 32 };

static struct dump light(void)
{
    struct dump d = {};
    struct fault f = {};
    size_t used = 0;
    assert_ok(dump_begin(slice_text(LIGHT "x"), &d, &used, &f));
    assert_int_equal(used, sizeof LIGHT - 1);
    assert_int_equal(d.columns, COLUMNS);
    assert_true(d.is_light);
    return d;
}

/* A row with that text, as it stands in the file, in one column. */
static slice row_with(int column, const char *text)
{
    static char room[8192];
    struct writer w = writer_of(room, sizeof room);
    for (int i = 0; i < COLUMNS; i++) {
        if (i > 0) writer_text(&w, ",");
        if (i == column)
            writer_text(&w, text);
        else if (i == 0)
            writer_text(&w, UUID);
    }
    writer_text(&w, "\n");
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static slice json_of(const struct dump *d, const struct dump_row *row)
{
    static char room[32768];
    struct writer w = writer_of(room, sizeof room - 1);
    dump_write(d, row, &w);
    assert_ok(writer_end(&w));
    room[w.len] = '\0';
    return writer_slice(&w);
}

/* Rows that no fixed rule reads, each with what one of its fields says. */
static const struct {
    const char *text;
    const char *json;
    char dialect;
} odd[] = {
    { "\"directive: \\\"frame-ancestors 'self'.   x\"",
      "directive: \\\\\\\"frame-ancestors 'self'.   x", 'B' },
    { "\"- \"\"\\\"Free\\\"\"\"        - \"\"\\Title\\\"\"",
      "- \\\"\\\\\\\"Free\\\\\\\"\\\"        - \\\"\\\\Title\\\\\\\"", 'B' },
    { "\"Could not load \\\"images/a.jpg\\\" file \"\"\"",
      "Could not load \\\\\\\"images/a.jpg\\\\\\\" file \\\"", 'B' },
    { "\"the word \\\"Caution\\\" is missing;\\n- 7.2\"",
      "the word \\\\\\\"Caution\\\\\\\" is missing;\\\\n- 7.2", 'B' },
    { "\"ends in \\\"", "ends in \\\\", 'A' },
    { "\"a \\\", b\"", "a \\\\\\\", b", 'B' },
    { "\"plain \"\"quoted\"\", with\nlines\"", "plain \\\"quoted\\\", with\\nlines", 'A' },
    { "unquoted", "unquoted", 'A' },
};

static void rows_of_both_dialects_have_one_field_each(void **)
{
    const struct dump d = light();
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct dump_row row = {};
        struct fault f = {};
        size_t used = 0;
        char rows[16384];
        char want[1024];
        const slice one = row_with(GROUND, odd[i].text);
        struct writer w = writer_of(rows, sizeof rows);
        writer_bytes(&w, one);
        writer_bytes(&w, one);
        assert_ok(dump_next(&d, guarded(writer_slice(&w)), &row, &used, &f));
        assert_int_equal(used, one.len);
        assert_ok(dump_next(&d, guarded(one), &row, &used, &f)); /* the last of its file */
        assert_int_equal(used, one.len);
        assert_int_equal(row.dialect, odd[i].dialect);
        struct writer say = writer_of(want, sizeof want - 1);
        writer_printf(&say, "{\"incompatible_content_ground\":\"%s\"}\n", odd[i].json);
        want[say.len] = '\0';
        assert_string_equal((const char *)json_of(&d, &row).at, want);
    }
}

static void lists_become_lists_and_bad_bytes_are_told(void **)
{
    static const struct {
        int column;
        const char *text;
        const char *want;
        bool bad;
    } cases[] = {
        { VISIBILITY, "\"[\"\"A_B\"\",\"\"C\"\"]\"", "{\"decision_visibility\":[\"A_B\",\"C\"]}\n",
          false },
        { VISIBILITY, "[]", "{\"decision_visibility\":[]}\n", false },
        { VISIBILITY, "\"[\"\"A\"\"],\"\"puid\"\":\"\"x\"\"]\"",
          "{\"decision_visibility\":\"[\\\"A\\\"],\\\"puid\\\":\\\"x\\\"]\"}\n", false },
        { PUID, "p-1", "{\"puid\":\"p-1\"}\n", false },
        { GROUND, "a\xff", "{\"incompatible_content_ground\":\"a\xef\xbf\xbd\"}\n", true },
    };
    const struct dump d = light();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dump_row row = {};
        struct fault f = {};
        size_t used = 0;
        assert_ok(
            dump_next(&d, guarded(row_with(cases[i].column, cases[i].text)), &row, &used, &f));
        assert_string_equal((const char *)json_of(&d, &row).at, cases[i].want);
        assert_int_equal(row.has_bad_utf8, cases[i].bad);
    }
}

static void a_row_that_cannot_be_read_ends_where_the_next_begins(void **)
{
    static const char *const bad[] = { "a,b", "\"open", "x\"y", "\"a\"b", "a\nb" };
    const struct dump d = light();
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct dump_row row = {};
        struct fault f = {};
        char rows[16384];
        size_t used = 0;
        struct writer w = writer_of(rows, sizeof rows);
        writer_bytes(&w, row_with(GROUND, bad[i]));
        const size_t first = w.len;
        writer_bytes(&w, row_with(GROUND, "good"));
        const slice both = guarded(writer_slice(&w));
        assert_fails(dump_next(&d, both, &row, &used, &f), E_SYNTAX);
        assert_int_equal(used, first);
        assert_ok(dump_next(&d, slice_from(both, used), &row, &used, &f));
    }
}

static void only_headers_of_dumps_are_taken(void **)
{
    static const char *const bad[] = { "", "uuid\n", "uuid,puid\n", LIGHT };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct dump d = {};
        struct fault f = {};
        size_t used = 0;
        const slice text = i + 1 < COUNT_OF(bad)
                               ? slice_text(bad[i])
                               : replaced(slice_text(LIGHT), "category", "kategory");
        assert_fails(dump_begin(guarded(text), &d, &used, &f), E_SYNTAX);
    }
    struct dump old = {};
    struct fault f = {};
    size_t used = 0;
    const slice header = replaced(slice_text(LIGHT), "content_id_ean,", "");
    assert_ok(dump_begin(guarded(header), &old, &used, &f));
    assert_int_equal(old.columns, COLUMNS - 1);
}

static void the_lists_have_as_many_words_as_the_law(void **)
{
    const struct choice *category = NULL;
    assert_int_equal(words_keywords.count, 69);
    assert_int_equal(words_territories.count, 30);
    assert_int_equal(words_content_types.count, 8);
    for (size_t n = 0; (category = choice_nth(n)) != NULL; n++) {
        if (strcmp(category->name, "category") == 0) break;
    }
    assert_non_null(category);
    assert_int_equal(words_number(category, slice_text("STATEMENT_CATEGORY_VIOLENCE")), 14);
    assert_int_equal(words_number(category, slice_text("violence")), 14);
    assert_int_equal(words_number(category, slice_text("VIOLENCE")), 0);
    assert_int_equal(words_number(category, slice_text("STATEMENT_CATEGORY_")), 0);
    assert_int_equal(
        words_number(category, slice_text("STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE")), 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_both_dialects_have_one_field_each),
        cmocka_unit_test(lists_become_lists_and_bad_bytes_are_told),
        cmocka_unit_test(a_row_that_cannot_be_read_ends_where_the_next_begins),
        cmocka_unit_test(only_headers_of_dumps_are_taken),
        cmocka_unit_test(the_lists_have_as_many_words_as_the_law),
    };
    return cmocka_run_group_tests_name("intake/decision/dump", tests, NULL, NULL);
}
