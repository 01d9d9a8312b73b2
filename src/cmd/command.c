/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

const struct option command_common_options[] = {
    { "--json", NULL, "print JSON for programs", false },
    { "--help", NULL, "print this text", false },
    {},
};

bool invocation_has(const struct invocation *inv, const char *name)
{
    for (size_t i = 0; i < inv->given_count; i++) {
        if (strcmp(inv->given[i].option->name, name) == 0) return true;
    }
    return false;
}

const char *invocation_nth(const struct invocation *inv, const char *name, size_t nth)
{
    for (size_t i = 0; i < inv->given_count; i++) {
        if (strcmp(inv->given[i].option->name, name) == 0 && nth-- == 0) return inv->given[i].value;
    }
    return NULL;
}

const char *invocation_value(const struct invocation *inv, const char *name, const char *fallback)
{
    const char *last = fallback;
    for (size_t i = 0; i < inv->given_count; i++) {
        if (strcmp(inv->given[i].option->name, name) == 0) last = inv->given[i].value;
    }
    return last;
}

int command_fail(int exit_status, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "candor: %s\n", text);
    return exit_status;
}

int command_unwritten(int why)
{
    return command_fail(EXIT_SYSTEM, "cannot write to standard output: %s", strerror(why));
}

/* What a command printed must have arrived, or it has not done what it was asked for. */
static int output_end(int exit_status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return exit_status;
    return exit_status != 0 ? exit_status : command_unwritten(errno != 0 ? errno : EIO);
}

static void print_options(const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", o->name, o->value == NULL ? "" : " ",
                 o->value == NULL ? "" : o->value);
        printf("  %-24s %s%s\n", left, o->help, o->repeats ? " (may be repeated)" : "");
    }
}

static void print_help(const struct command *c)
{
    printf("usage: candor %s [OPTIONS] %s\n\n%s.\n", c->name, c->arguments, c->summary);
    if (c->details != NULL) printf("\n%s\n", c->details);
    printf("\noptions:\n");
    print_options(c->options);
    print_options(command_common_options);
}

static const struct option *option_find(const struct option *options, slice name)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++) {
        if (slice_is(name, o->name)) return o;
    }
    return NULL;
}

/* Takes one argument that starts with "--"; *at moves past a value that stands on its own. */
static int take_option(struct invocation *inv, int argc, char **argv, int *at)
{
    const char *text = argv[*at];
    const char *equals = strchr(text, '=');
    const size_t len = equals == NULL ? strlen(text) : (size_t)(equals - text);
    const slice name = { (const uint8_t *)text, len };
    const struct option *o = option_find(inv->command->options, name);
    if (o == NULL) o = option_find(command_common_options, name);
    if (o == NULL) {
        return command_fail(EXIT_USAGE, "%s: unknown option %s; see: candor help %s",
                            inv->command->name, text, inv->command->name);
    }
    const char *value = equals == NULL ? NULL : equals + 1;
    if (o->value == NULL && value != NULL) {
        return command_fail(EXIT_USAGE, "%s: %s takes no value", inv->command->name, o->name);
    }
    if (o->value != NULL && value == NULL) {
        if (*at + 1 >= argc) {
            return command_fail(EXIT_USAGE, "%s: %s needs a value (%s)", inv->command->name,
                                o->name, o->value);
        }
        value = argv[++*at];
    }
    if (o->value != NULL && !o->repeats && invocation_has(inv, o->name)) {
        return command_fail(EXIT_USAGE, "%s: %s is given twice", inv->command->name, o->name);
    }
    if (inv->given_count == COUNT_OF(inv->given)) {
        return command_fail(EXIT_USAGE, "%s: too many options", inv->command->name);
    }
    inv->given[inv->given_count].option = o;
    inv->given[inv->given_count++].value = value;
    return 0;
}

static int take_arguments(struct invocation *inv, int argc, char **argv)
{
    bool options_over = false;
    for (int at = 1; at < argc; at++) {
        const bool is_option = !options_over && argv[at][0] == '-' && argv[at][1] == '-';
        if (is_option && argv[at][2] == '\0') {
            options_over = true;
        } else if (is_option) {
            const int failed = take_option(inv, argc, argv, &at);
            if (failed != 0) return failed;
        } else if (inv->argument_count == COUNT_OF(inv->arguments)) {
            return command_fail(EXIT_USAGE, "%s: too many arguments", inv->command->name);
        } else {
            inv->arguments[inv->argument_count++] = argv[at];
        }
    }
    return 0;
}

int command_run(const struct command *command, int argc, char **argv)
{
    struct invocation inv = { .command = command };
    const int failed = take_arguments(&inv, argc, argv);
    if (failed != 0) return failed;
    if (invocation_has(&inv, "--help")) {
        print_help(command);
        return output_end(0);
    }
    inv.json = invocation_has(&inv, "--json");
    const bool too_few = inv.argument_count < (size_t)command->arguments_min;
    const bool too_many =
        command->arguments_max >= 0 && inv.argument_count > (size_t)command->arguments_max;
    if (too_few || too_many) {
        return command_fail(EXIT_USAGE, "usage: candor %s [OPTIONS] %s", command->name,
                            command->arguments);
    }
    return output_end(command->run(&inv));
}
