/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log export: the log as a folder of static files (c2sp.org/tlog-tiles) that any web server can
 * serve. The checkpoint is written last: whoever sees it finds every tile it needs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "cmd/log/log_commands.h"
#include "cmd/progress.h"
#include "cmd/node/view.h"
#include "ledger/export.h"
#include "os/dir.h"
#include "base/banned.h"

enum { TILE_ROOM = TILE_WIDTH * (2 + 65535) };

struct export
{
    struct view view;
    struct file out;
    struct writer bytes; /* owned, TILE_ROOM */
    struct progress progress;
    struct fault *fault;
};

/* Makes every folder on the way to the file. */
static status folders_make(const struct file *out, const char *path, struct fault *f)
{
    char folder[TILE_PATH_BYTES_MAX + 1] = "";
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        bytes_copy(folder, sizeof folder - 1,
                   (slice){ (const uint8_t *)path, (size_t)(slash - path) });
        TRY(dir_make(out, folder, f));
    }
    return OK;
}

static status file_write_whole(const struct file *out, const char *path, slice bytes,
                               struct fault *f)
{
    struct file file = {};
    TRY(file_open(out, path, FILE_WRITE | FILE_CREATE, &file, f));
    status s = file_truncate(&file, 0, f);
    if (s.code == E_OK) s = file_write(&file, 0, bytes, f);
    file_close(&file);
    return s;
}

static status export_one(void *with, struct tile tile)
{
    struct export *e = with;
    char path[TILE_PATH_BYTES_MAX + 1] = "";
    struct writer name = writer_of(path, sizeof path - 1);
    e->bytes = writer_of(e->bytes.at, e->bytes.cap);
    tile_path_write(&name, tile);
    TRY(export_tile(e->view.node.archive, e->view.head.checkpoint.size, tile, &e->bytes, e->fault));
    TRY(folders_make(&e->out, path, e->fault));
    progress_step(&e->progress, 1);
    return file_write_whole(&e->out, path, writer_slice(&e->bytes), e->fault);
}

/* The counter tables that the summaries at the ends of segments commit to. */
static status export_tables(struct export *e)
{
    const uint64_t segments = e->view.head.checkpoint.size / SEGMENT_ENTRIES;
    for (uint64_t segment = 0; segment < segments; segment++) {
        char path[TILE_PATH_BYTES_MAX + 1] = "";
        struct writer name = writer_of(path, sizeof path - 1);
        e->bytes = writer_of(e->bytes.at, e->bytes.cap);
        tile_counters_path_write(&name, segment);
        TRY(export_counters(e->view.node.archive, segment, &e->bytes, e->fault));
        TRY(folders_make(&e->out, path, e->fault));
        TRY(file_write_whole(&e->out, path, writer_slice(&e->bytes), e->fault));
    }
    return OK;
}

static status export_all(struct export *e, const char *out, struct fault *f)
{
    const uint64_t size = e->view.head.checkpoint.size;
    uint64_t tiles = tile_count(size, 0);
    for (unsigned level = 0; level < TILE_HASH_LEVELS; level++)
        tiles += tile_count(size, level);
    e->bytes = writer_of(malloc(TILE_ROOM), TILE_ROOM);
    if (e->bytes.at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(dir_make(NULL, out, f));
    TRY(dir_open(NULL, out, &e->out, f));
    e->progress = progress_start("exporting", tiles, "tiles");
    TRY(export_each(size, export_one, e));
    TRY(export_tables(e));
    progress_end(&e->progress);
    return file_write_whole(&e->out, "checkpoint", log_head_note(view_newest_head(&e->view)), f);
}

int run_log_export(const struct invocation *inv)
{
    struct fault f = {};
    struct export e = { .out = { .fd = -1 }, .fault = &f };
    status s = view_open(inv->arguments[0], &e.view, &f);
    if (s.code == E_OK) {
        s = export_all(&e, inv->arguments[1], &f);
        view_close(&e.view);
    }
    if (e.out.fd >= 0) file_close(&e.out);
    free(e.bytes.at);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "log export: %s: %s", inv->arguments[0], f.text);
}
