/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of live figures: the last twelve months by month, and split by the figure's columns, each
 * as a chart with its table, and all of them as CSV.
 */
#include "base/bytes.h"
#include "base/csv.h"
#include "serve/center/chart.h"
#include "serve/center/figures.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { ROWS_MAX = 160 /* of one table; the rest is in the CSV */ };

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

struct split {
    const struct figure *figure;
    struct figure_plan plan;
    const struct live_cell *cells;
    size_t count;
};

static bool split_of(const struct page *p, size_t number, struct split *ret_split)
{
    const struct live *live = &p->view->facts->live;
    struct fault unused;
    *ret_split = (struct split){ .figure = live_figure(number), .cells = live->cells };
    if (figure_resolve(ret_split->figure, &ret_split->plan, &unused).code != E_OK) return false;
    while (ret_split->cells < live->cells + live->cell_count && ret_split->cells->figure != number)
        ret_split->cells++;
    const size_t first = (size_t)(ret_split->cells - live->cells);
    while (first + ret_split->count < live->cell_count &&
           ret_split->cells[ret_split->count].figure == number)
        ret_split->count++;
    return true;
}

/* A value of a column, as people read it. */
static void value_print(const struct schema_column *c, uint16_t value, struct writer *w)
{
    if (c->type == COLUMN_FLAG) {
        writer_text(w, value != 0 ? "yes" : "no");
    } else {
        figure_value_print(c, value, w);
    }
}

static void put_value(struct page *p, const struct schema_column *c, uint16_t value)
{
    char text[64];
    struct writer w = writer_of(text, sizeof text - 1);
    value_print(c, value, &w);
    text[w.len] = '\0';
    page_word(p, text);
}

static uint64_t total_of(const struct live_cell *cells, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += cells[i].count;
    return total;
}

/* How many cells have the first value of the first of them. */
static size_t run_of(const struct live_cell *cells, size_t count)
{
    size_t run = 0;
    while (run < count && cells[run].by[0] == cells[0].by[0])
        run++;
    return run;
}

static void label_of(const struct schema_column *c, uint16_t value, struct chart_bar *bar)
{
    struct writer w = writer_of(bar->label, sizeof bar->label - 1);
    value_print(c, value, &w);
    bar->label[w.len] = '\0';
    for (size_t i = 0; i < w.len; i++) {
        if (bar->label[i] == '_') bar->label[i] = ' ';
    }
    if (bar->label[0] >= 'a' && bar->label[0] <= 'z') bar->label[0] = (char)(bar->label[0] - 32);
}

/* Each table has a name of its own on its page. */
static void table_of(struct page *p, const char *title, const char *what, const char *const *heads)
{
    char caption[256];
    struct writer w = writer_of(caption, sizeof caption - 1);
    writer_printf(&w, "%s: %s", title, what);
    caption[w.len] = '\0';
    page_table(p, caption, heads);
}

static void put_months(struct page *p, size_t number)
{
    static const char *const heads[] = { "Month", "#Count", NULL };
    const struct live *live = &p->view->facts->live;
    struct chart_bar bars[LIVE_MONTHS] = {};
    for (size_t i = 0; i < LIVE_MONTHS; i++) {
        const unsigned month = live->month_last + 12U - LIVE_MONTHS + 1U + (unsigned)i;
        struct writer w = writer_of(bars[i].label, sizeof bars[i].label - 1);
        writer_text(&w, months[month % 12]);
        bars[i].value = live->months[number][i];
    }
    chart_months(p, live_figure(number)->title, bars, LIVE_MONTHS);
    page_put(p, "<details class=\"more\"><summary>By month</summary>\n");
    table_of(p, live_figure(number)->title, "by month", heads);
    for (size_t i = 0; i < LIVE_MONTHS; i++) {
        page_put(p, "<tr><th scope=\"row\">");
        month_print((uint16_t)(live->month_last + 1 - LIVE_MONTHS + (int)i), &p->w);
        page_put(p, "</th><td class=\"n\">");
        page_number(p, bars[i].value);
        page_put(p, "</td></tr>\n");
    }
    page_table_end(p);
    page_put(p, "</details>\n");
}

static void put_shares(struct page *p, const struct split *s)
{
    struct chart_bar bars[CHART_BARS_MAX] = {};
    size_t count = 0;
    for (size_t at = 0; at < s->count && count < CHART_BARS_MAX;) {
        const size_t run = run_of(s->cells + at, s->count - at);
        label_of(s->plan.by[0], s->cells[at].by[0], &bars[count]);
        bars[count++].value = total_of(s->cells + at, run);
        at += run;
    }
    chart_shares(p, s->figure->title, bars, count);
}

static void put_cell(struct page *p, const struct split *s, const struct live_cell *c,
                     bool is_whole, uint64_t count)
{
    page_put(p, is_whole ? "<tr class=\"all\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
    put_value(p, s->plan.by[0], c->by[0]);
    page_put(p, "</th><td>");
    if (is_whole && s->plan.by[1] != NULL) page_put(p, "All");
    if (!is_whole) put_value(p, s->plan.by[1], c->by[1]);
    page_put(p, "</td><td class=\"n\">");
    page_number(p, count);
    page_put(p, "</td></tr>\n");
}

static void put_split(struct page *p, const struct split *s)
{
    const char *const heads[] = { s->plan.by[0]->name,
                                  s->plan.by[1] != NULL ? s->plan.by[1]->name : "split", "#Count",
                                  NULL };
    size_t rows = 0;
    table_of(p, s->figure->title, "last twelve months", heads);
    for (size_t at = 0; at < s->count && rows < ROWS_MAX;) {
        const size_t run = run_of(s->cells + at, s->count - at);
        put_cell(p, s, &s->cells[at], true, total_of(s->cells + at, run));
        rows++;
        for (size_t i = 0; s->plan.by[1] != NULL && i < run && rows < ROWS_MAX; i++, rows++)
            put_cell(p, s, &s->cells[at + i], false, s->cells[at + i].count);
        at += run;
    }
    page_table_end(p);
    if (rows == ROWS_MAX) page_put(p, "<p>More rows are in the CSV file.</p>\n");
}

static void put_figure(struct page *p, const struct figures_page *page, const char *id)
{
    const size_t number = live_number(id);
    struct split s = {};
    if (!split_of(p, number, &s)) return;
    page_printf(p, "<h2 id=\"%s\">%s</h2>\n<p>%s</p>\n", id, s.figure->title, s.figure->meaning);
    const uint64_t total = total_of(s.cells, s.count);
    page_put(p, "<dl class=\"facts\"><div><dt>Last twelve months</dt><dd class=\"big\">");
    page_number(p, total);
    page_put(p, "</dd></div></dl>\n");
    if (total > 0) {
        put_months(p, number);
        put_shares(p, &s);
        put_split(p, &s);
    }
    page_printf(p,
                "<p class=\"tools\"><a href=\"%s/figures.csv\">CSV of this page</a> · "
                "<a href=\"%s/definitions.txt\">Definitions</a></p>\n",
                page->path, page->path);
}

/* ---- the files of a page ---- */

static void put_csv_cell(struct page *p, const struct split *s, const struct live_cell *c)
{
    char text[64];
    struct csv_row row = csv_row_of(&p->w);
    csv_label(&row, s->figure->id);
    for (size_t i = 0; i < FIGURE_BY_MAX; i++) {
        struct writer w = writer_of(text, sizeof text);
        if (s->plan.by[i] == NULL) {
            csv_blank(&row);
            csv_blank(&row);
            continue;
        }
        figure_value_print(s->plan.by[i], c->by[i], &w);
        csv_label(&row, s->plan.by[i]->name);
        csv_text(&row, writer_slice(&w));
    }
    csv_number(&row, c->count);
    csv_number(&row, c->late);
    csv_end(&row);
}

static void write_csv(struct page *p, const struct figures_page *page)
{
    p->type = "text/csv; charset=utf-8";
    page_put(p, "figure,by_1,value_1,by_2,value_2,count,late\r\n");
    for (size_t i = 0; page->figures[i] != NULL; i++) {
        struct split s = {};
        if (!split_of(p, live_number(page->figures[i]), &s)) continue;
        for (size_t n = 0; n < s.count; n++)
            put_csv_cell(p, &s, &s.cells[n]);
    }
}

static void write_definitions(struct page *p, const struct figures_page *page)
{
    p->type = "text/plain; charset=utf-8";
    for (size_t i = 0; page->figures[i] != NULL; i++) {
        if (i > 0) page_put(p, "\n");
        figure_define(live_figure(live_number(page->figures[i])), &p->w);
    }
}

void figures_page_write(struct page *p, const struct figures_page *page, slice rest)
{
    if (slice_is(rest, "figures.csv")) {
        write_csv(p, page);
        return;
    }
    if (slice_is(rest, "definitions.txt")) {
        write_definitions(p, page);
        return;
    }
    if (rest.len > 0) {
        page_refuse(p, 404, "There is no such page", "This page has no part of that name.");
        return;
    }
    page_begin(p, page->path, page->title);
    page_printf(p, "<p class=\"lead\">%s</p>\n", page->lead);
    page_put(p, "<p>Counted from the ");
    page_number(p, p->view->facts->published);
    page_put(p,
             " published entries of <a href=\"/log\">the log</a>, the month at hand and the eleven "
             "before it. Whoever fetches these entries gets the same numbers: <code>candor log "
             "count</code>. The half-yearly numbers are in the <a href=\"/reports/\">reports</a>."
             "</p>\n");
    for (size_t i = 0; page->figures[i] != NULL; i++)
        put_figure(p, page, page->figures[i]);
    page_end(p, page->not_proven);
}
