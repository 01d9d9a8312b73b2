/* SPDX-License-Identifier: Apache-2.0 */
#include "view/finder.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/segment.h"
#include "lib/json.h"
#include "record/kinds.h"
#include "record/value.h"
#include "view/filters.h"
#include "view/recorded.h"
#include "base/banned.h"

enum {
    WINDOW_BYTES = VALUE_RAW_BYTES_MAX + JSON_PADDING_BYTES,
    FILTER_STEP_ENTRIES = 512, /* between which others have their turn */
};

/* Reads recorded events. */
struct looker {
    struct intake *intake; /* owned */
    uint8_t *window;       /* owned */
};

struct finder {
    struct archive *archive;
    struct keys *keys;
    const struct question *question;
    struct looker looker;
    struct finder_numbers numbers;
    uint32_t seen;   /* terms of the question that the event at hand has, a bit each */
    uint64_t *found; /* owned: the newest of the segment, a ring of SEGMENT_ENTRIES */
    size_t found_count;
    bool (*is_over)(void *with); /* NULL: never */
    void *is_over_with;
    uint32_t unasked; /* records since it was asked */
};

struct finder_filter {
    uint64_t segment;
    uint64_t next; /* entry */
    struct looker looker;
    struct filter_terms terms;
};

static void looker_done(struct looker *l)
{
    if (l->window != NULL) bytes_wipe(l->window, WINDOW_BYTES);
    free(l->window);
    intake_free(l->intake);
}

static bool looker_init(struct looker *l)
{
    l->window = calloc(1, WINDOW_BYTES);
    l->intake = intake_new(NULL);
    return l->window != NULL && l->intake != NULL;
}

static void record_field(const struct scanned_record *r, int field, const char *name,
                         terms_each each, void *user)
{
    const struct record_field *v = &r->opening->fields[field - 1];
    if (v->type == TYPE_TEXT) terms_of_field(slice_text(name), v->value, each, user);
}

/* Everything that the event can be found by; false if nothing is left of it. */
static bool look(struct looker *l, const struct scanned_record *r, terms_each each, void *user)
{
    struct recorded recorded = {};
    struct event event = {};
    if (r->opening == NULL) return false;
    record_field(r, FIELD_event_source, "source", each, user);
    record_field(r, FIELD_event_actor, "actor", each, user);
    record_field(r, FIELD_event_subject, "subject", each, user);
    if (!recorded_event(r, &recorded)) return true;
    bytes_copy(l->window, VALUE_RAW_BYTES_MAX, recorded.raw);
    recorded.raw.at = l->window;
    struct reading reading = reading_of(l->intake, &recorded);
    while (reading_next(&reading, &event))
        terms_of_event(&event, each, user);
    return true;
}

static bool wants(void *, uint64_t, slice entry)
{
    return recorded_is_event(entry);
}

/* ---- searching ---- */

status finder_new(struct archive *a, struct keys *keys, const struct question *q,
                  struct finder **ret_finder)
{
    struct finder *s = calloc(1, sizeof *s);
    if (s == NULL) return FAIL(E_NOMEM);
    *s = (struct finder){ .archive = a, .keys = keys, .question = q };
    s->found = calloc(SEGMENT_ENTRIES, sizeof *s->found);
    if (s->found == NULL || !looker_init(&s->looker)) {
        finder_free(s);
        return FAIL(E_NOMEM);
    }
    *ret_finder = s;
    return OK;
}

void finder_free(struct finder *s)
{
    if (s == NULL) return;
    looker_done(&s->looker);
    free(s->found);
    free(s);
}

void finder_stop_if(struct finder *s, bool (*is_over)(void *with), void *with)
{
    s->is_over = is_over;
    s->is_over_with = with;
}

struct finder_numbers finder_numbers(const struct finder *s)
{
    return s->numbers;
}

static void compare(void *user, slice term)
{
    struct finder *s = user;
    for (size_t i = 0; i < s->question->count; i++) {
        if (slice_equal(term, s->question->terms[i])) s->seen |= 1u << i;
    }
}

static bool is_over(struct finder *s)
{
    if (s->is_over == NULL || ++s->unasked < FINDER_ASK_RECORDS) return false;
    s->unasked = 0;
    return s->is_over(s->is_over_with);
}

static status take_record(void *self, const struct scanned_record *r, struct fault *)
{
    struct finder *s = self;
    if (is_over(s)) return FAIL(E_CANCELLED);
    s->seen = 0;
    if (!look(&s->looker, r, compare, s)) s->numbers.erased++;
    if (s->seen == (1u << s->question->count) - 1) {
        s->found[s->found_count++ % SEGMENT_ENTRIES] = r->index;
    }
    return OK;
}

/* False: its filter rules the segment out. */
static bool may_have(const struct finder *s, uint64_t segment)
{
    struct filter filter = {};
    struct fault unused = {};
    uint8_t *bytes = NULL;
    bool may = true;
    if (filters_load(keys_store(s->keys), segment, &bytes, &filter, &unused).code != E_OK)
        return true;
    for (size_t i = 0; may && i < s->question->count; i++)
        may = filter_may_have(&filter, s->question->terms[i]);
    free(bytes);
    return may;
}

status finder_step(struct finder *s, uint64_t below, uint32_t limit, struct writer *indices,
                   uint64_t *ret_next, struct fault *f)
{
    const struct scan_watcher watcher = { .self = s, .record = take_record, .wants = wants };
    assert(below > 0 && limit <= SEGMENT_ENTRIES);
    const uint64_t segment = (below - 1) / SEGMENT_ENTRIES;
    const uint64_t from = segment * SEGMENT_ENTRIES;
    *ret_next = from;
    if (!may_have(s, segment)) {
        s->numbers.skipped += below - from;
        return OK;
    }
    s->found_count = 0;
    TRY(scan_records(s->archive, s->keys, from, below, &watcher, f));
    s->numbers.entries += below - from;
    for (uint32_t i = 0; i < limit && s->found_count > 0; i++) {
        *ret_next = s->found[--s->found_count];
        writer_u64(indices, *ret_next);
    }
    if (s->found_count == 0) *ret_next = from; /* nothing more in it */
    return writer_end(indices);
}

/* ---- filters ---- */

status finder_filter_new(uint64_t segment, struct siphash_key key,
                         struct finder_filter **ret_filter)
{
    struct finder_filter *b = calloc(1, sizeof *b);
    if (b == NULL) return FAIL(E_NOMEM);
    b->segment = segment;
    b->next = segment * SEGMENT_ENTRIES;
    b->terms = filter_terms_of(key);
    if (!looker_init(&b->looker)) {
        finder_filter_free(b);
        return FAIL(E_NOMEM);
    }
    *ret_filter = b;
    return OK;
}

void finder_filter_free(struct finder_filter *b)
{
    if (b == NULL) return;
    looker_done(&b->looker);
    filter_terms_done(&b->terms);
    free(b);
}

static void add_term(void *user, slice term)
{
    filter_terms_add(user, term);
}

static status add_record(void *self, const struct scanned_record *r, struct fault *)
{
    struct finder_filter *b = self;
    (void)look(&b->looker, r, add_term, &b->terms);
    return OK;
}

status finder_filter_step(struct finder_filter *b, struct archive *a, struct keys *keys,
                          bool *ret_done, struct fault *f)
{
    const struct scan_watcher watcher = { .self = b, .record = add_record, .wants = wants };
    const uint64_t to = b->next + FILTER_STEP_ENTRIES;
    TRY(scan_records(a, keys, b->next, to, &watcher, f));
    b->next = to;
    *ret_done = to % SEGMENT_ENTRIES == 0;
    return OK;
}

const struct filter_terms *finder_filter_terms(const struct finder_filter *b)
{
    return &b->terms;
}
