/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/code.h"

#include "base/banned.h"

struct word code_repository(uint32_t n)
{
    static const char *const names[] = { "feed",       "mail",    "search", "media",
                                         "admin-tool", "billing", "infra",  "apps" };
    const char *name = names[n % COUNT_OF(names)];
    return word_join("platform/",
                     word_number(word_join(name, "-").text, n / COUNT_OF(names), 1).text);
}

void code_say(struct world *w, const char *actor, const char *country, const char *action,
              uint32_t repository)
{
    const uint64_t id = stream_next(w->random);
    struct json_writer *j = event_begin(w, SOURCE_CODE, actor, NULL);
    json_key(j, "@timestamp");
    json_i64(j, w->now);
    json_member_text(j, "_document_id", word_hex(id, 22).text);
    json_member_text(j, "action", action);
    json_member_text(j, "actor", actor);
    json_key(j, "actor_location");
    json_object(j);
    json_member_text(j, "country_code", country);
    json_object_end(j);
    json_member_text(j, "org", "platform");
    json_member_text(j, "repo", code_repository(repository % REPOSITORIES).text);
    json_member_text(j, "transport_protocol_name", "ssh");
    event_end(w);
}
