/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/cosigning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/command.h"
#include "cmd/gather/gather_policy.h"
#include "ledger/checkpoint.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "ledger/witness/cosigned.h"
#include "lib/ed25519.h"
#include "os/clock.h"
#include "base/banned.h"

enum { STATUS_BYTES_MAX = GATHER_WITNESSES_MAX * (COSIGNING_ERROR_BYTES_MAX + 512) };

/* A checkpoint with the cosignatures that came so far. */
struct gathered {
    uint8_t note[COSIGNED_BYTES_MAX];
    size_t len; /* 0: none */
    uint64_t size;
    struct note_seen seen[POLICY_KEYS_MAX];
};

struct cosigning {
    struct node *node; /* borrowed */
    struct gather_policy *policy;
    struct cosigning_witness at[GATHER_WITNESSES_MAX];
    struct gathered coming; /* below the quorum */
    struct gathered kept;   /* the newest that reached it */
    bool is_unsaved;        /* kept is not on disk: it was full */
    uint64_t cosignatures;
    uint64_t contradictions;
    struct note note; /* at hand */
    uint8_t room[COSIGNED_BYTES_MAX];
};

/* ---- checkpoints ---- */

/* Parses and verifies a checkpoint of this log with cosignatures. */
static status read_note(struct cosigning *c, slice bytes, struct gathered *ret_gathered,
                        struct fault *f)
{
    const struct policy *p = &c->policy->policy;
    struct gathered *g = ret_gathered;
    struct checkpoint checkpoint = {};
    bool log_signed = false;
    if (bytes.len > sizeof g->note) return fault_set(f, FAIL(E_LIMIT), "a checkpoint is too large");
    TRY(note_parse(bytes, &c->note, f));
    TRY(checkpoint_parse(c->note.text, &checkpoint, f));
    TRY(note_verify(&c->note, p->keys, p->key_count, ed25519_verify, g->seen, f));
    for (size_t i = 0; i < p->key_count; i++) {
        log_signed = log_signed || (p->key_is_log[i] && g->seen[i].signed_it &&
                                    slice_is(p->keys[i].name, c->node->config.origin));
    }
    if (!log_signed || !slice_is(checkpoint.origin, c->node->config.origin)) {
        return fault_set(f, FAIL(E_INVALID), "a checkpoint that this log has not signed");
    }
    bytes_copy(g->note, sizeof g->note, bytes);
    g->len = bytes.len;
    g->size = checkpoint.size;
    return OK;
}

static bool is_met(const struct cosigning *c, const struct gathered *g)
{
    struct fault unused;
    bool any = false;
    for (size_t i = 0; i < c->policy->count; i++)
        any = any || g->seen[c->policy->at[i].key_number].signed_it;
    return any &&
           policy_check(&c->policy->policy, slice_text(c->node->config.origin), g->seen, &unused)
                   .code == E_OK;
}

/* Puts the cosignature that more carries into what was gathered of the same checkpoint. */
static status merge(struct cosigning *c, struct gathered *g, const struct gathered *more,
                    const struct gather_witness *witness, struct fault *f)
{
    struct writer w = writer_of(c->room, sizeof c->room);
    TRY(cosigned_merge((slice){ g->note, g->len }, (slice){ more->note, more->len }, witness->key,
                       &w, f));
    bytes_copy(g->note, sizeof g->note, writer_slice(&w));
    g->len = w.len;
    g->seen[witness->key_number] = more->seen[witness->key_number];
    return OK;
}

/* Durable the first time, since entries count as witnessed from then on; what comes later to the
 * same checkpoint can be asked for again. */
static status save_kept(struct cosigning *c, bool first, struct fault *f)
{
    const struct store *store = &c->node->store;
    const slice note = { c->kept.note, c->kept.len };
    const status s = first ? store_file_replace(store, LAYOUT_COSIGNED, note, f)
                           : store_file_publish(store, LAYOUT_COSIGNED, note, f);
    c->is_unsaved = s.code == E_FULL;
    if (!c->is_unsaved) return s;
    f->text[0] = '\0';
    return OK;
}

static status keep(struct cosigning *c, const struct gathered *g,
                   const struct gather_witness *witness, struct fault *f)
{
    if (g->size == c->kept.size) {
        TRY(merge(c, &c->kept, g, witness, f));
        return save_kept(c, c->is_unsaved, f);
    }
    if (g->size < c->kept.size || g->size < c->coming.size) return OK; /* late, of an older one */
    if (g->size == c->coming.size) {
        TRY(merge(c, &c->coming, g, witness, f));
    } else {
        c->coming = *g;
    }
    if (!is_met(c, &c->coming)) return OK;
    c->kept = c->coming;
    return save_kept(c, true, f);
}

static status take_cosigned(struct cosigning *c, const struct gather_told *m,
                            const struct gather_witness *witness, struct fault *f)
{
    static struct gathered g; /* large */
    struct cosigning_witness *at = &c->at[m->witness];
    g = (struct gathered){};
    TRY(read_note(c, m->bytes, &g, f));
    const struct note_seen *seen = &g.seen[witness->key_number];
    if (!seen->signed_it || g.size > committer_checkpointed(c->node->committer)) {
        return fault_set(f, FAIL(E_INVALID), "front: a cosignature that is none");
    }
    at->size = g.size;
    at->time_s = seen->time;
    at->failed_s = 0;
    at->error[0] = '\0';
    c->cosignatures++;
    return keep(c, &g, witness, f);
}

/* ---- what goes wrong ---- */

/* A line of evidence, durable. What does not fit any more is only told. */
static status keep_evidence(struct cosigning *c, slice name, const struct cosigning_witness *at,
                            struct fault *f)
{
    uint8_t time[TIMESTAMP_BYTES_MAX];
    struct writer w = writer_of(malloc(COSIGNING_EVIDENCE_BYTES_MAX), COSIGNING_EVIDENCE_BYTES_MAX);
    if (w.at == NULL) return OK;
    const size_t len = timestamp_write(at->failed_s * CLOCK_NS_PER_S, time);
    status s = store_file_read(&c->node->store, WITNESSES_EVIDENCE, w.at, w.cap, &w.len, f);
    if (s.code == E_NOT_FOUND) s = OK;
    writer_bytes(&w, (slice){ time, len });
    writer_text(&w, " ");
    writer_bytes(&w, name);
    writer_printf(&w, " %s; under the checkpoint: %" PRIu64 "\n", at->error,
                  committer_checkpointed(c->node->committer));
    if (s.code == E_OK && writer_end(&w).code == E_OK) {
        s = store_file_replace(&c->node->store, WITNESSES_EVIDENCE, writer_slice(&w), f);
    }
    free(w.at);
    if (s.code != E_FULL && s.code != E_LIMIT) return s;
    f->text[0] = '\0';
    return OK;
}

static void take_text(slice bytes, char ret_text[COSIGNING_ERROR_BYTES_MAX])
{
    size_t len = 0;
    for (; len < bytes.len && len + 1 < COSIGNING_ERROR_BYTES_MAX; len++) {
        const uint8_t b = bytes.at[len];
        ret_text[len] = b < 0x20 || b >= 0x7f ? '?' : (char)b;
    }
    ret_text[len] = '\0';
}

static status take_failure(struct cosigning *c, const struct gather_told *m, slice name,
                           struct fault *f)
{
    struct cosigning_witness *at = &c->at[m->witness];
    char before[COSIGNING_ERROR_BYTES_MAX];
    const bool contradicts = m->outcome != GATHER_FAILED;
    bytes_copy(before, sizeof before, (slice){ (uint8_t *)at->error, sizeof at->error });
    take_text(m->bytes, at->error);
    at->failed_s = clock_real_ns() / CLOCK_NS_PER_S;
    if (strcmp(before, at->error) == 0) return OK; /* it was told */
    command_fail(0, "witness %.*s: %s%s", (int)(name.len > 100 ? 100 : name.len), name.at,
                 at->error, contradicts ? "; kept in " WITNESSES_EVIDENCE : "; it is asked again");
    if (!contradicts) return OK;
    c->contradictions++;
    return keep_evidence(c, name, at, f);
}

/* ---- how witnesses stand ---- */

static void write_line(const struct cosigning_witness *w, slice name, struct writer *out)
{
    writer_printf(out, "%" PRIu64 " %" PRIu64 " %" PRId64 " %u ", w->size, w->time_s, w->failed_s,
                  w->outcome);
    writer_bytes(out, name);
    if (w->error[0] != '\0') writer_printf(out, " %s", w->error);
    writer_text(out, "\n");
}

static status take_number(slice *rest, uint64_t *ret_number)
{
    const uint8_t *space = memchr(rest->at, ' ', rest->len);
    if (space == NULL) return FAIL(E_SYNTAX);
    const size_t len = (size_t)(space - rest->at);
    TRY(num_parse_u64((slice){ rest->at, len }, ret_number));
    *rest = slice_from(*rest, len + 1);
    return OK;
}

status cosigning_line_parse(slice line, slice *ret_name, struct cosigning_witness *ret_witness)
{
    struct cosigning_witness w = {};
    uint64_t numbers[4] = {};
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        TRY(take_number(&line, &numbers[i]));
    if (numbers[2] > INT64_MAX || numbers[3] > GATHER_CONTRADICTED) return FAIL(E_SYNTAX);
    w.size = numbers[0];
    w.time_s = numbers[1];
    w.failed_s = (int64_t)numbers[2];
    w.outcome = (uint8_t)numbers[3];
    const uint8_t *space = line.len == 0 ? NULL : memchr(line.at, ' ', line.len);
    const size_t len = space == NULL ? line.len : (size_t)(space - line.at);
    if (space != NULL) take_text(slice_from(line, len + 1), w.error);
    *ret_name = (slice){ line.at, len };
    *ret_witness = w;
    return OK;
}

/* For people and the next start: no promise hangs on it. */
static void save_status(const struct cosigning *c)
{
    uint8_t text[STATUS_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    struct fault unused;
    for (size_t i = 0; i < c->policy->count; i++)
        write_line(&c->at[i], c->policy->at[i].name, &w);
    if (writer_end(&w).code != E_OK) return;
    ignore(store_file_publish(&c->node->store, WITNESSES_FILE, writer_slice(&w), &unused),
           "the next one comes");
}

static void load_status(struct cosigning *c)
{
    uint8_t text[STATUS_BYTES_MAX];
    struct fault unused;
    size_t len = 0;
    slice line = {};
    if (store_file_read(&c->node->store, WITNESSES_FILE, text, sizeof text, &len, &unused).code !=
        E_OK) {
        return;
    }
    struct cursor cursor = cursor_of((slice){ text, len });
    while (cursor_line(&cursor, &line).code == E_OK) {
        struct cosigning_witness w = {};
        slice name = {};
        if (cosigning_line_parse(line, &name, &w).code != E_OK) continue;
        for (size_t i = 0; i < c->policy->count; i++) {
            if (slice_equal(c->policy->at[i].name, name)) c->at[i] = w;
        }
    }
}

/* ---- the whole ---- */

/* One that does not verify under today's policy is none, and nobody is shown it. */
static void load_kept(struct cosigning *c)
{
    uint8_t note[COSIGNED_BYTES_MAX];
    struct fault unused;
    size_t len = 0;
    if (store_file_read(&c->node->store, LAYOUT_COSIGNED, note, sizeof note, &len, &unused).code !=
        E_OK) {
        return;
    }
    const status s = read_note(c, (slice){ note, len }, &c->kept, &unused);
    if (s.code == E_OK && is_met(c, &c->kept)) return;
    c->kept = (struct gathered){};
    const struct store *store = &c->node->store;
    ignore(store->ops->remove(store->self, LAYOUT_COSIGNED, &unused), "the next one replaces it");
}

static status load(struct cosigning *c, struct fault *f)
{
    uint8_t text[SIGNER_ORIGIN_BYTES_MAX + 128];
    struct writer key = writer_of(text, sizeof text);
    const struct node_config *config = &c->node->config;
    struct policy_warnings warnings;
    node_write_key(c->node, &key);
    TRY(gather_policy_load(&c->node->store, &config->front.gather, config->origin,
                           writer_slice(&key), &c->policy, f));
    policy_warn(&c->policy->policy, &warnings);
    for (size_t i = 0; i < warnings.count; i++)
        command_fail(0, "%s: %s", config->front.gather.policy, warnings.texts[i]);
    load_status(c);
    load_kept(c);
    return OK;
}

status cosigning_open(struct node *n, struct cosigning **ret_cosigning, struct fault *f)
{
    if (n->config.front.gather.policy[0] == '\0' || node_is_read_only(n)) return OK;
    struct cosigning *c = calloc(1, sizeof *c);
    if (c == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    c->node = n;
    const status s = load(c, f);
    if (s.code != E_OK) {
        cosigning_free(c);
        return s;
    }
    *ret_cosigning = c;
    return OK;
}

void cosigning_free(struct cosigning *c)
{
    if (c == NULL) return;
    gather_policy_free(c->policy);
    free(c);
}

status cosigning_take(struct cosigning *c, slice payload, struct fault *f)
{
    struct gather_told m = {};
    TRY(gather_told_parse(payload, &m));
    if (m.witness >= c->policy->count) return FAIL(E_LIMIT);
    const struct gather_witness *witness = &c->policy->at[m.witness];
    const status s = m.outcome == GATHER_COSIGNED ? take_cosigned(c, &m, witness, f)
                                                  : take_failure(c, &m, witness->name, f);
    c->at[m.witness].outcome = m.outcome;
    save_status(c);
    return s;
}

uint64_t cosigning_size(const struct cosigning *c)
{
    return c == NULL || c->is_unsaved ? 0 : c->kept.size;
}

void cosigning_numbers(const struct cosigning *c, struct metrics *m)
{
    uint64_t time_s = 0;
    const uint64_t now_s = (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S);
    if (c == NULL) return;
    for (size_t i = 0; i < c->policy->count; i++) {
        const uint64_t at_s = c->kept.seen[c->policy->at[i].key_number].time;
        if (at_s > time_s) time_s = at_s;
        m->at[METRIC_witnesses_failing][0] += c->at[i].failed_s != 0;
    }
    m->at[METRIC_witnesses][0] = c->policy->count;
    m->at[METRIC_cosigned][0] = c->kept.size;
    m->at[METRIC_cosigned_age][0] =
        time_s != 0 && time_s < now_s ? (now_s - time_s) * (uint64_t)CLOCK_NS_PER_S : 0;
    m->at[METRIC_cosignatures][0] = c->cosignatures;
    m->at[METRIC_contradictions][0] = c->contradictions;
}
