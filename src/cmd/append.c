/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append: records from standard input, one JSON object a line; one line of answer for each, in
 * order, once the record is as far as --ack says.
 *
 * Input is taken in chunks. What a chunk added is written while the next is read and encoded; its
 * answers wait in memory until its records are durable. When input pauses, nothing is held back.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/log_commands.h"
#include "cmd/node.h"
#include "lib/json.h"
#include "os/file.h"
#include "record/input.h"
#include "base/banned.h"

enum {
    LINE_BYTES_MAX = 2 * 1024 * 1024, /* an event of 1 MiB with its JSON escapes */
    CHUNK_BYTES = 512 * 1024,
    ARENA_BYTES_MAX = 64 * 1024 * 1024,
    ANSWER_BYTES = 768, /* the longest answer line */
    ANSWERS_BYTES = CHUNK_BYTES / 2 * 32,
};

/* Answers to one chunk, printed once the log has reached size. */
struct answers {
    struct writer text; /* owned */
    uint64_t size;
};

struct appender {
    struct node *node;
    struct json_parser *parser;
    struct arena arena;
    bool wait_checkpoint;
    uint64_t line;
    uint64_t rejected;
    struct answers answers[2]; /* of the chunk at hand and of the one before */
    unsigned now;
    uint8_t *input; /* owned; an unfinished line stays at its start */
    size_t input_len;
};

static status answers_print(struct appender *a, struct answers *to, struct fault *f)
{
    if (to->text.len == 0) return OK;
    TRY(committer_wait(a->node->committer, to->size, a->wait_checkpoint, f));
    const bool wrote =
        fwrite(to->text.at, 1, to->text.len, stdout) == to->text.len && fflush(stdout) == 0;
    to->text.len = 0;
    return wrote ? OK : fault_set(f, FAIL(E_IO), "cannot write to standard output");
}

static void answer_index(struct appender *a, uint64_t index)
{
    writer_printf(&a->answers[a->now].text, "{\"index\":%" PRIu64 "}\n", index);
}

static void answer_error(struct appender *a, const struct fault *why)
{
    struct writer *w = &a->answers[a->now].text;
    struct json_writer j = json_writer_of(w);
    a->rejected++;
    json_object(&j);
    json_member_u64(&j, "line", a->line);
    json_member_text(&j, "error", why->text);
    json_object_end(&j);
    writer_text(w, "\n");
    fprintf(stderr, "candor: append: line %" PRIu64 ": %s\n", a->line, why->text);
}

/* One line. A bad one is answered and does not stop the others; a failing log does. */
static status take_line(struct appender *a, slice line, struct fault *f)
{
    struct record record = {};
    struct fault why = {};
    uint64_t index = 0;
    a->line++;
    if (line.len == 0) return OK;
    arena_reset(&a->arena);
    const status parsed = record_parse_json(a->parser, line, &a->arena, &record, &why);
    if (parsed.code == E_NOMEM) {
        *f = why;
        return parsed;
    }
    if (parsed.code != E_OK) {
        answer_error(a, &why);
        return OK;
    }
    TRY(committer_add(a->node->committer, &record, &index, f));
    answer_index(a, index);
    return OK;
}

/* Hands the chunk over and prints what is durable by now. */
static status turn(struct appender *a, struct fault *f)
{
    struct answers *now = &a->answers[a->now];
    now->size = archive_size(a->node->archive) + committer_pending(a->node->committer);
    TRY(committer_flush(a->node->committer, f));
    a->now = 1 - a->now;
    return answers_print(a, &a->answers[a->now], f);
}

static status take_lines(struct appender *a, bool at_end, struct fault *f)
{
    size_t start = 0;
    for (;;) {
        const slice rest = { a->input + start, a->input_len - start };
        const uint8_t *newline = memchr(rest.at, '\n', rest.len);
        if (newline == NULL) break;
        const size_t len = (size_t)(newline - rest.at);
        TRY(take_line(a, (slice){ rest.at, len }, f));
        start += len + 1;
        const struct writer *text = &a->answers[a->now].text;
        if (text->cap - text->len < ANSWER_BYTES) TRY(turn(a, f));
    }
    if (at_end && start < a->input_len) {
        TRY(take_line(a, (slice){ a->input + start, a->input_len - start }, f));
        start = a->input_len;
    }
    bytes_move(a->input, LINE_BYTES_MAX, a->input + start, a->input_len - start);
    a->input_len -= start;
    if (a->input_len < LINE_BYTES_MAX) return OK;
    return fault_set(f, FAIL(E_LIMIT), "line %" PRIu64 ": longer than %d bytes", a->line + 1,
                     LINE_BYTES_MAX);
}

static bool input_is_waiting(void)
{
    struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

static status take_all(struct appender *a, struct fault *f)
{
    const struct file input = file_standard_input();
    for (;;) {
        size_t len = 0;
        const size_t room = LINE_BYTES_MAX - a->input_len;
        TRY(file_read_next(&input, a->input + a->input_len, room < CHUNK_BYTES ? room : CHUNK_BYTES,
                           &len, f));
        a->input_len += len;
        TRY(take_lines(a, len == 0, f));
        TRY(turn(a, f));
        if (len > 0 && input_is_waiting()) continue;
        TRY(answers_print(a, &a->answers[1 - a->now], f));
        if (len == 0) return OK;
    }
}

static status appender_init(struct appender *a, struct fault *f)
{
    a->parser = json_parser_new();
    a->arena = arena_of(ARENA_BYTES_MAX);
    a->input = malloc(LINE_BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(a->answers); i++) {
        a->answers[i].text = writer_of(malloc(ANSWERS_BYTES), ANSWERS_BYTES);
    }
    const bool whole = a->parser != NULL && a->input != NULL && a->answers[0].text.at != NULL &&
                       a->answers[1].text.at != NULL;
    return whole ? OK : fault_set(f, FAIL(E_NOMEM), "out of memory");
}

static void appender_done(struct appender *a)
{
    json_parser_free(a->parser);
    arena_done(&a->arena);
    free(a->input);
    for (size_t i = 0; i < COUNT_OF(a->answers); i++)
        free(a->answers[i].text.at);
}

int run_append(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    const char *ack = invocation_value(inv, "--ack", "sequenced");
    struct node node = {};
    struct fault f = {};
    struct appender a = { .node = &node, .wait_checkpoint = strcmp(ack, "checkpointed") == 0 };
    if (!a.wait_checkpoint && strcmp(ack, "sequenced") != 0) {
        return command_fail(2, "append: --ack is sequenced or checkpointed, not %s", ack);
    }
    status s = node_open_writing(dir, &node, &f);
    if (s.code == E_OK) {
        s = appender_init(&a, &f);
        if (s.code == E_OK) s = take_all(&a, &f);
        appender_done(&a);
        node_close(&node);
    }
    if (s.code != E_OK) return command_fail(status_exit(s), "append: %s: %s", dir, f.text);
    return a.rejected == 0 ? 0 : 2;
}
