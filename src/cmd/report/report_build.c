/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "cmd/report/report_commands.h"
#include "cmd/report/report_of.h"
#include "os/dir.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

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

static status build(const char *dir, const struct report_period *period, const char *out,
                    struct fault *f)
{
    struct view v = {};
    struct report *r = NULL;
    TRY(view_open(dir, &v, f));
    const uint64_t size = v.head.checkpoint.size;
    status s = report_of_log(&v, period, size, &r, f);
    if (s.code == E_OK) s = write_files(r, &v, out, f);
    if (s.code == E_OK) {
        printf("{\"period\":\"%s\",\"size\":%" PRIu64 ",\"counted\":%" PRIu64 ",\"opened\":%" PRIu64
               ",\"declared\":%" PRIu64 "}\n",
               period->name, size, report_cells(r, REPORT_COUNTED), report_cells(r, REPORT_OPENED),
               report_cells(r, REPORT_DECLARED));
    }
    report_free(r);
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
