/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/witness/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "ledger/cosignature.h"
#include "ledger/head.h"
#include "ledger/store_file.h"
#include "ledger/witness/add_checkpoint.h"
#include "lib/ed25519.h"
#include "base/banned.h"

#define KEY_FILE "key"
#define LOGS_FILE "logs"
#define STATE_FOLDER "state"
#define EVIDENCE_FOLDER "evidence"

static const char key_title[] = "candor witness key v1\n";
static const char logs_start[] =
    "# The keys of the logs that this witness knows, one a line, as candor init prints them.\n";

enum {
    KEY_FILE_BYTES_MAX = 512,
    LOGS_BYTES_MAX = 1024 * 1024,
    HASH_DIGITS = 2 * SHA256_BYTES,
    FILE_NAME_BYTES = 128,
    NS_PER_S = 1000000000,
};

struct log {
    struct witnessed known;
    char file[FILE_NAME_BYTES];
    uint8_t *note; /* owned: the last cosigned, or NULL */
    size_t note_len;
};

struct witness {
    const struct store *store; /* borrowed */
    char name[WITNESS_NAME_BYTES_MAX + 1];
    struct ed25519_key *key;
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t *logs_text; /* owned: keys are views into it */
    struct log *logs;   /* owned */
    size_t log_count;
    size_t evidence_count;
    struct note note; /* of the request at hand */
};

/* ---- the key ---- */

static void key_file_write(const char *name, const uint8_t seed[ED25519_SEED_BYTES],
                           struct writer *w)
{
    const size_t start = w->len;
    writer_printf(w, "%sname %s\nseed ", key_title, name);
    writer_base64(w, (slice){ seed, ED25519_SEED_BYTES });
    writer_text(w, "\n");
    if (w->error != E_OK) return;
    const hash check = sha256((slice){ w->at + start, w->len - start });
    writer_hex(w, (slice){ check.bytes, 8 });
    writer_text(w, "\n");
}

static status key_file_parse(slice text, struct witness *w, uint8_t ret_seed[ED25519_SEED_BYTES])
{
    uint8_t again[KEY_FILE_BYTES_MAX];
    struct cursor c = cursor_of(text);
    slice name = {};
    slice seed = {};
    size_t len = 0;
    if (!slice_starts(text, slice_text(key_title))) return FAIL(E_SYNTAX);
    c.pos = sizeof key_title - 1;
    TRY(cursor_line(&c, &name));
    TRY(cursor_line(&c, &seed));
    if (!slice_starts(name, slice_text("name ")) || !slice_starts(seed, slice_text("seed "))) {
        return FAIL(E_SYNTAX);
    }
    name = slice_from(name, 5);
    if (!note_name_is_valid(name) || name.len > WITNESS_NAME_BYTES_MAX) return FAIL(E_VALUE);
    TRY(base64_decode(slice_from(seed, 5), ret_seed, ED25519_SEED_BYTES, &len));
    bytes_copy(w->name, sizeof w->name - 1, name);
    struct writer out = writer_of(again, sizeof again);
    key_file_write(w->name, ret_seed, &out);
    const bool same = len == ED25519_SEED_BYTES && slice_equal(writer_slice(&out), text);
    bytes_wipe(again, sizeof again);
    return same ? OK : FAIL(E_INVALID);
}

status witness_create(const struct store *store, const char *name, struct fault *f)
{
    uint8_t seed[ED25519_SEED_BYTES];
    uint8_t text[KEY_FILE_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    const slice given = slice_text(name);
    if (given.len > WITNESS_NAME_BYTES_MAX || !note_name_is_valid(given)) {
        return fault_set(f, FAIL(E_VALUE), "name: must be 1 to %d bytes without spaces or '+'",
                         WITNESS_NAME_BYTES_MAX);
    }
    TRY(store->ops->make_dir(store->self, STATE_FOLDER, f));
    TRY(store->ops->make_dir(store->self, EVIDENCE_FOLDER, f));
    TRY(store->ops->random(store->self, seed, sizeof seed, f));
    key_file_write(name, seed, &w);
    const status made = store_file_create(store, KEY_FILE, writer_slice(&w), f);
    bytes_wipe(seed, sizeof seed);
    bytes_wipe(text, sizeof text);
    TRY(made);
    TRY(store_file_create(store, LOGS_FILE, slice_text(logs_start), f));
    return store->ops->sync_dir(store->self, "", f);
}

static status key_load(struct witness *w, struct fault *f)
{
    uint8_t text[KEY_FILE_BYTES_MAX];
    uint8_t seed[ED25519_SEED_BYTES] = {};
    size_t len = 0;
    TRY(store_file_read(w->store, KEY_FILE, text, sizeof text, &len, f));
    const status parsed = key_file_parse((slice){ text, len }, w, seed);
    bytes_wipe(text, sizeof text);
    if (parsed.code != E_OK) {
        return fault_set(f, FAIL(E_CORRUPT), KEY_FILE ": not a witness's key: %s",
                         status_text(parsed));
    }
    w->key = ed25519_key_new(seed);
    bytes_wipe(seed, sizeof seed);
    if (w->key == NULL) return fault_set(f, FAIL(E_NOMEM), "witness: out of memory");
    ed25519_public(w->key, w->public_key);
    return OK;
}

static slice name_of(const struct witness *w)
{
    return slice_text(w->name);
}

static uint32_t own_key_id(const struct witness *w)
{
    return note_key_id(name_of(w), NOTE_KEY_COSIGNATURE,
                       (slice){ w->public_key, sizeof w->public_key });
}

void witness_key(const struct witness *w, struct writer *out)
{
    note_write_key(out, name_of(w), NOTE_KEY_COSIGNATURE,
                   (slice){ w->public_key, sizeof w->public_key });
}

/* ---- the logs ---- */

static struct log *log_of(struct witness *w, slice origin)
{
    for (size_t i = 0; i < w->log_count; i++) {
        if (slice_equal(w->logs[i].known.key.name, origin)) return &w->logs[i];
    }
    return NULL;
}

static status log_add(struct witness *w, slice line, size_t number, struct fault *f)
{
    struct note_key key = {};
    if (line.len == 0 || line.at[0] == '#') return OK;
    const status s = note_key_parse(line, &key, f);
    if (s.code == E_OK && (!key.verifiable || key.type != NOTE_KEY_ED25519)) {
        return fault_set(f, FAIL(E_VALUE), LOGS_FILE ", line %zu: not the key of a log", number);
    }
    if (s.code == E_OK && log_of(w, key.name) != NULL) {
        return fault_set(f, FAIL(E_DUPLICATE), LOGS_FILE ", line %zu: named twice", number);
    }
    if (s.code == E_OK && w->log_count == WITNESS_LOGS_MAX) {
        return fault_set(f, FAIL(E_LIMIT), LOGS_FILE ", line %zu: more than %d logs", number,
                         WITNESS_LOGS_MAX);
    }
    if (s.code != E_OK) {
        char place[64];
        snprintf(place, sizeof place, LOGS_FILE ", line %zu", number);
        return fault_within(f, s, place);
    }
    struct log *l = &w->logs[w->log_count++];
    const hash origin = sha256(key.name);
    struct writer file = writer_of(l->file, sizeof l->file - 1);
    l->known.key = key;
    l->known.root = merkle_empty();
    writer_text(&file, STATE_FOLDER "/");
    writer_hex(&file, (slice){ origin.bytes, sizeof origin.bytes });
    writer_text(&file, ".checkpoint");
    return writer_end(&file);
}

static status logs_load(struct witness *w, struct fault *f)
{
    size_t len = 0;
    size_t number = 0;
    TRY(store_file_load(w->store, LOGS_FILE, LOGS_BYTES_MAX, &w->logs_text, &len, f));
    struct cursor c = cursor_of((slice){ w->logs_text, len });
    slice line = {};
    while (cursor_line(&c, &line).code == E_OK)
        TRY(log_add(w, line, ++number, f));
    return log_add(w, slice_from((slice){ w->logs_text, len }, c.pos), ++number, f);
}

/* ---- state ---- */

/* A kept note must be signed by the log and cosigned here: else the file was changed. */
static status state_check(struct witness *w, struct log *l, struct fault *f)
{
    struct checkpoint c = {};
    struct note_seen seen[2] = {};
    struct note_key keys[2] = { l->known.key,
                                { .name = name_of(w),
                                  .key_id = own_key_id(w),
                                  .type = NOTE_KEY_COSIGNATURE,
                                  .verifiable = true } };
    bytes_copy(keys[1].pubkey, sizeof keys[1].pubkey,
               (slice){ w->public_key, sizeof w->public_key });
    TRY(note_parse((slice){ l->note, l->note_len }, &w->note, f));
    TRY(note_verify(&w->note, keys, 2, ed25519_verify, seen, f));
    if (!seen[0].signed_it || !seen[1].signed_it) {
        return fault_set(f, FAIL(E_INVALID), "a signature is missing");
    }
    TRY(checkpoint_parse(w->note.text, &c, f));
    l->known.size = c.size;
    l->known.root = c.root;
    return slice_equal(c.origin, l->known.key.name) ? OK : FAIL(E_VALUE);
}

static status state_load(struct witness *w, struct log *l, struct fault *f)
{
    struct fault why = {};
    const status read =
        store_file_load(w->store, l->file, LOG_HEAD_BYTES_MAX, &l->note, &l->note_len, &why);
    if (read.code == E_NOT_FOUND) return OK; /* never cosigned */
    if (read.code != E_OK) *f = why;
    TRY(read);
    const status s = state_check(w, l, f);
    return s.code == E_OK ? OK : fault_within(f, FAIL(E_CORRUPT), l->file);
}

static status count_one(void *with, const char *)
{
    struct witness *w = with;
    w->evidence_count++;
    return OK;
}

static status parts_open(struct witness *w, struct fault *f)
{
    w->logs = calloc(WITNESS_LOGS_MAX, sizeof *w->logs);
    if (w->logs == NULL) return fault_set(f, FAIL(E_NOMEM), "witness: out of memory");
    TRY(key_load(w, f));
    TRY(logs_load(w, f));
    for (size_t i = 0; i < w->log_count; i++)
        TRY(state_load(w, &w->logs[i], f));
    return w->store->ops->list(w->store->self, EVIDENCE_FOLDER, count_one, w, f);
}

status witness_open(const struct store *store, struct witness **ret_witness, struct fault *f)
{
    struct witness *w = calloc(1, sizeof *w);
    if (w == NULL) return fault_set(f, FAIL(E_NOMEM), "witness: out of memory");
    w->store = store;
    const status s = parts_open(w, f);
    if (s.code != E_OK) {
        witness_free(w);
        return s;
    }
    *ret_witness = w;
    return OK;
}

void witness_free(struct witness *w)
{
    if (w == NULL) return;
    for (size_t i = 0; w->logs != NULL && i < w->log_count; i++)
        free(w->logs[i].note);
    free(w->logs);
    free(w->logs_text);
    ed25519_key_free(w->key);
    free(w);
}

size_t witness_logs(const struct witness *w)
{
    return w->log_count;
}

/* ---- requests ---- */

static void answer_set(struct witness_answer *a, unsigned code, const char *type, slice text)
{
    *a = (struct witness_answer){ .code = code, .type = type };
    a->len = text.len < sizeof a->text ? text.len : sizeof a->text;
    bytes_copy(a->text, sizeof a->text, (slice){ text.at, a->len });
}

/* Appends the line of our cosignature of the text. */
static status cosign(struct witness *w, slice text, struct writer *out, struct fault *f)
{
    uint8_t message[COSIGNATURE_MESSAGE_BYTES_MAX];
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    uint8_t bytes[COSIGNATURE_BYTES];
    struct writer m = writer_of(message, sizeof message);
    const int64_t now_ns = w->store->ops->now_ns(w->store->self);
    if (now_ns < NS_PER_S) return fault_set(f, FAIL(E_VALUE), "the clock is not set");
    const uint64_t time = (uint64_t)(now_ns / NS_PER_S);
    status s = cosignature_message(time, text, &m);
    if (s.code == E_OK) s = ed25519_sign(w->key, writer_slice(&m), signature);
    if (s.code != E_OK) return fault_set(f, s, "cosigning: %s", status_text(s));
    cosignature_bytes(time, signature, bytes);
    note_write_signature(out, name_of(w), own_key_id(w), (slice){ bytes, sizeof bytes });
    return writer_end(out);
}

/* The note that is kept: the text, the log's own signatures, and ours. */
static void note_make(const struct log *l, const struct note *n, slice line, struct writer *out)
{
    writer_bytes(out, n->text);
    writer_text(out, "\n");
    for (size_t i = 0; i < n->count; i++) {
        const struct note_signature *s = &n->signatures[i];
        if (s->key_id != l->known.key.key_id || !slice_equal(s->name, l->known.key.name)) continue;
        note_copy_signature(out, s);
    }
    writer_bytes(out, line);
}

/*= tlog-witness: the new size and root are durable before the cosignature is returned */
static status accept(struct witness *w, struct log *l, const struct add_checkpoint *r,
                     struct witness_answer *ret_answer, struct fault *f)
{
    uint8_t line_bytes[WITNESS_ANSWER_BYTES_MAX];
    struct writer line = writer_of(line_bytes, sizeof line_bytes);
    struct writer note = writer_of(malloc(LOG_HEAD_BYTES_MAX), LOG_HEAD_BYTES_MAX);
    if (note.at == NULL) return fault_set(f, FAIL(E_NOMEM), "witness: out of memory");
    status s = cosign(w, r->parsed->text, &line, f);
    if (s.code == E_OK) note_make(l, r->parsed, writer_slice(&line), &note);
    if (s.code == E_OK && note.error != E_OK) {
        answer_set(ret_answer, 400, NULL, slice_text("the checkpoint is too large"));
        free(note.at);
        return OK;
    }
    if (s.code == E_OK) s = store_file_replace(w->store, l->file, writer_slice(&note), f);
    if (s.code != E_OK) {
        free(note.at);
        return s;
    }
    free(l->note);
    l->note = note.at;
    l->note_len = note.len;
    l->known.size = r->checkpoint.size;
    l->known.root = r->checkpoint.root;
    answer_set(ret_answer, 200, "text/plain; charset=utf-8", writer_slice(&line));
    return OK;
}

/* What the log signed and what contradicts it is worth keeping. A disk that is full keeps none. */
static void evidence_keep(struct witness *w, slice body)
{
    char name[FILE_NAME_BYTES] = "";
    struct fault unused;
    const hash content = sha256(body);
    struct writer file = writer_of(name, sizeof name - 1);
    writer_text(&file, EVIDENCE_FOLDER "/");
    writer_hex(&file, (slice){ content.bytes, sizeof content.bytes });
    writer_text(&file, ".request");
    if (w->evidence_count >= WITNESS_EVIDENCE_MAX || file.error != E_OK) return;
    if (store_file_create(w->store, name, body, &unused).code == E_OK) w->evidence_count++;
}

static void refuse(struct witness *w, const struct log *l, unsigned code, slice body,
                   const struct fault *why, struct witness_answer *ret_answer)
{
    char size[32];
    const int len = snprintf(size, sizeof size, "%llu\n", (unsigned long long)l->known.size);
    if (code == 422) evidence_keep(w, body);
    if (code == 409) {
        answer_set(ret_answer, code, "text/x.tlog.size",
                   (slice){ (const uint8_t *)size, (size_t)len });
    } else {
        answer_set(ret_answer, code, NULL, slice_text(why->text));
    }
}

status witness_add(struct witness *w, slice body, struct witness_answer *ret_answer,
                   struct fault *f)
{
    struct add_checkpoint r = {};
    struct fault why = {};
    if (add_checkpoint_parse(body, &w->note, &r, &why).code != E_OK) {
        answer_set(ret_answer, 400, NULL, slice_text(why.text));
        return OK;
    }
    struct log *l = log_of(w, r.checkpoint.origin);
    if (l == NULL) {
        answer_set(ret_answer, 404, NULL, slice_text("this witness does not know that log"));
        return OK;
    }
    const unsigned code = add_checkpoint_judge(&r, &l->known, ed25519_verify, &why);
    if (code == 200) return accept(w, l, &r, ret_answer, f);
    refuse(w, l, code, body, &why, ret_answer);
    return OK;
}

status witness_latest(struct witness *w, slice origin_hash, slice *ret_note)
{
    for (size_t i = 0; i < w->log_count; i++) {
        const struct log *l = &w->logs[i];
        const slice digits = { (const uint8_t *)l->file + sizeof STATE_FOLDER, HASH_DIGITS };
        if (l->note == NULL || !slice_equal(digits, origin_hash)) continue;
        *ret_note = (slice){ l->note, l->note_len };
        return OK;
    }
    return FAIL(E_NOT_FOUND);
}
