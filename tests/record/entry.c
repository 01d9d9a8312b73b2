/* SPDX-License-Identifier: Apache-2.0 */
#include "record/entry.h"
#include "record/commit.h"
#include "record/draft.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

static const salt salts[FIELDS_MAX] = { { { 1, 2, 3 } }, { { 4 } } };

static slice encode(const struct record *r, uint8_t *room, size_t cap)
{
    struct writer w = writer_of(room, cap);
    assert_ok(entry_encode(r, salts, &w));
    return writer_slice(&w);
}

static void every_kind_comes_back_as_it_went_in(void **)
{
    static uint8_t room[ENTRY_BYTES_MAX];
    struct sample sample = { .state = 1 };
    for (size_t round = 0; round < 2000; round++) {
        const struct schema *s = schema_of((uint8_t)(1 + round % KIND_LAST));
        const struct record r = sample_record(&sample, s);
        const slice bytes = encode(&r, room, sizeof room);
        struct entry e;
        struct fault fault;
        assert_ok(entry_parse(guarded(bytes), &e, &fault));
        assert_ptr_equal(e.schema, s);
        assert_int_equal(e.time_s, r.time_s - r.time_s % s->granularity_s);
        assert_true(slice_equal(e.columns, r.columns));
        assert_true(slice_equal(e.body, r.body));
    }
}

static void every_cut_and_every_longer_entry_is_refused(void **)
{
    static uint8_t room[ENTRY_BYTES_MAX];
    struct sample sample = { .state = 2 };
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        const struct record r = sample_record(&sample, schema_of(kind));
        const slice bytes = encode(&r, room, sizeof room);
        struct fault fault = {};
        struct entry e = { .time_s = 99 };
        for (size_t len = 0; len < bytes.len; len++) {
            assert_fails(entry_parse(guarded((slice){ bytes.at, len }), &e, &fault), E_SHORT);
            assert_int_equal(e.time_s, 99);
            assert_int_not_equal(fault.text[0], 0);
        }
        room[bytes.len] = 0;
        const slice longer = { bytes.at, bytes.len + 1 };
        assert_fails(entry_parse(guarded(longer), &e, &fault), E_TRAILING);
    }
}

static void any_byte_that_parses_encodes_to_itself(void **)
{
    static uint8_t room[ENTRY_BYTES_MAX];
    struct sample sample = { .state = 3 };
    size_t refused = 0;
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        const struct record r = sample_record(&sample, schema_of(kind));
        const slice bytes = encode(&r, room, sizeof room);
        for (size_t at = 0; at < bytes.len; at++) {
            for (unsigned change = 1; change < 256; change += 37) {
                struct entry e;
                struct fault fault;
                room[at] = (uint8_t)(room[at] ^ change);
                const status parsed = entry_parse(bytes, &e, &fault);
                refused += parsed.code != E_OK;
                if ((schema_of(kind)->flags & KIND_BODY) != 0 && at >= 9u + r.columns.len) {
                    assert_int_not_equal(parsed.code, E_OK);
                }
                if (parsed.code == E_OK) assert_int_equal(e.time_s % e.schema->granularity_s, 0);
                room[at] = (uint8_t)(room[at] ^ change);
            }
        }
    }
    assert_true(refused > 1000);
}

static void many_at_once_are_the_same_bytes(void **)
{
    enum { COUNT = 100 };
    static struct sample samples[COUNT];
    static struct record records[COUNT];
    static salt all_salts[COUNT * FIELDS_MAX];
    size_t salted = 0;
    static uint8_t room[COUNT * 8192];
    static uint8_t single[COUNT * 8192];
    slice entries[COUNT];
    struct writer many = writer_of(room, sizeof room);
    struct writer one = writer_of(single, sizeof single);
    for (size_t i = 0; i < COUNT; i++) {
        samples[i].state = i;
        records[i] = sample_record(&samples[i], schema_of((uint8_t)(1 + i % KIND_LAST)));
        salt *own = &all_salts[salted];
        for (size_t f = 0; f < records[i].field_count; f++, salted++)
            put_u16(all_salts[salted].bytes + 3, (uint16_t)salted);
        uint8_t *length = writer_room(&one, 2);
        const size_t start = one.len;
        assert_ok(entry_encode(&records[i], own, &one));
        put_u16(length, (uint16_t)(one.len - start));
    }
    assert_ok(entry_encode_many(records, all_salts, COUNT, &many, entries));
    assert_int_equal(many.len, one.len);
    assert_memory_equal(room, single, one.len);
    assert_ptr_equal(entries[COUNT - 1].at + entries[COUNT - 1].len, room + many.len);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(entries[i].len, get_u16(entries[i].at - 2));
    records[37].schema++;
    const size_t before = many.len;
    const status failed = entry_encode_many(records, all_salts, COUNT, &many, entries);
    assert_int_equal(failed.code, E_UNKNOWN);
    assert_int_equal(failed.detail, 37);
    assert_int_equal(many.len, before);
    assert_ok(writer_end(&many));
}

static void records_that_do_not_fit_their_schema_are_refused(void **)
{
    uint8_t room[256];
    struct sample sample = { .state = 4 };
    const struct record good = sample_record(&sample, schema_of(KIND_event));
    struct record_field fields[FIELDS_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct record r = good;
    r.kind = 0;
    assert_fails(entry_encode(&r, salts, &w), E_UNKNOWN);
    r = good;
    r.schema = 9;
    assert_fails(entry_encode(&r, salts, &w), E_UNKNOWN);
    r = good;
    r.columns.len--;
    assert_fails(entry_encode(&r, salts, &w), E_VALUE);
    r = good;
    r.field_count--;
    assert_fails(entry_encode(&r, salts, &w), E_VALUE);
    r = good;
    r.body = slice_text("body");
    assert_fails(entry_encode(&r, salts, &w), E_VALUE);
    r = good;
    r.time_s = (uint64_t)1 << 40;
    assert_fails(entry_encode(&r, salts, &w), E_LIMIT);
    for (size_t i = 0; i < good.field_count; i++) {
        for (size_t f = 0; f < good.field_count; f++)
            fields[f] = good.fields[f];
        r = good;
        r.fields = fields;
        fields[i] = (struct record_field){ TYPE_BOOL, value_bool(true) };
        assert_fails(entry_encode(&r, salts, &w), E_VALUE);
        fields[i] = (struct record_field){ TYPE_ABSENT, slice_text("x") };
        assert_fails(entry_encode(&r, salts, &w), E_VALUE);
    }
    assert_int_equal(w.len, 0);
    assert_ok(writer_end(&w));
    w.cap = ENTRY_HEADER_BYTES + 4 + SHA256_BYTES - 1;
    assert_fails(entry_encode(&good, salts, &w), E_LIMIT);
    assert_int_equal(w.len, 0);
    w.cap++;
    assert_ok(entry_encode(&good, salts, &w));
}

static void a_draft_becomes_a_record_or_names_what_is_wrong(void **)
{
    struct draft d;
    struct record r = {};
    struct fault fault = {};
    uint8_t room[256];
    struct writer w = writer_of(room, sizeof room);
    draft_start(&d, KIND_event, 1767225600);
    draft_market(&d, COLUMN_event_market, slice_text("DE"));
    draft_column(&d, COLUMN_event_trust, VALUE_trust_token);
    assert_fails(draft_end(&d, NULL, &r, &fault), E_VALUE);
    assert_non_null(strstr(fault.text, "time of event is required"));
    draft_time(&d, FIELD_event_time, 1767225600000000001);
    draft_text(&d, FIELD_event_source, slice_text("web-1"));
    draft_raw(&d, FIELD_event_raw, slice_text("{\"a\":1}"));
    draft_u64(&d, FIELD_event_sequence, 7);
    assert_ok(draft_end(&d, NULL, &r, &fault));
    assert_ok(entry_encode(&r, salts, &w));
    assert_int_equal(w.len, ENTRY_HEADER_BYTES + 4 + SHA256_BYTES);
    draft_text(&d, FIELD_event_source, slice_text("\xff"));
    assert_fails(draft_end(&d, NULL, &r, &fault), E_UTF8);
    assert_non_null(strstr(fault.text, "field source of event"));
    draft_text(&d, FIELD_event_source, slice_text("web-1"));
    draft_market(&d, COLUMN_event_market, slice_text("Germany"));
    assert_fails(draft_end(&d, NULL, &r, &fault), E_VALUE);
    assert_non_null(strstr(fault.text, "column market of event"));
    draft_market(&d, COLUMN_event_market, slice_text("de"));
    assert_fails(draft_end(&d, NULL, &r, &fault), E_VALUE);
    draft_market(&d, COLUMN_event_market, slice_text("DE"));
    d.time_s = (uint64_t)1 << 40;
    assert_fails(draft_end(&d, NULL, &r, &fault), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back_as_it_went_in),
        cmocka_unit_test(every_cut_and_every_longer_entry_is_refused),
        cmocka_unit_test(any_byte_that_parses_encodes_to_itself),
        cmocka_unit_test(many_at_once_are_the_same_bytes),
        cmocka_unit_test(records_that_do_not_fit_their_schema_are_refused),
        cmocka_unit_test(a_draft_becomes_a_record_or_names_what_is_wrong),
    };
    return cmocka_run_group_tests_name("record/entry", tests, NULL, NULL);
}
