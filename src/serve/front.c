/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/front.h"

#include "base/bytes.h"
#include "os/clock.h"
#include "os/random.h"
#include "os/socket.h"
#include "serve/api.h"
#include "serve/center/center.h"
#include "serve/front_state.h"
#include "serve/gather/gather_relay.h"
#include "serve/hook/hook_relay.h"
#include "serve/stream.h"
#include "base/banned.h"

void front_fail(struct front *front, status why)
{
    if (front->failed.code == E_OK) front->failed = why;
}

static status tell(struct front *front, uint16_t type, slice payload)
{
    return frame_send(front->options->scribe_fd, (struct frame){ type, payload }, front->fault);
}

static void on_batch(void *self, const struct batch_out *batch)
{
    struct front *front = self;
    front->metrics.at[METRIC_batches][0]++;
    const status s = outbox_push(front->outbox, batch, front->fault);
    if (s.code != E_OK) front_fail(front, s);
}

/* ---- what the scribe says ---- */

static status take_hello(struct front *front, slice payload)
{
    struct link_hello m = {};
    TRY(link_hello_parse(payload, &m));
    front->next_number = m.next_number;
    front->checkpointed = m.next_number;
    front->bundle = m.bundle;
    front->is_read_only = m.is_read_only;
    bytes_copy(front->log_key, LINK_KEY_BYTES_MAX, m.key);
    front->has_hello = true;
    return OK;
}

/* Requests under way may point into the table that is replaced, so it stays until the next one. */
static status take_accounts(struct front *front, slice payload)
{
    struct accounts table = {};
    TRY(accounts_read(payload, &table, front->fault));
    accounts_done(&front->retired);
    front->retired = front->accounts;
    front->accounts = table;
    front->has_accounts = true;
    if (front->streams != NULL) streams_recheck(front->streams);
    return OK;
}

static status take_stored(struct front *front, slice payload)
{
    struct link_stored m = {};
    TRY(link_stored_parse(payload, &m));
    return outbox_stored(front->outbox, &m, front->fault);
}

static status take_head(struct front *front, slice payload)
{
    struct link_head m = {};
    TRY(link_head_parse(payload, &m));
    front->checkpointed = m.checkpointed;
    outbox_head(front->outbox, &m);
    gather_relay_moved(front->gather);
    return OK;
}

/* What a source has sent before this start. */
static status take_window(struct front *front, slice payload)
{
    struct cursor c = cursor_of(payload);
    uint64_t source = 0;
    TRY(cursor_u64(&c, &source));
    while (cursor_left(&c) > 0) {
        uint64_t sequence = 0;
        uint64_t number = 0;
        TRY(cursor_u64(&c, &sequence));
        TRY(cursor_u64(&c, &number));
        TRY(windows_note(front->windows, source, sequence, number));
    }
    return OK;
}

static status take_stop(struct front *front, slice)
{
    front->is_stopping = true;
    listeners_stop(front);
    outbox_hurry(front->outbox);
    streams_end(front->streams);
    return OK;
}

static const struct {
    uint16_t type;
    status (*take)(struct front *front, slice payload);
} messages[] = {
    { LINK_STORED, take_stored },
    { LINK_HEAD, take_head },
    { LINK_HELLO, take_hello },
    { LINK_STOP, take_stop },
    { LINK_ACCOUNTS, take_accounts },
    { LINK_ACTIVATE, activation_take },
    { LINK_WINDOW, take_window },
    { LINK_REPLAY, recall_take },
    { LINK_FORGET, recall_take_forget },
    { LINK_REPLAYED, recall_take_end },
    { LINK_NUMBERS, scrape_answer },
    { LINK_HOOKS, hook_relay_positions },
    { LINK_STATE, snapshot_take_state },
    { LINK_STATE_END, snapshot_take_state_end },
    { LINK_STATE_ASK, snapshot_take_ask },
    { LINK_STATE_MORE, snapshot_take_more },
};

static status take_frame(void *with, const struct frame *frame)
{
    struct front *front = with;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        if (messages[i].type != frame->type) continue;
        const status s = messages[i].take(front, frame->payload);
        if (s.code == E_OK || front->fault->text[0] != '\0') return s;
        return fault_set(front->fault, s, "the scribe's message %u is malformed", frame->type);
    }
    return fault_set(front->fault, FAIL(E_UNKNOWN), "the scribe's message %u is not known",
                     frame->type);
}

static void scribe_ready(void *with, unsigned events)
{
    struct front *front = with;
    (void)events;
    const int fd = front->options->scribe_fd;
    const status s = frame_take(&front->in, fd, take_frame, front, front->fault);
    if (s.code != E_OK) front_fail(front, s);
}

/* ---- start and end ---- */

/* The first two messages, before anything else. */
static status meet_scribe(struct front *front)
{
    while (!front->has_hello || !front->has_accounts) {
        struct frame frame = {};
        TRY(frame_receive(&front->in, front->options->scribe_fd, &frame, front->fault));
        if (frame.type != LINK_HELLO && frame.type != LINK_WINDOW && frame.type != LINK_ACCOUNTS &&
            frame.type != LINK_HOOKS) {
            return fault_set(front->fault, FAIL(E_UNKNOWN), "the scribe does not greet");
        }
        TRY(take_frame(front, &frame));
    }
    return OK;
}

static bool is_zero(const hash *h)
{
    static const hash zero;
    return bytes_equal(h->bytes, zero.bytes, sizeof zero.bytes);
}

static status make_parts(struct front *front)
{
    const struct front_options *o = front->options;
    const struct batcher_calls calls = { on_batch, front };
    TRY(random_bytes(&front->key, sizeof front->key));
    front->first_ack = front->next_ack = (uint64_t)clock_real_ns() / CLOCK_NS_PER_MS;
    front->scratch = scratch_new();
    front->streams = streams_new(front);
    if (front->scratch == NULL || front->streams == NULL) return FAIL(E_NOMEM);
    TRY(outbox_new(o->scribe_fd, &o->slots, front->next_number, &front->outbox));
    TRY(batcher_new(NULL, o->config.market, front->next_number, calls, &front->batcher));
    if (is_zero(&front->bundle)) return OK;
    TRY(activation_load(front, &front->bundle, &front->judging, front->fault));
    return batcher_judge_by(front->batcher, front->judging);
}

static status say_ready(struct front *front)
{
    char text[1024];
    struct writer w = writer_of(text, sizeof text);
    listeners_tell(front, &w);
    return tell(front, LINK_READY, writer_slice(&w));
}

static status start(struct front *front)
{
    const struct front_options *o = front->options;
    TRY(frame_input_init(&front->in, LINK_PAYLOAD_MAX));
    TRY(windows_new(&front->windows));
    TRY(meet_scribe(front));
    TRY(make_parts(front));
    TRY(loop_new(NULL, &front->loop, front->fault));
    TRY(api_new(front, o->reader_fd, &front->api, front->fault));
    if (o->config.hooks.count > 0) {
        TRY(hook_relay_new(front, o->sender_fd, &front->hooks, front->fault));
    }
    if (o->config.gather.policy[0] != '\0' && !front->is_read_only) {
        TRY(gather_relay_new(front, o->gatherer_fd, &front->gather, front->fault));
    }
    TRY(center_new(front, &front->center, front->fault));
    TRY(listeners_open(front));
    TRY(loop_watch(front->loop, o->scribe_fd, LOOP_READ, scribe_ready, front, front->fault));
    if (o->confine != NULL) TRY(o->confine(o->dir, front->fault));
    TRY(recall_state(front, take_frame));
    TRY(socket_no_wait(o->scribe_fd, front->fault)); /* from here on the loop waits */
    return say_ready(front);
}

/* One turn: what is ready, then a batch of whatever came in meanwhile. While all slots are under
 * way, the next batch grows. */
static status turn(struct front *front)
{
    TRY(loop_step(front->loop, true, front->fault));
    TRY(front->failed);
    if (outbox_bytes(front->outbox) == 0) TRY(batcher_flush(front->batcher));
    listeners_resume(front);
    TRY(snapshot_step(front));
    return front->failed;
}

bool front_is_drained(const struct front *front)
{
    if (!front->is_stopping) return false;
    const bool answered = front->http == NULL || http_load(front->http).waiting == 0;
    return answered && front->activation == NULL && api_is_idle(front->api) &&
           outbox_is_idle(front->outbox);
}

static status serve(struct front *front)
{
    while (!front_is_drained(front) || !snapshot_is_idle(front))
        TRY(turn(front));
    return tell(front, LINK_IDLE, slice_none());
}

static void end(struct front *front)
{
    listeners_close(front);
    api_free(front->api);
    center_free(front->center);
    streams_free(front->streams);
    hook_relay_free(front->hooks);
    gather_relay_free(front->gather);
    snapshot_drop(front);
    activation_free(front->activation);
    loop_free(front->loop);
    batcher_free(front->batcher);
    scratch_free(front->scratch);
    outbox_free(front->outbox);
    windows_free(front->windows);
    judging_free(front->judging);
    accounts_done(&front->accounts);
    accounts_done(&front->retired);
    frame_input_done(&front->in);
}

status front_run(const struct front_options *options, struct fault *f)
{
    struct front front = { .options = options, .fault = f };
    status s = start(&front);
    if (s.code == E_OK) s = serve(&front);
    end(&front);
    if (s.code != E_OK && f->text[0] == '\0') return fault_set(f, s, "front: %s", status_text(s));
    return s;
}
