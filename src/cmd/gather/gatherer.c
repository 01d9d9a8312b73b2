/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/gatherer.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/gather/asking.h"
#include "ledger/checkpoint.h"
#include "ledger/witness/cosigned.h"
#include "lib/ed25519.h"
#include "os/clock.h"
#include "os/frame.h"
#include "os/random.h"
#include "serve/hook/hook.h"
#include "base/banned.h"

enum { TICK_MS = 50, IDLE_MS = 1000, NOBODY = -1 };

/* A signed checkpoint. */
struct target {
    uint8_t note[COSIGNED_BYTES_MAX];
    size_t len; /* 0: none */
    uint64_t size;
};

struct asked {
    const struct gather_witness *witness;
    struct asking *asking;
    struct target about; /* the question under way */
    uint64_t known;      /* size that it cosigned last, as far as is known; 0: not known */
    uint64_t done;       /* size of the checkpoint that it has dealt with */
    unsigned sizes;      /* answers 409 about this one */
    unsigned failures;   /* one after the other */
    int64_t try_at_ns;
};

struct gatherer {
    const struct gather_policy *policy;
    struct asked at[GATHER_WITNESSES_MAX];
    size_t count;
    int front_fd;
    int wake_fd;
    struct frame_input in;
    struct target target;
    struct target next; /* newer, for the next round */
    bool is_next_asked;
    int64_t ask_next_ns;
    int proof_for;                          /* which witness a proof was asked for, or NOBODY */
    struct note_seen seen[POLICY_KEYS_MAX]; /* of this round */
    int64_t begun_ns;
    int64_t met_ns; /* 0: the quorum is not reached */
    uint8_t room[GATHER_PAYLOAD_MAX + COSIGNED_REQUEST_BYTES_MAX];
};

/* ---- the front ---- */

static status say(struct gatherer *g, uint16_t type, slice payload, struct fault *f)
{
    return frame_send(g->front_fd, (struct frame){ type, payload }, f);
}

static status say_numbers(struct gatherer *g, uint16_t type, uint64_t first, const uint64_t *second,
                          struct fault *f)
{
    uint8_t payload[16];
    struct writer w = writer_of(payload, sizeof payload);
    writer_u64(&w, first);
    if (second != NULL) writer_u64(&w, *second);
    return say(g, type, writer_slice(&w), f);
}

static status tell(struct gatherer *g, const struct asked *a, uint8_t outcome, uint64_t size,
                   slice bytes, struct fault *f)
{
    struct writer w = writer_of(g->room, sizeof g->room);
    const struct gather_told m = { (uint8_t)(a - g->at), outcome, size, bytes };
    gather_told_write(&m, &w);
    return say(g, GATHER_TOLD, writer_slice(&w), f);
}

/* ---- rounds ---- */

static bool is_waiting(const struct asked *a, int64_t now_ns)
{
    return !asking_is_busy(a->asking) && a->try_at_ns > now_ns;
}

static bool round_is_over(const struct gatherer *g, int64_t now_ns)
{
    const int64_t begun_ms = (now_ns - g->begun_ns) / CLOCK_NS_PER_MS;
    bool all = true;
    if (g->target.len == 0) return true;
    if (begun_ms < GATHERER_ROUND_MS) return false;
    if (begun_ms >= GATHERER_ROUND_MS_MAX) return true;
    if (g->met_ns != 0 && now_ns - g->met_ns >= GATHERER_GRACE_MS * CLOCK_NS_PER_MS) return true;
    for (size_t i = 0; i < g->count; i++)
        all = all && (g->at[i].done >= g->target.size || is_waiting(&g->at[i], now_ns));
    return all;
}

static void round_begin(struct gatherer *g, int64_t now_ns)
{
    g->target = g->next;
    g->next.len = 0;
    g->begun_ns = now_ns;
    g->met_ns = 0;
    for (size_t i = 0; i < g->policy->policy.key_count; i++)
        g->seen[i] = (struct note_seen){ .signed_it = g->policy->policy.key_is_log[i] };
    for (size_t i = 0; i < g->count; i++)
        g->at[i].sizes = 0;
}

/* Whether this witness's cosignature brought the quorum about. */
static void note_cosigned(struct gatherer *g, const struct asked *a)
{
    struct checkpoint c = {};
    struct fault unused;
    static struct note parsed;
    if (a->about.size != g->target.size) return;
    g->seen[a->witness->key_number].signed_it = true;
    if (note_parse((slice){ g->target.note, g->target.len }, &parsed, &unused).code != E_OK) return;
    if (checkpoint_parse(parsed.text, &c, &unused).code != E_OK) return;
    if (g->met_ns == 0 &&
        policy_check(&g->policy->policy, c.origin, g->seen, &unused).code == E_OK) {
        g->met_ns = clock_mono_ns();
    }
}

/* ---- asking ---- */

static status failed(struct gatherer *g, struct asked *a, uint8_t outcome, uint64_t size,
                     const struct fault *why, struct fault *f)
{
    uint8_t random = 0;
    TRY(random_bytes(&random, sizeof random));
    a->failures++;
    int64_t wait_ms = hook_wait_ms(a->failures, random);
    if (wait_ms > GATHERER_WAIT_MS_MAX) wait_ms = GATHERER_WAIT_MS_MAX;
    a->try_at_ns = clock_mono_ns() + wait_ms * CLOCK_NS_PER_MS;
    a->sizes = 0;
    return tell(g, a, outcome, size, slice_text(why->text), f);
}

/* Asks about the target, with a proof from what the witness knows where it takes one. */
static status ask(struct gatherer *g, struct asked *a, slice path, struct fault *f)
{
    struct writer w = writer_of(g->room, sizeof g->room);
    const uint64_t old = a->known <= g->target.size ? a->known : 0;
    a->about = g->target;
    cosigned_request_write(old, path, (slice){ g->target.note, g->target.len }, &w);
    const status s = writer_end(&w);
    if (s.code != E_OK) return fault_set(f, s, "a request is too large");
    return asking_begin(a->asking, writer_slice(&w));
}

static status ask_who_is_due(struct gatherer *g, struct fault *f)
{
    const int64_t now_ns = clock_mono_ns();
    for (int i = 0; g->target.len > 0 && i < (int)g->count; i++) {
        struct asked *a = &g->at[i];
        const bool is_due = a->done < g->target.size && a->try_at_ns <= now_ns &&
                            !asking_is_busy(a->asking) && g->proof_for != i;
        if (!is_due) continue;
        if (a->known == 0 || a->known >= g->target.size) {
            TRY(ask(g, a, slice_none(), f));
        } else if (g->proof_for == NOBODY) {
            g->proof_for = i;
            TRY(say_numbers(g, GATHER_PROVE, a->known, &g->target.size, f));
        }
    }
    return OK;
}

static status take_cosigned(struct gatherer *g, struct asked *a, slice line, struct fault *f)
{
    uint8_t note[GATHER_TOLD_BYTES_MAX];
    struct writer w = writer_of(note, sizeof note);
    writer_bytes(&w, (slice){ a->about.note, a->about.len });
    writer_bytes(&w, line);
    const status s = writer_end(&w);
    if (s.code != E_OK) return fault_set(f, s, "a checkpoint is too large");
    a->known = a->done = a->about.size;
    a->failures = 0;
    note_cosigned(g, a);
    return tell(g, a, GATHER_COSIGNED, a->about.size, writer_slice(&w), f);
}

/* It cosigned another size last than it was asked from: it is asked again from there, unless that
 * is more than this log has, or what it was asked from. */
static status take_size(struct gatherer *g, struct asked *a, uint64_t size, struct fault *f)
{
    struct fault why = {};
    const uint64_t old = a->known <= a->about.size ? a->known : 0;
    a->known = size;
    if (size > a->about.size) {
        ignore(fault_set(&why, FAIL(E_REFUSED),
                         "it has cosigned %llu entries, but this log has only %llu signed",
                         (unsigned long long)size, (unsigned long long)a->about.size),
               "it is told below");
        return failed(g, a, GATHER_AHEAD, size, &why, f);
    }
    if (size != old && ++a->sizes <= GATHERER_SIZES_MAX) return OK;
    ignore(
        fault_set(&why, FAIL(E_REFUSED), "it says 409, but with the size that it was asked from"),
        "it is told below");
    a->known = 0;
    return failed(g, a, GATHER_FAILED, a->about.size, &why, f);
}

static status take_answer(struct gatherer *g, struct asked *a, struct fault *f)
{
    uint8_t room[COSIGNED_ANSWER_BYTES_MAX];
    struct writer line = writer_of(room, sizeof room);
    struct fault why = {};
    unsigned code = 0;
    slice body = slice_none();
    status sent = OK;
    if (!asking_take(a->asking, &code, &body, &sent, &why)) return OK;
    if (sent.code != E_OK) return failed(g, a, GATHER_FAILED, a->about.size, &why, f);
    const struct cosigned_answer answer =
        cosigned_answer_read(code, body, (slice){ a->about.note, a->about.len }, a->witness->key,
                             ed25519_verify, &line, &why);
    switch (answer.outcome) {
    case COSIGNED_GOOD:
        return take_cosigned(g, a, writer_slice(&line), f);
    case COSIGNED_OTHER_SIZE:
        return take_size(g, a, answer.size, f);
    case COSIGNED_CONTRADICTED:
        return failed(g, a, GATHER_CONTRADICTED, a->about.size, &why, f);
    case COSIGNED_FAILED:
        break;
    }
    return failed(g, a, GATHER_FAILED, a->about.size, &why, f);
}

/* ---- what the front says ---- */

static status take_note(struct gatherer *g, slice note, struct fault *f)
{
    static struct note parsed;
    struct checkpoint c = {};
    g->is_next_asked = false;
    g->ask_next_ns = clock_mono_ns() + (int64_t)IDLE_MS * CLOCK_NS_PER_MS;
    if (note.len == 0) return OK;
    if (note.len > sizeof g->next.note) return FAIL(E_LIMIT);
    TRY(note_parse(note, &parsed, f));
    TRY(checkpoint_parse(parsed.text, &c, f));
    if (c.size <= g->target.size) return OK;
    bytes_copy(g->next.note, sizeof g->next.note, note);
    g->next.len = note.len;
    g->next.size = c.size;
    return OK;
}

static status take_proof(struct gatherer *g, slice payload, struct fault *f)
{
    struct gather_proof m = {};
    struct fault why = {};
    TRY(gather_proof_parse(payload, &m));
    if (g->proof_for == NOBODY) return FAIL(E_UNKNOWN);
    struct asked *a = &g->at[g->proof_for];
    g->proof_for = NOBODY;
    if (m.new_size != g->target.size || m.old_size != a->known) return OK; /* another round */
    if (m.is_made) {
        uint8_t path[GATHER_TOLD_BYTES_MAX];
        if (m.path.len > sizeof path) return FAIL(E_LIMIT);
        bytes_copy(path, sizeof path, m.path);
        return ask(g, a, (slice){ path, m.path.len }, f);
    }
    ignore(fault_set(&why, FAIL(E_IO), "no proof from %llu entries could be made here",
                     (unsigned long long)m.old_size),
           "it is told below");
    a->about = g->target;
    return failed(g, a, GATHER_FAILED, g->target.size, &why, f);
}

static status front_ready(struct gatherer *g, struct fault *f)
{
    struct frame frame = {};
    TRY(frame_fill(&g->in, g->front_fd, f));
    for (;;) {
        status s = frame_next(&g->in, &frame);
        if (s.code == E_SHORT) return OK;
        TRY(s);
        s = frame.type == GATHER_NOTE    ? take_note(g, frame.payload, f)
            : frame.type == GATHER_PROOF ? take_proof(g, frame.payload, f)
                                         : FAIL(E_UNKNOWN);
        if (s.code != E_OK && f->text[0] == '\0') {
            ignore(fault_set(f, s, "the front's message %u is malformed", frame.type), "returned");
        }
        TRY(s);
    }
}

/* ---- the loop ---- */

static status advance(struct gatherer *g, struct fault *f)
{
    const int64_t now_ns = clock_mono_ns();
    for (size_t i = 0; i < g->count; i++)
        TRY(take_answer(g, &g->at[i], f));
    if (g->next.len > 0 && round_is_over(g, now_ns)) round_begin(g, now_ns);
    if (!g->is_next_asked && g->next.len == 0 && g->ask_next_ns <= now_ns) {
        g->is_next_asked = true;
        TRY(say_numbers(g, GATHER_NEXT, g->target.size, NULL, f));
    }
    return ask_who_is_due(g, f);
}

static status serve(struct gatherer *g, struct fault *f)
{
    for (;;) {
        TRY(advance(g, f));
        struct pollfd fds[2] = { { .fd = g->front_fd, .events = POLLIN },
                                 { .fd = g->wake_fd, .events = POLLIN } };
        const bool is_near = g->next.len > 0 || !g->is_next_asked;
        if (poll(fds, 2, is_near ? TICK_MS : IDLE_MS) <= 0) continue;
        uint64_t raised = 0;
        if (fds[1].revents != 0 && read(g->wake_fd, &raised, sizeof raised) < 0) continue;
        if (fds[0].revents != 0) TRY(front_ready(g, f));
    }
}

static status open_all(struct gatherer *g, const char *ca, struct fault *f)
{
    TRY(frame_input_init(&g->in, GATHER_PAYLOAD_MAX));
    for (; g->count < g->policy->count; g->count++) {
        struct asked *a = &g->at[g->count];
        a->witness = &g->policy->at[g->count];
        a->asking = asking_new(a->witness->url, ca, g->wake_fd);
        if (a->asking == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    return OK;
}

status gatherer_run(const struct gather_policy *policy, const char *ca, int front_fd, int wake_fd,
                    struct fault *f)
{
    struct gatherer *g = calloc(1, sizeof *g);
    if (g == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    g->policy = policy;
    g->front_fd = front_fd;
    g->wake_fd = wake_fd;
    g->proof_for = NOBODY;
    status s = open_all(g, ca, f);
    if (s.code == E_OK) s = serve(g, f);
    bool is_busy = false;
    for (size_t i = 0; i < g->count; i++)
        is_busy = is_busy || asking_is_busy(g->at[i].asking);
    if (is_busy) _exit(s.code == E_CLOSED ? 0 : 1); /* nobody waits for a slow witness */
    for (size_t i = 0; i < g->count; i++)
        asking_free(g->at[i].asking);
    frame_input_done(&g->in);
    free(g);
    return s;
}
