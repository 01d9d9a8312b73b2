/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learning prices from events, each path a source, and candor bench prices.
 */
#include "cmd/bench/prices.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/bench/bench.h"
#include "cmd/detect/input.h"
#include "judge/sigma/fast/learn.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

static status on_fault(void *, const struct input_place *, const struct fault *)
{
    return OK; /* counted by the input */
}

static status learn_event(void *with, const struct event *event, const struct input_place *)
{
    learner_event(with, event);
    return OK;
}

static status learn_source(struct learner *l, const char *path, struct fault *fault)
{
    struct input in = {};
    TRY(input_init(&in, NULL));
    in.year = 1970;
    in.reader = (struct input_reader){ learn_event, on_fault, l };
    const status s = input_path(&in, path, fault);
    input_done(&in);
    learner_source_end(l);
    return s;
}

status prices_learn(const struct ruleset *rs, const char *const *paths, size_t count,
                    uint64_t **ret_rows, size_t *ret_count, struct fault *fault)
{
    struct learner *l = learner_new(rs);
    if (l == NULL) return FAIL(E_NOMEM);
    status s = OK;
    for (size_t i = 0; i < count && s.code == E_OK; i++)
        s = learn_source(l, paths[i], fault);
    if (s.code == E_OK) s = learner_rows(l, ret_rows, ret_count);
    learner_free(l);
    return s;
}

static void print_rows(const uint64_t *rows, size_t count)
{
    enum { PER_LINE = 6 };
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Made by tools/literal_prices: hashes and levels only, as prices.h describes. */\n"
           "#include \"judge/sigma/fast/prices.h\"\n\n#include \"base/banned.h\"\n\n"
           "/* clang-format off */\nconst uint64_t price_rows[] = {");
    for (size_t i = 0; i < count; i++)
        printf("%s0x%010llx,", i % PER_LINE == 0 ? "\n    " : " ", (unsigned long long)rows[i]);
    printf("\n};\n/* clang-format on */\nconst uint32_t price_row_count = %zu;\n", count);
}

int run_bench_prices(const struct invocation *inv)
{
    struct ruleset *rs = NULL;
    uint64_t *rows = NULL;
    struct fault fault = {};
    size_t count = 0;
    const int failed = bench_rules(inv, &rs);
    if (failed != 0) return failed;
    const status s = prices_learn(rs, inv->arguments, inv->argument_count, &rows, &count, &fault);
    ruleset_free(rs);
    if (s.code == E_OK) print_rows(rows, count);
    free(rows);
    if (s.code == E_OK) return 0;
    return command_fail(s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s), "%s",
                        fault.text[0] != 0 ? fault.text : status_text(s));
}
