/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log search: events by their values, the newest first. The order is the point: the log has the
 * search before anything is opened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/interrupt.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "cmd/node/record_line.h"
#include "cmd/progress.h"
#include "ledger/erase/erasures.h"
#include "ledger/opener.h"
#include "view/finder.h"
#include "base/banned.h"

enum { SHOWN_BY_DEFAULT = 100, STEP_INDICES = 1024 };

/* A search at work. */
struct searching {
    const struct invocation *inv;
    const char *dir;
    struct node node;
    struct keys *keys;
    struct opener *opener;
    struct finder *search;
    struct question question;
    struct writer line; /* owned */
    struct progress progress;
    uint64_t before; /* entries below are looked at */
    uint64_t limit;
    uint64_t shown;
    struct opened_record record;
};

/* The question as it was typed, its parts with spaces between them. */
static status take_question(struct searching *s, uint8_t *room, size_t cap, slice *ret_text,
                            struct fault *f)
{
    struct writer w = writer_of(room, cap);
    for (size_t i = 1; i < s->inv->argument_count; i++) {
        const slice part = slice_text(s->inv->arguments[i]);
        const uint8_t *equals = memchr(part.at, '=', part.len);
        const size_t head = equals == NULL ? 0 : (size_t)(equals - part.at) + 1;
        const bool quote = head > 0 && memchr(part.at, ' ', part.len) != NULL &&
                           memchr(part.at, '"', part.len) == NULL;
        if (i > 1) writer_text(&w, " ");
        writer_bytes(&w, (slice){ part.at, head });
        if (quote) writer_text(&w, "\"");
        writer_bytes(&w, slice_from(part, head));
        if (quote) writer_text(&w, "\"");
    }
    *ret_text = writer_slice(&w);
    if (writer_end(&w).code != E_OK) return fault_set(f, FAIL(E_LIMIT), "the question is too long");
    return question_parse(*ret_text, &s->question, f);
}

static status take_number(struct searching *s, const char *name, uint64_t *ret_number,
                          struct fault *f)
{
    const char *text = invocation_value(s->inv, name, NULL);
    if (text == NULL || num_parse_u64(slice_text(text), ret_number).code == E_OK) return OK;
    return fault_set(f, FAIL(E_USAGE), "%s takes a number, not %.40s", name, text);
}

static status record_look(const struct searching *s, slice question, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    uint8_t range[16] = {};
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_SEARCH);
    put_u64(range + 8, s->before - 1);
    d.slots[DUTY_RECORDS] = (slice){ range, sizeof range };
    d.slots[DUTY_ACTOR] = slice_text(invocation_value(s->inv, "--by", ""));
    d.slots[DUTY_PURPOSE] = slice_text(invocation_value(s->inv, "--purpose", ""));
    d.slots[DUTY_NOTE] = question;
    const status done = duty_ask(s->dir, &d, &w, f);
    return done.code == E_OK ? OK : fault_within(f, done, "the search cannot be recorded");
}

static status show(struct searching *s, slice indices, struct fault *f)
{
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        s->line.len = 0;
        TRY(opener_open(s->opener, index, &s->record, f));
        TRY(record_write_line(&s->record, index, &s->line));
        if (fwrite(s->line.at, 1, s->line.len, stdout) != s->line.len) {
            return fault_set(f, FAIL(E_IO), "cannot write to standard output");
        }
        s->shown++;
    }
    return OK;
}

static bool is_interrupted(void *)
{
    return *interrupt_flag() != 0;
}

static status walk(struct searching *s, struct fault *f)
{
    uint8_t room[STEP_INDICES * 8];
    uint64_t below = s->before;
    finder_stop_if(s->search, is_interrupted, NULL);
    while (below > 0 && s->shown < s->limit && !is_interrupted(NULL)) {
        struct writer indices = writer_of(room, sizeof room);
        const uint64_t left = s->limit - s->shown;
        const uint32_t most = left < STEP_INDICES ? (uint32_t)left : STEP_INDICES;
        uint64_t next = 0;
        const status found = finder_step(s->search, below, most, &indices, &next, f);
        if (found.code == E_CANCELLED) break;
        TRY(found);
        TRY(show(s, writer_slice(&indices), f));
        progress_step(&s->progress, below - next);
        below = next;
    }
    progress_end(&s->progress);
    return OK;
}

static status prepare(struct searching *s, struct fault *f)
{
    TRY(erasures_check(&s->node.store, s->node.archive, f));
    TRY(keys_open(&s->node.store, NULL, &s->keys, f));
    s->opener = opener_new(s->node.archive, s->keys);
    s->line = writer_of(malloc(RECORD_LINE_BYTES_MAX), RECORD_LINE_BYTES_MAX);
    if (s->opener == NULL || s->line.at == NULL)
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    return finder_new(s->node.archive, s->keys, &s->question, &s->search);
}

static void tell_numbers(const struct searching *s)
{
    const struct finder_numbers n = finder_numbers(s->search);
    fprintf(stderr,
            "candor: log search: %" PRIu64 " found, %" PRIu64 " entries looked through, %" PRIu64
            " ruled out by filters",
            s->shown, n.entries, n.skipped);
    if (n.erased > 0) fprintf(stderr, ", %" PRIu64 " events were erased", n.erased);
    fprintf(stderr, "\n");
}

static status search(struct searching *s, struct fault *f)
{
    uint8_t room[QUESTION_BYTES_MAX];
    slice question = {};
    TRY(take_question(s, room, sizeof room, &question, f));
    TRY(take_number(s, "--limit", &s->limit, f));
    TRY(take_number(s, "--before", &s->before, f));
    TRY(node_open_reading(s->dir, &s->node, f));
    const uint64_t size = archive_size(s->node.archive);
    if (s->before > size) s->before = size;
    status done = s->before > 0 ? record_look(s, question, f) : OK;
    if (done.code == E_OK) done = prepare(s, f);
    s->progress = progress_start("searching", s->before, "entries");
    interrupt_watch();
    if (done.code == E_OK) done = walk(s, f);
    if (done.code == E_OK) tell_numbers(s);
    finder_free(s->search);
    opener_free(s->opener);
    keys_free(s->keys);
    free(s->line.at);
    node_close(&s->node);
    return done;
}

int run_log_search(const struct invocation *inv)
{
    static struct searching s;
    struct fault f = {};
    s = (struct searching){ .inv = inv, .dir = inv->arguments[0], .before = UINT64_MAX };
    s.limit = SHOWN_BY_DEFAULT;
    const status done = search(&s, &f);
    if (done.code == E_OK) {
        interrupt_die();
        return 0;
    }
    return command_fail(status_exit(done), "log search: %s: %s", s.dir,
                        f.text[0] != '\0' ? f.text : status_text(done));
}
