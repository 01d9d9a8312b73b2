/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs an input through a reader and writes down what came out, one line for each event and fault:
 *
 *     1:1@0 windows/sysmon/process_creation EventID=1 Image="C:\x" …      line:record@offset source
 *     2:2@40 ! JSON: …
 *     2:2@40 raw {"a":
 *
 * Numbers and booleans stand without quotes, null is null, containers {} and [], and flags are
 * marks in front of the name: ~ alias, - shadowed, . literal, ^ derived, < cut.
 */
#pragma once
#include "intake/plan.h"
#include "tests/cm.h"

/* All of the input at once, under an unreadable page behind the padding. The text is static. */
const char *collect(enum intake_format format, slice input);
/* As collect, the input given step bytes at a time (as far as the reader asks for more). */
const char *collect_in_steps(enum intake_format format, slice input, size_t step);
/* As collect, the input cut into pieces of at least so many bytes where it may be cut, each read by
 * itself. */
const char *collect_in_pieces(enum intake_format format, slice input, size_t least);
/* collect of the text, after checking that steps and pieces of some sizes give the same. */
const char *collect_text(enum intake_format format, const char *text);
/* As collect_text, fails unless it is what is wanted. */
void assert_collects(enum intake_format format, const char *text, const char *want);
