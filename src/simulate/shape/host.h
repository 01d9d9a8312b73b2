/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * host: events of servers: records of the Linux audit system with their fields taken apart, as
 * shippers send them, and entries of the journal.
 */
enum { HOST_ARGUMENTS_MAX = 5 };

/* "web-03", the nth host. */
struct word host_name(uint64_t n);

/* A record of type EXECVE: the arguments up to the first NULL. */
void host_execve(struct world *w, const char *host, const char *account,
                 const char *const arguments[HOST_ARGUMENTS_MAX]);
/* A record of type SYSCALL under an audit key. */
void host_syscall(struct world *w, const char *host, const char *account, const char *exe,
                  const char *key);
/* A record of another type with one or two fields of its own (NULL: none). */
void host_audit(struct world *w, const char *host, const char *account, const char *type,
                const char *const fields[4]);
/* An entry of the journal. */
void host_journal(struct world *w, const char *host, const char *unit, const char *identifier,
                  const char *message);
