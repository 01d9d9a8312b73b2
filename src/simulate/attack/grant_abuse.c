/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An analyst gives themselves a role, asks for a grant and approves it, moves its end again and
 * again, and takes emergency access three times without an incident.
 *
 * Step: actor is the analyst, a the number of the grant, n counts what repeats.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/grant.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { REQUEST = 1, APPROVE, EXTEND, BREAK_GLASS, REPEATS = 3, NUMBERS = 900000 };

static void give_role(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = people_pick(&w->people, w->random, ROLE_ANALYST, MARKET_HOME, w->now);
    next.a = NUMBERS + world_below(w, 90000);
    world_culprit(w, next.actor);
    world_label(w, "role given to oneself");
    struct json_writer *j =
        platform_staff(w, SOURCE_ADMIN_TOOL, "admin_tool", next.actor, "grant_role", NO_USER);
    json_member_text(j, "target", world_person(w, next.actor)->account);
    json_member_text(j, "role", "grant-approver");
    json_member_text(j, "reason", "needed");
    event_end(w);
    world_after(w, &next, world_wait(w, 1, 9, MS_PER_MINUTE), REQUEST);
}

void attack_grant_abuse(struct world *w, const struct step *s)
{
    struct step next = *s;
    struct grant grant = { .number = s->a,
                           .reason = "needed",
                           .class = "message",
                           .store = "postgresql",
                           .actor = s->actor,
                           .holder = s->actor,
                           .approver = s->what >= APPROVE ? s->actor : PERSON_NONE,
                           .ends_ms = w->now + 8 * (int64_t)MS_PER_HOUR };
    uint16_t what = (uint16_t)(s->what + 1);
    switch (s->what) {
    case 0:
        give_role(w, s);
        return;
    case REQUEST:
        grant.action = "request";
        grant.stage = "requested";
        world_label(w, "grant asked for");
        break;
    case APPROVE:
        grant.action = "approve";
        grant.stage = "approved";
        world_label(w, "own grant approved");
        next.n = REPEATS;
        break;
    case EXTEND:
        grant.action = "extend";
        world_label(w, "grant extended");
        if (--next.n > 0) what = EXTEND;
        break;
    default:
        grant.number += 1 + s->n;
        grant.action = "break_glass";
        grant.stage = "active";
        grant.break_glass = true;
        grant.approver = PERSON_NONE;
        world_label(w, "emergency access without an incident");
        what = BREAK_GLASS;
        next.n++;
    }
    grant_say(w, &grant);
    const bool over = s->what == BREAK_GLASS && next.n == REPEATS;
    if (!over) world_after(w, &next, world_wait(w, 5, 40, MS_PER_MINUTE), what);
}
