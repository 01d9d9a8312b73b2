/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor: finds the command by its first word or two and runs it.
 */
#include <stdio.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/families.h"
#include "cmd/manual.h"
#include "cmd/node/role.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

static const struct command *find(const char *first, const char *second, int *ret_words)
{
    char both[64];
    snprintf(both, sizeof both, "%s %s", first, second == NULL ? "" : second);
    for (size_t f = 0; families[f].commands != NULL; f++) {
        for (const struct command *c = families[f].commands; c->name != NULL; c++) {
            *ret_words = strcmp(c->name, both) == 0 ? 2 : 1;
            if (*ret_words == 2 || strcmp(c->name, first) == 0) return c;
        }
    }
    return NULL;
}

/* The commands of one family, all or those whose first word this is. Returns their number. */
static size_t print_family(const struct family *family, const char *first_word)
{
    size_t count = 0;
    for (const struct command *c = family->commands; c->name != NULL; c++) {
        const size_t len = first_word == NULL ? 0 : strlen(first_word);
        if (len != 0 && (strncmp(c->name, first_word, len) != 0 || c->name[len] != ' ')) continue;
        if (count++ == 0) printf("\n%s\n", family->title);
        printf("  %-22s %s\n", c->name, c->summary);
    }
    return count;
}

static int unknown(const char *name)
{
    const size_t len = strlen(name);
    for (size_t f = 0; families[f].commands != NULL; f++) {
        for (const struct command *c = families[f].commands; c->name != NULL; c++) {
            if (strncmp(c->name, name, len) != 0 || c->name[len] != ' ') continue;
            return command_fail(EXIT_USAGE, "%s needs a second word; see: candor help %s", name,
                                name);
        }
    }
    return command_fail(EXIT_USAGE, "unknown command %s; see: candor help", name);
}

static int print_commands(const char *first_word)
{
    size_t count = 0;
    printf("candor: security you can check\n\nusage: candor COMMAND [OPTIONS] …\n");
    for (size_t f = 0; families[f].commands != NULL; f++) {
        count += print_family(&families[f], first_word);
    }
    if (count == 0 && first_word != NULL) return unknown(first_word);
    printf("\ncandor help COMMAND tells more of one command.\n");
    return 0;
}

/* What the build asks for: manual pages and completion. false if it is none of that. */
static bool print_manual(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[2] : "";
    int words = 0;
    if (strcmp(what, "--names") == 0) {
        manual_names();
    } else if (strcmp(what, "--completion") == 0) {
        manual_completion();
    } else if (strcmp(what, "--man") == 0) {
        manual_page(argc > 3 ? find(argv[3], argc > 4 ? argv[4] : NULL, &words) : NULL);
    } else {
        return false;
    }
    return true;
}

static int help(int argc, char **argv)
{
    if (print_manual(argc, argv)) return 0;
    if (argc < 3) return print_commands(NULL);
    int words = 0;
    const struct command *c = find(argv[2], argc > 3 ? argv[3] : NULL, &words);
    char *show[] = { argv[2], (char[]){ "--help" } };
    return c != NULL ? command_run(c, 2, show) : print_commands(argv[2]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(argc, argv);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) return help(argc, argv);
    if (strcmp(argv[1], "--version") == 0) {
        printf("candor %s\n", CANDOR_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "-P") == 0) return role_run(argc - 2, argv + 2);
    int words = 0;
    const struct command *c = find(argv[1], argc > 2 ? argv[2] : NULL, &words);
    if (c == NULL) return unknown(argv[1]);
    return command_run(c, argc - words, argv + words);
}
