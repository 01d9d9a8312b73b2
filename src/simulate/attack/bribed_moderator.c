/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator is paid by an author: picks that author's removed items out of the queue and
 * reinstates them unread, one after another; among them one on which they had decided themselves;
 * removes an item of a rival and names no policy; and keeps what is their own.
 *
 * Step: actor is the moderator, subject the author, a the content, n counts the items still to
 * come.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/decision.h"
#include "base/banned.h"

enum { REINSTATE = 1, KEEP, RIVAL, OWN, ITEMS = 18, KEEPS = 6 };

static struct item item_of(const struct step *s)
{
    return (struct item){ .content = s->a,
                          .category = s->subject,
                          .author = s->subject,
                          .moderator = s->actor,
                          .policy = category_at(s->subject)->policy,
                          .original = PERSON_NONE,
                          .review_ms = 400 + (uint32_t)(s->a % 500) };
}

static void pick(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->n == 0) {
        next.n = ITEMS;
        next.actor = people_pick(&w->people, w->random, ROLE_MODERATOR, MARKET_HOME, w->now);
        next.subject = user_pick(&w->people, w->random, MARKET_HOME);
        world_culprit(w, next.actor);
    }
    next.a = 1000000000 + stream_next(w->random) % 1000000; /* content of long ago */
    struct item item = item_of(&next);
    item.assignment = "self_picked";
    item.review_ms = 0;
    world_label(w, "item picked out of turn");
    decision_say(w, &item, "assign");
    world_after(w, &next, world_wait(w, 2, 9, 1000), REINSTATE);
}

static void reinstate(struct world *w, const struct step *s)
{
    struct step next = *s;
    struct item item = item_of(s);
    item.original =
        s->n == 1 ? s->actor
                  : people_pick_other(&w->people, w->random, s->actor, ROLE_MODERATOR, w->now);
    world_label(w, "item reinstated unread");
    decision_say(w, &item, "reinstate");
    if (--next.n > 0) {
        world_after(w, &next, world_wait(w, 6, 18, 1000), 0);
        return;
    }
    next.n = KEEPS;
    world_after(w, &next, world_wait(w, 10, 40, 1000), KEEP);
}

static void keep(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = 1000000000 + stream_next(w->random) % 1000000;
    const struct item item = item_of(&next);
    world_label(w, "item kept unread");
    decision_say(w, &item, "keep");
    world_after(w, &next, world_wait(w, 6, 18, 1000), --next.n > 0 ? KEEP : RIVAL);
}

void attack_bribed_moderator(struct world *w, const struct step *s)
{
    struct item item = item_of(s);
    item.content++;
    item.review_ms = 5000;
    switch (s->what) {
    case 0:
        pick(w, s);
        return;
    case REINSTATE:
        reinstate(w, s);
        return;
    case KEEP:
        keep(w, s);
        return;
    case RIVAL:
        world_label(w, "item of a rival removed");
        item.author = user_pick(&w->people, w->random, MARKET_HOME);
        item.policy = "";
        decision_say(w, &item, "remove");
        world_after(w, s, world_wait(w, 2, 30, MS_PER_MINUTE), OWN);
        return;
    default:
        world_label(w, "own item kept");
        item.author = world_person(w, s->actor)->private_user;
        item.content += 2;
        decision_say(w, &item, "keep");
    }
}
