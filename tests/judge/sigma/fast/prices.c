/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of prices learns from events, and what it says of literals. */
#include <stdlib.h>
#include "judge/sigma/fast/learn.h"
#include "tests/judge/sigma/fast/corpus.h"

static const char rule[] = "title: t\n"
                           "logsource: {product: any}\n"
                           "detection:\n"
                           "  s: {CommandLine|contains: [sekurlsa, unheard-of], Image: c.exe}\n"
                           "  condition: s\n";

enum { EVENTS = 1000, RARE_EVERY = 200 };

static struct event_field field_of(const char *name, const char *text)
{
    return (struct event_field){ .name = slice_text(name),
                                 .text = slice_text(text),
                                 .name_hash = event_name_hash(slice_text(name)),
                                 .type = EVENT_TEXT };
}

/* Learns from a source in which one literal is in some events, and another text in all of them. */
static struct prices *learned(void)
{
    struct ruleset *rs = corpus_rules_of(rule);
    struct learner *l = learner_new(rs);
    uint64_t *rows = NULL;
    size_t count = 0;
    assert_non_null(l);
    for (size_t i = 0; i < EVENTS; i++) {
        const bool rare = i % RARE_EVERY == 0;
        const struct event_field f =
            field_of("CommandLine", rare ? "x SEKURLSA::common" : "x common");
        learner_event(l, &(struct event){ .fields = &f, .field_count = 1, .parsed = true });
    }
    learner_source_end(l);
    learner_event(l, &(struct event){ .parsed = true }); /* a source that knows none of it */
    learner_source_end(l);
    assert_ok(learner_rows(l, &rows, &count));
    for (size_t i = 1; i < count; i++)
        assert_true(rows[i - 1] < rows[i]);
    struct prices *prices = prices_new(rows, count);
    assert_non_null(prices);
    free(rows);
    learner_free(l);
    ruleset_free(rs);
    return prices;
}

static float price(const struct prices *prices, const char *text)
{
    return price_of(prices, slice_text("CommandLine"), ATOM_CONTAINS, slice_text(text));
}

static void a_rare_literal_costs_what_it_was_seen_where_rules_ask_for_it(void **)
{
    struct prices *prices = learned();
    const float share = 1.0F / RARE_EVERY, quantum = 1.1F; /* an eighth of a halving */
    assert_true(price(prices, "sekurlsa") < share * quantum);
    assert_true(price(prices, "sekurlsa") > share / quantum);
    assert_true(price(prices, "unheard-of") < share / 1000); /* never seen: by its length */
    assert_true(price(prices, "::co") < share);              /* seen as often, but not asked for */
    assert_true(price(prices, "commo") > 0.9F);              /* not asked for, but frequent */
    prices_free(prices);
}

static void a_field_costs_the_share_of_events_that_have_it(void **)
{
    struct prices *prices = learned();
    assert_true(price_of(prices, slice_text("CommandLine"), ATOM_PRESENT, slice_none()) > 0.9F);
    assert_true(price_of(prices, slice_text("Image"), ATOM_PRESENT, slice_none()) < 0.1F);
    prices_free(prices);
}

static void note(void *user, uint32_t key)
{
    assert_true(key != 0);
    ++*(size_t *)user;
}

static void prices_that_ask_take_all_to_be_certain(void **)
{
    size_t asked = 0;
    struct prices *prices = prices_asking(note, &asked);
    assert_non_null(prices);
    assert_true(price(prices, "sekurlsa") == 1);
    assert_int_equal(asked, 1 + 5 + 1); /* presence, five runs of four bytes, one of eight */
    prices_free(prices);
}

static void the_built_in_table_is_in_order_and_within_its_bound(void **)
{
    assert_true(price_row_count > 0 && price_row_count <= PRICE_ROWS_MAX);
    for (uint32_t i = 1; i < price_row_count; i++)
        assert_true(price_rows[i - 1] >> PRICE_LEVEL_BITS < price_rows[i] >> PRICE_LEVEL_BITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rare_literal_costs_what_it_was_seen_where_rules_ask_for_it),
        cmocka_unit_test(a_field_costs_the_share_of_events_that_have_it),
        cmocka_unit_test(prices_that_ask_take_all_to_be_certain),
        cmocka_unit_test(the_built_in_table_is_in_order_and_within_its_bound),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/prices", tests, NULL, NULL);
}
