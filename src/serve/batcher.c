/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/batcher.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/timestamp.h"
#include "lib/json.h"
#include "record/wire.h"
#include "serve/finding_record.h"
#include "serve/link_item.h"
#include "os/clock.h"
#include "base/banned.h"

enum {
    NS_PER_S = 1000000000,
    FINDING_BYTES_MAX = 64 * 1024, /* room that must be left for one more */
    WINDOW_BYTES = PROTOCOL_EVENT_BYTES_MAX + JSON_PADDING_BYTES,
    NAME_VALUE_BYTES_MAX = 1024, /* of an actor or a subject */
};

static_assert(BATCHER_BYTES_CLOSE + WINDOW_BYTES + 4096 < LINK_SLOT_BYTES, "an event always fits");

struct batcher {
    struct batcher_calls calls;
    struct intake *intake; /* owned */
    struct judging *judging;
    uint64_t judging_ns; /* since the start */
    char market[3];
    struct writer records; /* owned: the open batch; NULL between batches */
    uint32_t count;        /* records in it */
    bool has_event;        /* its newest event is in it, not in the batch before */
    size_t event_at;       /* where that stands */
    struct link_item item; /* of that event */
    uint64_t first_number; /* of the open batch */
    uint64_t findings_made;
    uint8_t *window; /* owned: the event at hand, with padding behind it */
    const struct origin *from;
    struct draft draft;
    struct finding_record finding;
    struct fault fault;
};

status batcher_new(const struct routes *routes, const char *market, uint64_t next_number,
                   struct batcher_calls calls, struct batcher **ret_batcher)
{
    struct batcher *b = calloc(1, sizeof *b);
    if (b == NULL) return FAIL(E_NOMEM);
    b->calls = calls;
    b->first_number = next_number;
    bytes_copy(b->market, sizeof b->market - 1, slice_text(market));
    b->intake = intake_new(routes);
    b->window = calloc(1, WINDOW_BYTES);
    if (b->intake == NULL || b->window == NULL) {
        batcher_free(b);
        return FAIL(E_NOMEM);
    }
    *ret_batcher = b;
    return OK;
}

void batcher_free(struct batcher *b)
{
    if (b == NULL) return;
    intake_free(b->intake);
    free(b->window);
    free(b->records.at);
    free(b);
}

static status open_batch(struct batcher *b)
{
    if (b->records.at != NULL) return OK;
    b->records = writer_of(malloc(LINK_SLOT_BYTES), LINK_SLOT_BYTES);
    return b->records.at != NULL ? OK : FAIL(E_NOMEM);
}

static void close_batch(struct batcher *b)
{
    const struct batch_out out = { b->records.at, b->records.len, b->count, b->first_number };
    b->records = (struct writer){};
    b->first_number += b->count;
    b->count = 0;
    b->has_event = false;
    b->calls.ready(b->calls.self, &out);
}

status batcher_flush(struct batcher *b)
{
    if (b->count > 0) close_batch(b);
    return OK;
}

status batcher_judge_by(struct batcher *b, struct judging *j)
{
    TRY(batcher_flush(b));
    b->judging = j;
    return OK;
}

uint64_t batcher_next_number(const struct batcher *b)
{
    return b->first_number + b->count;
}

uint64_t batcher_findings(const struct batcher *b)
{
    return b->findings_made;
}

uint64_t batcher_judging_ns(const struct batcher *b)
{
    return b->judging_ns;
}

/* The time under which an event is filed and counted: its own, unless it has none or one that
 * cannot be. */
static uint64_t filed_under(int64_t time_ns, int64_t arrived_ns)
{
    return (uint64_t)((reading_believes(time_ns, arrived_ns) ? time_ns : arrived_ns) / NS_PER_S);
}

static const char *market_of(const struct batcher *b)
{
    const struct account *source = b->from->account;
    return source->market[0] != '\0' ? source->market : b->market;
}

/* Says at the newest event that one more finding stands behind it. */
static void count_finding(struct batcher *b)
{
    if (!b->has_event) return;
    struct writer w = writer_of(b->records.at + b->event_at, LINK_ITEM_BYTES_MAX);
    b->item.findings++;
    link_item_write(&b->item, &w);
}

/* Findings stand behind their event. One that does not fit begins the next batch. */
static status add_finding(void *self, const struct finding *finding)
{
    static const struct link_item item = {};
    struct batcher *b = self;
    struct record record = {};
    const bool full =
        b->count == LINK_RECORDS_MAX || b->records.cap - b->records.len < FINDING_BYTES_MAX;
    if (full) {
        close_batch(b);
        TRY(open_batch(b));
    }
    const struct finding_place place = {
        .bundle = judging_bundle(b->judging),
        .market = slice_text(market_of(b)),
        .filed_s = filed_under(finding->time_ns, b->from->arrived_ns),
    };
    TRY(finding_record_make(&b->finding, finding, &place, &record, &b->fault));
    count_finding(b);
    link_item_write(&item, &b->records);
    TRY(wire_put(&record, &b->records));
    b->count++;
    b->findings_made++;
    return OK;
}

/* The text of the event's field of that name; false if it has none that is short enough. */
static bool field_text(const struct event *event, const char *name, slice *ret_text)
{
    const slice wanted = slice_text(name);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct event_field *field = &event->fields[i];
        const bool scalar = field->type == EVENT_TEXT || field->type == EVENT_NUMBER;
        if (!scalar || field->text.len > NAME_VALUE_BYTES_MAX) continue;
        if (!slice_equal(field->name, wanted)) continue;
        *ret_text = field->text;
        return field->text.len > 0;
    }
    return false;
}

static status put_event(struct batcher *b, const struct event *event, slice raw)
{
    const struct origin *from = b->from;
    const struct account *source = from->account;
    const int64_t time_ns = event->has_time ? event->time_ns : from->arrived_ns;
    const char *market = market_of(b);
    struct record record = {};
    slice text = {};
    draft_start(&b->draft, KIND_event, filed_under(time_ns, from->arrived_ns));
    if (market[0] != '\0') draft_market(&b->draft, COLUMN_event_market, slice_text(market));
    draft_column(&b->draft, COLUMN_event_source_class, source->source_class);
    draft_column(&b->draft, COLUMN_event_trust, from->trust);
    draft_time(&b->draft, FIELD_event_time, time_ns);
    draft_time(&b->draft, FIELD_event_arrived, from->arrived_ns);
    draft_text(&b->draft, FIELD_event_source, slice_text(source->name));
    if (from->is_numbered) draft_u64(&b->draft, FIELD_event_sequence, from->sequence);
    if (field_text(event, source->actor, &text)) draft_text(&b->draft, FIELD_event_actor, text);
    if (field_text(event, source->subject, &text)) draft_text(&b->draft, FIELD_event_subject, text);
    draft_raw(&b->draft, FIELD_event_raw, raw);
    TRY(draft_end(&b->draft, NULL, &record, &b->fault));
    b->event_at = b->records.len;
    b->item = (struct link_item){ .is_numbered = from->is_numbered,
                                  .source = source->id,
                                  .sequence = from->sequence };
    link_item_write(&b->item, &b->records);
    const status put = wire_put(&record, &b->records);
    if (put.code != E_OK) b->records.len = b->event_at;
    b->has_event = put.code == E_OK;
    b->count += b->has_event;
    return put;
}

static status judge(struct batcher *b, struct event *event, uint64_t number)
{
    if (b->judging == NULL) return OK;
    event->has_time &= reading_believes(event->time_ns, b->from->arrived_ns);
    const int64_t started_ns = clock_mono_ns();
    const status s = judging_event(b->judging, event, number, b->from->arrived_ns, add_finding, b);
    b->judging_ns += (uint64_t)(clock_mono_ns() - started_ns);
    return s;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the event is an object at the start of what was given, with something else behind it. */
static bool is_followed(slice raw, slice event)
{
    const uint8_t *start = raw.at;
    const uint8_t *end = raw.at + raw.len;
    while (start < end && is_space(*start))
        start++;
    if (event.at != start) return false;
    for (const uint8_t *at = event.at + event.len; at < end; at++) {
        if (!is_space(*at)) return true;
    }
    return false;
}

/* The first event decides what is recorded; one body may hold several ("Records"), which are judged
 * one by one under its number. */
static status read_events(struct batcher *b, const struct submission *given, uint64_t number,
                          struct fault *f)
{
    struct event event = {};
    struct intake_position at = {};
    bool put = false;
    const slice raw = { b->window, given->raw.len };
    intake_begin(b->intake, given->format, timestamp_to_civil(b->from->arrived_ns).year);
    intake_data(b->intake, raw, true);
    for (;;) {
        const enum intake_answer answer = intake_next(b->intake, &event, &at, f);
        if (answer == INTAKE_FAULT && given->format == INTAKE_JSON) return FAIL(E_SYNTAX);
        if (answer == INTAKE_FAULT) continue;
        if (answer != INTAKE_EVENT) break;
        if (given->has_time) event.time_ns = given->time_ns;
        event.has_time |= given->has_time;
        if (!put && given->format == INTAKE_JSON && is_followed(raw, event.raw)) {
            return fault_set(f, FAIL(E_TRAILING), "something stands behind the object");
        }
        if (!put) TRY(put_event(b, &event, raw));
        put = true;
        TRY(judge(b, &event, number));
    }
    return put ? OK : fault_set(f, FAIL(E_VALUE), "no event in it");
}

status batcher_add(struct batcher *b, const struct origin *from, const struct submission *event,
                   uint64_t *ret_number, struct fault *f)
{
    if (event->raw.len == 0) return fault_set(f, FAIL(E_VALUE), "the event is empty");
    if (event->raw.len > PROTOCOL_EVENT_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "the event is longer than %d bytes",
                         PROTOCOL_EVENT_BYTES_MAX);
    }
    TRY(open_batch(b));
    b->from = from;
    bytes_copy(b->window, WINDOW_BYTES, event->raw);
    *ret_number = b->first_number + b->count;
    TRY(read_events(b, event, *ret_number, f));
    const bool full = b->records.len >= BATCHER_BYTES_CLOSE || b->count >= LINK_RECORDS_MAX / 2;
    if (full) close_batch(b);
    return OK;
}

/* ---- again ---- */

static status found_before(void *, const struct finding *)
{
    return OK;
}

status batcher_again(struct batcher *b, const struct recorded *e)
{
    struct event event = {};
    struct recorded here = *e;
    if (e->raw.len > PROTOCOL_EVENT_BYTES_MAX) return FAIL(E_LIMIT);
    if (b->judging == NULL) return OK;
    bytes_copy(b->window, WINDOW_BYTES, e->raw);
    here.raw = (slice){ b->window, e->raw.len };
    struct reading reading = reading_of(b->intake, &here);
    while (reading_next(&reading, &event))
        TRY(judging_event(b->judging, &event, e->index, e->arrived_ns, found_before, b));
    return OK;
}
