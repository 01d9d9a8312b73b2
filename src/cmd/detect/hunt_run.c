/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread judges and renders with scratch of its own into the slot of its piece; a slot's text is
 * printed in its turn. What would grow too large waits for its turn first and is printed at once.
 */
#include "cmd/detect/hunt_run.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/detect/correlate.h"
#include "judge/sigma/explain.h"
#include "base/banned.h"

enum {
    FINDING_ARENA_BYTES = 4 * 1024 * 1024,
    EVENTS_TOLD = OUTPUT_EVENTS_MAX,   /* of a correlation's window */
    TEXT_KEPT_BYTES = 4 * 1024 * 1024, /* of a piece; with more it waits for its turn */
    TEXT_BYTES = TEXT_KEPT_BYTES + OUTPUT_BYTES_MAX,
    FAULT_BYTES_MAX = 8192, /* of one line: a path and a fault */
    FAULTS_BYTES = 64 * 1024,
    RECORDS_KEPT_BYTES = 1024 * 1024, /* of a piece, for the log; with more it waits too */
    RECORD_BYTES_MAX = 64 * 1024,     /* of one */
};

/* Scratch of one thread. */
struct hunter {
    struct engine_state *state; /* owned, with everything below */
    struct naive *naive;
    const struct rule **found; /* rules that match the event at hand */
    size_t found_count;
    struct trace trace;
    struct arena arena;   /* of the finding at hand */
    uint8_t *explanation; /* NULL: not asked for */
    struct hunt_tally tally;
    uint64_t *candidates;        /* NULL: not asked for */
    struct finding_record *room; /* NULL: findings are not recorded */
};

/* What was made of a piece of the input. */
struct catch
{
    struct writer text; /* its bytes are owned; made when first needed */
    struct writer faults;
    struct writer records; /* for the log */
    struct correlate_batch batch;
};

struct hunt {
    const struct hunt_config *config;
    struct feed *feed;
    struct hunter *hunters;      /* owned, one per thread */
    struct catch *catches;       /* owned, one per slot */
    struct correlate *correlate; /* owned; NULL if no rule correlates */
};

/* ---- by any thread ---- */

static status room_make(struct writer *w, size_t cap)
{
    if (w->at != NULL) return OK;
    *w = writer_of(malloc(cap), cap); /* pages that are not written cost nothing */
    return w->at == NULL ? FAIL(E_NOMEM) : OK;
}

/* It is the slot's turn: all it holds goes where it belongs. */
static status hand_over(struct hunt *h, struct catch *c)
{
    TRY(writer_end(&c->text));
    TRY(writer_end(&c->faults));
    if (c->faults.len > 0 && fwrite(c->faults.at, 1, c->faults.len, stderr) != c->faults.len)
        c->faults.len = 0; /* nobody listens, which is no reason to stop */
    if (c->text.len > 0) TRY(hunt_output_take(h->config->output, writer_slice(&c->text)));
    if (c->records.len > 0) {
        TRY(writer_end(&c->records));
        TRY(hunt_record_take(h->config->record, writer_slice(&c->records)));
    }
    c->faults.len = c->text.len = c->records.len = 0;
    return correlate_take(h->correlate, &c->batch);
}

/* Empties the catch if it would not hold len more bytes of text. */
static status make_room(struct hunt *h, size_t slot, const struct writer *w, size_t kept)
{
    if (w->len <= kept) return OK;
    TRY(feed_await_turn(h->feed, slot));
    return hand_over(h, &h->catches[slot]);
}

/* The rule's tree with its answers, where --explain asks for it; cut where it is too long. */
static slice explain(const struct hunt *h, struct hunter *t, const struct rule *rule,
                     const struct event *event)
{
    struct writer w = writer_of(t->explanation, OUTPUT_EXPLANATION_BYTES_MAX);
    if (t->explanation == NULL) return slice_none();
    explain_write(&w, h->config->rs, rule, event, &t->trace, true);
    return writer_slice(&w);
}

static struct output_item item_of(const struct finding *finding, const struct input_place *place)
{
    return (struct output_item){ .finding = finding,
                                 .file = slice_text(place->path),
                                 .line = place->at.line,
                                 .record = place->at.record,
                                 .offset = place->at.offset,
                                 .element = place->at.element,
                                 .explanation = slice_none(),
                                 .version = CANDOR_VERSION };
}

/* Keeps a finding for the log. */
static status put_record(struct hunt *h, struct hunter *t, size_t slot,
                         const struct finding *finding)
{
    struct writer *w = &h->catches[slot].records;
    if (h->config->record == NULL) return OK;
    TRY(room_make(w, RECORDS_KEPT_BYTES + RECORD_BYTES_MAX));
    TRY(make_room(h, slot, w, RECORDS_KEPT_BYTES));
    return hunt_record_put(h->config->record, t->room, finding, w);
}

static status report(struct hunt *h, struct hunter *t, size_t slot, const struct rule *rule,
                     const struct event *event, const struct input_place *place)
{
    struct catch *c = &h->catches[slot];
    struct finding finding = { .kind = FINDING_RULE,
                               .rule = rule,
                               .position = place->at.record,
                               .time_ns = event->time_ns,
                               .is_time_assumed = !event->has_time,
                               .event = event };
    struct output_item item = item_of(&finding, place);
    hunt_tally_count(&t->tally, rule);
    if (h->config->digest) output_digest_add(&t->tally.digest, &item);
    TRY(put_record(h, t, slot, &finding));
    if (!hunt_output_renders(h->config->output)) return OK;
    TRY(room_make(&c->text, TEXT_BYTES));
    TRY(make_room(h, slot, &c->text, TEXT_KEPT_BYTES));
    arena_reset(&t->arena);
    (void)sigma_naive_match(t->naive, rule, event, &t->trace);
    TRY(finding_of_match(h->config->rs, rule, event, place->at.record, &t->trace, &t->arena,
                         &finding));
    item.explanation = explain(h, t, rule, event);
    hunt_output_render(h->config->output, &c->text, &item);
    return writer_end(&c->text);
}

static void on_match(void *user, const struct rule *rule, enum gate)
{
    struct hunter *t = user;
    t->found[t->found_count++] = rule;
}

/* The rules that match, in the order of the rule set. */
static status match(const struct hunt *h, struct hunter *t, const struct event *event)
{
    const struct ruleset *rs = h->config->rs;
    t->found_count = 0;
    if (t->state != NULL) {
        TRY(engine_match(t->state, event, on_match, t));
        const size_t tried = engine_candidates(t->state);
        if (t->candidates != NULL) t->candidates[tried < CANDIDATES_MAX ? tried : CANDIDATES_MAX]++;
        return OK;
    }
    for (size_t i = 0; i < rs->rule_count; i++) {
        const struct rule *rule = rs->rules[i];
        if (rule->kind != RULE_DETECTION) continue;
        if (sigma_naive_match(t->naive, rule, event, NULL)) t->found[t->found_count++] = rule;
    }
    return OK;
}

static status keep(struct hunt *h, const struct hunter *t, size_t slot, const struct event *event,
                   const struct input_place *place)
{
    struct correlate_batch *batch = &h->catches[slot].batch;
    const status kept = correlate_keep(h->correlate, batch, event, place, t->found, t->found_count);
    if (kept.code != E_LIMIT) return kept;
    TRY(feed_await_turn(h->feed, slot));
    TRY(hand_over(h, &h->catches[slot]));
    return correlate_keep(h->correlate, batch, event, place, t->found, t->found_count);
}

static status on_event(void *with, size_t thread, size_t slot, const struct event *event,
                       const struct input_place *place)
{
    struct hunt *h = with;
    struct hunter *t = &h->hunters[thread];
    if (h->config->read_only) return OK;
    TRY(match(h, t, event));
    TRY(keep(h, t, slot, event, place));
    for (size_t i = 0; i < t->found_count; i++) {
        const struct rule *rule = t->found[i];
        if (rule->is_silent || rule->level < h->config->level_min) continue;
        TRY(report(h, t, slot, rule, event, place));
    }
    return OK;
}

static status on_fault(void *with, size_t, size_t slot, const struct input_place *place,
                       const struct fault *fault)
{
    struct hunt *h = with;
    struct writer *w = &h->catches[slot].faults;
    if (h->config->quiet) return OK;
    TRY(room_make(w, FAULTS_BYTES + FAULT_BYTES_MAX));
    TRY(make_room(h, slot, w, FAULTS_BYTES));
    writer_printf(w, "candor: %s", place->path);
    if (place->at.record != 0 && place->at.line != 0) {
        writer_printf(w, ":%llu", (unsigned long long)place->at.line);
    } else if (place->at.record != 0) {
        writer_printf(w, ": record %llu at byte %llu", (unsigned long long)place->at.record,
                      (unsigned long long)place->at.offset);
    }
    writer_printf(w, ": %s\n", fault->text);
    return writer_end(w);
}

static status on_turn(void *with, size_t slot)
{
    struct hunt *h = with;
    return hand_over(h, &h->catches[slot]);
}

/* ---- by the owner's thread ---- */

/* A correlation's finding for the log: its evidence are entries, not places of the hunt. */
static status record_correlation(struct hunt *h, const struct finding *finding,
                                 const struct input_place *place)
{
    uint64_t entries[FINDING_EVIDENCE_MAX];
    struct writer *w = &h->catches[0].records;
    struct finding named = *finding;
    if (h->config->record == NULL) return OK;
    named.evidence = entries;
    named.evidence_count = 0;
    named.position = place->at.record;
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const struct input_place *at = correlate_place(h->correlate, finding->evidence[i]);
        if (at != NULL) entries[named.evidence_count++] = at->at.record;
    }
    TRY(room_make(w, RECORDS_KEPT_BYTES + RECORD_BYTES_MAX));
    TRY(hunt_record_put(h->config->record, h->hunters[0].room, &named, w));
    const status taken = hunt_record_take(h->config->record, writer_slice(w));
    w->len = 0;
    return taken;
}

/* A correlation fired, or gave up groups; after the last turn. */
static status on_correlation(void *with, const struct finding *finding,
                             const struct input_place *place)
{
    struct hunt *h = with;
    struct hunter *t = &h->hunters[0];
    struct writer *w = &h->catches[0].text;
    struct output_event events[EVENTS_TOLD];
    struct output_item item = item_of(finding, place);
    if (finding->rule->level < h->config->level_min) return OK;
    hunt_tally_count(&t->tally, finding->rule);
    if (h->config->digest) output_digest_add(&t->tally.digest, &item);
    TRY(record_correlation(h, finding, place));
    if (!hunt_output_renders(h->config->output)) return OK;
    for (size_t i = 0; i < finding->evidence_count && i < EVENTS_TOLD; i++) {
        const struct input_place *at = correlate_place(h->correlate, finding->evidence[i]);
        if (at == NULL) continue;
        events[item.event_count++] = (struct output_event){ .file = slice_text(at->path),
                                                            .line = at->at.line,
                                                            .record = at->at.record,
                                                            .element = at->at.element };
    }
    item.events = events;
    TRY(room_make(w, TEXT_BYTES));
    hunt_output_render(h->config->output, w, &item);
    TRY(writer_end(w));
    const status taken = hunt_output_take(h->config->output, writer_slice(w));
    w->len = 0;
    return taken;
}

static status hunter_init(struct hunter *t, const struct hunt_config *config)
{
    t->naive = naive_new(config->rs);
    t->found = calloc(config->rs->rule_count + 1, sizeof(struct rule *));
    t->arena = arena_of(FINDING_ARENA_BYTES);
    t->trace.cap = RULE_NODES_MAX;
    t->trace.entries = calloc(t->trace.cap, sizeof *t->trace.entries);
    if (t->naive == NULL || t->found == NULL || t->trace.entries == NULL) return FAIL(E_NOMEM);
    if (config->engine != NULL) {
        t->state = engine_state_new(config->engine);
        if (t->state == NULL) return FAIL(E_NOMEM);
    }
    if (config->explain) {
        t->explanation = malloc(OUTPUT_EXPLANATION_BYTES_MAX);
        if (t->explanation == NULL) return FAIL(E_NOMEM);
    }
    if (config->record != NULL) {
        t->room = calloc(1, sizeof *t->room);
        if (t->room == NULL) return FAIL(E_NOMEM);
    }
    if (config->candidates != NULL) {
        t->candidates = calloc(CANDIDATES_MAX + 1, sizeof *t->candidates);
        if (t->candidates == NULL) return FAIL(E_NOMEM);
    }
    return hunt_tally_init(&t->tally, config->rs);
}

static void hunter_done(struct hunter *t)
{
    engine_state_free(t->state);
    naive_free(t->naive);
    free(t->found);
    free(t->trace.entries);
    arena_done(&t->arena);
    free(t->explanation);
    free(t->candidates);
    free(t->room);
    hunt_tally_done(&t->tally);
}

static status hunt_init(struct hunt *h)
{
    const struct hunt_config *c = h->config;
    h->hunters = calloc(c->threads, sizeof *h->hunters);
    h->catches = calloc(feed_slots(c->threads), sizeof *h->catches);
    if (h->hunters == NULL || h->catches == NULL) return FAIL(E_NOMEM);
    for (size_t i = 0; i < c->threads; i++)
        TRY(hunter_init(&h->hunters[i], c));
    TRY(correlate_new(c->rs, on_correlation, h, &h->correlate));
    const struct feed_config feed = { .reader = { on_event, on_fault, on_turn, h },
                                      .routes = c->routes,
                                      .format = c->format,
                                      .year = c->year,
                                      .threads = c->threads,
                                      .progress = c->progress,
                                      .hash = c->hash };
    return feed_new(&feed, &h->feed);
}

static void hunt_done(struct hunt *h)
{
    feed_free(h->feed); /* first: nobody works afterwards */
    for (size_t i = 0; h->hunters != NULL && i < h->config->threads; i++)
        hunter_done(&h->hunters[i]);
    for (size_t i = 0; h->catches != NULL && i < feed_slots(h->config->threads); i++) {
        free(h->catches[i].text.at);
        free(h->catches[i].faults.at);
        free(h->catches[i].records.at);
        correlate_batch_done(&h->catches[i].batch);
    }
    correlate_free(h->correlate);
    free(h->hunters);
    free(h->catches);
}

static void add_up(const struct hunt *h, struct hunt_tally *tally)
{
    for (size_t i = 0; i < h->config->threads; i++) {
        const struct hunter *t = &h->hunters[i];
        hunt_tally_add(tally, &t->tally, h->config->rs);
        for (size_t n = 0; t->candidates != NULL && n <= CANDIDATES_MAX; n++)
            h->config->candidates[n] += t->candidates[n];
    }
}

static status read_paths(struct hunt *h, const char *const *paths, size_t path_count,
                         struct hunt_totals *totals, struct fault *fault)
{
    struct hunt_node *node = h->config->node;
    status s = node != NULL ? hunt_node_read(node, h->feed, fault) : OK;
    for (size_t i = 0; i < path_count && s.code == E_OK; i++)
        s = feed_path(h->feed, paths[i], fault);
    totals->is_interrupted = s.code == E_CANCELLED;
    TRY(feed_end(h->feed)); /* what was read before is judged and told in any case */
    if (s.code != E_OK && !totals->is_interrupted) return s;
    TRY(correlate_end(h->correlate));
    if (h->config->record != NULL) TRY(hunt_record_end(h->config->record));
    const struct feed_counts counts = feed_counts(h->feed);
    totals->files = counts.files;
    totals->bytes = counts.bytes;
    totals->events = counts.events;
    totals->faults = counts.faults;
    totals->correlations = correlate_counts(h->correlate);
    return OK;
}

status hunt_run(const struct hunt_config *config, const char *const *paths, size_t path_count,
                struct hunt_totals *ret_totals, struct hunt_tally *tally, struct fault *fault)
{
    struct hunt h = { .config = config };
    struct hunt_totals totals = {};
    status s = hunt_init(&h);
    if (s.code == E_OK) s = read_paths(&h, paths, path_count, &totals, fault);
    if (s.code == E_OK) add_up(&h, tally);
    hunt_done(&h);
    if (s.code == E_OK) *ret_totals = totals;
    return s;
}
