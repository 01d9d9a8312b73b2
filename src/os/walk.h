/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * walk: every regular file at or below a path, folders in them included, each folder's names sorted
 * bytewise. Names that begin with a dot are left out, and so are links met on the way (a link given
 * as the path itself is followed).
 */
enum { WALK_DEPTH_MAX = 64, WALK_NAMES_MAX = 1 << 20, WALK_PATH_MAX = 4096 };

struct walk_entry {
    const struct file *dir; /* the open folder; NULL for the path itself */
    const char *name;       /* in it, for file_open and file_load */
    const char *path;       /* as one would write it, for messages */
    struct file_identity identity;
};

/* openat, fstatat, getdents. Stops at the first failure of each and returns it (the fault is then
 * each's business). E_NOT_FOUND; E_LIMIT below WALK_DEPTH_MAX folders, above WALK_NAMES_MAX names
 * in one folder or WALK_PATH_MAX bytes of path; E_NOMEM. */
status walk_files(const char *path, status (*each)(void *with, const struct walk_entry *entry),
                  void *with, struct fault *f);
