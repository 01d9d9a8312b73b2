/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts that come by themselves: each source says every hour how far it is, somebody is on call
 * each day, and now and then there are exercises, exceptions, simulated attacks and the like, which
 * a table spells out.
 */
#include "simulate/activity/activities.h"

#include "base/banned.h"

enum { MEMBERS_MAX = 5 };

/* A fact of texts. A value that begins with '@' is somebody of that role. */
static const struct {
    const char *type;
    const char *letters; /* of its identifier */
    const char *members[MEMBERS_MAX][2];
} plain[] = {
    { "exercise",
      "EXC-",
      { { "leader", "@operations" },
        { "service", "feed" },
        { "state", "passed" },
        { "exercise_type", "incident" } } },
    { "exception",
      "EXP-",
      { { "owner", "@engineer" },
        { "approver", "@security" },
        { "asset", "media-store" },
        { "state", "requested" },
        { "reason", "the successor is not ready" } } },
    { "simulation",
      "SIM-",
      { { "actor", "@security" },
        { "target", "admin-tool" },
        { "state", "detected" },
        { "technique", "T1213" } } },
    { "simulation",
      "SIM-",
      { { "actor", "@security" },
        { "target", "cloud" },
        { "state", "missed" },
        { "technique", "T1537" } } },
    { "software",
      "agent/4.",
      { { "actor", "@operations" }, { "system", "web-01" }, { "state", "installed" } } },
    { "log_check",
      "CHK-",
      { { "actor", "@security" }, { "store", "archive" }, { "state", "retrieved" } } },
    { "export_approval",
      "XPA-",
      { { "requester", "@analyst" },
        { "approver", "@privacy" },
        { "store", "warehouse" },
        { "ticket", "TCK-000001" },
        { "state", "approved" } } },
    { "follow_up",
      "FUP-",
      { { "owner", "@engineer" },
        { "about", "INC-00001" },
        { "state", "done" },
        { "what", "alert before the queue is full" } } },
};

/* The account of somebody of the role of that name. */
static const char *somebody(struct world *w, const char *role)
{
    uint8_t r = 0;
    while (r + 1 < ROLES && !slice_is(slice_text(role), role_name(r)))
        r++;
    return world_person(w, people_pick(&w->people, w->random, r, MARKET_ANY, w->now))->account;
}

void activity_routine(struct world *w, const struct step *s)
{
    const size_t which = (size_t)(random_mix((uint64_t)s->at) % COUNT_OF(plain));
    const struct word id = word_number(plain[which].letters, world_number(w, COUNT_THING), 5);
    struct json_writer *j = fact_begin(w, plain[which].type, SOURCE_OPERATIONS, id.text);
    if (j == NULL) return;
    for (size_t i = 0; i < MEMBERS_MAX && plain[which].members[i][0] != NULL; i++) {
        const char *value = plain[which].members[i][1];
        json_member_text(j, plain[which].members[i][0],
                         value[0] == '@' ? somebody(w, value + 1) : value);
    }
    record_end(w);
}

void activity_duty(struct world *w, const struct step *)
{
    static const uint8_t roles[] = { ROLE_OPERATIONS, ROLE_SECURITY };
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        const uint32_t person = people_on_call(&w->people, roles[i], w->now);
        struct json_writer *j = fact_begin(w, "duty", SOURCE_PEOPLE, role_name(roles[i]));
        if (j == NULL) return;
        json_member_text(j, "employee", world_person(w, person)->account);
        json_member_text(j, "service", "platform");
        json_member_text(j, "ends", word_time(w->now + MS_PER_DAY, TIME_SECOND, 0).text);
        record_end(w);
    }
}

void activity_heartbeat(struct world *w, const struct step *)
{
    for (uint8_t source = 0; source < SOURCES; source++) {
        struct json_writer *j = fact_begin(w, "heartbeat", source, simulate_source_name(source));
        if (j == NULL) return;
        json_member_u64(j, "highest", w->source_lines[source]);
        record_end(w);
    }
}
