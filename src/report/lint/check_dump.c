/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/check_dump.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/timestamp.h"
#include "intake/decision/dump.h"
#include "report/lint/keys.h"
#include "report/template/template.h"
#include "base/banned.h"

enum { PLATFORMS_MAX = 4096, HASTY_MIN = 20, KEY_BYTES_MAX = 1024, DAY_BYTES = 10 };
static const int64_t MINUTE_NS = INT64_C(60) * 1000000000;

/* What a platform decided without automation, and how much of it within a minute. */
struct platform {
    slice name;
    uint64_t row; /* its first */
    uint64_t decisions;
    uint64_t hasty;
};

struct reading {
    struct lint *l;
    const struct lint_file *file;
    struct dump dump;
    struct dump_row row;
    uint64_t number; /* of the row, the header is 1 */
    struct keys puids;
    struct keys names;
    struct platform *platforms; /* owned; names view the file */
    size_t platform_count;
};

static slice field(const struct reading *r, const char *name)
{
    const size_t at = dump_field(&r->dump, name);
    return at == SIZE_MAX ? slice_none() : r->row.fields[at];
}

__attribute__((format(printf, 5, 6))) static void say(struct reading *r, unsigned rule,
                                                      enum lint_severity severity,
                                                      const char *column, const char *format, ...)
{
    char text[LINT_TEXT_BYTES_MAX];
    va_list arguments;
    const bool whole = column[0] == '\0';
    const struct lint_said said = {
        .number = rule,
        .severity = severity,
        .place = place_file(r->file),
        .row = r->number,
        .column = slice_text(column),
        .said = whole ? slice_none() : field(r, column),
        .expected = slice_none(),
    };
    va_start(arguments, format);
    const int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(len >= 0);
    lint_say_of(r->l, &said, "%s", text);
}

/* ---- TR-69 ---- */

static status check_puid(struct reading *r)
{
    uint8_t room[KEY_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    bool is_new = false;
    size_t first = 0;
    const slice puid = field(r, "platform_uid");
    if (puid.len == 0) return OK;
    writer_bytes(&w, field(r, "platform_name"));
    writer_u8(&w, '/');
    writer_bytes(&w, puid);
    if (writer_end(&w).code != E_OK) return OK; /* longer than any: decision rules refuse it */
    TRY(keys_add(&r->puids, writer_slice(&w), r->number, &is_new, &first));
    if (!is_new) say(r, 69, LINT_ERROR, "platform_uid", "row %zu has it too", first);
    return OK;
}

/* ---- TR-70 ---- */

/* A day as it is written, "2026-01-31" or with a time; empty if it is none. */
static slice day_of(slice text)
{
    return text.len < DAY_BYTES ? slice_none() : (slice){ text.at, DAY_BYTES };
}

static void check_dates(struct reading *r)
{
    static const char *const ends[] = {
        "end_date_visibility_restriction",
        "end_date_monetary_restriction",
        "end_date_service_restriction",
        "end_date_account_restriction",
    };
    const slice applied = day_of(field(r, "application_date"));
    const slice content = day_of(field(r, "content_date"));
    if (applied.len == 0) return;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        const slice end = day_of(field(r, ends[i]));
        if (end.len == 0 || slice_compare(end, applied) >= 0) continue;
        say(r, 70, LINT_ERROR, ends[i], "the restriction ends before it applies");
    }
    if (content.len > 0 && slice_compare(content, applied) > 0) {
        say(r, 70, LINT_ERROR, "content_date", "the content is younger than the decision");
    }
}

/* ---- TR-71 ---- */

static bool has(slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

/* The word in quotes at the start of a list's text; false behind the last. */
static bool next_word(slice *rest, slice *ret_word)
{
    size_t at = 0;
    while (at < rest->len && rest->at[at] != 'K')
        at++;
    size_t end = at;
    while (end < rest->len && rest->at[end] != '"' && rest->at[end] != ',')
        end++;
    *ret_word = (slice){ rest->at + at, end - at };
    *rest = slice_from(*rest, end);
    return ret_word->len > 0;
}

/* The category that a keyword belongs to; 0 if it is none of the template. */
static uint8_t category_of(slice keyword)
{
    for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
        const struct template_category *c = &template_categories[i];
        if (c->is_keyword && slice_is(keyword, c->code)) return c->number;
    }
    return 0;
}

static bool is_under(const struct reading *r, uint8_t number)
{
    const slice own = field(r, "category");
    const slice more = field(r, "category_addition");
    for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
        const struct template_category *c = &template_categories[i];
        if (c->is_keyword || c->number != number) continue;
        if (slice_is(own, c->code) || has(more, c->code)) return true;
    }
    return false;
}

static void check_keywords(struct reading *r)
{
    static const char other[] = "KEYWORD_OTHER";
    slice rest = field(r, "category_specification");
    slice word = {};
    while (next_word(&rest, &word)) {
        const uint8_t number = category_of(word);
        if (slice_is(word, other)) {
            if (field(r, "category_specification_other").len > 0) continue;
            say(r, 71, LINT_WARNING, "category_specification", "%s without a text", other);
        } else if (number != 0 && !is_under(r, number)) {
            say(r, 71, LINT_WARNING, "category_specification",
                "%.*s belongs to none of its categories", (int)word.len, (const char *)word.at);
        }
    }
    const slice scope = field(r, "territorial_scope");
    if (r->dump.is_light || (scope.len > 0 && !slice_is(scope, "[]"))) return;
    say(r, 71, LINT_WARNING, "territorial_scope", "no territory");
}

/* ---- TR-72 ---- */

static status platform_of(struct reading *r, struct platform **ret_platform)
{
    bool is_new = false;
    size_t at = 0;
    const slice name = field(r, "platform_name");
    *ret_platform = NULL;
    if (r->platform_count == PLATFORMS_MAX) {
        if (keys_find(&r->names, name, &at)) *ret_platform = &r->platforms[at];
        return OK;
    }
    TRY(keys_add(&r->names, name, r->platform_count, &is_new, &at));
    if (is_new) {
        r->platforms[r->platform_count++] = (struct platform){ .name = name, .row = r->number };
    }
    *ret_platform = &r->platforms[at];
    return OK;
}

static status count_delay(struct reading *r)
{
    struct platform *p = NULL;
    int64_t content = 0;
    int64_t applied = 0;
    if (!slice_is(field(r, "automated_decision"), "AUTOMATED_DECISION_NOT_AUTOMATED")) return OK;
    if (timestamp_parse_iso(field(r, "content_date"), &content).code != E_OK) return OK;
    if (timestamp_parse_iso(field(r, "application_date"), &applied).code != E_OK) return OK;
    int64_t delay = 0;
    if (__builtin_sub_overflow(applied, content, &delay)) return OK;
    TRY(platform_of(r, &p));
    if (p == NULL) return OK;
    p->decisions++;
    p->hasty += delay < MINUTE_NS;
    return OK;
}

static void check_delays(struct reading *r)
{
    for (size_t i = 0; i < r->platform_count; i++) {
        const struct platform *p = &r->platforms[i];
        if (p->decisions < HASTY_MIN || p->hasty * 2 <= p->decisions) continue;
        const struct lint_said said = {
            .number = 72,
            .severity = LINT_WARNING,
            .place = place_file(r->file),
            .row = p->row,
            .column = slice_text("automated_decision"),
            .said = p->name,
            .expected = slice_none(),
        };
        lint_say_of(r->l, &said,
                    "%" PRIu64 " of %" PRIu64 " decisions without automation came at once",
                    p->hasty, p->decisions);
    }
}

/* ---- all ---- */

static status check_row(struct reading *r)
{
    if (r->row.has_bad_utf8) say(r, 2, LINT_ERROR, "", "the bytes are not UTF-8");
    check_dates(r);
    check_keywords(r);
    TRY(check_puid(r));
    return count_delay(r);
}

static status check_rows(struct reading *r)
{
    struct fault f = {};
    size_t used = 0;
    if (dump_begin(r->file->bytes, &r->dump, &used, &f).code != E_OK) return OK;
    r->number = 1;
    for (slice rest = slice_from(r->file->bytes, used); rest.len > 0;
         rest = slice_from(rest, used)) {
        r->number++;
        if (dump_next(&r->dump, rest, &r->row, &used, &f).code != E_OK)
            say(r, 3, LINT_ERROR, "", "%s", f.text);
        else
            TRY(check_row(r));
    }
    check_delays(r);
    return OK;
}

status check_dump(struct lint *l, const struct lint_file *file, struct fault *f)
{
    struct reading *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->l = l;
    r->file = file;
    r->platforms = calloc(PLATFORMS_MAX, sizeof *r->platforms);
    status s = r->platforms == NULL ? FAIL(E_NOMEM) : keys_init(&r->puids);
    if (s.code == E_OK) s = keys_init(&r->names);
    if (s.code == E_OK) s = check_rows(r);
    keys_done(&r->puids);
    keys_done(&r->names);
    free(r->platforms);
    free(r);
    return s.code == E_OK ? OK : fault_set(f, s, "%s", status_text(s));
}
