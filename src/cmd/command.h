/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/*
 * command: one row per command of candor. Parsing, --help, the manual pages and shell completion
 * all come from the same rows. A family (one file) exports a table that ends with an empty row.
 */
struct option {
    const char *name;  /* "--out" */
    const char *value; /* "PATH"; NULL for a flag */
    const char *help;  /* one line; says the unit and the default */
    bool repeats;
};

/* The options that every command has; ends with an empty row. */
extern const struct option command_common_options[];

enum { ARGUMENTS_MAX = 1024 };

struct invocation;

struct command {
    const char *name;      /* "append", or two words: "log prove" */
    const char *arguments; /* "DIR INDEX", for the usage line */
    const char *summary;   /* one line, without a full stop */
    const char *details;   /* paragraphs for --help and the manual page; an example at the end */
    const struct option *options; /* ends with an empty row; NULL for none */
    int arguments_min;
    int arguments_max;                        /* -1: any number */
    int (*run)(const struct invocation *inv); /* returns the exit status of design section 10 */
};

struct invocation {
    const struct command *command;
    const char *arguments[ARGUMENTS_MAX];
    size_t argument_count;
    struct {
        const struct option *option;
        const char *value; /* NULL for a flag */
    } given[ARGUMENTS_MAX];
    size_t given_count;
    bool json; /* --json, allowed on every command */
};

/* Whether the flag or option was given. */
bool invocation_has(const struct invocation *inv, const char *name);
/* The last value given for the option, or fallback. */
const char *invocation_value(const struct invocation *inv, const char *name, const char *fallback);
/* The nth value (from 0) of a repeated option, or NULL behind the last. */
const char *invocation_nth(const struct invocation *inv, const char *name, size_t nth);
/* Parses argv (program name first) against the command and runs it; prints help or a usage error.
 */
int command_run(const struct command *command, int argc, char **argv);
/* One clear line on stderr, "candor: …", then the exit status as given. */
__attribute__((format(printf, 2, 3))) int command_fail(int exit_status, const char *format, ...);
/* The same for a standard output that took no more, for the reason of that errno. Returns 3. */
int command_unwritten(int why);
