/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/verify/sample.h"

#include <stdio.h>
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"
#include "ledger/proof.h"
#include "lib/ed25519.h"
#include "record/bundle.h"
#include "record/commit.h"
#include "record/draft.h"
#include "record/schema.h"
#include "tests/cm.h"

enum { TEXT_BYTES = 16 * 1024, TEXTS_MAX = 256 };

const char sample_log_name[] = "example.com/log";
static const char *const witness_names[3] = { "w1.example/a", "w2.example/a", "w3.example/a" };

/* Room for every text that is ever made. */
static uint8_t texts[TEXTS_MAX][TEXT_BYTES];
static size_t text_count;

static struct writer text_new(void)
{
    assert_true(text_count < TEXTS_MAX);
    return writer_of(texts[text_count++], TEXT_BYTES);
}

static slice text_end(const struct writer *w)
{
    assert_ok(writer_end(w));
    return writer_slice(w);
}

static struct ed25519_key *key_new(uint8_t seed, uint8_t pubkey[32])
{
    const uint8_t bytes[32] = { seed };
    struct ed25519_key *key = ed25519_key_new(bytes);
    assert_non_null(key);
    ed25519_public(key, pubkey);
    return key;
}

static slice key_text(const char *name, uint8_t type, uint8_t seed)
{
    uint8_t pubkey[32];
    struct writer w = text_new();
    ed25519_key_free(key_new(seed, pubkey));
    note_write_key(&w, slice_text(name), type, (slice){ pubkey, 32 });
    return text_end(&w);
}

/* Appends a signature of the text: the log's for seed 0, else that of witness seed - 1. */
static void sign(struct writer *w, slice text, uint8_t seed)
{
    uint8_t pubkey[32];
    uint8_t sig[64];
    uint8_t cosig[COSIGNATURE_BYTES];
    struct writer message = text_new();
    struct ed25519_key *key = key_new(seed, pubkey);
    const uint64_t time = 1767225600 + seed;
    const bool is_log = seed == 0;
    if (is_log) writer_bytes(&message, text);
    if (!is_log) assert_ok(cosignature_message(time, text, &message));
    assert_ok(ed25519_sign(key, text_end(&message), sig));
    ed25519_key_free(key);
    cosignature_bytes(time, sig, cosig);
    const slice name = slice_text(is_log ? sample_log_name : witness_names[seed - 1]);
    const uint8_t type = is_log ? NOTE_KEY_ED25519 : NOTE_KEY_COSIGNATURE;
    note_write_signature(w, name, note_key_id(name, type, (slice){ pubkey, 32 }),
                         is_log ? (slice){ sig, 64 } : (slice){ cosig, sizeof cosig });
}

static slice note_of(slice text, uint8_t witnesses)
{
    struct writer w = text_new();
    writer_bytes(&w, text);
    writer_u8(&w, '\n');
    for (uint8_t seed = 0; seed <= witnesses; seed++)
        sign(&w, text, seed);
    return text_end(&w);
}

slice sample_note(slice text)
{
    return note_of(text, 0);
}

static const salt salts[FIELDS_MAX] = { { { 7, 7, 7 } } };

/* A record of the log with the fields that it opens. */
struct sample_record {
    struct draft draft;
    struct record record; /* a view into the draft */
    bool shown[FIELDS_MAX];
};

static void make_event(struct sample_record *r)
{
    struct draft *d = &r->draft;
    struct fault fault = {};
    draft_start(d, KIND_event, 1767225600);
    draft_market(d, COLUMN_event_market, slice_text("DE"));
    draft_column(d, COLUMN_event_trust, VALUE_trust_token);
    draft_time(d, FIELD_event_time, 1767225600123456789);
    draft_text(d, FIELD_event_source, slice_text("a source"));
    draft_text(d, FIELD_event_actor, slice_text("j\xc3\xb6rg"));
    draft_raw(d, FIELD_event_raw, slice_text("{\"user\":\"j\xc3\xb6rg\"}"));
    r->shown[FIELD_event_actor - 1] = r->shown[FIELD_event_raw - 1] = true;
    assert_ok(draft_end(d, NULL, &r->record, &fault));
}

static void make_enforcement(struct sample_record *r)
{
    struct draft *d = &r->draft;
    struct fault fault = {};
    draft_start(d, KIND_enforcement, 1767225600);
    draft_time(d, FIELD_enforcement_time, 1767225600000000000);
    draft_text(d, FIELD_enforcement_puid, slice_text("puid-1"));
    draft_u64(d, FIELD_enforcement_views, 77);
    r->shown[FIELD_enforcement_time - 1] = r->shown[FIELD_enforcement_views - 1] = true;
    r->shown[FIELD_enforcement_reason - 1] = true; /* absent, and shown to be */
    assert_ok(draft_end(d, NULL, &r->record, &fault));
}

static void make_record(struct sample_record *r, uint64_t index)
{
    *r = (struct sample_record){};
    if (index == SAMPLE_EVENT) make_event(r);
    if (index == SAMPLE_ENFORCEMENT) make_enforcement(r);
}

/* Entries are bytes, not text: two records, and bytes that are none. */
static slice entry_of(uint64_t index)
{
    static uint8_t entries[SAMPLE_SIZE][ENTRY_PLAIN_BYTES_MAX];
    static struct sample_record r;
    assert_true(index < SAMPLE_SIZE);
    struct writer w = writer_of(entries[index], sizeof entries[index]);
    make_record(&r, index);
    if (index == SAMPLE_EVENT || index == SAMPLE_ENFORCEMENT) {
        assert_ok(entry_encode(&r.record, salts, &w));
        return text_end(&w);
    }
    writer_printf(&w, "entry %u", (unsigned)index);
    writer_u8(&w, 0xff);
    return text_end(&w);
}

/* A tree small enough to be computed anew for every node. */
static status node_of(void *, unsigned level, uint64_t index, hash *ret_node)
{
    struct merkle_frontier f = {};
    for (uint64_t i = index << level; i < (index + 1) << level; i++) {
        TRY(merkle_append(&f, merkle_leaf(entry_of(i))));
    }
    *ret_node = merkle_frontier_root(&f);
    return OK;
}

static const struct merkle_source source = { NULL, node_of };

static slice checkpoint_of(uint64_t size, uint8_t witnesses)
{
    struct writer w = text_new();
    struct checkpoint c = { slice_text(sample_log_name), size, {}, slice_none() };
    assert_ok(merkle_root(&source, (struct merkle_range){ 0, size }, &c.root));
    checkpoint_write(&w, &c);
    return note_of(text_end(&w), witnesses);
}

static slice inclusion_of(uint64_t index, slice checkpoint)
{
    struct writer w = text_new();
    struct inclusion_proof p = { slice_none(), index, {}, checkpoint };
    assert_ok(merkle_prove_inclusion(&source, index, SAMPLE_SIZE, &p.path));
    inclusion_proof_write(&w, &p);
    return text_end(&w);
}

static slice bundle_of(uint64_t index, slice checkpoint)
{
    static struct sample_record r;
    struct opening o;
    struct writer opening = text_new();
    struct writer w = text_new();
    make_record(&r, index);
    assert_ok(opening_encode_record(&r.record, &opening));
    assert_ok(opening_decode(r.draft.schema, text_end(&opening), &o));
    assert_ok(bundle_format(entry_of(index), r.draft.schema, &o, salts, r.shown, &w));
    writer_bytes(&w, inclusion_of(index, checkpoint));
    return text_end(&w);
}

static slice consistency_of(slice checkpoint)
{
    struct writer w = text_new();
    struct consistency_proof p = { SAMPLE_OLD_SIZE, {}, {}, checkpoint };
    assert_ok(merkle_root(&source, (struct merkle_range){ 0, SAMPLE_OLD_SIZE }, &p.old_root));
    assert_ok(merkle_prove_consistency(&source, SAMPLE_OLD_SIZE, SAMPLE_SIZE, &p.path));
    consistency_proof_write(&w, &p);
    return text_end(&w);
}

static slice policy_of(const struct sample *s, const char *threshold)
{
    struct writer w = text_new();
    writer_text(&w, "log ");
    writer_bytes(&w, s->log_key);
    for (size_t i = 0; i < COUNT_OF(s->witness_keys); i++) {
        writer_printf(&w, "\nwitness w%u ", (unsigned)i);
        writer_bytes(&w, s->witness_keys[i]);
    }
    writer_printf(&w, "\ngroup g %s w0 w1 w2\nquorum g\n", threshold);
    return text_end(&w);
}

struct sample sample_make(void)
{
    struct sample s = {};
    s.log_key = key_text(sample_log_name, NOTE_KEY_ED25519, 0);
    for (uint8_t i = 0; i < COUNT_OF(s.witness_keys); i++) {
        s.witness_keys[i] = key_text(witness_names[i], NOTE_KEY_COSIGNATURE, (uint8_t)(i + 1));
    }
    s.policy = policy_of(&s, "2");
    s.strict_policy = policy_of(&s, "all");
    s.checkpoint = checkpoint_of(SAMPLE_SIZE, 2);
    s.old_checkpoint = checkpoint_of(SAMPLE_OLD_SIZE, 0);
    s.entry = entry_of(SAMPLE_INDEX);
    s.other_entry = entry_of(SAMPLE_INDEX + 1);
    s.inclusion = inclusion_of(SAMPLE_INDEX, s.checkpoint);
    s.consistency = consistency_of(s.checkpoint);
    s.bundle = bundle_of(SAMPLE_EVENT, s.checkpoint);
    s.wide_bundle = bundle_of(SAMPLE_ENFORCEMENT, s.checkpoint);
    s.text_note = note_of(slice_text("a statement\n\nof two paragraphs\n"), 0);
    return s;
}
