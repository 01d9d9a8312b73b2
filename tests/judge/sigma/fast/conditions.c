/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules and events made at random from few letters, so that every form of pattern and condition
 * meets values that nearly match: the engine finds what the naive evaluator finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include "tests/judge/sigma/fast/corpus.h"
#include "tests/judge/sigma/fast/specimen.h"

enum { RULES = 60, EVENTS = 400, FIELDS = 4, SETS = 40, TEXT_BYTES = 256 * 1024, VALUE_MAX = 96 };

static const char *const names[FIELDS] = { "A", "B", "C.d", "E" };

static void put_value(struct writer *w, struct dice *d, uint32_t len_max, bool wild)
{
    static const char letters[] = "abAB\\-/1";
    const uint32_t len = dice_roll(d, len_max);
    for (uint32_t i = 0; i < len; i++) {
        if (wild && dice_roll(d, 12) == 0) {
            writer_u8(w, dice_roll(d, 2) == 0 ? '*' : '?');
        } else {
            writer_u8(w, (uint8_t)letters[dice_roll(d, sizeof letters - 1)]);
        }
    }
}

static void put_item(struct writer *w, struct dice *d)
{
    static const char *const modifiers[] = {
        "",       "|contains",         "|startswith", "|endswith", "|contains|all",
        "|cased", "|contains|windash", "|neq"
    };
    const char *name = names[dice_roll(d, FIELDS)];
    const uint32_t kind = dice_roll(d, 12);
    if (kind == 0) {
        writer_printf(w, "        %s: null\n", name);
    } else if (kind == 1) {
        writer_printf(w, "        %s|exists: %s\n", name, dice_roll(d, 2) == 0 ? "true" : "false");
    } else if (kind == 2) {
        writer_printf(w, "        %s|fieldref: %s\n", name, names[dice_roll(d, FIELDS)]);
    } else if (kind == 3) {
        writer_printf(w, "        %s|re: 'a[ab]{%u}b'\n", name, dice_roll(d, 3));
    } else if (kind == 4) {
        writer_printf(w, "        %s|gte: %u\n", name, dice_roll(d, 12));
    } else if (kind == 5) {
        writer_printf(w, "        %s: %u\n", name, dice_roll(d, 12));
    } else {
        writer_printf(w, "        %s%s:\n", name, modifiers[dice_roll(d, COUNT_OF(modifiers))]);
        for (uint32_t i = 0, count = 1 + dice_roll(d, 4); i < count; i++) {
            writer_text(w, "            - 'a");
            put_value(w, d, dice_roll(d, 4) == 0 ? 14 : 4, true);
            writer_text(w, "'\n");
        }
    }
}

static void put_condition(struct writer *w, struct dice *d, size_t depth)
{
    const uint32_t kind = dice_roll(d, depth == 0 ? 1 : 5);
    if (kind < 2) {
        writer_printf(w, "s%u", dice_roll(d, 3));
    } else if (kind == 2) {
        writer_text(w, "not ");
        put_condition(w, d, depth - 1);
    } else {
        writer_text(w, "(");
        put_condition(w, d, depth - 1);
        writer_text(w, kind == 3 ? " and " : " or ");
        put_condition(w, d, depth - 1);
        writer_text(w, ")");
    }
}

/* A rule of three selections; the condition of every tenth names them so often that it has no
 * program. */
static void put_rule(struct writer *w, struct dice *d, uint32_t number)
{
    writer_printf(w, "title: rule %u\nlogsource: {%s}\ndetection:\n", number,
                  dice_roll(d, 2) == 0 ? "product: p" : "category: c");
    for (uint32_t s = 0; s < 3; s++) {
        writer_printf(w, "    s%u:\n", s);
        put_item(w, d);
    }
    writer_text(w, "    condition: ");
    put_condition(w, d, 4);
    for (uint32_t i = 0; number % 10 == 0 && i < 200; i++)
        writer_printf(w, " %s s%u", i % 3 == 0 ? "and" : "or", i % 2);
    writer_text(w, "\n---\n");
}

static struct ruleset *random_rules(struct dice *d)
{
    static char text[TEXT_BYTES];
    struct writer w = writer_of(text, sizeof text - 1);
    for (uint32_t i = 0; i < RULES; i++)
        put_rule(&w, d, i);
    assert_ok(writer_end(&w));
    text[w.len] = 0;
    struct ruleset *rs = ruleset_new();
    assert_non_null(rs);
    assert_ok(ruleset_add(rs, slice_text("random"), slice_text(text)));
    assert_ok(ruleset_finish(rs));
    assert_true(rs->rule_count > RULES / 2); /* a field twice in a map is refused */
    return rs;
}

static void random_event(struct dice *d, struct event_field *fields, struct event *ret_event)
{
    static uint8_t bytes[2 * FIELDS * 4 * VALUE_MAX];
    static const uint32_t lens[] = { 1, 3, 8, 20, 50, VALUE_MAX };
    struct writer w = writer_of(bytes, sizeof bytes);
    const size_t count = dice_roll(d, 2 * FIELDS);
    for (size_t i = 0; i < count; i++) {
        const size_t start = w.len;
        uint8_t type = EVENT_TEXT;
        if (dice_roll(d, 4) == 0) {
            writer_printf(&w, "%u%s", dice_roll(d, 12), dice_roll(d, 3) == 0 ? ".0" : "");
            type = dice_roll(d, 2) == 0 ? EVENT_NUMBER : EVENT_TEXT;
        } else if (dice_roll(d, 10) == 0) {
            type = EVENT_NULL;
        } else {
            writer_text(&w, dice_roll(d, 2) == 0 ? "a" : "");
            put_value(&w, d, lens[dice_roll(d, COUNT_OF(lens))], false);
            writer_text(&w, dice_roll(d, 5) == 0 ? "\xe2\x80\x93\xc3\xa9" : "");
        }
        const slice name = slice_text(names[dice_roll(d, FIELDS)]);
        fields[i] = (struct event_field){ .name = name,
                                          .text = { bytes + start, w.len - start },
                                          .name_hash = event_name_hash(name),
                                          .type = type };
        if (dice_roll(d, 8) == 0)
            fields[i].flags =
                (uint8_t)(dice_roll(d, 2) == 0 ? EVENT_FIELD_ALIAS : EVENT_FIELD_SHADOWED);
        if (slice_is(name, "C.d") && dice_roll(d, 3) == 0) fields[i].flags |= EVENT_FIELD_LITERAL;
    }
    assert_ok(writer_end(&w));
    *ret_event =
        (struct event){ .fields = fields,
                        .field_count = count,
                        .raw = slice_none(),
                        .parsed = true,
                        .logsource = { .product = slice_none(), .service = slice_none() } };
}

static void random_rules_and_events_are_judged_alike(void **)
{
    size_t findings = 0, compared = 0;
    for (uint64_t set = 1; set <= SETS; set++) {
        struct dice d = { set * UINT64_C(0x9e3779b97f4a7c15) };
        struct ruleset *rs = random_rules(&d);
        struct comparison c = comparison_of(rs);
        for (size_t i = 0; i < EVENTS; i++) {
            struct event_field fields[2 * FIELDS];
            struct event event = {};
            random_event(&d, fields, &event);
            comparison_event(&c, &event, "random");
        }
        findings += c.findings;
        compared += c.compared * rs->rule_count;
        comparison_done(&c);
        ruleset_free(rs);
    }
    print_message("# %zu questions, %zu answered yes\n", compared, findings);
    assert_true(findings > compared / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        random_rules_and_events_are_judged_alike) };
    return cmocka_run_group_tests_name("judge/sigma/fast/conditions", tests, NULL, NULL);
}
