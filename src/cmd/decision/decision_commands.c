/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/decision_commands.h"

#include "cmd/log/log_commands.h"
#include "record/kinds.h"
#include "base/banned.h"

static int run_enforcement(const struct invocation *inv)
{
    return append_as(inv, KIND_enforcement);
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
          "  candor enforcement add ./node < statements.jsonl",
      .options = add_options,
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
    {},
};
