/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/forget/forget_commands.h"

#include "base/banned.h"

static const struct option erase_options[] = {
    { "--field", "NAME", "only this field, and every field that contains it", true },
    { "--where", "subject=ID", "instead of INDEX: every record that names this data subject",
      false },
    { "--expired", NULL, "instead of INDEX: every record whose retention time is over; at once",
      false },
    { "--basis", "WORD",
      "subject_request, consent_withdrawn, objection, unlawful, legal_obligation, minor, mistake",
      false },
    { "--by", "NAME", "who asks, as stated (default: the user of this command)", false },
    {},
};

static const struct option approve_options[] = {
    { "--by", "NAME", "who approves: an officer that candor.yaml names (default: the user)",
      false },
    {},
};

static const struct option hold_add_options[] = {
    { "--id", "ID", "the hold's identifier", false },
    { "--basis", "TEXT", "the legal basis", false },
    { "--records", "FIRST-LAST", "records that it covers", true },
    { "--subject", "ID", "the data subject whose records it covers", false },
    { "--note", "TEXT", "why, in words", false },
    { "--by", "NAME", "who places it, as stated (default: the user of this command)", false },
    {},
};

static const struct option hold_remove_options[] = {
    { "--id", "ID", "the hold's identifier", false },
    { "--by", "NAME", "who lifts it, as stated (default: the user of this command)", false },
    {},
};

const struct command forget_commands[] = {
    {
        .name = "erase approve",
        .arguments = "DIR REQUEST",
        .summary = "Carry an erasure out that somebody else asked for",
        .details =
            "REQUEST is the number that candor erase printed. Who approves has another name than\n"
            "who asked, and is another user of the system or an officer that candor.yaml names.\n"
            "The log proves which names were stated and which users of the system ran the\n"
            "commands. It does not prove that two people did.\n\n"
            "The log gets an erasure entry with basis and count; blocks are written anew without\n"
            "the values, and the keys to the old ones are destroyed. All entries and proofs stay\n"
            "byte for byte what they were. A crash on the way is finished by the next start.\n\n"
            "  candor erase approve ./node 4711 --by \"A. Okafor\"",
        .options = approve_options,
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_erase_approve,
    },
    {
        .name = "erase",
        .arguments = "DIR [INDEX…]",
        .summary = "Ask for private values to be erased; a second person approves",
        .details =
            "Prints {\"request\":N}; nothing is erased before candor erase approve. Without "
            "--field\n"
            "everything private of a record goes, except who acted or approved while the record's\n"
            "retention time runs. A field goes together with every field that contains it, such\n"
            "as the raw event. A legal hold vetoes. What is gone already is no error.\n\n"
            "--where finds records by the fields that name data subjects, not by words in raw\n"
            "events. --expired needs no second person: candor.yaml has decided.\n\n"
            "  candor erase ./node 42 --field subject --basis subject_request\n"
            "  candor erase ./node --where subject=u-1881 --basis subject_request\n"
            "  candor erase ./node --expired",
        .options = erase_options,
        .arguments_min = 1,
        .arguments_max = 1 + 1000,
        .run = run_erase,
    },
    {
        .name = "hold add",
        .arguments = "DIR",
        .summary = "Place a legal hold: what it covers is not erased",
        .details = "A hold covers records, a data subject, or, if neither is given, everything.\n\n"
                   "  candor hold add ./node --id case-7 --basis \"court order 12/26\" \\\n"
                   "        --records 100-2000",
        .options = hold_add_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_hold_add,
    },
    {
        .name = "hold remove",
        .arguments = "DIR",
        .summary = "Lift a legal hold",
        .details = "  candor hold remove ./node --id case-7",
        .options = hold_remove_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_hold_remove,
    },
    {
        .name = "hold list",
        .arguments = "DIR",
        .summary = "List the legal holds in force",
        .details = "One JSON object a line.\n\n  candor hold list ./node",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_hold_list,
    },
    {},
};
