/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_load.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "lib/yaml.h"
#include "os/walk.h"
#include "base/banned.h"

enum {
    EXIT_INPUT = 2,
    LIST_BYTES_MAX = 64 * 1024 * 1024,
    LISTS_ARENA_BYTES_MAX = 64 * 1024 * 1024
};

struct loading {
    struct ruleset *rs;
    struct fault fault;
};

static bool ends_in(const char *name, const char *suffix)
{
    const size_t len = strlen(name), suffix_len = strlen(suffix);
    return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static bool is_yaml(const char *name)
{
    return ends_in(name, ".yml") || ends_in(name, ".yaml");
}

static status load_file(void *with, const struct walk_entry *entry)
{
    struct loading *loading = with;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (entry->dir != NULL && !is_yaml(entry->name)) return OK;
    const slice path = slice_text(entry->path);
    status s = file_load(entry->dir, entry->name, YAML_BYTES_MAX, &bytes, &len, &loading->fault);
    if (s.code == E_OK) {
        s = ruleset_add(loading->rs, path, (slice){ bytes, len });
    } else if (s.code != E_NOMEM) { /* the others are read all the same */
        s = ruleset_add_unreadable(loading->rs, path, slice_text(loading->fault.text));
    }
    free(bytes);
    if (s.code != E_OK)
        return fault_set(&loading->fault, s, "%.400s: %s", entry->path, status_text(s));
    return OK;
}

static status list_lines(struct ruleset *rs, slice name, slice text)
{
    struct cursor c = cursor_of(text);
    while (cursor_left(&c) != 0) {
        slice line = slice_none();
        if (cursor_line(&c, &line).code != E_OK) {
            TRY(cursor_bytes(&c, cursor_left(&c), &line));
        }
        if (line.len != 0 && line.at[line.len - 1] == '\r') line.len--;
        if (line.len == 0 || line.at[0] == '#') continue;
        TRY(ruleset_list(rs, name, line));
    }
    return OK;
}

static status list_values(struct loading *loading, slice name, const struct yaml_node *values)
{
    const bool list = values->type == YAML_LIST;
    for (size_t i = 0; i < (list ? values->count : 1); i++) {
        const struct yaml_node *value = list ? values->members[i].value : values;
        if (value->type == YAML_LIST || value->type == YAML_MAP) {
            return fault_set(&loading->fault, FAIL(E_VALUE), "line %u: a list holds texts",
                             value->line);
        }
        TRY(ruleset_list(loading->rs, name, value->text));
    }
    return OK;
}

static status list_yaml(struct loading *loading, slice text)
{
    struct arena arena = arena_of(LISTS_ARENA_BYTES_MAX);
    struct yaml_file file = {};
    status s = yaml_read(text, &arena, &file, &loading->fault);
    if (s.code != E_OK) {
        char place[32];
        snprintf(place, sizeof place, "line %u", file.line);
        s = fault_within(&loading->fault, s, place);
    }
    for (size_t d = 0; d < file.count && s.code == E_OK; d++) {
        const struct yaml_node *map = file.documents[d];
        if (map->type != YAML_MAP)
            s = fault_set(&loading->fault, FAIL(E_VALUE), "not a map of lists");
        for (uint32_t i = 0; i < map->count && s.code == E_OK; i++) {
            s = list_values(loading, map->members[i].key->text, map->members[i].value);
        }
    }
    arena_done(&arena);
    return s;
}

/* "NAME=FILE", or a YAML file of lists. */
static status list_load(struct loading *loading, const char *option)
{
    const char *equals = strchr(option, '=');
    const char *path = equals == NULL ? option : equals + 1;
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(file_load(NULL, path, LIST_BYTES_MAX, &bytes, &len, &loading->fault));
    const slice text = { bytes, len };
    status s = OK;
    if (equals == NULL) {
        s = list_yaml(loading, text);
    } else {
        s = list_lines(loading->rs, (slice){ (const uint8_t *)option, (size_t)(equals - option) },
                       text);
    }
    free(bytes);
    if (s.code == E_OK) return OK;
    if (loading->fault.text[0] == 0)
        return fault_set(&loading->fault, s, "%.400s: %s", path, status_text(s));
    return fault_within(&loading->fault, s, path);
}

int rules_load(const struct invocation *inv, const char *const *paths, size_t path_count,
               struct ruleset **ret_rules)
{
    struct loading loading = { .rs = ruleset_new() };
    if (loading.rs == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "out of memory");
    status s = OK;
    const char *option = NULL;
    for (size_t i = 0; s.code == E_OK && (option = invocation_nth(inv, "--list", i)) != NULL; i++) {
        s = list_load(&loading, option);
    }
    for (size_t i = 0; i < path_count && s.code == E_OK; i++) {
        s = walk_files(paths[i], load_file, &loading, &loading.fault);
    }
    if (s.code == E_OK) s = ruleset_finish(loading.rs);
    if (s.code != E_OK) {
        ruleset_free(loading.rs);
        const int exit_status = s.code == E_NOT_FOUND ? EXIT_INPUT : status_exit(s);
        return command_fail(exit_status, "%s",
                            loading.fault.text[0] == 0 ? status_text(s) : loading.fault.text);
    }
    *ret_rules = loading.rs;
    return 0;
}

void rules_print_diagnostic(void *stream, const struct diagnostic *d)
{
    fprintf(stream, "%.*s:%u:%u: %s: %.*s [%s]\n", (int)d->file.len, (const char *)d->file.at,
            d->line, d->column, d->severity == SEVERITY_ERROR ? "error" : "warning",
            (int)d->text.len, (const char *)d->text.at, d->code);
}
