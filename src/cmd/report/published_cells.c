/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/published_cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "cmd/report/report_of.h"
#include "base/banned.h"

#define MANIFEST "manifest"

/* ---- what was published ---- */

static bool is_hash(slice bytes, const hash *want)
{
    const hash is = sha256(bytes);
    return bytes_equal(is.bytes, want->bytes, sizeof is.bytes);
}

/* The hash of a file as the manifest has it: a line "file NAME HEX". */
static status manifest_hash(slice manifest, const char *name, hash *ret_hash)
{
    struct lines l = lines_of(manifest);
    while (lines_next(&l).code == E_OK) {
        slice hex = {};
        if (lines_expect(&l, "file").code != E_OK || lines_expect(&l, name).code != E_OK) continue;
        TRY(lines_word(&l, &hex));
        return num_parse_hex(hex, ret_hash->bytes, sizeof ret_hash->bytes);
    }
    return FAIL(E_NOT_FOUND);
}

static status cells_want(const struct center_folder *c, const struct registered *r, hash *ret_want,
                         struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(center_load(c, r->version, report_file_name(REPORT_MANIFEST), &bytes, &len, f));
    const slice manifest = { bytes, len };
    const bool fits =
        is_hash(manifest, &r->manifest) &&
        manifest_hash(manifest, report_file_name(REPORT_CELLS), ret_want).code == E_OK;
    free(bytes);
    if (fits) return OK;
    return fault_set(f, FAIL(E_INVALID), "its manifest is not the one that was published");
}

static status cells_load(const struct center_folder *c, const struct registered *r,
                         uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    hash want = {};
    TRY(cells_want(c, r, &want, f));
    TRY(center_load(c, r->version, report_file_name(REPORT_CELLS), ret_bytes, ret_len, f));
    if (is_hash((slice){ *ret_bytes, *ret_len }, &want)) return OK;
    free(*ret_bytes);
    *ret_bytes = NULL;
    return fault_set(f, FAIL(E_INVALID), "its cells.csv is not the one that was published");
}

status published_cells(const struct center_folder *c, const struct registered *r,
                       uint8_t **ret_bytes, size_t *ret_len, struct fault *f)
{
    char prefix[64];
    const status s = cells_load(c, r, ret_bytes, ret_len, f);
    if (s.code == E_OK) return OK;
    snprintf(prefix, sizeof prefix, "%s version %" PRIu64, r->period.name, r->version);
    return fault_within(f, s, prefix);
}

/* ---- every file of it ---- */

static status file_check(const struct center_folder *c, const struct registered *r,
                         const char *name, const hash *want, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(center_load(c, r->version, name, &bytes, &len, f));
    const bool is_it = is_hash((slice){ bytes, len }, want);
    free(bytes);
    if (is_it) return OK;
    return fault_set(f, FAIL(E_INVALID), "its %s is not the one that was published", name);
}

/* Every line "file NAME HEX" of a manifest that is the published one. */
static status listed_check(const struct center_folder *c, const struct registered *r,
                           slice manifest, struct fault *f)
{
    struct lines l = lines_of(manifest);
    while (lines_next(&l).code == E_OK) {
        char name[FILE_NAME_MAX + 1] = {};
        slice word = {};
        slice hex = {};
        hash want = {};
        if (lines_expect(&l, "file").code != E_OK) continue;
        const bool fits = lines_word(&l, &word).code == E_OK && word.len <= FILE_NAME_MAX &&
                          lines_word(&l, &hex).code == E_OK &&
                          num_parse_hex(hex, want.bytes, sizeof want.bytes).code == E_OK;
        if (!fits) return fault_set(f, FAIL(E_SYNTAX), "its manifest, line %zu: no file", l.number);
        bytes_copy(name, FILE_NAME_MAX, word);
        TRY(file_check(c, r, name, &want, f));
    }
    return OK;
}

static status files_check(const struct center_folder *c, const struct registered *r,
                          struct archive *a, struct fault *f)
{
    uint8_t *manifest = NULL;
    size_t len = 0;
    slice entry = {};
    TRY(file_check(c, r, MANIFEST, &r->manifest, f));
    TRY(center_load(c, r->version, MANIFEST, &manifest, &len, f));
    const status s = listed_check(c, r, (slice){ manifest, len }, f);
    free(manifest);
    TRY(s);
    if (r->version > 1) TRY(file_check(c, r, "changes.csv", &r->changes, f));
    TRY(archive_entry(a, r->index, &entry, f));
    const hash want = sha256(entry);
    return file_check(c, r, "entry", &want, f);
}

/* ---- what the log gives by now ---- */

static void tell_first(const struct changes *c, struct disagreement *d)
{
    const struct change *first = &c->at[0];
    snprintf(d->text, sizeof d->text, "cell %.*s: published \"%.*s\", the log gives \"%.*s\"",
             (int)first->cell.len, (const char *)first->cell.at, (int)first->from.len,
             (const char *)first->from.at, (int)first->to.len, (const char *)first->to.at);
    d->changed = c->count;
}

static status compare(struct view *v, const struct registered *r, slice published,
                      struct disagreement *d, struct fault *f)
{
    struct report *now = NULL;
    struct changes changes = {};
    TRY(report_of_summary(v, &r->period, &now, f));
    const status s =
        changes_find(published, report_file_bytes(now, REPORT_CELLS), NULL, 0, &changes, f);
    if (s.code == E_OK) {
        if (changes.count > 0) tell_first(&changes, d);
        changes_done(&changes);
    }
    report_free(now);
    return s;
}

/* Whether a failure is one of the published files, not of the log or the machine. */
static bool is_of_files(status s)
{
    switch (s.code) {
    case E_NOT_FOUND:
    case E_INVALID:
    case E_LIMIT:
    case E_SYNTAX:
    case E_VALUE:
    case E_DUPLICATE:
        return true;
    default:
        return false;
    }
}

/* Fills d where a file is not what was published, or of the newest version a cell is not what the
 * log gives. */
static status check(const char *dir, struct view *v, const struct registered *r, bool is_newest,
                    struct disagreement *d, struct fault *f)
{
    struct center_folder c = {};
    struct fault why = {};
    uint8_t *bytes = NULL;
    size_t len = 0;
    status s = center_look(dir, &r->period, &c, &why);
    if (s.code == E_OK) {
        s = files_check(&c, r, v->node.archive, &why);
        if (s.code == E_OK && is_newest) s = published_cells(&c, r, &bytes, &len, &why);
        center_close(&c);
    }
    if (s.code == E_OK && is_newest) s = compare(v, r, (slice){ bytes, len }, d, &why);
    free(bytes);
    if (s.code == E_OK) return OK;
    if (!is_of_files(s)) {
        *f = why;
        return s;
    }
    snprintf(d->text, sizeof d->text, "%s", why.text);
    return OK;
}

status published_check(const char *dir, struct view *v, const struct report_register *reports,
                       void (*each)(void *with, const struct disagreement *d), void *with,
                       struct fault *f)
{
    for (size_t i = 0; i < reports->count; i++) {
        const struct registered *r = &reports->at[i];
        struct disagreement d = { .report = r };
        TRY(check(dir, v, r, register_newest(reports, &r->period) == r, &d, f));
        if (d.text[0] != '\0') each(with, &d);
    }
    return OK;
}
