/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor-verify: the command "candor verify" as a program of its own, of libc and libcrypto alone,
 * for people who only want to check what somebody else's candor hands out; and "report", which
 * checks a whole transparency report.
 */
#include <stdio.h>
#include <string.h>
#include "cmd/command.h"
#include "cmd/verify.h"
#include "cmd/verify_report.h"
#include "base/banned.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("candor-verify %s\n", CANDOR_VERSION);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], verify_report_command.name) == 0) {
        return command_run(&verify_report_command, argc - 1, argv + 1);
    }
    return command_run(&verify_commands[0], argc, argv);
}
