/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report/given.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "os/dir.h"
#include "base/banned.h"

static status read_head(struct given *g, slice key, struct fault *f)
{
    uint8_t *note = NULL;
    size_t len = 0;
    TRY(file_load(&g->dir, "checkpoint", LOG_HEAD_BYTES_MAX, &note, &len, f));
    status s = log_head_read((slice){ note, len }, &g->head, f);
    if (s.code == E_OK) s = log_head_verify(&g->head, key, f);
    free(note);
    return s;
}

/* What the manifest claims to be about must be what the log signed. */
static status check_manifest(struct given *g, slice manifest, struct fault *f)
{
    const struct checkpoint *c = &g->head.checkpoint;
    struct report_input in = {};
    if (report_manifest_read(manifest, &in, f).code != E_OK) return FAIL(E_INVALID);
    const bool same = slice_equal(in.origin, c->origin) && in.size == c->size &&
                      bytes_equal(in.root.bytes, c->root.bytes, sizeof c->root.bytes);
    if (!same) {
        return fault_set(f, FAIL(E_INVALID),
                         "manifest: it is of another log range than the checkpoint beside it");
    }
    in.origin = c->origin; /* the manifest's bytes are about to go */
    g->in = in;
    return OK;
}

static status read_manifest(struct given *g, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    const char *name = report_file_name(REPORT_MANIFEST);
    TRY(file_load(&g->dir, name, REPORT_FILE_BYTES_MAX, &bytes, &len, f));
    const status s = check_manifest(g, (slice){ bytes, len }, f);
    free(bytes);
    return s;
}

status given_open(const char *path, slice key, struct given *ret_given, struct fault *f)
{
    TRY(dir_open(NULL, path, &ret_given->dir, f));
    status s = read_head(ret_given, key, f);
    if (s.code == E_OK) s = read_manifest(ret_given, f);
    if (s.code != E_OK) given_close(ret_given);
    return s;
}

void given_close(struct given *g)
{
    file_close(&g->dir);
}

status given_compare(const struct given *g, const struct report *r, struct fault *f)
{
    for (enum report_file i = 0; i < REPORT_FILES; i++) {
        uint8_t *bytes = NULL;
        size_t len = 0;
        TRY(file_load(&g->dir, report_file_name(i), REPORT_FILE_BYTES_MAX, &bytes, &len, f));
        const status s = report_compare(r, i, (slice){ bytes, len }, f);
        free(bytes);
        TRY(s);
    }
    return OK;
}
