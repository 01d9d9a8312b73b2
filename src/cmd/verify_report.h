/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"

/* verify_report: "candor-verify report". */
extern const struct command verify_report_command;
