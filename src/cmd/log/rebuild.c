/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include "cmd/log/log_commands.h"
#include "cmd/node/view.h"
#include "cmd/progress.h"
#include "view/view.h"
#include "view/withheld.h"
#include "base/banned.h"

static status project(struct view_db *db, struct archive *a, hash *ret_digest, struct fault *f)
{
    const uint64_t size = archive_size(a);
    struct progress progress = progress_start("rebuilding", size, "entries");
    for (bool done = false; !done;) {
        const uint64_t before = view_db_applied(db);
        TRY(view_db_step(db, a, size, &done, f));
        progress_step(&progress, view_db_applied(db) - before);
    }
    progress_end(&progress);
    return view_db_digest(db, ret_digest, f);
}

/* The lock keeps a node from writing the view meanwhile. */
static status rebuild(const char *dir, uint64_t *ret_entries, hash *ret_digest, struct fault *f)
{
    struct node node = {};
    struct view_db *db = NULL;
    TRY(node_open_writing(dir, &node, f));
    status s = view_db_drop(dir, f);
    if (s.code == E_OK) s = withheld_drop(dir, f);
    if (s.code == E_OK) s = view_db_open(dir, &db, f);
    if (s.code == E_OK) s = project(db, node.archive, ret_digest, f);
    if (s.code == E_OK) *ret_entries = view_db_applied(db);
    view_db_close(db);
    node_close(&node);
    return s;
}

int run_rebuild(const struct invocation *inv)
{
    struct fault f = {};
    uint64_t entries = 0;
    hash digest = {};
    uint8_t hex[2 * SHA256_BYTES];
    struct writer w = writer_of(hex, sizeof hex);
    const status s = rebuild(inv->arguments[0], &entries, &digest, &f);
    if (s.code != E_OK) {
        return command_fail(status_exit(s), "rebuild: %s: %s", inv->arguments[0], f.text);
    }
    writer_hex(&w, (slice){ digest.bytes, sizeof digest.bytes });
    if (inv->json) {
        printf("{\"entries\":%" PRIu64 ",\"digest\":\"%.*s\"}\n", entries, (int)w.len, (char *)hex);
    } else {
        printf("%" PRIu64 " entries, digest %.*s\n", entries, (int)w.len, (char *)hex);
    }
    return 0;
}
