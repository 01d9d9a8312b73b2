/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append: records from standard input, one JSON object a line; one line of answer for each, in
 * order, once the record is as far as --ack says.
 *
 * Input is taken in chunks. While one is being made durable the next is read and encoded; its
 * answers are printed when the log has reached them. When input pauses, nothing is held back. The
 * log is written by this process, or by the running node through its control socket.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/node/control.h"
#include "cmd/decision/decide.h"
#include "cmd/node/failure.h"
#include "cmd/node/ingest.h"
#include "cmd/node/space.h"
#include "cmd/log/log_commands.h"
#include "os/dir.h"
#include "os/frame.h"
#include "os/socket.h"
#include "base/banned.h"

/* A chunk that was submitted and whose answers were not printed yet. */
struct submitted {
    struct writer answers; /* owned; when this process writes */
    struct ingested done;
    bool taken;
};

struct appender {
    const char *dir;
    const struct append_source *source; /* borrowed */
    const char *command;                /* as it is typed */
    uint8_t kind;                       /* of decisions; 0: records of any kind */
    bool checkpointed;
    uint64_t line; /* number of the next input line */
    uint64_t refused;
    struct submitted slots[CONTROL_IN_FLIGHT_MAX];
    unsigned turn;  /* slot of the next chunk */
    uint8_t *input; /* owned; an unfinished line stays at its start */
    size_t input_len;

    struct node node; /* when this process writes */
    struct ingest ingest;
    struct deciding deciding;
    int fd; /* of the control socket; -1 when this process writes */
    struct frame_input in;
    struct writer payload; /* owned */
};

static status print(slice answers, struct fault *f)
{
    const bool wrote =
        fwrite(answers.at, 1, answers.len, stdout) == answers.len && fflush(stdout) == 0;
    return wrote ? OK : fault_set(f, FAIL(E_IO), "cannot write to standard output");
}

/* Where a JSON string that has begun ends. */
static size_t end_of_string(slice text)
{
    size_t at = 0;
    while (at < text.len && text.at[at] != '"')
        at += text.at[at] == '\\' ? 2 : 1;
    return at < text.len ? at : text.len;
}

/* Tells a person what an answer {"line":N,"error":"WHY"} refuses. */
static void tell_refusal(const char *command, slice answer)
{
    static const char head[] = "{\"line\":";
    static const char middle[] = ",\"error\":\"";
    if (!slice_starts(answer, slice_text(head))) return;
    const slice rest = slice_from(answer, sizeof head - 1);
    const uint8_t *comma = memchr(rest.at, ',', rest.len);
    if (comma == NULL) return;
    const size_t digits = (size_t)(comma - rest.at);
    const size_t around = digits + sizeof middle - 1 + 2; /* and the two characters "} at the end */
    if (rest.len < around) return;
    const slice why = slice_from(rest, digits + sizeof middle - 1);
    fprintf(stderr, "candor: %s: line %.*s: %.*s\n", command, (int)digits, (const char *)rest.at,
            (int)end_of_string(why), (const char *)why.at);
}

static void tell_refusals(const char *command, slice answers)
{
    while (answers.len > 0) {
        const uint8_t *newline = memchr(answers.at, '\n', answers.len);
        const size_t len = newline == NULL ? answers.len : (size_t)(newline - answers.at);
        tell_refusal(command, (slice){ answers.at, len });
        answers = slice_from(answers, len < answers.len ? len + 1 : len);
    }
}

static status receive(struct appender *a, struct control_answers *ret_answers, struct fault *f)
{
    struct frame frame = {};
    const status s = frame_receive(&a->in, a->fd, &frame, f);
    if (s.code == E_CLOSED) return fault_set(f, s, "the node stopped");
    TRY(s);
    if (frame.type == CONTROL_FAILED || frame.type == CONTROL_REFUSED)
        return failure_parse(frame.payload, f);
    if (frame.type != CONTROL_ANSWERS) return fault_set(f, FAIL(E_UNKNOWN), "unexpected reply");
    return control_answers_parse(frame.payload, ret_answers);
}

/* Waits for the answers of a submitted chunk and prints them. */
static status collect(struct appender *a, struct submitted *slot, struct fault *f)
{
    struct control_answers reply = {};
    if (!slot->taken) return OK;
    slot->taken = false;
    if (a->fd >= 0) {
        TRY(receive(a, &reply, f));
    } else {
        TRY(committer_wait(a->node.committer, slot->done.size, a->checkpointed, f));
        reply.refused = slot->done.refused;
        reply.answers = writer_slice(&slot->answers);
    }
    a->refused += reply.refused;
    if (reply.refused > 0) tell_refusals(a->command, reply.answers);
    return print(reply.answers, f);
}

static status submit(struct appender *a, slice lines, struct fault *f)
{
    struct submitted *slot = &a->slots[a->turn];
    const struct control_append m = { .checkpointed = a->checkpointed,
                                      .light = a->source->is_light,
                                      .kind = a->kind,
                                      .first_line = a->line,
                                      .lines = lines };
    TRY(collect(a, slot, f));
    if (a->fd >= 0) {
        a->payload = writer_of(a->payload.at, a->payload.cap);
        control_append_write(&m, &a->payload);
        TRY(writer_end(&a->payload));
        TRY(frame_send(a->fd, (struct frame){ CONTROL_APPEND, writer_slice(&a->payload) }, f));
    } else {
        slot->answers = writer_of(slot->answers.at, slot->answers.cap);
        TRY(space_check(&a->node, f));
        TRY(decide_append(&a->ingest, &a->deciding, &m, &slot->answers, &slot->done, f));
        TRY(committer_flush(a->node.committer, f));
    }
    for (size_t i = 0; i < lines.len; i++)
        a->line += lines.at[i] == '\n';
    slot->taken = true;
    a->turn = (a->turn + 1) % CONTROL_IN_FLIGHT_MAX;
    return OK;
}

static status collect_all(struct appender *a, struct fault *f)
{
    for (unsigned i = 0; i < CONTROL_IN_FLIGHT_MAX; i++) {
        TRY(collect(a, &a->slots[(a->turn + i) % CONTROL_IN_FLIGHT_MAX], f));
    }
    return OK;
}

/* Submits every whole line of the input; at its end the unfinished one too. */
static status submit_lines(struct appender *a, bool at_end, struct fault *f)
{
    slice text = { a->input, a->input_len };
    for (;;) {
        slice chunk = ingest_cut(text);
        if (chunk.len == 0 && at_end) chunk = text;
        if (chunk.len == 0) break;
        TRY(submit(a, chunk, f));
        text = slice_from(text, chunk.len);
    }
    bytes_move(a->input, INGEST_LINE_BYTES_MAX, text.at, text.len);
    a->input_len = text.len;
    if (text.len < INGEST_LINE_BYTES_MAX) return OK;
    return fault_set(f, FAIL(E_LIMIT), "line %" PRIu64 ": longer than %d bytes", a->line,
                     INGEST_LINE_BYTES_MAX);
}

static bool input_is_waiting(void)
{
    struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

static status take_all(struct appender *a, struct fault *f)
{
    for (;;) {
        size_t len = 0;
        const size_t room = INGEST_LINE_BYTES_MAX - a->input_len;
        const size_t most = room < INGEST_CHUNK_BYTES ? room : INGEST_CHUNK_BYTES;
        TRY(a->source->read(a->source->self, a->input + a->input_len, most, &len, f));
        a->input_len += len;
        TRY(submit_lines(a, len == 0, f));
        if (len > 0 && a->source->is_waiting()) continue;
        TRY(collect_all(a, f));
        if (len == 0) return OK;
    }
}

static status control_connect(struct appender *a, struct fault *f)
{
    struct file dir = {};
    TRY(frame_input_init(&a->in, CONTROL_PAYLOAD_MAX));
    TRY(dir_open(NULL, a->dir, &dir, f));
    const status s = socket_connect(&dir, CONTROL_SOCKET, &a->fd, f);
    file_close(&dir);
    return s;
}

/* Opens the log for this process, or if another has it, the control socket of that one. */
static status target_open(struct appender *a, struct fault *f)
{
    const status s = node_open_writing(a->dir, &a->node, f);
    deciding_init(&a->deciding, &a->node, a->dir);
    if (s.code == E_OK) return ingest_init(&a->ingest, &a->node, f);
    if (s.code != E_BUSY) return s;
    const struct fault busy = *f;
    if (control_connect(a, f).code == E_OK) return OK;
    *f = busy; /* the holder of the lock is no node: another append, say */
    return s;
}

static status room_make(struct writer *w, size_t cap)
{
    *w = writer_of(malloc(cap), cap);
    return w->at == NULL ? FAIL(E_NOMEM) : OK;
}

static status appender_init(struct appender *a)
{
    for (size_t i = 0; i < COUNT_OF(a->slots); i++) {
        TRY(room_make(&a->slots[i].answers, INGEST_ANSWERS_BYTES_MAX));
    }
    TRY(room_make(&a->payload, CONTROL_PAYLOAD_MAX));
    a->input = malloc(INGEST_LINE_BYTES_MAX);
    return a->input == NULL ? FAIL(E_NOMEM) : OK;
}

static void appender_done(struct appender *a)
{
    if (a->fd >= 0) close(a->fd);
    frame_input_done(&a->in);
    ingest_done(&a->ingest);
    deciding_done(&a->deciding);
    node_close(&a->node);
    for (size_t i = 0; i < COUNT_OF(a->slots); i++)
        free(a->slots[i].answers.at);
    free(a->payload.at);
    free(a->input);
}

/* What was acknowledged is durable, and that is what was asked for. Whether a checkpoint followed
 * is told all the same: without one nothing of it can be proved to anybody yet. */
static void tell_unsigned(struct appender *a)
{
    struct fault f = {};
    if (a->fd >= 0) return; /* the running node says so itself */
    const uint64_t size = committer_sequenced(a->node.committer);
    const status s = committer_wait(a->node.committer, size, true, &f);
    if (s.code == E_OK) return;
    command_fail(0,
                 "%s: %s: every record answered is durable, but no checkpoint covers the last "
                 "ones: %s; the next start signs them",
                 a->command, a->dir, f.text);
}

int append_from(const struct invocation *inv, uint8_t kind, const struct append_source *source)
{
    const char *ack = invocation_value(inv, "--ack", "sequenced");
    struct fault f = { "out of memory" };
    struct appender a = {
        .dir = inv->arguments[0],
        .command = inv->command->name,
        .kind = kind,
        .source = source,
        .checkpointed = strcmp(ack, "checkpointed") == 0,
        .line = 1,
        .fd = -1,
    };
    if (!a.checkpointed && strcmp(ack, "sequenced") != 0) {
        return command_fail(2, "%s: --ack is sequenced or checkpointed, not %s", a.command, ack);
    }
    a.node.lock_fd = -1;
    status s = appender_init(&a);
    if (s.code == E_OK) s = target_open(&a, &f);
    if (s.code == E_OK) s = take_all(&a, &f);
    if (s.code == E_OK) tell_unsigned(&a);
    appender_done(&a);
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "%s: %s: %s", a.command, a.dir, f.text);
    }
    return a.refused == 0 ? 0 : 2;
}

static status read_input(void *self, uint8_t *to, size_t most, size_t *ret_len, struct fault *f)
{
    const struct file input = file_standard_input();
    (void)self;
    return file_read_next(&input, to, most, ret_len, f);
}

int append_as(const struct invocation *inv, uint8_t kind)
{
    static const struct append_source input = { .read = read_input,
                                                .is_waiting = input_is_waiting };
    return append_from(inv, kind, &input);
}

int run_append(const struct invocation *inv)
{
    return append_as(inv, 0);
}
