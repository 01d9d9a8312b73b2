/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor incident: findings that people handle together. Opening, changing and closing are duties
 * (cmd/node/duty_incident.c); lists and histories are opened from the log behind a recorded look.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/incident/incident_commands.h"
#include "cmd/incident/incident_show.h"
#include "cmd/node/view.h"
#include "record/incident.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    CHANGE_BYTES_MAX = 60 * 1024,
    SHOWN_BYTES_MAX = 8 * 1024 * 1024,
    PAGE_INCIDENTS = 200,
};

/* "7" or "INC-7". */
static bool incident_number(const char *text, uint64_t *ret_number)
{
    static const char prefix[] = "INC-";
    slice s = slice_text(text);
    if (slice_starts(s, slice_text(prefix))) s = slice_from(s, sizeof prefix - 1);
    return num_parse_u64(s, ret_number).code == E_OK && *ret_number > 0 &&
           *ret_number <= INCIDENT_NUMBER_MAX;
}

static const struct {
    const char *option;
    const char *member;
    bool is_number;
} change_options[] = {
    { "--stage", "stage", false },       { "--title", "title", false },
    { "--severity", "severity", false }, { "--class", "class", false },
    { "--owner", "owner", false },       { "--note", "note", false },
    { "--notified", "notified", false }, { "--began", "began", false },
    { "--aware", "aware", false },       { "--persons", "persons", true },
    { "--loss", "loss", true },          { "--currency", "currency", false },
};

static bool write_number(struct json_writer *j, const char *option, const char *text)
{
    uint64_t number = 0;
    if (num_parse_u64(slice_text(text), &number).code == E_OK) {
        json_u64(j, number);
        return true;
    }
    command_fail(EXIT_USAGE, "%s: a number is expected, not %.40s", option, text);
    return false;
}

static bool write_findings(struct json_writer *j, const struct invocation *inv)
{
    const char *text = NULL;
    if (invocation_nth(inv, "--finding", 0) == NULL) return true;
    json_key(j, "findings");
    json_array(j);
    for (size_t i = 0; (text = invocation_nth(inv, "--finding", i)) != NULL; i++) {
        if (!write_number(j, "--finding", text)) return false;
    }
    json_array_end(j);
    return true;
}

/* False after a message. stage: what the command itself says, or NULL. */
static bool write_change(const struct invocation *inv, const char *stage, struct writer *w)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    if (stage != NULL) json_member_text(&j, "stage", stage);
    for (size_t i = 0; i < COUNT_OF(change_options); i++) {
        const char *value = invocation_value(inv, change_options[i].option, NULL);
        if (value == NULL) continue;
        json_key(&j, change_options[i].member);
        if (!change_options[i].is_number)
            json_text(&j, value);
        else if (!write_number(&j, change_options[i].option, value))
            return false;
    }
    if (!write_findings(&j, inv)) return false;
    json_object_end(&j);
    if (writer_end(w).code == E_OK) return true;
    command_fail(EXIT_USAGE, "incident: the values are too long");
    return false;
}

static int ask(const struct invocation *inv, const struct duty *d)
{
    uint8_t room[DUTY_ANSWER_BYTES_MAX];
    struct writer answer = writer_of(room, sizeof room);
    struct fault f = {};
    const status s = duty_ask(inv->arguments[0], d, &answer, &f);
    if (s.code == E_OK) {
        printf("%.*s", (int)answer.len, (const char *)answer.at);
        return 0;
    }
    return command_fail(s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s), "incident: %s",
                        f.text);
}

/* number: as text; empty for a new one. */
static int change(const struct invocation *inv, slice number, const char *stage)
{
    uint8_t request[CHANGE_BYTES_MAX];
    uint8_t expected[8];
    uint64_t index = 0;
    struct writer w = writer_of(request, sizeof request);
    struct duty d = duty_of(DUTY_INCIDENT);
    const char *expect = invocation_value(inv, "--expect", NULL);
    if (!write_change(inv, stage, &w)) return EXIT_USAGE;
    d.slots[DUTY_ID] = number;
    d.slots[DUTY_REQUEST] = writer_slice(&w);
    d.slots[DUTY_ACTOR] = slice_text(invocation_value(inv, "--by", ""));
    if (expect != NULL) {
        if (num_parse_u64(slice_text(expect), &index).code != E_OK) {
            return command_fail(EXIT_USAGE, "--expect: an index is expected, not %.40s", expect);
        }
        put_u64(expected, index);
        d.slots[DUTY_RECORDS] = (slice){ expected, sizeof expected };
    }
    return ask(inv, &d);
}

static int change_old(const struct invocation *inv, const char *stage)
{
    uint64_t number = 0;
    uint8_t digits[20];
    struct writer w = writer_of(digits, sizeof digits);
    if (!incident_number(inv->arguments[1], &number)) {
        return command_fail(EXIT_USAGE, "incident: INC-7 or 7 is expected, not %.40s",
                            inv->arguments[1]);
    }
    writer_dec(&w, number);
    return change(inv, writer_slice(&w), stage);
}

int run_incident_open(const struct invocation *inv)
{
    return change(inv, slice_none(), NULL);
}

int run_incident_update(const struct invocation *inv)
{
    return change_old(inv, NULL);
}

int run_incident_close(const struct invocation *inv)
{
    return change_old(inv, "closed");
}

/* ---- showing ---- */

/* A node's incidents as they are opened for somebody. */
struct showing {
    const struct invocation *inv;
    struct view view;
    struct keys *keys;
    struct opener *opener;
    struct view_lists *lists;
    struct incident_page page;
    struct opened_record record;
    struct writer out; /* owned */
};

static status showing_open(struct showing *s, struct fault *f)
{
    const char *dir = s->inv->arguments[0];
    s->out = writer_of(malloc(SHOWN_BYTES_MAX), SHOWN_BYTES_MAX);
    if (s->out.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(incident_view_follow(dir, f));
    TRY(view_open(dir, &s->view, f));
    TRY(view_lists_open(dir, &s->lists, f));
    return incident_view_wait(s->lists, s->view.head.checkpoint.size, f);
}

static void showing_close(struct showing *s)
{
    opener_free(s->opener);
    keys_free(s->keys);
    view_lists_close(s->lists);
    if (s->view.node.store.ops != NULL) view_close(&s->view);
    free(s->out.at);
    free(s);
}

/* The look is in the log before anything is opened. */
static status record_look(struct showing *s, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    struct duty d = duty_of(DUTY_OPEN);
    if (s->page.indices.len == 0) return OK;
    d.slots[DUTY_RECORDS] = writer_slice(&s->page.indices);
    d.slots[DUTY_ACTOR] = slice_text(invocation_value(s->inv, "--by", ""));
    d.slots[DUTY_PURPOSE] = slice_text(invocation_value(s->inv, "--purpose", ""));
    const status done = duty_ask(s->inv->arguments[0], &d, &w, f);
    if (done.code != E_OK) return fault_within(f, done, "the look cannot be recorded");
    if (s->opener != NULL) return OK;
    TRY(keys_open(&s->view.node.store, NULL, &s->keys, f));
    s->opener = opener_new(s->view.node.archive, s->keys);
    return s->opener != NULL ? OK : fault_set(f, FAIL(E_NOMEM), "out of memory");
}

static status show_page(struct showing *s, bool with_history, struct fault *f)
{
    const struct incident_opening o = { s->opener, &s->record };
    for (size_t i = 0; i < s->page.count; i++) {
        s->out.len = 0;
        TRY(incident_write(&s->page, i, with_history, &o, &s->out, f));
        writer_text(&s->out, "\n");
        if (fwrite(s->out.at, 1, s->out.len, stdout) != s->out.len) {
            return fault_set(f, FAIL(E_IO), "cannot write to standard output");
        }
    }
    return OK;
}

static status show_list(struct showing *s, uint8_t state, struct fault *f)
{
    uint32_t below = INCIDENT_NUMBER_MAX + 1;
    TRY(showing_open(s, f));
    while (below != 0) {
        TRY(incident_page_find(s->lists, state, below, PAGE_INCIDENTS, &s->page, f));
        if (s->page.count == 0) return OK;
        TRY(record_look(s, f));
        TRY(show_page(s, false, f));
        below = s->page.next;
    }
    return OK;
}

static status show_one(struct showing *s, uint16_t number, struct fault *f)
{
    TRY(showing_open(s, f));
    TRY(incident_page_one(s->lists, number, &s->page, f));
    TRY(record_look(s, f));
    return show_page(s, true, f);
}

static struct showing *showing_new(const struct invocation *inv)
{
    struct showing *s = calloc(1, sizeof *s);
    if (s != NULL) s->inv = inv;
    return s;
}

static int end(struct showing *s, status done, const struct fault *f)
{
    showing_close(s);
    if (done.code == E_OK) return 0;
    return command_fail(done.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(done), "incident: %s",
                        f->text);
}

int run_incident_list(const struct invocation *inv)
{
    struct fault f = {};
    const char *word = invocation_value(inv, "--state", NULL);
    const uint8_t state = word == NULL ? 0 : incident_state_named(slice_text(word));
    if (word != NULL && state == 0) {
        return command_fail(EXIT_USAGE, "--state: there is no state %.40s", word);
    }
    struct showing *s = showing_new(inv);
    if (s == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "incident: out of memory");
    return end(s, show_list(s, state, &f), &f);
}

int run_incident_show(const struct invocation *inv)
{
    struct fault f = {};
    uint64_t number = 0;
    if (!incident_number(inv->arguments[1], &number)) {
        return command_fail(EXIT_USAGE, "incident: INC-7 or 7 is expected, not %.40s",
                            inv->arguments[1]);
    }
    struct showing *s = showing_new(inv);
    if (s == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "incident: out of memory");
    return end(s, show_one(s, (uint16_t)number, &f), &f);
}
