/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admin/admin_commands.h"

#include "base/banned.h"

static const struct option source_options[] = {
    { "--class", "CLASS",
      "what kind of system it is: application, endpoint, server, network, identity, cloud, "
      "database, moderation … (default: other)",
      false },
    { "--market", "CODE", "the market of its events (default: the node's)", false },
    { "--actor", "FIELD", "the events' field that says who acted (default: actor)", false },
    { "--subject", "FIELD", "the field that says whose data it is about (default: subject)",
      false },
    { "--ack", "LEVEL",
      "answer when its events are sequenced (durable; default), checkpointed or witnessed", false },
    { "--silence", "TIME",
      "how long it may send nothing before a record and a finding say so: 15m, 8h, 2d …, or off "
      "(default: as candor.yaml says)",
      false },
    {},
};

static const struct option user_options[] = {
    { "--role", "ROLE", "analyst, officer, auditor, administrator or program (the default)",
      false },
    {},
};

static const struct option activate_options[] = {
    { "--rules", "PATH", "Sigma rules: a file or a folder of them", true },
    { "--list", "NAME=FILE", "values of a value list, one a line", true },
    { "--allow-refused", NULL, "activate the others even if some rules do not compile", false },
    {},
};

const struct command admin_commands[] = {
    { .name = "source add",
      .arguments = "DIR NAME",
      .summary = "Register a sender of events and print its token",
      .details = "The token is printed once and kept as a hash only. The change is recorded in the "
                 "log.\n"
                 "\n"
                 "  TOKEN=$(candor source add ./node shop --class application --market IE)\n"
                 "  curl -H \"Authorization: Bearer $TOKEN\" --data-binary @events.jsonl "
                 "http://127.0.0.1:8420/v1/events",
      .options = source_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_source_add },
    { .name = "source list",
      .arguments = "DIR",
      .summary = "List the senders of events, and when they were heard",
      .details = "When each was heard last, whether it is silent for longer than allowed, and how "
                 "many of the numbers\n"
                 "that it gives its events have not come; of a running node at most some seconds "
                 "old.\n"
                 "\n"
                 "  candor source list ./node --json",
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_source_list },
    { .name = "source change",
      .arguments = "DIR NAME",
      .summary = "Change what was said of a sender when it was registered",
      .details = "Only what is given changes; its token stays. The change is recorded in the log.\n"
                 "\n"
                 "  candor source change ./node shop --silence 15m",
      .options = source_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_source_change },
    { .name = "source rotate",
      .arguments = "DIR NAME",
      .summary = "Give a sender a new token; the old one ends at once",
      .details = "A sender that was removed is back with its new token.\n"
                 "\n"
                 "  candor source rotate ./node shop",
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_source_rotate },
    { .name = "source remove",
      .arguments = "DIR NAME",
      .summary = "Take no more events from a sender",
      .details = "What it sent stays; its name and number are never used by another.\n"
                 "\n"
                 "  candor source remove ./node shop",
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_source_remove },
    { .name = "user add",
      .arguments = "DIR NAME",
      .summary = "Register a user of the API and print the token",
      .details = "The token is printed once and kept as a hash only. The change is recorded in the "
                 "log.\n"
                 "\n"
                 "  candor user add ./node ana --role analyst",
      .options = user_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_user_add },
    { .name = "user list",
      .arguments = "DIR",
      .summary = "List the users of the API",
      .details = "  candor user list ./node",
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_user_list },
    { .name = "user reset",
      .arguments = "DIR NAME",
      .summary = "Give a user a new token; the old one ends at once",
      .details = "  candor user reset ./node ana",
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_user_reset },
    { .name = "user disable",
      .arguments = "DIR NAME",
      .summary = "Let a user in no more",
      .details = "  candor user disable ./node ana",
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_user_disable },
    { .name = "rules activate",
      .arguments = "DIR",
      .summary = "Make a bundle of rules the one by which a node judges",
      .details = "The rules are packed into one file, DIR/rules/HASH.pack, and compiled aside; a "
                 "running node\n"
                 "goes over to them between two batches. The log gets a policy record with the "
                 "hash, which every\n"
                 "finding names. A bundle with a rule that does not compile is refused and the old "
                 "one stays.\n"
                 "\n"
                 "  candor rules activate ./node --rules rules/",
      .options = activate_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_rules_activate },
    { .name = "openapi",
      .arguments = "",
      .summary = "Print the description of the HTTP API (OpenAPI 3.1)",
      .details = "What a node serves at /openapi.json.\n"
                 "\n"
                 "  candor openapi > candor-openapi.json",
      .run = run_openapi },
    {},
};
