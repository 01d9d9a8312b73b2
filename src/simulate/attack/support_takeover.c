/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody of support is paid for accounts: for each they change the address and remove the second
 * factor, without a ticket; the buyer then resets the password from another country, with a number
 * whose SIM is new, and signs in. At the end support acts as one of the users.
 *
 * Step: actor is of support, subject the victim; n counts the victims still to come.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "simulate/shape/recovery.h"
#include "base/banned.h"

enum { UNLOCK = 1, RESET, ENTER, IMPERSONATE, RESTORE, VICTIMS = 6 };

static void address(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct person *p = world_person(w, s->actor);
    const struct word ip = word_office_ip(s->actor, p->market);
    next.subject = user_pick(&w->people, w->random, MARKET_HOME);
    const struct recovery change = { .action = "change_email",
                                     .subject = next.subject,
                                     .actor = s->actor,
                                     .channel = "support",
                                     .ip = ip.text,
                                     .country = markets[p->market].code };
    world_label(w, "address changed");
    recovery_say(w, &change);
    world_after(w, &next, world_wait(w, 30, 90, 1000), UNLOCK);
}

static void unlock(struct world *w, const struct step *s)
{
    struct step next = *s;
    const struct person *p = world_person(w, s->actor);
    const struct word ip = word_office_ip(s->actor, p->market);
    const struct recovery remove = { .action = "remove_mfa",
                                     .subject = s->subject,
                                     .actor = s->actor,
                                     .channel = "support",
                                     .ip = ip.text,
                                     .country = markets[p->market].code };
    world_label(w, "second factor removed");
    recovery_say(w, &remove);
    world_after(w, s, world_wait(w, 2, 20, MS_PER_MINUTE), RESET);
    if (next.n-- > 1) world_after(w, &next, world_wait(w, 3, 7, MS_PER_MINUTE), 0);
}

static void reset(struct world *w, const struct step *s)
{
    const struct word ip = word_stranger_ip(s->subject);
    const struct recovery reset = { .action = "reset_password",
                                    .subject = s->subject,
                                    .actor = PERSON_NONE,
                                    .channel = "self_service",
                                    .method = "sms",
                                    .ip = ip.text,
                                    .country = "BR",
                                    .sim_changed_hours = 9 };
    world_label(w, "password reset by the buyer");
    recovery_say(w, &reset);
    world_after(w, s, world_wait(w, 20, 80, 1000), ENTER);
}

static void enter(struct world *w, const struct step *s)
{
    const struct word user = word_user(s->subject), ip = word_stranger_ip(s->subject);
    const struct platform_other who = {
        .actor = user.text, .actor_kind = "user", .source_ip = ip.text, .country = "BR"
    };
    world_label(w, "buyer signs in");
    struct json_writer *j = platform_other(w, SOURCE_AUTH, "sign_in", &who, "sign_in", s->subject);
    json_member_text(j, "result", "success");
    json_member_text(j, "client", "web");
    json_member_text(j, "device", word_hex(random_mix(s->subject), 12).text);
    json_member_bool(j, "new_device", true);
    event_end(w);
    if (s->n == 1) world_after(w, s, world_wait(w, 5, 20, MS_PER_MINUTE), IMPERSONATE);
}

void attack_support_takeover(struct world *w, const struct step *s)
{
    struct step first = *s;
    switch (s->what) {
    case 0:
        if (s->n == 0) {
            first.n = VICTIMS;
            first.actor = people_pick(&w->people, w->random, ROLE_SUPPORT, MARKET_HOME, w->now);
            world_culprit(w, first.actor);
        }
        address(w, &first);
        return;
    case UNLOCK:
        unlock(w, s);
        return;
    case RESET:
        reset(w, s);
        return;
    case ENTER:
        enter(w, s);
        return;
    case IMPERSONATE:
        world_label(w, "acted as the user");
        admin_tool_say(w, s->actor, "impersonate", s->subject, "");
        world_label(w, "password reset by support");
        admin_tool_say(w, s->actor, "reset_password", s->subject, "");
        world_after(w, s, world_wait(w, 5, 20, MS_PER_MINUTE), RESTORE);
        return;
    default:
        world_label(w, "suspension lifted");
        admin_tool_say(w, s->actor, "restore_account", s->subject, "");
    }
}
