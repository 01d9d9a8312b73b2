/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "cmd/command.h"

/*
 * bench: measures what the program does with its own code, one JSON object a line.
 */
extern const struct command bench_commands[];

/* candor bench ledger. */
int run_bench_ledger(const struct invocation *inv);
/* candor bench erase. */
int run_bench_erase(const struct invocation *inv);
/* candor bench detect. */
int run_bench_detect(const struct invocation *inv);
/* candor bench node. */
int run_bench_node(const struct invocation *inv);
/* candor bench witness. */
int run_bench_witness(const struct invocation *inv);
/* candor bench report. */
int run_bench_report(const struct invocation *inv);
/* Its part about pages of the Transparency Center. E_NOMEM. */
status bench_pages(struct fault *f);
/* candor bench prices. */
int run_bench_prices(const struct invocation *inv);
/* A number above 0 that an option gives; fallback without it. E_USAGE. */
status bench_number(const struct invocation *inv, const char *name, uint64_t fallback,
                    uint64_t *ret_number, struct fault *f);
/* The rules of every --rules option. 0, or the exit status after a message. */
struct ruleset;
int bench_rules(const struct invocation *inv, struct ruleset **ret_rules);
