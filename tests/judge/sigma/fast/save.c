/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule set that was saved and restored is the one that was saved: the same bytes when saved
 * again, the same findings by both engines, the same problems. Bytes that were cut or changed give
 * an error or a set that can be asked, never a crash.
 */
#include "judge/sigma/save/save.h"

#include <stdlib.h>
#include "judge/sigma/correlate/correlator.h"
#include "tests/judge/sigma/fast/corpus.h"

/* One of everything that a rule can hold; the last document is refused. */
static const char everything[] =
    "title: all kinds\nid: 11111111-1111-1111-1111-111111111111\nname: kinds\nstatus: test\n"
    "description: d\nlicense: l\nauthor: a\ndate: 2024-01-01\nmodified: 2024-01-02\n"
    "references: [r1, r2]\ntags: [attack.t1059, attack.execution]\nfields: [f]\n"
    "falsepositives: [none]\nrelated: [{id: x, type: derived}]\nlevel: high\n"
    "logsource: {category: c, product: p, service: s, definition: d}\n"
    "detection:\n"
    "  one:\n    A: [plain, 'pre*', '*suf', '*mid*', 'a?b', '*a?b*c?d*', '*', 42, 1.50]\n"
    "    B|re|i: 'fo+\\d{1,3}'\n    C|cidr: [10.0.0.0/8, 'fe80::/10']\n    D|exists: true\n"
    "  two:\n    E: null\n    F|lt: 5\n    T|hour|gte: 22\n    G|fieldref|startswith: A\n"
    "    H|windash|contains: ' -x'\n    I|cased: Case\n    J|neq: [a, b]\n"
    "  words:\n    - kelvin\n    - 'k?y'\n"
    "  more: {'|all': [x, y]}\n"
    "  condition: (one or not two) and 1 of mo* or words\n";

static const char rest[] =
    "title: plain\nid: 22222222-2222-2222-2222-222222222222\nname: plain\n"
    "logsource: {product: p}\ndetection: {s: {A: 1}, condition: s}\n"
    "---\ntitle: filter\nlogsource: {product: p}\n"
    "filter: {rules: any, f: {Z|re: 'y{2}'}, condition: not f}\n"
    "---\ntitle: count\nname: count\ncorrelation:\n"
    "  {type: event_count, rules: [plain], group-by: [U], timespan: 1m, condition: {gte: 2}}\n"
    "---\ntitle: both\ncorrelation:\n"
    "  {type: temporal, rules: [plain, count], timespan: 1h, condition: plain and not count,\n"
    "   group-by: [X], aliases: {X: {plain: U, count: U}}}\n"
    "---\ntitle: values\ncorrelation:\n"
    "  {type: value_percentile, rules: [plain], timespan: 1d, generate: true,\n"
    "   condition: {field: N, percentile: 90, gt: 1.5, lte: 7}}\n"
    "---\ntitle: refused\nlogsource: {product: p}\n"
    "detection: {s: {A|re: '(?=x)'}, condition: s}\n";

static struct ruleset *set_of(const char *first, const char *second)
{
    struct ruleset *rs = ruleset_new();
    assert_non_null(rs);
    assert_ok(ruleset_add(rs, slice_text("first.yml"), slice_text(first)));
    assert_ok(ruleset_add(rs, slice_text("second.yml"), slice_text(second)));
    assert_ok(ruleset_add_unreadable(rs, slice_text("third.yml"), slice_text("not permitted")));
    assert_ok(ruleset_finish(rs));
    return rs;
}

static slice saved(const struct ruleset *rs)
{
    uint8_t *bytes = malloc(SAVE_BYTES_MAX);
    assert_non_null(bytes);
    struct writer w = writer_of(bytes, SAVE_BYTES_MAX);
    assert_ok(ruleset_save(rs, &w));
    uint8_t *fitting = realloc(bytes, w.len);
    assert_non_null(fitting);
    return (slice){ fitting, w.len };
}

static void freed(slice bytes)
{
    union {
        const uint8_t *kept;
        void *freed;
    } memory = { .kept = bytes.at };
    free(memory.freed);
}

static void assert_same_text(slice a, slice b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.at, b.at, a.len);
}

static void assert_same_rules(const struct ruleset *a, const struct ruleset *b)
{
    assert_int_equal(a->rule_count, b->rule_count);
    assert_int_equal(a->predicate_count, b->predicate_count);
    assert_int_equal(a->field_count, b->field_count);
    assert_int_equal(a->error_count, b->error_count);
    assert_int_equal(a->warning_count, b->warning_count);
    assert_int_equal(a->file_count, b->file_count);
    assert_int_equal(a->document_count, b->document_count);
    assert_int_equal(a->refused_count, b->refused_count);
    assert_memory_equal(&a->digest, &b->digest, sizeof a->digest);
    assert_int_equal(a->diagnostic_count, b->diagnostic_count);
    for (size_t i = 0; i < a->diagnostic_count; i++) {
        assert_same_text(a->diagnostics[i].text, b->diagnostics[i].text);
        assert_same_text(a->diagnostics[i].file, b->diagnostics[i].file);
        assert_string_equal(a->diagnostics[i].code, b->diagnostics[i].code);
        assert_int_equal(a->diagnostics[i].line, b->diagnostics[i].line);
    }
    for (size_t i = 0; i < a->rule_count; i++) {
        const slice reference = rule_reference(a->rules[i]);
        assert_int_equal(b->rules[i]->number, i);
        assert_int_equal(a->rules[i]->is_silent, b->rules[i]->is_silent);
        assert_same_text(reference, rule_reference(b->rules[i]));
        if (ruleset_find(a, reference) == a->rules[i])
            assert_ptr_equal(ruleset_find(b, reference), b->rules[i]);
    }
}

static void comes_back_as(const struct ruleset *rs)
{
    struct ruleset *again = NULL;
    const slice bytes = saved(rs);
    assert_ok(ruleset_restore(bytes, &again));
    assert_same_rules(rs, again);
    const slice second = saved(again);
    assert_same_text(bytes, second);
    freed(second);
    ruleset_free(again);
    freed(bytes);
}

static void comes_back_as_it_was_saved(void **)
{
    struct ruleset *rs = set_of(everything, rest);
    assert_int_equal(rs->rule_count, 6);
    assert_true(rs->error_count >= 2);
    comes_back_as(rs);
    ruleset_free(rs);
    rs = corpus_own_rules();
    comes_back_as(rs);
    ruleset_free(rs);
    rs = set_of("", "");
    comes_back_as(rs);
    ruleset_free(rs);
    rs = corpus_rules();
    if (rs == NULL) return;
    comes_back_as(rs);
    ruleset_free(rs);
}

/* Both engines from the restored set against each other, and against the set as it was compiled. */
struct twins {
    struct comparison restored, compiled;
};

static void twins_event(void *with, const struct event *event, const char *file)
{
    struct twins *t = with;
    const bool is_asked = t->restored.seen % t->restored.stride == 0;
    comparison_event(&t->restored, event, file);
    if (!is_asked) return;
    comparison_run(&t->compiled, event);
    assert_int_equal(t->compiled.found_count, t->restored.found_count);
    for (size_t i = 0; i < t->compiled.found_count; i++)
        assert_int_equal(t->compiled.found[i]->number, t->restored.found[i]->number);
}

static void finds_the_same(void **)
{
    struct ruleset *rs = corpus_rules(), *again = NULL;
    if (rs == NULL) skip();
    const slice bytes = saved(rs);
    assert_ok(ruleset_restore(bytes, &again));
    struct twins t = { comparison_of(again), comparison_of(rs) };
    t.restored.stride = 3;
    corpus_folder("sigma/regression_data", ".json", twins_event, &t);
    t.restored.stride = 2003;
    corpus_folder("events/lanes", ".zst", twins_event, &t);
    print_message("# %zu events, %zu findings\n", t.restored.compared, t.restored.findings);
    assert_true(t.restored.findings > 100);
    comparison_done(&t.restored);
    comparison_done(&t.compiled);
    ruleset_free(again);
    ruleset_free(rs);
    freed(bytes);
}

/* The event, as long as the intake that read it is there: the caller frees that. */
static struct intake *event_of(const char *json, struct event *ret_event)
{
    struct intake *in = intake_new(NULL);
    struct intake_position at = {};
    struct fault fault = {};
    intake_begin(in, INTAKE_AUTO, 2026);
    intake_data(in, slice_text(json), true);
    assert_int_equal(intake_next(in, ret_event, &at, &fault), INTAKE_EVENT);
    return in;
}

static size_t findings_of(const struct ruleset *rs, const char *json)
{
    struct event event = {};
    struct intake *in = event_of(json, &event);
    struct comparison c = comparison_of(rs);
    comparison_event(&c, &event, "made");
    const size_t found = c.findings;
    comparison_done(&c);
    intake_free(in);
    return found;
}

/* Filters of a rule stand side by side, so that their number is no depth. */
static void takes_any_number_of_filters(void **)
{
    enum { FILTERS = 300, TEXT_BYTES = 64 * 1024 };
    char *text = malloc(TEXT_BYTES);
    assert_non_null(text);
    struct writer w = writer_of(text, TEXT_BYTES - 1);
    writer_text(&w, "title: r\nlogsource: {product: p}\ndetection: {s: {A: 1}, condition: s}\n");
    for (uint64_t i = 0; i < FILTERS; i++) {
        writer_text(&w, "---\ntitle: f\nlogsource: {product: p}\n"
                        "filter: {rules: any, f: {B: ");
        writer_dec(&w, i);
        writer_text(&w, "}, condition: not f}\n");
    }
    assert_ok(writer_end(&w));
    text[w.len] = 0;
    struct ruleset *rs = corpus_rules_of(text);
    assert_int_equal(findings_of(rs, "{\"A\":1,\"B\":300}\n"), 1);
    assert_int_equal(findings_of(rs, "{\"A\":1,\"B\":0}\n"), 0);
    assert_int_equal(findings_of(rs, "{\"A\":1,\"B\":299}\n"), 0);
    comes_back_as(rs);
    ruleset_free(rs);
    free(text);
}

static void refuses_every_cut(void **)
{
    struct ruleset *rs = set_of(everything, rest), *again = NULL;
    const slice bytes = saved(rs);
    for (size_t len = 0; len < bytes.len; len += len < 512 || bytes.len - len < 512 ? 1 : 31) {
        const slice cut = guarded((slice){ bytes.at, len });
        assert_int_not_equal(ruleset_restore(cut, &again).code, E_OK);
    }
    uint8_t *longer = malloc(bytes.len + 1);
    assert_non_null(longer);
    bytes_copy(longer, bytes.len, bytes);
    longer[bytes.len] = 0;
    assert_fails(ruleset_restore((slice){ longer, bytes.len + 1 }, &again), E_TRAILING);
    free(longer);
    freed(bytes);
    ruleset_free(rs);
}

static void emit(void *, const struct finding *)
{
}

/* Whatever was read can be asked. */
static void ask(const struct ruleset *rs)
{
    static const char json[] = "{\"A\":\"a-b\",\"B\":\"foo12\",\"C\":\"10.1.2.3\",\"F\":4,"
                               "\"T\":\"2024-01-31T23:30:00Z\",\"G\":\"a\",\"N\":3,\"U\":\"u\"}\n";
    struct event event = {};
    struct intake *in = event_of(json, &event);
    struct comparison c = comparison_of(rs);
    comparison_event(&c, &event, "made");
    struct correlator *correlator = NULL;
    const struct correlator_config config = { .bytes_max = 1024 * 1024 };
    assert_ok(correlator_new(rs, &config, &correlator));
    uint32_t matched[64];
    size_t count = 0;
    for (; count < c.found_count && count < COUNT_OF(matched); count++)
        matched[count] = c.found[count]->number;
    correlator_event(correlator, &event, 0, 1, matched, count, emit, NULL);
    correlator_event(correlator, &event, 1, 2, matched, count, emit, NULL);
    correlator_end(correlator, emit, NULL);
    correlator_free(correlator);
    comparison_done(&c);
    intake_free(in);
}

static void survives_changed_bytes(void **)
{
    enum { STEP = 5 }; /* of the bytes, so that sanitizers get through too */
    static const uint8_t changes[] = { 0x01, 0x80 };
    struct ruleset *rs = set_of(everything, rest);
    const slice bytes = saved(rs);
    uint8_t *changed = malloc(bytes.len);
    size_t restored = 0;
    assert_non_null(changed);
    bytes_copy(changed, bytes.len, bytes);
    for (size_t i = 0; i < bytes.len; i += STEP) {
        for (size_t k = 0; k < COUNT_OF(changes); k++) {
            struct ruleset *again = NULL;
            changed[i] = bytes.at[i] ^ changes[k];
            if (ruleset_restore((slice){ changed, bytes.len }, &again).code != E_OK) continue;
            if (restored++ % 16 == 0) ask(again);
            ruleset_free(again);
        }
        changed[i] = bytes.at[i];
    }
    print_message("# %zu of %zu changes left a set that can be used\n", restored,
                  bytes.len / STEP * COUNT_OF(changes));
    assert_true(restored != 0);
    free(changed);
    freed(bytes);
    ruleset_free(rs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was_saved),  cmocka_unit_test(finds_the_same),
        cmocka_unit_test(takes_any_number_of_filters), cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(survives_changed_bytes),
    };
    return cmocka_run_group_tests_name("judge/sigma/fast/save", tests, NULL, NULL);
}
