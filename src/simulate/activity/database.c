/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services read and write one row after another over sessions that stay open, one session of each
 * service a day. The backup role dumps the database every night.
 *
 * Step of the backup: n counts its tables.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/pgaudit.h"
#include "base/banned.h"

enum { TABLE = 1, TABLES = 5, BACKUP_LINES = 2 };

static const struct service {
    const char *user;
    const char *application;
    struct pg_statement statement;
} services[] = {
    { "svc_web",
      "web",
      { "READ", "SELECT", "public.users", "SELECT id, name, state FROM users WHERE id = $1", "" } },
    { "svc_web",
      "web",
      { "READ", "SELECT", "public.profiles",
        "SELECT about, picture FROM profiles WHERE user_id = $1", "" } },
    { "svc_mail",
      "mail",
      { "READ", "SELECT", "public.messages",
        "SELECT id, sent, body FROM messages WHERE receiver = $1 ORDER BY sent DESC LIMIT 50",
        "" } },
    { "svc_mail",
      "mail",
      { "WRITE", "INSERT", "public.messages",
        "INSERT INTO messages (sender, receiver, body) VALUES ($1, $2, $3)", "" } },
    { "svc_feed",
      "feed",
      { "READ", "SELECT", "public.feed_items",
        "SELECT item FROM feed_items WHERE user_id = $1 ORDER BY rank LIMIT 40", "" } },
    { "svc_push",
      "push",
      { "READ", "SELECT", "public.devices", "SELECT token FROM devices WHERE user_id = $1", "" } },
};
static_assert(COUNT_OF(services) <= SESSIONS_MAX, "a session each");

void activity_database_service(struct world *w, const struct step *s)
{
    const uint32_t which = world_below(w, COUNT_OF(services));
    const struct service *service = &services[which];
    const int64_t day_ms = s->at - s->at % MS_PER_DAY;
    const struct word host = word_office_ip(which, MARKET_HOME);
    const struct pg_session session = { .user = service->user,
                                        .application = service->application,
                                        .host = host.text,
                                        .number = (uint64_t)day_ms + which,
                                        .began_ms = day_ms + which * 10 };
    struct pg_statement statement = service->statement;
    const struct word user = word_number("", s->subject, 1);
    statement.parameter = user.text;
    const uint64_t line = ++w->session_lines[which];
    pg_audit_say(w, &session, line, line, &statement);
}

static void record_backup(struct world *w)
{
    const uint64_t number = world_number(w, COUNT_THING);
    struct json_writer *j =
        fact_begin(w, "backup", SOURCE_OPERATIONS, word_number("BKP-", number, 6).text);
    if (j == NULL) return;
    json_member_text(j, "asset", "db-primary");
    json_member_text(j, "state", "verified");
    json_member_u64(j, "bytes", (uint64_t)w->people.users * 9200 + world_below(w, 1000000));
    json_member_text(j, "kept_until",
                     word_time(w->now + 35 * (int64_t)MS_PER_DAY, TIME_UTC, 0).text);
    json_member_bool(j, "encrypted", true);
    json_member_text(j, "location", "eu-central-1");
    record_end(w);
}

void activity_database_backup(struct world *w, const struct step *s)
{
    static const char *const tables[TABLES] = { "public.users", "public.accounts",
                                                "public.profiles", "public.messages",
                                                "public.devices" };
    static const char *const statements[TABLES] = {
        "COPY public.users (id, name, state) TO stdout;",
        "COPY public.accounts (id, email, phone) TO stdout;",
        "COPY public.profiles (user_id, about) TO stdout;",
        "COPY public.messages (id, sender, receiver, body) TO stdout;",
        "COPY public.devices (user_id, token) TO stdout;",
    };
    struct step next = *s;
    if (s->what == 0) next.a = (uint64_t)s->at;
    const struct pg_session session = { .user = "backup",
                                        .application = "pg_dump",
                                        .host = "10.16.200.9",
                                        .number = next.a,
                                        .began_ms = (int64_t)next.a };
    const struct pg_statement statement = { "READ", "COPY", tables[s->n], statements[s->n],
                                            "<none>" };
    if (s->what == 0) pg_session_say(w, &session, 1, "connection authorized: user=backup");
    pg_audit_say(w, &session, BACKUP_LINES + s->n, s->n + 1u, &statement);
    if (++next.n < TABLES) {
        world_after(w, &next, world_wait(w, 1, 4, MS_PER_MINUTE), TABLE);
        return;
    }
    pg_session_say(w, &session, BACKUP_LINES + TABLES, "disconnection: user=backup");
    record_backup(w);
}
