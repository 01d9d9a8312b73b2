/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * pgaudit: lines of a PostgreSQL server with log_destination = jsonlog and pgaudit.log = 'read,
 * write, ddl, misc', log_relation and log_parameter on. Shape: docs of PostgreSQL 15 (20.8.5) and
 * of pgaudit 1.7.
 */
struct pg_session {
    const char *user;
    const char *application;
    const char *host;
    uint64_t number; /* of the session */
    int64_t began_ms;
};

/* "connection authorized" or "disconnection" and the like, as line number line of the session. */
void pg_session_say(struct world *w, const struct pg_session *s, uint64_t line, const char *text);

struct pg_statement {
    const char *class;   /* READ, WRITE, DDL, MISC */
    const char *command; /* SELECT, COPY, … */
    const char *object;  /* "public.users"; "" for none */
    const char *text;
    const char *parameter; /* one value, or "<none>" */
};

/* An AUDIT line: line of the session, id the number of the statement in it. */
void pg_audit_say(struct world *w, const struct pg_session *s, uint64_t line, uint64_t id,
                  const struct pg_statement *statement);
