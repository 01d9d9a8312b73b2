/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "lib/scan.h"

/*
 * regex: the regular expressions of Sigma's "re": the PCRE subset . ^ $ * + ? {n,m} [] | () and
 * \b \B \d \D \s \S \w \W, with (?:…), named groups, lazy quantifiers and inline (?i). Unanchored,
 * case-sensitive, matched in time linear in the value by lib/scan.
 */

/* E_SYNTAX if the expression needs what no linear-time matcher can do, or what the language leaves
 * out; *ret_code is then the diagnostic's code ("lookaround", "backreference", "regex") and the
 * fault names the construct and its position. Other mistakes are left to the compiler. O(length).
 */
status regex_check(slice expression, const char **ret_code, struct fault *fault);

/* Which scan flags an expression is compiled with: an expression that names no character outside
 * ASCII gets SCAN_BYTES, and regex_text makes each such character of a value one byte. */
uint32_t regex_scan_flags(slice expression, uint32_t flags);

/* Working memory for matching, one per thread. */
struct regex_scratch {
    struct scan_scratch *scan; /* owned */
    uint8_t *text;             /* owned: a value made ready for scanning */
    size_t text_cap;
};

/* Prepares an empty scratch; scan_scratch_fit then makes it fit each set. E_NOMEM. */
status regex_scratch_init(struct regex_scratch *scratch);
void regex_scratch_done(struct regex_scratch *scratch);
/*
 * The value as an expression of these scan flags sees it; the value itself where it is plain ASCII.
 * Bytes that are not UTF-8 read as U+FFFD. With SCAN_BYTES every character outside ASCII is the
 * byte FF, which . and negated classes match and nothing else does, except that with SCAN_CASELESS
 * U+212A is k and U+017F is s, as they fold. The value is at most EVENT_VALUE_BYTES_MAX long.
 */
slice regex_text(uint32_t flags, struct regex_scratch *scratch, slice value);
/* Whether the expression of a set is found in the value. */
bool regex_match(const struct scan_set *set, uint32_t flags, struct regex_scratch *scratch,
                 slice value);
