/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engineer who is about to leave takes user data along: a shell in a pod of the database, whole
 * tables, row after row by a script, COPY, a dump; then the API with a staff token, then exports
 * with the admin tool, whose history is cleared at last.
 *
 * Step: c is the session's start, n counts what repeats, done the lines of the session.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/cluster.h"
#include "simulate/shape/pgaudit.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { CONNECT = 1, SELECT_ALL, SCRIPT, COPY_OUT, DUMP, SCRAPE, EXPORT, CLEAR };
enum { STATEMENTS = 40, REQUESTS = 45, EXPORTS = 3 };

static void shell(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = people_pick(&w->people, w->random, ROLE_ENGINEER, MARKET_HOME, w->now);
    world_culprit(w, next.actor);
    const struct person *p = world_person(w, next.actor);
    const struct word user = word_join(p->account, "@platform.example");
    const struct word ip = word_office_ip(next.actor, p->market);
    const struct cluster_event e = { .user = user.text,
                                     .ip = ip.text,
                                     .verb = "create",
                                     .resource = "pods",
                                     .subresource = "exec",
                                     .name_space = "user-db",
                                     .name = "postgres-0",
                                     .code = 101 };
    world_label(w, "shell in a pod of the database");
    cluster_say(w, &e);
    world_after(w, &next, world_wait(w, 1, 5, MS_PER_MINUTE), CONNECT);
}

static void audit(struct world *w, const struct step *s, const char *application,
                  const struct pg_statement *statement)
{
    const struct pg_session session = { .user = world_person(w, s->actor)->account,
                                        .application = application,
                                        .host = "10.16.200.7",
                                        .number = s->c,
                                        .began_ms = (int64_t)s->c };
    if (statement == NULL) {
        pg_session_say(w, &session, 1, "connection authorized: database=platform");
    } else {
        pg_audit_say(w, &session, s->done + 1u, s->done, statement);
    }
}

static void database(struct world *w, const struct step *s)
{
    static const struct pg_statement all = { "READ", "SELECT", "public.users",
                                             "SELECT id, name, email, phone FROM users", "<none>" };
    static const struct pg_statement copy = { "READ", "COPY", "public.accounts",
                                              "COPY accounts TO STDOUT WITH CSV", "<none>" };
    static const struct pg_statement dump = { "READ", "COPY", "public.messages",
                                              "COPY public.messages (id, body) TO stdout;",
                                              "<none>" };
    struct step next = *s;
    next.done++;
    switch (s->what) {
    case CONNECT:
        next.c = (uint64_t)w->now;
        world_label(w, "connected to the database");
        audit(w, &next, "psql", NULL);
        world_after(w, &next, world_wait(w, 20, 90, 1000), SELECT_ALL);
        return;
    case SELECT_ALL:
        world_label(w, "whole table read");
        audit(w, s, "psql", &all);
        next.n = STATEMENTS;
        world_after(w, &next, world_wait(w, 20, 90, 1000), SCRIPT);
        return;
    case COPY_OUT:
        world_label(w, "table copied out");
        audit(w, s, "psql", &copy);
        world_after(w, &next, world_wait(w, 2, 9, MS_PER_MINUTE), DUMP);
        return;
    default:
        world_label(w, "database dumped");
        audit(w, s, "pg_dump", &dump);
        next.n = REQUESTS;
        world_after(w, &next, world_wait(w, 10, 30, MS_PER_MINUTE), SCRAPE);
    }
}

static void script(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct word user = word_number("", world_below(w, w->people.users), 1);
    const struct pg_statement one = { "READ", "SELECT", "public.messages",
                                      "SELECT body FROM messages WHERE sender = $1", user.text };
    world_label(w, "messages read row by row");
    audit(w, s, "psql", &one);
    next.done++;
    const bool more = --next.n > 0;
    world_after(w, &next, world_wait(w, 2, 9, 1000), more ? SCRIPT : COPY_OUT);
}

static void scrape(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct person *p = world_person(w, s->actor);
    const struct word token = word_join("staff/", p->account);
    const struct word ip = word_office_ip(s->actor, p->market);
    const struct api_request request = { .token = token.text,
                                         .token_type = "staff",
                                         .token_client = "console",
                                         .actor = p->account,
                                         .source_ip = ip.text,
                                         .country = markets[p->market].code,
                                         .method = "GET",
                                         .path = "/internal/v1/users",
                                         .user_agent = "python-requests/2.32",
                                         .subject = world_below(w, w->people.users),
                                         .status = 200 };
    world_label(w, "API scraped with the staff token");
    api_request_say(w, &request);
    const bool more = --next.n > 0;
    if (!more) next.n = EXPORTS;
    world_after(w, &next, world_wait(w, 2, 9, 1000), more ? SCRAPE : EXPORT);
}

void attack_bulk_exporter(struct world *w, const struct step *s)
{
    struct step next = *s;
    switch (s->what) {
    case 0:
        shell(w, s);
        return;
    case SCRIPT:
        script(w, s);
        return;
    case SCRAPE:
        scrape(w, s);
        return;
    case EXPORT:
        world_label(w, "data exported");
        admin_tool_say(w, s->actor, "export_data", world_below(w, w->people.users), "");
        next.n--;
        world_after(w, &next, world_wait(w, 1, 6, MS_PER_MINUTE), next.n > 0 ? EXPORT : CLEAR);
        return;
    case CLEAR:
        world_label(w, "history cleared");
        admin_tool_say(w, s->actor, "clear_history", NO_USER, "");
        return;
    default:
        database(w, s);
    }
}
