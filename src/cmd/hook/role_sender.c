/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hook/role_sender.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/hook/hook_config.h"
#include "cmd/hook/confine_outbound.h"
#include "cmd/node/node.h"
#include "cmd/node/role.h"
#include "os/clock.h"
#include "os/frame.h"
#include "os/process.h"
#include "os/random.h"
#include "serve/hook/outbound.h"
#include "base/banned.h"

/*
 * Hooks are served one after the other; an attempt takes at most OUTBOUND_TOTAL_MS. Each sends its
 * events in the order of the log and begins the next when one was taken. A receiver that fails is
 * asked again after a wait that doubles; once it has failed for give_up_s, what was fetched is
 * given up, and what comes next gets one attempt each time until it answers again.
 */
enum { FRONT_FD = PROCESS_FIRST_FD, POLL_MS = 1000, ID_BYTES = 64 };

struct channel {
    const struct hook *hook;
    uint8_t number;
    uint8_t key[HOOK_SECRET_BYTES_MAX];
    size_t key_len;
    uint64_t next;  /* UINT64_MAX until the front has said it */
    uint64_t end;   /* behind what was fetched */
    uint8_t *items; /* owned; HOOK_PAYLOAD_MAX */
    struct cursor left;
    unsigned failures;
    int64_t failing_since_ns;
    int64_t try_at_ns;
};

struct sender {
    struct channel channels[HOOKS_MAX];
    size_t count;
    struct frame_input in;
    struct outbound *outbound;
    char origin[2 * 8 + 1]; /* the beginning of its hash, for ids */
};

/* One event that is to be sent. */
struct item {
    uint64_t index;
    slice json;
};

/* ---- the front ---- */

static status tell(uint16_t type, const struct hook_at *m, struct fault *f)
{
    uint8_t payload[32];
    struct writer w = writer_of(payload, sizeof payload);
    hook_at_write(m, &w);
    return frame_send(FRONT_FD, (struct frame){ type, writer_slice(&w) }, f);
}

static status move(struct channel *c, uint64_t next, uint64_t given_up, struct fault *f)
{
    const struct hook_at m = { c->number, next, given_up };
    c->next = next;
    return tell(HOOK_AT, &m, f);
}

static status fetch(struct sender *s, struct channel *c, struct fault *f)
{
    const struct hook_at question = { c->number, c->next, 0 };
    struct frame frame = {};
    uint64_t from = 0;
    TRY(tell(HOOK_ASK, &question, f));
    TRY(frame_receive(&s->in, FRONT_FD, &frame, f));
    if (frame.type != HOOK_ITEMS || frame.payload.len > HOOK_PAYLOAD_MAX) {
        return fault_set(f, FAIL(E_UNKNOWN), "unexpected message");
    }
    bytes_copy(c->items, HOOK_PAYLOAD_MAX, frame.payload);
    c->left = cursor_of((slice){ c->items, frame.payload.len });
    TRY(cursor_u64(&c->left, &c->end));
    TRY(cursor_u64(&c->left, &from));
    if (c->next == UINT64_MAX) c->next = from;
    if (cursor_left(&c->left) > 0 || c->end <= c->next) return OK;
    return move(c, c->end, 0, f); /* nothing for this hook in there */
}

/* ---- sending ---- */

static status attempt(struct sender *s, struct channel *c, const struct item *item, long *ret_code,
                      struct fault *f)
{
    char id[ID_BYTES];
    char head_id[ID_BYTES + 16];
    char head_time[64];
    char head_signature[128];
    const int64_t now_s = clock_real_ns() / CLOCK_NS_PER_S;
    struct writer w = writer_of((uint8_t *)head_signature, sizeof head_signature - 1);
    snprintf(id, sizeof id, "msg_%s_%" PRIu64, s->origin, item->index);
    snprintf(head_id, sizeof head_id, "webhook-id: %s", id);
    snprintf(head_time, sizeof head_time, "webhook-timestamp: %" PRId64, now_s);
    const struct hook_signing signing = {
        { c->key, c->key_len }, slice_text(id), now_s, item->json
    };
    writer_text(&w, "webhook-signature: ");
    const status signed_ = hook_sign(&signing, &w);
    if (signed_.code != E_OK) return fault_set(f, signed_, "it cannot be signed");
    head_signature[w.len] = '\0';
    const char *const headers[] = { "Content-Type: application/json",
                                    "User-Agent: candor",
                                    "Expect:",
                                    head_id,
                                    head_time,
                                    head_signature };
    const struct outbound_request request = {
        .url = c->hook->url,
        .ca = c->hook->ca[0] != '\0' ? c->hook->ca : NULL,
        .private_addresses = c->hook->private_addresses,
        .headers = headers,
        .header_count = COUNT_OF(headers),
        .body = item->json,
    };
    return outbound_post(s->outbound, &request, ret_code, f);
}

static void complain(const struct channel *c, const struct fault *why, const char *what)
{
    command_fail(0, "webhook %s: %s%s", c->hook->name, why->text, what);
}

/* Waits, or gives up what was fetched. */
static status failed(struct channel *c, const struct item *item, const struct fault *why,
                     struct fault *f)
{
    uint8_t random = 0;
    const int64_t now_ns = clock_mono_ns();
    if (c->failures == 0) {
        c->failing_since_ns = now_ns;
        complain(c, why, "; it is tried again");
    }
    c->failures++;
    TRY(random_bytes(&random, sizeof random));
    c->try_at_ns = now_ns + hook_wait_ms(c->failures, random) * CLOCK_NS_PER_MS;
    if (now_ns - c->failing_since_ns < c->hook->give_up_s * CLOCK_NS_PER_S) return OK;
    complain(c, why, "; given up, see the gap record");
    c->left = cursor_of(slice_none());
    return move(c, c->end, c->end - item->index, f);
}

static status send_next(struct sender *s, struct channel *c, struct fault *f)
{
    struct cursor at = c->left;
    struct item item = {};
    struct fault why = {};
    long code = 0;
    TRY(cursor_u64(&at, &item.index));
    TRY(cursor_vec32(&at, HOOK_ITEMS_BYTES_MAX, &item.json));
    const status sent = attempt(s, c, &item, &code, &why);
    if (sent.code == E_OK && code >= 200 && code < 300) {
        c->left = at;
        c->failures = 0;
        return move(c, cursor_left(&at) > 0 ? item.index + 1 : c->end, 0, f);
    }
    if (sent.code == E_OK) ignore(fault_set(&why, FAIL(E_IO), "it answers %ld", code), "see why");
    return failed(c, &item, &why, f);
}

static status step(struct sender *s, struct channel *c, struct fault *f)
{
    if (cursor_left(&c->left) == 0) TRY(fetch(s, c, f));
    if (cursor_left(&c->left) > 0) return send_next(s, c, f);
    c->try_at_ns = clock_mono_ns() + POLL_MS * CLOCK_NS_PER_MS;
    return OK;
}

/* ---- the process ---- */

/* Until a hook is due, or the front is gone: it says nothing unless it is asked. */
static bool wait_for_due(const struct sender *s)
{
    struct pollfd front = { .fd = FRONT_FD, .events = POLLIN };
    int64_t wait_ns = (int64_t)POLL_MS * CLOCK_NS_PER_MS;
    const int64_t now_ns = clock_mono_ns();
    for (size_t i = 0; i < s->count; i++) {
        const int64_t left_ns = s->channels[i].try_at_ns - now_ns;
        if (left_ns < wait_ns) wait_ns = left_ns > 0 ? left_ns : 0;
    }
    return poll(&front, 1, (int)((wait_ns + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS)) <= 0;
}

static status serve(struct sender *s, struct fault *f)
{
    while (wait_for_due(s)) {
        for (size_t i = 0; i < s->count; i++) {
            struct channel *c = &s->channels[i];
            if (clock_mono_ns() >= c->try_at_ns) TRY(step(s, c, f));
        }
    }
    return OK;
}

static status open_channels(struct sender *s, const struct hooks *hooks, struct fault *f)
{
    for (; s->count < hooks->count; s->count++) {
        struct channel *c = &s->channels[s->count];
        *c = (struct channel){ .hook = &hooks->at[s->count],
                               .number = (uint8_t)s->count,
                               .next = UINT64_MAX,
                               .left = cursor_of(slice_none()) };
        TRY(hook_secret_load(c->hook, c->key, &c->key_len, f));
        c->items = malloc(HOOK_PAYLOAD_MAX);
        if (c->items == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    return OK;
}

static status confine(const struct hooks *hooks, struct fault *f)
{
    const char *files[HOOKS_MAX] = {};
    for (size_t i = 0; i < hooks->count; i++) {
        if (hooks->at[i].ca[0] != '\0') files[i] = hooks->at[i].ca;
    }
    struct sandbox_level level = {};
    return confine_outbound(files, hooks->count, &level, f);
}

static status run(struct sender *s, const struct node_config *config, struct fault *f)
{
    const struct hooks *hooks = &config->front.hooks;
    const hash origin = sha256(slice_text(config->origin));
    for (size_t i = 0; i < 8; i++)
        snprintf(s->origin + 2 * i, 3, "%02x", origin.bytes[i]);
    TRY(open_channels(s, hooks, f));
    TRY(frame_input_init(&s->in, HOOK_PAYLOAD_MAX));
    s->outbound = outbound_new();
    if (s->outbound == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(confine(hooks, f));
    return serve(s, f);
}

static void sender_done(struct sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->channels[i].items);
    bytes_wipe(s->channels, sizeof s->channels);
    outbound_free(s->outbound);
    frame_input_done(&s->in);
}

int role_sender(const char *dir)
{
    struct fault f = {};
    struct node node = {};
    static struct sender sender;
    role_ignore_stop_signals();
    status s = node_open_store(dir, &node, &f);
    if (s.code == E_OK) s = run(&sender, &node.config, &f);
    sender_done(&sender);
    node_close(&node);
    if (s.code == E_OK || s.code == E_CLOSED) return 0;
    return command_fail(status_exit(s), "sender: %s", f.text);
}
