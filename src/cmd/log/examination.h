/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>

/*
 * examination: what candor doctor looks at, a line for each thing.
 */
struct node;

enum verdict { FINE, WARNING, FAULT };

struct examination {
    const char *dir;
    bool json;
    unsigned warnings;
    unsigned faults;
};

/* Prints the line of one thing and counts it. */
__attribute__((format(printf, 4, 5))) void examination_tell(struct examination *e,
                                                            enum verdict verdict, const char *what,
                                                            const char *format, ...);
struct view;
/* Whether what was published is still what the log gives, and where it was published. */
void examine_reports(struct examination *e, struct view *v);
/* The policy of the node, its witnesses, and what they cosigned. */
void examine_witnesses(struct examination *e, const struct node *n);
