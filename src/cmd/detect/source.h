/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "cmd/progress.h"

/*
 * source: the bytes of files, folders and the standard input, unpacked where they are compressed,
 * for the commands that judge them. What cannot be read is told and the rest goes on.
 */

/* Who takes the bytes. An error ends the reading and is what source_path returns. */
struct source_reader {
    /* A file starts. */
    status (*begin)(void *with, const char *path);
    /* Where its next bytes may go: room for one at least. */
    status (*room)(void *with, struct writer *ret_room);
    /* len of them are there. is_waiting: the sender may take a while to send more. last: the file
     * is over. */
    status (*filled)(void *with, size_t len, bool is_waiting, bool last);
    /* What is wrong with the file that was begun, or why this one is not begun at all. */
    status (*fault)(void *with, const char *path, const struct fault *fault);
    void *with;
};

struct source {
    struct source_reader reader;
    struct progress *progress; /* borrowed; stepped by bytes on disk. May be NULL */
    struct sha256 *hash;       /* borrowed; of all bytes. May be NULL */
    uint64_t files;
    uint64_t bytes; /* unpacked */

    uint8_t *packed; /* owned, what is read from a file before it is unpacked */
};

/* E_NOMEM. Everything is set but reader, progress and hash. */
status source_init(struct source *s);
void source_done(struct source *s);
/* A file, the files below a folder (rules and documents left out), or the standard input ("-").
 * E_NOT_FOUND if the path is not there, E_CANCELLED after an interrupt, E_NOMEM, or what the reader
 * returned. */
status source_path(struct source *s, const char *path, struct fault *fault);
/* The bytes on disk of what source_path would read; 0 where that is not known. */
uint64_t source_size(const char *path);
