/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"
#include "cmd/command.h"

/*
 * rules_pack: the rules that a command was given (--rules, --list) as one pack
 * (serve/rule_pack.h), whose hash is the bundle that findings name.
 */
/* ret_pack's bytes are the caller's to free. E_USAGE without a rule file, E_NOT_FOUND, E_LIMIT. */
status rules_pack(const struct invocation *inv, struct writer *ret_pack, struct fault *f);
