/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users report content; a moderator takes the next item of the queue, looks at it for some seconds
 * or minutes and keeps, labels, restricts or removes it, or suspends its author. One in nine of
 * those concerned appeals, and another moderator decides again days later. A classifier removes on
 * its own what it is sure of.
 *
 * Step: subject is the author, actor the moderator, a the content, b the index of the notice (of
 * the enforcement once there is one) plus 1, 0 where it is not known, c the category; n the action.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/decision.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { DECIDE = 1, APPEAL = 2, AGAIN = 3 };
enum {
    KEEP_OF_100 = 35,
    APPEAL_ONE_IN = 9,
    REVERSED_OF_100 = 28,
    PICKED_ONE_IN = 400,
    SLIP_ONE_IN = 700,
    BY_LAW_OF_100 = 15
};

static const char *const actions[] = {
    "remove", "remove", "remove", "restrict", "label", "suspend"
};

/* One step of a notice; the index that the record gets plus 1, or 0. */
static uint64_t record_notice(struct world *w, const struct step *s, const char *outcome,
                              uint32_t notifier)
{
    uint64_t index = 0;
    const bool known = record_next_index(w, &index);
    struct json_writer *j = record_begin(w, "notice", SOURCES);
    if (j == NULL) return 0;
    const struct category *category = category_at(s->c);
    json_member_text(j, "market", markets[user_market(notifier)].code);
    json_member_text(j, "stage", outcome == NULL ? "received" : "decided");
    json_member_text(j, "category", category->name);
    json_member_bool(j, "trusted_flagger", notifier % 50 == 0);
    if (outcome != NULL) json_member_text(j, "outcome", outcome);
    json_member_u64(j, "item_count", 1);
    json_member_text(j, "id", word_number("NTC-", s->a, 8).text);
    json_member_text(j, "notifier", word_user(notifier).text);
    json_member_text(j, "content_id", content_name(s->a).text);
    json_member_text(j, "account_id", word_user(s->subject).text);
    json_member_u64(j, "items", 1);
    json_key(j, "keywords");
    json_array(j);
    json_text(j, category->keyword);
    json_array_end(j);
    json_member_text(j, "language", markets[user_market(notifier)].language);
    if (outcome != NULL) json_member_text(j, "moderator", world_person(w, s->actor)->account);
    if (outcome == NULL) json_member_text(j, "explanation", "I think this is not allowed.");
    record_end(w);
    return known ? index + 1 : 0;
}

static void report(struct world *w, const struct step *s)
{
    struct step next = *s;
    const uint32_t notifier = s->subject;
    next.subject = user_pick(&w->people, w->random, s->market);
    next.a = world_number(w, COUNT_CONTENT);
    next.c = category_draw(w);
    const struct word user = word_user(notifier);
    const struct platform_other who = { .actor = user.text, .actor_kind = "user" };
    struct json_writer *j =
        platform_other(w, SOURCE_REPORTS, "user_report", &who, "report", next.subject);
    json_member_text(j, "content", content_name(next.a).text);
    json_member_text(j, "queue", category_at(next.c)->name);
    json_member_text(j, "market", markets[s->market].code);
    event_end(w);
    next.b = record_notice(w, &next, NULL, notifier);
    world_after(w, &next, world_wait(w, 1, 16, MS_PER_HOUR / 4), DECIDE);
}

static struct item item_of(const struct step *s)
{
    return (struct item){ .content = s->a,
                          .category = s->c,
                          .author = s->subject,
                          .moderator = s->actor,
                          .policy = category_at(s->c)->policy,
                          .assignment = "next",
                          .original = PERSON_NONE };
}

/* Somebody of the shift who may decide: not on their own content. */
static uint32_t moderator(struct world *w, const struct step *s, uint32_t than)
{
    uint32_t person = people_pick(&w->people, w->random, ROLE_MODERATOR, world_shift(w), w->now);
    const bool own = world_person(w, person)->private_user == s->subject;
    if (own || person == than) {
        person = people_pick_other(&w->people, w->random, person, ROLE_MODERATOR, w->now);
    }
    return person;
}

static void enforce(struct world *w, struct step *s, const struct item *item, bool by_law)
{
    uint64_t index = 0;
    const struct enforcement e = { .stage = "decided",
                                   .origin = s->actor == PERSON_NONE ? "voluntary" : "article_16",
                                   .action = actions[s->n],
                                   .by_law = by_law,
                                   .has_notice = s->b != 0,
                                   .notice = s->b - (s->b != 0) };
    s->b = enforcement_record(w, item, &e, &index) ? index + 1 : 0;
    if (stream_one_in(w->random, APPEAL_ONE_IN)) {
        world_after(w, s, world_wait(w, 2, 72, MS_PER_HOUR), APPEAL);
    }
}

static void decide(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = moderator(w, s, PERSON_NONE);
    next.n = (uint8_t)world_below(w, COUNT_OF(actions));
    struct item item = item_of(&next);
    item.review_ms = stream_between(w->random, 2500, 180000);
    if (stream_one_in(w->random, PICKED_ONE_IN)) {
        item.assignment = "self_picked";
        item.reason = "handed over by a colleague who does not read the language";
    }
    if (stream_one_in(w->random, SLIP_ONE_IN)) {
        item.assignment = "self_picked"; /* an honest slip: the reason was left out */
        item.reason = NULL;
    }
    const bool keep = world_below(w, 100) < KEEP_OF_100;
    const bool by_law = world_below(w, 100) < BY_LAW_OF_100 && category_at(s->c)->law[0] != 0;
    decision_say(w, &item, keep ? "keep" : actions[next.n]);
    record_notice(w, &next,
                  keep     ? "no_action"
                  : by_law ? "law"
                           : "terms",
                  (uint32_t)(random_mix(s->a) % w->people.users));
    if (!keep) enforce(w, &next, &item, by_law);
}

static void record_appeal(struct world *w, const struct step *s, const char *stage,
                          const char *outcome, uint32_t decider)
{
    struct json_writer *j = record_begin(w, "appeal", SOURCES);
    if (j == NULL) return;
    const bool account = slice_is(slice_text(actions[s->n]), "suspend");
    json_member_text(j, "market", markets[user_market(s->subject)].code);
    json_member_text(j, "forum", "complaint");
    json_member_text(j, "stage", stage);
    json_member_text(j, "basis", account ? "account" : "visibility");
    if (outcome != NULL) json_member_text(j, "outcome", outcome);
    json_member_text(j, "category", category_at(s->c)->name);
    json_member_text(j, "id", word_number("APL-", s->a, 8).text);
    if (s->b != 0) json_member_u64(j, "enforcement", s->b - 1);
    json_member_text(j, "account_id", word_user(s->subject).text);
    json_member_text(j, "language", markets[user_market(s->subject)].language);
    if (outcome == NULL) json_member_text(j, "explanation", "I have done nothing wrong.");
    if (outcome != NULL) {
        json_member_text(j, "moderator", world_person(w, decider)->account);
        json_member_text(j, "answer", "We have looked at it again.");
    }
    record_end(w);
}

static void appeal(struct world *w, const struct step *s)
{
    const struct word user = word_user(s->subject);
    const struct platform_other who = { .actor = user.text, .actor_kind = "user" };
    struct json_writer *j =
        platform_other(w, SOURCE_REPORTS, "user_report", &who, "appeal", s->subject);
    json_member_text(j, "content", content_name(s->a).text);
    event_end(w);
    record_appeal(w, s, "received", NULL, PERSON_NONE);
    const int64_t wait = world_wait(w, 6, 90, MS_PER_HOUR);
    world_after(w, s, calendar_next_work(MARKET_HOME, w->now + wait) - w->now, AGAIN);
}

static void decide_again(struct world *w, const struct step *s)
{
    const bool reversed = world_below(w, 100) < REVERSED_OF_100;
    uint64_t index = 0;
    struct item item = item_of(s);
    item.original = s->actor;
    item.moderator = moderator(w, s, s->actor);
    item.review_ms = stream_between(w->random, 20000, 600000);
    decision_say(w, &item, reversed ? "reinstate" : "uphold");
    record_appeal(w, s, "decided", reversed ? "reversed" : "upheld", item.moderator);
    if (!reversed) return;
    const struct enforcement e = { .stage = "reversed",
                                   .origin = s->actor == PERSON_NONE ? "voluntary" : "article_16",
                                   .action = actions[s->n],
                                   .has_replaced = s->b != 0,
                                   .replaced = s->b - (s->b != 0) };
    enforcement_record(w, &item, &e, &index);
}

void activity_moderation(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        report(w, s);
        return;
    case DECIDE:
        decide(w, s);
        return;
    case APPEAL:
        appeal(w, s);
        return;
    default:
        decide_again(w, s);
    }
}

void activity_classifier(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what != 0) {
        activity_moderation(w, s);
        return;
    }
    next.a = world_number(w, COUNT_CONTENT);
    next.c = category_draw(w);
    next.actor = PERSON_NONE;
    next.n = (uint8_t)world_below(w, 3);
    const struct item item = item_of(&next);
    decision_say(w, &item, actions[next.n]);
    enforce(w, &next, &item, false);
}
