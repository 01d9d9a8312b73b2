/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/html_page.h"

#include "base/bytes.h"
#include "base/html.h"
#include "base/timestamp.h"
#include "base/banned.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>Findings of candor hunt</title>\n<style>\n"
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;"
    "--l5:#8b1a1a;--l4:#c2410c;--l3:#a16207;--l2:#1d6fa5;--l1:#5b6670;--l0:#8a939b}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#0f1419;--fg:#e4e8ec;--dim:#9aa5b1;"
    "--line:#2d3640;--soft:#182028;--l5:#ff7b72;--l4:#ff9d5c;--l3:#e3b341;--l2:#6cb6ff;"
    "--l1:#a3b0bd;--l0:#7d8894}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);"
    "font:16px/1.5 system-ui,sans-serif}main{max-width:70rem;margin:0 auto;padding:1.5rem 1rem}\n"
    "h1{font-size:1.6rem;margin:0 0 1rem}h2{font-size:1.2rem;margin:2rem 0 .75rem}"
    "h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}p{margin:.35rem 0}\n"
    ".totals{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}.totals div{border:1px solid "
    "var(--line);border-radius:6px;padding:.5rem .9rem;background:var(--soft);min-width:6rem}"
    ".totals dt{color:var(--dim);font-size:.85rem}.totals dd{margin:0;font-size:1.25rem;"
    "font-variant-numeric:tabular-nums}\n"
    "article{overflow-wrap:anywhere;border:1px solid var(--line);border-radius:6px;padding:.9rem "
    "1rem;margin:0 0 .9rem}"
    ".level{display:inline-block;border:1px solid currentColor;border-radius:4px;padding:0 .45rem;"
    "font-size:.8rem;font-weight:600}.dim,.place{color:var(--dim);font-size:.9rem;"
    "overflow-wrap:anywhere}.place b{color:var(--fg)}\n"
    "summary{cursor:pointer;padding:.2rem 0}ol{padding-left:1.4rem;margin:.5rem 0}"
    "li{margin-bottom:.9rem}li li{margin-bottom:.2rem}td "
    "i{color:var(--dim)}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;"
    "font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;"
    "border-bottom:1px solid var(--line);overflow-wrap:normal}thead "
    "th{color:var(--dim);font-weight:600}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "code{white-space:pre-wrap;font:.85rem/1.45 ui-monospace,monospace;overflow-wrap:anywhere}"
    "pre{overflow-x:auto;background:var(--soft);padding:.6rem;border-radius:4px;font-size:.8rem}\n"
    "svg{display:block;width:100%;height:9.5rem}.ends{display:flex;"
    "justify-content:space-between}.axis{stroke:var(--line)}.l5{color:var(--l5);fill:var(--l5)}"
    ".l4{color:var(--l4);fill:var(--l4)}.l3{color:var(--l3);fill:var(--l3)}"
    ".l2{color:var(--l2);fill:var(--l2)}.l1{color:var(--l1);fill:var(--l1)}"
    ".l0{color:var(--l0);fill:var(--l0)}.keys>span{margin-right:1rem;white-space:nowrap}\n"
    "@media (max-width:30rem){th,td{padding:.25rem .35rem}.totals div{flex:1 1 7rem}}\n"
    "</style></head>\n<body><main><h1>Findings of candor hunt</h1>\n";

static const char *level_word(size_t level)
{
    return level == LEVEL_NONE ? "no level" : rule_level_name((uint8_t)level);
}

void html_page_head(struct writer *w)
{
    writer_text(w, head);
}

static void put_total(struct writer *w, const char *name, uint64_t value)
{
    writer_printf(w, "<div><dt>%s</dt><dd>%llu</dd></div>\n", name, (unsigned long long)value);
}

void html_page_totals(struct writer *w, const struct html_totals *totals,
                      const uint64_t levels[TIMELINE_LEVELS], uint64_t findings, size_t rules)
{
    writer_text(w, "<dl class=\"totals\">\n");
    put_total(w, "findings", findings);
    put_total(w, "rules that matched", rules);
    put_total(w, "events", totals->events);
    put_total(w, "files", totals->files);
    put_total(w, "faults in the input", totals->faults);
    writer_text(w, "</dl>\n<p class=\"keys\">");
    for (size_t level = TIMELINE_LEVELS; level-- > 0;) {
        if (levels[level] == 0) continue;
        writer_printf(w, "<span><span class=\"level l%zu\">%s</span> %llu</span>", level,
                      level_word(level), (unsigned long long)levels[level]);
    }
    writer_printf(w, "</p>\n<p class=\"dim\">candor %s</p>\n", totals->version);
}

static void put_start(struct writer *w, const struct timeline *t, size_t bin)
{
    static const int64_t s_max =
        INT64_MAX / 1'000'000'000; /* a wide first bin begins before 1677 */
    const int64_t start_s = timeline_start_s(t, bin);
    const int64_t shown_s = start_s < -s_max ? -s_max : start_s > s_max ? s_max : start_s;
    const struct civil c = timestamp_to_civil(shown_s * 1'000'000'000);
    writer_printf(w, "%04d-%02u-%02u", c.year, c.month, c.day);
    if (t->width_s < 86400) writer_printf(w, " %02u:%02u", c.hour, c.minute);
    if (t->width_s < 60) writer_printf(w, ":%02u", c.second);
}

enum { BAR_STEP = 20, BAR_WIDTH = 17, BAR_HEIGHT = 150, PLOT_TOP = 2 };

/* A bar of a bin, its levels on top of each other, the most severe below. */
static void put_bar(struct writer *w, const struct timeline *t, size_t bin, size_t x, uint64_t max)
{
    double y = PLOT_TOP + BAR_HEIGHT;
    for (size_t level = TIMELINE_LEVELS; level-- > 0;) {
        const double height = (double)t->counts[bin][level] * BAR_HEIGHT / (double)max;
        if (t->counts[bin][level] == 0) continue;
        y -= height;
        writer_printf(w, "<rect class=\"l%zu\" x=\"%zu\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>",
                      level, x, y, BAR_WIDTH, height);
    }
}

static void put_picture(struct writer *w, const struct timeline *t, uint64_t max)
{
    enum { BASE = PLOT_TOP + BAR_HEIGHT, BINS_MIN = 12 }; /* no bar is wider than a twelfth */
    const int width = (int)(t->bin_count < BINS_MIN ? BINS_MIN : t->bin_count) * BAR_STEP;
    writer_printf(w, "<p class=\"dim\">the highest bar: %llu</p>\n", (unsigned long long)max);
    writer_printf(w,
                  "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
                  "aria-label=\"Findings over time; the table below has the numbers\">\n"
                  "<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n",
                  width, BASE + 1, BASE, width, BASE);
    for (size_t i = 0; i < t->bin_count; i++)
        put_bar(w, t, i, i * BAR_STEP, max);
    writer_text(w, "</svg>\n<p class=\"dim ends\"><span>");
    put_start(w, t, 0);
    if (t->bin_count >= BINS_MIN) {
        writer_text(w, "</span><span>");
        put_start(w, t, t->bin_count - 1);
    }
    writer_text(w, "</span></p>\n");
}

static void put_table(struct writer *w, const struct timeline *t)
{
    writer_text(w, "<details><summary>The timeline as a table</summary><div class=\"scroll\">"
                   "<table><thead><tr><th scope=\"col\">from (UTC)</th>");
    for (size_t level = TIMELINE_LEVELS; level-- > 0;)
        writer_printf(w, "<th scope=\"col\" class=\"n\">%s</th>", level_word(level));
    writer_text(w, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < t->bin_count; i++) {
        if (timeline_total(t, i) == 0) continue;
        writer_text(w, "<tr><th scope=\"row\">");
        put_start(w, t, i);
        writer_text(w, "</th>");
        for (size_t level = TIMELINE_LEVELS; level-- > 0;) {
            writer_printf(w, "<td class=\"n\">%llu</td>", (unsigned long long)t->counts[i][level]);
        }
        writer_text(w, "</tr>\n");
    }
    writer_text(w, "</tbody></table></div></details>\n");
}

void html_page_timeline(struct writer *w, const struct timeline *t)
{
    uint64_t max = 1;
    for (size_t i = 0; i < t->bin_count; i++) {
        if (timeline_total(t, i) > max) max = timeline_total(t, i);
    }
    writer_text(w, "<h2>Timeline</h2>\n");
    if (t->bin_count > 0) {
        put_picture(w, t, max);
        put_table(w, t);
    }
    if (t->untimed > 0) {
        writer_printf(w, "<p>%llu findings in events without a time</p>\n",
                      (unsigned long long)t->untimed);
    }
}

void html_page_rule(struct writer *w, const struct rule *rule, uint64_t findings)
{
    const size_t level = rule->level <= LEVEL_CRITICAL ? rule->level : LEVEL_NONE;
    writer_text(w, "<article><h3>");
    html_text(w, output_title(rule), OUTPUT_VALUE_BYTES_MAX);
    writer_printf(w, "</h3>\n<p><span class=\"level l%zu\">%s</span> ", level, level_word(level));
    writer_text(w, "<span class=\"dim\">by ");
    html_text(w, rule->author.len > 0 ? rule->author : slice_text("an unnamed author"),
              OUTPUT_VALUE_BYTES_MAX);
    writer_text(w, "</span></p>\n<p class=\"dim\">");
    const bool named = !slice_equal(rule_reference(rule), output_title(rule));
    if (named) html_text(w, rule_reference(rule), OUTPUT_NAME_BYTES_MAX);
    for (size_t i = 0; i < rule->tags.count && i < OUTPUT_TAGS_MAX; i++) {
        writer_text(w, i > 0 ? ", " : named ? "<br>" : "");
        html_text(w, rule->tags.at[i], OUTPUT_NAME_BYTES_MAX);
    }
    writer_text(w, "</p>\n");
    if (rule->description.len > 0) {
        writer_text(w, "<p>");
        html_text(w, rule->description, OUTPUT_VALUE_BYTES_MAX);
        writer_text(w, "</p>\n");
    }
    writer_printf(w, "<details%s><summary>%llu finding%s</summary>\n<ol>\n",
                  level >= LEVEL_HIGH && findings <= 5 ? " open" : "", (unsigned long long)findings,
                  findings == 1 ? "" : "s");
}
