/* SPDX-License-Identifier: Apache-2.0 */
#include "os/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "os/dir.h"
#include "os/failed.h"
#include "os/name.h"
#include "base/banned.h"

struct walk {
    status (*each)(void *with, const struct walk_entry *entry);
    void *with;
    struct fault *fault;
    char path[WALK_PATH_MAX + 1]; /* of the folder or file at hand */
    size_t depth;
};

static int name_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static status walk_folder(struct walk *w, const struct file *dir);

/* One name of an open folder; w->path is the folder's and stays so. */
static status walk_name(struct walk *w, const struct file *dir, const char *name)
{
    struct stat about = { 0 };
    const size_t folder_len = strlen(w->path);
    const size_t room = sizeof w->path - folder_len;
    const char *between = folder_len != 0 && w->path[folder_len - 1] == '/' ? "" : "/";
    const int len = snprintf(w->path + folder_len, room, "%s%s", between, name);
    if (len < 0 || (size_t)len >= room) {
        return fault_set(w->fault, FAIL(E_LIMIT), "a path below %.200s is too long", dir->path);
    }
    status s = OK;
    if (fstatat(dir->fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        s = failed_os(w->fault, errno, "look at", w->path);
    } else if (S_ISREG(about.st_mode)) {
        s = w->each(w->with, &(struct walk_entry){ dir, name, w->path, name_identity(&about) });
    } else if (S_ISDIR(about.st_mode) && w->depth == WALK_DEPTH_MAX) {
        s = fault_set(w->fault, FAIL(E_LIMIT), "%.400s: folders nested too deeply", w->path);
    } else if (S_ISDIR(about.st_mode)) {
        struct file below = { .fd = -1 };
        s = dir_open(dir, name, &below, w->fault);
        w->depth++;
        if (s.code == E_OK) s = walk_folder(w, &below);
        w->depth--;
        if (below.fd >= 0) file_close(&below);
    }
    w->path[folder_len] = '\0';
    return s;
}

/* Recursion is bounded by WALK_DEPTH_MAX. */
static status walk_folder(struct walk *w, const struct file *dir)
{
    struct dirent **names = NULL;
    const int count = scandirat(dir->fd, ".", &names, is_shown, name_order);
    if (count < 0) return failed_os(w->fault, errno, "list", w->path);
    status s = OK;
    if (count > WALK_NAMES_MAX) {
        s = fault_set(w->fault, FAIL(E_LIMIT), "%.400s: too many names in one folder", w->path);
    }
    for (int i = 0; i < count; i++) {
        if (s.code == E_OK) s = walk_name(w, dir, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return s;
}

status walk_files(const char *path, status (*each)(void *with, const struct walk_entry *entry),
                  void *with, struct fault *f)
{
    struct stat about = { 0 };
    struct walk *w = calloc(1, sizeof *w);
    if (w == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    w->each = each;
    w->with = with;
    w->fault = f;
    status s = OK;
    const int len = snprintf(w->path, sizeof w->path, "%s", path);
    if (len < 0 || (size_t)len >= sizeof w->path) {
        s = fault_set(f, FAIL(E_LIMIT), "%.200s…: the path is too long", path);
    } else if (fstatat(AT_FDCWD, path, &about, 0) != 0) {
        s = failed_os(f, errno, "open", path);
    } else if (!S_ISDIR(about.st_mode)) {
        s = each(with, &(struct walk_entry){ NULL, path, path, name_identity(&about) });
    } else {
        struct file dir = { .fd = -1 };
        s = dir_open(NULL, path, &dir, f);
        if (s.code == E_OK) s = walk_folder(w, &dir);
        if (dir.fd >= 0) file_close(&dir);
    }
    free(w);
    return s;
}
