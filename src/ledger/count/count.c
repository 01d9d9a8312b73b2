/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/count/count.h"

#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/banned.h"

/*
 * Completeness: rows are a run of neighbours in the sorted table. The run must begin at the first
 * row of the table or with a row below the figure's lowest key, and end at the last row or with one
 * above its highest key. Then no row of the figure can be outside it.
 */

static int key_order(const struct counter_key *a, const struct counter_key *b)
{
    return __builtin_memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static void add_up(const struct counter_table *rows, const struct count_query *q,
                   uint64_t *ret_in_time, uint64_t *ret_late)
{
    uint64_t sums[2] = {};
    for (size_t i = 0; i < rows->row_count; i++) {
        const struct counter_key key = counter_table_key(rows, i);
        if (!count_query_matches(q, &key)) continue;
        uint64_t *sum = &sums[key.bytes[COUNTER_KEY_FLAG] == COUNTER_LATE];
        /* a true table adds up to the size of its log; a false one must not wrap around to it */
        if (__builtin_add_overflow(*sum, counter_table_count(rows, i), sum)) *sum = UINT64_MAX;
    }
    *ret_in_time = sums[0];
    *ret_late = sums[1];
}

static void put_question(const struct count_query *q, struct writer *w)
{
    const struct schema *s = schema_find(q->kind, q->schema);
    writer_text(w, COUNT_MAGIC "\nkind ");
    writer_dec(w, q->kind);
    writer_u8(w, ' ');
    writer_dec(w, q->schema);
    writer_u8(w, ' ');
    writer_text(w, s == NULL ? "unknown" : s->name);
    writer_text(w, "\nwhere ");
    writer_hex(w, (slice){ q->mask, sizeof q->mask });
    writer_u8(w, ' ');
    writer_hex(w, (slice){ q->want, sizeof q->want });
    writer_text(w, "\nmonths ");
    month_print(q->month_first, w);
    writer_u8(w, ' ');
    month_print(q->month_last, w);
}

static void put_number(const char *name, uint64_t number, struct writer *w)
{
    writer_text(w, name);
    writer_dec(w, number);
}

static void put_rows(const struct counter_table *t, size_t first, size_t count, struct writer *w)
{
    hash path[COUNTER_PATH_MAX];
    const size_t path_count = count == 0 ? 0 : counter_table_prove(t, first, count, path);
    put_number("\nrows ", first, w);
    put_number(" ", t->row_count, w);
    for (size_t i = first; i < first + count; i++) {
        const struct counter_key key = counter_table_key(t, i);
        writer_text(w, "\nrow ");
        writer_hex(w, (slice){ key.bytes, sizeof key.bytes });
        put_number(" ", counter_table_count(t, i), w);
    }
    for (size_t i = 0; i < path_count; i++) {
        writer_text(w, "\nhash ");
        writer_base64(w, (slice){ path[i].bytes, SHA256_BYTES });
    }
}

status count_format(const struct counter_table *t, const struct count_query *q, slice summary_entry,
                    struct writer *w)
{
    struct counter_key low;
    struct counter_key high;
    uint64_t in_time = 0;
    uint64_t late = 0;
    count_query_bounds(q, &low, &high);
    size_t first = counter_table_find(t, &low);
    if (first > 0) first--;
    size_t end = counter_table_find(t, &high);
    if (end < t->row_count) end++; /* the row at end is high itself or above it */
    if (end < t->row_count) end++; /* one above high for certain */
    if (end - first > COUNT_ROWS_MAX) return FAIL(E_LIMIT);
    add_up(t, q, &in_time, &late);
    put_question(q, w);
    put_number("\ncount ", in_time, w);
    put_number("\nlate ", late, w);
    put_rows(t, first, end - first, w);
    writer_text(w, "\nsummary ");
    writer_base64(w, summary_entry);
    writer_text(w, "\n\n");
    return writer_end(w);
}

static status next_number(struct lines *l, uint64_t most, uint64_t *ret_number)
{
    slice word = slice_none();
    TRY(lines_word(l, &word));
    TRY(num_parse_u64(word, ret_number));
    return *ret_number <= most ? OK : FAIL(E_LIMIT);
}

/* Lower-case hexadecimal only: one spelling. */
static status next_hex(struct lines *l, uint8_t *ret_bytes, size_t len)
{
    slice word = slice_none();
    TRY(lines_word(l, &word));
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] >= 'A' && word.at[i] <= 'F') return FAIL(E_SYNTAX);
    }
    return num_parse_hex(word, ret_bytes, len);
}

static status next_month(struct lines *l, uint16_t *ret_month)
{
    slice word = slice_none();
    TRY(lines_word(l, &word));
    if (slice_is(word, "before")) {
        *ret_month = MONTH_BEFORE;
    } else if (slice_is(word, "after")) {
        *ret_month = MONTH_AFTER;
    } else {
        TRY(month_parse(word, ret_month));
    }
    return OK;
}

static status read_question(struct lines *l, struct count_query *q)
{
    uint64_t kind = 0;
    uint64_t schema = 0;
    slice name = slice_none();
    TRY(lines_next(l));
    if (!slice_is(l->line, COUNT_MAGIC)) return FAIL(E_UNKNOWN);
    TRY(lines_next(l));
    TRY(lines_expect(l, "kind"));
    TRY(next_number(l, UINT8_MAX, &kind));
    TRY(next_number(l, UINT16_MAX, &schema));
    TRY(lines_word(l, &name));
    TRY(lines_end(l));
    const struct schema *s = schema_find((uint8_t)kind, (uint16_t)schema);
    if (!slice_is(name, s == NULL ? "unknown" : s->name)) return FAIL(E_VALUE);
    q->kind = (uint8_t)kind;
    q->schema = (uint16_t)schema;
    TRY(lines_next(l));
    TRY(lines_expect(l, "where"));
    TRY(next_hex(l, q->mask, sizeof q->mask));
    TRY(next_hex(l, q->want, sizeof q->want));
    TRY(lines_end(l));
    for (size_t i = 0; i < sizeof q->mask; i++) {
        if ((q->want[i] & ~q->mask[i]) != 0) return FAIL(E_VALUE);
    }
    TRY(lines_next(l));
    TRY(lines_expect(l, "months"));
    TRY(next_month(l, &q->month_first));
    TRY(next_month(l, &q->month_last));
    TRY(lines_end(l));
    return q->month_first <= q->month_last ? OK : FAIL(E_VALUE);
}

static status read_named(struct lines *l, const char *name, uint64_t *ret_number)
{
    TRY(lines_next(l));
    TRY(lines_expect(l, name));
    TRY(next_number(l, UINT64_MAX, ret_number));
    return lines_end(l);
}

/* The evidence of a file. */
struct evidence {
    size_t first;     /* row of the table */
    size_t row_count; /* of the whole table */
    uint8_t *rows;    /* owned */
    size_t rows_len;
    hash path[COUNTER_PATH_MAX];
    size_t path_count;
};

static status read_row(struct lines *l, struct evidence *e, size_t cap)
{
    if (COUNTER_ROW_BYTES > cap - e->rows_len) return FAIL(E_LIMIT);
    uint8_t *row = e->rows + e->rows_len;
    uint64_t count = 0;
    TRY(next_hex(l, row, COUNTER_KEY_BYTES));
    TRY(next_number(l, UINT64_MAX, &count));
    TRY(lines_end(l));
    put_u64(row + COUNTER_KEY_BYTES, count);
    const bool ascends =
        e->rows_len == 0 || __builtin_memcmp(row - COUNTER_ROW_BYTES, row, COUNTER_KEY_BYTES) < 0;
    if (!ascends || count == 0) return FAIL(E_VALUE);
    e->rows_len += COUNTER_ROW_BYTES;
    return OK;
}

static status read_hash(struct lines *l, struct evidence *e)
{
    slice word = slice_none();
    size_t len = 0;
    if (e->path_count == COUNT_OF(e->path)) return FAIL(E_LIMIT);
    TRY(lines_word(l, &word));
    TRY(lines_end(l));
    TRY(base64_decode(word, e->path[e->path_count].bytes, SHA256_BYTES, &len));
    if (len != SHA256_BYTES) return FAIL(E_SYNTAX);
    e->path_count++;
    return OK;
}

/* Rows, path, summary and the empty line. */
static status read_evidence(struct lines *l, struct evidence *e, size_t rows_cap, uint8_t *room,
                            slice *ret_summary)
{
    uint64_t first = 0;
    uint64_t of = 0;
    slice word = slice_none();
    TRY(lines_next(l));
    TRY(lines_expect(l, "rows"));
    TRY(next_number(l, COUNTER_TABLE_ROWS_MAX, &first));
    TRY(next_number(l, COUNTER_TABLE_ROWS_MAX, &of));
    TRY(lines_end(l));
    e->first = (size_t)first;
    e->row_count = (size_t)of;
    while (true) {
        TRY(lines_next(l));
        TRY(lines_word(l, &word));
        if (slice_is(word, "row") && e->path_count == 0) {
            TRY(read_row(l, e, rows_cap));
        } else if (slice_is(word, "hash")) {
            TRY(read_hash(l, e));
        } else {
            break;
        }
    }
    size_t len = 0;
    if (!slice_is(word, "summary")) return FAIL(E_SYNTAX);
    TRY(lines_word(l, &word));
    TRY(lines_end(l));
    TRY(base64_decode(word, room, ENTRY_BYTES_MAX, &len));
    *ret_summary = (slice){ room, len };
    TRY(lines_next(l));
    return lines_end(l);
}

static struct counter_table rows_of(const struct evidence *e)
{
    return (struct counter_table){ .rows = { e->rows, e->rows_len },
                                   .row_count = e->rows_len / COUNTER_ROW_BYTES };
}

/* Whether no row of the figure can be outside the rows shown. */
static status check_complete(const struct evidence *e, const struct count_query *q,
                             struct fault *fault)
{
    const struct counter_table rows = rows_of(e);
    struct counter_key low;
    struct counter_key high;
    count_query_bounds(q, &low, &high);
    if (rows.row_count == 0) return OK; /* the root of no rows is that of the empty table */
    const struct counter_key first = counter_table_key(&rows, 0);
    const struct counter_key last = counter_table_key(&rows, rows.row_count - 1);
    if (e->first != 0 && key_order(&first, &low) >= 0) {
        return fault_set(fault, FAIL(E_INVALID), "rows of the figure may be missing at its begin");
    }
    if (e->first + rows.row_count != e->row_count && key_order(&last, &high) <= 0) {
        return fault_set(fault, FAIL(E_INVALID), "rows of the figure may be missing at its end");
    }
    return OK;
}

static status check_root(const struct evidence *e, const struct summary_claim *summary,
                         struct fault *fault)
{
    const slice rows = { e->rows, e->rows_len };
    hash root;
    if (e->row_count != summary->rows) {
        return fault_set(fault, FAIL(E_INVALID), "the proof is for %zu rows, the summary has %llu",
                         e->row_count, (unsigned long long)summary->rows);
    }
    const status s = counter_rows_root(rows, e->first, e->row_count, e->path, e->path_count, &root);
    if (s.code != E_OK || !bytes_equal(root.bytes, summary->root.bytes, SHA256_BYTES)) {
        return fault_set(fault, FAIL(E_INVALID),
                         "the rows and hashes do not give the summary's root");
    }
    return OK;
}

static status check_figure(const struct evidence *e, const struct count_claim *claim,
                           struct fault *fault)
{
    const struct counter_table rows = rows_of(e);
    uint64_t in_time = 0;
    uint64_t late = 0;
    add_up(&rows, &claim->query, &in_time, &late);
    if (in_time == claim->in_time && late == claim->late) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "the file says %llu in time and %llu late, its rows add up to %llu and %llu",
                     (unsigned long long)claim->in_time, (unsigned long long)claim->late,
                     (unsigned long long)in_time, (unsigned long long)late);
}

/* The form of a file: everything but the numbers' agreement. */
static status read_file(slice file, struct evidence *e, size_t rows_cap, uint8_t *entry_room,
                        struct count_claim *claim, struct fault *fault)
{
    struct lines l = lines_of(file);
    status s = read_question(&l, &claim->query);
    if (s.code == E_OK) s = read_named(&l, "count", &claim->in_time);
    if (s.code == E_OK) s = read_named(&l, "late", &claim->late);
    if (s.code == E_OK) s = read_evidence(&l, e, rows_cap, entry_room, &claim->summary_entry);
    if (s.code != E_OK) {
        return fault_set(fault, s, "count proof, line %zu: %s", l.number, status_text(s));
    }
    claim->proof = slice_from(file, l.rest.pos);
    return OK;
}

static status check(slice file, struct evidence *e, size_t rows_cap, uint8_t *entry_room,
                    struct count_claim *claim, struct fault *fault)
{
    struct entry summary = {};
    TRY(read_file(file, e, rows_cap, entry_room, claim, fault));
    TRY(entry_parse(claim->summary_entry, &summary, fault));
    TRY(summary_read(&summary, &claim->summary, fault));
    claim->summary_time_s = summary.time_s;
    TRY(check_root(e, &claim->summary, fault));
    TRY(check_complete(e, &claim->query, fault));
    return check_figure(e, claim, fault);
}

/* Room for every row that a file of that length can show. */
static status evidence_init(struct evidence *e, size_t file_len, size_t *ret_cap,
                            struct fault *fault)
{
    enum { ROW_LINE_BYTES_MIN = 4 + 2 * COUNTER_KEY_BYTES + 2 };
    if (file_len > COUNT_PROOF_BYTES_MAX) {
        return fault_set(fault, FAIL(E_LIMIT), "a count proof of %zu bytes, at most %d are read",
                         file_len, COUNT_PROOF_BYTES_MAX);
    }
    const size_t most = file_len / ROW_LINE_BYTES_MIN + 1;
    *ret_cap = (most < COUNT_ROWS_MAX ? most : COUNT_ROWS_MAX) * COUNTER_ROW_BYTES;
    e->rows = malloc(*ret_cap);
    return e->rows != NULL ? OK : fault_set(fault, FAIL(E_NOMEM), "no memory for %zu rows", most);
}

status count_check(slice file, uint8_t *entry_room, struct count_claim *ret_claim,
                   struct fault *fault)
{
    struct count_claim claim = {};
    struct evidence e = {};
    size_t cap = 0;
    TRY(evidence_init(&e, file.len, &cap, fault));
    const status s = check(file, &e, cap, entry_room, &claim, fault);
    free(e.rows);
    if (s.code == E_OK) *ret_claim = claim;
    return s;
}

/* The rows of the table that the rows shown claim to be: from the table's begin if they start
 * there, else from their first key on; up to its end, or their last key. */
static struct counter_table same_run(const struct evidence *e, const struct counter_table *t)
{
    const struct counter_table rows = rows_of(e);
    size_t first = 0;
    size_t end = t->row_count;
    if (rows.row_count == 0) return *t;
    const struct counter_key low = counter_table_key(&rows, 0);
    const struct counter_key high = counter_table_key(&rows, rows.row_count - 1);
    if (e->first > 0) first = counter_table_find(t, &low);
    if (e->first + rows.row_count < e->row_count) {
        end = counter_table_find(t, &high);
        if (end < t->row_count) {
            const struct counter_key at_end = counter_table_key(t, end);
            if (key_order(&at_end, &high) == 0) end++;
        }
    }
    return counter_table_part(t, first, end);
}

status count_differ(slice file, const struct counter_table *is, bool *ret_differs,
                    struct counter_difference *ret_first, struct fault *fault)
{
    uint8_t entry_room[ENTRY_BYTES_MAX];
    struct count_claim claim = {};
    struct evidence e = {};
    size_t cap = 0;
    TRY(evidence_init(&e, file.len, &cap, fault));
    const status s = read_file(file, &e, cap, entry_room, &claim, fault);
    if (s.code == E_OK) {
        const struct counter_table said = rows_of(&e);
        const struct counter_table run = same_run(&e, is);
        *ret_differs = counter_table_differ(&said, &run, ret_first);
    }
    free(e.rows);
    return s;
}

static void print_condition(const struct schema_column *c, const struct count_query *q,
                            struct writer *w)
{
    const uint16_t mask = schema_column_value(c, (slice){ q->mask, sizeof q->mask });
    if (mask == 0) return;
    const slice want = { q->want, sizeof q->want };
    writer_u8(w, ' ');
    const size_t before = w->len;
    schema_column_print(c, want, w);
    if (w->len != before) return;
    writer_text(w, c->name);
    writer_u8(w, '=');
}

void count_query_print(const struct count_query *q, struct writer *w)
{
    const struct schema *s = schema_find(q->kind, q->schema);
    if (s == NULL) {
        writer_printf(w, "kind %u in schema version %u", q->kind, q->schema);
    } else {
        writer_text(w, s->name);
        for (size_t i = 0; i < s->column_count; i++)
            print_condition(&s->columns[i], q, w);
    }
    writer_text(w, ", ");
    month_print(q->month_first, w);
    if (q->month_last == q->month_first) return;
    writer_text(w, " to ");
    month_print(q->month_last, w);
}
