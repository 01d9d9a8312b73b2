/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/recovery.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

void recovery_say(struct world *w, const struct recovery *r)
{
    const struct word user = word_user(r->subject);
    const bool staff = r->actor != PERSON_NONE;
    const struct platform_other who = { .actor =
                                            staff ? world_person(w, r->actor)->account : user.text,
                                        .actor_kind = staff ? "person" : "user",
                                        .source_ip = r->ip,
                                        .country = r->country };
    struct json_writer *j =
        platform_other(w, SOURCE_RECOVERY, "account_recovery", &who, r->action, r->subject);
    json_member_text(j, "channel", r->channel);
    if (r->method != NULL) json_member_text(j, "method", r->method);
    if (r->sim_changed_hours != 0) json_member_u64(j, "sim_changed_hours", r->sim_changed_hours);
    json_member_text(j, "usual_country", markets[user_market(r->subject)].code);
    json_member_text(j, "reason", r->reason == NULL ? "" : r->reason);
    event_end(w);
}
