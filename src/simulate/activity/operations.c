/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps an organisation in order and is known from facts, not from events: scans and what they
 * find, restore tests, reviews of rights, rotated keys, outages, incidents and their cost, requests
 * of data subjects, retention. What has steps goes on days later; some of it is late, as in life.
 *
 * Step: a is the number of the thing, b what it is about.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/host.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { VULNERABILITY_FIXED = 100, REQUEST_ERASED, REQUEST_ANSWERED, OUTAGE_ENDED, INCIDENT_CLOSED };
enum { DAYS_30 = 30, DAYS_90 = 90, LATE_ONE_IN = 12 };

/* Opens a fact of a thing with its number, system and state; NULL if no records are asked for. */
static struct json_writer *begin(struct world *w, const char *type, const char *letters,
                                 uint64_t number, const char *state)
{
    struct json_writer *j =
        fact_begin(w, type, SOURCE_OPERATIONS, word_number(letters, number, 6).text);
    if (j != NULL && state != NULL) json_member_text(j, "state", state);
    return j;
}

static void member_days(struct world *w, struct json_writer *j, const char *key, uint32_t days)
{
    json_member_text(j, key, word_time(w->now + days * (int64_t)MS_PER_DAY, TIME_SECOND, 0).text);
}

static const char *somebody(struct world *w, uint8_t role)
{
    return world_person(w, people_pick(&w->people, w->random, role, MARKET_ANY, w->now))->account;
}

static void scan(struct world *w, const struct step *s)
{
    static const char *const severities[] = { "low", "medium", "medium", "high", "critical" };
    struct step next = *s;
    const uint32_t severity = world_below(w, COUNT_OF(severities));
    const struct word host = host_name(world_below(w, registry_hosts(w)));
    const char *owner = somebody(w, ROLE_OPERATIONS);
    next.a = world_number(w, COUNT_THING);
    next.b = severity;
    struct json_writer *j = begin(w, "scan", "SCN-", next.a, "done");
    if (j != NULL) {
        json_member_text(j, "asset", host.text);
        json_member_u64(j, "findings", 1);
        json_member_text(j, "scanner", "scanner/2");
        json_member_bool(j, "authenticated", true);
        record_end(w);
        j = begin(w, "vulnerability", "VUL-", next.a, "open");
        json_member_text(j, "asset", host.text);
        json_member_text(j, "owner", owner);
        json_member_text(j, "scan", word_number("SCN-", next.a, 6).text);
        json_member_text(j, "severity", severities[severity]);
        json_member_u64(j, "score", 30 + severity * 15);
        member_days(w, j, "due", severity >= 3 ? DAYS_30 : DAYS_90);
        record_end(w);
    }
    const bool late = stream_one_in(w->random, LATE_ONE_IN);
    world_after(w, &next, world_wait(w, late ? 31 : 2, late ? 45 : 25, MS_PER_DAY),
                VULNERABILITY_FIXED);
}

static void fix(struct world *w, const struct step *s)
{
    struct json_writer *j = begin(w, "vulnerability", "VUL-", s->a, "fixed");
    if (j == NULL) return;
    json_member_text(j, "asset", "host");
    record_end(w);
}

static void restore_test(struct world *w, const struct step *s)
{
    const uint32_t minutes = stream_between(w->random, 18, 90);
    struct json_writer *j =
        begin(w, "restore_test", "RST-", world_number(w, COUNT_THING), "passed");
    if (j == NULL) return;
    json_member_text(j, "asset", s->b % 2 == 0 ? "db-primary" : "media-store");
    json_member_u64(j, "minutes", minutes);
    json_member_bool(j, "identical", true);
    record_end(w);
}

static void access_review(struct world *w, const struct step *s)
{
    const struct person *p =
        world_person(w, people_pick(&w->people, w->random, ROLE_SUPPORT, s->market, w->now));
    struct json_writer *j = begin(w, "access_review", "REV-", world_number(w, COUNT_THING), "keep");
    if (j == NULL) return;
    json_member_text(j, "account", p->account);
    json_member_text(j, "reviewer", world_person(w, p->manager)->account);
    json_member_text(j, "system", "admin-tool");
    json_member_text(j, "privilege", word_number("PRV-", p->employment, 6).text);
    record_end(w);
}

static void rotate_key(struct world *w, const struct step *s)
{
    static const char *const keys[] = { "key-web-tls", "key-mail-dkim", "key-tokens", "key-media" };
    const char *owner = somebody(w, ROLE_SECURITY);
    struct json_writer *j = fact_begin(w, "key", SOURCE_OPERATIONS, keys[s->b % COUNT_OF(keys)]);
    if (j == NULL) return;
    json_member_text(j, "owner", owner);
    json_member_text(j, "state", "rotated");
    member_days(w, j, "expires", DAYS_90);
    json_member_text(j, "key_type", "certificate");
    json_member_text(j, "algorithm", "ecdsa-p256");
    record_end(w);
}

static void outage(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = world_number(w, COUNT_THING);
    next.b = stream_between(w->random, 50, 5000);
    struct json_writer *j = begin(w, "outage", "OUT-", next.a, "began");
    if (j != NULL) {
        json_member_text(j, "service", "feed");
        json_member_u64(j, "users", next.b);
        record_end(w);
        j = record_begin(w, "incident", SOURCES);
        json_member_text(j, "stage", "opened");
        json_member_text(j, "class", "availability");
        json_member_text(j, "incident", word_number("INC-", next.a, 5).text);
        json_member_text(j, "title", "the feed does not load");
        json_member_text(j, "severity", "medium");
        json_member_text(j, "actor", world_person(w, s->actor)->account);
        record_end(w);
    }
    world_after(w, &next, world_wait(w, 6, 170, MS_PER_MINUTE), OUTAGE_ENDED);
}

static void end_outage(struct world *w, const struct step *s)
{
    struct json_writer *j = begin(w, "outage", "OUT-", s->a, "ended");
    if (j != NULL) {
        json_member_text(j, "service", "feed");
        record_end(w);
    }
    world_after(w, s, world_wait(w, 4, 30, MS_PER_HOUR), INCIDENT_CLOSED);
}

static void close_incident(struct world *w, const struct step *s)
{
    struct json_writer *j = record_begin(w, "incident", SOURCES);
    if (j == NULL) return;
    const struct word incident = word_number("INC-", s->a, 5);
    json_member_text(j, "stage", "closed");
    json_member_text(j, "class", "availability");
    json_member_text(j, "incident", incident.text);
    json_member_text(j, "actor", world_person(w, s->actor)->account);
    json_member_u64(j, "persons", s->b);
    record_end(w);
    j = begin(w, "loss", "LOS-", s->a, "final");
    json_member_text(j, "risk", "RSK-availability");
    json_member_text(j, "incident", incident.text);
    json_member_u64(j, "cents", s->b * 730);
    json_member_text(j, "currency", "EUR");
    json_member_text(j, "form", "productivity");
    record_end(w);
    j = begin(w, "review", "PIR-", s->a, "actions");
    json_member_text(j, "reviewer", world_person(w, s->actor)->account);
    json_member_text(j, "about", incident.text);
    json_member_text(j, "review_type", "incident");
    record_end(w);
}

static void ask(struct world *w, const struct step *s)
{
    static const char *const kinds[] = { "access", "erasure", "erasure", "portability" };
    struct step next = *s;
    next.subject = user_pick(&w->people, w->random, (uint8_t)world_below(w, MARKETS));
    next.a = world_number(w, COUNT_THING);
    next.b = world_below(w, COUNT_OF(kinds));
    struct json_writer *j = begin(w, "subject_request", "DSR-", next.a, "received");
    if (j != NULL) {
        json_member_text(j, "market", markets[user_market(next.subject)].code);
        json_member_text(j, "subject", word_user(next.subject).text);
        json_member_text(j, "request_type", kinds[next.b]);
        member_days(w, j, "due", DAYS_30);
        record_end(w);
    }
    const bool erasure = slice_is(slice_text(kinds[next.b]), "erasure");
    next.n = 3;
    world_after(w, &next, world_wait(w, 1, 12, MS_PER_DAY),
                erasure ? REQUEST_ERASED : REQUEST_ANSWERED);
}

static void erase(struct world *w, const struct step *s)
{
    static const char *const systems[] = { "postgresql", "media-store", "search", "warehouse" };
    struct step next = *s;
    struct json_writer *j = begin(w, "erasure_answer", "ERA-", s->a * 4 + s->n, "done");
    if (j != NULL) {
        json_member_text(j, "system", systems[s->n % COUNT_OF(systems)]);
        json_member_text(j, "request", word_number("DSR-", s->a, 6).text);
        record_end(w);
    }
    const bool more = next.n > 0;
    next.n = (uint8_t)(next.n - more);
    world_after(w, &next, world_wait(w, 1, 30, MS_PER_HOUR),
                more ? REQUEST_ERASED : REQUEST_ANSWERED);
}

static void answer(struct world *w, const struct step *s)
{
    static const char *const kinds[] = { "access", "erasure", "erasure", "portability" };
    const char *handler = somebody(w, ROLE_PRIVACY);
    struct json_writer *j = begin(w, "subject_request", "DSR-", s->a, "answered");
    if (j == NULL) return;
    json_member_text(j, "market", markets[user_market(s->subject)].code);
    json_member_text(j, "subject", word_user(s->subject).text);
    json_member_text(j, "handler", handler);
    json_member_text(j, "request_type", kinds[s->b]);
    record_end(w);
}

static void retain(struct world *w, const struct step *s)
{
    const uint32_t deleted = world_below(w, 90000);
    struct json_writer *j = begin(w, "retention_run", "RET-", world_number(w, COUNT_THING), "done");
    if (j == NULL) return;
    json_member_text(j, "store", s->b % 2 == 0 ? "postgresql" : "media-store");
    json_member_u64(j, "deleted", deleted);
    record_end(w);
}

static void review_supplier(struct world *w, const struct step *s)
{
    static const char *const suppliers[] = { "Brenfold Hosting", "Ulmsund Mail",
                                             "Kelvane Support" };
    const char *owner = somebody(w, ROLE_SECURITY);
    struct json_writer *j =
        begin(w, "supplier", "SUP-", s->b % COUNT_OF(suppliers) + 1, "reviewed");
    if (j == NULL) return;
    json_member_text(j, "owner", owner);
    member_days(w, j, "next_review", 365);
    json_member_text(j, "name", suppliers[s->b % COUNT_OF(suppliers)]);
    json_member_bool(j, "critical", s->b % 2 == 0);
    record_end(w);
}

static void check_clock(struct world *w, const struct step *s)
{
    const struct word host = host_name(world_below(w, registry_hosts(w)));
    const uint32_t offset = world_below(w, 900);
    struct json_writer *j = fact_begin(w, "clock", SOURCE_OPERATIONS, host.text);
    if (j == NULL) return;
    json_member_u64(j, "offset_us", offset + s->b % 2);
    json_member_u64(j, "error_us", 400);
    record_end(w);
}

static void observe_configuration(struct world *w, const struct step *s)
{
    const struct word host = host_name(s->b % registry_hosts(w));
    const uint64_t digest = random_mix(s->b % registry_hosts(w));
    struct json_writer *j = fact_begin(w, "configuration", SOURCE_OPERATIONS, host.text);
    if (j == NULL) return;
    json_member_text(j, "system", host.text);
    json_member_text(j, "state", "same");
    const struct word half = word_hex(digest, 32);
    json_member_text(j, "digest", word_join(half.text, half.text).text);
    record_end(w);
}

static void (*const routines[])(struct world *w, const struct step *s) = {
    scan,
    scan,
    access_review,
    rotate_key,
    ask,
    ask,
    retain,
    review_supplier,
    check_clock,
    check_clock,
    outage,
    restore_test,
    observe_configuration,
    observe_configuration,
};

void activity_operations(struct world *w, const struct step *s)
{
    struct step drawn = *s;
    switch (s->what) {
    case VULNERABILITY_FIXED:
        fix(w, s);
        return;
    case REQUEST_ERASED:
        erase(w, s);
        return;
    case REQUEST_ANSWERED:
        answer(w, s);
        return;
    case OUTAGE_ENDED:
        end_outage(w, s);
        return;
    case INCIDENT_CLOSED:
        close_incident(w, s);
        return;
    default:
        drawn.b = stream_next(w->random) >> 32;
        routines[world_below(w, COUNT_OF(routines))](w, &drawn);
    }
}

/* The systems and what they hold, told of on the first day. */
void activity_assets(struct world *w)
{
    static const char *const columns[][2] = {
        { "postgresql/users.name", "account" },     { "postgresql/accounts.email", "contact" },
        { "postgresql/messages.body", "message" },  { "postgresql/devices.token", "account" },
        { "postgresql/profiles.about", "account" }, { "media-store/uploads", "content" },
        { "admin-tool/location", "location" },
    };
    const char *owner = world_person(w, ROLE_OPERATIONS)->account;
    for (uint32_t i = 0; i < registry_hosts(w); i++) {
        struct json_writer *j = fact_begin(w, "asset", SOURCE_OPERATIONS, host_name(i).text);
        if (j == NULL) return;
        json_member_text(j, "owner", owner);
        json_member_text(j, "state", "active");
        json_member_text(j, "asset_type", "server");
        json_member_text(j, "region", "eu-central-1");
        json_member_u64(j, "backup_hours", 24);
        record_end(w);
    }
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        struct json_writer *j = fact_begin(w, "data_map", SOURCE_OPERATIONS, columns[i][0]);
        json_member_text(j, "actor", owner);
        json_member_text(j, "store", "postgresql");
        json_member_text(j, "state", "mapped");
        json_member_u64(j, "retention_days", 400);
        json_member_text(j, "class", columns[i][1]);
        record_end(w);
    }
}
