/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/numbers.h"

#include <unistd.h>
#include "base/bytes.h"
#include "ledger/layout.h"
#include "os/clock.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/process.h"
#include "base/banned.h"

struct adding {
    struct file folder;
    uint64_t bytes;
};

/* A file that is gone meanwhile counts nothing. */
static status add_file(void *with, const char *name)
{
    struct adding *a = with;
    struct file file = {};
    struct fault unused;
    uint64_t size = 0;
    if (file_open(&a->folder, name, FILE_READ, &file, &unused).code != E_OK) return OK;
    if (file_size(&file, &size, &unused).code == E_OK) a->bytes += size;
    file_close(&file);
    return OK;
}

static uint64_t log_bytes(const struct file *dir)
{
    struct adding a = {};
    struct fault unused;
    if (dir_open(dir, LAYOUT_LOG, &a.folder, &unused).code != E_OK) return 0;
    ignore(dir_list(&a.folder, "", add_file, &a, &unused), "what was found so far counts");
    file_close(&a.folder);
    return a.bytes;
}

void numbers_gather(struct numbers *n, const char *dir, const struct node *node, struct metrics *m)
{
    struct file folder = {};
    struct fault unused;
    uint64_t whole = 0;
    const int64_t now_ns = clock_mono_ns();
    if (node->committer != NULL) committer_numbers(node->committer, m);
    m->at[METRIC_memory][PROCESS_SCRIBE] = process_resident_bytes(getpid());
    if (node->signer != NULL) {
        m->at[METRIC_memory][PROCESS_SIGNER] =
            process_resident_bytes(signer_remote_pid(node->signer));
    }
    if (dir_open(NULL, dir, &folder, &unused).code != E_OK) return;
    ignore(dir_space(&folder, &m->at[METRIC_free][0], &whole, &unused), "0 then");
    if (n->log_at_ns == 0 || now_ns - n->log_at_ns > NUMBERS_LOG_S * CLOCK_NS_PER_S) {
        n->log_bytes = log_bytes(&folder);
        n->log_at_ns = now_ns;
    }
    m->at[METRIC_log_bytes][0] = n->log_bytes;
    file_close(&folder);
}
