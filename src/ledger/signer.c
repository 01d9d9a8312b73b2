/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/signer.h"

#include <assert.h>
#include <stdlib.h>
#include "base/base64.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/text.h"
#include "ledger/checkpoint.h"
#include "ledger/layout.h"
#include "ledger/note.h"
#include "ledger/store_file.h"
#include "lib/ed25519.h"
#include "os/failpoint.h"
#include "base/banned.h"

static const char state_magic[] = "candorSS";
static const char key_title[] = "PRIVATE+KEY+";

enum {
    COPY_BYTES = 512, /* one sector: what a disk writes whole or not at all */
    PAIR_COPIES = 2,
    PAIR_BYTES = PAIR_COPIES * COPY_BYTES,
    PAIRS = 2,
    COPIES = PAIRS * PAIR_COPIES,
    STATE_BYTES = COPIES * COPY_BYTES,
    KEY_FILE_BYTES_MAX = 512,
    ID_DIGITS = 8,
};

struct signer {
    const struct store *store; /* borrowed */
    int state_file;
    struct ed25519_key *key;
    char origin[SIGNER_ORIGIN_BYTES_MAX + 1];
    struct signer_head head;
    uint64_t writes; /* counter of the newest pair; pair writes % PAIRS holds it */
    bool stopped;    /* a sync failed: what is durable is unknown */
};

/* What binds a state to its key: another key of the same origin never signed anything. */
static hash binding(const struct signer *s)
{
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t bytes[SIGNER_ORIGIN_BYTES_MAX + 1 + sizeof public_key];
    struct writer w = writer_of(bytes, sizeof bytes);
    ed25519_public(s->key, public_key);
    writer_text(&w, s->origin);
    writer_u8(&w, '\n');
    writer_bytes(&w, (slice){ public_key, sizeof public_key });
    return sha256(writer_slice(&w));
}

/* One copy: magic 8, counter u64, size u64, root 32, binding 32, zeros, SHA-256 of the rest. */
static void copy_write(const struct signer *s, uint8_t ret_copy[COPY_BYTES])
{
    struct writer w = writer_of(ret_copy, COPY_BYTES);
    const hash bound = binding(s);
    writer_text(&w, state_magic);
    writer_u64(&w, s->writes);
    writer_u64(&w, s->head.size);
    writer_bytes(&w, (slice){ s->head.root.bytes, sizeof s->head.root.bytes });
    writer_bytes(&w, (slice){ bound.bytes, sizeof bound.bytes });
    while (w.len < COPY_BYTES - SHA256_BYTES)
        writer_u8(&w, 0);
    const hash check = sha256(writer_slice(&w));
    writer_bytes(&w, (slice){ check.bytes, sizeof check.bytes });
    assert(w.error == E_OK && w.len == COPY_BYTES);
}

static status copy_parse(const struct signer *s, slice copy, uint64_t *ret_writes,
                         struct signer_head *ret_head)
{
    struct cursor c = cursor_of(copy);
    slice magic = {};
    slice check = {};
    hash bound = {};
    const hash want_bound = binding(s);
    if (copy.len != COPY_BYTES) return FAIL(E_SHORT);
    const hash want = sha256((slice){ copy.at, COPY_BYTES - SHA256_BYTES });
    TRY(cursor_bytes(&c, sizeof state_magic - 1, &magic));
    TRY(cursor_u64(&c, ret_writes));
    TRY(cursor_u64(&c, &ret_head->size));
    TRY(cursor_copy(&c, SHA256_BYTES, ret_head->root.bytes));
    TRY(cursor_copy(&c, SHA256_BYTES, bound.bytes));
    c.pos = COPY_BYTES - SHA256_BYTES;
    TRY(cursor_bytes(&c, SHA256_BYTES, &check));
    if (!slice_is(magic, state_magic)) return FAIL(E_SYNTAX);
    if (!bytes_equal(check.at, want.bytes, SHA256_BYTES)) return FAIL(E_INVALID);
    return bytes_equal(bound.bytes, want_bound.bytes, SHA256_BYTES) ? OK : FAIL(E_VALUE);
}

/* Both copies of the pair that holds the state as it is. */
static void pair_write(const struct signer *s, uint8_t ret_pair[PAIR_BYTES])
{
    copy_write(s, ret_pair);
    bytes_copy(ret_pair + COPY_BYTES, COPY_BYTES, (slice){ ret_pair, COPY_BYTES });
}

static status write_durably(struct signer *s, uint64_t at, slice bytes, struct fault *f)
{
    const struct store_ops *ops = s->store->ops;
    failpoint("state-write");
    TRY(ops->write(s->store->self, s->state_file, at, bytes, f));
    failpoint("state-sync");
    TRY(ops->sync(s->store->self, s->state_file, f));
    failpoint("state-synced");
    return OK;
}

/* Writes a new head to the older pair and makes it durable. */
static status state_save(struct signer *s, const struct signer_head *head, struct fault *f)
{
    uint8_t pair[PAIR_BYTES];
    const struct signer before = *s;
    s->writes++;
    s->head = *head;
    pair_write(s, pair);
    const uint64_t at = s->writes % PAIRS * PAIR_BYTES;
    const status saved = write_durably(s, at, (slice){ pair, sizeof pair }, f);
    if (saved.code == E_OK) return OK;
    *s = before;
    s->stopped = saved.code != E_FULL;
    return saved;
}

/* Writes the newest pair again, copy by copy: the bytes stay the same, so that a crash here takes
 * nothing, and what only the page cache held is on the device afterwards. */
static status state_again(struct signer *s, struct fault *f)
{
    uint8_t pair[PAIR_BYTES];
    const uint64_t at = s->writes % PAIRS * PAIR_BYTES;
    pair_write(s, pair);
    TRY(write_durably(s, at, (slice){ pair, COPY_BYTES }, f));
    return write_durably(s, at + COPY_BYTES, (slice){ pair, COPY_BYTES }, f);
}

static void key_file_write(const char *origin, const uint8_t seed[ED25519_SEED_BYTES],
                           const uint8_t public_key[ED25519_PUBLIC_BYTES], struct writer *w)
{
    uint8_t typed[1 + ED25519_SEED_BYTES] = { NOTE_KEY_ED25519 };
    uint8_t id[4];
    bytes_copy(typed + 1, ED25519_SEED_BYTES, (slice){ seed, ED25519_SEED_BYTES });
    put_u32(id, note_key_id(slice_text(origin), NOTE_KEY_ED25519,
                            (slice){ public_key, ED25519_PUBLIC_BYTES }));
    writer_text(w, key_title);
    writer_text(w, origin);
    writer_text(w, "+");
    writer_hex(w, (slice){ id, sizeof id });
    writer_text(w, "+");
    writer_base64(w, (slice){ typed, sizeof typed });
    writer_text(w, "\n");
    bytes_wipe(typed, sizeof typed);
}

/* Takes "PRIVATE+KEY+origin+id+base64\n" apart; the spelling is checked by writing it again. The
 * detail of a failure is the offset where the text stops being a key. */
static status key_file_parse(slice text, struct signer *s)
{
    const size_t tail = 1 + ID_DIGITS + 1 + base64_len(1 + ED25519_SEED_BYTES) + 1;
    const size_t title = sizeof key_title - 1;
    uint8_t typed[1 + ED25519_SEED_BYTES];
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t again[KEY_FILE_BYTES_MAX];
    size_t len = 0;
    if (text.len <= title + tail) return FAIL_AT(E_SHORT, text.len);
    const slice origin = { text.at + title, text.len - title - tail };
    if (origin.len > SIGNER_ORIGIN_BYTES_MAX || !note_name_is_valid(origin)) {
        return FAIL_AT(E_VALUE, title);
    }
    bytes_copy(s->origin, SIGNER_ORIGIN_BYTES_MAX, origin);
    const slice base64 = { text.at + text.len - 1 - base64_len(sizeof typed),
                           base64_len(sizeof typed) };
    if (base64_decode(base64, typed, sizeof typed, &len).code != E_OK) {
        return FAIL_AT(E_SYNTAX, base64.at - text.at);
    }
    s->key = ed25519_key_new(typed + 1);
    if (s->key == NULL) return FAIL(E_NOMEM);
    ed25519_public(s->key, public_key);
    struct writer w = writer_of(again, sizeof again);
    key_file_write(s->origin, typed + 1, public_key, &w);
    const size_t same = text_common(writer_slice(&w), text);
    const bool equal = len == sizeof typed && same == w.len && same == text.len;
    bytes_wipe(typed, sizeof typed);
    bytes_wipe(again, sizeof again);
    return equal ? OK : FAIL_AT(E_INVALID, same);
}

static status seed_draw(const struct store *store, struct signer *s,
                        uint8_t ret_seed[ED25519_SEED_BYTES], struct fault *f)
{
    TRY(store->ops->random(store->self, ret_seed, ED25519_SEED_BYTES, f));
    s->key = ed25519_key_new(ret_seed);
    return s->key == NULL ? fault_set(f, FAIL(E_NOMEM), "signer: out of memory") : OK;
}

/* Writes the state first: a key without one could sign anything. */
static status files_create(const struct store *store, struct signer *s,
                           const uint8_t seed[ED25519_SEED_BYTES], struct fault *f)
{
    uint8_t state[STATE_BYTES];
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint8_t text[KEY_FILE_BYTES_MAX];
    for (; s->writes < PAIRS; s->writes++)
        pair_write(s, state + s->writes * PAIR_BYTES);
    TRY(store_file_create(store, LAYOUT_SIGNER_STATE, (slice){ state, sizeof state }, f));
    ed25519_public(s->key, public_key);
    struct writer w = writer_of(text, sizeof text);
    key_file_write(s->origin, seed, public_key, &w);
    const status written = store_file_create(store, LAYOUT_SIGNER_KEY, writer_slice(&w), f);
    bytes_wipe(text, sizeof text);
    return written;
}

status signer_create(const struct store *store, const char *origin, struct fault *f)
{
    const slice name = slice_text(origin);
    if (name.len > SIGNER_ORIGIN_BYTES_MAX || !note_name_is_valid(name)) {
        return fault_set(f, FAIL(E_VALUE), "origin: must be 1 to %d bytes without spaces or '+'",
                         SIGNER_ORIGIN_BYTES_MAX);
    }
    struct signer s = { .store = store, .head = { 0, merkle_empty() } };
    uint8_t seed[ED25519_SEED_BYTES];
    bytes_copy(s.origin, sizeof s.origin - 1, name);
    TRY(store->ops->make_dir(store->self, LAYOUT_SIGNER, f));
    status made = seed_draw(store, &s, seed, f);
    if (made.code == E_OK) made = files_create(store, &s, seed, f);
    bytes_wipe(seed, sizeof seed);
    ed25519_key_free(s.key);
    TRY(made);
    TRY(store->ops->sync_dir(store->self, LAYOUT_SIGNER, f));
    return store->ops->sync_dir(store->self, "", f);
}

static status key_load(struct signer *s, struct fault *f)
{
    uint8_t text[KEY_FILE_BYTES_MAX];
    size_t len = 0;
    TRY(store_file_read(s->store, LAYOUT_SIGNER_KEY, text, sizeof text, &len, f));
    const status parsed = key_file_parse((slice){ text, len }, s);
    bytes_wipe(text, sizeof text);
    if (parsed.code == E_OK) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %d: not a signing key: %s", LAYOUT_SIGNER_KEY,
                     parsed.detail, status_text(parsed));
}

/* What the copies of a state file say. */
struct copies {
    uint64_t writes[COPIES]; /* of the good ones */
    bool good[COPIES];
    unsigned newest; /* index of a good copy with the highest counter */
    unsigned good_count;
    unsigned foreign_count; /* whole, but of another key */
};

/* Takes the newest good copy. */
static status copies_read(struct signer *s, struct copies *ret_copies, struct fault *f)
{
    uint8_t state[STATE_BYTES];
    size_t len = 0;
    struct copies c = {};
    TRY(store_file_read(s->store, LAYOUT_SIGNER_STATE, state, sizeof state, &len, f));
    if (len != sizeof state) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: %zu bytes instead of %d", LAYOUT_SIGNER_STATE,
                         len, STATE_BYTES);
    }
    for (unsigned i = 0; i < COPIES; i++) {
        struct signer_head head = {};
        const slice copy = { state + i * COPY_BYTES, COPY_BYTES };
        const status parsed = copy_parse(s, copy, &c.writes[i], &head);
        c.good[i] = parsed.code == E_OK && c.writes[i] % PAIRS == i / PAIR_COPIES;
        if (parsed.code == E_VALUE) c.foreign_count++;
        if (!c.good[i]) continue;
        if (c.good_count++ > 0 && c.writes[i] <= s->writes) continue;
        s->writes = c.writes[i];
        s->head = head;
        c.newest = i;
    }
    *ret_copies = c;
    return OK;
}

/* Whether a copy is what stands there between writes: the newest, its twin, or the pair before. */
static bool copy_is_current(const struct signer *s, const struct copies *c, unsigned i)
{
    const bool in_newest_pair = i / PAIR_COPIES == c->newest / PAIR_COPIES;
    return c->good[i] && c->writes[i] == s->writes - (in_newest_pair ? 0 : 1);
}

/* A crash leaves one pair as it was: the one that was not being written. A state whose pairs are
 * further apart was put together from older ones. */
static status copies_check(const struct signer *s, const struct copies *c, struct fault *f)
{
    if (c->good_count == 0 && c->foreign_count > 0) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: not the key that %s belongs to",
                         LAYOUT_SIGNER_KEY, LAYOUT_SIGNER_STATE);
    }
    if (c->good_count == 0) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: no copy is whole; the log needs a new origin",
                         LAYOUT_SIGNER_STATE);
    }
    const unsigned older = (1 - c->newest / PAIR_COPIES) * PAIR_COPIES;
    const bool torn = !c->good[older] && !c->good[older + 1];
    if (torn || copy_is_current(s, c, older) || copy_is_current(s, c, older + 1)) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: offset %u: from another time than the rest",
                     LAYOUT_SIGNER_STATE, older * COPY_BYTES);
}

/* Loads the state, makes it durable, and writes a pair that a crash tore anew: its content was
 * never used. */
static status state_load(struct signer *s, struct fault *f)
{
    struct copies c = {};
    const struct store_ops *ops = s->store->ops;
    TRY(copies_read(s, &c, f));
    TRY(copies_check(s, &c, f));
    TRY(ops->open(s->store->self, LAYOUT_SIGNER_STATE, STORE_WRITE, &s->state_file, f));
    TRY(state_again(s, f));
    TRY(ops->sync_dir(s->store->self, LAYOUT_SIGNER, f));
    for (unsigned i = 0; i < COPIES; i++) {
        const bool older = i / PAIR_COPIES != c.newest / PAIR_COPIES;
        if (older && !copy_is_current(s, &c, i)) return state_save(s, &s->head, f);
    }
    return OK;
}

static status state_check(struct signer *s, struct fault *f)
{
    struct copies c = {};
    TRY(copies_read(s, &c, f));
    for (unsigned i = 0; i < COPIES; i++) {
        if (c.good_count == 0 || copy_is_current(s, &c, i)) continue;
        return fault_set(f, FAIL(E_CORRUPT), "%s: offset %u: copy %u of %d is %s",
                         LAYOUT_SIGNER_STATE, i * COPY_BYTES, i + 1, COPIES,
                         c.good[i] ? "from another time than the rest" : "damaged");
    }
    return copies_check(s, &c, f);
}

status signer_check(const struct store *store, struct signer_head *ret_head, struct writer *vkey,
                    struct fault *f)
{
    struct signer s = { .store = store, .state_file = -1 };
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    status checked = key_load(&s, f);
    if (checked.code == E_OK) checked = state_check(&s, f);
    if (checked.code == E_OK) {
        ed25519_public(s.key, public_key);
        note_write_key(vkey, slice_text(s.origin), NOTE_KEY_ED25519,
                       (slice){ public_key, sizeof public_key });
        *ret_head = s.head;
    }
    ed25519_key_free(s.key);
    return checked;
}

status signer_open(const struct store *store, struct signer **ret_signer, struct fault *f)
{
    struct signer *s = calloc(1, sizeof *s);
    if (s == NULL) return fault_set(f, FAIL(E_NOMEM), "signer: out of memory");
    s->store = store;
    s->state_file = -1;
    status opened = key_load(s, f);
    if (opened.code == E_OK) opened = state_load(s, f);
    if (opened.code != E_OK) {
        signer_free(s);
        return opened;
    }
    *ret_signer = s;
    return OK;
}

void signer_free(struct signer *s)
{
    if (s == NULL) return;
    if (s->state_file >= 0) s->store->ops->close(s->store->self, s->state_file);
    ed25519_key_free(s->key);
    bytes_wipe(s, sizeof *s);
    free(s);
}

struct signer_head signer_head(const struct signer *s)
{
    return s->head;
}

const char *signer_origin(const struct signer *s)
{
    return s->origin;
}

void signer_public(const struct signer *s, uint8_t ret_public[SIGNER_PUBLIC_BYTES])
{
    ed25519_public(s->key, ret_public);
}

static bool same_root(hash a, hash b)
{
    return bytes_equal(a.bytes, b.bytes, sizeof a.bytes);
}

/*= tlog-checkpoint: a log MUST NOT sign a checkpoint that is inconsistent with an earlier one */
static status check_extends(const struct signer *s, const struct signer_request *r, struct fault *f)
{
    const unsigned long long from = s->head.size;
    const unsigned long long to = r->head.size;
    if (to < from)
        return fault_set(f, FAIL(E_REFUSED), "signed size %llu before, not %llu", from, to);
    if (to == from && !same_root(s->head.root, r->head.root)) {
        return fault_set(f, FAIL(E_REFUSED), "signed another root at size %llu before", to);
    }
    if (from == 0) {
        const bool plain =
            r->consistency.count == 0 && (to != 0 || same_root(r->head.root, merkle_empty()));
        return plain ? OK : fault_set(f, FAIL(E_REFUSED), "a first checkpoint takes no proof");
    }
    const hash roots[2] = { s->head.root, r->head.root };
    const status extends = merkle_verify_consistency(
        s->head.size, r->head.size, r->consistency.hashes, r->consistency.count, roots);
    if (extends.code == E_OK) return OK;
    return fault_set(f, FAIL(E_REFUSED), "no proof that size %llu extends size %llu", to, from);
}

/*= tlog-checkpoint: (size, root) is durable before the signature leaves */
status signer_sign(struct signer *s, const struct signer_request *request,
                   uint8_t ret_signature[SIGNER_SIGNATURE_BYTES], struct fault *f)
{
    if (s->stopped) {
        return fault_set(f, FAIL(E_STOPPED), "signer: stopped after its state could not be saved");
    }
    if (request->consistency.count > MERKLE_PROOF_MAX) {
        return fault_set(f, FAIL(E_REFUSED), "proof of more than %d hashes", MERKLE_PROOF_MAX);
    }
    TRY(check_extends(s, request, f));
    if (request->head.size > s->head.size) TRY(state_save(s, &request->head, f));
    uint8_t text[CHECKPOINT_TEXT_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    const struct checkpoint c = { .origin = slice_text(s->origin),
                                  .size = s->head.size,
                                  .root = s->head.root,
                                  .extensions = slice_none() };
    checkpoint_write(&w, &c);
    TRY(writer_end(&w));
    failpoint("signature");
    const status signed_it = ed25519_sign(s->key, writer_slice(&w), ret_signature);
    return signed_it.code == E_OK ? OK : fault_set(f, signed_it, "signer: Ed25519 failed");
}
