/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "judge/sigma/ruleset.h"

/*
 * rule_pack: the files of a bundle of detection rules as one file, DIR/rules/HASH.pack, named after
 * its SHA-256. Findings and policy records name that hash, so a pack is kept as long as the log.
 *
 *   "candor-rules 1\n", then for each file, in the order in which they were given:
 *   "rule LENGTH NAME\n" or "list LENGTH NAME\n", LENGTH bytes, "\n"
 *
 * A list holds one value of a value list per line.
 */
#define RULE_PACK_FOLDER "rules"

enum { RULE_PACK_BYTES_MAX = 256 * 1024 * 1024, RULE_PACK_NAME_BYTES_MAX = 1024 };

enum rule_pack_type { RULE_PACK_RULE, RULE_PACK_LIST };

struct rule_pack_file {
    uint8_t type; /* enum rule_pack_type */
    slice name;
    slice text;
};

/* Appends the first line. */
void rule_pack_begin(struct writer *w);
/* Appends one file. A name with a control character sets the writer's E_VALUE. */
void rule_pack_add(struct writer *w, const struct rule_pack_file *file);
/* The cursor stands behind the first line. E_SYNTAX if the bytes are no pack. */
status rule_pack_open(slice bytes, struct cursor *ret_cursor);
/* The next file, a view. E_NOT_FOUND behind the last; E_SYNTAX, E_SHORT, E_LIMIT. */
status rule_pack_next(struct cursor *c, struct rule_pack_file *ret_file);
/* The finished rule set of a pack, to be freed by the caller; rules that do not compile are its
 * diagnostics. E_SYNTAX, E_NOMEM, E_LIMIT. */
status rule_pack_compile(slice bytes, struct ruleset **ret_rules, struct fault *f);
/* "rules/HASH.pack". */
void rule_pack_path(const hash *bundle, char *ret_path, size_t cap);
