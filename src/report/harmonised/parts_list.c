/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "report/harmonised/cells.h"
#include "base/banned.h"

enum { NAME_BYTES_MAX = 256, NOTE_BYTES_MAX = 256, TEXT_CHARACTERS_MAX = 5000 };

/* A row of a list that is being written. */
struct entry_row {
    const struct template_row *row;
    const char *each; /* the language or state; NULL: its scope is no list */
    size_t nth;       /* of languages or states */
    bool has;         /* the service has such rows */
};

static size_t characters(slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

/* Decimal digits with a point between them, from 0 to 1. */
static bool is_ratio(slice text)
{
    bool one = false;
    if (text.len == 0 || (text.at[0] != '0' && text.at[0] != '1')) return false;
    if (text.len == 1) return true;
    if (text.len == 2 || text.at[1] != '.') return false;
    one = text.at[0] == '1';
    for (size_t i = 2; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > (one ? '0' : '9')) return false;
    }
    return true;
}

static bool is_day(slice text)
{
    uint8_t room[TIMESTAMP_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    int64_t ns = 0;
    writer_bytes(&w, text);
    writer_text(&w, "T00:00:00Z");
    return text.len == sizeof "2026-01-01" - 1 && text.at[4] == '-' &&
           writer_end(&w).code == E_OK && timestamp_parse_iso(writer_slice(&w), &ns).code == E_OK;
}

static bool fits_kind(slice text, uint8_t kind)
{
    uint64_t number = 0;
    switch (kind) {
    case TEMPLATE_COUNT:
        return num_parse_u64(text, &number).code == E_OK;
    case TEMPLATE_RATIO:
        return is_ratio(text);
    case TEMPLATE_DATE:
        return is_day(text);
    default:
        return characters(text) <= TEXT_CHARACTERS_MAX;
    }
}

/* What is declared for a row; NULL: nothing, which is noted. */
static status find_declared(struct parts *p, const struct entry_row *e,
                            struct declaration **ret_declared, struct fault *f)
{
    uint8_t room[NAME_BYTES_MAX];
    struct writer name = writer_of(room, sizeof room);
    harmonised_cell_name(e->row, e->each, &name);
    struct declaration *d = declared_find(p->declared, writer_slice(&name));
    const bool optional = e->row->indicator == INDICATOR_PUBLISHED_BEFORE;
    *ret_declared = d;
    if (d == NULL && e->has && !optional) {
        writer_bytes(p->missing, writer_slice(&name));
        writer_text(p->missing, "\n");
    }
    if (d == NULL) return OK;
    d->is_used = true;
    if (fits_kind(d->value, e->row->kind) && characters(d->context) <= TEXT_CHARACTERS_MAX) {
        return OK;
    }
    return fault_set(f, FAIL(E_INVALID), "entry %" PRIu64 ": %.*s: \"%.*s\" is no value of it",
                     d->index, (int)name.len, (const char *)name.at, (int)d->value.len,
                     (const char *)d->value.at);
}

/* The first or the last day of the period. */
static slice day_of(const struct parts *p, const struct template_row *row)
{
    const slice period = slice_text(p->period);
    const size_t half = (period.len - 1) / 2;
    if (row->indicator == INDICATOR_PERIOD_START) return (slice){ period.at, half };
    return slice_from(period, half + 1);
}

/* Of the outcomes of disputes against the provider, the share that was implemented. */
static bool implemented_share(const struct parts *p, uint64_t *ret_thousandths)
{
    const uint64_t *disputes = p->counted->lists[INDICATOR_DISPUTES];
    const uint64_t against = disputes[SCOPE_REVERSED] + disputes[SCOPE_PARTIALLY_REVERSED];
    if (against == 0) return false;
    *ret_thousandths = (disputes[SCOPE_IMPLEMENTED] * 1000 + against / 2) / against;
    return true;
}

/* The value of a row that is counted; *ret_blank: there is none. */
static void write_counted(const struct parts *p, const struct entry_row *e, struct csv_row *r,
                          bool *ret_blank)
{
    const struct template_row *row = e->row;
    uint64_t number = 0;
    bool found = true;
    if (row->kind == TEMPLATE_DATE) {
        csv_text(r, day_of(p, row));
    } else if (row->kind == TEMPLATE_MEDIAN) {
        found = samples_median(&p->counted->samples, row->indicator, 0, &number);
        if (found) parts_hundredths(r, number);
    } else if (row->kind == TEMPLATE_RATIO) {
        char text[16];
        found = implemented_share(p, &number);
        snprintf(text, sizeof text, "%u.%03u", (unsigned)(number / 1000),
                 (unsigned)(number % 1000));
        if (found) csv_label(r, text);
    } else {
        csv_number(r, e->each != NULL ? p->counted->each[row->indicator][e->nth]
                                      : p->counted->lists[row->indicator][row->scope]);
    }
    if (!found) csv_blank(r);
    *ret_blank = !found;
}

/* Cases of a row that nobody has decided. */
static uint64_t undecided(const struct parts *p, const struct template_row *row)
{
    const uint64_t *of = p->counted->lists[row->indicator];
    const bool is_decided = row->kind == TEMPLATE_COUNT && row->scope == SCOPE_TOTAL_NUMBER &&
                            row->indicator >= INDICATOR_COMPLAINTS &&
                            row->indicator <= INDICATOR_DISPUTES &&
                            row->indicator != INDICATOR_COMPLAINT_RESTRICTIONS;
    const uint64_t decided =
        of[SCOPE_UPHELD] + of[SCOPE_PARTIALLY_REVERSED] + of[SCOPE_REVERSED] + of[SCOPE_OMITTED];
    return is_decided ? of[SCOPE_TOTAL_NUMBER] - decided : 0;
}

static void write_context(const struct parts *p, const struct entry_row *e,
                          const struct declaration *d, bool is_blank, struct csv_row *r)
{
    const bool is_declared = harmonised_figure(e->row->indicator)->how == REPORT_DECLARED;
    char note[NOTE_BYTES_MAX] = "";
    if (!e->has) {
        csv_label(r, PARTS_NOT_HERE);
        return;
    }
    if (d != NULL && d->context.len > 0) {
        csv_text(r, d->context);
        return;
    }
    const uint64_t pending = undecided(p, e->row);
    if (is_declared && is_blank) {
        snprintf(note, sizeof note, "%s", "No figure was declared.");
    } else if (is_blank) {
        snprintf(note, sizeof note, "%s", "There is none to compute it from.");
    } else if (pending > 0) {
        snprintf(note, sizeof note, "%" PRIu64 " of them are pending.", pending);
    }
    csv_label(r, note);
}

static void count_entry(struct parts *p, const struct entry_row *e)
{
    const uint8_t how = harmonised_figure(e->row->indicator)->how;
    const bool by_language = e->each != NULL && how == REPORT_COUNTED;
    p->cells[by_language ? REPORT_OPENED : how]++;
}

static void write_words(const struct parts *p, const struct entry_row *e, uint8_t role,
                        struct csv_row *r)
{
    if (role == ROLE_SECTION) csv_label(r, template_section(e->row->indicator));
    if (role == ROLE_INDICATOR) csv_label(r, template_indicator(e->row->indicator));
    if (role == ROLE_SCOPE) {
        csv_label(r, e->each != NULL ? e->each : template_scope(e->row->scope));
    }
    parts_common(p, r, role, e->row->tier);
}

static status write_entry(struct parts *p, const struct entry_row *e, struct fault *f)
{
    size_t count = 0;
    const struct template_column *columns = template_columns(p->part, &count);
    struct csv_row r = csv_row_of(p->out);
    struct declaration *d = NULL;
    const bool declares = harmonised_figure(e->row->indicator)->how == REPORT_DECLARED;
    bool blank = !e->has || declares;
    if (declares) TRY(find_declared(p, e, &d, f));
    for (size_t i = 0; i < count; i++) {
        if (columns[i].role == ROLE_VALUE) {
            if (e->has && d != NULL) blank = false;
            if (e->has && !declares) write_counted(p, e, &r, &blank);
            if (e->has && d != NULL) csv_text(&r, d->value);
            if (!e->has || (declares && d == NULL)) csv_blank(&r);
        } else if (columns[i].role == ROLE_CONTEXT) {
            write_context(p, e, d, blank, &r);
        } else {
            write_words(p, e, columns[i].role, &r);
        }
    }
    if (!blank) count_entry(p, e);
    csv_end(&r);
    return OK;
}

status parts_list(struct parts *p, struct fault *f)
{
    enum { PART_STATES = 10 };
    const bool states = p->part == PART_STATES;
    for (size_t i = 0; i < template_row_count; i++) {
        const struct template_row *row = &template_rows[i];
        struct entry_row e = { .row = row, .has = parts_have(p, row->tier) };
        if (template_part_of(row->indicator) != p->part) continue;
        const size_t many = states ? TEMPLATE_STATES : TEMPLATE_LANGUAGES;
        const size_t rows = row->scope == SCOPE_EACH ? many : 1;
        for (e.nth = 0; e.nth < rows; e.nth++) {
            if (row->scope == SCOPE_EACH) {
                e.each = states ? template_states[e.nth] : template_languages[e.nth];
            }
            TRY(write_entry(p, &e, f));
        }
    }
    return OK;
}
