/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a presence as lines of words:
 *
 *   NAME HEARD SILENT BACK NUMBERED HIGHEST MISSING, then for each hole FIRST LAST AMOUNT NOTICED
 */
#include "base/bytes.h"
#include "base/num.h"
#include "judge/presence/presence_state.h"
#include "base/banned.h"

static void put(struct writer *w, uint64_t number)
{
    writer_text(w, " ");
    writer_dec(w, number);
}

static void write_source(const struct presence_source *s, struct writer *w)
{
    writer_text(w, s->name);
    put(w, (uint64_t)s->heard_ns);
    put(w, (uint64_t)s->silent_ns);
    put(w, (uint64_t)s->back_ns);
    put(w, s->is_numbered);
    put(w, s->highest);
    put(w, s->missing);
    for (uint32_t i = 0; i < s->hole_count; i++) {
        put(w, s->holes[i].first);
        put(w, s->holes[i].last);
        put(w, s->holes[i].amount);
        put(w, (uint64_t)s->holes[i].noticed_ns);
    }
    writer_text(w, "\n");
}

void presence_write(const struct presence *p, struct writer *w)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i]->heard_ns != 0) write_source(p->at[i], w);
    }
}

/* The text up to the next space; it is taken off the line. */
static slice word_of(slice *line)
{
    const uint8_t *space = memchr(line->at, ' ', line->len);
    const size_t len = space == NULL ? line->len : (size_t)(space - line->at);
    const slice word = { line->at, len };
    *line = slice_from(*line, space == NULL ? len : len + 1);
    return word;
}

static status take(slice *line, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (num_parse_u64(word_of(line), &number).code != E_OK) return FAIL(E_SYNTAX);
    if (number > most) return FAIL(E_VALUE);
    *ret_number = number;
    return OK;
}

static status take_time(slice *line, int64_t *ret_ns)
{
    uint64_t number = 0;
    TRY(take(line, INT64_MAX, &number));
    *ret_ns = (int64_t)number;
    return OK;
}

/* Holes lie in order below the highest number, and have something missing. */
static status take_hole(slice *line, struct presence_source *s)
{
    struct presence_hole h = {};
    const uint64_t above = s->hole_count == 0 ? 0 : s->holes[s->hole_count - 1].last + 1;
    if (s->hole_count == PRESENCE_HOLES_MAX) return FAIL(E_VALUE);
    TRY(take(line, UINT64_MAX, &h.first));
    TRY(take(line, UINT64_MAX, &h.last));
    TRY(take(line, UINT64_MAX, &h.amount));
    TRY(take_time(line, &h.noticed_ns));
    const bool fits = h.first >= above && h.first <= h.last && h.last < s->highest &&
                      h.amount > 0 && h.amount - 1 <= h.last - h.first;
    if (!fits) return FAIL(E_VALUE);
    s->holes[s->hole_count++] = h;
    return OK;
}

static status take_source(slice *line, struct presence_source *s)
{
    uint64_t numbered = 0;
    TRY(take_time(line, &s->heard_ns));
    TRY(take_time(line, &s->silent_ns));
    TRY(take_time(line, &s->back_ns));
    TRY(take(line, 1, &numbered));
    TRY(take(line, UINT64_MAX, &s->highest));
    TRY(take(line, UINT64_MAX, &s->missing));
    s->is_numbered = numbered == 1;
    while (line->len > 0)
        TRY(take_hole(line, s));
    return OK;
}

status presence_read_line(struct presence *p, slice line)
{
    struct presence_source read = {};
    struct presence_source *s = presence_source_of(p, word_of(&line));
    TRY(take_source(&line, &read));
    if (s == NULL || s->heard_ns != 0) return OK;
    bytes_copy(read.name, sizeof read.name - 1, slice_text(s->name));
    read.id = s->id;
    read.silence_s = s->silence_s;
    *s = read;
    return OK;
}
