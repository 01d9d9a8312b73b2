/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/report_commands.h"

#include "base/banned.h"

static const struct option build_options[] = {
    { "--period", "PERIOD", "2026-H1, 2026-H2 or 2026", false },
    { "--out", "OUT", "the folder to write, made if it is not there", false },
    {},
};

static const struct option harmonised_options[] = {
    { "--period", "PERIOD", "2026-H1, 2026-H2 or 2026", false },
    { "--out", "OUT", "the folder to write, made if it is not there", false },
    { "--check", NULL, "build what is in OUT again, as the log was then, and compare", false },
    { "--by", "NAME", "who asks; recorded, as private values are opened", false },
    {},
};

static const struct option export_options[] = {
    { "--period", "PERIOD", "2026-H1, 2026-H2 or 2026", false },
    { "--out", "OUT", "the folder to write, new or empty", false },
    { "--by", "NAME", "who asks; recorded, as private values are opened", false },
    {},
};

static const struct option publish_options[] = {
    { "--by", "NAME", "who publishes, as stated (default: the user of this command)", false },
    {},
};

static const struct option restate_options[] = {
    { "--reason", "TEXT", "why: it is published, with each cell that changed", false },
    { "--method", "TEXT", "how the figures are computed now, where that changed", false },
    { "--renamed", "OLD=NEW", "a cell that is called otherwise now", true },
    { "--approved-by", "NAME", "the second officer, one that candor.yaml names if it names any",
      false },
    { "--by", "NAME", "who restates, as stated (default: the user of this command)", false },
    {},
};

static const struct option verify_options[] = {
    { "--vkey", "KEY", "the log's key, as candor init prints it", false },
    { "--recount", "PUBLIC", "the log's public entries, as candor log export writes them", false },
    {},
};

static const struct option lint_options[] = {
    { "--against", "OLDER", "an older version to hold it against, a file or folder", true },
    { "--own", NULL, "it is the own filing: what others may leave out is an error", false },
    { "--rules", NULL, "list every rule instead", false },
    {},
};

const struct command report_commands[] = {
    { .name = "report build",
      .arguments = "DIR",
      .summary = "Build the transparency report of a period",
      .details = "Counts every figure from the entries under the newest checkpoint and writes\n"
                 "cells.csv, report.json, report.html, definitions.txt, the manifest and the\n"
                 "checkpoint. From the same entries the bytes are the same. What came in after\n"
                 "its month was closed is counted and shown as late.\n\n"
                 "  candor report build ./node --period 2026-H1 --out ./report",
      .options = build_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_report_build },
    { .name = "report harmonised",
      .arguments = "DIR",
      .summary = "Build the harmonised report of the Digital Services Act",
      .details =
          "Writes the eleven CSV parts of the official templates from the records under the\n"
          "newest checkpoint, with definitions.txt, the manifest and the checkpoint. What\n"
          "no record can supply is taken from what was declared for the period; service\n"
          "and tier must be: part1/service, and part1/tier (intermediary, hosting,\n"
          "platform, vlop or vlose). Prints what else the tier asks for and is missing.\n\n"
          "  candor declared add ./node < declared.jsonl\n"
          "  candor report harmonised ./node --period 2026-H1 --out ./harmonised",
      .options = harmonised_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_report_harmonised },
    { .name = "report statements",
      .arguments = "DIR",
      .summary = "Write the statements of reasons of a period as the DSA's database takes them",
      .details =
          "Writes files of up to 100 statements, each a request that the transparency\n"
          "database of the Digital Services Act takes as it is. Decisions that an order led\n"
          "to have none. One that does not hold against the rules is left out and told, by\n"
          "field: exit status 2 if there was any.\n\n"
          "  candor report statements ./node --period 2026-H1 --out ./statements",
      .options = export_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_report_statements },
    { .name = "report list",
      .arguments = "DIR",
      .summary = "List what was published, and what is late, missing or restated",
      .details =
          "A line for each version of each report, as the log has it, and one for each report\n"
          "that came later than two months after its period, or did not come at all.\n\n"
          "  candor report list ./node --json",
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_report_list },
    { .name = "report publish",
      .arguments = "DIR OUT",
      .summary = "Publish a report that was built",
      .details =
          "Counts the report in the folder OUT anew from the log, and if it is the same byte by\n"
          "byte records it and puts it into DIR/center/reports/PERIOD/1 with the record's\n"
          "entry and proof. What is published is never changed: a report with other cells is\n"
          "refused, see candor help report restate. The same command again finishes what a\n"
          "crash left, and is content with what is published already. Reports that are out\n"
          "and that the log does not give any more are told.\n\n"
          "  candor report build ./node --period 2026-H1 --out ./report\n"
          "  candor report publish ./node ./report",
      .options = publish_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_report_publish },
    { .name = "report restate",
      .arguments = "DIR OUT",
      .summary = "Publish a corrected report as another version",
      .details =
          "As report publish, for a period that is published. Every cell that changed is\n"
          "recorded with its old and new value, the reason and who approved it, and stands in\n"
          "changes.csv of the new version. The version before stays; a note beside it names\n"
          "the new one. A cell that is not there any more is refused unless --renamed says\n"
          "what it is called now.\n\n"
          "  candor report build ./node --period 2026-H1 --out ./corrected\n"
          "  candor report restate ./node ./corrected --reason \"late decisions\" \\\n"
          "      --approved-by \"A. Okafor\"",
      .options = restate_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_report_restate },
    { .name = "report verify",
      .arguments = "OUT",
      .summary = "Count a report anew from public entries, offline",
      .details = "Checks the checkpoint in OUT, holds the public entries against its root, counts\n"
                 "every figure anew by the definitions of this program and compares every file,\n"
                 "byte by byte. Exit status 1 names the first cell that is wrong.\n\n"
                 "  candor log export ./node ./public\n"
                 "  candor report verify ./report --vkey log.example.com+… --recount ./public",
      .options = verify_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_report_verify },
    { .name = "report lint",
      .arguments = "[PATH…]",
      .summary = "Say what is wrong with transparency reports, of anybody",
      .details =
          "Judges files and folders by numbered rules (docs/lint.md): harmonised CSV sets of\n"
          "the Digital Services Act, other CSV files with a row for each number, folders\n"
          "that candor report build made, and daily dumps of statements of reasons. Each\n"
          "finding names rule, file, row and column; with --json it is one JSON object a\n"
          "line. Rows count as in a spreadsheet: the header is row 1. Exit status 1 if a\n"
          "rule found an error; warnings (W) and notes (I) change nothing.\n\n"
          "  candor report lint ./dsa-2026-H1 --against ./dsa-2025-H2\n"
          "  candor report lint release-2.csv --against release-1.csv --json",
      .options = lint_options,
      .arguments_min = 0,
      .arguments_max = -1,
      .run = run_report_lint },
    {},
};
