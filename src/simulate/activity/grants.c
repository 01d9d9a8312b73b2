/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An analyst who needs to look into the database asks for a grant, somebody of privacy approves it,
 * and the analyst runs a few statements for a few accounts each under it. Whoever is on call takes
 * emergency access now and then, always for an incident; somebody else reviews it.
 *
 * Step: actor holds the grant, a is its number, b the ticket or incident, c the end of the grant, d
 * the start of the session; n counts statements; subject is the approver.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/grant.h"
#include "simulate/shape/pgaudit.h"
#include "simulate/shape/platform.h"
#include "simulate/shape/ticket.h"
#include "base/banned.h"

enum { APPROVE = 1, USE = 2, QUERY = 3, EXPIRE = 4, REVIEW = 5 };
enum { GRANT_HOURS = 8, BREAK_GLASS_HOURS = 2, QUERIES_MAX = 7 };

static struct grant grant_of(const struct step *s, const char *action, const char *stage,
                             const struct word *ticket)
{
    return (struct grant){ .number = s->a,
                           .action = action,
                           .stage = stage,
                           .reason = "look into a fault that users reported",
                           .ticket = ticket->text,
                           .class = "account",
                           .store = "postgresql",
                           .actor = s->actor,
                           .holder = s->actor,
                           .approver = s->what >= USE ? s->subject : PERSON_NONE,
                           .ends_ms = (int64_t)s->c };
}

static struct pg_session session_of(const struct world *w, const struct step *s,
                                    const struct word *host, const struct word *application)
{
    return (struct pg_session){ .user = world_person(w, s->actor)->account,
                                .application = application->text,
                                .host = host->text,
                                .number = s->d ^ s->a << 32,
                                .began_ms = (int64_t)s->d };
}

static void ask(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = world_number(w, COUNT_GRANT);
    next.b = world_number(w, COUNT_TICKET);
    next.c = (uint64_t)w->now + GRANT_HOURS * (uint64_t)MS_PER_HOUR;
    const struct ticket ticket = { .number = next.b,
                                   .state = "open",
                                   .topic = "look into a fault",
                                   .purpose = "service_operation",
                                   .subject = NO_USER,
                                   .assignee = s->actor };
    ticket_say(w, &ticket);
    const struct word name = word_number("TCK-", next.b, 6);
    const struct grant grant = grant_of(&next, "request", "requested", &name);
    grant_say(w, &grant);
    world_after(w, &next, world_wait(w, 5, 50, MS_PER_MINUTE), APPROVE);
}

static void approve(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct word name = word_number("TCK-", s->b, 6);
    next.subject = people_pick_other(&w->people, w->random, s->actor, ROLE_PRIVACY, w->now);
    next.c = (uint64_t)w->now + GRANT_HOURS * (uint64_t)MS_PER_HOUR; /* from the approval on */
    struct grant grant = grant_of(&next, "approve", "approved", &name);
    grant.actor = next.subject;
    grant.approver = next.subject;
    grant_say(w, &grant);
    world_after(w, &next, world_wait(w, 2, 30, MS_PER_MINUTE), USE);
}

static void use(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct word name = word_number("TCK-", s->b, 6);
    const struct grant grant = grant_of(s, "use", "active", &name);
    grant_say(w, &grant);
    next.d = (uint64_t)w->now;
    next.n = (uint8_t)stream_between(w->random, 2, QUERIES_MAX);
    const struct person *p = world_person(w, s->actor);
    const struct word host = word_office_ip(s->actor, p->market);
    const struct word application = word_join("psql grant=", grant_name(s->a).text);
    const struct pg_session session = session_of(w, &next, &host, &application);
    pg_session_say(w, &session, 1, "connection authorized: database=platform");
    world_after(w, &next, world_wait(w, 20, 200, 1000), QUERY);
}

static void record_query(struct world *w, const struct step *s, uint32_t user, const char *object)
{
    const struct person *p = world_person(w, s->actor);
    const struct word grant = grant_name(s->a), ticket = word_number("TCK-", s->b, 6);
    const struct access access = { .actor = p->account,
                                   .actor_kind = "human",
                                   .country = markets[p->market].code,
                                   .store = "postgresql",
                                   .object = object,
                                   .class = "account",
                                   .action = "read",
                                   .purpose = "service_operation",
                                   .ticket = ticket.text,
                                   .grant = grant.text,
                                   .market = markets[user_market(user)].code,
                                   .subject = user,
                                   .rows = 1 };
    access_record(w, SOURCE_DATABASE, &access);
}

static void query(struct world *w, const struct step *s)
{
    static const struct pg_statement statements[] = {
        { "READ", "SELECT", "public.accounts", "SELECT id, state FROM accounts WHERE id = $1", "" },
        { "READ", "SELECT", "public.devices",
          "SELECT seen, version FROM devices WHERE user_id = $1 LIMIT 20", "" },
        { "READ", "SELECT", "public.profiles",
          "SELECT language, created FROM profiles WHERE user_id = $1", "" },
    };
    struct step next = *s;
    const struct person *p = world_person(w, s->actor);
    const struct word host = word_office_ip(s->actor, p->market);
    const struct word application = word_join("psql grant=", grant_name(s->a).text);
    const struct pg_session session = session_of(w, s, &host, &application);
    const uint32_t user = user_pick(&w->people, w->random, p->market);
    const struct word number = word_number("", user, 1);
    struct pg_statement statement = stream_pick(w->random, statements);
    statement.parameter = number.text;
    pg_audit_say(w, &session, 2 + s->done, 1 + s->done, &statement);
    record_query(w, s, user, statement.object);
    next.done++;
    if (--next.n > 0) {
        world_after(w, &next, world_wait(w, 1, 9, MS_PER_MINUTE), QUERY);
        return;
    }
    pg_session_say(w, &session, 3 + s->done, "disconnection: database=platform");
    world_after(w, &next, (int64_t)s->c - w->now, EXPIRE);
}

static void expire(struct world *w, const struct step *s)
{
    const struct word name = word_number("TCK-", s->b, 6);
    const struct grant grant = grant_of(s, "expire", "expired", &name);
    grant_say(w, &grant);
    const struct ticket ticket = { .number = s->b,
                                   .state = "closed",
                                   .topic = "look into a fault",
                                   .purpose = "service_operation",
                                   .subject = NO_USER,
                                   .assignee = s->actor };
    ticket_say(w, &ticket);
}

void activity_grants(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        ask(w, s);
        return;
    case APPROVE:
        approve(w, s);
        return;
    case USE:
        use(w, s);
        return;
    case QUERY:
        query(w, s);
        return;
    default:
        expire(w, s);
    }
}

void activity_break_glass(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == 0) {
        next.a = world_number(w, COUNT_GRANT);
        next.b = world_number(w, COUNT_THING);
        next.c = (uint64_t)w->now + BREAK_GLASS_HOURS * (uint64_t)MS_PER_HOUR;
        next.actor = people_on_call(&w->people, ROLE_OPERATIONS, w->now);
    }
    const struct word incident = word_number("INC-", next.b, 5);
    struct grant grant = { .number = next.a,
                           .action = "break_glass",
                           .stage = "active",
                           .reason = "the service does not answer",
                           .incident = incident.text,
                           .class = "account",
                           .store = "postgresql",
                           .actor = next.actor,
                           .holder = next.actor,
                           .approver = PERSON_NONE,
                           .ends_ms = (int64_t)next.c,
                           .break_glass = true };
    if (s->what == 0) {
        grant_say(w, &grant);
        const int64_t review = calendar_next_work(s->market, w->now + 4 * (int64_t)MS_PER_HOUR);
        world_after(w, &next, review - w->now, REVIEW);
        return;
    }
    grant.action = "review";
    grant.stage = "reviewed";
    grant.actor = people_pick_other(&w->people, w->random, s->actor, ROLE_SECURITY, w->now);
    grant.approver = grant.actor;
    grant_say(w, &grant);
}
