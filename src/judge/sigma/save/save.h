/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "judge/sigma/ruleset.h"

/*
 * save: a finished rule set as bytes, for a cache, and back. What comes back judges, explains and
 * tells its problems like the set that was saved: the same rules in the same order, the same
 * predicates, fields, diagnostics, counts and digest. What only loading needs is left out: values
 * of lists, and the definitions of filters, which are part of the rules they apply to.
 *
 * The bytes are for this version of candor, this processor and this Vectorscan (compiled
 * expressions are in them): lib/scan.h names the latter two. Bytes that were changed on purpose
 * cannot make the reader touch memory that is not its own, with one exception: a compiled
 * expression that was forged, checksum and all, is believed by Vectorscan. Read only what nobody
 * else could have written.
 *
 *   bytes = version | fields | expressions | predicates | rules | diagnostics | counts | digest
 */
enum { SAVE_VERSION = 1, SAVE_BYTES_MAX = 256 * 1024 * 1024 };

/* Appends the set. E_LIMIT: the writer is full. E_NOMEM. */
status ruleset_save(const struct ruleset *rs, struct writer *w);
/* The set of bytes that ruleset_save wrote, all of them: they are borrowed until the set is freed
 * (ruleset_keep hands them to it). E_SHORT, E_TRAILING, E_SYNTAX, E_VALUE, E_LIMIT, E_DUPLICATE,
 * E_UNKNOWN (another version), E_INVALID (an expression that this machine cannot use), E_NOMEM.
 * O(bytes). */
status ruleset_restore(slice bytes, struct ruleset **ret_rules);
