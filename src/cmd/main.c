/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor: finds the command by its first word or two and runs it.
 */
#include <stdio.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/families.h"
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

static void print_family(const struct family *family, const char *first_word)
{
    bool titled = false;
    for (const struct command *c = family->commands; c->name != NULL; c++) {
        const size_t len = first_word == NULL ? 0 : strlen(first_word);
        if (len != 0 && (strncmp(c->name, first_word, len) != 0 || c->name[len] != ' ')) continue;
        if (!titled) printf("\n%s\n", family->title);
        titled = true;
        printf("  %-22s %s\n", c->name, c->summary);
    }
}

static int help(int argc, char **argv)
{
    if (argc > 2) {
        int words = 0;
        const struct command *c = find(argv[2], argc > 3 ? argv[3] : NULL, &words);
        char *show[] = { argv[2], (char[]){ "--help" } };
        if (c != NULL) return command_run(c, 2, show);
    }
    printf("candor: security you can check\n\nusage: candor COMMAND [OPTIONS] …\n");
    for (size_t f = 0; families[f].commands != NULL; f++) {
        print_family(&families[f], argc > 2 ? argv[2] : NULL);
    }
    printf("\ncandor help COMMAND tells more of one command.\n");
    return 0;
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
    int words = 0;
    const struct command *c = find(argv[1], argc > 2 ? argv[2] : NULL, &words);
    if (c == NULL) {
        return command_fail(EXIT_USAGE, "unknown command %s; see: candor help", argv[1]);
    }
    return command_run(c, argc - words, argv + words);
}
