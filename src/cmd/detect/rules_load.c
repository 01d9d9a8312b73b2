/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_load.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "cmd/detect/rules_cache.h"
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
    struct rules_input input;
    struct rules_cache cache;
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

bool rules_is_wanted(const struct walk_entry *entry)
{
    return entry->dir == NULL || is_yaml(entry->name);
}

static status load_file(void *with, const struct walk_entry *entry)
{
    struct loading *loading = with;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (!rules_is_wanted(entry)) return OK;
    const slice path = slice_text(entry->path);
    status s = file_load(entry->dir, entry->name, YAML_BYTES_MAX, &bytes, &len, &loading->fault);
    if (s.code == E_OK) {
        rules_cache_file(&loading->cache, entry, (slice){ bytes, len });
        s = ruleset_add(loading->rs, path, (slice){ bytes, len });
    } else if (s.code != E_NOMEM) { /* the others are read all the same */
        rules_cache_give_up(&loading->cache);
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

/* The file of "NAME=FILE" or "FILE". */
static const char *list_path(const char *option)
{
    const char *equals = strchr(option, '=');
    return equals == NULL ? option : equals + 1;
}

/* "NAME=FILE", or a YAML file of lists. */
static status list_load(struct loading *loading, const struct rules_list *list)
{
    const char *equals = strchr(list->option, '=');
    const slice text = { list->bytes, list->len };
    status s = OK;
    if (equals == NULL) {
        s = list_yaml(loading, text);
    } else {
        const slice name = { (const uint8_t *)list->option, (size_t)(equals - list->option) };
        s = list_lines(loading->rs, name, text);
    }
    if (s.code == E_OK) return OK;
    const char *path = list_path(list->option);
    if (loading->fault.text[0] == 0)
        return fault_set(&loading->fault, s, "%.400s: %s", path, status_text(s));
    return fault_within(&loading->fault, s, path);
}

static status lists_read(struct loading *loading, const struct invocation *inv)
{
    const char *option = NULL;
    struct rules_input *input = &loading->input;
    input->lists = calloc(ARGUMENTS_MAX, sizeof *input->lists);
    if (input->lists == NULL) return fault_set(&loading->fault, FAIL(E_NOMEM), "out of memory");
    for (size_t i = 0; (option = invocation_nth(inv, "--list", i)) != NULL; i++) {
        struct rules_list *list = &input->lists[input->list_count];
        list->option = option;
        TRY(file_load(NULL, list_path(option), LIST_BYTES_MAX, &list->bytes, &list->len,
                      &loading->fault));
        input->list_count++;
    }
    return OK;
}

static status compile(struct loading *loading)
{
    const struct rules_input *input = &loading->input;
    loading->rs = ruleset_new();
    if (loading->rs == NULL) return fault_set(&loading->fault, FAIL(E_NOMEM), "out of memory");
    rules_cache_begin(&loading->cache);
    for (size_t i = 0; i < input->list_count; i++)
        TRY(list_load(loading, &input->lists[i]));
    for (size_t i = 0; i < input->path_count; i++)
        TRY(walk_files(input->paths[i], load_file, loading, &loading->fault));
    TRY(ruleset_finish(loading->rs));
    rules_cache_put(&loading->cache, loading->rs);
    return OK;
}

/* Opens the cache; why there is none matters only to who asked for one. */
static void open_cache(struct loading *loading, const struct invocation *inv)
{
    struct fault why = {};
    const char *folder = invocation_value(inv, "--cache", NULL);
    if (invocation_has(inv, "--no-cache")) return;
    rules_cache_open(&loading->cache, folder, &loading->input, &why);
    if (folder != NULL && loading->cache.folder.fd < 0)
        fprintf(stderr, "candor: no cache of rules: %s\n", why.text);
}

static int load(struct loading *loading, const struct invocation *inv, bool uses_cache,
                bool *ret_is_cached)
{
    status s = lists_read(loading, inv);
    if (s.code == E_OK && uses_cache) open_cache(loading, inv);
    *ret_is_cached =
        s.code == E_OK && rules_cache_take(&loading->cache, &loading->input, &loading->rs);
    if (s.code == E_OK && !*ret_is_cached) s = compile(loading);
    rules_cache_close(&loading->cache);
    for (size_t i = 0; i < loading->input.list_count; i++)
        free(loading->input.lists[i].bytes);
    free(loading->input.lists);
    if (s.code == E_OK) return 0;
    ruleset_free(loading->rs);
    const int exit_status = s.code == E_NOT_FOUND ? EXIT_INPUT : status_exit(s);
    return command_fail(exit_status, "%s",
                        loading->fault.text[0] == 0 ? status_text(s) : loading->fault.text);
}

int rules_load(const struct invocation *inv, const char *const *paths, size_t path_count,
               struct ruleset **ret_rules)
{
    struct loading loading = { .input = { .paths = paths, .path_count = path_count },
                               .cache = { .folder = { .fd = -1 } } };
    bool is_cached = false;
    const int failed = load(&loading, inv, false, &is_cached);
    if (failed == 0) *ret_rules = loading.rs;
    return failed;
}

int rules_load_cached(const struct invocation *inv, const char *const *paths, size_t path_count,
                      struct ruleset **ret_rules, bool *ret_is_cached)
{
    struct loading loading = { .input = { .paths = paths, .path_count = path_count },
                               .cache = { .folder = { .fd = -1 } } };
    const int failed = load(&loading, inv, true, ret_is_cached);
    if (failed == 0) *ret_rules = loading.rs;
    return failed;
}

void rules_print_diagnostic(void *stream, const struct diagnostic *d)
{
    fprintf(stream, "%.*s:%u:%u: %s: %.*s [%s]\n", (int)d->file.len, (const char *)d->file.at,
            d->line, d->column, d->severity == SEVERITY_ERROR ? "error" : "warning",
            (int)d->text.len, (const char *)d->text.at, d->code);
}
