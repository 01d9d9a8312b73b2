/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"
#include "base/writer.h"

/*
 * scan: sets of regular expressions and literals searched in linear time, with Vectorscan behind
 * it.
 *
 * Expressions are PCRE without look-around, back-references, atomic groups and possessive
 * quantifiers: what a finite automaton can do. Texts and expressions are UTF-8 (HS_FLAG_UTF8): '.'
 * is one code point, and SCAN_CASELESS folds by Unicode simple folding (K matches U+212A). Classes
 * such as \d \w \s \b are ASCII (no HS_FLAG_UCP, under which Vectorscan has no \b).
 * Under SCAN_BYTES expressions are bytes too; they compile about ten times faster, because a code
 * point is then one step of the automaton. A set holds expressions of one kind or the other. A set
 * is immutable and may be shared; a scratch belongs to one thread at a time.
 */
enum scan_flags {
    SCAN_CASELESS = 1u << 0,
    SCAN_MULTILINE = 1u << 1, /* ^ and $ at every line */
    SCAN_DOTALL = 1u << 2,    /* '.' matches a newline too */
    SCAN_BYTES = 1u << 3,     /* the text is bytes: '.' is one byte, only ASCII letters fold */
};

enum { SCAN_PATTERNS_MAX = 1 << 20, SCAN_EXPRESSION_BYTES_MAX = 16 * 1024 };

struct scan_pattern {
    slice expression;
    uint32_t flags; /* enum scan_flags */
    uint32_t id;    /* what scan_run reports */
};

struct scan_set;
struct scan_scratch;

/* Compiles a set of 1 to SCAN_PATTERNS_MAX expressions. E_SYNTAX (the fault has Vectorscan's
 * reason), E_LIMIT (an expression too long, or a set too large), E_NOMEM. */
status scan_set_new(const struct scan_pattern *patterns, size_t count, struct scan_set **ret_set,
                    struct fault *fault);
void scan_set_free(struct scan_set *set);
/* The compiled set as bytes for a cache, in memory that the caller frees with free. The bytes fit
 * this processor and this Vectorscan only. E_NOMEM. */
status scan_set_save(const struct scan_set *set, slice *ret_bytes);
/* A set from scan_set_save's bytes. E_INVALID: they are from another processor or version, or no
 * set. Give it only bytes whose integrity was checked. */
status scan_set_load(slice bytes, struct scan_set **ret_set);
/* Appends what saved bytes fit: the version of Vectorscan and the processor's features it uses. */
void scan_identity(struct writer *w);
/* Bytes of memory that the set takes. */
size_t scan_set_bytes(const struct scan_set *set);

/* Working memory for one thread; scan_scratch_fit makes it large enough for a set and is called
 * once per set. NULL, E_NOMEM if memory is out. */
struct scan_scratch *scan_scratch_new(void);
void scan_scratch_free(struct scan_scratch *scratch);
status scan_scratch_fit(struct scan_scratch *scratch, const struct scan_set *set);

/* Called once for each expression found, with its id; false stops the search. */
typedef bool (*scan_found)(void *user, uint32_t id);
/* Searches a text, UTF-8 unless the set is of SCAN_BYTES (the caller has checked that). O(len). */
void scan_run(const struct scan_set *set, struct scan_scratch *scratch, slice text,
              scan_found found, void *user);
/* Whether any expression of the set is found. */
bool scan_any(const struct scan_set *set, struct scan_scratch *scratch, slice text);
