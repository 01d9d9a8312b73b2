/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/grant.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

struct word grant_name(uint64_t number)
{
    return word_number("GRT-", number, 6);
}

static void write_list(struct json_writer *j, const char *key, const char *item)
{
    json_key(j, key);
    json_array(j);
    json_text(j, item);
    json_array_end(j);
}

static void record(struct world *w, const struct grant *g, const char *name)
{
    struct json_writer *j = g->stage == NULL ? NULL : record_begin(w, "grant", SOURCES);
    if (j == NULL) return;
    const struct person *holder = world_person(w, g->holder);
    json_member_text(j, "market", markets[holder->market].code);
    json_member_text(j, "stage", g->stage);
    json_member_text(j, "purpose", g->break_glass ? "security_response" : "service_operation");
    json_member_text(j, "class", g->class);
    json_member_bool(j, "break_glass", g->break_glass);
    json_member_text(j, "grant", name);
    json_member_text(j, "beneficiary", holder->account);
    json_member_text(j, "requester", holder->account);
    if (g->approver != PERSON_NONE) {
        write_list(j, "approvers", world_person(w, g->approver)->account);
    }
    write_list(j, "subjects", "*");
    write_list(j, "classes", g->class);
    write_list(j, "stores", g->store);
    write_list(j, "actions", "read");
    write_list(j, "countries", markets[holder->market].code);
    json_member_text(j, "not_before", word_time(w->now, TIME_UTC, 0).text);
    json_member_text(j, "not_after", word_time(g->ends_ms, TIME_UTC, 0).text);
    if (g->ticket != NULL) json_member_text(j, "ticket", g->ticket);
    json_member_text(j, "reason", g->reason);
    if (g->break_glass) {
        json_member_text(j, "review_due", word_time(g->ends_ms + MS_PER_DAY, TIME_UTC, 0).text);
    }
    record_end(w);
}

void grant_say(struct world *w, const struct grant *g)
{
    const struct word name = grant_name(g->number);
    struct json_writer *j =
        platform_staff(w, SOURCE_GRANTS, "access_grant", g->actor, g->action, NO_USER);
    json_member_text(j, "grant", name.text);
    json_member_text(j, "requester", world_person(w, g->holder)->account);
    if (g->approver != PERSON_NONE) {
        json_member_text(j, "approver", world_person(w, g->approver)->account);
    }
    json_member_text(j, "reason", g->reason);
    if (g->ticket != NULL) json_member_text(j, "ticket", g->ticket);
    if (g->incident != NULL) json_member_text(j, "incident", g->incident);
    json_member_text(j, "store", g->store);
    json_member_text(j, "ends", word_time(g->ends_ms, TIME_SECOND, 0).text);
    event_end(w);
    record(w, g, name.text);
}
