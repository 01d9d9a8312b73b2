/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/incident/incident_commands.h"

#include "base/banned.h"

#define BY                                                                                         \
    {                                                                                              \
        "--by", "NAME", "who does it (default: the user that runs the command)", false             \
    }
#define TITLE                                                                                      \
    {                                                                                              \
        "--title", "TEXT", "what it is, in a few words", false                                     \
    }
#define NOTE                                                                                       \
    {                                                                                              \
        "--note", "TEXT", "what happened, for people", false                                       \
    }
#define EXPECT                                                                                     \
    {                                                                                              \
        "--expect", "INDEX", "refuse if its newest record (last_index) is another by now", false   \
    }
#define VALUES                                                                                     \
    { "--severity", "LEVEL", "low, medium, high or critical", false },                             \
        { "--class", "CLASS",                                                                      \
          "what was harmed: confidentiality, integrity, availability, privacy, abuse or other",    \
          false },                                                                                 \
        { "--owner", "NAME", "who handles it", false },                                            \
        { "--finding", "INDEX", "a finding that belongs to it", true },                            \
        { "--began", "TIME", "when it began, as far as known: 2026-01-31T09:00:00Z", false },      \
        { "--aware", "TIME", "from when a duty to notify runs", false },                           \
        { "--persons", "N", "people affected, as far as known", false },                           \
        { "--loss", "CENTS", "loss so far, in hundredths of the currency", false },                \
    {                                                                                              \
        "--currency", "CODE", "of the loss, such as EUR", false                                    \
    }

static const struct option open_options[] = { TITLE, VALUES, NOTE, BY, {} };

static const struct option update_options[] = {
    { "--stage", "STAGE",
      "acknowledged, contained, eradicated, recovered, notified, closed, reviewed or reopened",
      false },
    TITLE,
    VALUES,
    { "--notified", "WHOM", "who was told, with --stage notified", false },
    NOTE,
    EXPECT,
    BY,
    {},
};

static const struct option close_options[] = { NOTE, EXPECT, BY, {} };

static const struct option list_options[] = {
    { "--state", "STATE", "new, investigating, contained, eradicated, recovered or closed", false },
    { "--purpose", "TEXT", "why somebody looks; becomes part of the record of it", false },
    BY,
    {},
};

static const struct option show_options[] = {
    { "--purpose", "TEXT", "why somebody looks; becomes part of the record of it", false }, BY, {}
};

const struct command incident_commands[] = {
    { .name = "incident open",
      .arguments = "DIR",
      .summary = "Open an incident: findings that people handle together",
      .details = "Every change of an incident is a record in the log and says who made it. Prints "
                 "the incident's\n"
                 "number, the index of the record and the state.\n"
                 "\n"
                 "  candor incident open ./node --title \"Support account taken over\" --severity "
                 "high --finding 40",
      .options = open_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_incident_open },
    { .name = "incident update",
      .arguments = "DIR INCIDENT",
      .summary = "Change an incident, or take it to its next stage",
      .details = "A stage that does not follow from the incident's state is refused with those "
                 "that do:\n"
                 "new, investigating (acknowledged, reopened), contained, eradicated, recovered, "
                 "closed.\n"
                 "\n"
                 "  candor incident update ./node INC-7 --stage contained --owner ana --expect 412",
      .options = update_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_incident_update },
    { .name = "incident close",
      .arguments = "DIR INCIDENT",
      .summary = "Close an incident",
      .details = "Short for: candor incident update DIR INCIDENT --stage closed\n"
                 "\n"
                 "  candor incident close ./node INC-7 --note \"password reset, sessions ended\"",
      .options = close_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_incident_close },
    { .name = "incident list",
      .arguments = "DIR",
      .summary = "List incidents, the newest first, one JSON object a line",
      .details = "The look at their records is recorded in the log first.\n"
                 "\n"
                 "  candor incident list ./node --state investigating",
      .options = list_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = run_incident_list },
    { .name = "incident show",
      .arguments = "DIR INCIDENT",
      .summary = "Show an incident with every change of it",
      .details = "The look at its records is recorded in the log first.\n"
                 "\n"
                 "  candor incident show ./node INC-7",
      .options = show_options,
      .arguments_min = 2,
      .arguments_max = 2,
      .run = run_incident_show },
    {},
};
