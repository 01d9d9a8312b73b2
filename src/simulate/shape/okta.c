/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/okta.h"

#include "base/banned.h"

static void write_user(struct json_writer *j, const struct person *p)
{
    json_object(j);
    json_member_text(j, "id", word_number("00u", p->employment, 9).text);
    json_member_text(j, "type", "User");
    json_member_text(j, "alternateId", word_join(p->account, "@platform.example").text);
    json_member_text(j, "displayName", p->account);
    json_object_end(j);
}

static void write_client(struct json_writer *j, const struct okta_event *e)
{
    json_key(j, "client");
    json_object(j);
    json_member_text(j, "ipAddress", e->ip);
    json_member_text(j, "device", "Computer");
    json_key(j, "userAgent");
    json_object(j);
    json_member_text(j, "rawUserAgent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    json_member_text(j, "os", "Linux");
    json_member_text(j, "browser", "FIREFOX");
    json_object_end(j);
    json_key(j, "geographicalContext");
    json_object(j);
    json_member_text(j, "country", e->country);
    json_object_end(j);
    json_object_end(j);
}

static void record_sign_in(struct world *w, const struct okta_event *e, const char *session)
{
    if (!slice_is(slice_text(e->type), "user.session.start")) return;
    struct json_writer *j = fact_begin(w, "sign_in", SOURCE_OKTA, session);
    if (j == NULL) return;
    const struct person *p = world_person(w, e->actor);
    const bool ok = slice_is(slice_text(e->result), "SUCCESS");
    json_member_text(j, "account", p->account);
    json_member_text(j, "service", "directory");
    json_member_text(j, "state", ok ? "success" : "failure");
    json_member_u64(j, "factors", e->factors);
    json_member_bool(j, "privileged", p->role == ROLE_OPERATIONS);
    json_member_text(j, "address", e->ip);
    json_member_text(j, "country", e->country);
    record_end(w);
}

void okta_say(struct world *w, const struct okta_event *e)
{
    const uint64_t id = stream_next(w->random);
    const struct word session = word_uuid(id, id ^ (uint64_t)w->now);
    const struct person *p = world_person(w, e->actor);
    struct json_writer *j = event_begin(w, SOURCE_OKTA, p->account, NULL);
    json_member_text(j, "uuid", session.text);
    json_member_text(j, "published", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "eventType", e->type);
    json_member_text(j, "version", "0");
    json_member_text(j, "severity", e->reason == NULL ? "INFO" : "WARN");
    json_member_text(j, "displayMessage", e->message);
    json_key(j, "actor");
    write_user(j, p);
    write_client(j, e);
    json_key(j, "outcome");
    json_object(j);
    json_member_text(j, "result", e->result);
    if (e->reason != NULL) json_member_text(j, "reason", e->reason);
    json_object_end(j);
    if (e->target != PERSON_NONE) {
        json_key(j, "target");
        json_array(j);
        write_user(j, world_person(w, e->target));
        json_array_end(j);
    }
    event_end(w);
    record_sign_in(w, e, session.text);
}
