/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A public figure is in the news, and one after another of support has a look; each names some
 * ticket.
 *
 * Step: subject is the public figure, n counts the curious still to come.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { LOOK = 1, CURIOUS = 12 };

void attack_public_figure_crowd(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == 0) {
        next.subject = user_public_figure(&w->people, w->random);
        next.n = CURIOUS;
    }
    const uint32_t person = people_pick(&w->people, w->random, ROLE_ANY, MARKET_ANY, w->now);
    const struct word ticket = word_number("TCK-", 1 + world_below(w, 40), 6);
    if (next.n == CURIOUS) world_culprit(w, person);
    world_label(w, "public figure looked up");
    admin_tool_say(w, person, "view_profile", next.subject, ticket.text);
    if (--next.n > 0) world_after(w, &next, world_wait(w, 3, 25, MS_PER_MINUTE), LOOK);
}
