/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/metrics.h"

#include <assert.h>
#include "base/bytes.h"
enum metric_type { COUNTER, GAUGE, HISTOGRAM };

enum metric_unit { ONE, NANO };

struct label {
    const char *name;
    const char *values[8]; /* ends with NULL */
};

static const struct label label_NO = {};
#define LABEL(id, name_, ...) static const struct label label_##id = { name_, { __VA_ARGS__ } };
#include "serve/metrics.def"

static const struct metric_row {
    const char *name;
    const char *help;
    const struct label *first;
    const struct label *second;
    enum metric_type type;
    enum metric_unit unit;
} rows[METRICS] = {
#define METRIC(id, name_, type_, first_, second_, unit_, help_)                                    \
    { name_, help_, &label_##first_, &label_##second_, type_, unit_ },
#include "serve/metrics.def"
};

#include "base/banned.h" /* behind the table */

/* Upper bounds of a histogram's buckets, in nanoseconds and as they are written. */
static const struct {
    uint64_t ns;
    const char *text;
} bounds[METRIC_BUCKETS - 1] = {
    { 500'000, "0.0005" },  { 1'000'000, "0.001" }, { 2'000'000, "0.002" }, { 5'000'000, "0.005" },
    { 10'000'000, "0.01" }, { 20'000'000, "0.02" }, { 50'000'000, "0.05" }, { 100'000'000, "0.1" },
    { 500'000'000, "0.5" }, { 1'000'000'000, "1" },
};

static_assert(METRIC_BUCKETS < METRIC_SLOTS, "a histogram has a place for its sum");

void metrics_time(struct metrics *m, enum metric metric, uint64_t ns)
{
    size_t bucket = 0;
    assert(rows[metric].type == HISTOGRAM);
    while (bucket < COUNT_OF(bounds) && ns > bounds[bucket].ns)
        bucket++;
    m->at[metric][bucket]++;
    m->at[metric][METRIC_BUCKETS] += ns;
}

static void write_value(const struct metric_row *row, uint64_t value, struct writer *w)
{
    enum { NS_PER_S = 1'000'000'000 };
    if (row->unit == ONE) {
        writer_printf(w, " %llu\n", (unsigned long long)value);
    } else {
        writer_printf(w, " %llu.%09llu\n", (unsigned long long)(value / NS_PER_S),
                      (unsigned long long)(value % NS_PER_S));
    }
}

static size_t count_of(const struct label *label)
{
    size_t count = 0;
    while (label->values[count] != NULL)
        count++;
    return count == 0 ? 1 : count;
}

static void write_labels(const struct metric_row *row, size_t first, size_t second,
                         struct writer *w)
{
    if (row->first->name == NULL) return;
    writer_printf(w, "{%s=\"%s\"", row->first->name, row->first->values[first]);
    if (row->second->name != NULL) {
        writer_printf(w, ",%s=\"%s\"", row->second->name, row->second->values[second]);
    }
    writer_text(w, "}");
}

static void write_values(const struct metric_row *row, const uint64_t *at, struct writer *w)
{
    const size_t count = count_of(row->second);
    for (size_t i = 0; i < count_of(row->first); i++) {
        for (size_t n = 0; n < count; n++) {
            writer_text(w, row->name);
            write_labels(row, i, n, w);
            write_value(row, at[i * count + n], w);
        }
    }
}

static void write_histogram(const struct metric_row *row, const uint64_t *at, struct writer *w)
{
    uint64_t count = 0;
    for (size_t i = 0; i < METRIC_BUCKETS; i++) {
        count += at[i];
        writer_printf(w, "%s_bucket{le=\"%s\"} %llu\n", row->name,
                      i < COUNT_OF(bounds) ? bounds[i].text : "+Inf", (unsigned long long)count);
    }
    writer_printf(w, "%s_sum", row->name);
    write_value(row, at[METRIC_BUCKETS], w);
    writer_printf(w, "%s_count %llu\n", row->name, (unsigned long long)count);
}

void metrics_write(const struct metrics *m, struct writer *w)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };
    for (size_t i = 0; i < METRICS; i++) {
        const struct metric_row *row = &rows[i];
        writer_printf(w, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                      types[row->type]);
        if (row->type == HISTOGRAM)
            write_histogram(row, m->at[i], w);
        else
            write_values(row, m->at[i], w);
    }
}

/* first u8 | count u8 | METRIC_SLOTS times u64 for each */
void metrics_pack(const struct metrics *m, enum metric first, enum metric last, struct writer *w)
{
    writer_u8(w, (uint8_t)first);
    writer_u8(w, (uint8_t)(last - first + 1));
    for (size_t i = first; i <= (size_t)last; i++) {
        for (size_t n = 0; n < METRIC_SLOTS; n++)
            writer_u64(w, m->at[i][n]);
    }
}

status metrics_unpack(slice payload, struct metrics *m)
{
    struct cursor c = cursor_of(payload);
    uint8_t first = 0;
    uint8_t count = 0;
    TRY(cursor_u8(&c, &first));
    TRY(cursor_u8(&c, &count));
    if (first > METRICS || count > METRICS - first) return FAIL(E_LIMIT);
    const size_t bytes = (size_t)count * METRIC_SLOTS * 8;
    if (cursor_left(&c) < bytes) return FAIL(E_SHORT);
    if (cursor_left(&c) > bytes) return FAIL(E_TRAILING);
    for (size_t i = first; i < (size_t)first + count; i++) {
        for (size_t n = 0; n < METRIC_SLOTS; n++)
            TRY(cursor_u64(&c, &m->at[i][n]));
    }
    return OK;
}
