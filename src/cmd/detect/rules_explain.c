/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/rules_explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/detect/rules_load.h"
#include "intake/intake.h"
#include "judge/sigma/explain.h"
#include "lib/json.h"
#include "os/file.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, OUT_BYTES = 8 * 1024 * 1024 };

struct explaining {
    const struct invocation *inv;
    struct ruleset *rs;
    struct naive *naive;
    struct intake *intake;
    struct trace trace; /* entries are owned */
    uint8_t *window;    /* INTAKE_WINDOW_BYTES and padding */
    uint8_t *out;       /* OUT_BYTES */
    uint64_t only;      /* the record asked for with --event; 0 for all */
    uint64_t fault_count;
};

static void write_json_entry(struct json_writer *j, const struct explaining *x,
                             const struct rule *rule, const struct trace_entry *e)
{
    static const char *const kinds[] = { [NODE_AND] = "and",
                                         [NODE_OR] = "or",
                                         [NODE_NOT] = "not",
                                         [NODE_PREDICATE] = "value",
                                         [NODE_SELECTION] = "selection" };
    json_object(j);
    json_member_u64(j, "depth", e->depth);
    json_member_bool(j, "true", e->is_true);
    json_member_text(j, "kind", kinds[e->node->kind]);
    json_member_u64(j, "line", e->node->line);
    if (e->node->kind == NODE_SELECTION) {
        json_member_string(j, "name", rule->selections[e->node->index].name);
    } else if (e->node->name.len != 0) {
        json_member_string(j, "name", e->node->name);
    }
    if (e->node->kind == NODE_PREDICATE) {
        json_member_string(j, "written", x->rs->predicates[e->node->index]->written);
    }
    if (e->member != NULL) {
        json_member_string(j, "field", e->member->name);
        json_member_string(j, "value", e->member->text);
    }
    json_object_end(j);
}

static void write_json(struct writer *w, const struct explaining *x, const struct rule *rule,
                       uint64_t record, bool matched)
{
    static const char *const gates[] = { "admitted", "unknown", "not admitted" };
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_member_u64(&j, "event", record);
    json_member_string(&j, "rule", rule_reference(rule));
    json_member_string(&j, "title", rule->title);
    json_member_bool(&j, "matched", matched);
    json_member_text(&j, "logsource", gates[x->trace.gate]);
    json_key(&j, "trace");
    json_array(&j);
    for (size_t i = 0; i < x->trace.count; i++) {
        write_json_entry(&j, x, rule, &x->trace.entries[i]);
    }
    json_array_end(&j);
    json_object_end(&j);
    writer_u8(w, '\n');
}

static status explain_event(struct explaining *x, const struct event *event, uint64_t record)
{
    for (size_t i = 0; i < x->rs->rule_count; i++) {
        const struct rule *rule = x->rs->rules[i];
        struct writer w = writer_of(x->out, OUT_BYTES);
        if (rule->kind != RULE_DETECTION) continue;
        const bool matched = sigma_naive_match(x->naive, rule, event, &x->trace);
        if (x->inv->json) {
            write_json(&w, x, rule, record, matched);
        } else {
            writer_printf(&w, "event %llu: ", (unsigned long long)record);
            explain_write(&w, x->rs, rule, event, &x->trace, matched);
        }
        TRY(writer_end(&w));
        if (fwrite(x->out, 1, w.len, stdout) != w.len) return FAIL(E_IO);
    }
    return OK;
}

/* Every event in the window; *ret_over at the end of the input. */
static status explain_window(struct explaining *x, bool *ret_over)
{
    for (;;) {
        struct event event = {};
        struct intake_position at = {};
        struct fault fault = {};
        switch (intake_next(x->intake, &event, &at, &fault)) {
        case INTAKE_EVENT:
            if (x->only == 0 || x->only == at.record) TRY(explain_event(x, &event, at.record));
            break;
        case INTAKE_FAULT:
            x->fault_count++;
            fprintf(stderr, "candor: %s:%llu: %s\n", x->inv->arguments[1],
                    (unsigned long long)at.line, fault.text);
            break;
        case INTAKE_MORE:
            return OK;
        case INTAKE_END:
            *ret_over = true;
            return OK;
        }
    }
}

static status explain_file(struct explaining *x, struct fault *fault)
{
    struct file file = { .fd = -1 };
    const char *path = x->inv->arguments[1];
    if (strcmp(path, "-") == 0) {
        file = file_standard_input();
    } else {
        TRY(file_open(NULL, path, FILE_READ, &file, fault));
    }
    size_t len = 0;
    bool is_all = false, over = false;
    status s = OK;
    intake_begin(x->intake, INTAKE_AUTO, 0);
    while (s.code == E_OK && !over) {
        size_t got = 0;
        if (len == INTAKE_WINDOW_BYTES) {
            s = fault_set(fault, FAIL(E_LIMIT), "%.400s: an event is too long", path);
        }
        if (!is_all && s.code == E_OK) {
            s = file_read_next(&file, x->window + len, INTAKE_WINDOW_BYTES - len, &got, fault);
            is_all = got == 0;
        }
        len += got;
        intake_data(x->intake, (slice){ x->window, len }, is_all);
        if (s.code == E_OK) s = explain_window(x, &over);
        const size_t taken = intake_taken(x->intake);
        bytes_move(x->window, INTAKE_WINDOW_BYTES, x->window + taken, len - taken);
        len -= taken;
    }
    file_close(&file);
    return s;
}

static void explaining_done(struct explaining *x)
{
    naive_free(x->naive);
    intake_free(x->intake);
    ruleset_free(x->rs);
    free(x->trace.entries);
    free(x->window);
    free(x->out);
}

int rules_explain(const struct invocation *inv)
{
    struct explaining x = { .inv = inv };
    const char *only = invocation_value(inv, "--event", NULL);
    if (only != NULL && (num_parse_u64(slice_text(only), &x.only).code != E_OK || x.only == 0)) {
        return command_fail(EXIT_USAGE, "rules explain: --event takes a number from 1");
    }
    const int failed = rules_load(inv, inv->arguments, 1, &x.rs);
    if (failed != 0) return failed;
    for (size_t i = 0; i < x.rs->diagnostic_count; i++) {
        rules_print_diagnostic(stderr, &x.rs->diagnostics[i]);
    }
    if (x.rs->rule_count == 0 && x.rs->error_count == 0) {
        explaining_done(&x);
        return command_fail(EXIT_USAGE, "rules explain: there is no rule in %s", inv->arguments[0]);
    }
    struct fault fault = {};
    x.naive = naive_new(x.rs);
    x.intake = intake_new(NULL);
    x.trace.cap = RULE_NODES_MAX;
    x.trace.entries = calloc(x.trace.cap, sizeof *x.trace.entries);
    x.window = calloc(1, INTAKE_WINDOW_BYTES + JSON_PADDING_BYTES);
    x.out = malloc(OUT_BYTES);
    const bool ready = x.naive != NULL && x.intake != NULL && x.trace.entries != NULL &&
                       x.window != NULL && x.out != NULL;
    status s = ready ? explain_file(&x, &fault) : FAIL(E_NOMEM);
    const bool flawed = x.rs->error_count != 0 || x.fault_count != 0;
    explaining_done(&x);
    if (s.code == E_OK && fflush(stdout) != 0) s = FAIL(E_IO);
    if (s.code == E_IO && fault.text[0] == 0) return command_unwritten(errno);
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "%s", fault.text[0] ? fault.text : status_text(s));
    }
    return flawed ? EXIT_USAGE : 0;
}
