/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users who cannot sign in recover their account: most by themselves, some with the help of support
 * under a ticket. A few do so on a journey.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/platform.h"
#include "simulate/shape/recovery.h"
#include "base/banned.h"

enum { JOURNEY_ONE_IN = 120, SUPPORT_ONE_IN = 12 };

void activity_recovery(struct world *w, const struct step *s)
{
    static const char *const actions[] = { "reset_password", "reset_password", "reset_password",
                                           "add_mfa",        "change_email",   "remove_mfa" };
    static const char *const methods[] = { "email", "sms", "email" };
    const bool journey = stream_one_in(w->random, JOURNEY_ONE_IN);
    const uint8_t market = journey ? (uint8_t)world_below(w, MARKETS) : s->market;
    const struct word ip = word_user_ip(s->subject);
    struct recovery r = { .action = stream_pick(w->random, actions),
                          .subject = s->subject,
                          .actor = PERSON_NONE,
                          .channel = "self_service",
                          .method = stream_pick(w->random, methods),
                          .ip = ip.text,
                          .country = markets[market].code };
    struct word ticket = {};
    if (stream_one_in(w->random, SUPPORT_ONE_IN)) {
        ticket = word_number("TCK-", world_number(w, COUNT_TICKET), 6);
        r.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, world_shift(w), w->now);
        r.action = "remove_mfa";
        r.channel = "support";
        r.method = NULL;
        r.reason = ticket.text;
    }
    recovery_say(w, &r);
}
