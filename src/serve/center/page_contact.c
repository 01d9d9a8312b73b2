/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How to reach us, for people and as security.txt (RFC 9116), and how much of what was sent to us
 * is answered.
 */
#include "base/bytes.h"
#include "base/timestamp.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { EXPIRES_DAYS = 90, DAY_S = 86400 };

/* What came in and what was answered, as figures. */
static const struct {
    const char *name;
    const char *received[3];
    const char *answered;
} counted[] = {
    { "Notices of content", { "notices_received" }, "notices_decided" },
    { "Appeals and complaints", { "appeals_received" }, "appeals_decided" },
    { "Orders and requests of authorities",
      { "removal_orders", "information_requests" },
      "orders_answered" },
};

static uint64_t total_of(const struct live *live, const char *id)
{
    const size_t number = live_number(id);
    uint64_t total = 0;
    for (size_t i = 0; i < LIVE_MONTHS; i++)
        total += live->months[number][i];
    return total;
}

static void put_answers(struct page *p)
{
    static const char *const heads[] = { "What", "#Received", "#Answered", NULL };
    page_table(p, "Counted over the last twelve months", heads);
    for (size_t i = 0; i < COUNT_OF(counted); i++) {
        uint64_t received = 0;
        for (size_t n = 0; counted[i].received[n] != NULL; n++)
            received += total_of(&p->view->facts->live, counted[i].received[n]);
        page_printf(p, "<tr><th scope=\"row\">%s</th><td class=\"n\">", counted[i].name);
        page_number(p, received);
        page_put(p, "</td><td class=\"n\">");
        page_number(p, total_of(&p->view->facts->live, counted[i].answered));
        page_put(p, "</td></tr>\n");
    }
    page_table_end(p);
}

static void put_contact(struct page *p, const char *uri)
{
    const bool is_mail = slice_starts(slice_text(uri), slice_text("mailto:"));
    page_put(p, "<li><a href=\"");
    page_text(p, slice_text(uri));
    page_put(p, "\">");
    page_text(p, slice_text(uri + (is_mail ? sizeof "mailto:" - 1 : 0)));
    page_put(p, "</a></li>\n");
}

static void put_ways(struct page *p)
{
    const struct center_config *c = p->view->config;
    if (c->contact_count == 0) {
        page_empty(p, "Whoever runs this node has not said yet how to be reached. That is a fault: "
                      "<code>center: contacts</code> in candor.yaml is where it is said.");
        return;
    }
    page_put(p, "<ul>\n");
    for (size_t i = 0; i < c->contact_count; i++)
        put_contact(p, c->contacts[i]);
    page_put(p,
             "</ul>\n<p>The same for programs: <a href=\"/.well-known/security.txt\">security.txt"
             "</a>.");
    if (c->policy[0] != '\0') {
        page_put(p, " How we treat reports: <a href=\"");
        page_text(p, slice_text(c->policy));
        page_put(p, "\">our policy</a>.");
    }
    page_put(p, "</p>\n");
}

void page_contact(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That every message reached us: only what was recorded is counted.",
        "How long a single answer took: the exact times are private to the persons concerned. The "
        "half-yearly reports have medians, opened by an auditor.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/contact", "Contact");
    page_put(p, "<p class=\"lead\">Found a weakness, an error in a number, or a page that does not "
                "work for you? Tell us.</p>\n");
    put_ways(p);
    page_put(p, "<h2 id=\"answers\">What was sent to us, and answered</h2>\n");
    put_answers(p);
    page_end(p, not_proven);
}

void page_security_txt(struct page *p, slice rest, slice token)
{
    const struct center_config *c = p->view->config;
    const uint64_t expires_s = (p->view->facts->time_s / DAY_S + EXPIRES_DAYS) * DAY_S;
    const struct civil end = timestamp_to_civil((int64_t)(expires_s & UINT32_MAX) * 1000000000);
    (void)rest;
    (void)token;
    if (c->contact_count == 0) {
        page_refuse(p, 404, "No contact was given",
                    "Whoever runs this node has not said yet how to be reached.");
        return;
    }
    p->type = "text/plain; charset=utf-8";
    for (size_t i = 0; i < c->contact_count; i++) /*= RFC 9116 2.5.3: MUST always be present */
        page_printf(p, "Contact: %s\n", c->contacts[i]);
    /*= RFC 9116 2.5.5: MUST always be present and MUST NOT appear more than once */
    page_printf(p, "Expires: %04d-%02u-%02uT00:00:00Z\n", end.year, end.month, end.day);
    if (c->languages[0] != '\0') page_printf(p, "Preferred-Languages: %s\n", c->languages);
    if (c->policy[0] != '\0') page_printf(p, "Policy: %s\n", c->policy);
    if (c->url[0] == '\0') return;
    page_printf(p, "Canonical: %s/.well-known/security.txt\n", c->url);
}

void page_robots(struct page *p, slice rest, slice token)
{
    (void)rest;
    (void)token;
    p->type = "text/plain; charset=utf-8";
    page_put(p, "User-agent: *\nDisallow: /receipts/\nDisallow: /tile/\nDisallow: /v1/\n");
}
