/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bench/bench.h"

#include "base/banned.h"

static const struct option ledger_options[] = {
    { "--records", "N", "records in each run (default 1,000,000)", false },
    { "--only", "PART", "core, durable or latency (default: all)", false },
    { "--rate", "N", "records a second in the latency run (default 50,000)", false },
    {},
};

const struct command bench_commands[] = {
    {
        .name = "bench ledger",
        .arguments = "DIR",
        .summary = "Measure appending, proving and checking in a new directory",
        .details =
            "Writes logs of generated records (about 200 bytes, eight committed fields) into DIR,\n"
            "which must be new, and prints one JSON object a measurement. The disk that holds\n"
            "DIR is what is measured. Remove DIR afterwards.\n\n"
            "  candor bench ledger /var/tmp/bench",
        .options = ledger_options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_bench_ledger,
    },
    {},
};
