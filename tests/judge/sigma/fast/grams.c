/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/fast/grams.h"

#include <stdlib.h>
#include "tests/cm.h"

enum { TEXTS = 200, TEXT_MAX = 12, VALUE_MAX = 300, ROUNDS = 100 };

/* A generator with a fixed seed, so that a failure comes again. */
static uint32_t state;
static uint32_t draw(uint32_t below)
{
    state = state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

static bool found[TEXTS];
static size_t reports;

static void note(void *, uint32_t value)
{
    assert_false(found[value]);
    found[value] = true;
    reports++;
}

static void fill(uint8_t *at, size_t len, uint32_t first, uint32_t letters)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(first + draw(letters));
}

static bool is_ascii(const uint8_t *at, size_t len)
{
    bool result = true;
    for (size_t i = 0; i < len; i++)
        result = result && at[i] < 0x80;
    return result;
}

/* Texts of one kind: how many, how many of them have fewer than five bytes, from which letters. */
struct kind {
    uint32_t count, shorter, first, letters;
};

/* Few letters make every near miss there is: texts that share their four bytes, stand at either
 * end, or are cut by the end. */
static void find_what_memmem_finds(const struct kind *k, const struct prices *prices)
{
    uint8_t bytes[TEXTS][TEXT_MAX];
    struct gram_text texts[TEXTS];
    uint32_t seen[TEXTS] = {};
    for (uint32_t i = 0; i < k->count; i++) {
        const size_t len = i < k->shorter ? 1 + draw(4) : 5 + draw(TEXT_MAX - 4);
        fill(bytes[i], len, k->first, k->letters);
        texts[i] = (struct gram_text){ { bytes[i], len }, i };
    }
    struct grams *g = grams_new(texts, k->count, prices, slice_text("Field"));
    assert_non_null(g);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint8_t room[VALUE_MAX + GRAM_READ_BEHIND];
        const size_t len = draw(round % 2 == 0 ? VALUE_MAX : 12);
        fill(room, len + GRAM_READ_BEHIND, k->first, k->letters);
        const slice value = guarded((slice){ room, len + GRAM_READ_BEHIND });
        memset(found, 0, sizeof found);
        grams_search(g, (slice){ value.at, len }, is_ascii(value.at, len),
                     &(struct gram_search){ seen, round, note, NULL });
        for (uint32_t i = 0; i < k->count; i++) {
            const bool there = memmem(room, len, bytes[i], texts[i].text.len) != NULL;
            assert_int_equal(found[i], there);
        }
    }
    grams_free(g);
}

/* Many short texts, a few that are looked for one by one, and none. */
static void finds_what_memmem_finds(void **)
{
    static const uint32_t shorter[] = { 0, 1, 3, 8, 9, 60 };
    struct prices *prices = prices_new(NULL, 0);
    for (uint32_t letters = 1; letters <= 4; letters++) {
        for (size_t i = 0; i < COUNT_OF(shorter); i++) {
            const struct kind plain = { TEXTS, shorter[i], 'a', letters };
            const struct kind few = { shorter[i] + 5, shorter[i], 'a', letters };
            const struct kind mixed = { TEXTS, shorter[i], 0x7e, letters }; /* ASCII or not */
            find_what_memmem_finds(&plain, prices);
            find_what_memmem_finds(&few, prices);
            find_what_memmem_finds(&mixed, prices);
        }
    }
    prices_free(prices);
    assert_true(reports != 0);
}

static bool is_even(const void *, uint32_t value)
{
    return value % 2 == 0;
}

static void a_subset_finds_only_what_it_kept(void **)
{
    static const char *const words[] = { "powershell", "shell", "wer", "s", "ll", "hello" };
    struct prices *prices = prices_new(NULL, 0);
    struct gram_text texts[COUNT_OF(words)];
    uint32_t seen[COUNT_OF(words)] = {};
    for (uint32_t i = 0; i < COUNT_OF(words); i++)
        texts[i] = (struct gram_text){ slice_text(words[i]), i };
    struct grams *g = grams_new(texts, COUNT_OF(words), prices, slice_none());
    struct grams *part = grams_subset(g, is_even, NULL);
    grams_free(g);
    assert_non_null(part);
    memset(found, 0, sizeof found);
    const slice value = guarded(slice_text("powershell....................")); /* dots: only read */
    grams_search(part, (slice){ value.at, value.len - GRAM_READ_BEHIND }, true,
                 &(struct gram_search){ seen, 1, note, NULL });
    for (uint32_t i = 0; i < COUNT_OF(words); i++)
        assert_int_equal(found[i], i % 2 == 0 && i != 5);
    grams_free(part);
    prices_free(prices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_memmem_finds),
        cmocka_unit_test(a_subset_finds_only_what_it_kept),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/grams", tests, NULL, NULL);
}
