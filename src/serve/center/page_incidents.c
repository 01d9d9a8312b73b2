/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents, as their public columns tell them: which one, what it harmed, each step and its day.
 */
#include "base/bytes.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { INCIDENTS_SHOWN_MAX = 100, STEPS_SHOWN_MAX = 12 };

/* Days between the first entry of an incident with that stage and its first entry of all. */
struct incident_steps {
    const struct facts_entry *at[FACTS_OF_KIND_MAX];
    size_t count;
};

static void steps_of(const struct facts *facts, uint16_t number, struct incident_steps *ret_steps)
{
    ret_steps->count = 0;
    for (size_t i = 0; i < facts->entry_count && ret_steps->count < FACTS_OF_KIND_MAX; i++) {
        const struct facts_entry *e = &facts->entries[i];
        if (e->entry.schema->kind != KIND_incident) continue;
        if (facts_column(e, COLUMN_incident_number) != number) continue;
        ret_steps->at[ret_steps->count++] = e;
    }
}

/* The state after its last step that changes it; a notification or a note changes none. */
static const char *state_of(const struct incident_steps *s)
{
    for (size_t i = s->count; i > 0; i--) {
        const uint16_t stage = facts_column(s->at[i - 1], COLUMN_incident_stage);
        if (stage == VALUE_incident_stage_updated || stage == VALUE_incident_stage_notified ||
            stage == VALUE_incident_stage_reviewed) {
            continue;
        }
        return facts_choice(s->at[i - 1], COLUMN_incident_stage);
    }
    return "opened";
}

static void put_days(struct page *p, const struct incident_steps *s, uint16_t stage)
{
    for (size_t i = 0; i < s->count; i++) {
        if (facts_column(s->at[i], COLUMN_incident_stage) != stage) continue;
        const uint64_t days = (s->at[i]->entry.time_s - s->at[0]->entry.time_s) / 86400;
        page_printf(p, "%llu day%s", (unsigned long long)days, days == 1 ? "" : "s");
        return;
    }
    page_put(p, "not yet");
}

static void put_steps(struct page *p, const struct incident_steps *s)
{
    page_put(p, "<details class=\"more\"><summary>");
    page_printf(p, "%zu step%s</summary><ol>", s->count, s->count == 1 ? "" : "s");
    for (size_t i = 0; i < s->count && i < STEPS_SHOWN_MAX; i++) {
        page_put(p, "<li>");
        page_date(p, s->at[i]->entry.time_s);
        page_printf(p, " %s, ", facts_choice(s->at[i], COLUMN_incident_stage));
        page_entry(p, s->at[i]);
        page_put(p, "</li>\n");
    }
    page_put(p, "</ol></details>");
}

static void put_incident(struct page *p, uint16_t number, const struct incident_steps *s)
{
    const char *state = state_of(s);
    const bool is_over = slice_is(slice_text(state), "closed");
    page_printf(p, "<tr id=\"i%u\"><th scope=\"row\">%u</th><td>", number, number);
    page_word(p, facts_choice(s->at[0], COLUMN_incident_class));
    page_put(p, "</td><td>");
    page_date(p, s->at[0]->entry.time_s);
    page_printf(p, "</td><td><span class=\"state%s\">", is_over ? "" : " no");
    page_word(p, state);
    page_put(p, "</span></td><td>");
    put_days(p, s, VALUE_incident_stage_contained);
    page_put(p, "</td><td>");
    put_days(p, s, VALUE_incident_stage_notified);
    page_put(p, "</td><td>");
    put_steps(p, s);
    page_put(p, "</td></tr>\n");
}

static uint16_t newest_number(const struct facts *facts)
{
    uint16_t newest = 0;
    size_t at = facts->entry_count;
    for (const struct facts_entry *e = facts_before(facts, KIND_incident, &at); e != NULL;
         e = facts_before(facts, KIND_incident, &at)) {
        const uint16_t number = facts_column(e, COLUMN_incident_number);
        if (number > newest) newest = number;
    }
    return newest;
}

static void put_incidents(struct page *p)
{
    static const char *const heads[] = { "Number",        "Harmed",  "Opened",  "State",
                                         "To contain it", "To tell", "History", NULL };
    const uint16_t newest = newest_number(p->view->facts);
    size_t shown = 0;
    if (newest == 0) {
        page_empty(p, "No incident is public yet. One appears here as soon as its entry is "
                      "published, and can never be taken away again.");
        return;
    }
    page_table(p, "Incidents, the newest first", heads);
    for (uint16_t n = newest; n > 0 && shown < INCIDENTS_SHOWN_MAX; n--) {
        struct incident_steps steps = {};
        steps_of(p->view->facts, n, &steps);
        if (steps.count == 0) continue;
        put_incident(p, n, &steps);
        shown++;
    }
    page_table_end(p);
}

void page_incidents(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That every incident was noticed, or opened as one.",
        "What happened in detail: that is private, and may still help attackers. The record is "
        "committed to now, so that what is disclosed later can be held against it.",
        "Hours: public times are whole days.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/incidents", "Incidents");
    page_put(p,
             "<p class=\"lead\">What went wrong with the security of this service, step by step. "
             "Each step is an entry of the log, so none can be left out later.</p>\n");
    put_incidents(p);
    page_end(p, not_proven);
}
