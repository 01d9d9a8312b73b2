/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench report: statements validated a second of processor time: rows of a dump are read in their
 * dialect, become JSON, are parsed, held against every rule and brought into the form that is
 * committed. Nothing is written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/bench/bench.h"
#include "intake/decision/decision.h"
#include "intake/decision/dump.h"
#include "os/clock.h"
#include "base/banned.h"

enum { ROWS = 2000, ROOM_BYTES = 4 * 1024 * 1024, ROUNDS = 11 };

/* Where statements are made and judged. */
struct validation {
    struct json_parser *parser;
    struct arena arena;
    struct complaints *complaints; /* owned */
    struct decision *decision;     /* owned */
    uint8_t *line;                 /* owned */
    uint64_t taken;
    uint64_t refused;
};

/* A row of about the mean size of real ones. In dialect B quotes stand behind backslashes. */
static void write_row(struct writer *w, unsigned n, bool escaped)
{
    const char *quote = escaped ? "\\\"" : "\"\"";
    writer_printf(w, "%08x-7a11-4f6f-8f0e-6f0c1de250c5,", n);
    writer_text(w, "\"[\"\"DECISION_VISIBILITY_CONTENT_REMOVED\"\"]\",,,,,,,,,,,"
                   "DECISION_GROUND_INCOMPATIBLE_CONTENT,https://example.com/terms,,,"
                   "\"Terms of service, section 4\",");
    writer_printf(w,
                  "\"The item says %sfree money%s and links to a page that asks for "
                  "passwords; that is not allowed on this service.\",No,",
                  quote, quote);
    writer_text(w, "STATEMENT_CATEGORY_SCAMS_AND_FRAUD,\"[\"\"STATEMENT_CATEGORY_VIOLENCE\"\"]\","
                   "\"[\"\"KEYWORD_PHISHING\"\",\"\"KEYWORD_OTHER\"\"]\",odd,"
                   "\"[\"\"CONTENT_TYPE_VIDEO\"\",\"\"CONTENT_TYPE_TEXT\"\"]\",,EN,"
                   "\"2026-02-28 00:00:00\",,\"[\"\"AT\"\",\"\"BE\"\",\"\"DE\"\",\"\"FR\"\","
                   "\"\"IE\"\",\"\"IT\"\"]\",\"2026-03-01 00:00:00\",");
    writer_text(w, "\"A classifier marked the item, and a person looked at it in its context.\","
                   "SOURCE_VOLUNTARY,,Yes,AUTOMATED_DECISION_PARTIALLY,Example,");
    writer_printf(w, "puid-%u,\"2026-03-01 10:00:00\"\n", n);
}

static const char header[] =
    "uuid,decision_visibility,decision_visibility_other,end_date_visibility_restriction,"
    "decision_monetary,decision_monetary_other,end_date_monetary_restriction,decision_provision,"
    "end_date_service_restriction,decision_account,end_date_account_restriction,account_type,"
    "decision_ground,decision_ground_reference_url,illegal_content_legal_ground,"
    "illegal_content_explanation,incompatible_content_ground,incompatible_content_explanation,"
    "incompatible_content_illegal,category,category_addition,category_specification,"
    "category_specification_other,content_type,content_type_other,content_language,content_date,"
    "content_id_ean,territorial_scope,application_date,decision_facts,source_type,source_identity,"
    "automated_detection,automated_decision,platform_name,platform_uid,created_at\n";

static bool validation_init(struct validation *v)
{
    *v = (struct validation){ .parser = json_parser_new(),
                              .arena = arena_of(DECISION_ARENA_BYTES_MAX),
                              .complaints = calloc(1, sizeof *v->complaints),
                              .decision = calloc(1, sizeof *v->decision),
                              .line = malloc(DUMP_LINE_BYTES_MAX) };
    return v->parser != NULL && v->complaints != NULL && v->decision != NULL && v->line != NULL;
}

static void validation_done(struct validation *v)
{
    json_parser_free(v->parser);
    arena_done(&v->arena);
    free(v->complaints);
    free(v->decision);
    free(v->line);
}

static status validate(struct validation *v, slice line, struct fault *f)
{
    struct json_document document = {};
    struct record record = {};
    struct decision *d = v->decision;
    TRY(json_parse(v->parser, line, &document, f));
    arena_reset(&v->arena);
    decision_start(d, KIND_enforcement, clock_real_ns(), (slice){ (const uint8_t *)"DE", 2 },
                   &v->arena, v->complaints);
    decision_give_object(d, &document, &document.nodes[0]);
    if (!decision_check(d)) {
        v->refused++;
        return OK;
    }
    v->taken++;
    return decision_end(d, &record, f);
}

/* Every row of the file once. */
static status pass(struct validation *v, slice file, struct dump_row *row, struct fault *f)
{
    struct dump d = {};
    size_t used = 0;
    TRY(dump_begin(file, &d, &used, f));
    for (slice rest = slice_from(file, used); rest.len > 0; rest = slice_from(rest, used)) {
        struct writer w = writer_of(v->line, DUMP_LINE_BYTES_MAX);
        TRY(dump_next(&d, rest, row, &used, f));
        dump_write(&d, row, &w);
        TRY(writer_end(&w));
        TRY(validate(v, writer_slice(&w), f));
    }
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static status measure(struct validation *v, bool escaped, uint8_t *room, struct fault *f)
{
    int64_t times[ROUNDS];
    struct dump_row row = {};
    struct writer w = writer_of(room, ROOM_BYTES);
    writer_text(&w, header);
    for (unsigned n = 0; n < ROWS; n++)
        write_row(&w, n, escaped);
    TRY(writer_end(&w));
    v->taken = v->refused = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        const int64_t start = clock_cpu_ns();
        TRY(pass(v, writer_slice(&w), &row, f));
        times[i] = clock_cpu_ns() - start;
    }
    qsort(times, ROUNDS, sizeof *times, by_time);
    const double per_s = (double)ROWS * CLOCK_NS_PER_S / (double)times[ROUNDS / 2];
    printf("{\"bench\":\"report\",\"what\":\"statements validated\",\"dialect\":\"%s\","
           "\"row_bytes\":%zu,\"per_second_and_core\":%.0f,\"per_minute_and_core\":%.0f,"
           "\"taken\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n",
           escaped ? "B" : "A", w.len / ROWS, per_s, per_s * 60, v->taken, v->refused);
    return OK;
}

int run_bench_report(const struct invocation *inv)
{
    struct validation v;
    struct fault f = { "out of memory" };
    (void)inv;
    uint8_t *room = malloc(ROOM_BYTES);
    const bool ready = validation_init(&v) && room != NULL;
    status s = ready ? measure(&v, false, room, &f) : FAIL(E_NOMEM);
    if (s.code == E_OK) s = measure(&v, true, room, &f);
    if (s.code == E_OK) s = bench_pages(&f);
    validation_done(&v);
    free(room);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "bench report: %s", f.text);
}
