/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/platform.h"

#include "base/banned.h"

struct json_writer *platform_staff(struct world *w, enum source source, const char *category,
                                   uint32_t actor, const char *action, uint32_t subject)
{
    const struct person *p = world_person(w, actor);
    const struct word user = subject == NO_USER ? (struct word){} : word_user(subject);
    struct json_writer *j =
        event_begin(w, source, p->account, subject == NO_USER ? NULL : user.text);
    const int32_t offset = calendar_offset(p->market, w->now);
    json_member_text(j, "time", word_time(w->now, TIME_ZONE, offset).text);
    json_member_text(j, "product", "candor");
    json_member_text(j, "category", category);
    json_member_text(j, "actor", p->account);
    json_member_text(j, "actor_kind", "person");
    json_member_text(j, "actor_status", p->gone ? "left" : "active");
    json_member_text(j, "actor_account", word_user(p->private_user).text);
    json_member_text(j, "team", role_name(p->role));
    json_member_text(j, "action", action);
    if (subject != NO_USER) json_member_text(j, "subject", user.text);
    json_member_text(j, "source_ip", word_office_ip(actor, p->market).text);
    json_member_text(j, "country", markets[p->market].code);
    return j;
}

struct json_writer *platform_other(struct world *w, enum source source, const char *category,
                                   const struct platform_other *who, const char *action,
                                   uint32_t subject)
{
    const struct word user = subject == NO_USER ? (struct word){} : word_user(subject);
    struct json_writer *j =
        event_begin(w, source, who->actor, subject == NO_USER ? NULL : user.text);
    json_member_text(j, "time", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "product", "candor");
    json_member_text(j, "category", category);
    if (who->actor != NULL) json_member_text(j, "actor", who->actor);
    if (who->actor_kind != NULL) json_member_text(j, "actor_kind", who->actor_kind);
    json_member_text(j, "action", action);
    if (subject != NO_USER) json_member_text(j, "subject", user.text);
    if (who->source_ip != NULL) json_member_text(j, "source_ip", who->source_ip);
    if (who->country != NULL) json_member_text(j, "country", who->country);
    return j;
}

static void write_flags(const struct world *w, struct json_writer *j, uint32_t subject)
{
    const bool employee = user_is_employee(&w->people, subject);
    const bool public_figure = user_is_public_figure(subject);
    if (!employee && !public_figure) return;
    json_key(j, "subject_flags");
    json_array(j);
    if (employee) json_text(j, "employee");
    if (public_figure) json_text(j, "public_figure");
    json_array_end(j);
}

/* What an action of the admin tool is in the words of access records; NULL: no touch of data. */
static const struct tool_action {
    const char *name;
    const char *action;
    const char *class;
} tool_actions[] = {
    { "view_profile", "read", "account" },
    { "view_location", "read", "location" },
    { "read_messages", "read", "message" },
    { "export_data", "export", "content" },
    { "reset_password", "reset_credential", "account" },
    { "impersonate", "impersonate", "account" },
};

static void record_tool_access(struct world *w, uint32_t actor, const char *action,
                               uint32_t subject, const char *reason)
{
    const struct person *p = world_person(w, actor);
    const bool by_order = reason != NULL && slice_starts(slice_text(reason), slice_text("ORD-"));
    for (size_t i = 0; i < COUNT_OF(tool_actions) && subject != NO_USER; i++) {
        const struct tool_action *a = &tool_actions[i];
        if (!slice_is(slice_text(a->name), action)) continue;
        const struct access access = { .actor = p->account,
                                       .actor_kind = "human",
                                       .country = markets[p->market].code,
                                       .store = "admin-tool",
                                       .object = a->name,
                                       .class = a->class,
                                       .action = a->action,
                                       .purpose = by_order ? "legal_request" : NULL,
                                       .ticket = reason,
                                       .market = markets[user_market(subject)].code,
                                       .subject = subject,
                                       .rows = 1 };
        access_record(w, SOURCE_ADMIN_TOOL, &access);
    }
}

void admin_tool_say(struct world *w, uint32_t actor, const char *action, uint32_t subject,
                    const char *reason)
{
    struct json_writer *j =
        platform_staff(w, SOURCE_ADMIN_TOOL, "admin_tool", actor, action, subject);
    if (subject != NO_USER) write_flags(w, j, subject);
    json_member_text(j, "reason", reason == NULL ? "" : reason);
    event_end(w);
    record_tool_access(w, actor, action, subject, reason);
}

void api_request_say(struct world *w, const struct api_request *r)
{
    const struct word user = r->subject == NO_USER ? (struct word){} : word_user(r->subject);
    struct json_writer *j =
        event_begin(w, SOURCE_API, r->actor, r->subject == NO_USER ? NULL : user.text);
    json_member_text(j, "time", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "product", "candor");
    json_member_text(j, "category", "api_request");
    if (r->actor != NULL) json_member_text(j, "actor", r->actor);
    json_member_text(j, "token", r->token);
    json_member_text(j, "token_type", r->token_type);
    if (r->token_client != NULL) json_member_text(j, "token_client", r->token_client);
    json_member_text(j, "method", r->method);
    json_member_text(j, "path", r->path);
    json_member_u64(j, "status", r->status);
    if (r->subject != NO_USER) json_member_text(j, "subject", user.text);
    json_member_text(j, "user_agent", r->user_agent);
    if (r->runner != NULL) json_member_text(j, "runner", r->runner);
    json_member_text(j, "source_ip", r->source_ip);
    json_member_text(j, "country", r->country);
    event_end(w);
}

void access_record(struct world *w, enum source source, const struct access *a)
{
    struct json_writer *j = record_begin(w, "access", source);
    if (j == NULL) return;
    const struct word user = a->subject == NO_USER ? (struct word){} : word_user(a->subject);
    if (a->market != NULL) json_member_text(j, "market", a->market);
    json_member_text(j, "class", a->class);
    json_member_text(j, "action", a->action);
    json_member_text(j, "actor_kind", a->actor_kind);
    if (a->market != NULL && a->country != NULL) {
        json_member_bool(j, "abroad", !slice_is(slice_text(a->market), a->country));
    }
    json_member_text(j, "result", "ok");
    json_member_text(j, "actor", a->actor);
    if (a->country != NULL) json_member_text(j, "country", a->country);
    json_member_text(j, "employer", "platform.example");
    if (a->subject != NO_USER) {
        json_key(j, "subject");
        json_array(j);
        json_text(j, user.text);
        json_array_end(j);
        json_member_u64(j, "subjects", 1);
    }
    json_member_text(j, "store", a->store);
    json_member_text(j, "object", a->object);
    if (a->rows != 0) json_member_u64(j, "rows", a->rows);
    if (a->purpose != NULL) json_member_text(j, "purpose", a->purpose);
    if (a->grant != NULL) json_member_text(j, "grant", a->grant);
    if (a->ticket != NULL && a->ticket[0] != 0) json_member_text(j, "ticket", a->ticket);
    record_end(w);
}
