/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report statements: the statements of reasons of a period as files to send.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/node/view.h"
#include "cmd/report/open_range.h"
#include "cmd/report/report_commands.h"
#include "os/dir.h"
#include "report/reasons/batches.h"
#include "base/banned.h"

enum {
    EXIT_USAGE = 2,
    LINE_BYTES_MAX = 32 * 1024,
    FILE_NAME_BYTES_MAX = 32,
    WHY_BYTES_MAX = 64,
};

/* What is held while the files are written. */
struct exporting {
    const char *dir;
    const char *by;
    struct view view;
    struct file folder;
    struct batches *batches; /* owned */
    uint64_t files;
};

static status write_batch(void *with, slice json, struct fault *f)
{
    struct exporting *x = with;
    char name[FILE_NAME_BYTES_MAX];
    snprintf(name, sizeof name, "statements-%06" PRIu64 ".json", ++x->files);
    return dir_replace(&x->folder, name, json, f);
}

static void tell_left_out(void *with, uint64_t index, slice puid, const struct complaints *why)
{
    uint8_t room[LINE_BYTES_MAX];
    struct writer w = writer_of(room, sizeof room);
    struct json_writer j = json_writer_of(&w);
    (void)with;
    json_object(&j);
    json_member_u64(&j, "index", index);
    json_member_string(&j, "puid", puid);
    json_key(&j, "errors");
    complaints_write(why, &j);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static bool wants(void *self, uint64_t index, slice entry)
{
    (void)index;
    return batches_want(((struct exporting *)self)->batches, entry);
}

static status take(void *self, const struct scanned_record *r, struct fault *f)
{
    return batches_take(((struct exporting *)self)->batches, r, f);
}

static status refuse_file(void *with, const char *name)
{
    (void)with;
    (void)name;
    return FAIL(E_EXISTS);
}

/* A new or empty folder: nothing of an earlier export is sent again. */
static status make_folder(struct exporting *x, const char *out, struct fault *f)
{
    TRY(dir_make(NULL, out, f));
    TRY(dir_open(NULL, out, &x->folder, f));
    const status s = dir_list(&x->folder, "", refuse_file, NULL, f);
    return s.code == E_EXISTS ? fault_set(f, s, "%s is not empty", out) : s;
}

static status export(struct exporting *x, const struct report_period *period,
                     struct batches_count *ret_count, struct fault *f)
{
    char why[WHY_BYTES_MAX];
    snprintf(why, sizeof why, "statements of reasons %s", period->name);
    const struct open_range all = {
        x->dir, x->by, why, &x->view, { .self = x, .record = take, .wants = wants }
    };
    TRY(open_range(&all, f));
    return batches_end(x->batches, ret_count, f);
}

static status run(struct exporting *x, const struct report_period *period, const char *out,
                  struct batches_count *ret_count, struct fault *f)
{
    const struct batches_told told = { x, write_batch, tell_left_out };
    x->folder.fd = -1;
    x->batches = batches_new(period, &told);
    if (x->batches == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(view_open(x->dir, &x->view, f));
    status s = make_folder(x, out, f);
    if (s.code == E_OK) s = export(x, period, ret_count, f);
    if (x->folder.fd >= 0) file_close(&x->folder);
    view_close(&x->view);
    return s;
}

int run_report_statements(const struct invocation *inv)
{
    struct exporting x = { .dir = inv->arguments[0], .by = invocation_value(inv, "--by", "") };
    struct report_period period = {};
    struct batches_count count = {};
    struct fault f = {};
    const char *name = invocation_value(inv, "--period", NULL);
    const char *out = invocation_value(inv, "--out", NULL);
    if (name == NULL || report_period_parse(slice_text(name), &period).code != E_OK) {
        return command_fail(EXIT_USAGE, "report statements: --period is 2026-H1, 2026-H2 or 2026");
    }
    if (out == NULL) {
        return command_fail(EXIT_USAGE, "report statements: --out is the folder to write");
    }
    const status s = run(&x, &period, out, &count, &f);
    batches_free(x.batches);
    if (s.code != E_OK) {
        return command_fail(s.code == E_EXISTS ? EXIT_USAGE : status_exit(s),
                            "report statements: %s: %s", inv->arguments[0], f.text);
    }
    printf("{\"period\":\"%s\",\"statements\":%" PRIu64 ",\"files\":%" PRIu64
           ",\"by_order\":%" PRIu64 ",\"left_out\":%" PRIu64 "}\n",
           period.name, count.statements, count.batches, count.by_order, count.left_out);
    return count.left_out > 0 ? EXIT_USAGE : 0;
}
