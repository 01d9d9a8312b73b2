/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/sha256.h"
#include "verify/report/definition.h"

/*
 * stated_manifest: what the manifest of a report states: of which log range it is, how many cells
 * of each kind it has, and the hashes of its definitions and files.
 * Source: docs/formats/report.md section 2.
 */
enum { STATED_FILES_MAX = 64, STATED_FILE_NAME_BYTES_MAX = 128 };

struct stated_hash {
    slice name;
    hash hash;
};

struct stated_manifest {
    slice period;
    slice origin;
    uint64_t size;
    uint64_t counted;
    uint64_t opened;
    uint64_t declared;
    uint64_t suppressed;
    uint64_t late;
    uint64_t uncounted;
    hash root;
    uint16_t month_first;
    uint16_t month_last;
    struct stated_hash definitions[DEFINITIONS_MAX];
    size_t definition_count;
    struct stated_hash files[STATED_FILES_MAX];
    size_t file_count;
};

/* Reads a manifest, which must outlive it. Names of files are plain: letters, digits, '.', '-' and
 * '_'. E_SYNTAX, E_VALUE, E_LIMIT; the fault names the line. */
status stated_manifest_read(slice text, struct stated_manifest *ret_manifest, struct fault *fault);
/* The hash of that file, or NULL. */
const hash *stated_manifest_file(const struct stated_manifest *m, slice name);
