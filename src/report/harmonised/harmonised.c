/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/harmonised.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "report/harmonised/cells.h"
#include "report/harmonised/parts.h"
#include "base/banned.h"

enum {
    FILE_BYTES_FIRST = 1024 * 1024,
    FILE_NAME_BYTES_MAX = 64,
    MISSING_BYTES_MAX = 64 * 1024,
    SERVICE_CHARACTERS_MAX = 200,
};

struct harmonised {
    struct harmonised_input in; /* its pointers are dead after harmonised_build */
    struct counted counted;
    struct parts parts;
    struct writer files[HARMONISED_FILES]; /* owned */
    char names[HARMONISED_FILES][FILE_NAME_BYTES_MAX];
    uint8_t missing_room[MISSING_BYTES_MAX];
    struct writer missing;
};

static const char *const tiers[] = {
    [SERVICE_INTERMEDIARY] = "intermediary",
    [SERVICE_HOSTING] = "hosting",
    [SERVICE_PLATFORM] = "platform",
    [SERVICE_VLOP] = "vlop",
    [SERVICE_VLOSE] = "vlose",
};

void harmonised_free(struct harmonised *h)
{
    if (h == NULL) return;
    for (size_t i = 0; i < HARMONISED_FILES; i++)
        free(h->files[i].at);
    counted_done(&h->counted);
    free(h);
}

/* A search engine files all parts: what is for platforms alone says that it does not apply. */
bool harmonised_has(const struct harmonised *h, size_t file)
{
    if (file >= HARMONISED_PARTS || h->parts.tier == SERVICE_VLOSE) return true;
    return parts_have(&h->parts, template_parts[file].tier);
}

const char *harmonised_file_name(const struct harmonised *h, size_t file)
{
    return h->names[file];
}

slice harmonised_file_bytes(const struct harmonised *h, size_t file)
{
    return writer_slice(&h->files[file]);
}

uint64_t harmonised_cells(const struct harmonised *h, enum report_how how)
{
    return h->parts.cells[how];
}

uint64_t harmonised_unplaced(const struct harmonised *h)
{
    return h->counted.unplaced;
}

slice harmonised_missing(const struct harmonised *h)
{
    return writer_slice(&h->missing);
}

/* ---- what the service is ---- */

static status need(struct declared *declared, const char *cell, slice *ret_value, struct fault *f)
{
    struct declaration *d = declared_find(declared, slice_text(cell));
    if (d == NULL) return fault_set(f, FAIL(E_INVALID), "%s is not declared for the period", cell);
    d->is_used = true;
    *ret_value = d->value;
    return OK;
}

static status find_service(struct harmonised *h, struct fault *f)
{
    slice tier = {};
    struct parts *p = &h->parts;
    TRY(need(p->declared, "part1/service", &p->service, f));
    TRY(need(p->declared, "part1/tier", &tier, f));
    if (p->service.len > SERVICE_CHARACTERS_MAX) {
        return fault_set(f, FAIL(E_INVALID), "part1/service has more than %d bytes",
                         SERVICE_CHARACTERS_MAX);
    }
    for (uint8_t i = 0; i < COUNT_OF(tiers); i++) {
        p->tier = i;
        if (slice_is(tier, tiers[i])) return OK;
    }
    return fault_set(f, FAIL(E_INVALID),
                     "part1/tier is intermediary, hosting, platform, vlop or vlose");
}

/* "2026-01-01/2026-06-30" */
static void find_period(struct harmonised *h)
{
    const struct report_period *period = &h->in.log.period;
    const unsigned last = period->month_last % 12 + 1u;
    snprintf(h->parts.period, sizeof h->parts.period, "%u-%02u-01/%u-%02u-%s",
             1970 + period->month_first / 12u, period->month_first % 12 + 1u,
             1970 + period->month_last / 12u, last, last == 6 ? "30" : "31");
}

/* ---- the files ---- */

static void name_files(struct harmonised *h)
{
    for (size_t i = 0; i < HARMONISED_PARTS; i++) {
        snprintf(h->names[i], sizeof h->names[i], "part_%zu_%s.csv", i + 1, template_parts[i].stem);
    }
    snprintf(h->names[HARMONISED_DEFINITIONS], FILE_NAME_BYTES_MAX, "%s", "definitions.txt");
    snprintf(h->names[HARMONISED_MANIFEST], FILE_NAME_BYTES_MAX, "%s", "manifest");
}

static void write_definitions(struct writer *w)
{
    for (size_t i = 0; harmonised_nth(i) != NULL; i++) {
        harmonised_define(harmonised_nth(i), w);
        writer_text(w, "\n");
    }
}

static void write_manifest(const struct harmonised *h, struct writer *w)
{
    const struct report_input *log = &h->in.log;
    const uint64_t *cells = h->parts.cells;
    writer_printf(w, "candor/harmonised@v1\nperiod %s\norigin %.*s\nsize %" PRIu64 "\nroot ",
                  log->period.name, (int)log->origin.len, (const char *)log->origin.at, log->size);
    writer_hex(w, (slice){ log->root.bytes, sizeof log->root.bytes });
    writer_printf(w, "\ntier %s\ncounted %" PRIu64 "\nopened %" PRIu64 "\ndeclared %" PRIu64,
                  tiers[h->parts.tier], cells[REPORT_COUNTED], cells[REPORT_OPENED],
                  cells[REPORT_DECLARED]);
    writer_printf(w, "\nunplaced %" PRIu64 "\n", h->counted.unplaced);
    for (size_t i = 0; harmonised_nth(i) != NULL; i++) {
        const hash definition = harmonised_hash(harmonised_nth(i));
        writer_text(w, "definition ");
        harmonised_id(harmonised_nth(i), w);
        writer_text(w, " ");
        writer_hex(w, (slice){ definition.bytes, sizeof definition.bytes });
        writer_text(w, "\n");
    }
    for (enum harmonised_file i = 0; i < HARMONISED_MANIFEST; i++) {
        if (!harmonised_has(h, i)) continue;
        const hash of = sha256(writer_slice(&h->files[i]));
        writer_printf(w, "file %s ", h->names[i]);
        writer_hex(w, (slice){ of.bytes, sizeof of.bytes });
        writer_text(w, "\n");
    }
}

static status write_to(struct harmonised *h, size_t file, struct writer *w, struct fault *f)
{
    if (file < HARMONISED_PARTS) return parts_write(&h->parts, file + 1, w, f);
    if (file == HARMONISED_DEFINITIONS) write_definitions(w);
    if (file == HARMONISED_MANIFEST) write_manifest(h, w);
    return OK;
}

/* Into twice the room, until it fits. */
static status write_file(struct harmonised *h, size_t file, struct fault *f)
{
    const struct parts before = h->parts;
    const size_t missing = h->missing.len;
    for (size_t cap = FILE_BYTES_FIRST; cap <= REPORT_FILE_BYTES_MAX; cap *= 2) {
        struct writer *w = &h->files[file];
        free(w->at);
        *w = writer_of(malloc(cap), cap);
        if (w->at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
        h->parts = before;
        h->missing.len = missing;
        TRY(write_to(h, file, w, f));
        if (writer_end(w).code == E_OK) return OK;
    }
    return fault_set(f, FAIL(E_LIMIT), "%s has more than %d bytes", h->names[file],
                     REPORT_FILE_BYTES_MAX);
}

static status build(struct harmonised *h, struct fault *f)
{
    TRY(count_period(h->in.moderation, &h->in.log.period, &h->counted, f));
    TRY(find_service(h, f));
    find_period(h);
    name_files(h);
    for (enum harmonised_file i = 0; i < HARMONISED_FILES; i++) {
        if (harmonised_has(h, i)) TRY(write_file(h, i, f));
    }
    return OK;
}

status harmonised_build(const struct harmonised_input *in, struct harmonised **ret_report,
                        struct fault *f)
{
    struct harmonised *h = calloc(1, sizeof *h);
    if (h == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    h->in = *in;
    h->missing = writer_of(h->missing_room, sizeof h->missing_room);
    h->parts =
        (struct parts){ .counted = &h->counted, .declared = in->declared, .missing = &h->missing };
    const status s = build(h, f);
    if (s.code != E_OK) {
        harmonised_free(h);
        return s;
    }
    *ret_report = h;
    return OK;
}
