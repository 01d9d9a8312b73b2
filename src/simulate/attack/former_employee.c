/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody left months ago, and nobody took away the grant and the token.
 */
#include "simulate/attack/attacks.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

enum { TOKEN = 1, REQUESTS = 4 };
#define FORMER "edgar.quellbrook"

static void use_grant(struct world *w)
{
    const struct platform_other who = {
        .actor = FORMER, .actor_kind = "person", .source_ip = "192.0.2.45", .country = "US"
    };
    world_label(w, "old grant used");
    struct json_writer *j = platform_other(w, SOURCE_GRANTS, "access_grant", &who, "use", NO_USER);
    json_member_text(j, "actor_status", "left");
    json_member_text(j, "grant", "GRT-000000");
    json_member_text(j, "requester", FORMER);
    event_end(w);
}

static void use_token(struct world *w)
{
    const uint32_t user = world_below(w, w->people.users);
    const struct platform_other who = {
        .actor = FORMER, .actor_kind = "person", .source_ip = "192.0.2.45", .country = "US"
    };
    world_label(w, "old token used");
    struct json_writer *j = platform_other(w, SOURCE_API, "api_request", &who, "request", user);
    json_member_text(j, "actor_status", "left");
    json_member_text(j, "token", "staff/" FORMER);
    json_member_text(j, "token_type", "staff");
    json_member_text(j, "method", "GET");
    json_member_text(j, "path", "/internal/v1/users");
    json_member_u64(j, "status", 200);
    json_member_text(j, "user_agent", "curl/8.5.0");
    event_end(w);
}

void attack_former_employee(struct world *w, const struct step *s)
{
    struct step next = *s;
    if (s->what == 0) {
        use_grant(w);
        next.n = REQUESTS;
    } else {
        use_token(w);
        next.n--;
    }
    if (next.n > 0) world_after(w, &next, world_wait(w, 1, 6, MS_PER_MINUTE), TOKEN);
}
