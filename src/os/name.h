/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * name: what files of os/ share: checking a name and opening it.
 */
/* A name within an open folder: not empty, not absolute, no "..", no longer than FILE_NAME_MAX.
 * Without a folder everything is allowed, and the kernel decides. E_VALUE, E_LIMIT. */
status name_check(const struct file *dir, const char *name, struct fault *f);
/* name_check, then openat. The file carries its path for messages. */
status name_open(const struct file *dir, const char *name, int flags, unsigned mode,
                 struct file *ret_file, struct fault *f);
/* The descriptor for the *at calls: that of the folder, or AT_FDCWD. */
int name_dir_fd(const struct file *dir);
/* "DIR/NAME" for messages, cut at the end if it is longer than the buffer. */
void name_path(const struct file *dir, const char *name, char ret_path[FILE_NAME_MAX + 1]);
struct stat;
/* The identity that a stat call told. */
struct file_identity name_identity(const struct stat *about);
