/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/decision/decide.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/control.h"
#include "lib/json.h"
#include "os/clock.h"
#include "record/entry.h"
#include "view/known.h"
#include "base/banned.h"

enum {
    ARENA_BYTES_MAX = DECISION_BATCH_MAX * DECISION_ARENA_BYTES_MAX,
    REFUSAL_BYTES_MAX = INGEST_ANSWER_BYTES_MAX - 64, /* of one line, without its number */
    SAID_BYTES_MAX = 300,
};

void deciding_init(struct deciding *x, struct node *node, const char *dir)
{
    *x = (struct deciding){ .node = node, .dir = dir, .arena = arena_of(ARENA_BYTES_MAX) };
}

void deciding_done(struct deciding *x)
{
    known_close(x->known);
    json_parser_free(x->parser);
    arena_done(&x->arena);
    free(x->complaints);
    free(x->decisions);
    *x = (struct deciding){};
}

/* Everything before is durable and readable: references can be followed. */
static status settle(struct deciding *x, struct fault *f)
{
    struct node *n = x->node;
    TRY(committer_flush(n->committer, f));
    TRY(committer_wait(n->committer, archive_size(n->archive), false, f));
    return node_settle(n, f);
}

static status prepare(struct deciding *x, struct fault *f)
{
    if (x->parser == NULL) x->parser = json_parser_new();
    if (x->complaints == NULL) x->complaints = calloc(1, sizeof *x->complaints);
    if (x->decisions == NULL) x->decisions = calloc(DECISION_BATCH_MAX, sizeof *x->decisions);
    if (x->parser == NULL || x->complaints == NULL || x->decisions == NULL) {
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    TRY(settle(x, f));
    if (x->known == NULL) {
        TRY(known_open(x->dir, archive_size(x->node->archive), &x->known, f));
    }
    return known_follow(x->known, x->node->archive, &x->node->store, f);
}

/* ---- what the log says ---- */

#define SAY(d, field, ...) complain((d)->complaints, slice_text(field), __VA_ARGS__)

/* The entry at index, which must be of that kind; *ret_entry is empty after a complaint. */
static status entry_of(struct deciding *x, struct decision *d, const char *field, uint8_t kind,
                       uint64_t index, slice *ret_entry, struct fault *f)
{
    struct archive *a = x->node->archive;
    slice entry = slice_none();
    const uint64_t pending = committer_pending(x->node->committer);
    if (index >= archive_size(a) && index - archive_size(a) < pending) TRY(settle(x, f));
    if (index < archive_size(a)) TRY(archive_entry(a, index, &entry, f));
    if (entry.len < 2 || entry.at[1] != kind) {
        SAY(d, field, "the log has no %s at index %" PRIu64, schema_of(kind)->name, index);
        entry = slice_none();
    }
    *ret_entry = entry;
    return OK;
}

static uint64_t number_in(const struct decision *d, int field)
{
    return value_u64(d->draft.fields[field - 1].value);
}

static bool has(const struct decision *d, int field)
{
    return d->draft.fields[field - 1].type != TYPE_ABSENT;
}

/* A field that is an index. */
static status check_index(struct deciding *x, struct decision *d, int field, uint8_t kind,
                          struct fault *f)
{
    slice entry = {};
    if (!has(d, field)) return OK;
    return entry_of(x, d, d->draft.schema->fields[field - 1].name, kind, number_in(d, field),
                    &entry, f);
}

/* What is public of a reversed decision is public of its reversal too, but for the stage. */
static status take_over(struct deciding *x, struct decision *d, struct fault *f)
{
    struct entry old = {};
    slice entry = {};
    const uint8_t stage = d->stage;
    TRY(entry_of(x, d, "replaces", KIND_enforcement, number_in(d, FIELD_enforcement_replaces),
                 &entry, f));
    if (entry.len == 0 || !decision_is_reversal(d)) return OK;
    TRY(entry_parse(entry, &old, f));
    if (old.schema != d->draft.schema) return OK; /* of another version: it has other columns */
    bytes_copy(d->draft.columns, sizeof d->draft.columns, old.columns);
    draft_column(&d->draft, COLUMN_enforcement_stage, stage);
    return OK;
}

/* An identifier is new, or where something earlier is changed it is there already. */
static status check_id(struct deciding *x, struct decision *d, uint64_t *ret_index, struct fault *f)
{
    const char *name = decision_id_name(d->kind);
    const int received = schema_field_id(d->draft.schema, slice_text("received"));
    const status found = known_find(x->known, d->kind, d->id, ret_index, f);
    if (found.code != E_OK && found.code != E_NOT_FOUND) return found;
    const bool is_there = found.code == E_OK;
    if (!is_there) *ret_index = UINT64_MAX;
    if (is_there && !decision_is_later(d)) {
        SAY(d, name, "was given before: index %" PRIu64, *ret_index);
    }
    const bool was_told = d->kind != KIND_enforcement && has(d, received);
    if (!is_there && decision_is_later(d) && !was_told) {
        SAY(d, name, "the log has no such %s", d->draft.schema->name);
    }
    return OK;
}

static status check_enforcement(struct deciding *x, struct decision *d, uint64_t first,
                                struct fault *f)
{
    TRY(check_index(x, d, FIELD_enforcement_notice, KIND_notice, f));
    TRY(check_index(x, d, FIELD_enforcement_order, KIND_order, f));
    if (!decision_is_later(d) || d->complaints->count > 0) return OK;
    if (!has(d, FIELD_enforcement_replaces)) {
        draft_u64(&d->draft, FIELD_enforcement_replaces, first);
    }
    return take_over(x, d, f);
}

/* The decision that an appeal contests gives it its category, where none is stated. */
static status check_appeal(struct deciding *x, struct decision *d, struct fault *f)
{
    uint64_t index = 0;
    struct entry old = {};
    slice entry = {};
    TRY(check_index(x, d, FIELD_appeal_notice, KIND_notice, f));
    TRY(check_index(x, d, FIELD_appeal_restriction, KIND_enforcement, f));
    if (d->enforcement.len > 0) {
        const status s = known_find(x->known, KIND_enforcement, d->enforcement, &index, f);
        if (s.code != E_OK && s.code != E_NOT_FOUND) return s;
        if (s.code == E_NOT_FOUND) SAY(d, "puid", "the log has no such enforcement");
        const bool differs = s.code == E_OK && has(d, FIELD_appeal_enforcement) &&
                             number_in(d, FIELD_appeal_enforcement) != index;
        if (differs) SAY(d, "puid", "is that of index %" PRIu64, index);
        if (s.code == E_OK) draft_u64(&d->draft, FIELD_appeal_enforcement, index);
    }
    if (!has(d, FIELD_appeal_enforcement) || d->complaints->count > 0) return OK;
    TRY(entry_of(x, d, "enforcement", KIND_enforcement, number_in(d, FIELD_appeal_enforcement),
                 &entry, f));
    if (entry.len == 0) return OK;
    TRY(entry_parse(entry, &old, f));
    if (d->draft.columns[d->draft.schema->columns[COLUMN_appeal_category].offset] == 0) {
        draft_column(
            &d->draft, COLUMN_appeal_category,
            schema_column_value(&old.schema->columns[COLUMN_enforcement_category], old.columns));
    }
    return OK;
}

static status check_by_log(struct deciding *x, struct decision *d, struct fault *f)
{
    uint64_t first = 0;
    if (d->kind == KIND_declared) {
        return check_index(x, d, FIELD_declared_replaces, KIND_declared, f);
    }
    TRY(check_id(x, d, &first, f));
    if (d->kind == KIND_enforcement) return check_enforcement(x, d, first, f);
    if (d->kind == KIND_appeal) return check_appeal(x, d, f);
    return OK;
}

/* ---- one decision ---- */

/* Reads and checks it; what is wrong is in its complaints. */
static status examine(struct deciding *x, uint8_t kind, const struct json_document *document,
                      const struct json_node *node, struct decision *d, struct record *ret_record,
                      struct fault *f)
{
    struct fault why = {};
    const slice market = { (const uint8_t *)x->node->config.market, 2 };
    decision_start(d, kind, clock_real_ns(), market, &x->arena, x->complaints);
    d->is_light = x->light;
    decision_give_object(d, document, node);
    if (!decision_check(d)) return OK;
    TRY(check_by_log(x, d, f));
    if (d->complaints->count > 0) return OK;
    status s = decision_end(d, ret_record, &why);
    if (s.code == E_OK) s = ingest_check_time(ret_record, &why);
    if (s.code != E_OK) SAY(d, "time", "%s", why.text);
    return OK;
}

static void answer_index(struct writer *answers, const struct decision *d, uint64_t index)
{
    struct json_writer j = json_writer_of(answers);
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_member_string(&j, decision_id_name(d->kind), d->id);
    json_object_end(&j);
    writer_text(answers, "\n");
}

static status add(struct deciding *x, const struct decision *d, const struct record *record,
                  struct writer *answers, struct fault *f)
{
    uint64_t index = 0;
    TRY(committer_add(x->node->committer, record, &index, f));
    answer_index(answers, d, index);
    if (d->kind == KIND_declared) return OK; /* a cell is declared anew in every period */
    return known_add(x->known, d->kind, d->id, index, f);
}

/* ---- lines ---- */

/* As many complaints as an answer has room for. */
static void refuse_line(struct writer *answers, uint64_t line, struct complaints *c)
{
    uint8_t errors[REFUSAL_BYTES_MAX - SAID_BYTES_MAX];
    uint8_t said[SAID_BYTES_MAX];
    struct writer w = writer_of(errors, sizeof errors);
    struct writer first = writer_of(said, sizeof said);
    complaints_say(c, &first);
    for (; c->count > 0; c->count--) {
        w = writer_of(errors, sizeof errors);
        struct json_writer e = json_writer_of(&w);
        complaints_write(c, &e);
        if (writer_end(&w).code == E_OK) break;
    }
    struct json_writer j = json_writer_of(answers);
    json_object(&j);
    json_member_u64(&j, "line", line);
    json_member_string(&j, "error", writer_slice(&first));
    if (c->count > 0) {
        json_key(&j, "errors");
        json_raw(&j, writer_slice(&w));
    }
    json_object_end(&j);
    writer_text(answers, "\n");
}

static status take_line(struct deciding *x, uint8_t kind, slice line, uint64_t number,
                        struct writer *answers, uint64_t *refused, struct fault *f)
{
    struct json_document document = {};
    struct record record = {};
    struct fault why = {};
    struct decision *d = &x->decisions[0];
    arena_reset(&x->arena);
    const status parsed = json_parse(x->parser, line, &document, &why);
    if (parsed.code == E_NOMEM) return fault_set(f, parsed, "out of memory");
    if (parsed.code == E_OK) {
        TRY(examine(x, kind, &document, &document.nodes[0], d, &record, f));
        if (x->complaints->count == 0) return add(x, d, &record, answers, f);
    } else {
        x->complaints->count = 0;
        complain(x->complaints, slice_text(decision_noun(kind)), "%.100s", why.text);
    }
    (*refused)++;
    refuse_line(answers, number, x->complaints);
    return OK;
}

status decide_chunk(struct deciding *x, uint8_t kind, slice lines, uint64_t first_line,
                    struct writer *answers, struct ingested *ret_ingested, struct fault *f)
{
    struct ingested done = {};
    TRY(prepare(x, f));
    while (lines.len > 0) {
        const slice line = ingest_first_line(lines);
        lines = slice_from(lines, line.len < lines.len ? line.len + 1 : line.len);
        if (line.len > 0) {
            TRY(take_line(x, kind, line, first_line + done.lines, answers, &done.refused, f));
        }
        done.lines++;
    }
    done.size = archive_size(x->node->archive) + committer_pending(x->node->committer);
    *ret_ingested = done;
    return writer_end(answers);
}

/* ---- batches ---- */

/* Two of a batch that are of one identifier. */
static bool is_repeated(const struct decision *all, size_t nth)
{
    for (size_t i = 0; i < nth; i++) {
        if (!decision_is_later(&all[nth]) && slice_equal(all[i].id, all[nth].id)) return true;
    }
    return false;
}

static void answer_errors(struct json_writer *j, uint8_t kind, bool is_batch, size_t nth,
                          const struct complaints *c)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%zu", decision_noun(kind), nth);
    if (is_batch) json_key(j, name);
    complaints_write(c, j);
}

/* A batch that is being looked at: every decision is checked before the first is added. */
struct batch {
    const struct json_document *document;
    const struct json_node *list; /* NULL: one decision by itself */
    struct record records[DECISION_BATCH_MAX];
    size_t count;
    uint64_t refused;
};

static status examine_batch(struct deciding *x, uint8_t kind, struct batch *b,
                            struct json_writer *errors, struct fault *f)
{
    const struct json_node *nodes = b->document->nodes;
    const size_t first = b->list == NULL ? 0 : (size_t)(b->list - nodes) + 1;
    const size_t end = b->list == NULL ? 1 : b->list->end;
    for (size_t i = first; i < end; i = nodes[i].end) {
        struct decision *d = &x->decisions[b->count];
        TRY(examine(x, kind, b->document, &nodes[i], d, &b->records[b->count], f));
        if (x->complaints->count == 0 && is_repeated(x->decisions, b->count)) {
            SAY(d, decision_id_name(kind), "is given twice in this batch");
        }
        if (x->complaints->count > 0) {
            answer_errors(errors, kind, b->list != NULL, b->count, x->complaints);
            b->refused++;
        }
        b->count++;
        if (b->list == NULL) break;
    }
    return OK;
}

static size_t length_of(const struct json_document *document, const struct json_node *list)
{
    const struct json_node *nodes = document->nodes;
    size_t count = 0;
    for (size_t i = (size_t)(list - nodes) + 1; i < list->end; i = nodes[i].end)
        count++;
    return count;
}

static void refuse_whole(uint8_t kind, const char *why, struct writer *answers)
{
    struct json_writer j = json_writer_of(answers);
    json_object(&j);
    json_member_text(&j, "message", why);
    json_key(&j, "errors");
    json_object(&j);
    json_key(&j, decision_noun(kind));
    json_array(&j);
    json_text(&j, why);
    json_array_end(&j);
    json_object_end(&j);
    json_object_end(&j);
    writer_text(answers, "\n");
}

static status take_batch(struct deciding *x, uint8_t kind, struct batch *b, struct writer *answers,
                         struct fault *f)
{
    struct json_writer j = json_writer_of(answers);
    const size_t start = answers->len;
    json_object(&j);
    json_member_text(&j, "message", "nothing of it was recorded");
    json_key(&j, "errors");
    if (b->list != NULL) json_object(&j);
    TRY(examine_batch(x, kind, b, &j, f));
    if (b->list != NULL) json_object_end(&j);
    if (b->refused > 0) {
        json_object_end(&j);
        writer_text(answers, "\n");
        return OK;
    }
    *answers = (struct writer){ .at = answers->at, .cap = answers->cap, .len = start };
    TRY(committer_together(x->node->committer, (uint32_t)b->count, f));
    for (size_t i = 0; i < b->count; i++)
        TRY(add(x, &x->decisions[i], &b->records[i], answers, f));
    return OK;
}

status decide_batch(struct deciding *x, uint8_t kind, slice json, struct writer *answers,
                    struct ingested *ret_ingested, struct fault *f)
{
    struct json_document document = {};
    struct fault why = {};
    TRY(prepare(x, f));
    arena_reset(&x->arena);
    const status parsed = json_parse(x->parser, json, &document, &why);
    if (parsed.code == E_NOMEM) return fault_set(f, parsed, "out of memory");
    struct batch *b = calloc(1, sizeof *b);
    if (b == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    b->document = &document;
    if (parsed.code == E_OK) b->list = decision_batch(kind, &document);
    const size_t count = b->list == NULL ? 1 : length_of(&document, b->list);
    status s = OK;
    if (parsed.code != E_OK || count == 0 || count > DECISION_BATCH_MAX) {
        refuse_whole(kind, parsed.code != E_OK ? why.text : "1 to 100 at a time", answers);
        b->refused = 1;
    } else {
        s = take_batch(x, kind, b, answers, f);
    }
    ret_ingested->lines = b->count;
    ret_ingested->refused = b->refused;
    ret_ingested->size = archive_size(x->node->archive) + committer_pending(x->node->committer);
    free(b);
    TRY(s);
    return writer_end(answers);
}

status decide_append(struct ingest *in, struct deciding *x, const struct control_append *m,
                     struct writer *answers, struct ingested *ret_ingested, struct fault *f)
{
    x->light = m->light;
    if (m->kind == 0) return ingest_chunk(in, m->lines, m->first_line, answers, ret_ingested, f);
    if (m->together) return decide_batch(x, m->kind, m->lines, answers, ret_ingested, f);
    return decide_chunk(x, m->kind, m->lines, m->first_line, answers, ret_ingested, f);
}
