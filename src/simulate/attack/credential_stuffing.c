/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one address somebody tries names and passwords that were lost elsewhere: nearly all fail, a
 * few work.
 *
 * Step: n counts the tries still to come.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { TRY_NEXT = 1, TRIES = 90, WORKS_ONE_IN = 30 };

void attack_credential_stuffing(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == 0) next.n = TRIES;
    const uint32_t user = world_below(w, w->people.users);
    const bool works = stream_one_in(w->random, WORKS_ONE_IN);
    const struct word name = word_user(user);
    const struct platform_other who = {
        .actor = name.text, .actor_kind = "user", .source_ip = "192.0.2.199", .country = "US"
    };
    world_label(w, works ? "password worked" : "password tried");
    struct json_writer *j = platform_other(w, SOURCE_AUTH, "sign_in", &who, "sign_in", user);
    json_member_text(j, "result", works ? "success" : "failure");
    json_member_text(j, "client", "web");
    json_member_text(j, "device", "5ca1ab1e0f00");
    json_member_bool(j, "new_device", true);
    event_end(w);
    if (--next.n > 0) world_after(w, &next, world_wait(w, 2, 9, 1000), TRY_NEXT);
}
