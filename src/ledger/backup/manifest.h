/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "ledger/note.h"
#include "ledger/store.h"

/*
 * manifest: what a backup holds (docs/formats/backup.md). Pure codec but for its allocations.
 *
 *   candor backup v1
 *   part log|keys
 *   origin NAME
 *   key VKEY                  the log's key, as candor init printed it
 *   taken TIME
 *   entries N                 of the log at that moment
 *   turns N                   of all key groups together: one more with every group erased in
 *   file SHA-256 BYTES NAME   for every file, names ascending
 *   end SHA-256               of all lines before
 *
 * It is not signed: it finds what a medium lost. What the log is is proved from its checkpoint.
 */
enum {
    MANIFEST_FILES_MAX = 1 << 20,
    MANIFEST_BYTES_MAX = MANIFEST_FILES_MAX * 128,
    MANIFEST_ORIGIN_BYTES_MAX = 255,
    MANIFEST_KEY_BYTES_MAX = 511,
};

#define MANIFEST_NAME "manifest"

enum backup_part { BACKUP_LOG = 1, BACKUP_KEYS = 2 };

struct manifest_file {
    char name[STORE_NAME_MAX + 1];
    uint64_t bytes;
    hash content;
};

struct manifest {
    enum backup_part part;
    char origin[MANIFEST_ORIGIN_BYTES_MAX + 1];
    char key[MANIFEST_KEY_BYTES_MAX + 1];
    int64_t taken_ns;
    uint64_t entries;
    uint64_t turns;
    struct manifest_file *files; /* owned, names ascending */
    size_t file_count;
    size_t file_cap;
};

/* Frees what a zeroed or filled one owns, and zeroes it. */
void manifest_done(struct manifest *m);
/* Adds a file; manifest_sort follows. E_LIMIT, E_NOMEM. */
status manifest_add(struct manifest *m, const struct manifest_file *file);
/* Brings the files in order. */
void manifest_sort(struct manifest *m);
/* The file of that name, or NULL. */
const struct manifest_file *manifest_find(const struct manifest *m, const char *name);
/* Bytes of all files together. */
uint64_t manifest_bytes(const struct manifest *m);
/* Room that manifest_write needs. */
size_t manifest_room(const struct manifest *m);
/* Appends the text. */
void manifest_write(const struct manifest *m, struct writer *w);
/* Reads a whole text into an empty manifest. A name is relative, without "." and ".." parts.
 * E_SYNTAX, E_VALUE, E_LIMIT, E_INVALID (its checksum), E_NOMEM; the fault names the line. */
status manifest_parse(slice text, struct manifest *ret_manifest, struct fault *f);
/* "log" or "keys". */
const char *manifest_part_name(enum backup_part part);
