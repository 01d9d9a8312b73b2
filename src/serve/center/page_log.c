/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "serve/center/head.h"
#include "serve/center/pages.h"
#include "base/banned.h"

static void put_head(struct page *p)
{
    const struct facts *facts = p->view->facts;
    page_put(p, "<dl class=\"rows\">\n");
    page_fact(p, "Name of the log");
    page_put(p, "<code>");
    page_text(p, facts->checkpoint.origin);
    page_put(p, "</code>");
    page_fact_end(p);
    page_fact(p, "Root");
    page_hash(p, (slice){ facts->checkpoint.root.bytes, SHA256_BYTES });
    page_fact_end(p);
    page_fact(p, "Its key");
    if (p->view->log_key.len > 0) {
        page_hash_text(p, p->view->log_key);
    } else {
        page_put(p, "This node is read-only and does not know it.");
    }
    page_fact_end(p);
    page_fact(p, "Published entries");
    page_number(p, facts->published);
    if (facts->delay_s == 0) page_put(p, ", at once");
    if (facts->delay_s > 0) {
        page_printf(p, ", %u hours after they were recorded. ", (facts->delay_s + 3599) / 3600);
        page_put(p, "Heads and hashes are public at once, so that nothing can be changed in "
                    "between; entries wait, so that the log is no live feed for attackers.");
    }
    page_fact_end(p);
    page_put(p, "</dl>\n");
}

static void put_witnesses(struct page *p)
{
    static const char *const heads[] = { "Witness", "Cosigned", NULL };
    struct head_witness witnesses[HEAD_WITNESSES_MAX];
    const size_t count = head_witnesses(p->view->facts, witnesses);
    page_put(p, "<h2 id=\"witnesses\">Witnesses</h2>\n<p>A witness is somebody else who signs each "
                "head only if it extends the one before. To show you another log than others, we "
                "would need them to join in.</p>\n");
    if (count == 0) {
        page_empty(p, "No witness has cosigned this log yet. Until one does, you can only compare "
                      "heads with people you know.");
        return;
    }
    page_table(p, "Who cosigned the head shown here", heads);
    for (size_t i = 0; i < count; i++) {
        page_put(p, "<tr><th scope=\"row\">");
        page_text(p, witnesses[i].name);
        page_put(p, "</th><td>");
        page_time(p, witnesses[i].time_s);
        page_put(p, "</td></tr>\n");
    }
    page_table_end(p);
    if (p->view->facts->policy.len == 0) return;
    page_put(p, "<details class=\"more\"><summary>Their keys, and how many of them must agree"
                "</summary><pre>");
    page_text(p, p->view->facts->policy);
    page_put(p, "</pre></details>\n");
}

static void put_note(struct page *p)
{
    page_put(p, "<h2 id=\"head\">The signed head</h2>\n<p>This text is all of it: name, number of "
                "entries, root, signatures. It is at <a href=\"/checkpoint\">/checkpoint</a>. Keep "
                "a copy: with it you can later see whether anything under it was changed.</p>\n"
                "<pre>");
    page_text(p, p->view->facts->shown);
    page_put(p, "</pre>\n");
}

static void put_checking(struct page *p)
{
    page_put(p, "<h2 id=\"check\">Check it without us</h2>\n<ol>\n"
                "<li>Get a verifier that is not from this server: build <code>candor-verify</code> "
                "from its source, or use any program for C2SP tlog-tiles.</li>\n"
                "<li>Take the key of the log, and of its witnesses, from where we have no hand in "
                "it: an earlier visit, a contract, a newspaper.</li>\n"
                "<li>Check the head:</li>\n</ol>\n<pre>");
    page_put(p, "curl -sO ");
    page_text(p, p->view->host);
    page_put(p, "/checkpoint\ncandor-verify checkpoint --vkey ");
    page_text(p, p->view->log_key.len > 0 ? p->view->log_key : slice_text("KEY"));
    page_put(p, "</pre>\n"
                "<p>Everything else is under <code>/tile/</code>, as "
                "<a href=\"https://c2sp.org/tlog-tiles\">C2SP tlog-tiles</a> says: hashes at "
                "<code>/tile/LEVEL/N</code>, entries at <code>/tile/entries/N</code>. "
                "<a href=\"/verify\">The verifier as one page</a> works without a connection once "
                "you have saved it.</p>\n");
}

void page_log(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That everything that happened is in the log.",
        "That the signatures shown here hold: this server could show you anything. A verifier on "
        "your own machine tells.",
        "That others are shown the same log. Witnesses make it hard to do otherwise; comparing "
        "heads makes it visible.",
        NULL,
    };
    (void)rest;
    (void)token;
    page_begin(p, "/log", "The log");
    page_put(p, "<p class=\"lead\">One tree of hashes over everything that was recorded here. It "
                "can only grow, and its head is public at every moment.</p>\n"
                "<dl class=\"facts\">\n");
    head_put_facts(p);
    page_put(p, "</dl>\n");
    put_head(p);
    put_witnesses(p);
    put_note(p);
    put_checking(p);
    page_end(p, not_proven);
}
