/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/sent_before.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/opener.h"
#include "record/value.h"
#include "base/banned.h"

enum { PAIR_BYTES = 16, PAIRS_BYTES_MAX = BATCH_RECORDS_MAX * PAIR_BYTES };

/* A scan at work. */
struct scan {
    struct node *node;
    const struct accounts *accounts;
    sent_before_each each;
    void *with;
    struct keys *keys;
    struct opener *opener;
    struct opened_record record;
    struct writer pairs; /* owned; of one source in the batch at hand */
    uint64_t source;
};

static status hand_over(struct scan *s, struct fault *f)
{
    if (s->pairs.len == 0) return OK;
    const status done = s->each(s->with, s->source, writer_slice(&s->pairs), f);
    s->pairs.len = 0;
    return done;
}

/* The account of an event that its source has numbered; 0 if it is none or the source is gone. */
static uint64_t source_of(const struct scan *s, uint64_t *ret_sequence)
{
    const struct opening *o = &s->record.opening;
    if (s->record.gone || s->record.entry.schema->kind != KIND_event) return 0;
    const struct record_field *sequence = &o->fields[FIELD_event_sequence - 1];
    const struct record_field *name = &o->fields[FIELD_event_source - 1];
    if (sequence->type != TYPE_U64 || name->type != TYPE_TEXT) return 0;
    const struct account *a = accounts_find(s->accounts, ACCOUNT_SOURCE, name->value);
    *ret_sequence = value_u64(sequence->value);
    return a == NULL ? 0 : a->id;
}

static status scan_batch(struct scan *s, const struct batch_head *head, struct fault *f)
{
    for (uint32_t i = 0; i < head->record_count; i++) {
        const uint64_t index = head->first_index + i;
        uint64_t sequence = 0;
        TRY(opener_open(s->opener, index, &s->record, f));
        const uint64_t source = source_of(s, &sequence);
        if (source == 0) continue;
        if (source != s->source) TRY(hand_over(s, f));
        s->source = source;
        writer_u64(&s->pairs, sequence);
        writer_u64(&s->pairs, index);
    }
    return hand_over(s, f);
}

static status scan_log(struct scan *s, struct fault *f)
{
    uint64_t end = archive_size(s->node->archive);
    const uint64_t start = end > SENT_BEFORE_ENTRIES_MAX ? end - SENT_BEFORE_ENTRIES_MAX : 0;
    while (end > start) {
        struct batch_frame frame = {};
        TRY(archive_batch(s->node->archive, end - 1, &frame, f));
        const struct batch_head head = frame.head;
        end = head.first_index;
        if (head.sequence_count > 0) TRY(scan_batch(s, &head, f));
    }
    return OK;
}

status sent_before(struct node *n, const struct accounts *accounts, sent_before_each each,
                   void *with, struct fault *f)
{
    struct scan *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    *s = (struct scan){ .node = n, .accounts = accounts, .each = each, .with = with };
    s->pairs = writer_of(malloc(PAIRS_BYTES_MAX), PAIRS_BYTES_MAX);
    status done = s->pairs.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (done.code == E_OK) done = keys_open(&n->store, NULL, &s->keys, f);
    if (done.code == E_OK) {
        s->opener = opener_new(n->archive, s->keys);
        done = s->opener == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : scan_log(s, f);
    }
    opener_free(s->opener);
    keys_free(s->keys);
    free(s->pairs.at);
    free(s);
    return done;
}
