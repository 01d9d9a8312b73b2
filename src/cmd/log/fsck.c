/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/fsck.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/json_writer.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/node.h"
#include "cmd/progress.h"
#include "base/banned.h"

enum { FAULT_LINE_BYTES = 8192 };

/* Prints faults as they are found. */
struct printer {
    struct progress progress;
    bool json;
};

static void print_fault(void *self, const char *text)
{
    struct printer *p = self;
    uint8_t line[FAULT_LINE_BYTES];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    progress_end(&p->progress);
    if (!p->json) {
        printf("%s\n", text);
        return;
    }
    json_object(&j);
    json_member_text(&j, "fault", text);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static void show_progress(void *self, uint64_t entries)
{
    struct printer *p = self;
    progress_step(&p->progress, entries);
}

static void print_result(const struct fsck_result *r, bool json)
{
    if (json) {
        printf("{\"entries\":%" PRIu64 ",\"openings\":%" PRIu64 ",\"erased\":%" PRIu64
               ",\"fields_erased\":%" PRIu64 ",\"absent\":%" PRIu64 ",\"faults\":%" PRIu64 "}\n",
               r->entries, r->openings, r->erased, r->reduced, r->absent, r->faults);
        return;
    }
    printf("%" PRIu64 " entries proven, %" PRIu64 " openings hold, %" PRIu64
           " came without one, %" PRIu64 " records erased, %" PRIu64 " lost some fields, %" PRIu64
           " faults\n",
           r->entries, r->openings, r->absent, r->erased, r->reduced, r->faults);
}

int run_fsck(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    struct node node = {};
    struct fault f = {};
    struct fsck_result result = {};
    struct printer printer = { .json = inv->json };
    const struct fsck_watcher watcher = { &printer, print_fault, show_progress };
    status s = node_open_store(dir, &node, &f);
    if (s.code != E_OK) return command_fail(status_exit(s), "fsck: %s: %s", dir, f.text);
    printer.progress = progress_start("checking", 0, "entries");
    s = fsck(&node.store, node.config.origin, &watcher, &result, &f);
    progress_end(&printer.progress);
    node_close(&node);
    if (s.code != E_OK) return command_fail(status_exit(s), "fsck: %s: %s", dir, f.text);
    print_result(&result, inv->json);
    return result.faults == 0 ? 0 : 1;
}
