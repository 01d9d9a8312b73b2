/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/report/report.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/count/counter.h"
#include "record/entry.h"
#include "record/fields.h"
#include "record/opening.h"
#include "verify/leaf.h"
#include "verify/recounting.h"
#include "verify/report/expected.h"
#include "verify/report/stated_manifest.h"
#include "base/banned.h"

enum { ARENA_BYTES_MAX = 1024 * 1024 * 1024, HEAD_BYTES_MAX = 1024, SHOWN_BYTES_MAX = 100 };

struct report_check {
    const struct report_given *in;
    struct arena arena; /* owns the files that were read */
    struct answer *answer;
    struct checkpoint checkpoint;
    struct stated_manifest manifest;
    slice manifest_text;
    struct definitions definitions;
    struct counter *counter; /* owned */
    struct stated csv;
};

static status load(struct report_check *c, const char *name, slice *ret_bytes, struct fault *fault)
{
    slice bytes = slice_none();
    TRY(c->in->read(c->in->self, name, &bytes, fault));
    *ret_bytes = arena_copy(&c->arena, bytes);
    return ret_bytes->at == NULL ? fault_set(fault, FAIL(E_NOMEM), "out of memory") : OK;
}

/* ---- what the report is of, and that it is whole ---- */

static status read_head(struct report_check *c, struct fault *fault)
{
    slice note = slice_none();
    TRY(load(c, "checkpoint", &note, fault));
    TRY(trust_checkpoint(c->in->trust, note, c->answer, &c->checkpoint, fault));
    TRY(load(c, "manifest", &c->manifest_text, fault));
    TRY(stated_manifest_read(c->manifest_text, &c->manifest, fault));
    const bool same = slice_equal(c->manifest.origin, c->checkpoint.origin) &&
                      c->manifest.size == c->checkpoint.size &&
                      bytes_equal(c->manifest.root.bytes, c->checkpoint.root.bytes, SHA256_BYTES);
    if (same) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "manifest: is of another log range than the checkpoint beside it");
}

static bool same_hash(const hash *a, const hash *b)
{
    return bytes_equal(a->bytes, b->bytes, SHA256_BYTES);
}

static void file_name(const struct stated_hash *file, char name[STATED_FILE_NAME_BYTES_MAX + 1])
{
    bytes_copy(name, STATED_FILE_NAME_BYTES_MAX, file->name);
    name[file->name.len] = '\0';
}

static status check_files(struct report_check *c, struct fault *fault)
{
    for (size_t i = 0; i < c->manifest.file_count; i++) {
        const struct stated_hash *f = &c->manifest.files[i];
        char name[STATED_FILE_NAME_BYTES_MAX + 1];
        slice bytes = slice_none();
        file_name(f, name);
        TRY(c->in->read(c->in->self, name, &bytes, fault));
        const hash is = sha256(bytes);
        if (same_hash(&is, &f->hash)) continue;
        return fault_set(fault, FAIL(E_INVALID), "%s: is not the file that the manifest names",
                         name);
    }
    return OK;
}

static status read_definitions(struct report_check *c, struct fault *fault)
{
    slice text = slice_none();
    TRY(load(c, "definitions.txt", &text, fault));
    TRY(definitions_read(text, &c->arena, &c->definitions, fault));
    bool same = c->definitions.count == c->manifest.definition_count;
    for (size_t i = 0; same && i < c->definitions.count; i++) {
        const struct stated_hash *said = &c->manifest.definitions[i];
        same = slice_equal(said->name, c->definitions.at[i].id) &&
               same_hash(&said->hash, &c->definitions.at[i].hash);
    }
    if (same) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "definitions.txt: the definitions are not those that the manifest names");
}

/* ---- cells ---- */

static int shown(slice s)
{
    return (int)(s.len < SHOWN_BYTES_MAX ? s.len : SHOWN_BYTES_MAX);
}

static status wrong(const char *file, slice cell, struct fault *fault, const char *what, slice says,
                    slice is)
{
    return fault_set(fault, FAIL(E_INVALID), "%s: cell %.*s: %s: it says \"%.*s\", not \"%.*s\"",
                     file, shown(cell), (const char *)cell.at, what, shown(says),
                     (const char *)says.at, shown(is), (const char *)is.at);
}

static bool has_cell(const struct stated *s, size_t from, slice name)
{
    for (size_t i = from; i < s->count; i++) {
        if (slice_equal(s->at[i].name, name)) return true;
    }
    return false;
}

static status misplaced(const char *file, slice cell, const char *what, struct fault *fault)
{
    return fault_set(fault, FAIL(E_INVALID), "%s: cell %.*s: %s", file, shown(cell),
                     (const char *)cell.at, what);
}

/* No cell may stand at that place or behind it. */
static status check_end(const struct stated *said, size_t at, struct fault *fault)
{
    if (at == said->count) return OK;
    return misplaced(said->file, said->at[at].name, "should not be there", fault);
}

/* A cell stands where another one should: it was added, or that one was left out. */
static status out_of_place(const struct stated *said, size_t at, slice wanted, struct fault *fault)
{
    if (has_cell(said, at, wanted)) return check_end(said, at, fault);
    return misplaced(said->file, wanted, "is missing", fault);
}

static status check_cell(const char *file, const struct stated_cell *said,
                         const struct stated_cell *is, struct fault *fault)
{
    for (enum stated_word i = 0; i < STATED_WORDS; i++) {
        /* a number that is not given has a unit in the one file and none in the other */
        if (i == STATED_UNIT && is->words[STATED_VALUE].len == 0) continue;
        if (slice_equal(said->words[i], is->words[i])) continue;
        return wrong(file, is->name, fault, stated_word_name(i), said->words[i], is->words[i]);
    }
    for (size_t i = 0; i < STATED_BY_MAX; i++) {
        if (slice_equal(said->by[i], is->by[i])) continue;
        return wrong(file, is->name, fault, "split by", said->by[i], is->by[i]);
    }
    return OK;
}

/* Cells of a file from at on against a list of what they should be. */
static status check_run(const struct stated *said, size_t at, const struct stated *is,
                        struct fault *fault)
{
    for (size_t i = 0; i < is->count; i++) {
        const struct stated_cell *cell = at + i < said->count ? &said->at[at + i] : NULL;
        if (cell == NULL || !slice_equal(cell->name, is->at[i].name)) {
            return out_of_place(said, at + i, is->at[i].name, fault);
        }
        TRY(check_cell(said->file, cell, &is->at[i], fault));
    }
    return OK;
}

/* Cells of a figure that needs private values: those that public columns give must be what they
 * are, in their order, and no other may say that it was counted. */
static status check_opened(struct report_check *c, const struct definition *d,
                           const struct stated *is, size_t *at, struct fault *fault)
{
    size_t counted = 0;
    for (; *at < c->csv.count && slice_equal(c->csv.at[*at].figure, d->id); ++*at) {
        const struct stated_cell *cell = &c->csv.at[*at];
        const slice how = cell->words[STATED_HOW];
        if (counted < is->count && slice_equal(cell->name, is->at[counted].name)) {
            TRY(check_cell(c->csv.file, cell, &is->at[counted++], fault));
        } else if (!slice_is(how, "opened") && !slice_is(how, "declared")) {
            return wrong(c->csv.file, cell->name, fault, "how", how, slice_text("opened"));
        }
    }
    if (counted == is->count) return OK;
    return misplaced(c->csv.file, is->at[counted].name, "is missing", fault);
}

static status check_csv(struct report_check *c, struct fault *fault)
{
    struct counter_table table = {};
    slice text = slice_none();
    size_t at = 0;
    TRY(load(c, "cells.csv", &text, fault));
    TRY(stated_csv(text, &c->arena, &c->csv, fault));
    if (counter_table(c->counter, &table).code != E_OK) {
        return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    }
    const struct counted_months months = { &table, c->manifest.month_first,
                                           c->manifest.month_last };
    for (size_t i = 0; i < c->definitions.count; i++) {
        const struct definition *d = &c->definitions.at[i];
        struct stated is = {};
        const status s = definition_is_counted(d) ? expected_cells(&months, d, &c->arena, &is) : OK;
        if (s.code != E_OK) return fault_set(fault, s, "too many cells");
        if (d->is_opened) {
            TRY(check_opened(c, d, &is, &at, fault));
            continue;
        }
        TRY(check_run(&c->csv, at, &is, fault));
        at += is.count;
    }
    TRY(check_end(&c->csv, at, fault));
    uint64_t late = 0;
    uint64_t uncounted = 0;
    expected_rest(&months, &c->definitions, &late, &uncounted);
    if (late == c->manifest.late && uncounted == c->manifest.uncounted) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "manifest: it says %llu late and %llu uncounted, the log gives %llu and %llu",
                     (unsigned long long)c->manifest.late,
                     (unsigned long long)c->manifest.uncounted, (unsigned long long)late,
                     (unsigned long long)uncounted);
}

/* Of how many cells the file says that. */
static uint64_t how_many(const struct stated *s, enum stated_word word, const char *text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += slice_is(s->at[i].words[word], text);
    return count;
}

static status check_manifest_counts(struct report_check *c, struct fault *fault)
{
    const struct stated_manifest *m = &c->manifest;
    const bool same = m->counted == how_many(&c->csv, STATED_HOW, "counted") &&
                      m->opened == how_many(&c->csv, STATED_HOW, "opened") &&
                      m->declared == how_many(&c->csv, STATED_HOW, "declared") &&
                      m->suppressed == how_many(&c->csv, STATED_MARK, "suppressed");
    if (same) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "manifest: there are not as many counted, opened, declared and suppressed "
                     "cells as it says");
}

static status check_json(struct report_check *c, struct fault *fault)
{
    struct stated said = {};
    slice text = slice_none();
    uint8_t head[HEAD_BYTES_MAX];
    struct writer w = writer_of(head, sizeof head);
    const slice period = c->manifest.period;
    const slice origin = c->manifest.origin;
    writer_printf(&w, "{\"format\":\"candor/report@v1\",\"period\":\"%.*s\",\"origin\":\"%.*s\",",
                  (int)period.len, (const char *)period.at, (int)origin.len,
                  (const char *)origin.at);
    writer_printf(&w, "\"size\":%llu,\"cells\":[", (unsigned long long)c->manifest.size);
    TRY(load(c, "report.json", &text, fault));
    TRY(stated_json(text, writer_slice(&w), &c->arena, &said, fault));
    TRY(check_run(&said, 0, &c->csv, fault));
    return check_end(&said, c->csv.count, fault);
}

/* Cells that pages show, and how far they came. */
struct showing {
    const struct stated *cells;
    size_t at;
};

/* The numbers of a page, which go on with the showing; a page shows 0 for what did not occur too.
 */
static status check_page(const char *file, slice page, struct showing *s, struct fault *fault)
{
    slice number = slice_none();
    status found = stated_page_number(&page, &number);
    for (; found.code == E_OK; found = stated_page_number(&page, &number)) {
        const bool is_over = s->at == s->cells->count;
        const struct stated_cell *is = &s->cells->at[s->at]; /* there is room for one more */
        if (!is_over && stated_is_shown(is, number)) {
            s->at++;
        } else if (!slice_is(number, "0") && is_over) {
            return fault_set(fault, FAIL(E_INVALID), "%s: a number behind the last cell: \"%.*s\"",
                             file, shown(number), (const char *)number.at);
        } else if (!slice_is(number, "0")) {
            return wrong(file, is->name, fault, "value", number, is->words[STATED_VALUE]);
        }
    }
    return found.code == E_NOT_FOUND ? OK : fault_set(fault, found, "%s: a bad table", file);
}

static status check_shown(const char *file, const struct showing *s, struct fault *fault)
{
    if (s->at == s->cells->count) return OK;
    return misplaced(file, s->cells->at[s->at].name, "is missing", fault);
}

/* The cells that are whole figures. */
static status find_wholes(struct report_check *c, struct stated *ret_wholes)
{
    TRY(stated_room(ret_wholes, "report.html", c->csv.count, &c->arena));
    for (size_t i = 0; i < c->csv.count; i++) {
        const struct stated_cell *cell = &c->csv.at[i];
        if (!slice_equal(cell->name, cell->figure)) continue;
        ret_wholes->at[ret_wholes->count++] = *cell;
    }
    return OK;
}

static bool is_page(slice name)
{
    static const char ending[] = ".html";
    const size_t len = sizeof ending - 1;
    return name.len > len && slice_is(slice_from(name, name.len - len), ending);
}

/* The pages show the cells in their order, in the order of the manifest. report.html shows the
 * whole figures where there are others. */
static status check_pages(struct report_check *c, struct fault *fault)
{
    static const char front[] = "report.html";
    char name[STATED_FILE_NAME_BYTES_MAX + 1] = "";
    struct stated wholes = {};
    struct showing figures = { &wholes, 0 };
    struct showing cells = { &c->csv, 0 };
    size_t pages = 0;
    for (size_t i = 0; i < c->manifest.file_count; i++)
        pages += is_page(c->manifest.files[i].name);
    if (find_wholes(c, &wholes).code != E_OK) return fault_set(fault, FAIL(E_NOMEM), "no memory");
    for (size_t i = 0; i < c->manifest.file_count; i++) {
        slice page = slice_none();
        if (!is_page(c->manifest.files[i].name)) continue;
        file_name(&c->manifest.files[i], name);
        const bool is_front = pages > 1 && strcmp(name, front) == 0;
        TRY(c->in->read(c->in->self, name, &page, fault));
        TRY(check_page(name, page, is_front ? &figures : &cells, fault));
    }
    if (pages > 1) TRY(check_shown(front, &figures, fault));
    return check_shown(pages > 1 ? name : front, &cells, fault);
}

static status check_names(struct report_check *c, struct fault *fault)
{
    static const char *const needed[] = { "cells.csv", "report.json", "report.html",
                                          "definitions.txt" };
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        if (stated_manifest_file(&c->manifest, slice_text(needed[i])) == NULL) {
            return fault_set(fault, FAIL(E_INVALID), "manifest: does not name %s", needed[i]);
        }
    }
    return OK;
}

/* ---- that it was published ---- */

/* What the record of a report says of its manifest. */
static status check_record(struct report_check *c, slice bytes, struct fault *fault)
{
    struct entry e = {};
    struct record_field fields[FIELDS_MAX] = {};
    TRY(entry_parse(bytes, &e, fault));
    if (e.schema->kind != KIND_report) {
        return fault_set(fault, FAIL(E_INVALID), "entry: it is the record of no report");
    }
    const status s = body_decode(e.schema, e.body, fields);
    if (s.code != E_OK) return fault_set(fault, s, "entry: its body cannot be read");
    const hash is = sha256(c->manifest_text);
    const slice said = fields[FIELD_report_manifest - 1].value;
    const slice period = fields[FIELD_report_period - 1].value;
    if (said.len == SHA256_BYTES && bytes_equal(said.at, is.bytes, SHA256_BYTES) &&
        slice_equal(period, c->manifest.period)) {
        return OK;
    }
    return fault_set(fault, FAIL(E_INVALID), "entry: the log published another manifest");
}

static status check_published(struct report_check *c, struct fault *fault)
{
    struct answer aside = answer_of(); /* facts of the later checkpoint are not the report's */
    struct fault why = {};
    struct leaf leaf = {};
    slice proof = slice_none();
    slice entry = slice_none();
    if (load(c, "proof", &proof, &why).code == E_NOT_FOUND) {
        answer_say(c->answer, ANSWER_NOT_PROVEN, NULL,
                   "that this report was published: there is no proof of its record beside it");
        return OK;
    }
    TRY(load(c, "proof", &proof, fault));
    TRY(load(c, "entry", &entry, fault));
    status s = leaf_verify(c->in->trust, proof, entry, &aside, &leaf, fault);
    answer_done(&aside);
    if (s.code != E_OK) return fault_within(fault, s, "proof");
    if (!slice_equal(leaf.checkpoint.origin, c->checkpoint.origin)) {
        return fault_set(fault, FAIL(E_INVALID), "proof: is of another log");
    }
    TRY(check_record(c, entry, fault));
    answer_say(c->answer, ANSWER_PROVEN, NULL, "entry %llu of the log published this manifest",
               (unsigned long long)leaf.index);
    return OK;
}

/* ---- the whole ---- */

static void say(const struct report_check *c)
{
    struct answer *a = c->answer;
    const struct stated_manifest *m = &c->manifest;
    answer_fact(a, "period", m->period);
    answer_number(a, "counted", m->counted);
    answer_number(a, "opened", m->opened);
    answer_number(a, "declared", m->declared);
    answer_number(a, "suppressed", m->suppressed);
    answer_number(a, "late", m->late);
    answer_number(a, "uncounted", m->uncounted);
    answer_say(a, ANSWER_PROVEN, NULL,
               "each of the %llu counted cells is what the %llu public entries give by the "
               "published definitions",
               (unsigned long long)m->counted, (unsigned long long)m->size);
    answer_say(a, ANSWER_PROVEN, NULL,
               "cells.csv, report.json and the pages state the same numbers, and every file is the "
               "one that the manifest names");
    if (m->opened > 0) {
        answer_say(a, ANSWER_NOT_PROVEN, NULL,
                   "%llu opened cells: only an auditor with the private values can compute them",
                   (unsigned long long)m->opened);
    }
    if (m->declared > 0) {
        answer_say(a, ANSWER_NOT_PROVEN, NULL,
                   "%llu declared cells: they are the word of who signed them",
                   (unsigned long long)m->declared);
    }
    answer_say(a, ANSWER_NOT_PROVEN, NULL,
               "that everything that happened was recorded, and under the right columns");
}

static status check(struct report_check *c, struct fault *fault)
{
    TRY(read_head(c, fault));
    TRY(check_names(c, fault));
    TRY(check_files(c, fault));
    TRY(read_definitions(c, fault));
    TRY(recounting_all(c->in->log, &c->checkpoint, &c->counter, fault));
    TRY(check_csv(c, fault));
    TRY(check_json(c, fault));
    TRY(check_pages(c, fault));
    TRY(check_manifest_counts(c, fault));
    say(c);
    TRY(check_published(c, fault));
    const status s = answer_check(c->answer);
    return s.code == E_OK ? OK : fault_set(fault, s, "the answer is too long");
}

status verify_report(const struct report_given *in, struct answer *answer, struct fault *fault)
{
    struct report_check *c = calloc(1, sizeof *c);
    if (c == NULL) return fault_set(fault, FAIL(E_NOMEM), "out of memory");
    c->in = in;
    c->answer = answer;
    c->arena = arena_of(ARENA_BYTES_MAX);
    answer->kind = "transparency report";
    const status s = check(c, fault);
    counter_free(c->counter);
    arena_done(&c->arena);
    free(c);
    return s;
}
