/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/manual.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/text.h"
#include "cmd/families.h"
#include "base/banned.h"

/* One line of text as man(7) source: no character of it can be taken for a request. */
static void put_line(slice line)
{
    if (line.len > 0 && (line.at[0] == '.' || line.at[0] == '\'')) fputs("\\&", stdout);
    for (size_t i = 0; i < line.len; i++) {
        const char c = (char)line.at[i];
        if (c == '\\') {
            fputs("\\e", stdout);
        } else if (c == '-') {
            fputs("\\-", stdout);
        } else {
            putchar(c);
        }
    }
    putchar('\n');
}

static void put_text(const char *text)
{
    put_line(slice_text(text));
}

static slice line_at(slice rest)
{
    const uint8_t *end = rest.len == 0 ? NULL : memchr(rest.at, '\n', rest.len);
    return (slice){ rest.at, end == NULL ? rest.len : (size_t)(end - rest.at) };
}

/* Paragraphs, and indented lines as they are. */
static void put_details(slice rest)
{
    bool as_it_is = false;
    while (rest.len > 0) {
        const slice line = line_at(rest);
        rest = slice_from(rest, line.len + (line.len < rest.len ? 1 : 0));
        const bool indented = line.len > 0 && line.at[0] == ' ';
        if (indented != as_it_is && line.len > 0) {
            puts(indented ? ".PP\n.nf" : ".fi");
            as_it_is = indented;
        }
        if (line.len == 0) {
            puts(as_it_is ? "" : ".PP");
        } else {
            put_line(line);
        }
    }
    if (as_it_is) puts(".fi");
}

static void put_options(const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++) {
        puts(".TP");
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", o->name, o->value == NULL ? "" : " ",
                 o->value == NULL ? "" : o->value);
        fputs(".B ", stdout);
        put_text(name);
        put_text(o->help);
        if (o->repeats) puts("(may be repeated)");
    }
}

static void put_exit_statuses(void)
{
    puts(".SH EXIT STATUS\n.TP\n.B 0\nDone, with findings or without.\n"
         ".TP\n.B 1\nThe answer is no: a proof fails, a check finds errors.\n"
         ".TP\n.B 2\nBad usage or input.\n"
         ".TP\n.B 3\nThe system failed: disk, memory or network.");
}

/* "log prove" as the name of its page, candor-log-prove. */
static void put_page_name(const char *name)
{
    fputs("candor\\-", stdout);
    for (; *name != '\0'; name++) {
        fputs(*name == ' ' || *name == '-' ? "\\-" : (char[]){ *name, '\0' }, stdout);
    }
}

static void put_title(const char *name)
{
    fputs(".TH CANDOR", stdout);
    if (name != NULL) putchar('-');
    for (; name != NULL && *name != '\0'; name++) {
        const uint8_t c = (uint8_t)*name;
        putchar(c == ' ' ? '-' : c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    printf(" 1 \"\" \"candor %s\" \"candor manual\"\n.SH NAME\n", CANDOR_VERSION);
}

static void put_program_page(void)
{
    put_title(NULL);
    puts(
        "candor \\- security you can check\n.SH SYNOPSIS\n.B candor\n.I COMMAND\n[OPTIONS] \\&...\n"
        ".SH DESCRIPTION\ncandor watches who touches the data of an organisation and why, records "
        "what it sees\nand decides in a log that nobody can rewrite, and turns that log into "
        "evidence that an\noutsider can check offline. Each command has a page of its own.");
    for (const struct family *f = families; f->commands != NULL; f++) {
        printf(".SH ");
        put_text(f->title);
        for (const struct command *c = f->commands; c->name != NULL; c++) {
            fputs(".TP\n.BR ", stdout);
            put_page_name(c->name);
            puts(" (1)");
            put_text(c->summary);
        }
    }
    put_exit_statuses();
    puts(".SH SEE ALSO\n.BR candor\\-verify (1)");
}

void manual_page(const struct command *command)
{
    if (command == NULL) {
        put_program_page();
        return;
    }
    put_title(command->name);
    put_page_name(command->name);
    fputs(" \\- ", stdout);
    put_text(command->summary);
    fputs(".SH SYNOPSIS\n.B candor ", stdout);
    put_text(command->name);
    fputs("[OPTIONS] ", stdout);
    put_text(command->arguments);
    if (command->details != NULL) {
        puts(".SH DESCRIPTION");
        put_details(slice_text(command->details));
    }
    puts(".SH OPTIONS");
    put_options(command->options);
    put_options(command_common_options);
    put_exit_statuses();
    puts(".SH SEE ALSO\n.BR candor (1)");
}

void manual_names(void)
{
    for (const struct family *f = families; f->commands != NULL; f++) {
        for (const struct command *c = f->commands; c->name != NULL; c++)
            puts(c->name);
    }
}

static void put_option_names(const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++)
        printf(" %s", o->name);
}

/* The words that may follow on first word and options for each command, then the function itself.
 */
void manual_completion(void)
{
    puts("# bash completion of candor, written from its tables of commands\n_candor_words()\n{\n"
         "    case $1 in");
    for (const struct family *f = families; f->commands != NULL; f++) {
        for (const struct command *c = f->commands; c->name != NULL; c++) {
            printf("    '%s') echo", c->name);
            put_option_names(c->options);
            put_option_names(command_common_options);
            puts(" ;;");
        }
    }
    puts("    esac\n}\n_candor()\n{\n    local at=${COMP_WORDS[COMP_CWORD]} all='");
    manual_names();
    puts(
        "help'\n"
        "    local first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} options\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ] || [ \"$first $COMP_CWORD\" = 'help 2' ]; then\n"
        "        COMPREPLY=($(compgen -W \"$(cut -d' ' -f1 <<<\"$all\" | sort -u)\" -- \"$at\"))\n"
        "        return\n"
        "    fi\n"
        "    if [[ $COMP_CWORD -eq 2 && $at != -* ]] && grep -q \"^$first \" <<<\"$all\"; then\n"
        "        COMPREPLY=($(compgen -W \"$(sed -n \"s/^$first //p\" <<<\"$all\")\" -- \"$at\"))\n"
        "        return\n"
        "    fi\n"
        "    options=$(_candor_words \"$first $second\")\n"
        "    [ -n \"$options\" ] || options=$(_candor_words \"$first\")\n"
        "    if [[ $at == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$options\" -- \"$at\"))\n"
        "    else\n"
        "        COMPREPLY=($(compgen -f -- \"$at\"))\n"
        "    fi\n"
        "}\n"
        "complete -o filenames -F _candor candor");
}
