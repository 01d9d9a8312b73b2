/* SPDX-License-Identifier: Apache-2.0 */
#include "record/opening.h"
#include "record/derive.h"
#include "record/recompute.h"
#include "tests/cm.h"
#include "tests/record/sample.h"

static const uint8_t key[RECORD_KEY_BYTES] = { 9, 8, 7 };
static salt salts[FIELDS_MAX]; /* that the key gives */
static uint8_t room[1 << 16];
static uint8_t entry_room[4096];

static slice encode(const struct schema *s, const struct opening *o)
{
    struct writer w = writer_of(room, sizeof room);
    assert_ok(opening_encode(s, o, &w));
    return writer_slice(&w);
}

/* A record of the kind, its entry and its opening, decoded from bytes of its own. */
static struct entry make(struct sample *sample, const struct schema *s, struct opening *o)
{
    static uint8_t opening_room[1 << 16];
    struct writer w = writer_of(opening_room, sizeof opening_room);
    struct writer ew = writer_of(entry_room, sizeof entry_room);
    struct entry e;
    struct fault fault;
    const struct record r = sample_record(sample, s);
    assert_ok(opening_encode_record(&r, &w));
    assert_ok(opening_decode(s, writer_slice(&w), o));
    for (size_t i = 0; i < s->field_count; i++) {
        assert_int_equal(o->fields[i].type, r.fields[i].type);
        assert_true(slice_equal(o->fields[i].value, r.fields[i].value));
    }
    assert_ok(entry_encode(&r, salts, &ew));
    assert_ok(entry_parse(writer_slice(&ew), &e, &fault));
    assert_true(slice_equal(encode(s, o), writer_slice(&w)));
    return e;
}

static bool has_opening(uint8_t kind)
{
    return (schema_of(kind)->flags & KIND_BODY) == 0;
}

static void an_opening_recomputes_its_root_in_every_form(void **)
{
    static struct opening_proofs proofs;
    static salt other[FIELDS_MAX];
    struct sample sample = { .state = 5 };
    for (size_t round = 0; round < 600; round++) {
        const uint8_t kind = (uint8_t)(1 + round % KIND_LAST);
        const struct schema *s = schema_of(kind);
        struct opening o;
        struct opening again;
        if (!has_opening(kind)) continue;
        const struct entry e = make(&sample, s, &o);
        assert_ok(opening_check(&e, &o, salts));
        assert_fails(opening_check(&e, &o, other), E_INVALID);
        struct opening rekeyed = o;
        opening_rekey(&rekeyed, key);
        assert_ok(opening_decode(s, guarded(encode(s, &rekeyed)), &again));
        assert_int_equal(again.form, OPENING_REKEYED);
        salt own[FIELDS_MAX];
        assert_ok(derive_opening_salts(&again, NULL, own));
        assert_ok(opening_check(&e, &again, own));
        const uint8_t field = (uint8_t)(1 + round % s->field_count);
        struct opening *from = round % 2 == 0 ? &o : &rekeyed;
        assert_ok(opening_erase(s, from, field, salts, &proofs));
        assert_int_equal(from->fields[field - 1].type, TYPE_ERASED);
        assert_ok(opening_decode(s, guarded(encode(s, from)), &again));
        assert_int_equal(again.form, OPENING_SALTED);
        assert_ok(opening_check(&e, &again, NULL));
        for (size_t i = 0; i < s->field_count; i++)
            own[i] = (salt){};
        assert_ok(derive_opening_salts(&again, NULL, own));
        for (size_t i = 0; i < s->field_count; i++) {
            const bool gone = again.fields[i].type == TYPE_ERASED;
            assert_memory_equal(&own[i], gone ? &other[i] : &salts[i], sizeof own[i]);
        }
        assert_fails(opening_erase(s, from, field, salts, &proofs), E_ERASED);
    }
}

static void fields_may_be_erased_one_after_the_other(void **)
{
    static struct opening_proofs proofs;
    struct sample sample = { .state = 6 };
    const struct schema *s = schema_of(KIND_enforcement);
    struct opening o;
    const struct entry e = make(&sample, s, &o);
    for (uint8_t id = 1; id <= s->field_count; id++) {
        assert_ok(opening_erase(s, &o, id, salts, &proofs));
        assert_ok(opening_check(&e, &o, NULL));
    }
    assert_fails(opening_erase(s, &o, 0, salts, &proofs), E_NOT_FOUND);
    assert_fails(opening_erase(s, &o, (uint8_t)(s->field_count + 1), salts, &proofs), E_NOT_FOUND);
    assert_int_equal(encode(s, &o).len, 1 + 33u * s->field_count);
}

static void erasing_an_actor_erases_the_raw_event_too(void **)
{
    static struct opening_proofs proofs;
    struct sample sample = { .state = 7 };
    const struct schema *s = schema_of(KIND_event);
    struct opening o;
    const struct entry e = make(&sample, s, &o);
    assert_ok(opening_erase(s, &o, FIELD_event_actor, salts, &proofs));
    assert_int_equal(o.fields[FIELD_event_raw - 1].type, TYPE_ERASED);
    assert_int_not_equal(o.fields[FIELD_event_subject - 1].type, TYPE_ERASED);
    assert_ok(opening_check(&e, &o, NULL));
    assert_ok(opening_erase(s, &o, FIELD_event_subject, salts, &proofs));
    assert_ok(opening_check(&e, &o, NULL));
    assert_fails(opening_erase(s, &o, FIELD_event_raw, salts, &proofs), E_ERASED);
}

static void every_cut_is_refused_and_changes_nothing(void **)
{
    static struct opening_proofs proofs;
    struct sample sample = { .state = 8 };
    for (uint8_t kind = 1; kind <= KIND_LAST; kind++) {
        const struct schema *s = schema_of(kind);
        struct opening o;
        if (!has_opening(kind)) continue;
        make(&sample, s, &o);
        for (int form = 0; form < 3; form++) {
            if (form == 1) opening_rekey(&o, key);
            if (form == 2) assert_ok(opening_erase(s, &o, 1, salts, &proofs));
            const slice bytes = encode(s, &o);
            struct opening again = { .form = 77 };
            for (size_t len = 0; len < bytes.len; len++) {
                assert_fails(opening_decode(s, guarded((slice){ bytes.at, len }), &again), E_SHORT);
                assert_int_equal(again.form, 77);
            }
            room[bytes.len] = 0;
            const slice longer = { bytes.at, bytes.len + 1 };
            assert_fails(opening_decode(s, guarded(longer), &again), E_TRAILING);
        }
    }
}

static void any_change_of_a_value_is_seen_or_refused(void **)
{
    struct sample sample = { .state = 9 };
    const struct schema *s = schema_of(KIND_finding);
    struct opening o;
    const struct entry e = make(&sample, s, &o);
    const slice bytes = encode(s, &o);
    for (size_t at = 0; at < bytes.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct opening changed;
            room[at] = (uint8_t)(room[at] ^ 1u << bit);
            const status decoded = opening_decode(s, bytes, &changed);
            if (decoded.code == E_OK) assert_fails(opening_check(&e, &changed, salts), E_INVALID);
            room[at] = (uint8_t)(room[at] ^ 1u << bit);
        }
    }
}

static void forms_and_types_must_belong_together(void **)
{
    struct sample sample = { .state = 10 };
    const struct schema *s = schema_of(KIND_triage);
    struct opening o;
    struct writer w = writer_of(room, sizeof room);
    make(&sample, s, &o);
    struct opening bad = o;
    bad.form = 3;
    assert_fails(opening_encode(s, &bad, &w), E_UNKNOWN);
    bad = o;
    bad.form = OPENING_SALTED;
    assert_fails(opening_encode(s, &bad, &w), E_VALUE);
    bad = o;
    bad.form = OPENING_REKEYED;
    assert_fails(opening_encode(s, &bad, &w), E_VALUE);
    bad = o;
    bad.fields[1].type = TYPE_ERASED;
    assert_fails(opening_encode(s, &bad, &w), E_VALUE);
    bad = o;
    bad.field_count--;
    assert_fails(opening_encode(s, &bad, &w), E_VALUE);
    assert_fails(opening_encode(schema_of(KIND_summary), &o, &w), E_VALUE);
    assert_int_equal(w.len, 0);
    w.cap = 3;
    assert_fails(opening_encode(s, &o, &w), E_LIMIT);
    assert_int_equal(w.len, 0);
    assert_ok(writer_end(&w));
}

static int derive(void **)
{
    const struct keystream_job job = derive_job(key, salts, FIELDS_MAX);
    assert_ok(derive_salts(&job, 1));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opening_recomputes_its_root_in_every_form),
        cmocka_unit_test(fields_may_be_erased_one_after_the_other),
        cmocka_unit_test(erasing_an_actor_erases_the_raw_event_too),
        cmocka_unit_test(every_cut_is_refused_and_changes_nothing),
        cmocka_unit_test(any_change_of_a_value_is_seen_or_refused),
        cmocka_unit_test(forms_and_types_must_belong_together),
    };
    return cmocka_run_group_tests_name("record/opening", tests, derive, NULL);
}
