/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorities order content to be taken down, ask for data about users, or ask for data to be kept.
 * Legal confirms the receipt, somebody else of legal checks that it is lawful, and it is carried
 * out or refused. Data that is given out is exported with the admin tool under the order's number,
 * and recorded as a disclosure. Some may not be made public for half a year.
 *
 * Step: actor is who handles it, a the order's number, b the index of its first record plus 1 or 0,
 * c the category; n the type; subject whom it concerns.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/decision.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { INFORM = 1, ANSWER = 2, EXPORT = 3, GIVE = 4 };
enum { REFUSED_OF_100 = 20, RELEASE_DAYS = 180 };

static const struct order_type {
    const char *name;
    const char *basis;
    const char *authority;
    const char *law;
} types[] = {
    { "information", "judicial", "Regional Court of Elmford", "order under criminal procedure" },
    { "information", "judicial", "District Court of Norhoven", "order under criminal procedure" },
    { "act", "administrative", "Office for Digital Services, Solgard",
      "Regulation (EU) 2022/2065, article 9" },
    { "preserve", "judicial", "Public Prosecutor of Wenlind", "order under criminal procedure" },
    { "request", "emergency", "Police of Havmora", "danger to life" },
};
enum { TYPE_ACT = 2, TYPE_PRESERVE = 3 };

static struct word order_name(const struct step *s)
{
    return word_number("ORD-", s->a, 5);
}

static void say(struct world *w, const struct step *s, const char *action)
{
    const struct order_type *type = &types[s->n];
    struct json_writer *j =
        platform_staff(w, SOURCE_LEGAL, "legal_order", s->actor, action, s->subject);
    json_member_text(j, "order", order_name(s).text);
    json_member_text(j, "type", type->name);
    json_member_text(j, "basis", type->basis);
    json_member_text(j, "authority", type->authority);
    event_end(w);
}

static uint64_t record(struct world *w, const struct step *s, const char *stage)
{
    uint64_t index = 0;
    const bool known = record_next_index(w, &index);
    struct json_writer *j = record_begin(w, "order", SOURCES);
    if (j == NULL) return 0;
    const struct order_type *type = &types[s->n];
    json_member_text(j, "market", markets[user_market(s->subject)].code);
    json_member_text(j, "stage", stage);
    json_member_text(j, "type", type->name);
    json_member_text(j, "basis", type->basis);
    json_member_text(j, "category", category_at(s->c)->name);
    json_member_u64(j, "item_count", 1);
    json_member_text(j, "id", order_name(s).text);
    json_member_text(j, "release",
                     word_time(w->now + RELEASE_DAYS * (int64_t)MS_PER_DAY, TIME_SECOND, 0).text);
    json_member_text(j, "authority", type->authority);
    json_member_text(j, "legal_basis", type->law);
    json_key(j, "subjects");
    json_array(j);
    json_text(j, word_user(s->subject).text);
    json_array_end(j);
    json_member_u64(j, "items", 1);
    json_member_text(j, "handler", world_person(w, s->actor)->account);
    record_end(w);
    return known ? index + 1 : 0;
}

static void receive(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = world_number(w, COUNT_ORDER);
    next.c = category_draw(w);
    next.n = (uint8_t)world_below(w, COUNT_OF(types));
    next.subject = user_pick(&w->people, w->random, s->market);
    say(w, &next, "received");
    next.b = record(w, &next, "received");
    world_after(w, &next, world_wait(w, 5, 240, MS_PER_MINUTE), INFORM);
}

/* Takes the content down, for the order. */
static void act(struct world *w, const struct step *s)
{
    uint64_t index = 0;
    const struct word order = order_name(s);
    const struct item item = { .content = world_number(w, COUNT_CONTENT),
                               .category = s->c,
                               .author = s->subject,
                               .moderator = s->actor,
                               .policy = order.text,
                               .original = PERSON_NONE };
    const struct enforcement e = { .stage = "decided",
                                   .origin = "order",
                                   .action = "remove",
                                   .by_law = true,
                                   .has_order = s->b != 0,
                                   .order = s->b - (s->b != 0) };
    decision_say(w, &item, "remove");
    enforcement_record(w, &item, &e, &index);
    say(w, s, "effect_given");
    record(w, s, "effect_given");
}

static void record_hold(struct world *w, const struct step *s)
{
    struct json_writer *j = record_begin(w, "hold", SOURCES);
    if (j == NULL) return;
    json_member_text(j, "market", markets[user_market(s->subject)].code);
    json_member_text(j, "stage", "placed");
    json_member_text(j, "hold", word_join("HLD-", order_name(s).text).text);
    json_member_text(j, "actor", world_person(w, s->actor)->account);
    json_member_text(j, "basis", types[s->n].law);
    json_member_text(j, "subject", word_user(s->subject).text);
    json_member_text(j, "until", word_time(w->now + 90 * (int64_t)MS_PER_DAY, TIME_SECOND, 0).text);
    record_end(w);
}

static void answer(struct world *w, const struct step *s)
{
    if (world_below(w, 100) < REFUSED_OF_100) {
        say(w, s, "rejected");
        record(w, s, "rejected");
    } else if (s->n == TYPE_ACT) {
        act(w, s);
    } else if (s->n == TYPE_PRESERVE) {
        record_hold(w, s);
        say(w, s, "effect_given");
        record(w, s, "effect_given");
    } else {
        admin_tool_say(w, s->actor, "view_profile", s->subject, order_name(s).text);
        world_after(w, s, world_wait(w, 2, 20, MS_PER_MINUTE), EXPORT);
    }
}

static void disclose(struct world *w, const struct step *s)
{
    struct json_writer *j = record_begin(w, "disclosure", SOURCES);
    if (j != NULL) {
        json_member_text(j, "market", markets[user_market(s->subject)].code);
        json_member_text(j, "recipient", "authority");
        json_member_text(j, "purpose", "legal_request");
        json_member_text(j, "to", types[s->n].authority);
        json_member_text(j, "actor", world_person(w, s->actor)->account);
        const uint32_t lead = world_person(w, s->actor)->manager;
        json_member_text(j, "approver", world_person(w, lead)->account);
        json_member_text(j, "basis", types[s->n].law);
        json_member_text(j, "subject", word_user(s->subject).text);
        if (s->b != 0) json_member_u64(j, "order", s->b - 1);
        record_end(w);
    }
    say(w, s, "effect_given");
    record(w, s, "effect_given");
}

void activity_orders(struct world *w, const struct step *s)
{
    int64_t wait = 0;
    switch (s->what) {
    case 0:
        receive(w, s);
        return;
    case INFORM:
        say(w, s, "authority_informed");
        record(w, s, "authority_informed");
        wait = calendar_next_work(world_person(w, s->actor)->market,
                                  w->now + world_wait(w, 2, 60, MS_PER_HOUR)) -
               w->now;
        world_after(w, s, wait, ANSWER);
        return;
    case ANSWER:
        answer(w, s);
        return;
    case EXPORT:
        admin_tool_say(w, s->actor, "export_data", s->subject, order_name(s).text);
        world_after(w, s, world_wait(w, 20, 120, MS_PER_MINUTE), GIVE);
        return;
    default:
        disclose(w, s);
    }
}
