/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup/work.h"

#include <stdio.h>
#include "base/bytes.h"
#include "cmd/interrupt.h"
#include "ledger/layout.h"
#include "ledger/signer.h"
#include "ledger/store_file.h"
#include "base/banned.h"

enum { SIGNER_TRIES = 8 };

static void step(void *self, uint64_t bytes)
{
    struct work *w = self;
    progress_step(&w->progress, bytes);
}

static void tell(void *self, const char *text)
{
    struct work *w = self;
    progress_end(&w->progress);
    w->told++;
    fprintf(stderr, "candor: %s: warning: %s\n", w->command, text);
}

void work_begin(struct work *w, const char *command, const char *verb)
{
    *w = (struct work){ .command = command, .progress = progress_start(verb, 0, "bytes") };
    w->watcher = (struct copy_watcher){ w, step, tell, interrupt_flag() };
    interrupt_watch();
}

int work_end(struct work *w, const char *dir, status s, const struct fault *f)
{
    progress_end(&w->progress);
    if (s.code == E_OK) return 0;
    if (s.code == E_CANCELLED) {
        command_fail(status_exit(s), "%s: %s: stopped; the same command goes on", w->command, dir);
        interrupt_die();
    }
    return command_fail(status_exit(s), "%s: %s: %s", w->command, dir, f->text);
}

/* A running signer may be writing its state: then it is read again. */
status work_log_key(const struct store *store, struct writer *w, struct fault *f)
{
    struct signer_head unused = {};
    struct fault why = {};
    const size_t start = w->len;
    status s = FAIL(E_CORRUPT);
    for (int i = 0; s.code == E_CORRUPT && i < SIGNER_TRIES; i++) {
        w->len = start;
        s = signer_check(store, &unused, w, &why);
    }
    if (s.code != E_OK && s.code != E_NOT_FOUND) *f = why;
    if (s.code != E_NOT_FOUND) return s;
    size_t len = 0;
    uint8_t text[LOG_KEY_TEXT_BYTES_MAX];
    TRY(store_file_read(store, LAYOUT_LOG_KEY, text, sizeof text, &len, f));
    const size_t line = len > 0 && text[len - 1] == '\n' ? len - 1 : len;
    writer_bytes(w, (slice){ text, line });
    return writer_end(w);
}
