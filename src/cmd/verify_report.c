/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor-verify report: a whole transparency report, checked by a program that shares nothing with
 * what made it but the reading of entries.
 */
#include "cmd/verify_report.h"

#include <stdlib.h>
#include "cmd/verify_files.h"
#include "verify/report/report.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

static const struct option report_options[] = {
    { "--vkey", "KEY", "a key to trust, as \"candor init\" prints it: NAME+ID+BASE64", true },
    { "--policy", "FILE", "logs, witnesses and quorum to trust (c2sp.org/tlog-policy)", false },
    { "--recount", "PUBLIC", "the log's public entries, as \"candor log export\" writes them",
      false },
    {},
};

static int verify(const struct invocation *inv)
{
    static struct trust trust; /* too large for a stack */
    struct fault fault = {};
    struct named_file policy = { .path = invocation_value(inv, "--policy", NULL) };
    struct named_folder report = { .path = inv->arguments[0] };
    struct named_folder public = { .path = invocation_value(inv, "--recount", NULL) };
    struct published log = { .self = &public, .read = named_folder_read };
    struct answer answer = answer_of();
    if (public.path == NULL) {
        return command_fail(EXIT_USAGE, "--recount: the public entries of the log are needed");
    }
    int exit_status = named_file_read(&policy);
    if (exit_status == 0) {
        const struct report_given given = { &report, named_folder_read, &log, &trust };
        status s = verify_trust(inv, &policy, &trust, &fault);
        if (s.code == E_OK) s = verify_report(&given, &answer, &fault);
        exit_status = verify_end(inv, report.path, s, &answer, &fault);
    }
    free(report.bytes);
    free(public.bytes);
    named_file_done(&policy);
    return exit_status;
}

const struct command verify_report_command = {
    .name = "report",
    .arguments = "OUT",
    .summary = "Check a whole transparency report, offline",
    .details =
        "OUT is the folder of a published report. Its checkpoint must be signed by the key, its\n"
        "files be those of its manifest, and every counted cell be what the public entries give "
        "by\n"
        "the published definitions. Exit status 1 names the first cell that is wrong.\n\n"
        "  candor-verify report ./report --vkey log.example.com+… --recount ./public",
    .options = report_options,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = verify,
};
