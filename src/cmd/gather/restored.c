/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/restored.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/gather/gather_policy.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/proof.h"
#include "lib/ed25519.h"
#include "os/clock.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/socket.h"
#include "base/banned.h"

enum { NAME_BYTES_MAX = 100, TEXT_BYTES_MAX = 200 };

/* What a witness said. */
struct heard {
    uint8_t outcome; /* enum gather_outcome; 0: nothing yet */
    uint64_t size;
    char text[TEXT_BYTES_MAX + 1];
};

struct hearing {
    struct gather_policy *policy;
    struct archive *archive;
    struct log_head *head; /* owned */
    struct process process;
    bool has_process;
    int fd;
    struct frame_input in;
    struct heard heard[GATHER_WITNESSES_MAX];
};

static status say(struct hearing *h, uint16_t type, slice payload, struct fault *f)
{
    return frame_send(h->fd, (struct frame){ type, payload }, f);
}

/* ---- the gatherer's questions ---- */

/* There is one checkpoint to ask about: a second question waits for ever. */
static status take_next(struct hearing *h, slice payload, struct fault *f)
{
    struct cursor c = cursor_of(payload);
    uint64_t size = 0;
    TRY(cursor_u64(&c, &size));
    TRY(cursor_end(&c));
    return size < h->head->checkpoint.size ? say(h, GATHER_NOTE, log_head_note(h->head), f) : OK;
}

static status take_prove(struct hearing *h, slice payload, struct fault *f)
{
    uint8_t lines[PROOF_HASHES_MAX * 64];
    uint8_t room[sizeof lines + 64];
    struct cursor c = cursor_of(payload);
    struct writer path = writer_of(lines, sizeof lines);
    struct writer w = writer_of(room, sizeof room);
    struct merkle_proof proof = {};
    struct gather_proof m = {};
    const struct merkle_source source = { archive_tree(h->archive), tree_node };
    TRY(cursor_u64(&c, &m.old_size));
    TRY(cursor_u64(&c, &m.new_size));
    TRY(cursor_end(&c));
    if (m.old_size > m.new_size || m.new_size > h->head->checkpoint.size) return FAIL(E_VALUE);
    m.is_made = merkle_prove_consistency(&source, m.old_size, m.new_size, &proof).code == E_OK;
    if (m.is_made) proof_path_write(&path, &proof);
    m.path = writer_slice(&path);
    gather_proof_write(&m, &w);
    TRY(writer_end(&w));
    return say(h, GATHER_PROOF, writer_slice(&w), f);
}

/* A cosignature counts if it verifies, on the very checkpoint that was asked about. */
static bool is_cosigned(const struct hearing *h, const struct gather_told *m)
{
    static struct note told;
    static struct note own;
    struct note_seen seen = {};
    struct fault unused;
    const struct note_key *key = h->policy->at[m->witness].key;
    return note_parse(m->bytes, &told, &unused).code == E_OK &&
           note_parse(log_head_note(h->head), &own, &unused).code == E_OK &&
           slice_equal(told.text, own.text) &&
           note_verify(&told, key, 1, ed25519_verify, &seen, &unused).code == E_OK &&
           seen.signed_it;
}

static status take_told(struct hearing *h, slice payload)
{
    struct gather_told m = {};
    TRY(gather_told_parse(payload, &m));
    if (m.witness >= h->policy->count) return FAIL(E_LIMIT);
    struct heard *heard = &h->heard[m.witness];
    if (m.outcome == GATHER_COSIGNED && !is_cosigned(h, &m)) return FAIL(E_INVALID);
    if (heard->outcome == GATHER_COSIGNED) return OK;
    heard->outcome = m.outcome;
    heard->size = m.size;
    heard->text[0] = '\0';
    if (m.outcome == GATHER_COSIGNED) return OK;
    struct writer w = writer_of(heard->text, TEXT_BYTES_MAX);
    writer_bytes(&w, (slice){ m.bytes.at, m.bytes.len < w.cap ? m.bytes.len : w.cap });
    heard->text[w.len] = '\0';
    return OK;
}

static status take_frame(struct hearing *h, const struct frame *frame, struct fault *f)
{
    status s = FAIL(E_UNKNOWN);
    if (frame->type == GATHER_NEXT) s = take_next(h, frame->payload, f);
    if (frame->type == GATHER_PROVE) s = take_prove(h, frame->payload, f);
    if (frame->type == GATHER_TOLD) s = take_told(h, frame->payload);
    if (s.code == E_OK || f->text[0] != '\0') return s;
    return fault_set(f, s, "the gatherer's message %u is malformed", frame->type);
}

/* ---- what they come to ---- */

static bool is_met(const struct hearing *h)
{
    struct note_seen seen[POLICY_KEYS_MAX] = {};
    struct fault unused;
    bool any = false;
    for (size_t i = 0; i < h->policy->policy.key_count; i++)
        seen[i].signed_it = h->policy->policy.key_is_log[i];
    for (size_t i = 0; i < h->policy->count; i++) {
        const bool good = h->heard[i].outcome == GATHER_COSIGNED;
        seen[h->policy->at[i].key_number].signed_it = good;
        any = any || good;
    }
    return any &&
           policy_check(&h->policy->policy, h->head->checkpoint.origin, seen, &unused).code == E_OK;
}

/* Whether it is decided: one speaks against the log, or all have answered and the quorum is met. */
static bool is_decided(const struct hearing *h)
{
    bool all = true;
    for (size_t i = 0; i < h->policy->count; i++) {
        const uint8_t outcome = h->heard[i].outcome;
        if (outcome == GATHER_AHEAD || outcome == GATHER_CONTRADICTED) return true;
        all = all && outcome != 0;
    }
    return all && is_met(h);
}

static status judge(const struct hearing *h, struct fault *f)
{
    const uint64_t size = h->head->checkpoint.size;
    size_t good = 0;
    const struct heard *failed = NULL;
    for (size_t i = 0; i < h->policy->count; i++) {
        const struct heard *heard = &h->heard[i];
        const slice name = h->policy->at[i].name;
        const int len = (int)(name.len > NAME_BYTES_MAX ? NAME_BYTES_MAX : name.len);
        if (heard->outcome == GATHER_AHEAD) {
            return fault_set(f, FAIL(E_REFUSED),
                             "the log has %" PRIu64
                             " entries, but witness %.*s has cosigned %" PRIu64
                             ": see \"The log is behind\" in docs/backup.md",
                             size, len, name.at, heard->size);
        }
        if (heard->outcome == GATHER_CONTRADICTED) {
            return fault_set(f, FAIL(E_REFUSED),
                             "witness %.*s: %s; see \"What is refused\" in docs/backup.md", len,
                             name.at, heard->text);
        }
        good += heard->outcome == GATHER_COSIGNED;
        if (heard->outcome == GATHER_FAILED) failed = heard;
    }
    if (is_met(h)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the node was restored, and only %zu of %zu witnesses could be asked whether "
                     "they know a newer checkpoint%s%.180s; start it again once they answer",
                     good, h->policy->count, failed != NULL ? ": " : "",
                     failed != NULL ? failed->text : "");
}

/* ---- the conversation ---- */

static status converse(struct hearing *h, struct fault *f)
{
    const int64_t end_ns = clock_mono_ns() + RESTORED_WAIT_MS * (int64_t)CLOCK_NS_PER_MS;
    struct frame frame = {};
    while (!is_decided(h)) {
        struct pollfd fd = { .fd = h->fd, .events = POLLIN };
        const int64_t left_ms = (end_ns - clock_mono_ns()) / CLOCK_NS_PER_MS;
        if (left_ms <= 0) return OK;
        if (poll(&fd, 1, (int)left_ms) <= 0) continue;
        status s = frame_fill(&h->in, h->fd, f);
        while (s.code == E_OK) {
            s = frame_next(&h->in, &frame);
            if (s.code == E_OK) s = take_frame(h, &frame, f);
        }
        if (s.code != E_SHORT) return fault_within(f, s, "asking witnesses");
    }
    return OK;
}

static status begin(struct hearing *h, const char *dir, struct node *n, struct fault *f)
{
    uint8_t text[SIGNER_ORIGIN_BYTES_MAX + 128];
    struct writer key = writer_of(text, sizeof text);
    const char *const arguments[] = { "-P", "gatherer", dir, NULL };
    int ends[2] = { -1, -1 };
    node_write_key(n, &key);
    TRY(gather_policy_load(&n->store, &n->config.front.gather, n->config.origin, writer_slice(&key),
                           &h->policy, f));
    h->head = malloc(sizeof *h->head);
    if (h->head == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(frame_input_init(&h->in, GATHER_PAYLOAD_MAX));
    TRY(archive_open(&n->store, n->config.origin, &h->archive, f));
    TRY(log_head_load(&n->store, h->head, f));
    TRY(log_head_check(h->head, h->archive, f));
    TRY(socket_pair(ends, f));
    const status s = process_start(arguments, &ends[1], 1, &h->process, f);
    h->has_process = s.code == E_OK;
    h->fd = ends[0];
    close(ends[1]);
    return s;
}

static void end(struct hearing *h)
{
    struct process_end how = {};
    struct fault unused;
    if (h->fd >= 0) close(h->fd);
    if (h->has_process) ignore(process_wait(&h->process, &how, &unused), "it ends with its socket");
    frame_input_done(&h->in);
    archive_free(h->archive);
    gather_policy_free(h->policy);
    free(h->head);
    free(h);
}

static bool was_restored(const struct node *n)
{
    struct fault unused;
    int file = -1;
    const status s = n->store.ops->open(n->store.self, LAYOUT_RESTORED, STORE_READ, &file, &unused);
    if (s.code == E_OK) n->store.ops->close(n->store.self, file);
    return s.code != E_NOT_FOUND;
}

/* They were asked: the next start need not. */
static status settle(const struct node *n, struct fault *f)
{
    TRY(n->store.ops->remove(n->store.self, LAYOUT_RESTORED, f));
    return n->store.ops->sync_dir(n->store.self, LAYOUT_LOG, f);
}

status restored_ask(const char *dir, struct node *n, struct fault *f)
{
    if (!was_restored(n)) return OK;
    if (n->config.front.gather.policy[0] == '\0') return settle(n, f);
    struct hearing *h = calloc(1, sizeof *h);
    if (h == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    h->fd = -1;
    status s = begin(h, dir, n, f);
    if (s.code == E_OK && h->head->checkpoint.size > 0) {
        s = converse(h, f);
        if (s.code == E_OK) s = judge(h, f);
    }
    end(h);
    TRY(s);
    return settle(n, f);
}
