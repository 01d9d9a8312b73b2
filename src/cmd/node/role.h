/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role: the processes of a node, started as `candor -P ROLE ARGUMENT` by one another, never by
 * people.
 */
/* arguments: the role's name and what follows it. The exit status. */
int role_run(int argument_count, char **arguments);
/* Blocks SIGINT, SIGTERM and SIGPIPE: Ctrl-C and a service manager reach every process of a node;
 * each ends when the one does that it works for, which still has something to finish. */
void role_ignore_stop_signals(void);
