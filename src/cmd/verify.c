/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: the command of candor and, linked alone, the whole of candor-verify.
 */
#include "cmd/verify.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/verify_files.h"
#include "verify/verify.h"
#include "base/banned.h"

enum { EXIT_INPUT = 2 };

static const struct option verify_options[] = {
    { "--vkey", "KEY", "a key to trust, as \"candor init\" prints it: NAME+ID+BASE64", true },
    { "--policy", "FILE", "logs, witnesses and quorum to trust (c2sp.org/tlog-policy)", false },
    { "--entry", "FILE", "the raw entry that an inclusion proof is about", false },
    { "--old", "FILE", "the checkpoint that you kept, which a consistency proof must extend",
      false },
    { "--segment", "OUT", "hold a count proof against one segment of the entries in OUT", false },
    { "--recount", "OUT",
      "count all entries in OUT anew; OUT is as \"candor log export\" writes it", false },
    {},
};

/* With every file read: whom to trust, then what the file proves. */
static int verify_read(const struct invocation *inv, const struct named_file *files)
{
    static struct trust trust; /* too large for a stack */
    struct fault fault = {};
    struct named_folder folder = { .path = invocation_value(inv, "--segment", NULL) };
    struct published log = { .self = &folder, .read = named_folder_read };
    const char *all = invocation_value(inv, "--recount", NULL);
    if (folder.path != NULL && all != NULL) {
        return command_fail(EXIT_INPUT, "--segment or --recount, not both");
    }
    if (all != NULL) folder.path = all;
    status s = verify_trust(inv, &files[1], &trust, &fault);
    if (s.code != E_OK) return command_fail(status_exit(s), "%s", fault.text);
    const struct verify_input in = {
        .file = files[0].content,
        .entry = files[2].path == NULL ? NULL : &files[2].content,
        .old = files[3].path == NULL ? NULL : &files[3].content,
        .log = &log,
        .whole = all != NULL,
        .recount = folder.path == NULL ? NULL : recounting_check,
        .trust = &trust,
    };
    struct answer answer = answer_of();
    s = verify_file(&in, &answer, &fault);
    const int exit_status = verify_end(inv, files[0].path, s, &answer, &fault);
    free(folder.bytes);
    return exit_status;
}

static int verify(const struct invocation *inv)
{
    struct named_file files[] = {
        { .path = inv->arguments[0] },
        { .path = invocation_value(inv, "--policy", NULL) },
        { .path = invocation_value(inv, "--entry", NULL) },
        { .path = invocation_value(inv, "--old", NULL) },
    };
    int exit_status = 0;
    for (size_t i = 0; i < COUNT_OF(files) && exit_status == 0; i++) {
        exit_status = named_file_read(&files[i]);
    }
    if (exit_status == 0) exit_status = verify_read(inv, files);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        named_file_done(&files[i]);
    return exit_status;
}

const struct command verify_commands[] = {
    { .name = "verify",
      .arguments = "FILE",
      .summary = "Check a checkpoint, a proof or a bundle, offline",
      .details =
          "FILE is what candor hands out: a checkpoint or other signed note, an inclusion proof "
          "(with\n--entry), a consistency proof (with --old, if you kept a checkpoint), a "
          "disclosed "
          "record or a\ncount proof; - is standard input. The answer says what was proven and what "
          "was not.\n\nA count proof says \"claimed\". With the public entries of the log in a "
          "folder "
          "it is held against\nthem: --recount counts all of them and says \"recounted\"; "
          "--segment counts those of one segment,\nfrom the counters that the log committed to "
          "before it. A false figure is refuted: the counter\nthat is wrong, what the log said, "
          "and what its entries give.\n\n"
          "share/candor/candor-verify.html is the same for a browser without a connection.\n"
          "docs/verify.md checks a log without this program. The program candor-verify has one "
          "command\n"
          "more: candor-verify report checks a whole transparency report.\n\nExit "
          "status: 0 verified, 1 does not verify or is refuted, "
          "2 malformed file or missing argument,\n3 the system failed.\n\n"
          "  candor verify proof.txt --vkey example.com/log+1a2b3c4d+AZ... --entry entry.bin\n"
          "  candor verify count.txt --vkey example.com/log+1a2b3c4d+AZ... --recount ./public",
      .options = verify_options,
      .arguments_min = 1,
      .arguments_max = 1,
      .run = verify },
    {},
};
