/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/intern.h"
#include "judge/sigma/ruleset.h"
#include "lib/scan.h"
#include "lib/yaml.h"

/*
 * compile: what the loader of a rule set works with; seen by the files of this folder that load.
 *
 * Errors of a document are diagnostics; running out of memory or room is sticky in build.fatal and
 * checked where it matters, so that loaders read as a list of steps.
 */
struct ruleset_build {
    struct arena arena;   /* everything of the finished set */
    struct arena scratch; /* the YAML of the file at hand; reset for each file */
    status fatal;

    struct intern fields;      /* categorised flag byte, then the name */
    struct intern predicates;  /* predicate_key bytes */
    struct intern expressions; /* flags byte, then the expression */
    struct intern lists;       /* names of value lists */
    struct intern references;  /* ids and names of rules */

    struct rule **rules;
    const struct predicate **predicate_at;
    struct rule_field *field_at;
    struct compiled *set_at; /* per expression */
    struct value_list *list_at;
    struct rule **rule_at; /* per reference */
    struct diagnostic *diagnostics;
    hash *content; /* per file and list */
    size_t rule_cap, predicate_cap, field_cap, set_cap, list_cap, rule_at_cap, diagnostic_cap;
    size_t content_count, content_cap;
    uint8_t *key; /* KEY_BYTES_MAX for the key of a predicate */
    void *kept;   /* owned; what a restored set was read from, or NULL */
};

struct compiled {
    struct scan_set *set; /* owned; NULL if it was refused */
    slice why;            /* then */
};

struct value_list {
    slice *values;
    size_t count, cap;
};

/* The document that is being compiled. */
struct document {
    struct ruleset *rs;
    struct ruleset_build *build;
    slice file;
    const struct yaml_node *root;
    slice reference; /* id, name or title, as far as known */
    size_t error_count;
    bool is_categorised; /* the rule names a category: aliases of fields are seen */
    bool is_quiet;       /* warnings were given before */
    size_t node_count;   /* of the rule so far, against RULE_NODES_MAX */
};

/* Makes room for one more element; false (and build.fatal) if memory is out. */
bool compile_room(struct ruleset_build *b, void **at, size_t count, size_t *cap, size_t size);
/* arena_array that makes a failure sticky. */
void *compile_array(struct ruleset_build *b, size_t count, size_t size);
/* A copy in the arena of the set; the empty slice on failure. */
slice compile_copy(struct ruleset_build *b, slice text);
/* Records a fatal status if none is there yet. */
void compile_fail(struct ruleset_build *b, status s);

/* Adds a diagnostic at the place of the node (NULL: the document). An error refuses the document.
 */
__attribute__((format(printf, 5, 6))) void
document_problem(struct document *d, const struct yaml_node *at, enum severity severity,
                 const char *code, const char *format, ...);
#define document_error(d, at, code, ...) document_problem(d, at, SEVERITY_ERROR, code, __VA_ARGS__)
#define document_warning(d, at, code, ...)                                                         \
    document_problem(d, at, SEVERITY_WARNING, code, __VA_ARGS__)
/* For "%.*s": a slice cut to what a message can show. */
#define SHOW(s) (int)((s).len > 120 ? 120 : (s).len), (const char *)(s).at

/* The number of a field name as this document sees it. */
uint32_t compile_field(struct document *d, slice name);
/* The number of a predicate, new or seen before. The predicate's slices may be short-lived: what is
 * kept is copied. text.pattern must be in the arena of the set already. */
uint32_t compile_predicate(struct document *d, const struct predicate *p);
/* The compiled expression, from the cache of the set. NULL after a diagnostic at the node. */
const struct scan_set *compile_expression(struct document *d, const struct yaml_node *at,
                                          slice expression, uint32_t flags);
/* Takes an expression that was compiled before, and the set. E_DUPLICATE if it is there already. */
status compile_expression_add(struct ruleset_build *b, slice expression, uint32_t flags,
                              struct scan_set *set);
/* An expression that is there, compiled; else NULL. */
const struct scan_set *compile_expression_find(struct ruleset_build *b, slice expression,
                                               uint32_t flags);
/* Registers a rule under its id or name; nothing for an empty one. E_DUPLICATE, E_NOMEM. */
status compile_reference(struct ruleset_build *b, slice reference, struct rule *rule);
/* The values of a value list; NULL if there is none of that name. */
const struct value_list *compile_list(const struct ruleset_build *b, slice name);
