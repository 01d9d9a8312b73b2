/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/*
 * succeed: a log that can go on no more ends, and a new one under another origin begins with its
 * last checkpoint. Steps: the old log is retired (log/retired, durable: nothing is signed under its
 * name any more), then the new one is made; cut off between, the same command goes on.
 */
/* Runs recover --succeed; the exit status. */
int recover_succeed(const struct invocation *inv);
