/* SPDX-License-Identifier: Apache-2.0 */
#include "report/template/template.h"

#include <stdio.h>
#include "base/writer.h"
#include "tests/cm.h"

enum { ROOM = 64 * 1024 };

static const char *const files[TEMPLATE_PARTS] = {
    "dsa/part_1_summary.csv",
    "dsa/part_2_categories_names.csv",
    "dsa/part_3_member_states_orders.csv",
    "dsa/part_4_notices.csv",
    "dsa/part_5_own_initiative_illegal.csv",
    "dsa/part_6_own_initiative_tc.csv",
    "dsa/part_7_appeals_and_recidivism.csv",
    "dsa/part_8_automated_means.csv",
    "dsa/part_9_human_resources.csv",
    "dsa/part_10_amar.csv",
    "dsa/part_11_qualitative.csv",
};

/* A cell as the templates write it: quoted if it must be. */
static void put(struct writer *w, const char *text)
{
    const bool quoted = strpbrk(text, ",\"") != NULL;
    if (quoted) writer_text(w, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') writer_text(w, "\"");
        writer_u8(w, (uint8_t)*c);
    }
    if (quoted) writer_text(w, "\"");
}

static bool holds(slice text, slice part)
{
    return memmem(text.at, text.len, part.at, part.len) != NULL;
}

static void columns_are_those_of_the_official_templates(void **)
{
    static uint8_t room[ROOM];
    for (size_t part = 1; part <= TEMPLATE_PARTS; part++) {
        const char *path = shared_data(files[part - 1]);
        if (path == NULL) skip();
        struct writer w = writer_of(room, sizeof room);
        size_t count = 0;
        const struct template_column *columns = template_columns(part, &count);
        for (size_t i = 0; i < count; i++) {
            if (i > 0) writer_text(&w, ",");
            put(&w, columns[i].name);
        }
        writer_text(&w, "\n");
        assert_true(slice_starts(file_bytes(path), writer_slice(&w)));
    }
}

static void rows_are_those_of_the_official_templates(void **)
{
    static uint8_t room[ROOM];
    for (size_t i = 0; i < template_row_count; i++) {
        const struct template_row *row = &template_rows[i];
        const size_t part = template_part_of(row->indicator);
        const char *path = shared_data(files[part - 1]);
        if (path == NULL) skip();
        struct writer w = writer_of(room, sizeof room);
        writer_text(&w, "\n");
        put(&w, template_tier_name(row->tier));
        writer_text(&w, part == 1 ? ",," : ",,YYYY-MM-DD/YYYY-MM-DD,");
        if (template_section(row->indicator)[0] != '\0') {
            put(&w, template_section(row->indicator));
            writer_text(&w, ",");
        }
        put(&w, template_indicator(row->indicator));
        writer_text(&w, ",");
        put(&w, template_scope(row->scope));
        assert_true(holds(file_bytes(path), writer_slice(&w)));
    }
}

static void categories_are_those_of_the_official_templates(void **)
{
    static uint8_t room[ROOM];
    for (size_t part = 2; part <= 6; part++) {
        const char *path = shared_data(files[part - 1]);
        if (path == NULL) skip();
        for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
            const struct template_category *c = &template_categories[i];
            const bool here = part == 2 || template_has_category(part, c->number);
            struct writer w = writer_of(room, sizeof room);
            if (part == 2) {
                writer_text(&w, ",");
                put(&w, c->name);
            }
            writer_printf(&w, ",%s,", c->code);
            if (strcmp(c->code, "KEYWORD_OTHER") == 0 && part > 2) continue;
            assert_int_equal(holds(file_bytes(path), writer_slice(&w)), here);
        }
    }
}

static void what_is_said_about_a_column_stands_in_its_own(void **)
{
    for (size_t part = 3; part <= 9; part++) {
        size_t count = 0;
        const struct template_column *columns = template_columns(part, &count);
        for (size_t i = 0; i < count; i++) {
            if (columns[i].role != ROLE_CONTEXT) continue;
            const size_t about = template_about(part, i);
            assert_in_range(columns[about].role, ROLE_COUNT, ROLE_VALUE);
            if (part > 6) continue;
            const char *rest = columns[i].name + strlen("Contextual information on ");
            assert_int_equal(strcasecmp(rest, columns[about].name), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_those_of_the_official_templates),
        cmocka_unit_test(rows_are_those_of_the_official_templates),
        cmocka_unit_test(categories_are_those_of_the_official_templates),
        cmocka_unit_test(what_is_said_about_a_column_stands_in_its_own),
    };
    return cmocka_run_group_tests_name("report/template", tests, NULL, NULL);
}
