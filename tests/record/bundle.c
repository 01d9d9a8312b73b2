/* SPDX-License-Identifier: Apache-2.0 */
#include "record/bundle.h"
#include <stdio.h>
#include "record/schema_row.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

static const salt salts[FIELDS_MAX] = { { { 4, 5, 6 } }, { { 7 } } };
static uint8_t file_room[BUNDLE_BYTES_MAX];
static uint8_t entry_room[ENTRY_BYTES_MAX];
static uint8_t opening_room[1 << 16];
static struct arena arena;

static int setup(void **)
{
    arena = arena_of(BUNDLE_ARENA_BYTES_MAX);
    return 0;
}

static int teardown(void **)
{
    arena_done(&arena);
    return 0;
}

static slice make(struct sample *sample, uint8_t kind, uint64_t shown_bits, struct record *r)
{
    const struct schema *s = schema_of(kind);
    struct opening o;
    bool shown[FIELDS_MAX];
    struct writer ew = writer_of(entry_room, sizeof entry_room);
    struct writer ow = writer_of(opening_room, sizeof opening_room);
    struct writer w = writer_of(file_room, sizeof file_room);
    const bool has_body = (s->flags & KIND_BODY) != 0;
    *r = sample_record(sample, s);
    assert_ok(entry_encode(r, salts, &ew));
    if (!has_body) {
        assert_ok(opening_encode_record(r, &ow));
        assert_ok(opening_decode(s, writer_slice(&ow), &o));
    }
    for (size_t i = 0; i < FIELDS_MAX; i++)
        shown[i] = (shown_bits >> i & 1) != 0;
    assert_ok(bundle_format(writer_slice(&ew), s, has_body ? NULL : &o, salts, shown, &w));
    writer_text(&w, "c2sp.org/tlog-proof@v1\nindex 7\n");
    return writer_slice(&w);
}

static void what_is_shown_is_read_and_the_rest_hidden(void **)
{
    struct sample sample = { .state = 21 };
    for (size_t round = 0; round < 300; round++) {
        struct record r;
        struct bundle b;
        struct fault fault = {};
        const uint8_t kind = (uint8_t)(1 + round % KIND_LAST);
        const uint64_t shown = sample_next(&sample);
        const slice file = make(&sample, kind, shown, &r);
        arena_reset(&arena);
        const status s = bundle_check(guarded(file), &arena, &b, &fault);
        if (s.code != E_OK) fail_msg("%s", fault.text);
        assert_true(b.schema_known);
        assert_int_equal(b.entry.schema->kind, kind);
        assert_true(slice_is(b.proof, "c2sp.org/tlog-proof@v1\nindex 7\n"));
        for (size_t i = 0; i < b.entry.schema->field_count; i++) {
            const bool open = (schema_of(kind)->flags & KIND_BODY) != 0 || (shown >> i & 1) != 0;
            assert_int_equal(b.fields[i].type, open ? sample.fields[i].type : TYPE_ERASED);
            if (open) assert_true(slice_equal(b.fields[i].value, sample.fields[i].value));
        }
    }
}

static void an_erased_field_is_hidden_even_if_asked_for(void **)
{
    static struct opening_proofs proofs;
    struct sample sample = { .state = 22 };
    const struct schema *s = schema_of(KIND_event);
    struct record r;
    struct opening o;
    struct bundle b;
    struct fault fault = {};
    bool shown[FIELDS_MAX];
    struct writer w = writer_of(file_room, sizeof file_room);
    for (size_t i = 0; i < FIELDS_MAX; i++)
        shown[i] = true;
    make(&sample, KIND_event, 0, &r);
    struct writer ow = writer_of(opening_room, sizeof opening_room);
    struct writer ew = writer_of(entry_room, sizeof entry_room);
    assert_ok(entry_encode(&r, salts, &ew));
    assert_ok(opening_encode_record(&r, &ow));
    assert_ok(opening_decode(s, writer_slice(&ow), &o));
    assert_ok(opening_erase(s, &o, FIELD_event_actor, salts, &proofs));
    assert_ok(bundle_format(writer_slice(&ew), s, &o, salts, shown, &w));
    arena_reset(&arena);
    assert_ok(bundle_check(writer_slice(&w), &arena, &b, &fault));
    assert_int_equal(b.fields[FIELD_event_actor - 1].type, TYPE_ERASED);
    assert_int_equal(b.fields[FIELD_event_raw - 1].type, TYPE_ERASED);
    assert_int_equal(b.fields[FIELD_event_source - 1].type, TYPE_TEXT);
}

static void every_cut_and_every_flipped_bit_is_refused(void **)
{
    struct sample sample = { .state = 23 };
    struct record r;
    const slice file = make(&sample, KIND_triage, 0x2d, &r);
    const char *proof = memmem(file.at, file.len, "\n\nc2sp", 6);
    const size_t checked = (size_t)((const uint8_t *)proof - file.at) + 2;
    for (size_t len = 0; len < checked; len++) {
        struct bundle b;
        struct fault fault = {};
        arena_reset(&arena);
        const slice cut = guarded((slice){ file.at, len });
        assert_int_not_equal(bundle_check(cut, &arena, &b, &fault).code, E_OK);
        assert_int_not_equal(fault.text[0], 0);
    }
    for (size_t at = 0; at < checked; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct bundle b;
            struct fault fault = {};
            arena_reset(&arena);
            file_room[at] = (uint8_t)(file_room[at] ^ 1u << bit);
            const status s = bundle_check(file, &arena, &b, &fault);
            /* what the columns of the entry say is proved by the tlog-proof, not by the root */
            const bool changed_entry = at > 22 && at < 22 + 4 * 16 && s.code == E_OK;
            if (!changed_entry) assert_int_not_equal(s.code, E_OK);
            file_room[at] = (uint8_t)(file_room[at] ^ 1u << bit);
        }
    }
}

static void false_bundles_are_refused_with_the_reason(void **)
{
    static const struct {
        const char *from;
        const char *to;
        int32_t code;
        const char *says;
    } cases[] = {
        { "bundle@v1", "bundle@v2", E_UNKNOWN, "line 1" },
        { "\nentry ", "\nentry  ", E_SYNTAX, "line 2" },
        { "\nentry AQ", "\nentry AR", E_UNKNOWN, "unknown here" },
        { "\nentry A", "\nentry B", E_UNKNOWN, "version" },
        { "\nopen 1 time", "\nopen 1 date", E_SYNTAX, "line 3" },
        { "\nopen 1 time", "\nopen 2 time", E_VALUE, "line 3" },
        { "\nopen 1 time", "\nopen 01 time", E_SYNTAX, "line 3" },
        { "\nopen 1 time", "\nshow 1 time", E_SYNTAX, "line 3" },
        { " time time ", " time i64 ", E_VALUE, "line 3" },
        { " time time ", " time absent ", E_VALUE, "line 3" },
        { "\nhide 2 finding ", "\nhide 2 finding AAAA", E_LIMIT, "line 4" },
        { "\nhide 2 finding ", "\nhide 2 finding - ", E_SYNTAX, "line 4" },
        { "\nhide 2 finding", "\nhide 2 finding\nhide 2 finding", E_SYNTAX, "line 4" },
        { "\n\ncandor/schema", "\nmore\n\ncandor/schema", E_TRAILING, "line 9" },
        { "\n\ncandor/schema", "\ncandor/schema", E_SYNTAX, "no empty line behind" },
        { "field 3 actor text", "field 3 victim text", E_INVALID, "not the right one" },
        { "version 1\n", "version 2\n", E_UNKNOWN, "unknown here" },
        { "\n\nc2sp", "\nc2sp", E_SYNTAX, "no empty line" },
    };
    struct sample sample = { .state = 24 };
    struct record r;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bundle b = {};
        struct fault fault = {};
        arena_reset(&arena);
        const slice file =
            replaced(make(&sample, KIND_triage, 0x5, &r), cases[i].from, cases[i].to);
        const status s = bundle_check(file, &arena, &b, &fault);
        if (s.code != cases[i].code || strstr(fault.text, cases[i].says) == NULL) {
            fail_msg("case %zu: %d \"%s\", not %d \"%s\"", i, s.code, fault.text, cases[i].code,
                     cases[i].says);
        }
        assert_int_equal(b.proof.len, 0);
    }
}

/* A verifier that does not know a kind reads it by the row of the bundle and says so. */
static void a_kind_of_another_build_is_read_by_its_own_row(void **)
{
    static struct schema_row row;
    struct bundle b;
    struct fault fault = {};
    struct record_field fields[2] = { { TYPE_TEXT, slice_text("hello") },
                                      { TYPE_U64, slice_text("12345678") } };
    const bool shown[FIELDS_MAX] = { true, false };
    assert_ok(schema_row_parse(
        slice_text("candor/schema@v1\nkind 200 novelty\nversion 3\ntime day\ncolumn size u8\n"
                   "field 1 word text : what was said\nfield 2 number u64\n"),
        &row, &fault));
    const struct record r = { .kind = 200, .schema = 3, .fields = fields, .field_count = 2 };
    hash root;
    commit_many(&(struct commit_job){ &r, salts, &root }, 1);
    struct writer ew = writer_of(entry_room, sizeof entry_room);
    writer_bytes(&ew, (slice){ (const uint8_t *)"\1\xc8\0\3\0\0\0\0\0\7", 10 });
    writer_bytes(&ew, (slice){ root.bytes, sizeof root.bytes });
    struct opening o = { .form = OPENING_KEYED, .field_count = 2 };
    for (size_t i = 0; i < 2; i++)
        o.fields[i] = fields[i];
    struct writer w = writer_of(file_room, sizeof file_room);
    assert_ok(bundle_format(writer_slice(&ew), &row.schema, &o, salts, shown, &w));
    arena_reset(&arena);
    const status s = bundle_check(writer_slice(&w), &arena, &b, &fault);
    if (s.code != E_OK) fail_msg("%s", fault.text);
    assert_false(b.schema_known);
    assert_string_equal(b.entry.schema->fields[0].name, "word");
    assert_true(slice_is(b.fields[0].value, "hello"));
    assert_int_equal(b.fields[1].type, TYPE_ERASED);
}

static void values_print_for_people(void **)
{
    uint8_t room[8];
    uint8_t out[64];
    const struct {
        struct record_field field;
        const char *want;
    } cases[] = {
        { { TYPE_TEXT, slice_text("caf\xc3\xa9\x1b[2J") }, "caf\xc3\xa9?[2J" },
        { { TYPE_TEXT, slice_text("12345678901234567890123") }, "12345678901234567890…" },
        { { TYPE_RAW, slice_text("a\xff") }, "a?" },
        { { TYPE_TEXTS, (slice){ (const uint8_t *)"\0\1a\0\2bc", 7 } }, "a, bc" },
        { { TYPE_BYTES, slice_text("\1\2") }, "0102" },
        { { TYPE_HASH, slice_text("abcdefghijklmnopqrstuvwxyzabcdef") }, "6162636465666768696a…" },
        { { TYPE_U64, slice_text("\xff\xff\xff\xff\xff\xff\xff\xff") }, "18446744073709551615" },
        { { TYPE_I64, slice_text("\xff\xff\xff\xff\xff\xff\xff\xfe") }, "-2" },
        { { TYPE_TIME, value_put_i64(room, 1767225600000000000) }, "2026-01-01T00:00:00Z" },
        { { TYPE_BOOL, value_bool(true) }, "yes" },
        { { TYPE_ABSENT, slice_none() }, "" },
        { { TYPE_ERASED, slice_none() }, "" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct writer w = writer_of(out, sizeof out);
        bundle_value_print(cases[i].field, 20, &w);
        if (!slice_is(writer_slice(&w), cases[i].want)) {
            fail_msg("case %zu: \"%.*s\"", i, (int)w.len, out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_is_read_and_the_rest_hidden),
        cmocka_unit_test(an_erased_field_is_hidden_even_if_asked_for),
        cmocka_unit_test(every_cut_and_every_flipped_bit_is_refused),
        cmocka_unit_test(false_bundles_are_refused_with_the_reason),
        cmocka_unit_test(a_kind_of_another_build_is_read_by_its_own_row),
        cmocka_unit_test(values_print_for_people),
    };
    return cmocka_run_group_tests_name("record/bundle", tests, setup, teardown);
}
