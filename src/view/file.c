/* SPDX-License-Identifier: Apache-2.0 */
#include "view/file.h"

#include <stdio.h>
#include "base/bytes.h"
#include "os/dir.h"
#include "view/view.h"
#include "base/banned.h"

status view_file_make(const char *dir, const char *name, struct fault *f)
{
    struct file folder = {};
    struct file file = { .fd = -1 };
    TRY(dir_open(NULL, dir, &folder, f));
    status s = dir_make(&folder, VIEW_FOLDER, f);
    if (s.code == E_OK) s = file_open(&folder, name, FILE_WRITE | FILE_CREATE, &file, f);
    if (s.code == E_OK) file_close(&file);
    file_close(&folder);
    return s;
}

status view_file_drop(const char *dir, const char *name, struct fault *f)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    struct file folder = {};
    char path[256];
    TRY(dir_open(NULL, dir, &folder, f));
    status s = OK;
    for (size_t i = 0; s.code == E_OK && i < COUNT_OF(ends); i++) {
        snprintf(path, sizeof path, "%s%s", name, ends[i]);
        s = dir_remove(&folder, path, f);
        if (s.code == E_NOT_FOUND) s = OK;
    }
    file_close(&folder);
    return s;
}
