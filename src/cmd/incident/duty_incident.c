/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents as duties: a change is a JSON object,
 * {"incident":7,"stage":"contained","expect":123,…}; without "incident" it opens a new one. It is
 * held against the state that the log itself gives (incident_book.h) and becomes one incident
 * record that says only what has changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/node/duty_work.h"
#include "cmd/incident/incident_book.h"
#include "lib/json.h"
#include "record/incident.h"
#include "record/schema.h"
#include "record/value.h"
#include "base/banned.h"

enum {
    FINDINGS_MAX = 1024, /* of one change */
    TECHNIQUES_BYTES_MAX = 8192,
    CHANGES_MAX = 2000, /* of one incident, so that its history fits one answer */
    TEXT_BYTES_MAX = 16 * 1024,
    MISTAKE_TEXT_MAX = 40, /* of a wrong value, in an error */
};

struct incident_change {
    struct performance *work;
    const struct json_document *request;
    struct fault *fault;
    uint16_t number; /* 0: a new one */
    uint8_t stage;
    uint8_t class;
    uint8_t state; /* before, then behind the change */
    uint8_t findings[FINDINGS_MAX * 8];
    uint8_t techniques[TECHNIQUES_BYTES_MAX];
};

static status wrong(struct incident_change *c, const struct json_node *n, const char *what)
{
    return fault_set(c->fault, FAIL(E_VALUE), "%.*s: %s", (int)n->key.len, (const char *)n->key.at,
                     what);
}

static const struct schema_column *column_of(int nth)
{
    return &schema_of(KIND_incident)->columns[nth];
}

/* ---- the members of a change ---- */

static status number_of(struct incident_change *c, const struct json_node *n, uint64_t most,
                        uint64_t *ret_number)
{
    const bool fits = n->type == JSON_INT && n->number.i >= 0 && (uint64_t)n->number.i <= most;
    if (!fits) return wrong(c, n, "a number is expected, and not such a high one");
    *ret_number = (uint64_t)n->number.i;
    return OK;
}

static status take_choice(struct incident_change *c, const struct json_node *n, int column,
                          uint8_t *ret_number)
{
    const uint8_t found =
        n->type == JSON_STRING ? choice_number(column_of(column)->choice, n->text) : 0;
    if (found == 0) return wrong(c, n, "no such word; see docs/formats/records.md");
    *ret_number = found;
    return OK;
}

static status take_stage(struct incident_change *c, const struct json_node *n, int)
{
    return take_choice(c, n, COLUMN_incident_stage, &c->stage);
}

static status take_class(struct incident_change *c, const struct json_node *n, int)
{
    return take_choice(c, n, COLUMN_incident_class, &c->class);
}

static status take_text(struct incident_change *c, const struct json_node *n, int field)
{
    const bool fits = n->type == JSON_STRING && n->text.len > 0 && n->text.len <= TEXT_BYTES_MAX;
    if (!fits) return wrong(c, n, "a text is expected, and not such a long one");
    draft_text(&c->work->draft, field, n->text);
    return OK;
}

static status take_severity(struct incident_change *c, const struct json_node *n, int field)
{
    static const char *const words[] = { "low", "medium", "high", "critical" };
    for (size_t i = 0; n->type == JSON_STRING && i < COUNT_OF(words); i++) {
        if (slice_is(n->text, words[i])) return take_text(c, n, field);
    }
    return wrong(c, n, "low, medium, high or critical");
}

static status take_time(struct incident_change *c, const struct json_node *n, int field)
{
    int64_t ns = 0;
    const bool fits = n->type == JSON_STRING && timestamp_parse_iso(n->text, &ns).code == E_OK;
    if (!fits) return wrong(c, n, "a time such as 2026-01-31T09:00:00Z is expected");
    draft_time(&c->work->draft, field, ns);
    return OK;
}

static status take_amount(struct incident_change *c, const struct json_node *n, int field)
{
    uint64_t number = 0;
    TRY(number_of(c, n, INT64_MAX, &number));
    if (field == FIELD_incident_loss) {
        draft_i64(&c->work->draft, field, (int64_t)number);
    } else {
        draft_u64(&c->work->draft, field, number);
    }
    return OK;
}

/* Each must be a record of the log, and a finding. */
static status check_finding(struct incident_change *c, const struct json_node *list, uint64_t index)
{
    struct archive *a = c->work->node->archive;
    slice entry = {};
    if (index < archive_size(a)) TRY(archive_entry(a, index, &entry, c->fault));
    if (entry.len > 1 && entry.at[1] == KIND_finding) return OK;
    return fault_set(c->fault, FAIL(E_VALUE), "%.*s: the record at index %" PRIu64 " is no finding",
                     (int)list->key.len, (const char *)list->key.at, index);
}

static status take_findings(struct incident_change *c, const struct json_node *n, int field)
{
    struct writer w = writer_of(c->findings, sizeof c->findings);
    const struct json_node *nodes = c->request->nodes;
    if (n->type != JSON_ARRAY) return wrong(c, n, "a list of indices is expected");
    for (uint32_t i = (uint32_t)(n - nodes) + 1; i < n->end; i = nodes[i].end) {
        const bool fits = nodes[i].type == JSON_INT && nodes[i].number.i >= 0;
        if (!fits) return wrong(c, n, "a list of indices is expected");
        TRY(check_finding(c, n, (uint64_t)nodes[i].number.i));
        writer_u64(&w, (uint64_t)nodes[i].number.i);
    }
    if (writer_end(&w).code != E_OK) return wrong(c, n, "at most 1,024 at a time");
    if (w.len > 0) draft_bytes(&c->work->draft, field, writer_slice(&w));
    return OK;
}

static status take_techniques(struct incident_change *c, const struct json_node *n, int field)
{
    struct writer w = writer_of(c->techniques, sizeof c->techniques);
    const struct json_node *nodes = c->request->nodes;
    if (n->type != JSON_ARRAY) return wrong(c, n, "a list of texts is expected");
    for (uint32_t i = (uint32_t)(n - nodes) + 1; i < n->end; i = nodes[i].end) {
        if (nodes[i].type != JSON_STRING) return wrong(c, n, "a list of texts is expected");
        value_texts_add(&w, nodes[i].text);
    }
    if (writer_end(&w).code != E_OK) return wrong(c, n, "too many");
    draft_texts(&c->work->draft, field, writer_slice(&w));
    return OK;
}

static const struct {
    const char *name;
    status (*take)(struct incident_change *c, const struct json_node *n, int field);
    int field;
} members[] = {
    { "stage", take_stage, 0 },
    { "class", take_class, 0 },
    { "title", take_text, FIELD_incident_title },
    { "severity", take_severity, FIELD_incident_severity },
    { "owner", take_text, FIELD_incident_assignee },
    { "note", take_text, FIELD_incident_note },
    { "notified", take_text, FIELD_incident_notified },
    { "began", take_time, FIELD_incident_began },
    { "aware", take_time, FIELD_incident_aware },
    { "persons", take_amount, FIELD_incident_persons },
    { "loss", take_amount, FIELD_incident_loss },
    { "currency", take_text, FIELD_incident_currency },
    { "techniques", take_techniques, FIELD_incident_techniques },
    { "findings", take_findings, FIELD_incident_findings },
};

static status take_member(struct incident_change *c, const struct json_node *n)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (!slice_is(n->key, members[i].name)) continue;
        if (json_member(c->request, &c->request->nodes[0], members[i].name) != n) {
            return wrong(c, n, "given twice");
        }
        return members[i].take(c, n, members[i].field);
    }
    return fault_set(c->fault, FAIL(E_VALUE), "%.*s: a change of an incident has no such member",
                     (int)(n->key.len < MISTAKE_TEXT_MAX ? n->key.len : MISTAKE_TEXT_MAX),
                     (const char *)n->key.at);
}

static status take_members(struct incident_change *c)
{
    const struct json_node *root = &c->request->nodes[0];
    if (root->type != JSON_OBJECT) {
        return fault_set(c->fault, FAIL(E_SYNTAX), "a change of an incident is a JSON object");
    }
    for (uint32_t i = 1; i < root->end; i = c->request->nodes[i].end)
        TRY(take_member(c, &c->request->nodes[i]));
    return OK;
}

/* ---- what is allowed ---- */

static bool has(const struct incident_change *c, const char *member)
{
    return json_member(c->request, &c->request->nodes[0], member) != NULL;
}

/* The change was made by somebody who has seen the newest one. */
static status check_expected(struct incident_change *c, const struct incident_line *line)
{
    const slice expect = c->work->duty->slots[DUTY_RECORDS];
    if (expect.len == 0) return OK;
    if (expect.len != 8) return fault_set(c->fault, FAIL(E_VALUE), "one index is expected");
    if (get_u64(expect.at) == line->last) return OK;
    return fault_set(c->fault, FAIL(E_REFUSED),
                     "incident %u was changed meanwhile: its last record is %" PRIu64
                     ", not %" PRIu64,
                     c->number, line->last, get_u64(expect.at));
}

static status refuse_stage(struct incident_change *c)
{
    const char *stage = choice_name(column_of(COLUMN_incident_stage)->choice, c->stage);
    uint8_t room[256];
    struct writer w = writer_of(room, sizeof room);
    incident_allowed(c->state, &w);
    return fault_set(c->fault, FAIL(E_REFUSED), "incident %u is %s: it can be %.*s, not %s",
                     c->number, incident_state_name(c->state), (int)w.len, (const char *)w.at,
                     stage);
}

static status number_new(struct incident_change *c, const struct incident_book *book)
{
    if (c->stage != 0 && c->stage != VALUE_incident_stage_opened) {
        return fault_set(c->fault, FAIL(E_VALUE), "a new incident begins opened");
    }
    if (!has(c, "title")) {
        return fault_set(c->fault, FAIL(E_VALUE), "title: a new incident has one");
    }
    if (incident_book_highest(book) == INCIDENT_NUMBER_MAX) {
        return fault_set(c->fault, FAIL(E_LIMIT), "the log has %d incidents, the most there can be",
                         INCIDENT_NUMBER_MAX);
    }
    c->stage = VALUE_incident_stage_opened;
    c->number = (uint16_t)(incident_book_highest(book) + 1);
    return OK;
}

static status find_old(struct incident_change *c, const struct incident_book *book)
{
    const struct incident_line line = incident_book_line(book, c->number);
    c->state = line.state;
    if (c->class == 0) c->class = line.class;
    if (c->stage == 0) c->stage = VALUE_incident_stage_updated;
    if (line.state == INCIDENT_NONE) {
        return fault_set(c->fault, FAIL(E_NOT_FOUND), "there is no incident %u", c->number);
    }
    if (line.changes >= CHANGES_MAX) {
        return fault_set(c->fault, FAIL(E_LIMIT), "incident %u was changed %d times: open another",
                         c->number, CHANGES_MAX);
    }
    return check_expected(c, &line);
}

static status decide(struct incident_change *c, const struct incident_book *book)
{
    TRY(c->number == 0 ? number_new(c, book) : find_old(c, book));
    const uint8_t after = incident_after(c->state, c->stage);
    if (after == 0) return refuse_stage(c);
    c->state = after;
    if ((c->stage == VALUE_incident_stage_notified) == has(c, "notified")) return OK;
    return fault_set(c->fault, FAIL(E_VALUE),
                     "notified: says who was told, with the stage notified and no other");
}

/* ---- the record ---- */

static void answer(struct incident_change *c, uint64_t index)
{
    struct json_writer j = json_writer_of(c->work->answer);
    json_object(&j);
    json_member_u64(&j, "incident", c->number);
    json_member_u64(&j, "index", index);
    json_member_text(&j, "state", incident_state_name(c->state));
    json_object_end(&j);
    writer_text(c->work->answer, "\n");
}

static status record(struct incident_change *c, uint64_t *ret_index)
{
    char name[16];
    struct draft *d = &c->work->draft;
    const int len = snprintf(name, sizeof name, "INC-%u", c->number);
    draft_market(d, COLUMN_incident_market, duty_market(c->work));
    draft_column(d, COLUMN_incident_stage, c->stage);
    draft_column(d, COLUMN_incident_class, c->class);
    draft_column(d, COLUMN_incident_number, c->number);
    draft_time(d, FIELD_incident_time, c->work->now_ns);
    draft_text(d, FIELD_incident_incident, (slice){ (const uint8_t *)name, (size_t)len });
    draft_text(d, FIELD_incident_actor, duty_actor(c->work));
    TRY(duty_end(c->work, ret_index, c->fault));
    answer(c, *ret_index);
    return OK;
}

/* Everything that was added before is durable and in the book. */
static status follow(struct node *n, struct fault *f)
{
    if (n->incidents == NULL) n->incidents = incident_book_new();
    if (n->incidents == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(committer_flush(n->committer, f));
    TRY(committer_wait(n->committer, archive_size(n->archive), false, f));
    return incident_book_follow(n->incidents, n->archive, f);
}

static status take_number(struct incident_change *c)
{
    const slice id = c->work->duty->slots[DUTY_ID];
    uint64_t number = 0;
    if (id.len == 0) return OK;
    const bool fits = num_parse_u64(id, &number).code == E_OK && number > 0;
    if (!fits || number > INCIDENT_NUMBER_MAX) {
        return fault_set(c->fault, FAIL(E_NOT_FOUND), "there is no incident %.*s",
                         (int)(id.len < MISTAKE_TEXT_MAX ? id.len : MISTAKE_TEXT_MAX),
                         (const char *)id.at);
    }
    c->number = (uint16_t)number;
    return OK;
}

status perform_incident(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct json_document request = {};
    struct incident_change c = { .work = p, .request = &request, .fault = f };
    TRY(take_number(&c));
    TRY(follow(p->node, f));
    struct json_parser *parser = json_parser_new();
    if (parser == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = json_parse(parser, p->duty->slots[DUTY_REQUEST], &request, f);
    if (s.code == E_OK) s = duty_begin(p, KIND_incident, f);
    if (s.code == E_OK) s = take_members(&c);
    if (s.code == E_OK) s = decide(&c, p->node->incidents);
    if (s.code == E_OK) s = record(&c, ret_index);
    json_parser_free(parser);
    return s;
}
