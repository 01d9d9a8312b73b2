/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Staff signs in to the directory in the morning and again after breaks, with two factors, and
 * opens applications. One in twenty-five first fails.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/okta.h"
#include "base/banned.h"

enum { FAIL_ONE_IN = 25, SESSION = 1, FACTOR = 2, APPLICATION = 3 };

static void say(struct world *w, const struct step *s, const char *type, const char *message,
                const char *reason)
{
    const struct person *p = world_person(w, s->actor);
    const struct word ip = word_exit_ip(p->market);
    const struct okta_event e = { .type = type,
                                  .message = message,
                                  .result = reason == NULL ? "SUCCESS" : "FAILURE",
                                  .reason = reason,
                                  .ip = ip.text,
                                  .country = markets[p->market].code,
                                  .actor = s->actor,
                                  .target = PERSON_NONE,
                                  .factors = reason == NULL ? 2 : 1 };
    okta_say(w, &e);
}

void activity_staff_sign_in(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        if (stream_one_in(w->random, FAIL_ONE_IN)) {
            say(w, s, "user.session.start", "User login to Okta", "INVALID_CREDENTIALS");
            world_after(w, s, world_wait(w, 5, 40, 1000), FACTOR);
            return;
        }
        [[fallthrough]];
    case FACTOR:
        say(w, s, "user.authentication.auth_via_mfa", "Authentication of user via MFA", NULL);
        world_after(w, s, world_wait(w, 1, 4, 1000), SESSION);
        return;
    case SESSION:
        say(w, s, "user.session.start", "User login to Okta", NULL);
        world_after(w, s, world_wait(w, 2, 30, 1000), APPLICATION);
        return;
    default:
        say(w, s, "user.authentication.sso", "User single sign on to app", NULL);
    }
}
