/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People give notice, leave a week later, and somebody new takes the place after some days; others
 * change their team. The directory follows: the account is disabled on the last day. On the first
 * day of the simulation everybody who is there is told of.
 *
 * Step: actor is of human resources, a the person.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/okta.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { LEAVE = 1, HIRE = 2, TRANSFER_ONE_IN = 3 };

static struct word employment(const struct person *p)
{
    return word_number("EMP-", p->employment, 6);
}

static void record_hire(struct world *w, uint32_t person)
{
    const struct person *p = world_person(w, person);
    struct json_writer *j = fact_begin(w, "hire", SOURCE_PEOPLE, employment(p).text);
    if (j == NULL) return;
    json_member_text(j, "employee", p->account);
    json_member_text(j, "starts", word_time(w->now, TIME_SECOND, 0).text);
    json_member_text(j, "manager", world_person(w, p->manager)->account);
    json_member_text(j, "department", role_name(p->role));
    json_member_text(j, "country", markets[p->market].code);
    json_member_text(j, "employer", "platform.example");
    json_member_bool(j, "screened", true);
    record_end(w);
}

static void record_account(struct world *w, uint32_t person, const char *state)
{
    const struct person *p = world_person(w, person);
    const struct word account = word_join(p->account, "@platform.example");
    struct json_writer *j = fact_begin(w, "account", SOURCE_PEOPLE, account.text);
    if (j == NULL) return;
    json_member_text(j, "employee", p->account);
    json_member_text(j, "directory", "okta");
    json_member_text(j, "state", state);
    json_member_text(j, "account_type", "human");
    json_key(j, "aliases");
    json_array(j);
    json_text(j, p->account);
    json_text(j, word_join("staff/", p->account).text);
    json_array_end(j);
    json_member_text(j, "employer", "platform.example");
    json_member_text(j, "country", markets[p->market].code);
    record_end(w);
}

static void record_training(struct world *w, uint32_t person)
{
    struct json_writer *j = fact_begin(w, "training", SOURCE_PEOPLE, "data-protection");
    if (j == NULL) return;
    json_member_text(j, "employee", world_person(w, person)->account);
    json_member_text(j, "state", "passed");
    json_member_text(j, "valid_until",
                     word_time(w->now + 365 * (int64_t)MS_PER_DAY, TIME_SECOND, 0).text);
    record_end(w);
}

static void record_privilege(struct world *w, uint32_t person, const char *state)
{
    const struct person *p = world_person(w, person);
    const struct word id = word_number("PRV-", p->employment, 6);
    struct json_writer *j = fact_begin(w, "privilege", SOURCE_PEOPLE, id.text);
    if (j == NULL) return;
    json_member_text(j, "account", p->account);
    json_member_text(j, "approver", world_person(w, p->manager)->account);
    json_member_text(j, "system", p->role == ROLE_MODERATOR ? "moderation" : "admin-tool");
    json_member_text(j, "state", state);
    json_member_text(j, "role", role_name(p->role));
    json_member_bool(j, "standing", true);
    record_end(w);
}

static bool has_tool(const struct person *p)
{
    return p->role == ROLE_SUPPORT || p->role == ROLE_MODERATOR || p->role == ROLE_LEGAL;
}

static void join(struct world *w, uint32_t person)
{
    record_hire(w, person);
    record_account(w, person, "enabled");
    record_training(w, person);
    if (has_tool(world_person(w, person))) record_privilege(w, person, "granted");
}

void activity_roster(struct world *w)
{
    for (uint32_t i = 0; i < w->people.count; i++)
        join(w, i);
}

static void say(struct world *w, const struct step *s, const char *action)
{
    const struct person *p = world_person(w, (uint32_t)s->a);
    struct json_writer *j = platform_staff(w, SOURCE_PEOPLE, "people", s->actor, action, NO_USER);
    json_member_text(j, "employee", p->account);
    json_member_text(j, "employment", employment(p).text);
    json_member_text(j, "department", role_name(p->role));
    json_member_text(j, "manager", world_person(w, p->manager)->account);
    event_end(w);
}

static void directory(struct world *w, const struct step *s, const char *type, const char *message)
{
    const struct okta_event e = { .type = type,
                                  .message = message,
                                  .result = "SUCCESS",
                                  .ip = "203.0.113.16",
                                  .country = "IE",
                                  .actor = s->actor,
                                  .target = (uint32_t)s->a };
    okta_say(w, &e);
}

static void give_notice(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = 2 * ROLES + world_below(w, w->people.count - 2 * ROLES);
    struct person *p = &w->people.persons[next.a];
    if (p->leaving || p->gone) return;
    if (stream_one_in(w->random, TRANSFER_ONE_IN)) {
        say(w, &next, "transfer");
        struct json_writer *j = fact_begin(w, "transfer", SOURCE_PEOPLE, employment(p).text);
        if (j == NULL) return;
        json_member_text(j, "employee", p->account);
        json_member_text(j, "starts", word_time(w->now, TIME_SECOND, 0).text);
        json_member_text(j, "department", role_name(p->role));
        json_member_text(j, "manager", world_person(w, p->manager)->account);
        record_end(w);
        return;
    }
    p->leaving = true;
    say(w, &next, "notice");
    const int64_t clock = w->now + calendar_offset(p->market, w->now) * (int64_t)MS_PER_MINUTE;
    const int64_t late = MS_PER_DAY - clock % MS_PER_DAY - MS_PER_HOUR; /* 23:00 of that market */
    world_after(w, &next, late + stream_between(w->random, 4, 9) * (int64_t)MS_PER_DAY, LEAVE);
}

static void leave(struct world *w, const struct step *s)
{
    struct person *p = &w->people.persons[s->a];
    p->gone = true;
    say(w, s, "leave");
    directory(w, s, "user.lifecycle.deactivate", "Deactivate Okta user");
    struct json_writer *j = fact_begin(w, "leave", SOURCE_PEOPLE, employment(p).text);
    if (j != NULL) {
        json_member_text(j, "employee", p->account);
        json_member_text(j, "reason", "resigned");
        json_member_text(j, "ends", word_time(w->now, TIME_SECOND, 0).text);
        record_end(w);
        record_account(w, (uint32_t)s->a, "disabled");
        if (has_tool(p)) record_privilege(w, (uint32_t)s->a, "revoked");
    }
    const int64_t morning = calendar_next_work(p->market, w->now + world_wait(w, 3, 9, MS_PER_DAY));
    world_after(w, s, morning - w->now, HIRE);
}

void activity_people(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        give_notice(w, s);
        return;
    case LEAVE:
        leave(w, s);
        return;
    default:
        people_replace(&w->people, (uint32_t)s->a);
        say(w, s, "hire");
        directory(w, s, "user.lifecycle.create", "Create Okta user");
        join(w, (uint32_t)s->a);
    }
}
