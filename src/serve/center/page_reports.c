/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "serve/center/page_report.h"
#include "serve/center/pages.h"
#include "base/banned.h"

static void put_link(struct page *p, const struct facts_entry *e)
{
    page_put(p, "<a href=\"/reports/");
    page_text(p, facts_field(e, FIELD_report_period));
    page_printf(p, "/%llu/\">", (unsigned long long)facts_number(e, FIELD_report_version));
    page_text(p, facts_field(e, FIELD_report_period));
    page_put(p, "</a>");
}

static void put_row(struct page *p, const struct facts_entry *e)
{
    page_put(p, "<tr><th scope=\"row\">");
    put_link(p, e);
    page_put(p, "</th><td class=\"n\">");
    page_number(p, facts_number(e, FIELD_report_version));
    page_put(p, "</td><td>");
    page_date(p, e->entry.time_s);
    page_put(p, "</td><td class=\"n\">");
    page_number(p, facts_number(e, FIELD_report_counted));
    page_put(p, "</td><td class=\"n\">");
    page_number(p, facts_number(e, FIELD_report_opened));
    page_put(p, "</td><td class=\"n\">");
    page_number(p, facts_number(e, FIELD_report_stated));
    page_put(p, "</td></tr>\n");
}

static void put_list(struct page *p)
{
    static const char *const heads[] = { "Period",  "#Version",  "Published", "#Counted",
                                         "#Opened", "#Declared", NULL };
    size_t at = p->view->facts->entry_count;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_report, &at);
    if (e == NULL) {
        page_empty(p, "No report has been published yet. The first one will stand here, and every "
                      "version of it will stay at its address.");
        return;
    }
    page_table(p, "Published reports, the newest first", heads);
    for (; e != NULL; e = facts_before(p->view->facts, KIND_report, &at))
        put_row(p, e);
    page_table_end(p);
    page_put(p, "<p><b>Counted</b> numbers can be counted again by anybody from public entries of "
                "the log. <b>Opened</b> ones need an auditor who may open private values. "
                "<b>Declared</b> ones are somebody's word, with their name and method.</p>\n");
}

void page_reports(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That everything that was decided was recorded, and that each record says what happened.",
        "Declared numbers: they are stated by the person whose name stands beside them.",
        NULL,
    };
    (void)token;
    if (rest.len > 0) {
        page_report(p, rest);
        return;
    }
    page_begin(p, "/reports/", "Reports");
    page_put(p, "<p class=\"lead\">What was taken down and why: accounts, content, appeals, orders "
                "of authorities. Nothing published is ever overwritten.</p>\n");
    put_list(p);
    page_end(p, not_proven);
}
