/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/routes_load.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "lib/yaml.h"
#include "os/file.h"
#include "base/banned.h"

enum { EXIT_INPUT = 2, ROUTES_ARENA_BYTES_MAX = 64 * 1024 * 1024 };

struct loading {
    struct arena arena;
    struct routes *routes;
    const char *path;
    struct fault fault;
};

static status fail_at(struct loading *l, const struct yaml_node *node, const char *what)
{
    return fault_set(&l->fault, FAIL(E_VALUE), "%.400s:%u: %s", l->path, node->line, what);
}

/* A scalar as NUL-terminated text; NULL for null. */
static status text_of(struct loading *l, const struct yaml_node *node, const char **ret_text)
{
    *ret_text = NULL;
    if (node->type == YAML_NULL) return OK;
    if (node->type == YAML_LIST || node->type == YAML_MAP)
        return fail_at(l, node, "a text is expected");
    const slice copy = arena_copy(&l->arena, node->text);
    if (copy.at == NULL) return FAIL(E_NOMEM);
    if (strlen((const char *)copy.at) != copy.len) return fail_at(l, node, "a NUL in a text");
    *ret_text = (const char *)copy.at;
    return OK;
}

static status take_conditions(struct loading *l, const struct yaml_node *when, struct route *row)
{
    if (when->type != YAML_MAP) return fail_at(l, when, "when: a map of fields is expected");
    if (when->count > ROUTE_CONDITIONS_MAX) return fail_at(l, when, "when: more than 4 fields");
    for (uint32_t i = 0; i < when->count; i++) {
        TRY(text_of(l, when->members[i].key, &row->when[i].field));
        TRY(text_of(l, when->members[i].value, &row->when[i].value));
        if (row->when[i].field == NULL) return fail_at(l, when, "when: a field without a name");
    }
    return OK;
}

static status take_row(struct loading *l, const struct yaml_node *node)
{
    struct route row = {};
    if (node->type != YAML_MAP) return fail_at(l, node, "a map is expected");
    for (uint32_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->members[i].key;
        const struct yaml_node *value = node->members[i].value;
        if (slice_is(key->text, "product")) {
            TRY(text_of(l, value, &row.product));
        } else if (slice_is(key->text, "service")) {
            TRY(text_of(l, value, &row.service));
        } else if (slice_is(key->text, "category")) {
            TRY(text_of(l, value, &row.category));
        } else if (slice_is(key->text, "when")) {
            TRY(take_conditions(l, value, &row));
        } else {
            return fail_at(l, key, "only product, service, category and when are known here");
        }
    }
    const status added = routes_add(l->routes, &row);
    if (added.code == E_VALUE) return fail_at(l, node, "a row needs when, and something to state");
    if (added.code == E_LIMIT) return fail_at(l, node, "too many rows");
    return added;
}

static status take_file(struct loading *l)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct yaml_file file = {};
    TRY(file_load(NULL, l->path, YAML_BYTES_MAX, &bytes, &len, &l->fault));
    struct fault why = {};
    status s = yaml_read((slice){ bytes, len }, &l->arena, &file, &why);
    if (s.code != E_OK)
        s = fault_set(&l->fault, s, "%.400s:%u:%u: %.400s", l->path, file.line, file.column,
                      why.text);
    for (size_t d = 0; d < file.count && s.code == E_OK; d++) {
        const struct yaml_node *list = file.documents[d];
        if (list->type != YAML_LIST) s = fail_at(l, list, "a list of rows is expected");
        for (uint32_t i = 0; i < list->count && s.code == E_OK; i++) {
            s = take_row(l, list->members[i].value);
        }
    }
    free(bytes);
    return s;
}

int routes_load(const char *path, struct routes **ret_routes)
{
    struct loading l = {
        .arena = arena_of(ROUTES_ARENA_BYTES_MAX),
        .routes = routes_new(),
        .path = path,
    };
    status s = l.routes == NULL ? FAIL(E_NOMEM) : OK;
    if (s.code == E_OK && path != NULL) s = take_file(&l);
    arena_done(&l.arena);
    if (s.code == E_OK) {
        *ret_routes = l.routes;
        return 0;
    }
    routes_free(l.routes);
    const bool input = s.code == E_NOT_FOUND || s.code == E_VALUE;
    return command_fail(input ? EXIT_INPUT : status_exit(s), "%s",
                        l.fault.text[0] != 0 ? l.fault.text : status_text(s));
}
