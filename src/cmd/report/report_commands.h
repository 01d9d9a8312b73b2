/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * report_commands: transparency reports: built from a node, verified from what the public has,
 * and judged, whoever published them.
 */
extern const struct command report_commands[];

/* candor report build. */
int run_report_build(const struct invocation *inv);
/* candor report harmonised. */
int run_report_harmonised(const struct invocation *inv);
/* candor report statements. */
int run_report_statements(const struct invocation *inv);
/* candor report publish and restate. */
int run_report_publish(const struct invocation *inv);
int run_report_restate(const struct invocation *inv);
/* candor report list. */
int run_report_list(const struct invocation *inv);
/* candor report verify. */
int run_report_verify(const struct invocation *inv);
/* candor report lint. */
int run_report_lint(const struct invocation *inv);
