/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a duty leaves in the log. Each makes one record; the answer names it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/bundle_make.h"
#include "cmd/node/duty_work.h"
#include "os/clock.h"
#include "record/bundle.h"
#include "record/kinds.h"
#include "record/wire.h"
#include "base/banned.h"

slice duty_actor(const struct performance *p)
{
    const slice stated = p->duty->slots[DUTY_ACTOR];
    return stated.len > 0 ? stated : slice_text(p->user);
}

slice duty_market(const struct performance *p)
{
    const char *code = p->node->config.market;
    return (slice){ (const uint8_t *)code, 2 }; /* two zero bytes where none is set */
}

/* Sets a text or list that was given; an empty slot leaves the field absent. */
void duty_set_text(struct performance *p, int field, enum duty_slot slot)
{
    if (p->duty->slots[slot].len > 0) draft_text(&p->draft, field, p->duty->slots[slot]);
}

status duty_begin(struct performance *p, uint8_t kind, struct fault *f)
{
    if (p->now_ns < 0) return fault_set(f, FAIL(E_REFUSED), "the clock stands before 1970");
    draft_start(&p->draft, kind, (uint64_t)(p->now_ns / CLOCK_NS_PER_S));
    return OK;
}

status duty_end(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct record record = {};
    TRY(draft_end(&p->draft, NULL, &record, f));
    return committer_add(p->node->committer, &record, ret_index, f);
}

/* The word of a closed list in a slot; 0 if the slot is empty. */
status duty_word(const struct performance *p, enum duty_slot slot, const char *list,
                 uint8_t *ret_number, struct fault *f)
{
    const slice text = p->duty->slots[slot];
    *ret_number = 0;
    if (text.len == 0) return OK;
    for (size_t n = 0;; n++) {
        const struct choice *c = choice_nth(n);
        assert(c != NULL); /* the list's name is a constant of this file */
        if (strcmp(c->name, list) != 0) continue;
        *ret_number = choice_number(c, text);
        if (*ret_number != 0) return OK;
        return fault_set(f, FAIL(E_USAGE), "%s: no such word: %.*s; docs/formats/records.md", list,
                         (int)(text.len < 40 ? text.len : 40), (const char *)text.at);
    }
}

status duty_records_check(const struct performance *p, struct fault *f)
{
    const slice records = p->duty->slots[DUTY_RECORDS];
    const uint64_t size = archive_size(p->node->archive) + committer_pending(p->node->committer);
    if (records.len == 0 || records.len % 8 != 0 || records.len / 8 > DUTY_RECORDS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "1 to %d records at a time", DUTY_RECORDS_MAX);
    }
    for (size_t i = 0; i < records.len; i += 8) {
        if (get_u64(records.at + i) < size) continue;
        return fault_set(f, FAIL(E_NOT_FOUND), "index %llu: the log has %llu entries",
                         (unsigned long long)get_u64(records.at + i), (unsigned long long)size);
    }
    return OK;
}

status duty_oversight(struct performance *p, uint8_t action, uint64_t *ret_index, struct fault *f)
{
    struct draft *d = &p->draft;
    draft_market(d, COLUMN_oversight_market, duty_market(p));
    draft_column(d, COLUMN_oversight_action, action);
    draft_column(d, COLUMN_oversight_role, VALUE_role_operator);
    draft_time(d, FIELD_oversight_time, p->now_ns);
    draft_text(d, FIELD_oversight_actor, duty_actor(p));
    draft_text(d, FIELD_oversight_session, slice_text(p->session));
    return duty_end(p, ret_index, f);
}

static status perform_open(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    TRY(duty_records_check(p, f));
    TRY(duty_begin(p, KIND_oversight, f));
    const slice records = p->duty->slots[DUTY_RECORDS];
    draft_bytes(&p->draft, FIELD_oversight_records, records);
    draft_u64(&p->draft, FIELD_oversight_amount, records.len / 8);
    draft_texts(&p->draft, FIELD_oversight_fields, p->duty->slots[DUTY_FIELDS]);
    duty_set_text(p, FIELD_oversight_purpose, DUTY_PURPOSE);
    return duty_oversight(p, VALUE_oversight_action_open, ret_index, f);
}

/* A hunt or a search opens every event of a range; it says which and what for. */
static status perform_search(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    char detail[64];
    const slice range = p->duty->slots[DUTY_RECORDS];
    TRY(duty_records_check(p, f));
    if (range.len != 16) return fault_set(f, FAIL(E_VALUE), "records: the first and the last");
    const uint64_t first = get_u64(range.at);
    const uint64_t last = get_u64(range.at + 8);
    if (first > last) return fault_set(f, FAIL(E_VALUE), "records: the first and the last");
    snprintf(detail, sizeof detail, "entries %" PRIu64 " to %" PRIu64, first, last);
    TRY(duty_begin(p, KIND_oversight, f));
    draft_u64(&p->draft, FIELD_oversight_amount, last - first + 1);
    draft_text(&p->draft, FIELD_oversight_detail, slice_text(detail));
    duty_set_text(p, FIELD_oversight_object, DUTY_NOTE);
    duty_set_text(p, FIELD_oversight_purpose, DUTY_PURPOSE);
    return duty_oversight(p, VALUE_oversight_action_search, ret_index, f);
}

/* A finding whose evidence are entries of this log. */
static status finding_check(const struct performance *p, const struct record *r, struct fault *f)
{
    enum { POSITION_BYTES = 10 };
    if (r->kind != KIND_finding) return fault_set(f, FAIL(E_REFUSED), "only findings are taken");
    const slice evidence = r->fields[FIELD_finding_evidence - 1].value;
    const uint64_t size = archive_size(p->node->archive);
    for (size_t i = 0; i + POSITION_BYTES <= evidence.len; i += POSITION_BYTES) {
        if (get_u64(evidence.at + i) >= size) {
            return fault_set(f, FAIL(E_REFUSED), "a finding names an entry that is not there");
        }
    }
    return OK;
}

/* Once to look at all of them, once to add them: all or none. */
static status take_findings(struct performance *p, struct wire_record *r, bool adds,
                            uint64_t *ret_index, struct fault *f)
{
    struct cursor c = cursor_of(p->duty->slots[DUTY_REQUEST]);
    while (cursor_left(&c) > 0) {
        TRY(wire_take(&c, r, f));
        TRY(finding_check(p, &r->record, f));
        if (adds) TRY(committer_add(p->node->committer, &r->record, ret_index, f));
    }
    return OK;
}

static status perform_findings(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    struct wire_record *r = calloc(1, sizeof *r);
    if (r == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = take_findings(p, r, false, ret_index, f);
    if (s.code == E_OK) s = take_findings(p, r, true, ret_index, f);
    free(r);
    return s;
}

/* The fields that the duty names, of the record that it names. */
static status shown_of(const struct performance *p, uint64_t index, bool *ret_shown,
                       struct fault *f)
{
    struct entry entry = {};
    slice bytes = {};
    slice name = {};
    struct cursor names = cursor_of(p->duty->slots[DUTY_FIELDS]);
    TRY(archive_entry(p->node->archive, index, &bytes, f));
    TRY(entry_parse(bytes, &entry, f));
    while (value_texts_next(&names, &name)) {
        const uint8_t id = schema_field_id(entry.schema, name);
        if (id > 0) ret_shown[id - 1] = true;
    }
    return OK;
}

static status hash_opened(const struct performance *p, uint64_t index, const bool *shown,
                          hash *ret_hash, struct fault *f)
{
    struct keys *keys = NULL;
    struct writer w = writer_of(malloc(BUNDLE_BYTES_MAX), BUNDLE_BYTES_MAX);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = keys_open(&p->node->store, NULL, &keys, f);
    if (s.code == E_OK) s = bundle_make_opened(p->node->archive, keys, index, shown, &w, f);
    if (s.code == E_OK) *ret_hash = sha256(writer_slice(&w));
    keys_free(keys);
    bytes_wipe(w.at, w.len);
    free(w.at);
    return s;
}

/* The hash of what is about to leave: of the bundle up to its proof, which can be made anew. An
 * opening that is damaged cannot be disclosed; the log goes on. */
static status hash_disclosed(const struct performance *p, hash *ret_hash, struct fault *f)
{
    bool shown[FIELDS_MAX] = {};
    const uint64_t index = get_u64(p->duty->slots[DUTY_RECORDS].at);
    if (index >= node_sequenced(p->node)) {
        TRY(committer_flush(p->node->committer, f));
        TRY(committer_wait(p->node->committer, index + 1, false, f));
    }
    TRY(shown_of(p, index, shown, f));
    const status s = hash_opened(p, index, shown, ret_hash, f);
    return s.code == E_CORRUPT ? FAIL(E_REFUSED) : s;
}

/* Nothing leaves before the record of it is in the log: the bundle is made for its hash here, and
 * made again by the command. */
static status perform_disclose(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    uint8_t recipient = 0;
    uint8_t purpose = 0;
    hash bundle = {};
    TRY(duty_records_check(p, f));
    const bool is_one = p->duty->slots[DUTY_RECORDS].len == sizeof(uint64_t);
    TRY(duty_word(p, DUTY_RECIPIENT, "recipient", &recipient, f));
    TRY(duty_word(p, DUTY_PURPOSE, "purpose", &purpose, f));
    if (is_one) TRY(hash_disclosed(p, &bundle, f));
    TRY(duty_begin(p, KIND_disclosure, f));
    struct draft *d = &p->draft;
    draft_market(d, COLUMN_disclosure_market, duty_market(p));
    draft_column(d, COLUMN_disclosure_recipient, recipient);
    draft_column(d, COLUMN_disclosure_purpose, purpose);
    draft_time(d, FIELD_disclosure_time, p->now_ns);
    draft_text(d, FIELD_disclosure_actor, duty_actor(p));
    draft_bytes(d, FIELD_disclosure_records, p->duty->slots[DUTY_RECORDS]);
    draft_texts(d, FIELD_disclosure_fields, p->duty->slots[DUTY_FIELDS]);
    duty_set_text(p, FIELD_disclosure_to, DUTY_TO);
    duty_set_text(p, FIELD_disclosure_basis, DUTY_BASIS);
    duty_set_text(p, FIELD_disclosure_subject, DUTY_SUBJECT);
    if (is_one) draft_hash(d, FIELD_disclosure_bundle, &bundle);
    return duty_end(p, ret_index, f);
}

/* The keys are about to be copied: the log says by whom, and what for. */
static status perform_keys_copy(struct performance *p, uint64_t *ret_index, struct fault *f)
{
    TRY(duty_begin(p, KIND_oversight, f));
    duty_set_text(p, FIELD_oversight_detail, DUTY_ID);
    return duty_oversight(p, VALUE_oversight_action_key_used, ret_index, f);
}

static void answer_index(struct writer *answer, uint64_t index)
{
    struct json_writer j = json_writer_of(answer);
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_object_end(&j);
    writer_text(answer, "\n");
}

static status (*const performers[DUTY_KINDS_END])(struct performance *p, uint64_t *ret_index,
                                                  struct fault *f) = {
    [DUTY_OPEN] = perform_open,
    [DUTY_DISCLOSE] = perform_disclose,
    [DUTY_SEARCH] = perform_search,
    [DUTY_FINDINGS] = perform_findings,
    [DUTY_HOLD_PLACE] = perform_hold_place,
    [DUTY_HOLD_LIFT] = perform_hold_lift,
    [DUTY_ERASE_REQUEST] = perform_erase_request,
    [DUTY_ERASE_APPROVE] = perform_erase_approve,
    [DUTY_ERASE_EXPIRED] = perform_erase_expired,
    [DUTY_INCIDENT] = perform_incident,
    [DUTY_KEYS_COPY] = perform_keys_copy,
    [DUTY_ANCHOR] = perform_anchor,
    [DUTY_REPORT] = perform_report,
};

status duty_perform(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                    uint64_t *ret_size, struct fault *f)
{
    return duty_perform_begun(n, d, uid, NULL, answer, ret_size, f);
}

status duty_perform_begun(struct node *n, const struct duty *d, unsigned uid, struct erasing *begun,
                          struct writer *answer, uint64_t *ret_size, struct fault *f)
{
    struct performance p = {
        .node = n, .duty = d, .begun = begun, .now_ns = clock_real_ns(), .answer = answer
    };
    uint64_t index = 0;
    assert(d->kind > 0 && d->kind < DUTY_KINDS_END);
    user_names_of(&n->users, uid, p.user);
    struct writer session = writer_of(p.session, sizeof p.session - 1);
    writer_text(&session, "user ");
    writer_text(&session, p.user);
    TRY(performers[d->kind](&p, &index, f));
    if (answer->len == 0) answer_index(answer, index);
    TRY(writer_end(answer));
    TRY(committer_flush(n->committer, f));
    *ret_size = archive_size(n->archive);
    return OK;
}
