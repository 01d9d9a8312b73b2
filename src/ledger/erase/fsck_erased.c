/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/erase/fsck_erased.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/erase/erasures.h"
#include "record/opening.h"
#include "base/banned.h"

enum { VERDICT_BYTES_MAX = 512 };

/* A run of records and the fields of each; of what entry, for what an erasure covers. */
struct run {
    struct erased_item item;
    uint64_t entry;
};

struct runs {
    struct run *at; /* owned */
    size_t count;
    size_t cap;
};

struct fsck_erased {
    const struct store *store; /* borrowed */
    struct erasures_room *room;
    struct runs missing; /* sorted, apart */
    struct runs gaps;    /* the same: entries that gap records name */
    struct runs covered; /* as the entries stand in the log; sorted when they are judged */
};

struct fsck_erased *fsck_erased_new(const struct store *store)
{
    struct fsck_erased *e = calloc(1, sizeof *e);
    if (e == NULL) return NULL;
    e->store = store;
    e->room = erasures_room_new();
    if (e->room != NULL) return e;
    fsck_erased_free(e);
    return NULL;
}

void fsck_erased_free(struct fsck_erased *e)
{
    if (e == NULL) return;
    erasures_room_free(e->room);
    free(e->missing.at);
    free(e->covered.at);
    free(e->gaps.at);
    free(e);
}

static status push(struct runs *r, struct run run)
{
    enum { FIRST_CAP = 64 };
    if (r->count == r->cap) {
        const size_t cap = r->cap == 0 ? FIRST_CAP : r->cap * 2;
        struct run *at = reallocarray(r->at, cap, sizeof *at);
        if (at == NULL) return FAIL(E_NOMEM);
        r->at = at;
        r->cap = cap;
    }
    r->at[r->count++] = run;
    return OK;
}

uint64_t fsck_erased_fields(const struct opening *o)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < o->field_count; i++)
        fields |= (uint64_t)(o->fields[i].type == TYPE_ERASED) << i;
    return fields;
}

status fsck_erased_missing(struct fsck_erased *e, uint64_t index, uint64_t fields)
{
    if (fields == 0) return OK;
    if (e->missing.count > 0) {
        struct erased_item *last = &e->missing.at[e->missing.count - 1].item;
        if (last->fields == fields && last->first + last->count == index) {
            last->count++;
            return OK;
        }
    }
    return push(&e->missing, (struct run){ .item = { index, 1, fields } });
}

status fsck_erased_entry(struct fsck_erased *e, uint64_t index, const struct entry *entry,
                         struct fault *f)
{
    struct erased_set set = {};
    const status s = erasures_of_entry(e->store, e->room, entry, &set, f);
    if (s.code != E_OK) return fault_within(f, s, "erasure");
    for (uint32_t i = 0; i < set.count; i++) {
        const struct run run = { set.items[i], index };
        if (push(&e->covered, run).code != E_OK) {
            return fault_set(f, FAIL(E_NOMEM), "fsck: out of memory");
        }
    }
    return OK;
}

status fsck_erased_gap(struct fsck_erased *e, struct gap_range range)
{
    const uint64_t more = range.last - range.first; /* one less than there are: cannot wrap */
    const uint64_t count = more == UINT64_MAX ? more : more + 1;
    return push(&e->gaps, (struct run){ .item = { range.first, count, ERASED_WHOLE } });
}

static int by_first(const void *a, const void *b)
{
    const struct run *x = a;
    const struct run *y = b;
    if (x->item.first != y->item.first) return x->item.first < y->item.first ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static void sort(struct runs *r)
{
    if (r->count > 0) qsort(r->at, r->count, sizeof *r->at, by_first);
}

/* A verdict on consecutive records, told when it ends. */
struct verdict {
    uint64_t first;
    uint64_t count;
    uint64_t entry;
    bool is_forged; /* missing without an erasure; else still there */
};

struct judge {
    void (*tell)(void *with, const char *text);
    void *with;
    struct verdict open; /* count 0: none */
};

static void verdict_tell(struct judge *j)
{
    char text[VERDICT_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    const struct verdict *v = &j->open;
    if (v->count == 0) return;
    const unsigned long long first = v->first;
    const unsigned long long last = v->first + v->count - 1;
    if (v->is_forged) {
        writer_printf(
            &w,
            "entry %llu to entry %llu: values are missing that no erasure and no gap in the "
            "log covers",
            first, last);
    } else {
        writer_printf(
            &w,
            "entry %llu to entry %llu: the erasure at entry %llu covers them, but values are "
            "still there: it was not carried out, or keys/ is older than it",
            first, last, (unsigned long long)v->entry);
    }
    writer_u8(&w, '\0');
    if (w.error == E_OK) j->tell(j->with, text);
    j->open.count = 0;
}

static void verdict_add(struct judge *j, uint64_t index, bool is_forged, uint64_t entry)
{
    struct verdict *v = &j->open;
    const bool goes_on = v->count > 0 && v->is_forged == is_forged && v->entry == entry &&
                         v->first + v->count == index;
    if (goes_on) {
        v->count++;
        return;
    }
    verdict_tell(j);
    *v = (struct verdict){ index, 1, entry, is_forged };
}

/* Walks both lists, sorted, and every run of each. */
struct walk {
    const struct runs *runs;
    size_t next; /* the first run that ends behind the index */
};

/* The fields that runs have at index, and the newest entry among them. Runs before next are over;
 * those that begin behind index end the search, since runs are sorted by where they begin. */
static uint64_t fields_at(struct walk *w, uint64_t index, uint64_t *ret_entry)
{
    uint64_t fields = 0;
    while (w->next < w->runs->count) {
        const struct erased_item *i = &w->runs->at[w->next].item;
        if (i->first + i->count > index) break;
        w->next++;
    }
    for (size_t n = w->next; n < w->runs->count; n++) {
        const struct run *r = &w->runs->at[n];
        if (r->item.first > index) break;
        if (index - r->item.first >= r->item.count) continue;
        fields |= r->item.fields;
        *ret_entry = r->entry;
    }
    return fields;
}

/* The first index at or behind from where either list has something. */
static bool next_index(const struct walk *w, uint64_t from, uint64_t *best)
{
    bool found = false;
    for (size_t n = w->next; n < w->runs->count; n++) {
        const struct erased_item *i = &w->runs->at[n].item;
        if (i->first + i->count <= from) continue;
        const uint64_t at = i->first > from ? i->first : from;
        if (at < *best) *best = at;
        found = true;
        break; /* later runs begin later */
    }
    return found;
}

void fsck_erased_judge(struct fsck_erased *e, void (*tell)(void *with, const char *text),
                       void *with)
{
    struct judge j = { .tell = tell, .with = with };
    struct walk missing = { .runs = &e->missing };
    struct walk covered = { .runs = &e->covered };
    struct walk gaps = { .runs = &e->gaps };
    sort(&e->covered);
    sort(&e->gaps);
    for (uint64_t index = 0;; index++) {
        uint64_t at = UINT64_MAX;
        uint64_t entry = 0;
        const bool some = next_index(&missing, index, &at);
        if (!next_index(&covered, index, &at) && !some) break;
        index = at;
        const uint64_t gone = fields_at(&missing, index, &entry);
        const bool excused = gone == ERASED_WHOLE && fields_at(&gaps, index, &entry) != 0;
        const uint64_t allowed = fields_at(&covered, index, &entry);
        if ((gone & ~allowed) != 0 && !excused) verdict_add(&j, index, true, 0);
        if ((allowed & ~gone) != 0) verdict_add(&j, index, false, entry);
    }
    verdict_tell(&j);
}
