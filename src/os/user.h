/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/*
 * user: who somebody is to the operating system.
 */
enum { USER_NAME_MAX = 255 };

/* The effective user of this process. */
unsigned user_own(void);
/* The name of that user (getpwuid_r), or its number where it has none. */
void user_name(unsigned uid, char ret_name[USER_NAME_MAX + 1]);
