/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lint/lint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "report/lint/check_dump.h"
#include "report/lint/check_report.h"
#include "report/lint/check_set.h"
#include "report/lint/compare.h"
#include "report/lint/tidy.h"
#include "base/banned.h"

enum { FINDINGS_START = 64, MESSAGE_BYTES_MAX = 400 };
static const size_t ARENA_BYTES_MAX = (size_t)8 << 30;

struct lint *lint_new(const struct lint_options *options)
{
    struct lint *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    l->options = *options;
    l->arena = arena_of(ARENA_BYTES_MAX);
    l->files = calloc(LINT_FILES_MAX, sizeof *l->files);
    if (l->files != NULL) return l;
    free(l);
    return NULL;
}

void lint_free(struct lint *l)
{
    if (l == NULL) return;
    for (size_t i = 0; i < l->file_count; i++) {
        table_done(&l->files[i].table);
        free(l->files[i].owned);
    }
    free(l->files);
    free(l->findings);
    arena_done(&l->arena);
    free(l);
}

const char *lint_severity_letter(enum lint_severity severity)
{
    static const char *const letters[LINT_SEVERITIES] = { "I", "W", "E" };
    return letters[severity];
}

uint64_t lint_count(const struct lint *l, enum lint_severity severity)
{
    return l->counts[severity];
}

status lint_add(struct lint *l, enum lint_side side, const char *name, slice bytes, struct fault *f)
{
    if (l->file_count == LINT_FILES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d files", LINT_FILES_MAX);
    }
    const slice kept = arena_copy(&l->arena, slice_text(name));
    if (kept.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const char *slash = strrchr((const char *)kept.at, '/');
    struct lint_file *file = &l->files[l->file_count++];
    *file =
        (struct lint_file){ .name = (const char *)kept.at, .bytes = bytes, .side = (uint8_t)side };
    file->folder =
        slash == NULL ? slice_none() : (slice){ kept.at, (size_t)(slash - (const char *)kept.at) };
    return OK;
}

/* ---- findings ---- */

/* A copy for people: cut, and the cut shown. */
static slice keep(struct lint *l, slice text)
{
    uint8_t room[LINT_TEXT_BYTES_MAX + 4];
    struct writer w = writer_of(room, sizeof room);
    size_t len = text.len < LINT_TEXT_BYTES_MAX ? text.len : LINT_TEXT_BYTES_MAX;
    while (len > 0 && len < text.len && (text.at[len] & 0xc0) == 0x80)
        len--;
    writer_bytes(&w, (slice){ text.at, len });
    if (len < text.len) writer_text(&w, "…");
    const slice kept = arena_copy(&l->arena, writer_slice(&w));
    if (kept.at != NULL) return kept;
    l->out_of_memory = true;
    return slice_none();
}

static struct lint_finding *push(struct lint *l)
{
    if (l->finding_count == LINT_FINDINGS_MAX) return NULL;
    if (l->finding_count == l->finding_cap) {
        const size_t cap = l->finding_cap == 0 ? FINDINGS_START : l->finding_cap * 2;
        struct lint_finding *grown = realloc(l->findings, cap * sizeof *grown);
        if (grown == NULL) {
            l->out_of_memory = true;
            return NULL;
        }
        l->findings = grown;
        l->finding_cap = cap;
    }
    return &l->findings[l->finding_count++];
}

__attribute__((format(printf, 3, 0))) static void say(struct lint *l, const struct lint_said *said,
                                                      const char *format, va_list arguments)
{
    char message[MESSAGE_BYTES_MAX];
    assert(said->number >= 1 && said->number <= lint_rule_count);
    if (said->place.file->side == LINT_OLD) return;
    const int len = vsnprintf(message, sizeof message, format, arguments);
    assert(len >= 0);
    l->counts[said->severity]++;
    struct lint_finding *finding = push(l);
    if (finding == NULL) return;
    *finding = (struct lint_finding){
        .rule = &lint_rules[said->number - 1],
        .severity = (uint8_t)said->severity,
        .file = said->place.file->name,
        .row = said->row,
        .column = keep(l, said->column),
        .said = keep(l, said->said),
        .expected = keep(l, said->expected),
        .message = keep(l, slice_text(message)),
    };
}

void lint_say_of(struct lint *l, const struct lint_said *said, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(l, said, format, arguments);
    va_end(arguments);
}

void lint_say(struct lint *l, unsigned number, enum lint_severity severity, struct place place,
              slice expected, const char *format, ...)
{
    const struct table *t = &place.file->table;
    struct lint_said said = { .number = number, .severity = severity, .place = place };
    va_list arguments;
    said.column = said.said = slice_none();
    said.expected = expected;
    if (place.row != PLACE_FILE) {
        said.row = place.row + 1;
        if (place.column != PLACE_ROW) {
            said.column = table_cell(t, 0, place.column);
            said.said = table_cell(t, place.row, place.column);
        }
    }
    va_start(arguments, format);
    say(l, &said, format, arguments);
    va_end(arguments);
}

slice lint_number(struct lint *l, uint64_t value)
{
    uint8_t room[24];
    struct writer w = writer_of(room, sizeof room);
    writer_dec(&w, value);
    return keep(l, writer_slice(&w));
}

static int compare(const void *a, const void *b)
{
    const struct lint_finding *x = a;
    const struct lint_finding *y = b;
    const int files = strcmp(x->file, y->file);
    if (files != 0) return files;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    const int columns = slice_compare(x->column, y->column);
    return columns != 0 ? columns : slice_compare(x->message, y->message);
}

const struct lint_finding *lint_findings(const struct lint *l, size_t *ret_count)
{
    *ret_count = l->finding_count;
    return l->findings;
}

/* ---- judging ---- */

static status judge_set(struct lint *l, const struct set *s, struct fault *f)
{
    check_shape(l, s);
    check_cells(l, s);
    check_period(l, s);
    TRY(check_categories(l, s, f));
    check_sums(l, s);
    check_measures(l, s);
    check_automated(l, s);
    check_appeals(l, s);
    check_scopes(l, s);
    check_people(l, s);
    return OK;
}

static status judge_files(struct lint *l, struct fault *f)
{
    for (size_t i = 0; i < l->file_count; i++) {
        const struct lint_file *file = &l->files[i];
        if (file->side == LINT_OLD || file->is_changes) continue;
        if (file->kind == LINT_TIDY) TRY(check_tidy(l, file, f));
        if (file->kind == LINT_DUMP) TRY(check_dump(l, file, f));
    }
    return OK;
}

/* The nth set of the one side belongs to the nth of the other. */
static status judge_versions(struct lint *l, const struct set *sets, size_t count)
{
    struct restatements r = {};
    struct set *older = NULL;
    size_t older_count = 0;
    TRY(set_find(l, LINT_OLD, &older, &older_count));
    TRY(restatements_read(l, &r));
    status s = compare_tidy(l, &r);
    for (size_t i = 0; s.code == E_OK && i < count && i < older_count; i++)
        s = compare_sets(l, &r, &older[i], &sets[i]);
    restatements_done(&r);
    return s;
}

static status judge(struct lint *l, struct fault *f)
{
    struct set *sets = NULL;
    size_t count = 0;
    TRY(recognise_all(l, f));
    check_bytes(l);
    status s = set_find(l, LINT_NEW, &sets, &count);
    if (s.code != E_OK) return fault_set(f, s, "out of memory");
    for (size_t i = 0; i < count; i++)
        TRY(judge_set(l, &sets[i], f));
    TRY(judge_files(l, f));
    TRY(check_reports(l, f));
    s = judge_versions(l, sets, count);
    return s.code == E_OK ? OK : fault_set(f, s, "%s", status_text(s));
}

status lint_run(struct lint *l, struct fault *f)
{
    TRY(judge(l, f));
    if (l->out_of_memory) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    if (l->finding_count > 0) {
        qsort(l->findings, l->finding_count, sizeof *l->findings, compare);
    }
    return OK;
}
