/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A field of a megabyte made to cost, against each kind of predicate in turn, in both engines. It
 * comes through the intake, which cuts it to EVENT_VALUE_BYTES_MAX and says so; the time is that of
 * the predicate alone. A second run gives the engine a megabyte in sixteen such values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lib/json.h"
#include "tests/judge/sigma/fast/corpus.h"

enum {
    FIELD_BYTES = 1000 * 1000,
    MEMBERS = 16,
    RUNS = 3,      /* the least of these counts: the machine does other things too */
    LIMIT_MS = 10, /* what a predicate may take */
#ifdef CANDOR_ASAN
    GENEROUS = 100, /* what is quadratic takes tens of seconds there */
#else
    GENEROUS = 10, /* times that much: the machine may be slow, what is quadratic takes seconds */
#endif
};

struct kind {
    const char *name, *item; /* of a selection */
    const char *pieces[4];   /* the value is one of these over and over */
};

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define Q64 "????????????????????????????????????????????????????????????????"

static const struct kind kinds[] = {
    { "exact", "F: '" A100 "'", { "a", "\xc3\x89" } },
    { "startswith", "F|startswith: '" A100 "'", { "a", "\xc8\xba" } },
    { "endswith", "F|endswith: '" A100 "b'", { "a", "ab" } },
    { "contains", "F|contains: '" A100 "b'", { "a", "aaab", A100 "c" } },
    { "contains one byte", "F|contains: '!'", { "a", "\xff" } },
    { "contains, cased", "F|contains|cased: '" A100 "b'", { "a", "A" } },
    { "contains, windash", "F|contains|windash: '--" A100 "b'", { "-", "\xe2\x80\x93" A10, "/a" } },
    { "wildcards", "F: '*a*a*a*a*a*a*a*a*a*b'", { "a", "ab", "b" } },
    { "wildcards and text", "F: '*" A10 "*" A10 "b*" A10 "c*'", { "a", A10 "b", A10 "ba" } },
    { "single characters", "F: '*a" Q64 Q64 "b*'", { "a", "\xc3\xa9", "ab" } },
    { "keyword", "['" A10 "b']", { "a", A10 "c", "\xc8\xba" } },
    { "keywords, all", "{'|all': ['" A10 "b', '" A10 "']}", { "a", A10 "c" } },
    { "re, nested repetition", "F|re: '(a+)+b'", { "a", "ab", "aaaac" } },
    { "re, alternatives", "F|re: '(a|aa|aaa)*b$'", { "a", "aab" } },
    { "re, runs of anything", "F|re: '.*a.*a.*a.*b.*c$'", { "a", "ab", "\xc3\xa9" } },
    { "re, counted", "F|re: 'a.{200}b.{200}c'", { "a", "ab", "b" } },
    { "re, caseless", "F|re|i: '(\\w+\\s)*kb'", { "k ", "\xe2\x84\xaa", "kk" } },
    { "re, wide", "F|re: '\xc3\xa9+(a|\xc3\xa9)*z'", { "\xc3\xa9", "\xff", "a\xc3\xa9" } },
    { "cidr v4", "F|cidr: '10.0.0.0/8'", { "1", "1.", "10.0.0.1" } },
    { "cidr v6", "F|cidr: 'fe80::/10'", { ":", "0:", "f" } },
    { "number", "F|gte: 5", { "9", "0", "0." } },
    { "equal number", "F: 5", { "9", "0", "5" } },
    { "time", "F|hour: 5", { "2", "2024-", "2024-01-01T05:00:00Z" } },
    { "fieldref", "F|fieldref: G", { "a", "\xc8\xba" } },
    { "fieldref, contains", "F|fieldref|contains: G", { "a", "ab" } },
    { "null", "F: null", { "a" } },
    { "exists", "F|exists: false", { "a" } },
    { "base64offset", "F|base64offset|contains: 'attack at dawn'", { "a", "YXR0YWNr" } },
};

static double cpu_ms(void)
{
    struct timespec t = {};
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void count(void *user, const struct rule *, enum gate)
{
    (*(size_t *)user)++;
}

static struct ruleset *rule_of(const struct kind *kind)
{
    static char text[4096];
    snprintf(text, sizeof text,
             "title: '%s'\nlogsource: {product: p}\ndetection:\n    s:\n        %s\n"
             "    condition: s\n",
             kind->name, kind->item);
    return corpus_rules_of(text);
}

/* How long both engines take; the verdicts are the same. */
struct took {
    double fast, naive;
};

static void judge(struct comparison *c, const struct event *event, bool naive, struct took *worst)
{
    struct took least = { 1e9, 1e9 };
    for (size_t i = 0; i < RUNS; i++) {
        size_t found = 0;
        double before = cpu_ms();
        assert_ok(engine_match(c->state, event, count, &found));
        double took = cpu_ms() - before;
        if (took < least.fast) least.fast = took;
        if (!naive) continue;
        before = cpu_ms();
        const bool wanted = sigma_naive_match(c->naive, c->rs->rules[0], event, NULL);
        took = cpu_ms() - before;
        if (took < least.naive) least.naive = took;
        assert_int_equal(found, wanted);
    }
    if (least.fast > worst->fast) worst->fast = least.fast;
    if (naive && least.naive > worst->naive) worst->naive = least.naive;
}

static void value_fill(uint8_t *at, size_t len, const char *piece)
{
    const size_t piece_len = strlen(piece);
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)piece[i % piece_len];
}

/* One event with a field of a megabyte as the intake makes it of a line of JSON. The bytes of a
 * piece that are no UTF-8 are left out, for a line with them is refused. */
static void judge_line(struct comparison *c, const char *piece, struct took *worst)
{
    enum { ROOM = FIELD_BYTES + 64 + JSON_PADDING_BYTES };
    static uint8_t line[ROOM];
    if ((uint8_t)piece[0] == 0xff) return;
    const size_t piece_len = strlen(piece), len = FIELD_BYTES / piece_len * piece_len;
    const slice head = slice_text("{\"F\":\""), tail = slice_text("\",\"G\":\"aaaaaaab\"}\n");
    bytes_copy(line, sizeof line, head);
    value_fill(line + head.len, len, piece);
    bytes_copy(line + head.len + len, sizeof line - head.len - len, tail);
    struct intake *in = intake_new(NULL);
    assert_non_null(in);
    intake_begin(in, INTAKE_AUTO, 2026);
    intake_data(in, (slice){ line, head.len + len + tail.len }, true);
    struct event event = {};
    struct intake_position at = {};
    struct fault fault = {};
    assert_int_equal(intake_next(in, &event, &at, &fault), INTAKE_FAULT); /* says so */
    assert_int_equal(intake_next(in, &event, &at, &fault), INTAKE_EVENT);
    assert_true(event.cut && (event.fields[0].flags & EVENT_FIELD_CUT) != 0);
    assert_in_range(event.fields[0].text.len, EVENT_VALUE_BYTES_MAX - 4, EVENT_VALUE_BYTES_MAX);
    judge(c, &event, true, worst);
    intake_free(in);
}

/* An event of a megabyte in values that are as long as a value can be; G is every fourth. */
static void judge_members(struct comparison *c, const char *piece, struct took *worst)
{
    static uint8_t value[EVENT_VALUE_BYTES_MAX];
    struct event_field fields[MEMBERS];
    value_fill(value, sizeof value, piece);
    for (size_t i = 0; i < MEMBERS; i++) {
        const slice name = slice_text(i % 4 == 3 ? "G" : "F");
        fields[i] = (struct event_field){ .name = name,
                                          .text = { value, sizeof value },
                                          .name_hash = event_name_hash(name),
                                          .type = EVENT_TEXT };
    }
    const struct event event = { .fields = fields,
                                 .field_count = MEMBERS,
                                 .raw = slice_none(),
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .parsed = true };
    judge(c, &event, false, worst);
}

static void every_kind_of_predicate_is_linear(void **)
{
    struct took worst_line = {}, worst_members = {};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct kind *kind = &kinds[i];
        struct ruleset *rs = rule_of(kind);
        struct comparison c = comparison_of(rs);
        struct took line = {}, members = {};
        for (size_t p = 0; p < COUNT_OF(kind->pieces) && kind->pieces[p] != NULL; p++) {
            judge_line(&c, kind->pieces[p], &line);
            judge_members(&c, kind->pieces[p], &members);
        }
        print_message("# %-22s a field of 1 MB: %.3f ms, naive %.3f ms; 16 values of 64 KiB: "
                      "%.3f ms\n",
                      kind->name, line.fast, line.naive, members.fast);
        if (line.fast > worst_line.fast) worst_line.fast = line.fast;
        if (line.naive > worst_line.naive) worst_line.naive = line.naive;
        if (members.fast > worst_members.fast) worst_members.fast = members.fast;
        comparison_done(&c);
        ruleset_free(rs);
    }
    print_message("# the slowest: %.3f ms, naive %.3f ms; 16 values: %.3f ms; allowed are %d ms\n",
                  worst_line.fast, worst_line.naive, worst_members.fast, LIMIT_MS);
    assert_true(worst_line.fast < LIMIT_MS * GENEROUS);
    assert_true(worst_line.naive < LIMIT_MS * GENEROUS);
    assert_true(worst_members.fast < LIMIT_MS * GENEROUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_kind_of_predicate_is_linear) };
    return cmocka_run_group_tests_name("judge/sigma/fast/linear", tests, NULL, NULL);
}
