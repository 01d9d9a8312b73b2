/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/timeline.h"

#include "base/bytes.h"
#include "base/banned.h"

static const int64_t widths_s[] = { 1, 5, 15, 60, 300, 900, 3600, 10800, 43200, 86400 };

struct timeline timeline_of(void)
{
    return (struct timeline){ .width_s = widths_s[0] };
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* The next width; days double. Times of 64 bits in nanoseconds span less than 2^17 days. */
static int64_t wider(int64_t width_s)
{
    for (size_t i = 0; i + 1 < COUNT_OF(widths_s); i++) {
        if (width_s == widths_s[i]) return widths_s[i + 1];
    }
    return width_s * 2;
}

static void widen(struct timeline *t)
{
    const int64_t width_s = wider(t->width_s);
    const int64_t factor = width_s / t->width_s;
    const int64_t first = floor_div(t->first, factor);
    uint64_t counts[TIMELINE_BINS][TIMELINE_LEVELS] = {};
    size_t bin_count = 0;
    for (size_t i = 0; i < t->bin_count; i++) {
        const size_t bin = (size_t)(floor_div(t->first + (int64_t)i, factor) - first);
        for (size_t level = 0; level < TIMELINE_LEVELS; level++)
            counts[bin][level] += t->counts[i][level];
        bin_count = bin + 1;
    }
    bytes_copy(t->counts, sizeof t->counts, (slice){ (const uint8_t *)counts, sizeof counts });
    t->first = first;
    t->bin_count = bin_count;
    t->width_s = width_s;
}

/* Moves the bins up so that bin 0 starts at first. */
static void extend_down(struct timeline *t, int64_t first)
{
    const size_t by = (size_t)(t->first - first);
    bytes_move(t->counts[by], sizeof t->counts - by * sizeof t->counts[0], t->counts[0],
               t->bin_count * sizeof t->counts[0]);
    for (size_t i = 0; i < by; i++) {
        for (size_t level = 0; level < TIMELINE_LEVELS; level++)
            t->counts[i][level] = 0;
    }
    t->first = first;
    t->bin_count += by;
}

void timeline_add(struct timeline *t, int64_t time_ns, uint8_t level)
{
    const int64_t second = floor_div(time_ns, 1'000'000'000);
    int64_t at = floor_div(second, t->width_s);
    if (t->bin_count == 0) {
        t->first = at;
        t->bin_count = 1;
    }
    for (;;) {
        const int64_t low = at < t->first ? at : t->first;
        const int64_t top = t->first + (int64_t)t->bin_count - 1;
        const int64_t high = at > top ? at : top;
        if (high - low < TIMELINE_BINS) break;
        widen(t);
        at = floor_div(second, t->width_s);
    }
    if (at < t->first) extend_down(t, at);
    const size_t bin = (size_t)(at - t->first);
    if (bin >= t->bin_count) t->bin_count = bin + 1;
    t->counts[bin][level < TIMELINE_LEVELS ? level : 0]++;
}

int64_t timeline_start_s(const struct timeline *t, size_t bin)
{
    return (t->first + (int64_t)bin) * t->width_s;
}

uint64_t timeline_total(const struct timeline *t, size_t bin)
{
    uint64_t total = 0;
    for (size_t level = 0; level < TIMELINE_LEVELS; level++)
        total += t->counts[bin][level];
    return total;
}
