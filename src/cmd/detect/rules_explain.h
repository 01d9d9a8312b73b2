/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* candor rules explain RULE EVENTFILE: runs and returns the exit status. */
int rules_explain(const struct invocation *inv);
