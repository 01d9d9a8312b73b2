/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine against the naive evaluator: the same findings on real and generated events. Alone it
 * compares a sample; with arguments PART PARTS one part of all events, which takes minutes.
 */
#include <stdlib.h>
#include "tests/judge/sigma/fast/corpus.h"

static size_t part, parts; /* parts 0: a sample */
static struct ruleset *rs;

static void compare(const char *folder, const char *ending, size_t sample)
{
    if (rs == NULL) skip();
    struct comparison c = comparison_of(rs);
    c.stride = parts == 0 ? sample : 1;
    c.part = part;
    c.parts = parts == 0 ? 1 : parts;
    if (corpus_folder(folder, ending, comparison_event, &c)) {
        print_message("# %zu of %zu events, %zu findings\n", c.compared, c.seen, c.findings);
        assert_true(c.compared != 0);
    }
    comparison_done(&c);
}

static void finds_the_same_in_labelled_samples(void **)
{
    compare("sigma/regression_data", ".json", 1);
}

static void finds_the_same_in_generated_lanes(void **)
{
    compare("events/lanes", ".zst", 501);
}

static void finds_the_same_in_recorded_attacks(void **)
{
    compare("events/otrf", ".zst", 1201);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_same_in_labelled_samples),
        cmocka_unit_test(finds_the_same_in_generated_lanes),
        cmocka_unit_test(finds_the_same_in_recorded_attacks),
    };
    if (argc == 3) {
        part = (size_t)strtoul(argv[1], NULL, 10);
        parts = (size_t)strtoul(argv[2], NULL, 10);
    }
    rs = corpus_rules();
    const int failed = cmocka_run_group_tests_name("judge/sigma/fast/equal", tests, NULL, NULL);
    ruleset_free(rs);
    return failed;
}
