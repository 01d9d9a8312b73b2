/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "judge/sigma/predicate.h"
#include "judge/sigma/rule.h"

/*
 * ruleset: all Sigma documents that were loaded together, and everything they share.
 *
 * Use: ruleset_new, ruleset_list for each value of a list, ruleset_add for each file,
 * ruleset_finish once. From then on it is read-only and may be shared by threads.
 * A document with an error is refused as a whole and counted; its diagnostics say why. Warnings
 * refuse nothing. Nothing is skipped without a diagnostic.
 */
enum {
    RULESET_BYTES_MAX = 1024 * 1024 * 1024,
    RULESET_RULES_MAX = 1 << 20,
    DIAGNOSTICS_MAX = 65536, /* more are counted, not kept */
};

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct diagnostic {
    uint8_t severity; /* enum severity */
    const char *code; /* stable short name, such as "needs-list", "lookaround", "yaml" */
    slice file;
    uint32_t line, column; /* from 1; column 0: the line as a whole */
    slice rule;            /* its reference, empty where it is not known yet */
    slice text;
};

struct ruleset_build;

struct ruleset {
    const struct rule *const *rules; /* those that compiled, in the order of loading */
    size_t rule_count;
    const struct predicate *const *predicates;
    size_t predicate_count;
    const struct rule_field *fields;
    size_t field_count;
    const struct diagnostic *diagnostics; /* in the order of files and lines */
    size_t diagnostic_count;
    size_t error_count, warning_count;                /* of diagnostics, those not kept included */
    size_t file_count, document_count, refused_count; /* documents refused, unreadable files too */
    hash digest; /* of every file's name-independent content and every list, order-independent */
    struct ruleset_build *build;
};

/* An empty set; NULL if memory is out. */
struct ruleset *ruleset_new(void);
void ruleset_free(struct ruleset *rs);
/* Adds a value to the value list of that name. E_NOMEM, E_LIMIT. */
status ruleset_list(struct ruleset *rs, slice name, slice value);
/* Loads one file of YAML documents; file is how messages call it. Problems of the text become
 * diagnostics; only E_NOMEM and E_LIMIT (the set as a whole is too large) are returned. */
status ruleset_add(struct ruleset *rs, slice file, slice text);
/* Counts a file that could not be read, with the reason as its diagnostic. E_NOMEM. */
status ruleset_add_unreadable(struct ruleset *rs, slice file, slice why);
/* Resolves references, applies filters, compiles expressions. E_NOMEM, E_LIMIT. */
status ruleset_finish(struct ruleset *rs);
/* Memory, or NULL, that is freed with the set. At most once. */
void ruleset_keep(struct ruleset *rs, void *bytes);
/* The rule of that id or name, else NULL. */
const struct rule *ruleset_find(const struct ruleset *rs, slice reference);
