/* SPDX-License-Identifier: Apache-2.0 */
#include "record/facts.h"
#include "record/commit.h"
#include "record/entry.h"
#include "record/opening.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

static void the_table_is_consistent(void **)
{
    static const char *const taken[] = { "kind",   "type",     "time",    "source",
                                         "market", "sequence", "arrived", "raw" };
    const struct schema *s = schema_of(KIND_fact);
    for (uint8_t number = 1; number <= FACT_LAST; number++) {
        const struct fact *f = fact_of(number);
        assert_non_null(f);
        assert_int_equal(f->number, number);
        assert_ptr_equal(fact_named(slice_text(f->name)), f);
        assert_true(f->field_count <= FACT_FIELDS_MAX);
        uint64_t slots = 0;
        size_t own = 0;
        for (int i = 0; i < f->field_count; i++) {
            const struct fact_field *field = &f->fields[i];
            assert_int_equal(fact_field_position(f, slice_text(field->name)), i);
            for (size_t n = 0; n < COUNT_OF(taken); n++)
                assert_string_not_equal(field->name, taken[n]);
            if (field->slot == FIELD_fact_values) {
                own++;
                continue;
            }
            assert_true(field->slot >= FIELD_fact_id && field->slot <= FIELD_fact_amount);
            assert_int_equal(field->type, s->fields[field->slot - 1].type);
            assert_true((slots & (uint64_t)1 << field->slot) == 0);
            slots |= (uint64_t)1 << field->slot;
        }
        assert_true((slots & (uint64_t)1 << FIELD_fact_id) != 0);
        assert_true(own <= FACT_VALUES_MAX);
        assert_true(f->fields[0].slot == FIELD_fact_id &&
                    (f->fields[0].flags & FIELD_REQUIRED) != 0);
    }
    assert_null(fact_of(0));
    assert_null(fact_of(FACT_LAST + 1));
    assert_null(fact_named(slice_text("no such fact")));
    assert_int_equal(FACT_ticket, 6); /* in logs: never changes */
}

static slice sample_word(struct sample *sample, const struct fact_field *f, uint8_t room[96])
{
    if (*f->words == '\0') return sample_value(sample, f->type, room);
    const char *bar = strchr(f->words, '|');
    assert_non_null(bar);
    return (slice){ (const uint8_t *)f->words, (size_t)(bar - f->words) };
}

static void make(struct sample *sample, struct fact_draft *d, uint8_t number)
{
    fact_start(d, number, 1767225600123456789, slice_text("hr-1"));
    for (int i = 0; i < d->fact->field_count; i++) {
        const struct fact_field *f = &d->fact->fields[i];
        const bool absent = (f->flags & FIELD_REQUIRED) == 0 && sample_next(sample) % 2 == 0;
        if (!absent) fact_put(d, i, sample_word(sample, f, sample->bytes[i]));
    }
}

static void every_fact_comes_back_as_it_went_in(void **)
{
    static struct fact_draft d;
    static uint8_t room[FACT_VALUES_BYTES_MAX];
    struct sample sample = { .state = 11 };
    for (size_t round = 0; round < 40u * FACT_LAST; round++) {
        struct fault fault = {};
        struct record r = {};
        struct record_field got[FACT_FIELDS_MAX];
        const struct fact *fact = NULL;
        struct writer w = writer_of(room, sizeof room);
        make(&sample, &d, (uint8_t)(1 + round % FACT_LAST));
        assert_ok(fact_end(&d, &w, &r, &fault));
        assert_int_equal(r.kind, KIND_fact);
        assert_int_equal(r.columns.at[2], d.fact->group);
        assert_ok(fact_read(r.fields, &fact, got));
        assert_ptr_equal(fact, d.fact);
        for (size_t i = 0; i < fact->field_count; i++) {
            assert_int_equal(got[i].type, d.values[i].type);
            assert_true(slice_equal(got[i].value, d.values[i].value));
        }
    }
}

static void every_cut_of_the_values_is_an_error(void **)
{
    static struct fact_draft d;
    static uint8_t room[FACT_VALUES_BYTES_MAX];
    struct sample sample = { .state = 12 };
    size_t tried = 0;
    for (uint8_t number = 1; number <= FACT_LAST; number++) {
        struct fault fault = {};
        struct record r = {};
        struct record_field fields[FIELDS_MAX];
        struct record_field got[FACT_FIELDS_MAX];
        const struct fact *fact = NULL;
        struct writer w = writer_of(room, sizeof room);
        make(&sample, &d, number);
        assert_ok(fact_end(&d, &w, &r, &fault));
        for (size_t i = 0; i < r.field_count; i++)
            fields[i] = r.fields[i];
        struct record_field *values = &fields[FIELD_fact_values - 1];
        const slice whole = values->value;
        for (size_t len = 0; len < whole.len; len++, tried++) {
            values->value = guarded((slice){ whole.at, len });
            assert_int_not_equal(fact_read(fields, &fact, got).code, E_OK);
            assert_null(fact);
        }
        *values = (struct record_field){ TYPE_ERASED, slice_none() };
        assert_ok(fact_read(fields, &fact, got));
        for (size_t i = 0; i < fact->field_count; i++) {
            const bool own = fact->fields[i].slot == FIELD_fact_values;
            assert_int_equal(got[i].type == TYPE_ERASED, own);
        }
    }
    assert_true(tried > 100);
}

static void wrong_facts_are_refused_with_the_field_named(void **)
{
    static struct fact_draft d;
    uint8_t room[256];
    struct fault fault = {};
    struct record r = {};
    struct writer w = writer_of(room, sizeof room);
    fact_start(&d, FACT_ticket, 1767225600000000000, slice_text("jira"));
    fact_put(&d, FACT_ticket_id, slice_text("T-1"));
    fact_put(&d, FACT_ticket_system, slice_text("jira"));
    assert_fails(fact_end(&d, &w, &r, &fault), E_VALUE);
    assert_non_null(strstr(fault.text, "field state of a ticket is required"));
    fact_put(&d, FACT_ticket_state, slice_text("opened"));
    assert_fails(fact_end(&d, &w, &r, &fault), E_VALUE);
    assert_non_null(strstr(fault.text, "\"opened\", not one of open|pending|closed"));
    fact_put(&d, FACT_ticket_state, slice_text("open"));
    fact_put(&d, FACT_ticket_by_subject, slice_text("\2"));
    assert_fails(fact_end(&d, &w, &r, &fault), E_VALUE);
    assert_non_null(strstr(fault.text, "field by_subject of a ticket is no canonical bool"));
    fact_put(&d, FACT_ticket_by_subject, value_bool(true));
    assert_ok(fact_end(&d, &w, &r, &fault));
    struct writer tight = writer_of(room, 1);
    assert_fails(fact_end(&d, &tight, &r, &fault), E_LIMIT);
    fact_put(&d, FACT_ticket_id, slice_text("\xc0"));
    assert_fails(fact_end(&d, &w, &r, &fault), E_UTF8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_consistent),
        cmocka_unit_test(every_fact_comes_back_as_it_went_in),
        cmocka_unit_test(every_cut_of_the_values_is_an_error),
        cmocka_unit_test(wrong_facts_are_refused_with_the_field_named),
    };
    return cmocka_run_group_tests_name("record/facts", tests, NULL, NULL);
}
