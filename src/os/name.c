/* SPDX-License-Identifier: Apache-2.0 */
#include "os/name.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

static bool leaves_folder(const char *name)
{
    if (name[0] == '/' || name[0] == '\0') return true;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        if (*part == '/') part++;
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return true;
    }
    return false;
}

status name_check(const struct file *dir, const char *name, struct fault *f)
{
    if (strlen(name) > FILE_NAME_MAX && dir != NULL) {
        return fault_set(f, FAIL(E_LIMIT), "file name %.40s… is longer than %d bytes", name,
                         FILE_NAME_MAX);
    }
    if (dir == NULL || !leaves_folder(name)) return OK;
    return fault_set(f, FAIL(E_VALUE), "file name \"%s\" leads out of %s", name, dir->path);
}

int name_dir_fd(const struct file *dir)
{
    return dir == NULL ? AT_FDCWD : dir->fd;
}

void name_path(const struct file *dir, const char *name, char ret_path[FILE_NAME_MAX + 1])
{
    const char *parts[] = { dir == NULL ? "" : dir->path, dir == NULL ? "" : "/", name };
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const size_t room = FILE_NAME_MAX - len;
        const size_t part = strnlen(parts[i], room);
        bytes_copy(ret_path + len, room, (slice){ (const uint8_t *)parts[i], part });
        len += part;
    }
    ret_path[len] = '\0';
}

status name_open(const struct file *dir, const char *name, int flags, unsigned mode,
                 struct file *ret_file, struct fault *f)
{
    TRY(name_check(dir, name, f));
    struct file file = { .fd = -1 };
    name_path(dir, name, file.path);
    do {
        file.fd = openat(name_dir_fd(dir), name, flags, mode);
    } while (file.fd < 0 && errno == EINTR);
    if (file.fd < 0)
        return failed_os(f, errno, (flags & O_CREAT) != 0 ? "make" : "open", file.path);
    *ret_file = file;
    return OK;
}

struct file_identity name_identity(const struct stat *about)
{
    enum { NS_PER_S = 1'000'000'000, PERMISSIONS = 07777 };
    return (struct file_identity){
        .device = about->st_dev,
        .inode = about->st_ino,
        .size = (uint64_t)about->st_size,
        .mtime_ns = (int64_t)about->st_mtim.tv_sec * NS_PER_S + about->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)about->st_ctim.tv_sec * NS_PER_S + about->st_ctim.tv_nsec,
        .owner = about->st_uid,
        .mode = about->st_mode & PERMISSIONS,
        .is_regular = S_ISREG(about->st_mode),
        .is_folder = S_ISDIR(about->st_mode),
    };
}
