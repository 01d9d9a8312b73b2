/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role: the processes of a node, started as `candor -P ROLE ARGUMENT` by one another, never by
 * people.
 */
/* arguments: the role's name and what follows it. The exit status. */
int role_run(int argument_count, char **arguments);
