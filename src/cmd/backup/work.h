/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"
#include "cmd/progress.h"
#include "ledger/backup/copy.h"

/*
 * work: what the commands of this family share: progress, warnings, and Ctrl-C as a wish to stop.
 */
enum { LOG_KEY_TEXT_BYTES_MAX = 1024 };

struct work {
    const char *command; /* for messages */
    struct progress progress;
    struct copy_watcher watcher; /* points into this */
    uint64_t told;               /* warnings */
};

/* Begins; w must stay where it is. */
void work_begin(struct work *w, const char *command, const char *verb);
/* The exit status: 0, or a line that says what failed. Dies of the signal if one came. */
int work_end(struct work *w, const char *dir, status s, const struct fault *f);
/* Appends the log's public key as note_write_key does: from the signer, or as log/key has it. */
status work_log_key(const struct store *store, struct writer *w, struct fault *f);
