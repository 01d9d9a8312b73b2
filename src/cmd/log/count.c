/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log count: figures that anyone can check: recounted from the entries, or as a proof from a
 * summary. log summarise: writes such a summary now.
 */
#include "ledger/count/count.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/view.h"
#include "cmd/progress.h"
#include "ledger/proof.h"
#include "ledger/count/recount.h"
#include "base/banned.h"

enum { WORDS_MAX = 1024 };

static void show_progress(void *with, uint64_t entries)
{
    progress_step(with, entries);
}

static status month_option(const struct invocation *inv, const char *name, uint16_t fallback,
                           uint16_t *ret_month, struct fault *f)
{
    const char *text = invocation_value(inv, name, NULL);
    *ret_month = fallback;
    if (text == NULL) return OK;
    const status s = month_parse(slice_text(text), ret_month);
    return s.code == E_OK ? OK
                          : fault_set(f, s, "%s: not a month such as 2026-01: %.40s", name, text);
}

/* The question that the arguments ask. */
static status query_of(const struct invocation *inv, struct count_query *ret_query, struct fault *f)
{
    const struct schema *schema = schema_named(slice_text(inv->arguments[1]));
    uint16_t from = 0;
    uint16_t to = 0;
    if (schema == NULL) {
        return fault_set(f, FAIL(E_UNKNOWN), "KIND: there is no kind %.40s", inv->arguments[1]);
    }
    TRY(month_option(inv, "--from", MONTH_BEFORE, &from, f));
    TRY(month_option(inv, "--to", MONTH_AFTER, &to, f));
    if (from > to) return fault_set(f, FAIL(E_USAGE), "--from is after --to");
    *ret_query = count_query_of(schema, from, to);
    for (size_t n = 0;; n++) {
        const char *where = invocation_nth(inv, "--where", n);
        if (where == NULL) return OK;
        TRY(count_query_where(ret_query, schema, slice_text(where), f));
    }
}

static void print_figure(const struct counter *counter, const struct count_query *q, bool json)
{
    uint64_t in_time = 0;
    uint64_t late = 0;
    uint8_t words[WORDS_MAX];
    uint8_t line[2 * WORDS_MAX];
    struct writer w = writer_of(words, sizeof words);
    count_query_print(q, &w);
    counter_figure(counter, q, &in_time, &late);
    if (!json) {
        printf("%.*s: %" PRIu64 ", and %" PRIu64 " late; recounted from %" PRIu64 " entries\n",
               (int)w.len, (const char *)w.at, in_time, late, counter_size(counter));
        return;
    }
    struct writer out = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&out);
    json_object(&j);
    json_member_string(&j, "figure", writer_slice(&w));
    json_member_u64(&j, "count", in_time);
    json_member_u64(&j, "late", late);
    json_member_text(&j, "how", "recounted");
    json_member_u64(&j, "entries", counter_size(counter));
    json_object_end(&j);
    printf("%.*s\n", (int)out.len, (const char *)out.at);
}

static status recount(struct view *v, const struct count_query *q, bool json, struct fault *f)
{
    struct counter *counter = NULL;
    const uint64_t size = v->head.checkpoint.size;
    struct progress progress = progress_start("counting", size, "entries");
    TRY(recount_all(v->node.archive, size, show_progress, &progress, &counter, f));
    progress_end(&progress);
    print_figure(counter, q, json);
    counter_free(counter);
    return OK;
}

/* The count file, then the proof that its summary is in the log. */
static status proof_write(struct view *v, struct counter *counter, uint64_t index,
                          const struct count_query *q, struct writer *w, struct fault *f)
{
    struct counter_table table = {};
    slice entry = {};
    const struct merkle_source source = { archive_tree(v->node.archive), tree_node };
    struct inclusion_proof proof = { .extra_base64 = slice_none(),
                                     .index = index,
                                     .checkpoint = log_head_note(&v->head) };
    TRY(archive_entry(v->node.archive, index, &entry, f));
    status s = counter_table(counter, &table);
    if (s.code == E_OK) s = count_format(&table, q, entry, w);
    if (s.code == E_OK) {
        s = merkle_prove_inclusion(&source, index, v->head.checkpoint.size, &proof.path);
    }
    if (s.code != E_OK) return fault_set(f, s, "cannot prove the figure: %s", status_text(s));
    inclusion_proof_write(w, &proof);
    return writer_end(w);
}

static status prove(struct view *v, const struct count_query *q, struct fault *f)
{
    struct counter *counter = NULL;
    uint64_t index = 0;
    struct writer w = writer_of(malloc(COUNT_PROOF_BYTES_MAX), COUNT_PROOF_BYTES_MAX);
    status s = w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK) {
        s = recount_to_summary(v->node.archive, v->head.checkpoint.size, &counter, &index, f);
    }
    if (s.code == E_OK) s = proof_write(v, counter, index, q, &w, f);
    if (s.code == E_OK && fwrite(w.at, 1, w.len, stdout) != w.len) {
        s = fault_set(f, FAIL(E_IO), "cannot write to standard output");
    }
    counter_free(counter);
    free(w.at);
    return s;
}

int run_log_count(const struct invocation *inv)
{
    struct view v = {};
    struct fault f = {};
    struct count_query query = {};
    status s = query_of(inv, &query, &f);
    if (s.code == E_OK) s = view_open(inv->arguments[0], &v, &f);
    if (s.code == E_OK) {
        const bool proves = invocation_has(inv, "--prove");
        s = proves ? prove(&v, &query, &f) : recount(&v, &query, inv->json, &f);
        view_close(&v);
    }
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "log count: %s: %s", inv->arguments[0], f.text);
}

int run_log_summarise(const struct invocation *inv)
{
    struct node node = {};
    struct fault f = {};
    uint64_t index = 0;
    status s = node_open_writing(inv->arguments[0], &node, &f);
    if (s.code == E_OK) {
        s = committer_summarise(node.committer, &index, &f);
        if (s.code == E_OK) s = committer_wait(node.committer, index + 1, true, &f);
        node_close(&node);
    }
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "log summarise: %s: %s", inv->arguments[0], f.text);
    }
    printf("{\"index\":%" PRIu64 "}\n", index);
    return 0;
}
