/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"
#include "judge/sigma/ruleset.h"
#include "os/walk.h"

/*
 * rules_load: a rule set from the files and folders of a command line, for every command that
 * judges. Of folders the files *.yml and *.yaml are read; a file given by its name always is.
 */

/* Reads the value lists of every --list option ("NAME=FILE": a value per line, empty lines
 * and lines that start with '#' left out; or "FILE.yml": a map from names to lists) and every path.
 * On failure one clear line is on stderr and the exit status is returned; 0 otherwise, and
 * *ret_rules is finished and the caller's to free. */
int rules_load(const struct invocation *inv, const char *const *paths, size_t path_count,
               struct ruleset **ret_rules);
/* The same, from the cache where it has the set, which is then told; unless --no-cache is given. */
int rules_load_cached(const struct invocation *inv, const char *const *paths, size_t path_count,
                      struct ruleset **ret_rules, bool *ret_is_cached);
/* Whether a file that was met is read: those of folders by their names. */
bool rules_is_wanted(const struct walk_entry *entry);
/* The rows that such a command adds to its options. */
#define RULES_CACHE_OPTIONS                                                                        \
    { "--cache", "DIR",                                                                            \
      "keep loaded rules there; $XDG_CACHE_HOME/candor or ~/.cache/candor by default", false },    \
    {                                                                                              \
        "--no-cache", NULL, "compile the rules, and keep nothing", false                           \
    }
/* The row of value lists. */
#define RULES_LIST_OPTION                                                                          \
    {                                                                                              \
        "--list", "NAME=FILE", "values of a value list, one a line; or a YAML file of lists", true \
    }
/* One line of a diagnostic on a stream: "file:line:column: error: text [code]". */
void rules_print_diagnostic(void *stream, const struct diagnostic *d);
