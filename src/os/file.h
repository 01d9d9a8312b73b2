/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"
#include "base/status.h"

/*
 * file: open files. Each function names the system calls it makes, in order: what is durable after
 * a crash can be read off that list. EINTR and short counts are handled; nothing else is retried.
 * Every failure fills the fault with the file's name and the reason. os/failed.h translates errno;
 * only codes that mean more than that are named here.
 *
 * Files are made with mode 0600 and are close-on-exec. Names are relative to a folder.
 */
enum {
    FILE_NAME_MAX = 255, /* bytes of a name, folders included, and of the path kept for messages */
};

struct file {
    int fd;
    char path[FILE_NAME_MAX + 1]; /* for messages only; cut if longer */
};

/* Which file it is, and whether it was changed since: a write, a rename over it and a change of its
 * owner or mode give another identity, unless they come within the clock of the file system (some
 * milliseconds, on some two seconds). */
struct file_identity {
    uint64_t device, inode, size;
    int64_t mtime_ns, ctime_ns;
    unsigned owner;
    unsigned mode; /* permissions: 0 to 07777 */
    bool is_regular, is_folder;
};

enum file_flag {
    FILE_READ = 0,
    FILE_WRITE = 1u << 0,  /* for reading and writing */
    FILE_CREATE = 1u << 1, /* create it if it is not there */
    FILE_FRESH = 1u << 2,  /* create it; E_EXISTS if it is there */
};

/* openat(O_CLOEXEC | O_NOCTTY …). dir is an open folder (os/dir.h) or NULL for the current folder,
 * and only then may the name be absolute or hold ".." parts: E_VALUE otherwise, E_LIMIT above
 * FILE_NAME_MAX bytes. The name is not durable before dir_sync. */
status file_open(const struct file *dir, const char *name, unsigned flags, struct file *ret_file,
                 struct fault *f);
/* The process's own standard input, for file_read_next. */
struct file file_standard_input(void);
/* close. Says nothing about durability: only file_sync does. */
void file_close(struct file *file);

/* pread until len bytes or the end of the file; *ret_len is below len only at the end. */
status file_read(const struct file *file, uint64_t offset, uint8_t *ret_bytes, size_t len,
                 size_t *ret_len, struct fault *f);
/* read, once: what comes next from a pipe or file, at least a byte; *ret_len is 0 at the end. */
status file_read_next(const struct file *file, uint8_t *ret_bytes, size_t len, size_t *ret_len,
                      struct fault *f);
/* As file_read_next, but E_CANCELLED once *stop is not 0; a signal handler that sets it ends the
 * waiting. LIMIT: a signal in the instant before read is seen when read returns. */
status file_read_unless(const struct file *file, const _Atomic int *stop, uint8_t *ret_bytes,
                        size_t len, size_t *ret_len, struct fault *f);
/* pwrite until all bytes are accepted. E_FULL if the device, a quota or RLIMIT_FSIZE is full; some
 * of the bytes may have been written then. */
status file_write(const struct file *file, uint64_t offset, slice bytes, struct fault *f);

/* fdatasync: contents, and the size if it changed. E_FSYNC on any failure, and it is never tried
 * again: the kernel may have thrown the pages away and report success the second time. */
status file_sync(const struct file *file, struct fault *f);
/* fstat. */
status file_size(const struct file *file, uint64_t *ret_size, struct fault *f);
/* fstat. */
status file_identify(const struct file *file, struct file_identity *ret_identity, struct fault *f);
/* fstatat: the identity of a name, of what a link leads to. dir and name as in file_open. */
status file_look(const struct file *dir, const char *name, struct file_identity *ret_identity,
                 struct fault *f);
/* fallocate(0): space for [offset, offset + len), zero where nothing was written yet; the file
 * grows to hold it. Durable with the next file_sync. E_FULL; E_UNSUPPORTED if this file system
 * cannot. */
status file_reserve(const struct file *file, uint64_t offset, uint64_t len, struct fault *f);
/* ftruncate, in either direction. Durable with the next file_sync. */
status file_truncate(const struct file *file, uint64_t size, struct fault *f);
/* posix_fadvise(DONTNEED) on the whole file: the next read comes from the device. Pages that are
 * dirty or mapped stay; after a failed fdatasync the kernel holds them as clean, so those do go. */
status file_drop_cache(const struct file *file, struct fault *f);

/* fstat, mmap(PROT_READ, MAP_SHARED): the whole file as it is now. Cutting the file while it is
 * mapped makes readers crash (SIGBUS): map only what is append-only. Dies with file_unmap, not with
 * the file. */
status file_map(const struct file *file, slice *ret_bytes, struct fault *f);
/* munmap. An empty slice is allowed. */
void file_unmap(slice bytes);

/* openat, read to the end, close: a whole file of at most len_max bytes, in memory that the caller
 * frees, with a NUL behind it that is not counted. dir and name as in file_open; "-" with dir NULL
 * is the standard input. E_LIMIT if it is longer; E_NOMEM. */
status file_load(const struct file *dir, const char *name, size_t len_max, uint8_t **ret_bytes,
                 size_t *ret_len, struct fault *f);
