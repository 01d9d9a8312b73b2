/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody of support browses through users and types the same old ticket number each time, so that
 * every access has a reason.
 *
 * Step: a is the ticket, n counts the users still to be opened.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { LOOK = 1, USERS = 26 };

void attack_borrowed_case(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == 0) {
        next.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, MARKET_HOME, w->now);
        next.a = 1 + world_below(w, 9);
        next.n = USERS;
        world_culprit(w, next.actor);
    }
    const uint32_t user =
        user_pick(&w->people, w->random, (uint8_t)stream_below(w->random, MARKETS));
    world_label(w, "profile opened under a borrowed ticket");
    admin_tool_say(w, next.actor, "view_profile", user, word_number("TCK-", next.a, 6).text);
    if (--next.n > 0) world_after(w, &next, world_wait(w, 1, 9, MS_PER_MINUTE), LOOK);
}
