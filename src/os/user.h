/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/*
 * user: who somebody is to the operating system.
 */
enum { USER_NAME_MAX = 255 };

/* The effective user of this process. */
unsigned user_own(void);
/* The name of that user (getpwuid_r), or its number where it has none. */
void user_name(unsigned uid, char ret_name[USER_NAME_MAX + 1]);

enum { USER_NAMES_KNOWN = 2 };

/* The names that a process asked for before it was confined: to ask later may load a library or
 * speak to a service. All zero: nothing is known, everything is asked. */
struct user_names {
    struct {
        unsigned uid;
        char name[USER_NAME_MAX + 1];
    } at[USER_NAMES_KNOWN];
    bool is_asked;
};

/* Asks for the process's own user and for root. */
void user_names_ask(struct user_names *names);
/* As user_name; once they were asked for, names of others come from /etc/passwd alone. */
void user_names_of(const struct user_names *names, unsigned uid, char ret_name[USER_NAME_MAX + 1]);
