/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/ruleset.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "judge/sigma/correlation.h"
#include "judge/sigma/filter.h"
#include "judge/sigma/load.h"
#include "base/banned.h"

enum {
    SCRATCH_BYTES_MAX = 256 * 1024 * 1024, /* for one file */
    KEY_BYTES_MAX = 4 * 1024 * 1024,       /* as in compile.c */
    LIST_VALUES_MAX = 1 << 20,
};

struct ruleset *ruleset_new(void)
{
    struct ruleset *rs = calloc(1, sizeof *rs);
    struct ruleset_build *b = calloc(1, sizeof *b);
    uint8_t *key = malloc(KEY_BYTES_MAX);
    if (rs == NULL || b == NULL || key == NULL) {
        free(rs);
        free(b);
        free(key);
        return NULL;
    }
    b->key = key;
    b->arena = arena_of(RULESET_BYTES_MAX);
    b->scratch = arena_of(SCRATCH_BYTES_MAX);
    b->fields = intern_of(&b->arena);
    b->predicates = intern_of(&b->arena);
    b->expressions = intern_of(&b->arena);
    b->lists = intern_of(&b->arena);
    b->references = intern_of(&b->arena);
    rs->build = b;
    return rs;
}

void ruleset_free(struct ruleset *rs)
{
    if (rs == NULL) return;
    struct ruleset_build *b = rs->build;
    for (uint32_t i = 0; i < b->expressions.count; i++)
        scan_set_free(b->set_at[i].set);
    for (uint32_t i = 0; i < b->lists.count; i++)
        free(b->list_at[i].values);
    intern_done(&b->fields);
    intern_done(&b->predicates);
    intern_done(&b->expressions);
    intern_done(&b->lists);
    intern_done(&b->references);
    free(b->rules);
    free(b->predicate_at);
    free(b->field_at);
    free(b->set_at);
    free(b->list_at);
    free(b->rule_at);
    free(b->diagnostics);
    free(b->content);
    free(b->key);
    free(b->kept);
    arena_done(&b->scratch);
    arena_done(&b->arena);
    free(b);
    free(rs);
}

static status content_add(struct ruleset_build *b, slice label, slice content)
{
    if (!compile_room(b, (void **)&b->content, b->content_count, &b->content_cap,
                      sizeof *b->content)) {
        return b->fatal;
    }
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, label);
    sha256_update(&sha, (slice){ (const uint8_t *)"", 1 });
    sha256_update(&sha, content);
    sha256_final(&sha, &b->content[b->content_count++]);
    return OK;
}

status ruleset_list(struct ruleset *rs, slice name, slice value)
{
    struct ruleset_build *b = rs->build;
    uint32_t number = 0;
    bool is_new = false;
    if (!compile_room(b, (void **)&b->list_at, b->lists.count, &b->list_cap, sizeof *b->list_at)) {
        return b->fatal;
    }
    TRY(intern_add(&b->lists, name, &number, &is_new));
    if (is_new) b->list_at[number] = (struct value_list){};
    struct value_list *list = &b->list_at[number];
    if (list->count == LIST_VALUES_MAX) return FAIL(E_LIMIT);
    if (!compile_room(b, (void **)&list->values, list->count, &list->cap, sizeof *list->values)) {
        return b->fatal;
    }
    list->values[list->count++] = compile_copy(b, value);
    TRY(content_add(b, name, value));
    return b->fatal;
}

status compile_reference(struct ruleset_build *b, slice reference, struct rule *rule)
{
    uint32_t number = 0;
    bool is_new = false;
    if (reference.len == 0) return OK;
    if (!compile_room(b, (void **)&b->rule_at, b->references.count, &b->rule_at_cap,
                      sizeof *b->rule_at)) {
        return b->fatal;
    }
    TRY(intern_add(&b->references, reference, &number, &is_new));
    if (is_new) b->rule_at[number] = rule;
    return b->rule_at[number] == rule ? OK : FAIL(E_DUPLICATE); /* id and name may be alike */
}

/* Registers the rule under its id or name. False after a diagnostic if that is taken. */
static bool reference_add(struct document *d, slice reference, struct rule *rule)
{
    struct ruleset_build *b = d->build;
    const status s = compile_reference(b, reference, rule);
    if (s.code == E_OK) return true;
    uint32_t number = 0;
    if (s.code == E_DUPLICATE && intern_find(&b->references, reference, &number)) {
        const struct rule *first = b->rule_at[number];
        document_error(d, NULL, "duplicate", "%.*s is the id or name of the rule at %.*s:%u too",
                       SHOW(reference), SHOW(first->file), first->line);
    } else {
        compile_fail(b, s);
    }
    return false;
}

static void rule_add(struct document *d, struct rule *rule)
{
    struct ruleset *rs = d->rs;
    struct ruleset_build *b = d->build;
    uint32_t taken = 0;
    /* The name first: a clash there must not leave the id registered. */
    const bool name_taken = rule->name.len != 0 && intern_find(&b->references, rule->name, &taken);
    const bool registered =
        (name_taken || reference_add(d, rule->id, rule)) && reference_add(d, rule->name, rule);
    if (!registered || rs->rule_count == RULESET_RULES_MAX ||
        !compile_room(b, (void **)&b->rules, rs->rule_count, &b->rule_cap, sizeof *b->rules)) {
        rs->refused_count++;
        return;
    }
    rule->number = (uint32_t)rs->rule_count;
    b->rules[rs->rule_count++] = rule;
    rs->rules = (const struct rule *const *)b->rules;
}

static void document_add(struct ruleset *rs, slice file, const struct yaml_node *root)
{
    struct ruleset_build *b = rs->build;
    struct document d = {
        .rs = rs, .build = b, .file = file, .root = root, .reference = slice_none()
    };
    rs->document_count++;
    struct rule *rule = document_load(&d);
    if (b->fatal.code == E_LIMIT) { /* this document's appetite, not the end of the set */
        b->fatal = OK;
        rule = NULL;
        document_error(&d, NULL, "limit", "needs too much memory");
    }
    if (rule == NULL) {
        rs->refused_count++;
        return;
    }
    rule_add(&d, rule);
}

status ruleset_add(struct ruleset *rs, slice file, slice text)
{
    struct ruleset_build *b = rs->build;
    struct yaml_file yaml = {};
    struct fault why = {};
    rs->file_count++;
    arena_reset(&b->scratch);
    file = compile_copy(b, file);
    TRY(content_add(b, slice_text("file"), text));
    const status read = yaml_read(text, &b->scratch, &yaml, &why);
    if (read.code == E_NOMEM) return read;
    for (size_t i = 0; i < yaml.count && b->fatal.code == E_OK; i++) {
        document_add(rs, file, yaml.documents[i]);
    }
    const struct yaml_node place = { .line = yaml.line, .column = yaml.column };
    struct document d = {
        .rs = rs, .build = b, .file = file, .root = &place, .reference = slice_none()
    };
    if (read.code != E_OK) {
        rs->document_count++;
        rs->refused_count++;
        document_error(&d, &place, "yaml", "%s", why.text);
    } else if (yaml.count == 0) {
        document_warning(&d, &place, "empty", "no document");
    }
    return b->fatal;
}

status ruleset_add_unreadable(struct ruleset *rs, slice file, slice why)
{
    const struct yaml_node place = { .line = 1, .column = 1 };
    struct document d = { .rs = rs,
                          .build = rs->build,
                          .file = compile_copy(rs->build, file),
                          .root = &place,
                          .reference = slice_none() };
    rs->file_count++;
    rs->document_count++;
    rs->refused_count++;
    document_error(&d, &place, "unreadable", "%.*s", SHOW(why));
    return rs->build->fatal;
}

static int hash_order(const void *a, const void *b)
{
    return slice_compare((slice){ ((const hash *)a)->bytes, SHA256_BYTES },
                         (slice){ ((const hash *)b)->bytes, SHA256_BYTES });
}

status ruleset_finish(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;
    arena_reset(&b->scratch);
    correlations_link(rs);
    filters_apply(rs);
    if (b->content_count != 0) qsort(b->content, b->content_count, sizeof *b->content, hash_order);
    struct sha256 sha;
    sha256_init(&sha);
    for (size_t i = 0; i < b->content_count; i++) {
        sha256_update(&sha, (slice){ b->content[i].bytes, SHA256_BYTES });
    }
    sha256_final(&sha, &rs->digest);
    return b->fatal;
}

void ruleset_keep(struct ruleset *rs, void *bytes)
{
    assert(rs->build->kept == NULL);
    rs->build->kept = bytes;
}

const struct rule *ruleset_find(const struct ruleset *rs, slice reference)
{
    uint32_t number = 0;
    return intern_find(&rs->build->references, reference, &number) ? rs->build->rule_at[number]
                                                                   : NULL;
}
