/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * store: the only way the ledger touches disk, clock and randomness, as a table of functions, so
 * that the same ledger runs on a file system (store_fs), in memory (store_ram) and on a simulated
 * disk that tears, loses, fills up and crashes (sim/). Names are relative to the log's directory,
 * at most STORE_NAME_MAX bytes, with '/' between parts and no "." or ".." parts.
 *
 * What an implementation promises:
 * - write returns OK only after all bytes are accepted; they are durable only after sync of that
 * file.
 * - A file's name is durable only after sync_dir of its folder.
 * - A failed sync is E_FSYNC; the caller stops for good (design section 6, promise 4).
 * - No space left is E_FULL. reserve makes later writes inside the range immune to it.
 * Every function fills the fault (what, which file, why) exactly when it fails.
 */
enum { STORE_NAME_MAX = 200, STORE_OPEN_FILES_MAX = 256 };

enum store_open {
    STORE_READ = 0,
    STORE_WRITE = 1u << 0,  /* for reading and writing */
    STORE_CREATE = 1u << 1, /* create it if it is not there */
    STORE_FRESH = 1u << 2,  /* create it; E_EXISTS if it is there */
};

struct store_ops {
    /* Opens a file; E_NOT_FOUND, E_EXISTS, E_IO. The handle is >= 0. */
    status (*open)(void *self, const char *name, unsigned flags, int *ret_handle, struct fault *f);
    void (*close)(void *self, int handle);
    /* Reads up to len bytes at offset; ret_len is below len only at the end of the file. */
    status (*read)(void *self, int handle, uint64_t offset, uint8_t *ret_bytes, size_t len,
                   size_t *ret_len, struct fault *f);
    /* Writes all bytes at offset. E_FULL, E_IO. */
    status (*write)(void *self, int handle, uint64_t offset, slice bytes, struct fault *f);
    /* Makes data and size of the file durable (fdatasync). E_FSYNC. */
    status (*sync)(void *self, int handle, struct fault *f);
    status (*size)(void *self, int handle, uint64_t *ret_size, struct fault *f);
    /* Allocates [offset, offset + len), zeroed, growing the file; durable with the next sync.
     * E_FULL. */
    status (*reserve)(void *self, int handle, uint64_t offset, uint64_t len, struct fault *f);
    status (*truncate)(void *self, int handle, uint64_t size, struct fault *f);
    /* Forgets what the page cache holds of the file, so that reads come from the device. */
    status (*drop_cache)(void *self, int handle, struct fault *f);
    status (*rename)(void *self, const char *from, const char *to, struct fault *f);
    status (*remove)(void *self, const char *name, struct fault *f);
    status (*make_dir)(void *self, const char *name, struct fault *f); /* OK if it exists */
    /* Makes the names in a folder durable; "" is the root. E_FSYNC. */
    status (*sync_dir)(void *self, const char *name, struct fault *f);
    /* Calls each with the name (without folder) of every file in the folder, sorted bytewise. */
    status (*list)(void *self, const char *folder, status (*each)(void *with, const char *name),
                   void *with, struct fault *f);
    /* Cryptographically strong random bytes. */
    status (*random)(void *self, uint8_t *ret_bytes, size_t len, struct fault *f);
    /* Wall clock, nanoseconds UTC since 1970. */
    int64_t (*now_ns)(void *self);
};

struct store {
    const struct store_ops *ops;
    void *self; /* the implementation's state; its owner frees it */
};
