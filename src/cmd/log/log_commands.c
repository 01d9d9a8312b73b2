/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/log/log_commands.h"

#include "base/banned.h"

static const struct option init_options[] = {
    { "--origin", "NAME", "the log's name for the world, such as log.example.com/eu; never changes",
      false },
    { "--market", "CODE", "country or group of countries, two capitals or digits (default: none)",
      false },
    { "--listen", "ADDRESS", "where candor serve takes HTTP (default: 127.0.0.1:8420), or none",
      false },
    { "--succeeds", "FILE",
      "the last signed checkpoint of a log that ended, which this one succeeds", false },
    { "--succeeds-vkey", "KEY", "the key of that log", false },
    {},
};

static const struct option append_options[] = {
    { "--ack", "LEVEL", "answer when records are sequenced (durable; default) or checkpointed",
      false },
    {},
};

static const struct option consistency_options[] = {
    { "--new", "FILE", "end in this signed checkpoint, which you kept (default: the newest)",
      false },
    {},
};

static const struct option count_options[] = {
    { "--where", "COLUMN=VALUE", "only records with this value in a public column", true },
    { "--from", "MONTH", "first month, such as 2026-01 (default: the first there is)", false },
    { "--to", "MONTH", "last month (default: the last there is)", false },
    { "--prove", NULL, "print a proof (candor/count@v1) instead of recounting", false },
    {},
};

static const struct option head_options[] = {
    { "--cosigned", NULL, "the newest that the quorum of witnesses cosigned", false },
    {},
};

static const struct option show_options[] = {
    { "--count", "N", "how many records (default: 1 from INDEX on, else the newest 10)", false },
    { "--public", NULL, "only what is public of them; opens nothing and records nothing", false },
    { "--purpose", "TEXT", "why the values are looked at; stands in the record of the look",
      false },
    { "--by", "NAME", "who looks, as stated (default: the user of this command)", false },
    {},
};

static const struct option search_options[] = {
    { "--limit", "N", "at most that many events (default: 100)", false },
    { "--before", "INDEX", "only entries below this index: the next page", false },
    { "--purpose", "TEXT", "why it is searched; stands in the record of the search", false },
    { "--by", "NAME", "who searches, as stated (default: the user of this command)", false },
    {},
};

static const struct option disclose_options[] = {
    { "--fields", "A,B", "the fields to show; none of them may be erased", true },
    { "--by", "NAME", "who discloses it, as stated (default: the user of this command)", false },
    { "--to", "NAME", "who receives it", false },
    { "--recipient", "WORD", "data_subject, auditor, regulator, court, authority, public, other",
      false },
    { "--purpose", "WORD", "a word of the list of purposes", false },
    { "--basis", "TEXT", "the legal basis", false },
    { "--subject", "ID", "whose data it is", false },
    {},
};

static const struct option serve_options[] = {
    { "--check", NULL, "do not run; only check configuration, keys and log", false },
    {},
};

const struct command log_commands[] = {
    {
        .name = "init",
        .arguments = "DIR",
        .summary = "Create a node: keys, candor.yaml and an empty log",
        .details =
            "Prints the key by which others verify the log. Give it to everybody who will.\n\n"
            "  candor init ./node --origin log.example.com/eu --market IE",
        .options = init_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_init,
    },
    {
        .name = "serve",
        .arguments = "DIR",
        .summary = "Run the node",
        .details =
            "Holds the log open for writing; other commands reach it through "
            "DIR/run/control.sock.\n"
            "Ends on SIGTERM or Ctrl-C, after everything that was taken is durable and answered.\n"
            "With --check it only says whether configuration and log are in order.\n\n"
            "  candor serve ./node",
        .options = serve_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_serve,
    },
    {
        .name = "append",
        .arguments = "DIR",
        .summary = "Append records from standard input, one JSON object a line",
        .details =
            "For each line prints {\"index\":N} once the record is durable, or the reason why it "
            "was\n"
            "refused. docs/formats/records.md lists the kinds and their fields. Exit status 2 if "
            "any\n"
            "line was refused; the others are in the log. With --ack sequenced a record that was\n"
            "answered is done: if signing fails after the last answer, a line on standard error\n"
            "says so and the exit status stays 0, since the next start signs what is durable.\n"
            "With --ack checkpointed it is 3, and what was not answered was not promised.\n\n"
            "  echo '{\"kind\":\"event\",\"time\":\"2026-03-01T10:00:00Z\",\"source\":\"admin\",\n"
            "        \"raw\":\"…\"}' | candor append ./node",
        .options = append_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_append,
    },
    {
        .name = "log head",
        .arguments = "DIR",
        .summary = "Print the newest checkpoint, a signed note",
        .details =
            "The note states origin, size and root of the log (c2sp.org/tlog-checkpoint). It has\n"
            "the cosignatures of witnesses, if they have cosigned this very one already; with\n"
            "--cosigned it is the newest one that the policy's quorum has cosigned.\n\n"
            "  candor log head ./node > checkpoint",
        .options = head_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_log_head,
    },
    {
        .name = "log show",
        .arguments = "DIR [INDEX]",
        .summary = "Show records with what this node's keys open",
        .details = "One JSON object a line: index, kind, public time and columns, and the private\n"
                   "fields, each held against what the entry commits to. Before a private value\n"
                   "is opened, the log has a record of who opens which (kind oversight).\n\n"
                   "  candor log show ./node 42",
        .options = show_options,
        .arguments_min = 1,
        .arguments_max = 2,
        .run = run_log_show,
    },
    {
        .name = "log search",
        .arguments = "DIR TERM…",
        .summary = "Find recorded events by their values, the newest first",
        .details =
            "A TERM is FIELD=VALUE or a word in any value; an event must have all of them. "
            "Capitals\n"
            "count as small letters. Of an event its own fields count, and source, actor and\n"
            "subject of its record. Full segments of the log (65,536 entries) are skipped where a\n"
            "sealed filter says that they cannot have the terms; a running node makes the "
            "filters.\n"
            "The search is recorded before anything is opened. Ctrl-C ends it; standard error "
            "says\n"
            "how much was looked through.\n\n"
            "  candor log search ./node actor=eve 'CommandLine=whoami /all'",
        .options = search_options,
        .arguments_min = 2,
        .arguments_max = -1,
        .run = run_log_search,
    },
    {
        .name = "log entry",
        .arguments = "DIR INDEX",
        .summary = "Write the raw bytes of an entry to standard output",
        .details = "  candor log entry ./node 42 > entry",
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_entry,
    },
    {
        .name = "log prove",
        .arguments = "DIR INDEX",
        .summary = "Prove that an entry is in the log",
        .details = "Prints a c2sp.org/tlog-proof with the newest checkpoint.\n\n"
                   "  candor log prove ./node 42 > proof\n"
                   "  candor verify proof --entry entry --vkey KEY",
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_prove,
    },
    {
        .name = "log receipt",
        .arguments = "DIR INDEX…",
        .summary = "Make the receipt of a decision for the person it concerns",
        .details =
            "Prints a line for each entry, as the API answers a decision: the entry, its proof,\n"
            "and the token by which the Transparency Center finds it without signing in.\n\n"
            "  candor log receipt ./node 4711",
        .arguments_min = 2,
        .arguments_max = -1,
        .run = run_log_receipt,
    },
    {
        .name = "log disclose",
        .arguments = "DIR INDEX",
        .summary = "Show chosen fields of a record to somebody, with proof",
        .details =
            "Prints a bundle (candor/bundle@v1): the entry, the chosen fields with their salts,\n"
            "commitments to the others, and the proof that the entry is in the log. It verifies\n"
            "offline; nothing else of the record becomes guessable. A field without a value is\n"
            "shown to have none. The log has a record of the disclosure before anything is\n"
            "opened; what was disclosed cannot be called back.\n\n"
            "  candor log disclose ./node 42 --fields actor,time --recipient auditor \\\n"
            "        --to \"Example Audit Ltd\" > bundle\n"
            "  candor verify bundle --vkey KEY",
        .options = disclose_options,
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_disclose,
    },
    {
        .name = "log consistency",
        .arguments = "DIR OLD [NEW]",
        .summary = "Prove that the log only grew since it had OLD entries",
        .details =
            "A proof ends in a signed checkpoint of NEW entries. The newest one is kept by the "
            "node;\n"
            "an older one is given with --new by whoever kept it. OLD may be any size: the reader\n"
            "holds the root against the checkpoint of that size (candor verify --old).\n\n"
            "  candor log consistency ./node 1000 > proof\n"
            "  candor log consistency ./node 1000 2000 --new checkpoint-2000 > proof",
        .options = consistency_options,
        .arguments_min = 2,
        .arguments_max = 3,
        .run = run_log_consistency,
    },
    {
        .name = "log count",
        .arguments = "DIR KIND",
        .summary = "Count records by their public columns and months",
        .details =
            "Recounts from the entries, as any stranger can. With --prove it prints a file that\n"
            "shows the figure to be what the newest summary in the log claims; two such files\n"
            "prove a period as their difference.\n\n"
            "  candor log count ./node enforcement --where category=self_harm \\\n"
            "        --from 2026-01 --to 2026-06",
        .options = count_options,
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_count,
    },
    {
        .name = "log summarise",
        .arguments = "DIR",
        .summary = "Write a summary of all counters into the log",
        .details =
            "The log does so itself every 65,536 entries. At the end of a reporting period this\n"
            "makes figures up to now provable.\n\n"
            "  candor log summarise ./node",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_log_summarise,
    },
    {
        .name = "log export",
        .arguments = "DIR OUT",
        .summary = "Write the log as static files that any web server can serve",
        .details =
            "OUT gets checkpoint, tile/… and tile/entries/… as c2sp.org/tlog-tiles says, and\n"
            "counters/… against which a stranger holds published figures (candor verify). What is\n"
            "private stays out: entries hold commitments only.\n\n"
            "  candor log export ./node ./public",
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_export,
    },
    {
        .name = "rebuild",
        .arguments = "DIR",
        .summary = "Drop the views and rebuild them from the log",
        .details =
            "Views hold no truth: they come out the same, and the digest of their rows says so.\n"
            "Not while the node runs.\n\n"
            "  candor rebuild ./node",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_rebuild,
    },
    {
        .name = "doctor",
        .arguments = "DIR",
        .summary = "Say what is not as it should be around a node",
        .details =
            "Looks at configuration, permissions, disk, clock, keys, log, signer and how far\n"
            "each process is confined. Exit status 1 if there is a fault.\n\n"
            "  candor doctor ./node",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_doctor,
    },
    {
        .name = "fsck",
        .arguments = "DIR",
        .summary = "Prove the whole log and its openings; name what is wrong and where",
        .details =
            "Reads every byte, trusts nothing that was computed before, changes nothing. Exit\n"
            "status 1 if anything is wrong.\n\n"
            "  candor fsck ./node",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_fsck,
    },
    {},
};
