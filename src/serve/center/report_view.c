/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/report_view.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

const char *const report_not_proven[] = {
    "That everything that happened was recorded, and that each record says what happened.",
    "Declared numbers: they are stated by the person whose name stands beside them.",
    "That this server shows you the same report as others. The hash of its manifest is in the log; "
    "whoever has the same head of the log has the same report.",
    NULL,
};

/* "reports/PERIOD/VERSION/NAME", NUL-terminated. */
bool report_path(const struct report_view *r, slice name, char *ret_path, size_t cap)
{
    struct writer w = writer_of(ret_path, cap - 1);
    writer_text(&w, "reports/");
    writer_bytes(&w, r->period);
    writer_printf(&w, "/%llu/", (unsigned long long)r->version);
    writer_bytes(&w, name);
    if (w.error != E_OK) return false;
    ret_path[w.len] = '\0';
    return true;
}

/* A whole file, to be freed by the caller; empty if it is not there. */
slice report_load(const struct page *p, const struct report_view *r, const char *name, size_t most)
{
    char path[128];
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct fault unused;
    if (p->view->folder == NULL || !report_path(r, slice_text(name), path, sizeof path)) {
        return slice_none();
    }
    const status s = file_load(p->view->folder, path, most, &bytes, &len, &unused);
    return s.code == E_OK ? (slice){ bytes, len } : slice_none();
}

void report_drop(slice loaded)
{
    if (loaded.len > 0) free((void *)(uintptr_t)loaded.at);
}

/* ---- what the pages of a version have in common ---- */

void report_put_base(struct page *p, const struct report_view *r)
{
    page_put(p, "/reports/");
    page_text(p, r->period);
    page_printf(p, "/%llu/", (unsigned long long)r->version);
}

void report_begin(struct page *p, const struct report_view *r, const char *what)
{
    char title[128];
    struct writer w = writer_of(title, sizeof title - 1);
    writer_printf(&w, "%s%s", what, what[0] != '\0' ? ", " : "Transparency report ");
    writer_bytes(&w, r->period); /* a period that was parsed: letters and digits */
    title[w.len] = '\0';
    p->has_script = p->view->has_verifier;
    page_begin(p, "", title);
    page_put(p, "<p class=\"crumbs\"><a href=\"/reports/\">Reports</a>");
    if (what[0] != '\0') {
        page_put(p, " › <a href=\"");
        report_put_base(p, r);
        page_put(p, "\">");
        page_text(p, r->period);
        page_put(p, "</a>");
    }
    page_put(p, "</p>\n");
    if (r->version >= r->newest) return;
    page_printf(p,
                "<div class=\"note bad\"><p><b>This is an old version.</b> Version %llu replaces "
                "it: <a href=\"/reports/",
                (unsigned long long)r->newest);
    page_text(p, r->period);
    page_printf(p, "/%llu/\">go to it</a>. This one stays here as it was published.</p></div>\n",
                (unsigned long long)r->newest);
}

void report_put_check(struct page *p, const struct report_view *r, slice cell, slice value)
{
    if (!p->view->has_verifier) return;
    page_put(p, "<div id=\"check-here\" hidden data-base=\"");
    report_put_base(p, r);
    page_put(p, "\" data-key=\"");
    page_text(p, p->view->log_key);
    page_put(p, "\" data-cell=\"");
    page_text(p, cell);
    page_put(p, "\" data-value=\"");
    page_text(p, value);
    page_put(p, "\"></div>\n");
}

/* ---- the manifest ---- */

/* The rest of the line that begins with a word, from *rest on; false if there is none. */
bool manifest_next(slice *rest, const char *word, slice *ret_value)
{
    while (rest->len > 0) {
        const uint8_t *end = memchr(rest->at, '\n', rest->len);
        const size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
        const slice line = { rest->at, len };
        *rest = slice_from(*rest, end == NULL ? len : len + 1);
        const slice want = slice_text(word);
        if (!slice_starts(line, want)) continue;
        *ret_value = slice_from(line, want.len);
        return true;
    }
    return false;
}

slice manifest_value(slice manifest, const char *word)
{
    slice value = slice_none();
    return manifest_next(&manifest, word, &value) ? value : slice_none();
}

/* The value split at its last space: a name, and a hash. */
slice manifest_split(slice value, slice *ret_hash)
{
    size_t at = value.len;
    while (at > 0 && value.at[at - 1] != ' ')
        at--;
    *ret_hash = slice_from(value, at);
    return (slice){ value.at, at > 0 ? at - 1 : 0 };
}

void report_put_words(struct page *p, slice value)
{
    char text[128];
    struct writer w = writer_of(text, sizeof text - 1);
    writer_bytes(&w, value.len < sizeof text ? value : (slice){ value.at, sizeof text - 1 });
    text[w.len] = '\0';
    for (size_t i = 0; i < w.len; i++) {
        if (text[i] == '_') text[i] = ' ';
    }
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = (char)(text[0] - 32);
    page_text(p, writer_slice(&w));
}

void report_put_value(struct page *p, slice value)
{
    uint64_t number = 0;
    if (num_parse_u64(value, &number).code == E_OK) {
        page_number(p, number);
    } else {
        page_text(p, value);
    }
}

slice report_part(slice *rest)
{
    const uint8_t *slash = memchr(rest->at, '/', rest->len);
    const size_t len = slash == NULL ? rest->len : (size_t)(slash - rest->at);
    const slice part = { rest->at, len };
    *rest = slice_from(*rest, slash == NULL ? len : len + 1);
    return part;
}
