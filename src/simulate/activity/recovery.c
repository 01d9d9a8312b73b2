/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users who cannot sign in recover their account: most by themselves, some with the help of support
 * under a ticket. A few do so on a journey.
 *
 * Step of support: a is the ticket.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/platform.h"
#include "simulate/shape/recovery.h"
#include "simulate/shape/ticket.h"
#include "base/banned.h"

enum { HELP = 1, JOURNEY_ONE_IN = 120, SUPPORT_ONE_IN = 12 };

static void say_ticket(struct world *w, const struct step *s, const char *state)
{
    const struct ticket ticket = { .number = s->a,
                                   .state = state,
                                   .topic = "cannot sign in",
                                   .purpose = "customer_support",
                                   .subject = s->subject,
                                   .assignee = s->what == HELP ? s->actor : PERSON_NONE };
    ticket_say(w, &ticket);
}

static void ask_for_help(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = world_number(w, COUNT_TICKET);
    say_ticket(w, &next, "open");
    world_after(w, &next, world_wait(w, 5, 90, MS_PER_MINUTE), HELP);
}

static void help(struct world *w, const struct step *s)
{
    struct step taken = *s;
    const struct word ip = word_user_ip(s->subject), ticket = word_number("TCK-", s->a, 6);
    taken.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, world_shift(w), w->now);
    const struct recovery r = { .action = "remove_mfa",
                                .subject = s->subject,
                                .actor = taken.actor,
                                .channel = "support",
                                .reason = ticket.text,
                                .ip = ip.text,
                                .country = markets[user_market(s->subject)].code };
    recovery_say(w, &r);
    say_ticket(w, &taken, "closed");
}

static void recover(struct world *w, const struct step *s)
{
    static const char *const actions[] = { "reset_password", "reset_password", "reset_password",
                                           "add_mfa",        "change_email",   "remove_mfa" };
    static const char *const methods[] = { "email", "sms", "email" };
    const bool journey = stream_one_in(w->random, JOURNEY_ONE_IN);
    const uint8_t market = journey ? (uint8_t)world_below(w, MARKETS) : s->market;
    const struct word ip = word_user_ip(s->subject);
    const char *action = stream_pick(w->random, actions);
    const struct recovery r = { .action = action,
                                .subject = s->subject,
                                .actor = PERSON_NONE,
                                .channel = "self_service",
                                .method = stream_pick(w->random, methods),
                                .ip = ip.text,
                                .country = markets[market].code };
    recovery_say(w, &r);
}

void activity_recovery(struct world *w, const struct step *s)
{
    if (s->what == HELP) {
        help(w, s);
    } else if (stream_one_in(w->random, SUPPORT_ONE_IN)) {
        ask_for_help(w, s);
    } else {
        recover(w, s);
    }
}
