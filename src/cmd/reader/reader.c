/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/reader/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/decision/decide_ask.h"
#include "cmd/hook/hook_items.h"
#include "cmd/node/duty.h"
#include "cmd/heard/heard_show.h"
#include "cmd/incident/incident_show.h"
#include "cmd/reader/reader_state.h"
#include "cmd/node/record_line.h"
#include "cmd/node/view.h"
#include "ledger/proof.h"
#include "record/value.h"
#include "view/lists.h"
#include "view/finder.h"
#include "base/banned.h"

enum {
    SEARCHED_ENTRIES_MAX =
        2 * 65536,             /* looked through for one answer, so that others have theirs */
    BODY_LEFT_MIN = 64 * 1024, /* a list ends when there is less room than that */
};

status reader_new(const char *dir, struct reader **ret_reader, struct fault *f)
{
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    r->dir = dir;
    r->body = writer_of(malloc(QUERY_BODY_BYTES_MAX), QUERY_BODY_BYTES_MAX);
    if (r->body.at == NULL) {
        reader_free(r);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    *ret_reader = r;
    return OK;
}

void reader_stop_if(struct reader *r, bool (*is_over)(void *with, uint64_t id), void *with)
{
    r->is_over = is_over;
    r->is_over_with = with;
}

static void view_drop(struct reader *r)
{
    opener_free(r->opener);
    keys_free(r->keys);
    if (r->has_view) view_close(&r->view);
    r->opener = NULL;
    r->keys = NULL;
    r->has_view = false;
}

void reader_free(struct reader *r)
{
    if (r == NULL) return;
    view_drop(r);
    withheld_reader_close(r->withheld);
    view_lists_close(r->lists);
    counter_free(r->counter);
    free(r->body.at);
    free(r);
}

status reader_refresh(struct reader *r, struct fault *f)
{
    struct log_head head = {};
    if (r->has_view) {
        TRY(log_head_load(&r->view.node.store, &head, f));
        if (head.checkpoint.size == r->view.head.checkpoint.size) return OK;
        view_drop(r);
    }
    TRY(view_open(r->dir, &r->view, f));
    r->has_view = true;
    TRY(keys_open(&r->view.node.store, NULL, &r->keys, f));
    r->opener = opener_new(r->view.node.archive, r->keys);
    return r->opener != NULL ? OK : fault_set(f, FAIL(E_NOMEM), "out of memory");
}

static status past_head(const struct reader *r, uint64_t index, struct fault *f)
{
    const uint64_t size = r->view.head.checkpoint.size;
    if (index < size) return OK;
    return fault_set(f, FAIL(E_NOT_FOUND), "index %" PRIu64 ": the log has %" PRIu64 " entries",
                     index, size);
}

/* ---- private values ---- */

/* Has the scribe record that somebody looks at these records; durable when it returns. */
status reader_record_look(struct reader *r, const struct query_ask *m, slice indices,
                          struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_OPEN);
    if (m->who.len == 0) return fault_set(f, FAIL(E_VALUE), "it is not said who asks");
    if (indices.len == 0) return OK;
    d.slots[DUTY_RECORDS] = indices;
    d.slots[DUTY_ACTOR] = m->who;
    d.slots[DUTY_PURPOSE] = slice_text("asked over the API");
    return duty_ask_running(r->dir, &d, &w, f);
}

static status ask_record(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t index[8];
    put_u64(index, m->index);
    TRY(past_head(r, m->index, f));
    TRY(reader_record_look(r, m, (slice){ index, sizeof index }, f));
    TRY(opener_open(r->opener, m->index, &r->record, f));
    return record_write_line(&r->record, m->index, &r->body);
}

/* The newest records of the kind below an index, as indices u64 each. */
static status find_newest(struct reader *r, const struct query_ask *m, struct writer *indices,
                          struct fault *f)
{
    const uint64_t size = r->view.head.checkpoint.size;
    if (r->lists == NULL) TRY(view_lists_open(r->dir, &r->lists, f));
    return view_lists_newest(r->lists, m->kind, m->index < size ? m->index : size, m->limit,
                             indices, f);
}

/* Whether a finding has the level that is asked for; everything fits where none is. */
static bool fits(const struct opened_record *r, slice level)
{
    if (level.len == 0) return true;
    if (r->entry.schema->kind != KIND_finding || r->opening.field_count == 0) return false;
    return slice_equal(r->opening.fields[FIELD_finding_level - 1].value, level);
}

static status write_items(struct reader *r, const struct query_ask *m, slice indices,
                          struct fault *f)
{
    struct writer *w = &r->body;
    const char *comma = "";
    uint64_t next = 0;
    writer_text(w, "{\"items\":[");
    for (size_t at = 0; at < indices.len && w->cap - w->len > BODY_LEFT_MIN; at += 8) {
        next = get_u64(indices.at + at);
        TRY(opener_open(r->opener, next, &r->record, f));
        if (!fits(&r->record, m->text)) continue;
        writer_text(w, comma);
        TRY(record_write(&r->record, next, w));
        comma = ",";
    }
    const bool more = indices.len / 8 == m->limit;
    writer_text(w, "],\"next\":");
    if (more) writer_dec(w, next);
    writer_text(w, more ? "}\n" : "null}\n");
    return writer_end(w);
}

static status ask_list(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t room[QUERY_LIMIT_MAX * 8];
    struct writer indices = writer_of(room, sizeof room);
    TRY(find_newest(r, m, &indices, f));
    TRY(reader_record_look(r, m, writer_slice(&indices), f));
    return write_items(r, m, writer_slice(&indices), f);
}

/* ---- searching ---- */

/* Has the scribe record the search; durable when it returns. */
static status record_search(const struct reader *r, const struct query_ask *m, uint64_t below,
                            struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    uint8_t range[16] = {};
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_SEARCH);
    if (m->who.len == 0) return fault_set(f, FAIL(E_VALUE), "it is not said who asks");
    put_u64(range + 8, below - 1);
    d.slots[DUTY_RECORDS] = (slice){ range, sizeof range };
    d.slots[DUTY_ACTOR] = m->who;
    d.slots[DUTY_PURPOSE] = slice_text("asked over the API");
    d.slots[DUTY_NOTE] = m->text;
    return duty_ask_running(r->dir, &d, &w, f);
}

static bool is_over(void *with)
{
    struct reader *r = with;
    return r->is_over != NULL && r->is_over(r->is_over_with, r->id);
}

/* Goes on until there are as many as asked for, enough was looked through for one answer, or nobody
 * waits for it any more. */
static status find(struct finder *s, uint32_t limit, struct writer *indices, uint64_t *next,
                   struct fault *f)
{
    while (*next > 0 && indices->len / 8 < limit) {
        const uint32_t most = limit - (uint32_t)(indices->len / 8);
        const status found = finder_step(s, *next, most, indices, next, f);
        if (found.code == E_CANCELLED) break;
        TRY(found);
        if (finder_numbers(s).entries >= SEARCHED_ENTRIES_MAX) break;
    }
    return OK;
}

static status write_found(struct reader *r, slice indices, uint64_t next, struct finder_numbers n,
                          struct fault *f)
{
    struct writer *w = &r->body;
    writer_text(w, "{\"items\":[");
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        if (w->cap - w->len <= BODY_LEFT_MIN) { /* the rest is on the next page */
            next = index + 1;
            break;
        }
        TRY(opener_open(r->opener, index, &r->record, f));
        if (at > 0) writer_text(w, ",");
        TRY(record_write(&r->record, index, w));
    }
    writer_text(w, "],\"next\":");
    if (next > 0) writer_dec(w, next);
    if (next == 0) writer_text(w, "null");
    writer_printf(w, ",\"searched\":%" PRIu64 ",\"ruled_out\":%" PRIu64 "}\n", n.entries,
                  n.skipped);
    return writer_end(w);
}

static status ask_search(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t room[QUERY_LIMIT_MAX * 8];
    struct writer indices = writer_of(room, sizeof room);
    struct question question = {};
    struct finder *s = NULL;
    const uint64_t size = r->view.head.checkpoint.size;
    uint64_t next = m->index < size ? m->index : size;
    TRY(question_parse(m->text, &question, f));
    if (is_over(r)) return write_found(r, slice_none(), next, (struct finder_numbers){}, f);
    if (next > 0) TRY(record_search(r, m, next, f));
    TRY(finder_new(r->view.node.archive, r->keys, &question, &s));
    finder_stop_if(s, is_over, r);
    status done = find(s, m->limit, &indices, &next, f);
    if (done.code == E_OK) done = reader_record_look(r, m, writer_slice(&indices), f);
    if (done.code == E_OK)
        done = write_found(r, writer_slice(&indices), next, finder_numbers(s), f);
    finder_free(s);
    return done;
}

/* ---- the stream ---- */

/* One record as a server-sent event, or that it is there, where it is too large for a stream. */
static status write_event(struct reader *r, uint64_t index, size_t cap, struct fault *f)
{
    struct writer *w = &r->body;
    TRY(opener_open(r->opener, index, &r->record, f));
    const char *kind = r->record.entry.schema->name;
    writer_text(w, "id: ");
    writer_dec(w, index);
    writer_printf(w, "\nevent: %s\ndata: ", kind);
    const size_t data = w->len;
    TRY(record_write(&r->record, index, w));
    if (w->len - data > cap) {
        w->len = data;
        writer_printf(w, "{\"index\":%" PRIu64 ",\"kind\":\"%s\",\"too_large\":true}", index, kind);
    }
    writer_text(w, "\n\n");
    return writer_end(w);
}

/* As many as fit; returns the index from which the next answer goes on. */
static status write_events(struct reader *r, slice indices, uint64_t *ret_next, struct fault *f)
{
    struct writer *w = &r->body;
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        const size_t before = w->len;
        TRY(write_event(r, index, QUERY_STREAM_BYTES_MAX / 2, f));
        if (w->len <= QUERY_STREAM_BYTES_MAX) continue;
        w->len = before;
        *ret_next = index;
        return OK;
    }
    return OK;
}

/* No further than the view is: what it has not seen yet would be passed over. */
status reader_news(struct reader *r, const struct query_ask *m, struct writer *indices,
                   uint64_t *ret_next, struct fault *f)
{
    const uint64_t size = r->view.head.checkpoint.size;
    uint64_t next = 0;
    if (r->lists == NULL) TRY(view_lists_open(r->dir, &r->lists, f));
    TRY(view_lists_applied(r->lists, &next, f));
    if (next > size) next = size;
    if (next < m->index) next = m->index;
    TRY(view_lists_news(r->lists, m->index, next, m->limit, indices, f));
    if (indices->len / 8 == m->limit && m->limit > 0) {
        next = get_u64(indices->at + indices->len - 8) + 1;
    }
    *ret_next = next;
    return OK;
}

static status ask_stream(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t room[QUERY_LIMIT_MAX * 8];
    struct writer indices = writer_of(room, sizeof room);
    uint64_t next = 0;
    TRY(reader_news(r, m, &indices, &next, f));
    TRY(reader_record_look(r, m, writer_slice(&indices), f));
    writer_u64(&r->body, 0);
    TRY(write_events(r, writer_slice(&indices), &next, f));
    put_u64(r->body.at, next);
    return OK;
}

/* ---- incidents ---- */

static status lists_open(struct reader *r, struct fault *f)
{
    if (r->lists == NULL) TRY(view_lists_open(r->dir, &r->lists, f));
    return incident_view_wait(r->lists, r->view.head.checkpoint.size, f);
}

static status ask_incidents(struct reader *r, const struct query_ask *m, struct fault *f)
{
    struct writer *w = &r->body;
    const struct incident_opening o = { r->opener, &r->record };
    const uint32_t below = m->index < UINT32_MAX ? (uint32_t)m->index : UINT32_MAX;
    const char *comma = "";
    uint32_t next = 0;
    TRY(lists_open(r, f));
    TRY(incident_page_find(r->lists, m->kind, below, m->limit, &r->page, f));
    TRY(reader_record_look(r, m, writer_slice(&r->page.indices), f));
    writer_text(w, "{\"items\":[");
    for (size_t i = 0; i < r->page.count; i++) {
        if (w->cap - w->len < BODY_LEFT_MIN) {
            r->page.next = next;
            break;
        }
        writer_text(w, comma);
        TRY(incident_write(&r->page, i, false, &o, w, f));
        comma = ",";
        next = r->page.at[i].number;
    }
    writer_text(w, "],\"next\":");
    if (r->page.next != 0) writer_dec(w, r->page.next);
    writer_text(w, r->page.next != 0 ? "}\n" : "null}\n");
    return writer_end(w);
}

static status ask_incident(struct reader *r, const struct query_ask *m, struct fault *f)
{
    const struct incident_opening o = { r->opener, &r->record };
    const uint16_t number = m->index < UINT16_MAX ? (uint16_t)m->index : UINT16_MAX;
    TRY(lists_open(r, f));
    TRY(incident_page_one(r->lists, number, &r->page, f));
    TRY(reader_record_look(r, m, writer_slice(&r->page.indices), f));
    TRY(incident_write(&r->page, 0, true, &o, &r->body, f));
    writer_text(&r->body, "\n");
    r->tag = r->page.at[0].last;
    return writer_end(&r->body);
}

static status change_incident(struct reader *r, const struct query_ask *m, slice number,
                              struct fault *f)
{
    uint8_t expect[8];
    struct duty d = duty_of(DUTY_INCIDENT);
    if (m->who.len == 0) return fault_set(f, FAIL(E_VALUE), "it is not said who asks");
    put_u64(expect, m->expect);
    d.slots[DUTY_ID] = number;
    d.slots[DUTY_REQUEST] = m->text;
    d.slots[DUTY_ACTOR] = m->who;
    if (number.len > 0 && m->expect != QUERY_EXPECT_ANY) {
        d.slots[DUTY_RECORDS] = (slice){ expect, sizeof expect };
    }
    return duty_ask_running(r->dir, &d, &r->body, f);
}

static status ask_open(struct reader *r, const struct query_ask *m, struct fault *f)
{
    return change_incident(r, m, slice_none(), f);
}

static status ask_change(struct reader *r, const struct query_ask *m, struct fault *f)
{
    uint8_t digits[20];
    struct writer number = writer_of(digits, sizeof digits);
    writer_dec(&number, m->index);
    return change_incident(r, m, writer_slice(&number), f);
}

/* ---- what is public ---- */

status reader_prove(struct reader *r, uint64_t index, struct writer *w, struct fault *f)
{
    const struct merkle_source source = { archive_tree(r->view.node.archive), tree_node };
    TRY(past_head(r, index, f));
    view_look_for_cosigned(&r->view);
    const struct log_head *head = view_head_for(&r->view, index + 1);
    struct inclusion_proof proof = { .extra_base64 = slice_none(),
                                     .index = index,
                                     .checkpoint = log_head_note(head) };
    TRY(merkle_prove_inclusion(&source, index, head->checkpoint.size, &proof.path));
    inclusion_proof_write(w, &proof);
    return writer_end(w);
}

static status ask_proof(struct reader *r, const struct query_ask *m, struct fault *f)
{
    return reader_prove(r, m->index, &r->body, f);
}

static status ask_sources(struct reader *r, const struct query_ask *, struct fault *f)
{
    return heard_write_all(&r->view.node, &r->body, f);
}

static status ask_head(struct reader *r, const struct query_ask *, struct fault *)
{
    view_look_for_cosigned(&r->view);
    writer_bytes(&r->body, log_head_note(view_public_head(&r->view)));
    return writer_end(&r->body);
}

static status ask_newest(struct reader *r, const struct query_ask *, struct fault *)
{
    writer_bytes(&r->body, log_head_note(&r->view.head));
    return writer_end(&r->body);
}

static status ask_consistency(struct reader *r, const struct query_ask *m, struct fault *f)
{
    const struct merkle_source source = { archive_tree(r->view.node.archive), tree_node };
    struct merkle_proof path = {};
    const bool fits = m->index <= m->expect && m->expect <= r->view.head.checkpoint.size;
    if (!fits) return fault_set(f, FAIL(E_NOT_FOUND), "the log has no such sizes");
    TRY(merkle_prove_consistency(&source, m->index, m->expect, &path));
    proof_path_write(&r->body, &path);
    return writer_end(&r->body);
}

static const struct {
    uint8_t question;
    uint8_t type;
    uint16_t code; /* of HTTP, when all is well */
    status (*answer)(struct reader *r, const struct query_ask *m, struct fault *f);
} questions[] = {
    { QUERY_SEARCH, QUERY_JSON, 200, ask_search },
    { QUERY_LIST, QUERY_JSON, 200, ask_list },
    { QUERY_RECORD, QUERY_JSON, 200, ask_record },
    { QUERY_PROOF, QUERY_TEXT, 200, ask_proof },
    { QUERY_HEAD, QUERY_TEXT, 200, ask_head },
    { QUERY_SOURCES, QUERY_JSON, 200, ask_sources },
    { QUERY_TILE, QUERY_BYTES, 200, reader_ask_tile },
    { QUERY_STREAM, QUERY_BYTES, 200, ask_stream },
    { QUERY_HOOK, QUERY_BYTES, 200, reader_ask_hook },
    { QUERY_INCIDENTS, QUERY_JSON, 200, ask_incidents },
    { QUERY_INCIDENT, QUERY_JSON, 200, ask_incident },
    { QUERY_OPEN, QUERY_JSON, 201, ask_open },
    { QUERY_CHANGE, QUERY_JSON, 200, ask_change },
    { QUERY_DECIDE, QUERY_JSON, 201, reader_ask_decide },
    { QUERY_NEWEST, QUERY_TEXT, 200, ask_newest },
    { QUERY_CONSISTENCY, QUERY_TEXT, 200, ask_consistency },
    { QUERY_FACTS, QUERY_BYTES, 200, reader_ask_facts },
    { QUERY_RECEIPT, QUERY_BYTES, 200, reader_ask_receipt },
};

static uint16_t code_of(status s)
{
    switch (s.code) {
    case E_SYNTAX:
    case E_UTF8:
    case E_VALUE:
    case E_LIMIT:
        return 400;
    case E_NOT_FOUND:
        return 404;
    case E_REFUSED:
        return 409;
    case E_BUSY:
        return 503;
    default:
        return 500;
    }
}

static struct query_answer refusal(struct reader *r, const struct query_ask *m, status s,
                                   const struct fault *f)
{
    struct json_writer j = json_writer_of(&r->body);
    r->body = writer_of(r->body.at, r->body.cap);
    json_object(&j);
    json_member_text(&j, "error", f->text[0] != '\0' ? f->text : status_text(s));
    json_object_end(&j);
    writer_text(&r->body, "\n");
    return (struct query_answer){ m->id, code_of(s), QUERY_JSON, 0, writer_slice(&r->body) };
}

struct query_answer reader_answer(struct reader *r, const struct query_ask *m)
{
    struct fault f = {};
    r->body = writer_of(r->body.at, r->body.cap);
    r->tag = 0;
    r->code = 0;
    r->id = m->id;
    status s = reader_refresh(r, &f);
    for (size_t i = 0; s.code == E_OK && i < COUNT_OF(questions); i++) {
        if (questions[i].question != m->question) continue;
        s = questions[i].answer(r, m, &f);
        if (s.code != E_OK) break;
        const uint16_t code = r->code != 0 ? r->code : questions[i].code;
        return (struct query_answer){ m->id, code, questions[i].type, r->tag,
                                      writer_slice(&r->body) };
    }
    return refusal(r, m, s, &f);
}
