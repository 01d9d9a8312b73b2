/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/shape/ticket.h"

#include "simulate/shape/platform.h"
#include "base/banned.h"

static void record(struct world *w, const struct ticket *t, const char *id, const char *assignee)
{
    struct json_writer *j = fact_begin(w, "ticket", SOURCE_TICKETS, id);
    if (j == NULL) return;
    json_member_text(j, "system", "tickets");
    json_member_text(j, "state", t->state);
    json_member_text(j, "purpose", t->purpose);
    if (t->subject != NO_USER) {
        const struct word user = word_user(t->subject);
        json_member_text(j, "market", markets[user_market(t->subject)].code);
        json_member_text(j, "about", user.text);
        json_member_text(j, "opened_by", user.text);
        json_member_bool(j, "by_subject", true);
    }
    if (assignee != NULL) json_member_text(j, "assignee", assignee);
    record_end(w);
}

void ticket_say(struct world *w, const struct ticket *t)
{
    const struct word id = word_number("TCK-", t->number, 6);
    const char *assignee =
        t->assignee == PERSON_NONE ? NULL : world_person(w, t->assignee)->account;
    const struct platform_other who = { .actor = assignee };
    struct json_writer *j = platform_other(w, SOURCE_TICKETS, "ticket", &who, t->state, t->subject);
    json_member_text(j, "ticket", id.text);
    json_member_text(j, "topic", t->topic);
    json_member_text(j, "purpose", t->purpose);
    event_end(w);
    record(w, t, id.text, assignee);
}
