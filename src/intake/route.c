/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each field of an event is looked up once by the hash of its name in a small table of triggers:
 * the fields that rows start with, those that hold times, and those that a Windows event has. What
 * a trigger leads to is looked at only then, so that the cost is a few nanoseconds a field however
 * many rows there are.
 */
#include "intake/route.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "intake/route_rows.h"
#include "intake/route_windows.h"
#include "intake/windows.h"
#include "base/banned.h"

enum { SLOTS = 4096, ROUTE_TEXT_BYTES_MAX = 1024 * 1024, NO_ROW = UINT16_MAX };
static_assert(ROUTES_MAX * 2 < SLOTS, "the table of triggers stays sparse");

/* What a field of some name means, beyond starting rows. */
enum meaning { NOTHING, TIME, CHANNEL, EVENT_ID, PRODUCT, SERVICE, CATEGORY };

static const struct {
    const char *name;
    uint8_t meaning;
} meanings[] = {
    { "Channel", CHANNEL }, { "EventID", EVENT_ID },  { "product", PRODUCT },
    { "service", SERVICE }, { "category", CATEGORY },
};

/* Fields that hold the time of the event, the most telling first. */
static const char *const times[] = {
    "TimeCreated_SystemTime",
    "TimeCreated",
    "eventTime",
    "requestReceivedTimestamp",
    "@timestamp",
    "UtcTime",
    "EventTime",
    "_SOURCE_REALTIME_TIMESTAMP",
    "__REALTIME_TIMESTAMP",
    "timestamp",
    "Timestamp",
    "event_time",
    "time",
    "published",
    "createdDateTime",
    "activityDateTime",
    "CreationTime",
    "created_at",
    "ts",
    "_time",
    "datetime",
};

struct trigger {
    slice name; /* at NULL: a free slot */
    uint32_t hash;
    uint16_t row; /* the first row that starts with the field, or NO_ROW */
    uint8_t meaning;
    uint8_t rank; /* TIME: index in times */
};

struct row {
    struct route route;
    uint16_t next; /* the next row with the same first field, or NO_ROW; ascending rank */
    uint16_t rank; /* the lowest that matches decides */
};

struct routes {
    struct arena texts;
    struct channel_index channels;
    uint64_t used[SLOTS / 64]; /* a bit for each slot that is not free: most names end here */
    struct trigger triggers[SLOTS];
    struct row rows[ROUTES_MAX];
    uint16_t count;
    uint16_t own; /* rows of the user: their ranks are below those of the built-in ones */
};

static struct trigger *slot_of(struct routes *r, const char *name)
{
    const slice wanted = slice_text(name);
    const uint32_t hash = event_name_hash(wanted);
    size_t slot = hash % SLOTS;
    while (r->triggers[slot].name.at != NULL && !slice_equal(r->triggers[slot].name, wanted)) {
        slot = (slot + 1) % SLOTS;
    }
    struct trigger *t = &r->triggers[slot];
    if (t->name.at == NULL) *t = (struct trigger){ .name = wanted, .hash = hash, .row = NO_ROW };
    r->used[slot / 64] |= UINT64_C(1) << slot % 64;
    return t;
}

static const struct trigger *find_trigger(const struct routes *r, const struct event_field *f)
{
    size_t slot = f->name_hash % SLOTS;
    for (; (r->used[slot / 64] >> slot % 64 & 1) != 0; slot = (slot + 1) % SLOTS) {
        const struct trigger *t = &r->triggers[slot];
        if (t->hash == f->name_hash && slice_equal(f->name, t->name)) return t;
    }
    return NULL;
}

static void add_row(struct routes *r, const struct route *route, uint16_t rank)
{
    const uint16_t at = r->count++;
    struct trigger *t = slot_of(r, route->when[0].field);
    r->rows[at] = (struct row){ .route = *route, .rank = rank, .next = NO_ROW };
    uint16_t *link = &t->row;
    while (*link != NO_ROW && r->rows[*link].rank < rank)
        link = &r->rows[*link].next;
    r->rows[at].next = *link;
    *link = at;
}

struct routes *routes_new(void)
{
    struct routes *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->texts = arena_of(ROUTE_TEXT_BYTES_MAX);
    channel_index_init(&r->channels);
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct trigger *t = slot_of(r, times[i]);
        t->meaning = TIME;
        t->rank = (uint8_t)i;
    }
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        slot_of(r, meanings[i].name)->meaning = meanings[i].meaning;
    }
    for (size_t i = 0; route_rows[i].when[0].field != NULL; i++) {
        add_row(r, &route_rows[i], (uint16_t)(ROUTES_MAX + i));
    }
    return r;
}

void routes_free(struct routes *r)
{
    if (r == NULL) return;
    arena_done(&r->texts);
    free(r);
}

static bool copy_text(struct routes *r, const char **text)
{
    if (*text == NULL) return true;
    const slice copy = arena_copy(&r->texts, slice_text(*text));
    *text = (const char *)copy.at;
    return copy.at != NULL;
}

status routes_add(struct routes *r, const struct route *row)
{
    struct route copy = *row;
    const bool states = row->product != NULL || row->service != NULL || row->category != NULL;
    if (!states || row->when[0].field == NULL) return FAIL(E_VALUE);
    if (r->count == ROUTES_MAX) return FAIL(E_LIMIT);
    bool copied =
        copy_text(r, &copy.product) && copy_text(r, &copy.service) && copy_text(r, &copy.category);
    for (size_t i = 0; i < ROUTE_CONDITIONS_MAX && copied; i++) {
        copied = copy_text(r, &copy.when[i].field) && copy_text(r, &copy.when[i].value);
    }
    if (!copied) return FAIL(E_NOMEM);
    add_row(r, &copy, r->own++);
    return OK;
}

/* value may start or end with '*'. */
static bool value_matches(slice text, const char *value)
{
    slice wanted = slice_text(value);
    const bool any_start = wanted.len > 0 && wanted.at[0] == '*';
    if (any_start) wanted = slice_from(wanted, 1);
    const bool any_end = wanted.len > 0 && wanted.at[wanted.len - 1] == '*';
    if (any_end) wanted.len--;
    if (text.len < wanted.len || (!any_start && !any_end && text.len != wanted.len)) return false;
    const uint8_t *at = any_start ? text.at + (text.len - wanted.len) : text.at;
    return strncasecmp((const char *)at, (const char *)wanted.at, wanted.len) == 0;
}

static bool row_matches(const struct build *b, const struct route *route)
{
    for (size_t i = 0; i < ROUTE_CONDITIONS_MAX && route->when[i].field != NULL; i++) {
        const struct event_field *f = build_find(b, route->when[i].field);
        if (f == NULL) return false;
        const char *value = route->when[i].value;
        if (value != NULL && !value_matches(f->text, value)) return false;
    }
    return true;
}

static void state(struct logsource *l, const struct route *route)
{
    const slice product = route->product == NULL ? slice_none() : slice_text(route->product);
    const bool keep =
        route->service == NULL && slice_equal(l->product, product); /* the format knew */
    l->product = product;
    if (!keep) l->service = route->service == NULL ? slice_none() : slice_text(route->service);
    l->category_count = 0;
    for (const char *at = route->category; at != NULL;) {
        const char *comma = strchr(at, ',');
        const size_t len = comma == NULL ? strlen(at) : (size_t)(comma - at);
        if (l->category_count == LOGSOURCE_CATEGORIES_MAX) return;
        l->categories[l->category_count++] = (slice){ (const uint8_t *)at, len };
        at = comma == NULL ? NULL : comma + 1;
    }
}

static bool is_word(slice text, const char *const *words)
{
    while (*words != NULL && !slice_is(text, *words))
        words++;
    return *words != NULL;
}

/* What the triggers of an event have brought to light. */
struct findings {
    const struct event_field *fields[CATEGORY + 1]; /* by meaning */
    const struct row *row;
    uint8_t time_rank;
};

static void note_time(const struct event_field *f, uint8_t rank, struct findings *found,
                      struct event *event)
{
    int64_t ns = 0;
    if (event->has_time && rank >= found->time_rank) return;
    if (timestamp_parse_iso(f->text, &ns).code != E_OK &&
        timestamp_parse_epoch(f->text, &ns).code != E_OK) {
        return;
    }
    event->has_time = true;
    event->time_ns = ns;
    found->time_rank = rank;
}

static void note_rows(const struct routes *r, const struct build *b, uint16_t row,
                      struct findings *found)
{
    for (; row != NO_ROW; row = r->rows[row].next) {
        const struct row *candidate = &r->rows[row];
        if (found->row != NULL && candidate->rank >= found->row->rank) return;
        if (row_matches(b, &candidate->route)) found->row = candidate;
    }
}

static void state_own_words(const struct findings *found, struct logsource *l)
{
    const struct event_field *product = found->fields[PRODUCT];
    const struct event_field *service = found->fields[SERVICE];
    const struct event_field *category = found->fields[CATEGORY];
    if (product != NULL && is_word(product->text, route_products)) {
        l->product = product->text;
        if (service != NULL) l->service = service->text;
    }
    if (category != NULL && is_word(category->text, route_categories)) {
        l->categories[l->category_count++] = category->text;
    }
}

static void state_windows(const struct routes *r, struct build *b, const struct findings *found,
                          struct logsource *l)
{
    uint64_t event_id = 0;
    const struct event_field *id = found->fields[EVENT_ID];
    const bool numbered = id != NULL && num_parse_u64(id->text, &event_id).code == E_OK;
    /* "The log was cleared" names that log in a field Channel of its own. */
    const slice channel = b->channel.len > 0 ? b->channel : found->fields[CHANNEL]->text;
    route_windows(&r->channels, b, channel, event_id, l);
    if (!numbered) l->exact = false;
    if (numbered && slice_is(l->service, "security")) windows_aliases(b, event_id);
}

void routes_apply(const struct routes *r, struct build *b, struct event *event)
{
    struct findings found = {};
    struct logsource *l = &event->logsource;
    for (size_t i = 0; i < b->count; i++) {
        const struct trigger *t = find_trigger(r, &b->fields[i]);
        if (t == NULL) continue;
        if (t->meaning == TIME) note_time(&b->fields[i], t->rank, &found, event);
        found.fields[t->meaning] = &b->fields[i];
        if (t->row != NO_ROW) note_rows(r, b, t->row, &found);
    }
    const bool is_own = found.row != NULL && found.row->rank < ROUTES_MAX;
    if (is_own || (found.row != NULL && found.fields[CHANNEL] == NULL)) {
        state(l, &found.row->route);
    } else if (found.fields[CHANNEL] != NULL && found.fields[EVENT_ID] != NULL) {
        state_windows(r, b, &found, l);
    } else if (l->product.len == 0) {
        state_own_words(&found, l);
    }
}
