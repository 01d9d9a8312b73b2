/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the platform's API: of the apps of users, of staff tools, of services, of builds.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

static const struct {
    const char *client;
    const char *agent;
} apps[] = {
    { "android", "PlatformApp/41.2 (Android 15)" },
    { "ios", "PlatformApp/41.2 (iOS 19.1)" },
    { "web", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" },
};

void activity_user_request(struct world *w, const struct step *s)
{
    static const char *const paths[] = { "/v1/feed",    "/v1/feed",   "/v1/messages",
                                         "/v1/profile", "/v1/search", "/v1/likes" };
    const uint64_t mixed = random_mix(s->subject);
    const size_t app = mixed % COUNT_OF(apps);
    const uint32_t path = world_below(w, COUNT_OF(paths));
    const struct word token = word_hex(mixed, 12), ip = word_user_ip(s->subject);
    const struct word user = word_user(s->subject);
    const struct api_request request = {
        .token = token.text,
        .token_type = "user",
        .token_client = apps[app].client,
        .actor = user.text,
        .source_ip = ip.text,
        .country = markets[s->market].code,
        .method = path == COUNT_OF(paths) - 1 ? "POST" : "GET",
        .path = paths[path],
        .user_agent = apps[app].agent,
        .subject = NO_USER,
        .status = stream_one_in(w->random, 90) ? 404 : 200,
    };
    api_request_say(w, &request);
}

void activity_staff_request(struct world *w, const struct step *s)
{
    const struct person *p = world_person(w, s->actor);
    const struct word token = word_join("staff/", p->account);
    const struct word ip = word_office_ip(s->actor, p->market);
    const struct api_request request = {
        .token = token.text,
        .token_type = "staff",
        .token_client = "console",
        .actor = p->account,
        .source_ip = ip.text,
        .country = markets[p->market].code,
        .method = "GET",
        .path = "/internal/v1/status",
        .user_agent = "console/7.1",
        .subject = NO_USER,
        .status = 200,
    };
    api_request_say(w, &request);
}

void activity_service_request(struct world *w, const struct step *s)
{
    const struct word host = word_number("svc-", s->a % 9, 2);
    const struct word ip = word_office_ip((uint32_t)s->a, MARKET_HOME);
    const struct api_request request = {
        .token = host.text,
        .token_type = "service",
        .actor = host.text,
        .source_ip = ip.text,
        .country = markets[MARKET_HOME].code,
        .method = "POST",
        .path = "/internal/v1/jobs",
        .user_agent = "platform-job/3",
        .subject = NO_USER,
        .status = 200,
    };
    api_request_say(w, &request);
}
