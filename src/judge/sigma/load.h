/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "judge/sigma/compile.h"

/*
 * load: one YAML document becomes a rule. NULL after at least one diagnostic (or build.fatal).
 */
struct rule *document_load(struct document *d);
/* The texts of a list (or one text) of a document's key, copied; empty after a diagnostic. */
struct rule_texts document_texts(struct document *d, const char *key);
