/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values made to cost: the work for an event stays in proportion to its length, whatever stands in
 * it.
 */
#include <stdlib.h>
#include <time.h>
#include "tests/judge/sigma/fast/corpus.h"

enum { FIELDS = 16, VALUE_BYTES = EVENT_VALUE_BYTES_MAX };

static struct ruleset *rs;

static double cpu_seconds(void)
{
    struct timespec t = {};
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void count(void *user, const struct rule *, enum gate)
{
    (*(size_t *)user)++;
}

/* An event of a megabyte: many values of one name, each the piece over and over. */
static double judge(struct engine_state *state, const char *name, const char *piece, bool parsed,
                    size_t *ret_found)
{
    static uint8_t value[VALUE_BYTES];
    const size_t len = strlen(piece);
    for (size_t i = 0; i < VALUE_BYTES; i++)
        value[i] = (uint8_t)piece[i % len];
    struct event_field fields[FIELDS];
    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = (struct event_field){ .name = slice_text(name),
                                          .text = { value, VALUE_BYTES },
                                          .name_hash = event_name_hash(slice_text(name)),
                                          .type = EVENT_TEXT };
    const struct event event = { .fields = fields,
                                 .field_count = FIELDS,
                                 .raw = { value, VALUE_BYTES },
                                 .logsource = { .product = slice_none(), .service = slice_none() },
                                 .parsed = parsed };
    const double before = cpu_seconds();
    *ret_found = 0;
    assert_ok(engine_match(state, &event, count, ret_found));
    return cpu_seconds() - before;
}

static void a_megabyte_of_anything_is_judged_in_time(void **)
{
    static const char *const names[] = { "CommandLine", "Image",        "ScriptBlockText",
                                         "Hashes",      "TargetObject", "EventID" };
    static const char *const pieces[] = { "a",        " -",          "\\",   "=",
                                          "MD5=0123", "powershell ", "\xff", "\xc8\xba",
                                          "http://",  "-enc ",       "0",    "Invoke-" };
    const double seconds_max = 5; /* some 25 times what it takes */
    if (rs == NULL) skip();
    struct engine *engine = NULL;
    assert_ok(engine_new(rs, NULL, &engine));
    struct engine_state *state = engine_state_new(engine);
    assert_non_null(state);
    double worst = 0;
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            size_t found = 0;
            const double took = judge(state, names[n], pieces[p], true, &found);
            if (took > worst) worst = took;
            if (took > seconds_max) fail_msg("%s of '%s': %f s", names[n], pieces[p], took);
        }
    }
    print_message("# the slowest megabyte took %.3f s\n", worst);
    size_t found = 0;
    assert_true(judge(state, "x", "powershell ", false, &found) < seconds_max);
    engine_state_free(state);
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        a_megabyte_of_anything_is_judged_in_time) };
    rs = corpus_rules();
    const int failed = cmocka_run_group_tests_name("judge/sigma/fast/hostile", tests, NULL, NULL);
    ruleset_free(rs);
    return failed;
}
