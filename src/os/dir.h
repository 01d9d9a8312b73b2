/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * dir: folders and the names in them. The same rules as in os/file.h: each function names its
 * system calls, and names are relative to an open folder. Folders are made with mode 0700.
 */
enum { DIR_NAMES_BYTES_MAX = 256 << 20 }; /* memory that one dir_list may use */

/* openat(O_DIRECTORY | O_CLOEXEC). parent as dir in file_open. file_close closes it. */
status dir_open(const struct file *parent, const char *name, struct file *ret_dir, struct fault *f);
/* mkdirat(0700); a folder that is there already is fine. */
status dir_make(const struct file *dir, const char *name, struct fault *f);
/* fsync of the folder `name` in dir ("" is dir itself; else opened and closed around it): names
 * made, renamed and removed in it are durable. E_FSYNC on any failure, never tried again. */
status dir_sync(const struct file *dir, const char *name, struct fault *f);
/* renameat, replacing `to` if it exists. Durable after dir_sync of both folders. */
status dir_rename(const struct file *dir, const char *from, const char *to, struct fault *f);
/* unlinkat. Durable after dir_sync. */
status dir_remove(const struct file *dir, const char *name, struct fault *f);
/*
 * Replaces (or makes) a small file so that a reader and a crash see all of the old or all of the
 * new:
 *   1. openat(".NAME.new", O_CREAT | O_TRUNC)   crash: the old file, and a leftover that the next
 *   2. pwrite, fsync, close                     replacement overwrites and dir_list does not show
 *   3. renameat(".NAME.new", NAME)              crash: the old or the new file, whole
 *   4. fsync of the folder                      after OK: the new file
 * NAME is in dir itself, without a folder (E_VALUE). E_FULL and other failures before step 3 leave
 * the old file; E_FSYNC means that either may be there after a crash.
 */
status dir_replace(const struct file *dir, const char *name, slice bytes, struct fault *f);
/* openat, getdents, fstatat where the file system does not tell the type: calls each with the name
 * of every regular file in the folder ("" is dir itself), sorted bytewise; names that begin with a
 * dot are left out. Stops at the first failure of each and returns it (the fault is then each's
 * business). E_LIMIT if the names need more than DIR_NAMES_BYTES_MAX. */
status dir_list(const struct file *dir, const char *name,
                status (*each)(void *with, const char *file_name), void *with, struct fault *f);
/* openat(O_CREAT), flock(LOCK_EX | LOCK_NB), ftruncate, pwrite of the own process number: the sign
 * that only one process at a time works on this folder. E_BUSY if another holds it; the fault names
 * its process. Released by file_close, by the death of the process and of every child that
 * inherited it. */
status dir_lock(const struct file *dir, const char *name, struct file *ret_lock, struct fault *f);
/* fstatvfs: bytes that an unprivileged process may still write, and the size of the file system. */
status dir_space(const struct file *dir, uint64_t *ret_free, uint64_t *ret_whole, struct fault *f);
