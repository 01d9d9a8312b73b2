/* SPDX-License-Identifier: Apache-2.0 */
#include "report/moderation.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/intern.h"
#include "base/siphash.h"
#include "base/timestamp.h"
#include "intake/decision/words.h"
#include "record/value.h"
#include "report/moderation_ids.h"
#include "base/banned.h"

/*
 * Rows stand in chunks, so that growing copies nothing. Fields are found by the rows of a table a
 * kind, not by name. Records are linked as they come: what one refers to came before it.
 */
enum {
    CHUNK_ROWS = 1 << 16,
    CHUNKS_MAX = MODERATION_ROWS_MAX / CHUNK_ROWS,
    OTHER_BYTES_MAX = 64 * 1024 * 1024,
    NS_PER_S = 1'000'000'000,
};

/* The field ids of a kind; 0: it has none. */
struct fields_of {
    uint8_t time, since, id, earlier, notice, cause, keywords, other, language, types, items,
        produced, who, content, restriction;
};

static const struct fields_of fields_of[KIND_LAST + 1] = {
    [KIND_enforcement] = { .time = FIELD_enforcement_time,
                           .since = FIELD_enforcement_content_date,
                           .earlier = FIELD_enforcement_replaces,
                           .notice = FIELD_enforcement_notice,
                           .cause = FIELD_enforcement_order,
                           .keywords = FIELD_enforcement_category_specification,
                           .other = FIELD_enforcement_category_specification_other,
                           .language = FIELD_enforcement_content_language,
                           .types = FIELD_enforcement_content_type,
                           .who = FIELD_enforcement_account_id,
                           .content = FIELD_enforcement_content_id },
    [KIND_notice] = { .time = FIELD_notice_time,
                      .since = FIELD_notice_received,
                      .id = FIELD_notice_id,
                      .keywords = FIELD_notice_keywords,
                      .other = FIELD_notice_keyword_other,
                      .language = FIELD_notice_language,
                      .types = FIELD_notice_content_type,
                      .items = FIELD_notice_items,
                      .who = FIELD_notice_notifier,
                      .content = FIELD_notice_content_id },
    [KIND_order] = { .time = FIELD_order_time,
                     .since = FIELD_order_received,
                     .id = FIELD_order_id,
                     .keywords = FIELD_order_keywords,
                     .other = FIELD_order_keyword_other,
                     .items = FIELD_order_items,
                     .produced = FIELD_order_produced,
                     .who = FIELD_order_subjects },
    [KIND_appeal] = { .time = FIELD_appeal_time,
                      .since = FIELD_appeal_received,
                      .id = FIELD_appeal_id,
                      .notice = FIELD_appeal_notice,
                      .cause = FIELD_appeal_enforcement,
                      .language = FIELD_appeal_language,
                      .restriction = FIELD_appeal_restriction,
                      .who = FIELD_appeal_account_id },
};

/* A row that has a description of KEYWORD_OTHER. */
struct other {
    uint32_t row;
    uint32_t text;
};

struct moderation {
    struct moderation_row *chunks[CHUNKS_MAX]; /* owned */
    struct other *others;                      /* owned; by row */
    uint32_t other_count;
    uint32_t other_cap;
    struct arena arena;
    struct intern texts;
    struct moderation_ids ids;
    uint64_t odd;
    uint32_t count;
};

struct moderation *moderation_new(void)
{
    struct moderation *m = calloc(1, sizeof *m);
    if (m == NULL) return NULL;
    m->arena = arena_of(OTHER_BYTES_MAX);
    m->texts = intern_of(&m->arena);
    return m;
}

void moderation_free(struct moderation *m)
{
    if (m == NULL) return;
    for (size_t i = 0; i < CHUNKS_MAX && m->chunks[i] != NULL; i++) {
        bytes_wipe(m->chunks[i], CHUNK_ROWS * sizeof *m->chunks[i]);
        free(m->chunks[i]);
    }
    free(m->others);
    intern_done(&m->texts);
    arena_done(&m->arena);
    moderation_ids_done(&m->ids);
    free(m);
}

uint32_t moderation_count(const struct moderation *m)
{
    return m->count;
}

const struct moderation_row *moderation_row(const struct moderation *m, uint32_t row)
{
    assert(row < m->count);
    return &m->chunks[row / CHUNK_ROWS][row % CHUNK_ROWS];
}

uint64_t moderation_odd(const struct moderation *m)
{
    return m->odd;
}

uint32_t moderation_find(const struct moderation *m, uint64_t index)
{
    uint32_t low = 0;
    uint32_t high = m->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (moderation_row(m, middle)->index < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < m->count && moderation_row(m, low)->index == index ? low : MODERATION_NONE;
}

uint16_t moderation_column(const struct moderation_row *r, int column)
{
    const struct schema *s = schema_of(r->kind);
    assert(s != NULL && column >= 0 && column < s->column_count);
    return schema_column_value(&s->columns[column], (slice){ r->columns, s->columns_bytes });
}

bool moderation_keyword(const struct moderation_row *r, size_t keyword)
{
    assert(keyword < (size_t)MODERATION_KEYWORD_BYTES * 8);
    return (r->keywords[keyword / 8] >> keyword % 8 & 1) != 0;
}

slice moderation_other(const struct moderation *m, uint32_t row)
{
    uint32_t low = 0;
    uint32_t high = m->other_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (m->others[middle].row < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const bool found = low < m->other_count && m->others[low].row == row;
    return found ? m->texts.names[m->others[low].text] : slice_none();
}

uint32_t moderation_original(const struct moderation *m, uint32_t row)
{
    for (size_t step = 0; step < MODERATION_STEPS_MAX && row != MODERATION_NONE; step++) {
        const struct moderation_row *r = moderation_row(m, row);
        if (r->kind != KIND_enforcement) return MODERATION_NONE;
        if (moderation_column(r, COLUMN_enforcement_stage) == VALUE_enforcement_stage_decided) {
            return row;
        }
        row = r->earlier; /* always an earlier row */
    }
    return MODERATION_NONE;
}

/* ---- taking records ---- */

/* A record that is being taken. */
struct taking {
    struct moderation *m;
    const struct opening *opening; /* NULL: erased as a whole */
    struct moderation_row *row;
};

/* The value of a field; false where the kind has none, it is absent or, which is noted, erased. */
static bool value_of(const struct taking *t, uint8_t id, uint8_t lost, slice *ret_value)
{
    if (id == 0) return false;
    if (t->opening == NULL || t->opening->fields[id - 1].type == TYPE_ERASED) {
        t->row->lost |= lost;
        return false;
    }
    *ret_value = t->opening->fields[id - 1].value;
    return t->opening->fields[id - 1].type != TYPE_ABSENT;
}

/* What does not fit is the nearest that does; 0 is "not stated". */
static uint32_t clip(uint64_t number)
{
    return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

/* Seconds since 1970 of nanoseconds. */
static uint32_t seconds_of(int64_t ns)
{
    return ns < NS_PER_S ? 1 : clip((uint64_t)(ns / NS_PER_S));
}

/* Midnight of a year-month-day; 0 for what is none. */
static uint32_t seconds_of_day(slice day)
{
    uint8_t text[TIMESTAMP_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    int64_t ns = 0;
    writer_bytes(&w, day);
    writer_text(&w, "T00:00:00Z");
    const bool fits = writer_end(&w).code == E_OK;
    return fits && timestamp_parse_iso(writer_slice(&w), &ns).code == E_OK ? seconds_of(ns) : 0;
}

static void take_since(const struct taking *t, const struct fields_of *fields)
{
    slice value = {};
    if (!value_of(t, fields->since, LOST_SINCE, &value)) return;
    const bool is_day = t->row->kind == KIND_enforcement;
    t->row->since_s = is_day ? seconds_of_day(value) : seconds_of(value_i64(value));
}

/* A link by index; what does not stand before the record in the log is none. */
static uint32_t take_link(const struct taking *t, uint8_t id)
{
    slice value = {};
    if (!value_of(t, id, LOST_LINKS, &value)) return MODERATION_NONE;
    const uint64_t index = value_u64(value);
    return index < t->row->index ? moderation_find(t->m, index) : MODERATION_NONE;
}

/* Sets the bit of each word of a list; a word that is none is counted. */
static void take_words(const struct taking *t, uint8_t id, uint8_t lost, const struct words *words,
                       uint8_t *bits)
{
    slice value = {};
    slice word = {};
    if (!value_of(t, id, lost, &value)) return;
    struct cursor c = cursor_of(value);
    while (value_texts_next(&c, &word)) {
        size_t at = 0;
        if (words_find(words, word, &at)) {
            bits[at / 8] = (uint8_t)(bits[at / 8] | 1u << at % 8);
        } else {
            t->m->odd++;
        }
    }
}

static void take_language(const struct taking *t, uint8_t id)
{
    slice value = {};
    size_t at = 0;
    if (!value_of(t, id, LOST_LANGUAGE, &value)) return;
    const bool found = words_find(&words_languages, value, &at);
    t->row->language = found ? (uint8_t)(at + 1) : MODERATION_LANGUAGE_ODD;
    t->m->odd += found ? 0 : 1;
}

static void take_items(const struct taking *t, const struct fields_of *fields)
{
    slice value = {};
    t->row->items = 1;
    if (value_of(t, fields->items, LOST_ITEMS, &value)) t->row->items = clip(value_u64(value));
    if (value_of(t, fields->produced, LOST_ITEMS, &value)) {
        t->row->produced = value.at[0] != 0 ? PRODUCED_YES : PRODUCED_NO;
    }
    if (value_of(t, fields->restriction, LOST_LINKS, &value)) t->row->produced = PRODUCED_YES;
}

/* Who is concerned; if that is not stated, which content; else the record stands for itself. */
static void take_who(const struct taking *t, const struct fields_of *fields)
{
    static const struct siphash_key open = {}; /* whoever opens the records gets the same */
    uint8_t index[8];
    slice value = {};
    put_u64(index, t->row->index);
    if (!value_of(t, fields->who, LOST_WHO, &value) &&
        !value_of(t, fields->content, LOST_WHO, &value)) {
        value = (slice){ index, sizeof index };
    }
    t->row->who = (uint32_t)siphash_128(&open, value).low;
}

static status take_other(const struct taking *t, uint8_t id, struct fault *f)
{
    struct moderation *m = t->m;
    slice value = {};
    uint32_t number = 0;
    if (!value_of(t, id, LOST_KEYWORDS, &value)) return OK;
    if (m->texts.count >= MODERATION_OTHERS_MAX && !intern_find(&m->texts, value, &number)) {
        return fault_set(f, FAIL(E_LIMIT), "more than %d descriptions of other keywords",
                         MODERATION_OTHERS_MAX);
    }
    if (m->other_count == m->other_cap) {
        const uint32_t cap = m->other_cap == 0 ? 1024 : 2 * m->other_cap;
        struct other *more = realloc(m->others, cap * sizeof *more);
        if (more == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
        m->others = more;
        m->other_cap = cap;
    }
    const status s = intern_add(&m->texts, value, &number, NULL);
    if (s.code != E_OK) return fault_set(f, s, "descriptions of other keywords: no room");
    m->others[m->other_count++] = (struct other){ m->count, number };
    return OK;
}

/* The first record of the same identifier. */
static status take_id(const struct taking *t, const struct fields_of *fields, struct fault *f)
{
    slice value = {};
    if (!value_of(t, fields->id, LOST_LINKS, &value)) return OK;
    const status s =
        moderation_ids_add(&t->m->ids, t->row->kind, value, t->m->count, &t->row->earlier);
    return s.code == E_OK ? OK : fault_set(f, s, "out of memory");
}

static status take_fields(const struct taking *t, struct fault *f)
{
    const struct fields_of *fields = &fields_of[t->row->kind];
    slice value = {};
    if (value_of(t, fields->time, LOST_TIME, &value)) t->row->time_s = seconds_of(value_i64(value));
    take_since(t, fields);
    t->row->earlier = take_link(t, fields->earlier);
    t->row->notice = take_link(t, fields->notice);
    t->row->cause = take_link(t, fields->cause);
    take_words(t, fields->keywords, LOST_KEYWORDS, &words_keywords, t->row->keywords);
    take_words(t, fields->types, LOST_TYPES, &words_content_types, &t->row->types);
    take_language(t, fields->language);
    take_items(t, fields);
    take_who(t, fields);
    TRY(take_other(t, fields->other, f));
    return take_id(t, fields, f);
}

/* Room for one more row, zeroed; NULL if there is none. */
static struct moderation_row *next_row(struct moderation *m)
{
    const uint32_t chunk = m->count / CHUNK_ROWS;
    if (chunk == CHUNKS_MAX) return NULL;
    if (m->chunks[chunk] == NULL) m->chunks[chunk] = calloc(CHUNK_ROWS, sizeof **m->chunks);
    return m->chunks[chunk] == NULL ? NULL : &m->chunks[chunk][m->count % CHUNK_ROWS];
}

bool moderation_wants(slice entry)
{
    if (entry.len < 4 || entry.at[1] > KIND_LAST || fields_of[entry.at[1]].time == 0) return false;
    return schema_find(entry.at[1], get_u16(entry.at + 2)) != NULL;
}

status moderation_take(struct moderation *m, const struct scanned_record *r, struct fault *f)
{
    static_assert(MODERATION_NONE >= MODERATION_ROWS_MAX, "it is no row");
    const struct schema *s = r->entry->schema;
    assert(s->kind <= KIND_LAST && fields_of[s->kind].time != 0);
    struct moderation_row *row = next_row(m);
    if (row == NULL) {
        return m->count == MODERATION_ROWS_MAX
                   ? fault_set(f, FAIL(E_LIMIT), "more than %d decisions", MODERATION_ROWS_MAX)
                   : fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    *row = (struct moderation_row){ .index = r->index,
                                    .time_s = clip(r->entry->time_s),
                                    .kind = s->kind };
    bytes_copy(row->columns, sizeof row->columns, r->entry->columns);
    const struct taking t = { m, r->opening, row };
    TRY(take_fields(&t, f));
    m->count++;
    return OK;
}

/* ---- scanning ---- */

struct scanning {
    struct moderation *m;
    void (*progress)(void *with, uint64_t entries);
    void *with;
};

static status scan_take(void *self, const struct scanned_record *r, struct fault *f)
{
    return moderation_take(((struct scanning *)self)->m, r, f);
}

static bool scan_wants(void *, uint64_t, slice entry)
{
    return moderation_wants(entry);
}

static void scan_progress(void *self, uint64_t entries)
{
    const struct scanning *s = self;
    if (s->progress != NULL) s->progress(s->with, entries);
}

status moderation_scan(struct moderation *m, struct archive *a, struct keys *keys, uint64_t from,
                       uint64_t to, void (*progress)(void *with, uint64_t entries), void *with,
                       struct fault *f)
{
    struct scanning s = { m, progress, with };
    const struct scan_watcher watcher = {
        .self = &s, .record = scan_take, .wants = scan_wants, .progress = scan_progress
    };
    return scan_records(a, keys, from, to, &watcher, f);
}
