/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/cursor.h"
#include "base/sha256.h"
#include "base/writer.h"
#include "os/file.h"

/*
 * rules_manifest: which files a cached rule set was loaded from, so that it can be told whether
 * they are still the same without reading them. The cache file (big-endian numbers):
 *
 *   "candor rules cache 1\n"
 *   key          32 bytes  of everything else that the set depends on (rules_cache.c)
 *   read_at       8 bytes  Unix time in nanoseconds before the first file was looked at
 *   files         4 bytes  how many; then for each, in the order of loading:
 *     identity   40 bytes  device, inode, size, mtime and ctime in nanoseconds
 *     content    32 bytes  SHA-256 of the file
 *     path     2 + n bytes as messages and findings call it
 *   set           n bytes  judge/sigma/save/save.h
 *   checksum     32 bytes  SHA-256 of all bytes before
 */
enum {
    MANIFEST_FILES_MAX = 1 << 20,
    MANIFEST_KEY_BYTES = SHA256_BYTES,
    MANIFEST_IDENTITY_BYTES = 40,
};

struct rules_manifest_file {
    struct file_identity identity; /* the five numbers above are kept of it */
    hash content;
    slice path;
};

struct rules_manifest {
    hash key;
    int64_t read_at_ns;
    uint32_t file_count;
    struct cursor files; /* before the next file */
};

/* Appends what stands before the first file. */
void rules_manifest_begin(struct writer *w, const struct rules_manifest *manifest);
/* Appends a file; the path is at most 65,535 bytes. */
void rules_manifest_add(struct writer *w, const struct rules_manifest_file *file);
/* Reads what stands before the first file; the cursor is behind it. E_SYNTAX if the bytes are no
 * cache, E_SHORT, E_LIMIT. */
status rules_manifest_open(slice bytes, struct rules_manifest *ret_manifest);
/* The next file. E_NOT_FOUND behind the last, and the cursor is then at the set; E_SHORT. */
status rules_manifest_next(struct rules_manifest *manifest, struct rules_manifest_file *ret_file);
/* Whether a file is the one that was read, unchanged for certain: not if it was changed so shortly
 * before it was read that a later change could look the same. */
bool rules_manifest_is_same(const struct rules_manifest *manifest,
                            const struct rules_manifest_file *file,
                            const struct file_identity *now);
/* Overwrites, in the bytes that the manifest was opened from, the identity of the file that
 * rules_manifest_next gave last. */
void rules_manifest_renew(uint8_t *bytes, const struct rules_manifest *manifest,
                          const struct rules_manifest_file *file, const struct file_identity *now);
/* Overwrites the time, and the number of files. */
void rules_manifest_settle(uint8_t *bytes, int64_t read_at_ns, uint32_t file_count);
