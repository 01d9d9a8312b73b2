/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users sign in, at most a few times a day and by the clock of their market. One in thirty mistypes
 * the password first; one in three hundred is on a journey.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { TYPO_ONE_IN = 30, JOURNEY_ONE_IN = 300, AGAIN = 1 };

static const char *const clients[] = { "android", "ios", "web" };

static void say(struct world *w, const struct step *s, const char *result, uint8_t market)
{
    const struct word user = word_user(s->subject);
    const struct word ip = word_user_ip(s->subject);
    const struct platform_other who = {
        .actor = user.text,
        .actor_kind = "user",
        .source_ip = ip.text,
        .country = markets[market].code,
    };
    struct json_writer *j = platform_other(w, SOURCE_AUTH, "sign_in", &who, "sign_in", s->subject);
    json_member_text(j, "result", result);
    json_member_text(j, "client", clients[random_mix(s->subject) % COUNT_OF(clients)]);
    json_member_text(j, "device", word_hex(random_mix(s->subject ^ 0x646576), 12).text);
    json_member_bool(j, "new_device", false);
    event_end(w);
}

void activity_user_sign_in(struct world *w, const struct step *s)
{
    const bool travels = stream_one_in(w->random, JOURNEY_ONE_IN);
    const uint8_t market = travels ? (uint8_t)world_below(w, MARKETS) : user_market(s->subject);
    if (s->what == 0 && stream_one_in(w->random, TYPO_ONE_IN)) {
        say(w, s, "failure", market);
        world_after(w, s, world_wait(w, 4, 20, 1000), AGAIN);
        return;
    }
    say(w, s, "success", market);
}
