/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receipt, looked up without signing in: the index of an entry and the hash of its leaf, which
 * only who was given the receipt knows before the entry is published.
 */
#include "base/bytes.h"
#include "serve/center/pages.h"
#include "serve/center/receipt.h"
#include "base/banned.h"

static void put_form(struct page *p, slice token)
{
    page_put(p, "<form action=\"/receipts/\" method=\"get\">\n"
                "<label for=\"token\">Your receipt</label>\n"
                "<p class=\"hint\" id=\"token-hint\">The number of the entry, a dash, and the 64 "
                "digits of its hash, as in the statement that you were sent.</p>\n"
                "<input type=\"text\" id=\"token\" name=\"token\" autocomplete=\"off\" "
                "spellcheck=\"false\" maxlength=\"90\" aria-describedby=\"token-hint\" value=\"");
    page_text(p, token);
    page_put(p, "\">\n<br><button type=\"submit\">Look it up</button>\n</form>\n");
}

static void put_columns(struct page *p, const struct entry *e)
{
    for (size_t i = 0; i < e->schema->column_count; i++) {
        char text[128];
        struct writer w = writer_of(text, sizeof text - 1);
        schema_column_print(&e->schema->columns[i], e->columns, &w);
        if (w.len == 0 || w.error != E_OK) continue;
        text[w.len] = '\0';
        page_put(p, "<li><code>");
        page_text(p, writer_slice(&w));
        page_put(p, "</code></li>\n");
    }
}

static void put_found(struct page *p, const struct receipt_found *found)
{
    struct entry e = {};
    struct fault unused;
    page_put(p, "<div class=\"note\" role=\"status\"><p><b>It is in the log.</b> Entry ");
    page_number(p, found->index);
    page_put(p, " has the hash of your receipt, and has not changed since.</p></div>\n");
    if (found->entry.len == 0) {
        page_put(p, "<p>What everybody can see of it is published later, with all entries of its "
                    "time.</p>\n");
    } else if (entry_parse(found->entry, &e, &unused).code == E_OK) {
        page_printf(p, "<h2>What everybody can see of it</h2>\n<p>%s, ", e.schema->title);
        page_date(p, e.time_s);
        page_put(p, ":</p>\n<ul>\n");
        put_columns(p, &e);
        page_put(p, "</ul>\n");
    }
    page_put(p,
             "<h2>Its proof</h2>\n<p>Keep this text. With it and the key of <a href=\"/log\">the "
             "log</a>, <code>candor-verify</code> or <a href=\"/verify\">the verifier page</a> "
             "shows that your entry is in the log, without us.</p>\n<pre>");
    page_text(p, found->proof);
    page_put(p, "</pre>\n");
    if (found->entry.len == 0) return;
    page_put(p, "<details class=\"more\"><summary>The entry itself, in Base64</summary><pre>");
    writer_base64(&p->w, found->entry);
    page_put(p, "</pre></details>\n");
}

static void put_answer(struct page *p, slice token)
{
    const struct receipt_found *found = p->view->receipt;
    if (token.len == 0) return;
    if (found != NULL) {
        put_found(p, found);
        return;
    }
    p->code = 404;
    page_put(p,
             "<div class=\"note bad\" role=\"status\"><p><b>There is no such receipt.</b> Either a "
             "digit was mistyped, or this is not the log that it is from. If you copied it "
             "whole from a statement of ours, then something is wrong: <a href=\"/contact\">tell "
             "us</a>, and keep the statement.</p></div>\n");
}

void page_receipt(struct page *p, slice rest, slice token)
{
    static const char *const not_proven[] = {
        "That the decision was right: that is what an appeal is for.",
        "That your decision is the only one about you.",
        NULL,
    };
    const slice given = rest.len > 0 ? rest : token;
    page_begin(p, "/receipts/", "Check a receipt");
    page_put(p,
             "<p class=\"lead\">If we decided about your account or your content, the statement of "
             "reasons came with a receipt. Here you see that the decision is in the log, without "
             "saying who you are.</p>\n");
    put_answer(p, given);
    put_form(p, given);
    page_end(p, not_proven);
}
