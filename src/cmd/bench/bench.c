/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bench/bench.h"

#include "cmd/detect/rules_load.h"
#include "base/banned.h"

static const struct option ledger_options[] = {
    { "--records", "N", "records in each run (default 1,000,000)", false },
    { "--only", "PART", "sha256, core, durable or latency (default: all)", false },
    { "--rate", "N", "records a second in the latency run (default 50,000)", false },
    {},
};

static const struct option erase_options[] = {
    { "--records", "N", "records in the log (default 200,000)", false },
    { "--batches", "N", "of 10,000 erasures, each spread over the whole log (default 5)", false },
    {},
};

static const struct option detect_options[] = {
    { "--rules", "PATH", "Sigma rules: a file or a folder of them", true },
    RULES_LIST_OPTION,
    RULES_CACHE_OPTIONS,
    { "--rounds", "N", "passes over the input; the median counts (default 5)", false },
    { "--threads", "N", "of the second line; the processors of the machine by default", false },
    { "--learn", "PATH", "learn prices from these events instead of the built-in ones", true },
    {},
};

static const struct option prices_options[] = {
    { "--rules", "PATH", "Sigma rules, for the names of fields", true },
    RULES_LIST_OPTION,
    {},
};

static const struct option node_options[] = {
    { "--token", "FILE", "the token of a source of the node", false },
    { "--reader", "FILE", "the token of a user with the role program", false },
    { "--senders", "N", "connections at once (default 4)", false },
    { "--batch", "N", "events of a request at full speed (default 500)", false },
    { "--seconds", "N", "of each run (default 10)", false },
    { "--rate", "N", "events a second of the paced run (default 10,000)", false },
    { "--search", "TERM", "then search for events that have it, such as user=ana", true },
    { "--quick", NULL, "leave out the bytes of the log, which take up to a minute", false },
    {},
};

static const struct option witness_options[] = {
    { "--requests", "N", "how many (default 2,000)", false },
    {},
};

const struct command bench_commands[] = {
    {
        .name = "bench detect",
        .arguments = "FILE…",
        .summary = "Measure how fast rules are found in events",
        .details =
            "Judges every event of the files again and again, printing no findings, and prints a\n"
            "JSON object for one thread and another for several: the time that compiling the "
            "rules\n"
            "(load), taking them from the cache (cached_load, the median of nine times; left out\n"
            "where there is none) and building the index took; processor time for each event, read "
            "only and judged;\n"
            "events and bytes a second; candidates (rules whose condition was evaluated) for each\n"
            "event; memory; the hash of the input and the digest of the findings, which is that "
            "of\n"
            "candor hunt --summary --json.\n\n"
            "  candor bench detect --rules rules/ events.ndjson",
        .options = detect_options,
        .arguments_min = 1,
        .arguments_max = -1,
        .run = run_bench_detect,
    },
    {
        .name = "bench erase",
        .arguments = "DIR",
        .summary = "Measure erasing, disclosing and restoring in a new node",
        .details =
            "Makes a node in DIR/node, which must be new, with generated records (about 200 bytes\n"
            "of JSON, eight committed fields), and prints one JSON object a measurement. The disk\n"
            "that holds DIR is what is measured. Remove DIR afterwards.\n\n"
            "erase     records that lose every value but who acted, in batches of 10,000, spread\n"
            "          evenly over the log, as the records of many people are, and in one "
            "stretch:\n"
            "          finding and opening them, the entry, every block concerned written anew,\n"
            "          keys turned\n"
            "disclose  bundles of two opened fields: bytes, and processor time to make one (the\n"
            "          node's keys opened anew each time) and to verify it with its signature\n"
            "restore   a backup of log and keys, and a node made of it, fsck and the erasing that\n"
            "          it may owe included\n\n"
            "  candor bench erase /var/tmp/bench",
        .options = erase_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_bench_erase,
    },
    {
        .name = "bench node",
        .arguments = "URL FILE…",
        .summary = "Measure a running node through its real HTTP input",
        .details =
            "Sends the lines of the files again and again to /v1/events of a node and prints a\n"
            "JSON object for each of two runs: first as fast as answers come, then at a rate,\n"
            "while it listens to /v1/stream. What the node says about itself comes from its\n"
            "/metrics. A request that is late in the paced run counts from when it was due.\n\n"
            "ingest   events a second, time to the answer, push-backs, findings, bytes of the log\n"
            "         for an event and for a byte of the input, memory of each process; waits up\n"
            "         to a minute until the node has looked at the size of its log again\n"
            "latency  from when a request was due to its answer (sequenced, or what the source\n"
            "         waits for), and to when a finding of it was on the stream (checkpointed)\n\n"
            "  candor source add ./node bench > token\n"
            "  candor user add ./node bench --role program > reader\n"
            "  candor bench node http://127.0.0.1:8420 --token token --reader reader day.ndjson",
        .options = node_options,
        .arguments_min = 2,
        .arguments_max = -1,
        .run = run_bench_node,
    },
    {
        .name = "bench report",
        .arguments = "",
        .summary = "Measure how fast statements of reasons are validated",
        .details =
            "Reads generated rows of a daily dump in both dialects, brings each into the form\n"
            "that is committed and holds it against every rule; processor time of one thread,\n"
            "the median of eleven rounds. Then makes every page of the Transparency Center from\n"
            "the figures of thirty markets. Nothing is written.\n\n"
            "  candor bench report",
        .arguments_min = 0,
        .arguments_max = 0,
        .run = run_bench_report,
    },
    {
        .name = "bench prices",
        .arguments = "SOURCE…",
        .summary = "Write the table of frequent literals as C, from several sources",
        .details =
            "Each file or folder is a source that counts by itself. See tools/literal_prices.\n\n"
            "  candor bench prices --rules rules/ windows/ cloud/",
        .options = prices_options,
        .arguments_min = 1,
        .arguments_max = -1,
        .run = run_bench_prices,
    },
    {
        .name = "bench ledger",
        .arguments = "DIR",
        .summary = "Measure appending, proving and checking in a new directory",
        .details =
            "Writes logs of generated records (about 185 bytes of JSON and seven short fields, "
            "all\n"
            "eight committed) into DIR, which must be new, and prints one JSON object a\n"
            "measurement. The disk that holds DIR is what is measured. Remove DIR afterwards.\n\n"
            "sha256   blocks a second of processor time with this program's kernels, alone and\n"
            "         side by side, and with libcrypto on the same messages in turns; medians\n"
            "core     encoding, committing, hashing and sealing batches on one thread, nothing\n"
            "         written; processor time of all threads from the checked record on: what\n"
            "         making the records takes is subtracted. \"eight short\" are records whose\n"
            "         fields all fit one block of SHA-256, without JSON\n"
            "durable  the same with two threads, each batch synced and signed before the next is\n"
            "         acknowledged; by the wall's clock, making the records included; then proofs\n"
            "         of entries all over the log, fsck and a recount from the entries\n"
            "latency  from submitting a record to a signed checkpoint that covers it\n\n"
            "  candor bench ledger /var/tmp/bench",
        .options = ledger_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_bench_ledger,
    },
    {
        .name = "bench witness",
        .arguments = "DIR",
        .summary = "Measure how many requests a witness answers",
        .details =
            "Makes a witness in DIR, which must be new, and has it cosign a growing log of more\n"
            "than 32,768 entries: each request has a signature and a consistency proof to verify,\n"
            "and is durable before it is answered. No HTTP. Remove DIR afterwards.\n\n"
            "  candor bench witness /var/tmp/bench",
        .options = witness_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_bench_witness,
    },
    {},
};
