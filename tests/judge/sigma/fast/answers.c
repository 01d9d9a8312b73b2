/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/answers.h"

#include <stdlib.h>
#include "judge/sigma/fold.h"
#include "tests/judge/sigma/fast/corpus.h"

enum { LEN_MAX = 80 };

static const char rule[] = "title: t\nid: 00000000-0000-4000-8000-000000000000\n"
                           "logsource: {product: p}\n"
                           "detection:\n    a: {F: x}\n    condition: a\n";

/* What is needed to ask about the fields of an event. */
struct asking {
    struct ruleset *rs;
    struct prices *prices;
    struct index *index;
    struct arena arena;
    struct answers answers;
};

static struct asking asking_of(void)
{
    struct asking k = { .rs = corpus_rules_of(rule), .prices = prices_new(NULL, 0) };
    k.arena = arena_of(1 << 20);
    assert_ok(index_new(k.rs, k.prices, &k.index));
    const struct quick *quick = quick_new(k.rs, k.index, &k.arena);
    assert_non_null(quick);
    assert_ok(answers_init(&k.answers, k.rs, k.index, quick));
    return k;
}

static void asking_done(struct asking *k)
{
    answers_done(&k->answers);
    arena_done(&k->arena);
    index_free(k->index);
    prices_free(k->prices);
    ruleset_free(k->rs);
}

static struct event_field field_of(slice text)
{
    const slice name = slice_text("F");
    return (struct event_field){
        .name = name, .text = text, .name_hash = event_name_hash(name), .type = EVENT_TEXT
    };
}

/* Every length, and in each the one place that holds something else than small letters. */
static void folds_as_the_reference_does_at_every_length(void **)
{
    static const char *const odd[] = { "A", "Z", "@", "[", "`", "{", "\xc3\x84", "\xff", "\x7f" };
    struct asking k = asking_of();
    for (size_t len = 0; len <= LEN_MAX; len++) {
        for (size_t at = 0; at <= len; at++) {
            uint8_t text[LEN_MAX + 2], wanted[2 * LEN_MAX];
            memset(text, 'q', sizeof text);
            const slice put = slice_text(odd[(len + at) % COUNT_OF(odd)]);
            if (put.len <= len - at) bytes_copy(text + at, put.len, put);
            const slice value = guarded((slice){ text, len });
            const struct event_field field = field_of(value);
            const struct event event = { .fields = &field, .field_count = 1, .parsed = true };
            const size_t wanted_len = text_form_write(value, FORM_FOLDED, wanted);
            assert_ok(answers_begin(&k.answers, &event));
            const slice got = answers_formed(&k.answers, 0, ANSWERS_FOLDED);
            assert_int_equal(got.len, wanted_len);
            assert_memory_equal(got.at, wanted, wanted_len);
        }
    }
    asking_done(&k);
}

/* All values stand side by side, whole, in the order of the event. */
static void joins_all_values_with_a_nul_between(void **)
{
    struct asking k = asking_of();
    struct event_field fields[] = { field_of(slice_text("Ab")), field_of(slice_text("")),
                                    field_of(slice_text("a text that is LONGER than a lane")),
                                    field_of(slice_text("derived")), field_of(slice_text("Z")) };
    static const char wanted[] = "ab\0\0a text that is longer than a lane\0z";
    const struct event event = { .fields = fields, .field_count = COUNT_OF(fields) };
    fields[3].flags = EVENT_FIELD_DERIVED;
    assert_ok(answers_begin(&k.answers, &event));
    bool is_ascii = false;
    const slice all = answers_all(&k.answers, &is_ascii);
    assert_true(is_ascii);
    assert_int_equal(all.len, sizeof wanted);
    assert_memory_equal(all.at, wanted, sizeof wanted);
    fields[1] = field_of(slice_text("\xc3\x84"));
    assert_ok(answers_begin(&k.answers, &event));
    assert_int_equal(answers_all(&k.answers, &is_ascii).at[3], 0xc3); /* U+00C4 folds to U+00E4 */
    assert_false(is_ascii);
    asking_done(&k);
}

/* The buffer grows with the event; what a value needs at most is there for each. */
static void has_room_for_many_values_that_grow(void **)
{
    struct asking k = asking_of();
    static uint8_t text[EVENT_VALUE_BYTES_MAX];
    struct event_field fields[8];
    for (size_t i = 0; i + 1 < sizeof text; i += 2) { /* U+023A, which takes a byte more folded */
        text[i] = 0xc8;
        text[i + 1] = 0xba;
    }
    for (size_t count = 1; count <= COUNT_OF(fields); count++) {
        fields[count - 1] = field_of((slice){ text, sizeof text });
        const struct event event = { .fields = fields, .field_count = count };
        assert_ok(answers_begin(&k.answers, &event));
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(answers_formed(&k.answers, i, ANSWERS_DASHED).len,
                             sizeof text / 2 * 3);
            assert_int_equal(answers_formed(&k.answers, i, ANSWERS_FOLDED).len,
                             sizeof text / 2 * 3);
        }
    }
    asking_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_as_the_reference_does_at_every_length),
        cmocka_unit_test(joins_all_values_with_a_nul_between),
        cmocka_unit_test(has_room_for_many_values_that_grow),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/answers", tests, NULL, NULL);
}
