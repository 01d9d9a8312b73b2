/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every conformance vector of tests/vectors/sigma (format: its README.md), and checks that
 * each modifier and each of the 22 points has some.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/writer.h"
#include "intake/json_fields.h"
#include "judge/sigma/correlate/correlator.h"
#include "judge/sigma/correlation.h"
#include "judge/sigma/dialect.h"
#include "judge/sigma/modifier.h"
#include "judge/sigma/naive.h"
#include "lib/yaml.h"
#include "tests/cm.h"

enum { EVENT_ARENA_BYTES = 1 << 20, JSON_TEXT_MAX = 64 * 1024 };

static struct arena arena;
static struct json_parser *parser;
static struct build build;
static uint8_t json_text[JSON_TEXT_MAX + 64];

/* What the vectors have shown so far. */
static size_t cases_of_point[DIALECT_POINTS + 1];
static size_t types_shown[CORRELATION_VALUE_MEDIAN + 1];
static struct {
    size_t matches, misses, errors;
} shown[64];

/* The case at hand, for messages. */
static const char *file_name;
static const struct yaml_node *at_case;

static void complain(const char *what, slice detail)
{
    const struct yaml_node *name = yaml_member(at_case, "case");
    fail_msg("%s:%u: %.*s: %s: %.*s", file_name, at_case->line, (int)name->text.len,
             (const char *)name->text.at, what, (int)detail.len, (const char *)detail.at);
}

static slice text_of(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_member(map, key);
    return node == NULL ? slice_none() : node->text;
}

/* "selection" written out as the rule that it is short for. */
static slice rule_text(void)
{
    const struct yaml_node *selection = yaml_member(at_case, "selection");
    if (selection == NULL) return text_of(at_case, "rule");
    static uint8_t text[JSON_TEXT_MAX];
    struct writer w = writer_of(text, sizeof text);
    writer_text(&w, "title: vector\nlogsource: {}\ndetection:\n  condition: sel\n  sel:\n    ");
    for (size_t i = 0; i < selection->text.len; i++) {
        const uint8_t c = selection->text.at[i];
        if (c == '\n' && i + 1 == selection->text.len) break;
        writer_u8(&w, c);
        if (c == '\n') writer_text(&w, "    ");
    }
    writer_u8(&w, '\n');
    assert_ok(writer_end(&w));
    return writer_slice(&w);
}

static struct ruleset *rules_of_case(void)
{
    struct ruleset *rs = ruleset_new();
    assert_non_null(rs);
    const struct yaml_node *lists = yaml_member(at_case, "lists");
    for (uint32_t i = 0; lists != NULL && i < lists->count; i++) {
        const struct yaml_node *values = lists->members[i].value;
        for (uint32_t v = 0; v < values->count; v++) {
            assert_ok(
                ruleset_list(rs, lists->members[i].key->text, values->members[v].value->text));
        }
    }
    assert_ok(ruleset_add(rs, slice_text("vector.yml"), rule_text()));
    assert_ok(ruleset_finish(rs));
    return rs;
}

static bool has_code(const struct ruleset *rs, slice code, uint8_t severity)
{
    for (size_t i = 0; i < rs->diagnostic_count; i++) {
        const struct diagnostic *d = &rs->diagnostics[i];
        if (d->severity == severity && slice_is(code, d->code)) return true;
    }
    return false;
}

static const struct rule *first_detection(const struct ruleset *rs)
{
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_DETECTION) return rs->rules[i];
    }
    return NULL;
}

/* The event's fields, in build. The JSON must outlive it. */
static struct event event_of_json(slice json)
{
    struct json_document document = {};
    struct fault fault = {};
    assert_true(json.len <= JSON_TEXT_MAX);
    bytes_copy(json_text, sizeof json_text, json);
    build_reset(&build);
    if (json_parse(parser, (slice){ json_text, json.len }, &document, &fault).code != E_OK) {
        complain(fault.text, json);
    }
    json_fields(&build, &document, 0, slice_none(), false);
    for (size_t i = 0; i < build.count; i++) {
        build.fields[i].name_hash = event_name_hash(build.fields[i].name);
    }
    const slice none = slice_none();
    return (struct event){ .fields = build.fields,
                           .field_count = build.count,
                           .raw = json,
                           .logsource = { .product = none, .service = none },
                           .parsed = true };
}

static void run_answers(struct naive *n, const struct rule *rule, const char *key, bool want)
{
    const struct yaml_node *list = yaml_member(at_case, key);
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        const slice json = list->members[i].value->text;
        const struct event event = event_of_json(json);
        if (sigma_naive_match(n, rule, &event, NULL) != want)
            complain(want ? "must match" : "must miss", json);
        struct trace_entry entries[256];
        struct trace trace = { .entries = entries, .cap = COUNT_OF(entries) };
        assert_int_equal(sigma_naive_match(n, rule, &event, &trace), want);
        assert_int_equal(entries[0].is_true, want);
    }
}

static void mark_fields(const struct yaml_node *name, uint8_t flag)
{
    for (size_t i = 0; name != NULL && i < build.count; i++) {
        if (slice_equal(build.fields[i].name, name->text)) build.fields[i].flags |= flag;
    }
}

static struct event event_of_member(const struct yaml_node *member)
{
    const struct yaml_node *raw = yaml_member(member, "raw");
    struct event event = { .raw = text_of(member, "raw") };
    if (raw == NULL) event = event_of_json(text_of(member, "json"));
    mark_fields(yaml_member(member, "alias"), EVENT_FIELD_ALIAS | EVENT_FIELD_DERIVED);
    mark_fields(yaml_member(member, "shadowed"), EVENT_FIELD_SHADOWED);
    event.logsource.product = text_of(member, "product");
    event.logsource.service = text_of(member, "service");
    event.logsource.categories[0] = text_of(member, "category");
    event.logsource.category_count = event.logsource.categories[0].len != 0;
    const struct yaml_node *exact = yaml_member(member, "exact");
    event.logsource.exact = exact != NULL && yaml_is_true(exact);
    return event;
}

static bool is_listed(const struct yaml_node *list, slice title)
{
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        if (slice_equal(list->members[i].value->text, title)) return true;
    }
    return false;
}

/* What one event or the end of the input raised. */
static struct {
    slice titles[64];
    size_t count;
    bool evicts;
} raised;

static void raise(slice title)
{
    assert_true(raised.count < COUNT_OF(raised.titles));
    raised.titles[raised.count++] = title;
}

static void on_finding(void *, const struct finding *f)
{
    if (f->kind == FINDING_EVICTION) {
        raised.evicts = true;
    } else {
        assert_true(f->evidence_count != 0 && f->evidence_count + f->evidence_left >= 1);
        raise(f->rule->title);
    }
}

/* Everything raised must be listed, and everything listed raised, equally often. */
static void compare(const struct yaml_node *want)
{
    for (size_t i = 0; i < raised.count; i++) {
        if (!is_listed(want, raised.titles[i])) complain("found", raised.titles[i]);
    }
    for (uint32_t i = 0; want != NULL && i < want->count; i++) {
        bool found = false;
        for (size_t j = 0; j < raised.count; j++) {
            found = found || slice_equal(raised.titles[j], want->members[i].value->text);
        }
        if (!found) complain("not found", want->members[i].value->text);
    }
    if (raised.count != (want == NULL ? 0 : want->count)) complain("found twice", raised.titles[0]);
}

static int64_t time_of(const struct yaml_node *member, uint32_t i)
{
    const struct yaml_node *time = yaml_member(member, "time");
    return time == NULL ? (int64_t)i * 1000000000
                        : (int64_t)(strtod((const char *)time->text.at, NULL) * 1e9);
}

static void run_event(const struct ruleset *rs, struct naive *n, struct correlator *c,
                      const struct yaml_node *member, uint32_t i)
{
    uint32_t matched[64];
    size_t count = 0;
    struct event event = event_of_member(member);
    event.time_ns = time_of(member, i);
    event.has_time = true;
    raised.count = 0;
    for (size_t r = 0; r < rs->rule_count; r++) {
        const struct rule *rule = rs->rules[r];
        if (rule->kind != RULE_DETECTION || !sigma_naive_match(n, rule, &event, NULL)) continue;
        matched[count++] = rule->number;
        if (!rule->is_silent) raise(rule->title);
    }
    correlator_event(c, &event, i, 0, matched, count, on_finding, NULL);
    compare(yaml_member(member, "findings"));
}

static void run_events(const struct ruleset *rs, struct naive *n)
{
    const struct yaml_node *events = yaml_member(at_case, "events");
    const struct yaml_node *bytes = yaml_member(at_case, "bytes");
    struct correlator_config config = { .lateness_ns = -1, .key = { 1, 2 } };
    struct correlator *c = NULL;
    int64_t bytes_max = 1 << 20;
    if (events == NULL) return;
    if (bytes != NULL) assert_ok(yaml_int(bytes, &bytes_max));
    config.bytes_max = (size_t)bytes_max;
    assert_ok(correlator_new(rs, &config, &c));
    raised.evicts = false;
    for (uint32_t i = 0; i < events->count; i++) {
        run_event(rs, n, c, events->members[i].value, i);
    }
    raised.count = 0;
    correlator_end(c, on_finding, NULL);
    compare(yaml_member(at_case, "at_end"));
    const struct yaml_node *evicts = yaml_member(at_case, "evicts");
    const bool wanted = evicts != NULL && yaml_is_true(evicts);
    if (wanted != raised.evicts) complain("evictions", slice_text(wanted ? "none" : "some"));
    const struct correlator_counts counts = correlator_counts(c);
    assert_true(counts.bytes_used <= config.bytes_max);
    assert_int_equal(counts.groups_evicted != 0, wanted);
    correlator_free(c);
}

/* Which modifiers the selection's keys use, for the coverage check. */
static void note_modifiers(void)
{
    const slice text = text_of(at_case, "selection");
    for (size_t at = 0; at < text.len; at++) {
        if (text.at[at] != '|') continue;
        size_t end = at + 1;
        while (end < text.len && text.at[end] > ' ' && strchr("|:'\"", text.at[end]) == NULL)
            end++;
        const struct modifier *m = modifier_find((slice){ text.at + at + 1, end - at - 1 });
        if (m == NULL) continue;
        const size_t row = (size_t)(m - modifiers);
        assert_true(row < COUNT_OF(shown));
        shown[row].matches += yaml_member(at_case, "matches") != NULL;
        shown[row].misses += yaml_member(at_case, "misses") != NULL;
        shown[row].errors += yaml_member(at_case, "error") != NULL;
    }
}

static void note_point(void)
{
    const struct yaml_node *point = yaml_member(at_case, "point");
    int64_t number = 0;
    if (point == NULL) return;
    assert_ok(yaml_int(point, &number));
    assert_true(number >= 1 && number <= DIALECT_POINTS);
    cases_of_point[number]++;
}

static void note_types(const struct ruleset *rs)
{
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (rs->rules[i]->kind == RULE_CORRELATION) types_shown[rs->rules[i]->correlation->type]++;
    }
}

static void run_case(void)
{
    const slice error = text_of(at_case, "error"), warning = text_of(at_case, "warning");
    struct ruleset *rs = rules_of_case();
    note_modifiers();
    note_point();
    if (error.len != 0) {
        if (!has_code(rs, error, SEVERITY_ERROR)) complain("this error was not given", error);
        ruleset_free(rs);
        return;
    }
    for (size_t i = 0; i < rs->diagnostic_count; i++) {
        if (rs->diagnostics[i].severity == SEVERITY_ERROR)
            complain("refused", rs->diagnostics[i].text);
    }
    if (warning.len != 0 && !has_code(rs, warning, SEVERITY_WARNING)) {
        complain("this warning was not given", warning);
    }
    note_types(rs);
    struct naive *n = naive_new(rs);
    assert_non_null(n);
    run_answers(n, first_detection(rs), "matches", true);
    run_answers(n, first_detection(rs), "misses", false);
    run_events(rs, n);
    naive_free(n);
    ruleset_free(rs);
}

static void run_file(const char *path)
{
    struct yaml_file file = {};
    struct fault fault = {};
    file_name = path;
    arena_reset(&arena);
    if (yaml_read(file_bytes(path), &arena, &file, &fault).code != E_OK) {
        fail_msg("%s:%u: %s", path, file.line, fault.text);
    }
    for (size_t i = 0; i < file.count; i++) {
        at_case = file.documents[i];
        run_case();
    }
    print_message("# %s: %zu cases\n", path, file.count);
}

static void all_vectors_hold(void **)
{
    char pattern[1024];
    glob_t found = {};
    snprintf(pattern, sizeof pattern, "%s/tests/vectors/sigma/*.yml", getenv("CANDOR_SOURCE"));
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        run_file(found.gl_pathv[i]);
    globfree(&found);
}

static void every_point_and_correlation_type_has_vectors(void **)
{
    for (size_t i = 1; i <= DIALECT_POINTS; i++) {
        assert_int_equal(dialect_points[i - 1].number, i);
        if (cases_of_point[i] == 0) fail_msg("point %zu has none", i);
    }
    for (size_t i = 0; i < COUNT_OF(types_shown); i++) {
        if (types_shown[i] == 0) fail_msg("%s has none", correlation_type_name((uint8_t)i));
    }
}

static void every_modifier_has_a_match_a_miss_and_an_error(void **)
{
    for (size_t i = 0; modifiers[i].name != NULL; i++) {
        if (shown[i].matches == 0 || shown[i].misses == 0 || shown[i].errors == 0) {
            fail_msg("%s: %zu, %zu, %zu", modifiers[i].name, shown[i].matches, shown[i].misses,
                     shown[i].errors);
        }
    }
}

static bool says(slice document, const char *text)
{
    return memmem(document.at, document.len, text, strlen(text)) != NULL;
}

static void the_document_says_what_the_program_says(void **)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/docs/sigma.md", getenv("CANDOR_SOURCE"));
    const slice document = file_bytes(path);
    for (size_t i = 0; i < DIALECT_POINTS; i++) {
        char row[1024];
        snprintf(row, sizeof row, "| %u | %s | %s |\n", dialect_points[i].number,
                 dialect_points[i].question, dialect_points[i].choice);
        if (!says(document, row)) fail_msg("docs/sigma.md lacks: %s", row);
    }
    for (size_t i = 0; modifiers[i].name != NULL; i++) {
        char row[64];
        snprintf(row, sizeof row, "| `%s` | ", modifiers[i].name);
        if (!says(document, row)) fail_msg("docs/sigma.md lacks: %s", row);
    }
}

int main(void)
{
    arena = arena_of((size_t)64 << 20);
    parser = json_parser_new();
    if (parser == NULL || build_init(&build).code != E_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_vectors_hold),
        cmocka_unit_test(every_point_and_correlation_type_has_vectors),
        cmocka_unit_test(every_modifier_has_a_match_a_miss_and_an_error),
        cmocka_unit_test(the_document_says_what_the_program_says),
    };
    const int failed = cmocka_run_group_tests_name("judge/sigma/vectors", tests, NULL, NULL);
    build_done(&build);
    json_parser_free(parser);
    arena_done(&arena);
    return failed;
}
