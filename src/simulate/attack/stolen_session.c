/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller convinces the help desk to be an engineer who lost phone and password. Factors and
 * password are reset; the caller signs in from abroad, clones every repository, uses the engineer's
 * token while the engineer uses it too, finds the token of the build system in a repository and the
 * token of an app in a log, and uses both.
 *
 * Step: actor is the engineer, a who answers at the help desk, n counts clones.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/code.h"
#include "simulate/shape/okta.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { PASSWORD = 1, ENTER, CLONE, ENGINEER, TOKEN, BUILD, APP, CLONES = 22 };
#define ABROAD "SG"

static void directory(struct world *w, const struct step *s, const char *type, const char *message)
{
    const bool caller = s->what == ENTER;
    const struct word ip = word_stranger_ip(77);
    const struct okta_event e = { .type = type,
                                  .message = message,
                                  .result = "SUCCESS",
                                  .ip = caller ? ip.text : "203.0.113.16",
                                  .country = caller ? ABROAD : "IE",
                                  .actor = caller ? s->actor : (uint32_t)s->a,
                                  .target = caller ? PERSON_NONE : s->actor,
                                  .factors = 1 };
    okta_say(w, &e);
}

static void request(struct world *w, const struct step *s, const char *type, const char *token,
                    const char *client)
{
    const bool engineer = s->what == ENGINEER;
    const struct person *p = world_person(w, s->actor);
    const struct word ip = engineer ? word_office_ip(s->actor, p->market) : word_stranger_ip(77);
    const struct api_request r = { .token = token,
                                   .token_type = type,
                                   .token_client = client,
                                   .actor = s->what == BUILD ? "svc-ci" : p->account,
                                   .source_ip = ip.text,
                                   .country = engineer ? markets[p->market].code : ABROAD,
                                   .method = "GET",
                                   .path = "/internal/v1/status",
                                   .user_agent = engineer ? "console/7.1" : "curl/8.5.0",
                                   .subject = NO_USER,
                                   .status = 200 };
    api_request_say(w, &r);
}

static void begin(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.actor = people_pick(&w->people, w->random, ROLE_ENGINEER, MARKET_HOME, w->now);
    next.a = people_pick(&w->people, w->random, ROLE_HELPDESK, MARKET_HOME, w->now);
    next.n = CLONES;
    world_culprit(w, next.actor);
    world_label(w, "factors reset by the help desk");
    directory(w, &next, "user.mfa.factor.reset_all", "Reset all factors for user");
    world_after(w, &next, world_wait(w, 60, 300, 1000), PASSWORD);
}

static void clone(struct world *w, const struct step *s)
{
    struct step next = *s;
    world_label(w, "repository cloned");
    code_say(w, world_person(w, s->actor)->account, ABROAD, "git.clone", s->n);
    const bool more = --next.n > 0;
    world_after(w, &next, world_wait(w, 10, 60, 1000), more ? CLONE : ENGINEER);
}

void attack_stolen_session(struct world *w, const struct step *s)
{
    const struct word token = word_join("staff/", world_person(w, s->actor)->account);
    const struct word app = word_hex(random_mix((uint64_t)s->actor), 12);
    switch (s->what) {
    case 0:
        begin(w, s);
        return;
    case PASSWORD:
        world_label(w, "password reset by the help desk");
        directory(w, s, "user.account.reset_password", "Reset password for user");
        world_after(w, s, world_wait(w, 60, 300, 1000), ENTER);
        return;
    case ENTER:
        world_label(w, "signed in from abroad");
        directory(w, s, "user.session.start", "User login to Okta");
        world_after(w, s, world_wait(w, 60, 300, 1000), CLONE);
        return;
    case CLONE:
        clone(w, s);
        return;
    case ENGINEER: /* the engineer goes on working */
        world_label(w, "token used by its owner");
        request(w, s, "staff", token.text, "console");
        world_after(w, s, world_wait(w, 1, 9, MS_PER_MINUTE), TOKEN);
        return;
    case TOKEN:
        world_label(w, "token used from abroad");
        request(w, s, "staff", token.text, "console");
        world_after(w, s, world_wait(w, 1, 9, MS_PER_MINUTE), BUILD);
        return;
    case BUILD:
        world_label(w, "token of the build system used");
        request(w, s, "ci", "ci/deploy", NULL);
        world_after(w, s, world_wait(w, 1, 9, MS_PER_MINUTE), APP);
        return;
    default:
        world_label(w, "token of an app used in a script");
        request(w, s, "user", app.text, "android");
    }
}
