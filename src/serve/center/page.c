/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/page.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/html.h"
#include "base/timestamp.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { HASH_SHOWN = 12 }; /* digits of a shortened hash */
#define NS_PER_S 1000000000LL

void page_put(struct page *p, const char *markup)
{
    writer_text(&p->w, markup);
}

void page_printf(struct page *p, const char *format, ...)
{
    char text[1024];
    va_list values;
    va_start(values, format);
    const int len = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (len < 0 || (size_t)len >= sizeof text) {
        if (p->w.error == E_OK) p->w.error = E_LIMIT;
        return;
    }
    writer_text(&p->w, text);
}

void page_text(struct page *p, slice text)
{
    html_text(&p->w, text, PAGE_TEXT_BYTES_MAX);
}

void page_number(struct page *p, uint64_t number)
{
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) writer_u8(&p->w, ',');
        writer_u8(&p->w, (uint8_t)digits[i]);
    }
}

void page_word(struct page *p, const char *word)
{
    for (size_t i = 0; word[i] != '\0'; i++) {
        const bool first = i == 0 && word[i] >= 'a' && word[i] <= 'z';
        const char c = word[i] == '_' ? ' ' : word[i];
        writer_u8(&p->w, (uint8_t)(first ? c - 'a' + 'A' : c));
    }
}

/* ---- times ---- */

static int64_t ns_of(uint64_t time_s)
{
    const uint64_t most_s = INT64_MAX / NS_PER_S;
    return (int64_t)(time_s < most_s ? time_s : most_s) * NS_PER_S;
}

void page_time(struct page *p, uint64_t time_s)
{
    const struct civil c = timestamp_to_civil(ns_of(time_s));
    page_printf(p, "<time datetime=\"%04d-%02u-%02uT%02u:%02uZ\">", c.year, c.month, c.day, c.hour,
                c.minute);
    page_printf(p, "%04d-%02u-%02u %02u:%02u UTC</time>", c.year, c.month, c.day, c.hour, c.minute);
}

void page_date(struct page *p, uint64_t time_s)
{
    const struct civil c = timestamp_to_civil(ns_of(time_s));
    page_printf(p, "<time>%04d-%02u-%02u</time>", c.year, c.month, c.day);
}

void page_age(struct page *p, uint64_t time_s)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
    const uint64_t now_s = p->view->facts->time_s;
    const uint64_t age_s = now_s > time_s ? now_s - time_s : 0;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        const uint64_t n = age_s / units[i].seconds;
        if (n == 0) continue;
        page_printf(p, "%llu %s%s ago", (unsigned long long)n, units[i].name, n == 1 ? "" : "s");
        return;
    }
    page_put(p, "less than a minute ago");
}

/* ---- small parts ---- */

void page_hash_text(struct page *p, slice text)
{
    if (text.len <= HASH_SHOWN) {
        page_put(p, "<code>");
        page_text(p, text);
        page_put(p, "</code>");
        return;
    }
    page_put(p, "<details class=\"hash\"><summary><code>");
    page_text(p, (slice){ text.at, HASH_SHOWN });
    page_put(p, "…</code></summary><code>");
    page_text(p, text);
    page_put(p, "</code></details>");
}

void page_hash(struct page *p, slice bytes)
{
    uint8_t digits[2 * SHA256_BYTES];
    struct writer w = writer_of(digits, sizeof digits);
    writer_hex(&w, bytes);
    page_hash_text(p, writer_slice(&w));
}

void page_fact(struct page *p, const char *name)
{
    page_printf(p, "<div><dt>%s</dt><dd>", name);
}

void page_fact_end(struct page *p)
{
    page_put(p, "</dd></div>\n");
}

void page_empty(struct page *p, const char *text)
{
    page_printf(p, "<div class=\"empty\"><p>%s</p></div>\n", text);
}

void page_table(struct page *p, const char *caption, const char *const *heads)
{
    const size_t id = p->w.len;
    page_printf(p, "<div class=\"scroll\" role=\"region\" aria-labelledby=\"t%zu\" tabindex=\"0\">",
                id);
    page_printf(p, "<table><caption id=\"t%zu\">%s</caption><thead><tr>", id, caption);
    for (size_t i = 0; heads[i] != NULL; i++) {
        const bool is_number = heads[i][0] == '#';
        page_printf(p, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"n\"" : "",
                    heads[i] + is_number);
    }
    page_put(p, "</tr></thead>\n<tbody>\n");
}

void page_table_end(struct page *p)
{
    page_put(p, "</tbody></table></div>\n");
}

void page_entry(struct page *p, const struct facts_entry *e)
{
    page_put(p, "entry ");
    page_number(p, e->index);
    page_put(p, " <details class=\"hash\"><summary>leaf</summary><code>");
    writer_hex(&p->w, (slice){ e->leaf.bytes, sizeof e->leaf.bytes });
    page_put(p, "</code></details>");
}

/* ---- the shell ---- */

static void put_name(struct page *p)
{
    const char *name = p->view->config->name;
    page_text(p, name[0] != '\0' ? slice_text(name) : p->view->facts->checkpoint.origin);
}

/* Links of the rows that a bit of their places selects; the one to the path itself is marked. */
static void put_links(struct page *p, enum page_place place, const char *path)
{
    page_put(p, "<ul>");
    for (size_t i = 0; i < center_page_count; i++) {
        const struct center_page *row = &center_pages[i];
        if ((row->places & place) == 0) continue;
        const bool is_here = slice_is(slice_text(path), row->path);
        page_printf(p, "<li><a href=\"%s\"%s>%s</a></li>", row->path,
                    is_here ? " aria-current=\"page\"" : "", row->title);
    }
    page_put(p, "</ul>");
}

void page_begin(struct page *p, const char *path, const char *title)
{
    page_printf(p,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s · ",
                title);
    put_name(p);
    page_printf(p,
                "</title>\n<link rel=\"stylesheet\" href=\"%s\">\n"
                "<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n"
                "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/feed.atom\" "
                "title=\"What was published\">\n",
                p->view->stylesheet);
    if (p->has_script) page_put(p, "<script type=\"module\" src=\"/check.mjs\"></script>\n");
    page_put(p, "</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
                "<div class=\"bar\"><header><a class=\"name\" href=\"/\">");
    put_name(p);
    page_put(p, " <span>Transparency Center</span></a>\n<nav aria-label=\"Main\">");
    put_links(p, PLACE_TOP, path);
    page_printf(p, "</nav></header></div>\n<main id=\"main\">\n<h1>%s</h1>\n", title);
}

static void put_foot(struct page *p)
{
    static const struct {
        enum page_place place;
        const char *title;
    } groups[] = {
        { PLACE_NUMBERS, "Numbers" },
        { PLACE_CHECK, "Check us" },
        { PLACE_ANSWER, "What we answer for" },
        { PLACE_CONTACT, "Reach us" },
    };
    const struct facts *facts = p->view->facts;
    page_put(p, "</main>\n<footer><div><nav class=\"all\" aria-label=\"All pages\">\n");
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        page_printf(p, "<div><h2>%s</h2>", groups[i].title);
        put_links(p, groups[i].place, "");
        page_put(p, "</div>\n");
    }
    page_put(p, "</nav>\n<p>From the log <code>");
    page_text(p, facts->checkpoint.origin);
    page_put(p, "</code> at ");
    page_number(p, facts->checkpoint.size);
    page_put(p, " entries, ");
    page_time(p, facts->time_s);
    page_put(p, ". No cookies, no scripts from elsewhere, nothing about you is stored.</p>\n"
                "</div></footer>\n</body></html>\n");
}

void page_end(struct page *p, const char *const *not_proven)
{
    page_put(p, "<aside class=\"proves\" aria-labelledby=\"not-proven\">"
                "<h2 id=\"not-proven\">What this page does not prove</h2>\n<ul>\n");
    for (size_t i = 0; not_proven[i] != NULL; i++)
        page_printf(p, "<li>%s</li>\n", not_proven[i]);
    page_put(p, "</ul></aside>\n");
    put_foot(p);
}

void page_refuse(struct page *p, unsigned code, const char *title, const char *why)
{
    p->w.len = 0;
    p->w.error = E_OK;
    p->code = code;
    p->type = "text/html; charset=utf-8";
    p->cache = "no-store";
    p->has_script = false;
    page_begin(p, "", title);
    page_printf(p,
                "<p class=\"lead\">%s</p>\n<p>Start from the <a href=\"/\">overview</a>, or from "
                "the list of all pages below.</p>\n",
                why);
    put_foot(p);
}
