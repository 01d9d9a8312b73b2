/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings are rendered where they arise, copied into an arena, and hang in a list at their rule;
 * the page is put together at the end.
 */
#include "judge/output/html.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/html.h"
#include "base/timestamp.h"
#include "judge/output/html_page.h"
#include "base/banned.h"

enum { FRAGMENT_BYTES = 512 * 1024 };

/* One rendered finding. */
struct fragment {
    struct fragment *next;
    slice text;
};

struct group {
    struct fragment *first, *last;
    uint64_t count, shown;
};

struct html_report {
    const struct ruleset *rs;  /* borrowed */
    struct group *groups;      /* owned: per rule, by its number */
    const struct rule **order; /* owned: scratch for the page */
    struct arena arena;
    struct timeline timeline;
    uint64_t findings;
    uint64_t levels[TIMELINE_LEVELS];
};

struct html_report *html_report_new(const struct ruleset *rs)
{
    struct html_report *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    *r = (struct html_report){ .rs = rs,
                               .groups = calloc(rs->rule_count + 1, sizeof *r->groups),
                               .order = calloc(rs->rule_count + 1, sizeof(struct rule *)),
                               .arena = arena_of(HTML_STORED_BYTES_MAX),
                               .timeline = timeline_of() };
    if (r->groups != NULL && r->order != NULL) return r;
    html_report_free(r);
    return NULL;
}

void html_report_free(struct html_report *r)
{
    if (r == NULL) return;
    free(r->groups);
    free(r->order);
    arena_done(&r->arena);
    free(r);
}

static void put_row(struct writer *w, slice name, slice value, slice selection)
{
    writer_text(w, "<tr><th scope=\"row\">");
    html_text(w, name.len > 0 ? name : slice_text("(keyword)"), OUTPUT_NAME_BYTES_MAX);
    writer_text(w, "</th><td><code>");
    html_text(w, value, HTML_VALUE_BYTES_MAX);
    writer_text(w, value.len > 0 ? "</code></td><td>" : "</code><i>(empty)</i></td><td>");
    html_text(w, selection, OUTPUT_NAME_BYTES_MAX);
    writer_text(w, "</td></tr>\n");
}

/* Whether the field was told already: a value that several words of a rule match is shown once. */
static bool is_repeated(const struct finding *f, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (slice_equal(f->fields[i].name, f->fields[at].name) &&
            slice_equal(f->fields[i].value, f->fields[at].value) &&
            slice_equal(f->fields[i].selection, f->fields[at].selection)) {
            return true;
        }
    }
    return false;
}

static void put_fields(struct writer *w, const struct finding *f)
{
    size_t shown = 0;
    uint64_t left = f->fields_left;
    if (f->field_count + f->group_count == 0) return;
    writer_text(w,
                "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">field</th><th "
                "scope=\"col\">value</th><th scope=\"col\">selection</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < f->field_count; i++) {
        if (is_repeated(f, i)) continue;
        if (shown++ < HTML_FIELDS_MAX) {
            put_row(w, f->fields[i].name, f->fields[i].value, f->fields[i].selection);
        } else {
            left++;
        }
    }
    for (size_t i = 0; i < f->group_count && i < HTML_FIELDS_MAX; i++)
        put_row(w, f->groups[i].field,
                f->groups[i].is_absent ? slice_text("(absent)") : f->groups[i].value,
                slice_text("group"));
    writer_text(w, "</tbody></table></div>\n");
    if (left > 0) writer_printf(w, "<p>%llu more matched</p>\n", (unsigned long long)left);
}

static void put_time(struct writer *w, int64_t ns)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    writer_bytes(w, (slice){ time, timestamp_write(ns, time) });
}

static void put_place(struct writer *w, slice file, uint64_t line, uint64_t record,
                      uint32_t element)
{
    html_text(w, file, HTML_VALUE_BYTES_MAX);
    if (line > 0) {
        writer_printf(w, ", line %llu", (unsigned long long)line);
    } else if (record > 0) {
        writer_printf(w, ", record %llu", (unsigned long long)record);
    }
    if (element > 0) writer_printf(w, ", element %u", element);
}

/* The window of a correlation and its events. */
static void put_window(struct writer *w, const struct output_item *item)
{
    const struct finding *f = item->finding;
    const uint64_t events = f->evidence_count + f->evidence_left;
    writer_text(w, "<p>from ");
    put_time(w, f->window_start_ns);
    writer_text(w, " to ");
    put_time(w, f->window_end_ns);
    writer_printf(w, ": measured %.15g</p>\n<details><summary>%llu event%s</summary><ol>\n",
                  f->measure, (unsigned long long)events, events == 1 ? "" : "s");
    for (size_t i = 0; i < item->event_count && i < HTML_EVENTS_MAX; i++) {
        const struct output_event *e = &item->events[i];
        writer_text(w, "<li class=\"place\">");
        put_place(w, e->file, e->line, e->record, e->element);
        writer_text(w, "</li>\n");
    }
    writer_text(w, "</ol>");
    if (events > item->event_count || events > HTML_EVENTS_MAX) {
        const size_t told =
            item->event_count < HTML_EVENTS_MAX ? item->event_count : (size_t)HTML_EVENTS_MAX;
        writer_printf(w, "<p>%llu more</p>", (unsigned long long)(events - told));
    }
    writer_text(w, "</details>\n");
}

static void put_finding(struct writer *w, const struct output_item *item)
{
    const struct finding *f = item->finding;
    writer_text(w, "<li><p class=\"place\"><b>");
    if (f->is_time_assumed) {
        writer_text(w, "no time");
    } else {
        put_time(w, f->time_ns);
    }
    writer_text(w, "</b> ");
    put_place(w, item->file, item->line, item->record, item->element);
    writer_printf(w, ", byte %llu</p>\n", (unsigned long long)item->offset);
    if (f->kind == FINDING_EVICTION) {
        writer_printf(w, "<p>%llu groups given up: its memory was used up</p>\n",
                      (unsigned long long)f->evicted_count);
    } else {
        put_fields(w, f);
    }
    if (f->kind == FINDING_CORRELATION) put_window(w, item);
    if (item->explanation.len > 0) {
        writer_text(w, "<details><summary>The rule, step by step</summary><pre>");
        slice rest = item->explanation; /* its line feeds are those of the page */
        for (size_t len = 0; rest.len > 0 && w->len < FRAGMENT_BYTES / 2;
             rest = slice_from(rest, len)) {
            const uint8_t *end = memchr(rest.at, '\n', rest.len);
            len = end == NULL ? rest.len : (size_t)(end - rest.at) + 1;
            html_text(w, (slice){ rest.at, len - (end != NULL) }, HTML_VALUE_BYTES_MAX * 2);
            writer_u8(w, '\n');
        }
        writer_text(w, "</pre></details>\n");
    }
    writer_text(w, "</li>\n");
}

void html_finding_write(struct writer *w, const struct output_item *item)
{
    if (writer_end(w).code != E_OK) return;
    const size_t left = w->cap - w->len;
    struct writer one = writer_of(w->at + w->len, left < FRAGMENT_BYTES ? left : FRAGMENT_BYTES);
    put_finding(&one, item);
    if (writer_end(&one).code == E_OK) {
        w->len += one.len;
    } else {
        w->error = one.error;
    }
}

bool html_report_wants(const struct html_report *r, const struct rule *rule)
{
    return __atomic_load_n(&r->groups[rule->number].shown, __ATOMIC_RELAXED) < HTML_SHOWN_MAX;
}

status html_report_add(struct html_report *r, const struct rule *rule, int64_t time_ns,
                       bool is_time_assumed, slice text)
{
    struct group *group = &r->groups[rule->number];
    r->findings++;
    r->levels[rule->level <= LEVEL_CRITICAL ? rule->level : 0]++;
    group->count++;
    if (is_time_assumed) {
        r->timeline.untimed++;
    } else {
        timeline_add(&r->timeline, time_ns, rule->level);
    }
    if (group->shown == HTML_SHOWN_MAX || text.len == 0) return OK;
    if (text.len + sizeof(struct fragment) + 64 > r->arena.cap - r->arena.used) return OK;
    struct fragment *fragment = arena_take(&r->arena, sizeof *fragment);
    const slice copy = arena_copy(&r->arena, text);
    if (fragment == NULL || copy.at == NULL) return FAIL(E_NOMEM);
    fragment->text = copy;
    if (group->last == NULL) {
        group->first = fragment;
    } else {
        group->last->next = fragment;
    }
    group->last = fragment;
    __atomic_store_n(&group->shown, group->shown + 1, __ATOMIC_RELAXED);
    return OK;
}

/* The more severe rules first, of equal ones those with more findings. */
static int by_level(const void *a, const void *b, void *with)
{
    const struct group *groups = with;
    const struct rule *left = *(const struct rule *const *)a;
    const struct rule *right = *(const struct rule *const *)b;
    const uint64_t l = groups[left->number].count;
    const uint64_t r = groups[right->number].count;
    if (left->level != right->level) return left->level < right->level ? 1 : -1;
    if (l != r) return l < r ? 1 : -1;
    return (left->number > right->number) - (left->number < right->number);
}

static status put_group(struct html_report *r, const struct rule *rule, uint8_t *text, html_put put,
                        void *with)
{
    const struct group *group = &r->groups[rule->number];
    struct writer w = writer_of(text, OUTPUT_BYTES_MAX);
    html_page_rule(&w, rule, group->count);
    TRY(writer_end(&w));
    TRY(put(with, writer_slice(&w)));
    for (const struct fragment *f = group->first; f != NULL; f = f->next)
        TRY(put(with, f->text));
    w = writer_of(text, OUTPUT_BYTES_MAX);
    writer_text(&w, "</ol>\n");
    if (group->count > group->shown) {
        writer_printf(&w, "<p>%llu more findings of this rule</p>\n",
                      (unsigned long long)(group->count - group->shown));
    }
    writer_text(&w, "</details></article>\n");
    return put(with, writer_slice(&w));
}

status html_report_write(struct html_report *r, const struct html_totals *totals, uint8_t *text,
                         html_put put, void *with)
{
    struct writer w = writer_of(text, OUTPUT_BYTES_MAX);
    size_t count = 0;
    for (size_t i = 0; i < r->rs->rule_count; i++) {
        if (r->groups[r->rs->rules[i]->number].count > 0) r->order[count++] = r->rs->rules[i];
    }
    qsort_r(r->order, count, sizeof(struct rule *), by_level, r->groups);
    html_page_head(&w);
    html_page_totals(&w, totals, r->levels, r->findings, count);
    html_page_timeline(&w, &r->timeline);
    writer_text(&w, "<h2>Findings by rule</h2>\n");
    if (count == 0) writer_text(&w, "<p>No rule matched.</p>\n");
    TRY(writer_end(&w));
    TRY(put(with, writer_slice(&w)));
    for (size_t i = 0; i < count; i++)
        TRY(put_group(r, r->order[i], text, put, with));
    return put(with, slice_text("</main></body></html>\n"));
}
