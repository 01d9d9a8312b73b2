/* SPDX-License-Identifier: Apache-2.0 */
#include "report/reasons/statement.h"

#include "base/bytes.h"
#include "intake/decision/words.h"
#include "record/value.h"
#include "base/banned.h"

enum { WORD_BYTES_MAX = 128 };

/* How a value becomes a member. */
enum form {
    FORM_CHOICE, /* a column: one word */
    FORM_BITS,   /* a column: a list of words */
    FORM_FLAG,   /* a column: Yes or No */
    FORM_TEXT,   /* a field, as it is */
    FORM_LIST,
    FORM_STATES,     /* a list, of the EEA's alone */
    FORM_CATEGORIES, /* a list of names of choices.def */
    FORM_BOOL,       /* a field: Yes or No */
    FORM_PRODUCT,    /* {"EAN-13": "…"} */
};

/* clang-format off */
#define C(name, column, form) { #name, COLUMN_enforcement_##column, form }
#define F(name, form) { #name, FIELD_enforcement_##name, form }
static const struct {
    const char *name;
    uint8_t place; /* COLUMN_… or FIELD_… */
    uint8_t form;  /* enum form */
} members[] = {
    C(decision_visibility, visibility, FORM_BITS),
    F(decision_visibility_other, FORM_TEXT),
    C(decision_monetary, monetary, FORM_CHOICE),
    F(decision_monetary_other, FORM_TEXT),
    C(decision_provision, provision, FORM_CHOICE),
    C(decision_account, account, FORM_CHOICE),
    F(account_type, FORM_TEXT),
    C(decision_ground, ground, FORM_CHOICE),
    F(decision_ground_reference_url, FORM_TEXT),
    F(illegal_content_legal_ground, FORM_TEXT),
    F(illegal_content_explanation, FORM_TEXT),
    F(incompatible_content_ground, FORM_TEXT),
    F(incompatible_content_explanation, FORM_TEXT),
    F(incompatible_content_illegal, FORM_BOOL),
    C(category, category, FORM_CHOICE),
    F(category_addition, FORM_CATEGORIES),
    F(category_specification, FORM_LIST),
    F(category_specification_other, FORM_TEXT),
    F(content_type, FORM_LIST),
    F(content_type_other, FORM_TEXT),
    F(territorial_scope, FORM_STATES),
    F(content_language, FORM_TEXT),
    F(content_date, FORM_TEXT),
    F(application_date, FORM_TEXT),
    F(end_date_visibility_restriction, FORM_TEXT),
    F(end_date_monetary_restriction, FORM_TEXT),
    F(end_date_service_restriction, FORM_TEXT),
    F(end_date_account_restriction, FORM_TEXT),
    F(decision_facts, FORM_TEXT),
    C(source_type, origin, FORM_CHOICE),
    F(source_identity, FORM_TEXT),
    C(automated_detection, detected, FORM_FLAG),
    C(automated_decision, automation, FORM_CHOICE),
    F(puid, FORM_TEXT),
    { "content_id", FIELD_enforcement_content_id_ean, FORM_PRODUCT },
};
#undef C
#undef F
/* clang-format on */

static void write_word(struct json_writer *j, const struct choice *list, uint8_t number)
{
    uint8_t room[WORD_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    words_spell(list, number, &w);
    json_string(j, writer_slice(&w));
}

static void write_bits(struct json_writer *j, const struct choice *list, uint16_t bits)
{
    json_array(j);
    for (uint8_t bit = 0; bit < 16; bit++) {
        if ((bits >> bit & 1u) != 0) write_word(j, list, (uint8_t)(bit + 1));
    }
    json_array_end(j);
}

/* The own terms, whichever they are, are one ground to the DSA. */
static uint8_t ground_of(int column, uint16_t value)
{
    const bool safety =
        column == COLUMN_enforcement_ground && value == VALUE_ground_incompatible_content_safety;
    return safety ? VALUE_ground_incompatible_content : (uint8_t)value;
}

static void write_column(struct json_writer *j, const char *name, const struct entry *entry,
                         int column, uint8_t form)
{
    const struct schema_column *c = &entry->schema->columns[column];
    const uint16_t value = schema_column_value(c, entry->columns);
    if (value == 0 && form != FORM_FLAG) return;
    json_key(j, name);
    if (form == FORM_BITS) {
        write_bits(j, c->choice, value);
    } else if (form == FORM_CHOICE) {
        write_word(j, c->choice, ground_of(column, value));
    } else {
        json_text(j, value != 0 ? "Yes" : "No");
    }
}

static void write_list(struct json_writer *j, slice list, uint8_t form)
{
    const struct choice *categories =
        schema_of(KIND_enforcement)->columns[COLUMN_enforcement_category].choice;
    struct cursor c = cursor_of(list);
    slice text = {};
    size_t at = 0;
    json_array(j);
    while (value_texts_next(&c, &text)) {
        if (form == FORM_CATEGORIES) {
            write_word(j, categories, choice_number(categories, text));
        } else if (form != FORM_STATES || words_find(&words_territories, text, &at)) {
            json_string(j, text);
        }
    }
    json_array_end(j);
}

static void write_field(struct json_writer *j, const char *name, const struct record_field *field,
                        uint8_t form)
{
    if (field->type == TYPE_ABSENT || field->type == TYPE_ERASED) return;
    json_key(j, name);
    switch (form) {
    case FORM_TEXT:
        json_string(j, field->value);
        break;
    case FORM_BOOL:
        json_text(j, field->value.at[0] != 0 ? "Yes" : "No");
        break;
    case FORM_PRODUCT:
        json_object(j);
        json_member_string(j, "EAN-13", field->value);
        json_object_end(j);
        break;
    default:
        write_list(j, field->value, form);
    }
}

void statement_write(const struct entry *entry, const struct opening *opening,
                     struct json_writer *j)
{
    json_object(j);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].form <= FORM_FLAG) {
            write_column(j, members[i].name, entry, members[i].place, members[i].form);
        } else {
            write_field(j, members[i].name, &opening->fields[members[i].place - 1],
                        members[i].form);
        }
    }
    json_object_end(j);
}
