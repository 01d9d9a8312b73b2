/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"

/*
 * rules_folder: the folder of cached rule sets, "rules-" and 64 hexadecimal digits each. Who can
 * write there can hide a rule from a hunt, so that the folder and each file must belong to the user
 * of the process and be writable by nobody else; otherwise they are left alone and unused. Other
 * names in the folder are nobody's business here.
 */
enum {
    RULES_FOLDER_FILES_MAX = 16, /* the oldest go first */
    RULES_FOLDER_BYTES_MAX = 512 * 1024 * 1024,
    RULES_FOLDER_FILE_BYTES_MAX = 320 * 1024 * 1024, /* of one cached set */
    RULES_FOLDER_NAME_BYTES = 6 + 64 + 1,
};

/* Opens the folder that was asked for, or with NULL $XDG_CACHE_HOME/candor, else
 * $HOME/.cache/candor; makes it where it is not there. E_NOT_FOUND: neither is set to an absolute
 * path. E_DENIED: it is not the user's own, or others may write to it. */
status rules_folder_open(const char *asked, struct file *ret_folder, struct fault *f);
/* The bytes of a file, to be freed. E_NOT_FOUND; E_DENIED as above; E_LIMIT, E_NOMEM. */
status rules_folder_read(const struct file *folder, const char *name, uint8_t **ret_bytes,
                         size_t *ret_len, struct fault *f);
/*
 * Replaces a file, then removes what is too much or was left behind by processes that died:
 *   1. openat("new-RANDOM", O_CREAT | O_EXCL), pwrite, close
 *   2. renameat("new-RANDOM", NAME)
 * Nothing is made durable: a file that a crash of the machine cut does not pass its checksum.
 */
status rules_folder_write(const struct file *folder, const char *name, slice bytes,
                          struct fault *f);
