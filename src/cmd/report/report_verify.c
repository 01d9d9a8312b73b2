/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report verify: nothing of a report is believed but what its log has signed. The public entries
 * must lead to the signed root; the figures are counted from them; every file must say the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/report/report_commands.h"
#include "ledger/count/counter.h"
#include "ledger/head.h"
#include "os/dir.h"
#include "report/report.h"
#include "verify/published.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, PUBLIC_FILE_BYTES_MAX = TILE_WIDTH * (2 + 65535) };

/* A folder whose files are read one at a time. */
struct folder {
    struct file dir;
    uint8_t *bytes; /* owned; of the file read last */
};

static status folder_open(struct folder *d, const char *path, struct fault *f)
{
    *d = (struct folder){ .dir = { .fd = -1 } };
    return dir_open(NULL, path, &d->dir, f);
}

static void folder_close(struct folder *d)
{
    if (d->dir.fd >= 0) file_close(&d->dir);
    free(d->bytes);
}

static status folder_load(struct folder *d, const char *name, size_t len_max, slice *ret_bytes,
                          struct fault *f)
{
    size_t len = 0;
    free(d->bytes);
    d->bytes = NULL;
    TRY(file_load(&d->dir, name, len_max, &d->bytes, &len, f));
    *ret_bytes = (slice){ d->bytes, len };
    return OK;
}

static status read_public(void *self, const char *path, slice *ret_bytes, struct fault *f)
{
    return folder_load(self, path, PUBLIC_FILE_BYTES_MAX, ret_bytes, f);
}

/* ---- counting ---- */

struct pass {
    struct counter *counter;
    struct merkle_frontier frontier;
};

static status take(void *with, const struct published_entries *e, struct fault *f)
{
    struct pass *p = with;
    hash leaves[TILE_WIDTH];
    merkle_leaves(e->entries, e->count, leaves);
    const status s = merkle_append_many(&p->frontier, leaves, e->count, NULL);
    if (s.code != E_OK) return fault_set(f, s, "too many entries");
    for (size_t i = 0; i < e->count; i++) {
        const status counted = counter_add(p->counter, e->entries[i]);
        if (counted.code != E_OK) {
            return fault_set(f, counted, "entry %" PRIu64 ": %s", e->first + i,
                             status_text(counted));
        }
    }
    return OK;
}

/* Every entry before the checkpoint's size, which must be the log's. */
static status count_public(struct folder *from, const struct checkpoint *c, struct counter *counter,
                           struct fault *f)
{
    struct published log = { .self = from, .read = read_public };
    struct pass p = { .counter = counter };
    TRY(published_open(&log, c->size, f));
    const struct merkle_range all = { 0, c->size };
    if (c->size > 0) TRY(published_each(&log, all, take, &p, f));
    const hash root = merkle_frontier_root(&p.frontier);
    if (bytes_equal(root.bytes, c->root.bytes, sizeof root.bytes)) return OK;
    return fault_set(f, FAIL(E_INVALID), "the public entries are not those of the signed log");
}

/* ---- the report ---- */

struct verification {
    const char *key;
    struct folder report;
    struct folder public;
    struct log_head head;
    struct counter *counter; /* owned */
    struct report *again;    /* owned; built from the public entries */
};

static status read_head(struct verification *v, struct fault *f)
{
    slice note = {};
    TRY(folder_load(&v->report, "checkpoint", LOG_HEAD_BYTES_MAX, &note, f));
    TRY(log_head_read(note, &v->head, f));
    return log_head_verify(&v->head, slice_text(v->key), f);
}

/* What the manifest claims to be about must be what the log signed. */
static status read_manifest(struct verification *v, struct report_input *in, struct fault *f)
{
    const struct checkpoint *c = &v->head.checkpoint;
    slice manifest = {};
    TRY(folder_load(&v->report, "manifest", REPORT_FILE_BYTES_MAX, &manifest, f));
    if (report_manifest_read(manifest, in, f).code != E_OK) return FAIL(E_INVALID);
    const bool same = slice_equal(in->origin, c->origin) && in->size == c->size &&
                      bytes_equal(in->root.bytes, c->root.bytes, sizeof c->root.bytes);
    if (!same) {
        return fault_set(f, FAIL(E_INVALID),
                         "manifest: it is of another log range than the "
                         "checkpoint beside it");
    }
    in->origin = c->origin; /* the manifest's bytes are gone at the next file */
    return OK;
}

static status compare_all(struct verification *v, struct fault *f)
{
    for (enum report_file i = 0; i < REPORT_FILES; i++) {
        slice said = {};
        TRY(folder_load(&v->report, report_file_name(i), REPORT_FILE_BYTES_MAX, &said, f));
        TRY(report_compare(v->again, i, said, f));
    }
    return OK;
}

static status verify(struct verification *v, const char *out, const char *public, struct fault *f)
{
    struct report_input in = {};
    struct counter_table table = {};
    TRY(folder_open(&v->report, out, f));
    TRY(folder_open(&v->public, public, f));
    TRY(read_head(v, f));
    TRY(read_manifest(v, &in, f));
    v->counter = counter_new(0);
    if (v->counter == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(count_public(&v->public, &v->head.checkpoint, v->counter, f));
    const status s = counter_table(v->counter, &table);
    if (s.code != E_OK) return fault_set(f, s, "out of memory");
    in.table = &table;
    TRY(report_build(&in, &v->again, f));
    return compare_all(v, f);
}

int run_report_verify(const struct invocation *inv)
{
    struct fault f = {};
    const char *key = invocation_value(inv, "--vkey", NULL);
    const char *public = invocation_value(inv, "--recount", NULL);
    if (key == NULL || public == NULL) {
        return command_fail(EXIT_USAGE, "report verify: --vkey and --recount are needed");
    }
    struct verification *v = calloc(1, sizeof *v);
    if (v == NULL) return command_fail(status_exit(FAIL(E_NOMEM)), "report verify: out of memory");
    v->key = key;
    v->report.dir.fd = v->public.dir.fd = -1;
    const status s = verify(v, inv->arguments[0], public, &f);
    if (s.code == E_OK) {
        printf("recounted: %" PRIu64 " cells from %" PRIu64 " public entries\n",
               report_cells(v->again, REPORT_COUNTED), v->head.checkpoint.size);
    }
    report_free(v->again);
    counter_free(v->counter);
    folder_close(&v->report);
    folder_close(&v->public);
    free(v);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "report verify: %s: %s", inv->arguments[0], f.text);
}
