/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Controls and the roadmap, as far as public columns tell them: results of control tests, and the
 * steps of each promise.
 */
#include "base/bytes.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { ROWS_MAX = 200 };

static void put_state(struct page *p, const char *word, bool is_bad, bool is_off)
{
    page_printf(p, "<span class=\"state%s\">", is_bad ? " no" : is_off ? " off" : "");
    page_word(p, word);
    page_put(p, "</span>");
}

static void put_verdict(struct page *p, const struct facts_entry *e)
{
    const uint16_t verdict = facts_column(e, COLUMN_verdict_verdict);
    page_printf(p, "<tr><th scope=\"row\">Test %u</th><td>", facts_column(e, COLUMN_verdict_test));
    put_state(p, facts_choice(e, COLUMN_verdict_verdict), verdict == VALUE_control_verdict_fail,
              verdict != VALUE_control_verdict_pass);
    page_put(p, "</td><td>");
    page_date(p, e->entry.time_s);
    page_put(p, "</td><td>");
    page_entry(p, e);
    page_put(p, "</td></tr>\n");
}

/* The newest verdict of each test. */
static void put_verdicts(struct page *p)
{
    static const char *const heads[] = { "Control test", "Last result", "Day", "Record", NULL };
    uint8_t seen[8192] = {}; /* a bit for each number */
    size_t at = p->view->facts->entry_count;
    size_t rows = 0;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_verdict, &at);
    if (e == NULL) {
        page_empty(p, "No control has been tested on this node yet. Results will stand here with "
                      "their day and their evidence in the log, and red ones stay visible.");
        return;
    }
    page_table(p, "The last result of each test", heads);
    for (; e != NULL && rows < ROWS_MAX; e = facts_before(p->view->facts, KIND_verdict, &at)) {
        const uint16_t test = facts_column(e, COLUMN_verdict_test);
        const uint8_t bit = (uint8_t)(1u << (test % 8));
        if ((seen[test / 8] & bit) != 0) continue;
        seen[test / 8] |= bit;
        put_verdict(p, e);
        rows++;
    }
    page_table_end(p);
}

void page_controls(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That a control that passes its test prevents what it is for.",
        "What was tested in detail: the test, its window and its exceptions are committed to in "
        "each record, and an auditor can have them opened.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/controls", "Controls");
    page_put(p, "<p class=\"lead\">Whether the security controls worked, tested by program over "
                "everything that was recorded, not over samples.</p>\n");
    put_verdicts(p);
    page_end(p, not_proven);
}

static void put_step(struct page *p, const struct facts_entry *e)
{
    page_printf(p, "<tr><th scope=\"row\">Promise %u</th><td>",
                facts_column(e, COLUMN_roadmap_item));
    page_word(p, facts_choice(e, COLUMN_roadmap_stage));
    page_put(p, "</td><td>");
    page_date(p, e->entry.time_s);
    page_put(p, "</td><td>");
    page_entry(p, e);
    page_put(p, "</td></tr>\n");
}

void page_roadmap(struct page *p, slice rest, slice token)
{
    static const char *const heads[] = { "Promise", "Step", "Day", "Record", NULL };
    static const char *const not_proven[] = {
        "That a promise is a good one, or the right one.",
        NULL,
    };
    size_t at = p->view->facts->entry_count;
    size_t rows = 0;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_roadmap, &at);
    (void)rest;
    (void)token;
    page_begin(p, "/roadmap", "Roadmap");
    page_put(p,
             "<p class=\"lead\">What we promised to do better, by when, and what became of it. A "
             "date can only be moved by a new entry that says so.</p>\n");
    if (e == NULL) {
        page_empty(p, "Nothing has been promised in this log yet.");
    } else {
        page_table(p, "Every step of every promise, the newest first", heads);
        for (; e != NULL && rows < ROWS_MAX; rows++) {
            put_step(p, e);
            e = facts_before(p->view->facts, KIND_roadmap, &at);
        }
        page_table_end(p);
    }
    page_end(p, not_proven);
}
