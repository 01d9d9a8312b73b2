/* SPDX-License-Identifier: Apache-2.0 */
#include "record/facts.h"

#include "base/bytes.h"
#include "record/facts_table.h"
#include "record/fields.h"
#include "record/opening.h"
#include "base/banned.h"

/* The field values: a count, as many type bytes (the type's own values in order of the table,
 * absent ones too, the last one present), then the values. What is behind the count is absent, so
 * that a type can grow. The field is absent if the count would be 0. */

const struct fact *fact_of(uint8_t number)
{
    return number <= FACT_LAST && fact_table[number].name != NULL ? &fact_table[number] : NULL;
}

const struct fact *fact_named(slice name)
{
    for (size_t number = 0; number <= FACT_LAST; number++) {
        const struct fact *f = &fact_table[number];
        if (f->name != NULL && slice_is(name, f->name)) return f;
    }
    return NULL;
}

int fact_field_position(const struct fact *f, slice name)
{
    for (int i = 0; i < f->field_count; i++) {
        if (slice_is(name, f->fields[i].name)) return i;
    }
    return -1;
}

bool fact_word_allowed(const struct fact_field *f, slice text)
{
    const char *word = f->words;
    if (*word == '\0') return true;
    while (word != NULL) {
        const char *bar = strchr(word, '|');
        const size_t len = bar == NULL ? strlen(word) : (size_t)(bar - word);
        if (slice_equal(text, (slice){ (const uint8_t *)word, len })) return true;
        word = bar == NULL ? NULL : bar + 1;
    }
    return false;
}

void fact_start(struct fact_draft *d, uint8_t number, int64_t time_ns, slice source)
{
    d->fact = fact_of(number);
    assert(d->fact != NULL);
    const int64_t time_s = time_ns / 1000000000 - (time_ns % 1000000000 < 0 ? 1 : 0);
    draft_start(&d->draft, KIND_fact, (uint64_t)time_s);
    draft_column(&d->draft, COLUMN_fact_group, d->fact->group);
    draft_time(&d->draft, FIELD_fact_time, time_ns);
    draft_text(&d->draft, FIELD_fact_type, slice_text(d->fact->name));
    draft_text(&d->draft, FIELD_fact_source, source);
    for (size_t i = 0; i < d->fact->field_count; i++) {
        d->values[i] = (struct record_field){ TYPE_ABSENT, slice_none() };
    }
}

void fact_put(struct fact_draft *d, int position, slice value)
{
    assert(position >= 0 && position < d->fact->field_count);
    d->values[position].type = d->fact->fields[position].type;
    d->values[position].value = value;
}

void fact_put_number(struct fact_draft *d, int position, int64_t number)
{
    fact_put(d, position, value_put_i64(d->numbers[position], number));
    const uint8_t type = d->fact->fields[position].type;
    assert(type == TYPE_I64 || type == TYPE_TIME || type == TYPE_U64);
}

static status check_one(const struct fact *fact, size_t i, struct record_field value,
                        struct fault *fault)
{
    const struct fact_field *f = &fact->fields[i];
    const status fits = field_check(f->type, value);
    if (fits.code != E_OK) {
        return fault_set(fault, fits, "field %s of a %s is no canonical %s: %s", f->name,
                         fact->name, value_type_name(f->type), status_text(fits));
    }
    if ((f->flags & FIELD_REQUIRED) != 0 && value.type == TYPE_ABSENT) {
        return fault_set(fault, FAIL(E_VALUE), "field %s of a %s is required", f->name, fact->name);
    }
    if (value.type == TYPE_TEXT && !fact_word_allowed(f, value.value)) {
        return fault_set(fault, FAIL(E_VALUE), "field %s of a %s is \"%.*s\", not one of %s",
                         f->name, fact->name, (int)(value.value.len < 40 ? value.value.len : 40),
                         (const char *)value.value.at, f->words);
    }
    return OK;
}

/* Moves each value to the committed field that holds it, or to own; returns how many of own are
 * used. */
static size_t spread(struct fact_draft *d, struct record_field own[FACT_VALUES_MAX])
{
    size_t count = 0;
    size_t used = 0;
    for (size_t i = 0; i < d->fact->field_count; i++) {
        const struct fact_field *f = &d->fact->fields[i];
        if (f->slot != FIELD_fact_values) {
            d->draft.fields[f->slot - 1] = d->values[i];
            continue;
        }
        assert(count < FACT_VALUES_MAX);
        own[count++] = d->values[i];
        if (d->values[i].type != TYPE_ABSENT) used = count;
    }
    return used;
}

status fact_end(struct fact_draft *d, struct writer *values, struct record *ret_record,
                struct fault *fault)
{
    struct record_field own[FACT_VALUES_MAX];
    for (size_t i = 0; i < d->fact->field_count; i++) {
        TRY(check_one(d->fact, i, d->values[i], fault));
    }
    const size_t used = spread(d, own);
    const size_t start = values->len;
    if (used > 0) writer_u8(values, (uint8_t)used);
    for (size_t i = 0; i < used; i++)
        writer_u8(values, own[i].type);
    fields_put(own, used, values);
    const status room = writer_end(values);
    if (room.code != E_OK)
        return fault_set(fault, room, "the values of a %s are too long", d->fact->name);
    if (used > 0)
        draft_bytes(&d->draft, FIELD_fact_values, slice_from(writer_slice(values), start));
    return draft_end(&d->draft, NULL, ret_record, fault);
}

/* The types of the own values: ret_own[i].type for the first of them, the others absent. */
static status read_types(const struct fact *fact, struct cursor *c,
                         struct record_field ret_own[FACT_VALUES_MAX], size_t *ret_used)
{
    uint8_t used = 0;
    size_t count = 0;
    TRY(cursor_u8(c, &used));
    for (size_t i = 0; i < fact->field_count && count < used; i++) {
        if (fact->fields[i].slot != FIELD_fact_values) continue;
        struct record_field *f = &ret_own[count++];
        TRY(cursor_u8(c, &f->type));
        if (f->type != TYPE_ABSENT && f->type != fact->fields[i].type) return FAIL(E_VALUE);
    }
    if (used == 0 || count != used || ret_own[used - 1].type == TYPE_ABSENT) return FAIL(E_VALUE);
    *ret_used = used;
    return OK;
}

static status read_own(const struct fact *fact, struct record_field values,
                       struct record_field *out)
{
    struct record_field own[FACT_VALUES_MAX] = {};
    size_t used = 0;
    if (values.type == TYPE_BYTES) {
        struct cursor c = cursor_of(values.value);
        TRY(read_types(fact, &c, own, &used));
        TRY(fields_take(&c, own, used));
        TRY(cursor_end(&c));
    }
    size_t at = 0;
    for (size_t i = 0; i < fact->field_count; i++) {
        if (fact->fields[i].slot != FIELD_fact_values) continue;
        const uint8_t lacking = values.type == TYPE_ERASED ? TYPE_ERASED : TYPE_ABSENT;
        out[i] = at < used ? own[at++] : (struct record_field){ lacking, slice_none() };
    }
    return OK;
}

status fact_read(const struct record_field *fields, const struct fact **ret_fact,
                 struct record_field ret_fields[FACT_FIELDS_MAX])
{
    const struct record_field type = fields[FIELD_fact_type - 1];
    const struct fact *fact = type.type == TYPE_TEXT ? fact_named(type.value) : NULL;
    if (fact == NULL) return FAIL(E_UNKNOWN);
    struct record_field out[FACT_FIELDS_MAX] = {};
    for (size_t i = 0; i < fact->field_count; i++) {
        if (fact->fields[i].slot != FIELD_fact_values) out[i] = fields[fact->fields[i].slot - 1];
    }
    TRY(read_own(fact, fields[FIELD_fact_values - 1], out));
    for (size_t i = 0; i < fact->field_count; i++)
        ret_fields[i] = out[i];
    *ret_fact = fact;
    return OK;
}
