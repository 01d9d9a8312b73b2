/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/decision_commands.h"

#include <stdlib.h>
#include "cmd/decision/dump_source.h"
#include "cmd/log/log_commands.h"
#include "record/kinds.h"
#include "base/banned.h"

static bool always(void)
{
    return true;
}

/* Rows of a dump; what could not be read is refused too. */
static int run_dump(const struct invocation *inv, const char *path)
{
    struct dump_source *s = calloc(1, sizeof *s);
    struct fault f = {};
    if (s == NULL) return command_fail(3, "enforcement add: out of memory");
    const status opened = dump_source_open(s, path, &f);
    int done = 0;
    if (opened.code == E_OK) {
        const struct append_source source = { s, dump_source_read, always, s->dump.is_light };
        done = append_from(inv, KIND_enforcement, &source);
        dump_source_tell(s);
        if (done == 0 && s->unreadable > 0) done = 2;
    } else {
        done = command_fail(status_exit(opened), "enforcement add: %s", f.text);
    }
    dump_source_close(s);
    free(s);
    return done;
}

static int run_enforcement(const struct invocation *inv)
{
    const char *dump = invocation_value(inv, "--dump", NULL);
    return dump != NULL ? run_dump(inv, dump) : append_as(inv, KIND_enforcement);
}

static int run_notice(const struct invocation *inv)
{
    return append_as(inv, KIND_notice);
}

static int run_order(const struct invocation *inv)
{
    return append_as(inv, KIND_order);
}

static int run_appeal(const struct invocation *inv)
{
    return append_as(inv, KIND_appeal);
}

static int run_declared(const struct invocation *inv)
{
    return append_as(inv, KIND_declared);
}

static const struct option enforcement_options[] = {
    { "--ack", "LEVEL", "answer when records are sequenced (durable; default) or checkpointed",
      false },
    { "--dump", "FILE", "read a CSV file of the DSA's daily dumps (may be gzip), not lines",
      false },
    {},
};

static const struct option add_options[] = {
    { "--ack", "LEVEL", "answer when records are sequenced (durable; default) or checkpointed",
      false },
    {},
};

/* clang-format off */
#define ANSWERS \
    "For each line prints {\"index\":N,…} once the record is durable, or what is wrong with it,\n" \
    "by field. Each line stands for itself: exit status 2 if any was refused; the others are\n" \
    "in the log. docs/formats/decisions.md has the members and the rules.\n\n"
/* clang-format on */

const struct command decision_commands[] = {
    { .name = "enforcement add",
      .arguments = "DIR",
      .summary = "Record decisions on accounts and content, one JSON object a line",
      .details =
          "Each line is a statement of reasons with the field names of the Digital Services\n"
          "Act, and what candor adds to it: target, reason_class, stage, market and more. A\n"
          "correction or reversal names the statement that it concerns by its puid.\n" ANSWERS
          "With --dump each row of the file is a line: full or light, of today or before\n"
          "2025-07-01, in either dialect of quotes.\n\n"
          "  candor enforcement add ./node < statements.jsonl",
      .options = enforcement_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_enforcement },
    { .name = "notice add",
      .arguments = "DIR",
      .summary = "Record notices of content and what became of them, one JSON object a line",
      .details = ANSWERS "  candor notice add ./node < notices.jsonl",
      .options = add_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_notice },
    { .name = "order add",
      .arguments = "DIR",
      .summary = "Record orders and requests of authorities, one JSON object a line",
      .details = ANSWERS "  candor order add ./node < orders.jsonl",
      .options = add_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_order },
    { .name = "appeal add",
      .arguments = "DIR",
      .summary = "Record appeals and their outcomes, one JSON object a line",
      .details = "Each names the decision that it contests, by puid or index.\n" ANSWERS
                 "  candor appeal add ./node < appeals.jsonl",
      .options = add_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_appeal },
    { .name = "declared add",
      .arguments = "DIR",
      .summary = "Declare figures and texts of a report, one JSON object a line",
      .details = "What no record can supply: recipients, staff, texts, accuracy. Each names the\n"
                 "period, the cell, its value, the method and who signs for it; the newest of a\n"
                 "cell counts.\n" ANSWERS "  candor declared add ./node < declared.jsonl",
      .options = add_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_declared },
    {},
};
