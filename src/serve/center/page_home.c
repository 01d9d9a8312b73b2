/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "serve/center/head.h"
#include "serve/center/pages.h"
#include "base/banned.h"

static void put_latest_report(struct page *p)
{
    size_t at = p->view->facts->entry_count;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_report, &at);
    page_put(p, "<div><dt>Latest report</dt><dd>");
    if (e == NULL) {
        page_put(p, "None published yet");
    } else {
        page_put(p, "<a href=\"/reports/");
        page_text(p, facts_field(e, FIELD_report_period));
        page_printf(p, "/%llu/\">", (unsigned long long)facts_number(e, FIELD_report_version));
        page_text(p, facts_field(e, FIELD_report_period));
        page_put(p, "</a>, published ");
        page_date(p, e->entry.time_s);
    }
    page_put(p, "</dd></div>\n");
}

static void put_pages(struct page *p)
{
    page_put(p, "<h2>Look under the hood</h2>\n<ul class=\"cards\">\n");
    for (size_t i = 0; i < center_page_count; i++) {
        const struct center_page *page = &center_pages[i];
        if (page->summary[0] == '\0') continue;
        page_printf(p, "<li><a href=\"%s\">%s</a><span>%s</span></li>\n", page->path, page->title,
                    page->summary);
    }
    page_put(p, "</ul>\n");
}

static const char introduction[] =
    "<p class=\"lead\">What we record cannot be rewritten, and what we publish can be checked. "
    "You need no login, no appointment and not our word.</p>\n";

static const char how[] =
    "<h2>How it works</h2>\n<ol>\n"
    "<li>Everything that matters becomes a record in one log that only grows: each decision on an "
    "account or on content, each order of an authority, each touch of user data, each change of "
    "our rules.</li>\n"
    "<li>The log is a tree of hashes. Its head, a few lines of signed text, stands for all of it: "
    "who has kept an old head can see whether anything under it was changed.</li>\n"
    "<li>Every number in our reports is counted from public entries of the log. You can count them "
    "again, with a program of ours, of somebody else, or in this browser.</li>\n</ol>\n";

void page_home(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That everything that happened was recorded. A log proves what is in it, not that "
        "everything is in it. Receipts, numbers without gaps and counts from outside are what "
        "narrows that.",
        "That what was recorded is true. It proves that it was recorded then, and not changed.",
        "That this page shows you the same as others. Compare the head with one that somebody "
        "else was shown, or believe the witnesses who did.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/", "Security you can check");
    page_put(p, introduction);
    page_put(p, "<dl class=\"facts\">\n");
    head_put_facts(p);
    put_latest_report(p);
    page_put(p, "<div><dt>Running</dt><dd>candor ");
    page_text(p, slice_text(p->view->build->version));
    page_put(p, ", since ");
    page_date(p, p->view->build->started_s);
    page_put(p, "</dd></div>\n</dl>\n");
    put_pages(p);
    page_put(p, how);
    page_end(p, not_proven);
}
