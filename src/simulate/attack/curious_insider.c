/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Late in the evening somebody of support opens profiles that no ticket asks for: a colleague, a
 * public figure, then a number of others, at last their own; and reads the messages of the
 * colleague.
 *
 * Step: n counts the profiles still to be opened.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { LOOK = 1, MESSAGES, LOCATION, OWN, PROFILES = 9 };

static void begin(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, MARKET_HOME, w->now);
    const uint32_t colleague =
        people_pick_other(&w->people, w->random, next.actor, ROLE_ANY, w->now);
    next.subject = world_person(w, colleague)->private_user;
    next.n = PROFILES;
    world_culprit(w, next.actor);
    world_label(w, "colleague looked up");
    admin_tool_say(w, next.actor, "view_profile", next.subject, "");
    world_after(w, &next, world_wait(w, 1, 3, MS_PER_MINUTE), MESSAGES);
}

static void look(struct world *w, const struct step *s)
{
    struct step next = *s;
    const bool is_first = s->n == PROFILES;
    const uint32_t subject = is_first ? user_public_figure(&w->people, w->random)
                                      : user_pick(&w->people, w->random, MARKET_HOME);
    world_label(w, is_first ? "public figure looked up" : "profile opened at night");
    admin_tool_say(w, s->actor, "view_profile", subject, "");
    world_after(w, &next, world_wait(w, 2, 8, MS_PER_MINUTE), --next.n > 0 ? LOOK : OWN);
}

void attack_curious_insider(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        begin(w, s);
        return;
    case MESSAGES:
        world_label(w, "messages read");
        admin_tool_say(w, s->actor, "read_messages", s->subject, "");
        world_after(w, s, world_wait(w, 1, 5, MS_PER_MINUTE), LOCATION);
        return;
    case LOCATION:
        world_label(w, "location read");
        admin_tool_say(w, s->actor, "view_location", s->subject, NULL);
        world_after(w, s, world_wait(w, 2, 8, MS_PER_MINUTE), LOOK);
        return;
    case OWN:
        world_label(w, "own account opened");
        admin_tool_say(w, s->actor, "view_profile", world_person(w, s->actor)->private_user, "");
        return;
    default:
        look(w, s);
    }
}
