/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engineer proposes a change; another approves it; the build system tests it with a token of its
 * own from a runner; it is deployed; the deployment controller rolls it out. One in twenty tests
 * fails, and the change goes no further. Engineers also clone and push.
 *
 * Step: actor is the author, subject the reviewer, a the number of the change, b a hash, c the
 * repository.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/cluster.h"
#include "simulate/shape/code.h"
#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { REVIEW = 1, TEST = 2, DEPLOY = 3, ROLL_OUT = 4, FAILS_ONE_IN = 20, EMERGENCY_ONE_IN = 40 };

static struct word change_name(const struct step *s)
{
    return word_number("CHG-", s->a, 6);
}

static void record_change(struct world *w, const struct step *s, const char *state,
                          const char *test)
{
    struct json_writer *j = fact_begin(w, "change", SOURCE_DEPLOY, change_name(s).text);
    if (j == NULL) return;
    json_member_text(j, "system", code_repository((uint32_t)s->c).text);
    json_member_text(j, "author", world_person(w, s->actor)->account);
    json_member_text(j, "state", state);
    if (s->what >= REVIEW) json_member_text(j, "approver", world_person(w, s->subject)->account);
    json_member_bool(j, "emergency", s->b % EMERGENCY_ONE_IN == 0);
    if (test != NULL) json_member_text(j, "test", test);
    record_end(w);
}

static void say(struct world *w, const struct step *s, uint32_t actor, const char *action)
{
    struct json_writer *j = platform_staff(w, SOURCE_DEPLOY, "deployment", actor, action, NO_USER);
    json_member_text(j, "change", change_name(s).text);
    json_member_text(j, "system", code_repository((uint32_t)s->c).text);
    json_member_text(j, "commit", word_hex(s->b, 32).text);
    event_end(w);
}

static void code(struct world *w, const struct step *s, uint32_t actor, const char *action)
{
    const struct person *p = world_person(w, actor);
    code_say(w, p->account, markets[p->market].code, action, (uint32_t)s->c);
}

static void propose(struct world *w, const struct step *s)
{
    struct step next = *s;
    next.a = world_number(w, COUNT_CHANGE);
    next.b = stream_next(w->random);
    next.c = world_below(w, REPOSITORIES);
    next.subject = people_pick_other(&w->people, w->random, s->actor, ROLE_ENGINEER, w->now);
    code(w, &next, s->actor, "git.push");
    say(w, &next, s->actor, "propose");
    record_change(w, &next, "requested", NULL);
    world_after(w, &next, world_wait(w, 5, 110, MS_PER_MINUTE), REVIEW);
}

static void test(struct world *w, const struct step *s)
{
    const bool fails = stream_one_in(w->random, FAILS_ONE_IN);
    const struct word ip = word_office_ip((uint32_t)(s->b & 31), MARKET_HOME);
    const struct word runner = word_number("runner-", s->b & 31, 2);
    const struct api_request request = { .token = "ci/deploy",
                                         .token_type = "ci",
                                         .actor = "svc-ci",
                                         .source_ip = ip.text,
                                         .country = markets[MARKET_HOME].code,
                                         .method = "POST",
                                         .path = "/internal/v1/artifacts",
                                         .user_agent = "ci-runner/17",
                                         .runner = runner.text,
                                         .subject = NO_USER,
                                         .status = 201 };
    api_request_say(w, &request);
    record_change(w, s, "tested", fails ? "failed" : "passed");
    if (!fails) world_after(w, s, world_wait(w, 1, 30, MS_PER_MINUTE), DEPLOY);
}

static void record_deployment(struct world *w, const struct step *s)
{
    struct json_writer *j =
        fact_begin(w, "deployment", SOURCE_DEPLOY, word_number("DPL-", s->a, 6).text);
    if (j == NULL) return;
    json_member_text(j, "system", code_repository((uint32_t)s->c).text);
    json_member_text(j, "executor", "svc-ci");
    json_member_text(j, "change", change_name(s).text);
    json_member_text(j, "state", "done");
    json_member_text(j, "commit", word_hex(s->b, 32).text);
    json_member_text(j, "digest", word_join(word_hex(s->b, 32).text, word_hex(s->a, 32).text).text);
    record_end(w);
}

static void deploy(struct world *w, const struct step *s)
{
    code(w, s, s->actor, "pull_request.merge");
    say(w, s, s->actor, "deploy");
    record_deployment(w, s);
    world_after(w, s, world_wait(w, 10, 90, 1000), ROLL_OUT);
}

static void roll_out(struct world *w, const struct step *s)
{
    const struct cluster_event e = {
        .user = "system:serviceaccount:deploy:controller",
        .ip = "10.16.200.4",
        .verb = "patch",
        .resource = "deployments",
        .name_space = "web",
        .name = code_repository((uint32_t)s->c).text,
        .code = 200,
    };
    cluster_say(w, &e);
    record_change(w, s, "closed", NULL);
}

void activity_deploy(struct world *w, const struct step *s)
{
    switch (s->what) {
    case 0:
        propose(w, s);
        return;
    case REVIEW:
        code(w, s, s->subject, "pull_request_review.submit");
        say(w, s, s->subject, "approve");
        record_change(w, s, "approved", NULL);
        world_after(w, s, world_wait(w, 3, 20, MS_PER_MINUTE), TEST);
        return;
    case TEST:
        test(w, s);
        return;
    case DEPLOY:
        deploy(w, s);
        return;
    default:
        roll_out(w, s);
    }
}

void activity_code(struct world *w, const struct step *s)
{
    static const char *const actions[] = { "git.fetch", "git.fetch", "git.push", "git.clone" };
    const struct person *p = world_person(w, s->actor);
    const char *action = stream_pick(w->random, actions);
    code_say(w, p->account, markets[p->market].code, action, world_below(w, REPOSITORIES));
}
