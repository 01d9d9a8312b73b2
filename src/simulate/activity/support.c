/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user writes to support. Within hours of work somebody takes the ticket, opens the profile with
 * the ticket as the reason, sometimes more, and closes it. What the ticket is about decides what is
 * opened. The rare slip is honest: a profile opened before the ticket number was typed in.
 *
 * Step: subject is the user, a the ticket, b the topic.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/platform.h"
#include "simulate/shape/ticket.h"
#include "base/banned.h"

enum { TAKE = 1, LOOK = 2, ACT = 3, CLOSE = 4, SLIP_ONE_IN = 400 };

static const struct topic {
    const char *name;
    const char *purpose;
    const char *action; /* with the admin tool, besides the profile; NULL for none */
} topics[] = {
    { "cannot sign in", "customer_support", NULL },
    { "cannot sign in", "customer_support", "reset_password" },
    { "question about a payment", "billing", NULL },
    { "question about settings", "customer_support", NULL },
    { "messages are gone", "customer_support", "read_messages" },
    { "account was taken over", "security_response", "view_location" },
    { "asks for a copy of the data", "subject_request", "export_data" },
    { "asks to be shown the way", "customer_support", NULL },
    { "a fault of the app", "service_operation", NULL },
    { "a fault of the app", "service_operation", NULL },
};

static struct ticket ticket_of(const struct step *s, const char *state)
{
    const struct topic *topic = &topics[s->b];
    return (struct ticket){ .number = s->a,
                            .state = state,
                            .topic = topic->name,
                            .purpose = topic->purpose,
                            .subject = s->subject,
                            .assignee = s->what >= TAKE ? s->actor : PERSON_NONE };
}

static void open(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.subject = user_pick(&w->people, w->random, s->market);
    next.a = world_number(w, COUNT_TICKET);
    next.b = world_below(w, COUNT_OF(topics));
    next.at = calendar_next_work(s->market, w->now + world_wait(w, 3, 180, MS_PER_MINUTE));
    const struct ticket ticket = ticket_of(&next, "open");
    ticket_say(w, &ticket);
    world_after(w, &next, next.at - w->now, TAKE);
}

static void take(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, s->market, w->now);
    if (world_person(w, next.actor)->private_user == s->subject) {
        next.actor = people_pick_other(&w->people, w->random, next.actor, ROLE_SUPPORT, w->now);
    }
    const struct ticket ticket = ticket_of(&next, "pending");
    ticket_say(w, &ticket);
    world_after(w, &next, world_wait(w, 10, 90, 1000), LOOK);
}

static void look(struct world *w, const struct step *s)
{
    const bool slip = stream_one_in(w->random, SLIP_ONE_IN);
    admin_tool_say(w, s->actor, "view_profile", s->subject,
                   slip ? "" : word_number("TCK-", s->a, 6).text);
    const bool acts = topics[s->b].action != NULL;
    world_after(w, s, world_wait(w, 1, 9, MS_PER_MINUTE), acts ? ACT : CLOSE);
}

void activity_support(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        open(w, s);
        return;
    case TAKE:
        take(w, s);
        return;
    case LOOK:
        look(w, s);
        return;
    case ACT:
        admin_tool_say(w, s->actor, topics[s->b].action, s->subject,
                       word_number("TCK-", s->a, 6).text);
        world_after(w, s, world_wait(w, 1, 6, MS_PER_MINUTE), CLOSE);
        return;
    default: {
        const struct ticket ticket = ticket_of(s, "closed");
        ticket_say(w, &ticket);
    }
    }
}
