/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "cmd/node/view.h"
#include "cmd/progress.h"
#include "cmd/report/report_commands.h"
#include "ledger/count/recount.h"
#include "os/dir.h"
#include "report/report.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

static void show_progress(void *with, uint64_t entries)
{
    progress_step(with, entries);
}

/* The checkpoint that covers what was counted goes in last, as everywhere. */
static status write_files(const struct report *r, const struct view *v, const char *out,
                          struct fault *f)
{
    struct file folder = {};
    TRY(dir_make(NULL, out, f));
    TRY(dir_open(NULL, out, &folder, f));
    status s = OK;
    for (enum report_file i = 0; i < REPORT_FILES && s.code == E_OK; i++) {
        s = dir_replace(&folder, report_file_name(i), report_file_bytes(r, i), f);
    }
    if (s.code == E_OK) s = dir_replace(&folder, "checkpoint", log_head_note(&v->head), f);
    file_close(&folder);
    return s;
}

static status build_from(struct view *v, const struct report_period *period,
                         struct counter *counter, struct report **ret_report, struct fault *f)
{
    struct counter_table table = {};
    const status s = counter_table(counter, &table);
    if (s.code != E_OK) return fault_set(f, s, "out of memory");
    const struct report_input in = { .period = *period,
                                     .origin = v->head.checkpoint.origin,
                                     .size = v->head.checkpoint.size,
                                     .root = v->head.checkpoint.root,
                                     .table = &table };
    return report_build(&in, ret_report, f);
}

static status build(const char *dir, const struct report_period *period, const char *out,
                    struct fault *f)
{
    struct view v = {};
    struct counter *counter = NULL;
    struct report *r = NULL;
    TRY(view_open(dir, &v, f));
    const uint64_t size = v.head.checkpoint.size;
    struct progress progress = progress_start("counting", size, "entries");
    status s = recount_all(v.node.archive, size, show_progress, &progress, &counter, f);
    progress_end(&progress);
    if (s.code == E_OK) s = build_from(&v, period, counter, &r, f);
    if (s.code == E_OK) s = write_files(r, &v, out, f);
    if (s.code == E_OK) {
        printf("{\"period\":\"%s\",\"size\":%" PRIu64 ",\"counted\":%" PRIu64 ",\"opened\":%" PRIu64
               ",\"declared\":%" PRIu64 "}\n",
               period->name, size, report_cells(r, REPORT_COUNTED), report_cells(r, REPORT_OPENED),
               report_cells(r, REPORT_DECLARED));
    }
    report_free(r);
    counter_free(counter);
    view_close(&v);
    return s;
}

int run_report_build(const struct invocation *inv)
{
    struct report_period period = {};
    struct fault f = {};
    const char *name = invocation_value(inv, "--period", NULL);
    const char *out = invocation_value(inv, "--out", NULL);
    if (name == NULL || report_period_parse(slice_text(name), &period).code != E_OK) {
        return command_fail(EXIT_USAGE, "report build: --period is 2026-H1, 2026-H2 or 2026");
    }
    if (out == NULL) return command_fail(EXIT_USAGE, "report build: --out is the folder to write");
    const status s = build(inv->arguments[0], &period, out, &f);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "report build: %s: %s", inv->arguments[0], f.text);
}
