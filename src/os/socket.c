/* SPDX-License-Identifier: Apache-2.0 */
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "os/name.h"
#include "base/banned.h"

enum { SOCKET_MODE = 0600 };

status socket_pair(int ret_ends[2], struct fault *f)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return failed_os(f, errno, "make", "a pair of sockets");
    }
    ret_ends[0] = ends[0];
    ret_ends[1] = ends[1];
    return OK;
}

/* A socket's address holds 107 bytes of path, less than a folder may have: the kernel's link to the
 * open folder is always short. */
static status address_of(const struct file *dir, const char *name, struct sockaddr_un *ret_address,
                         struct fault *f)
{
    TRY(name_check(dir, name, f));
    *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    const int len = dir == NULL
                        ? snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s", name)
                        : snprintf(ret_address->sun_path, sizeof ret_address->sun_path,
                                   "/proc/self/fd/%d/%s", dir->fd, name);
    if (len > 0 && (size_t)len < sizeof ret_address->sun_path) return OK;
    return fault_set(f, FAIL(E_LIMIT), "socket name %.60s… is too long", name);
}

static status fail_closing(int fd, const struct file *dir, const char *verb, const char *name,
                           struct fault *f)
{
    const int error = errno;
    char path[FILE_NAME_MAX + 1];
    name_path(dir, name, path);
    close(fd);
    return failed_os(f, error, verb, path);
}

status socket_listen(const struct file *dir, const char *name, int *ret_fd, struct fault *f)
{
    struct sockaddr_un address;
    TRY(address_of(dir, name, &address, f));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed_os(f, errno, "make", "a socket");
    if (unlinkat(name_dir_fd(dir), name, 0) != 0 && errno != ENOENT) {
        return fail_closing(fd, dir, "replace", name, f);
    }
    /* Linux gives the name the mode of the socket's own inode: no moment in which others may
     * connect. */
    if (fchmod(fd, SOCKET_MODE) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, SOCKET_BACKLOG) != 0) {
        return fail_closing(fd, dir, "listen on", name, f);
    }
    *ret_fd = fd;
    return OK;
}

status socket_connect(const struct file *dir, const char *name, int *ret_fd, struct fault *f)
{
    struct sockaddr_un address;
    TRY(address_of(dir, name, &address, f));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed_os(f, errno, "make", "a socket");
    while (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        if (errno != EINTR) return fail_closing(fd, dir, "connect to", name, f);
    }
    *ret_fd = fd;
    return OK;
}

status socket_accept(int listener, int *ret_fd, struct socket_peer *ret_peer, struct fault *f)
{
    int fd = -1;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) return failed_os(f, errno, "accept", "a connection");
    struct ucred who = { 0 };
    socklen_t len = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0) {
        return fail_closing(fd, NULL, "identify", "a connection", f);
    }
    *ret_fd = fd;
    *ret_peer = (struct socket_peer){ .pid = who.pid, .uid = who.uid, .gid = who.gid };
    return OK;
}

status socket_no_wait(int fd, struct fault *f)
{
    const int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0) return OK;
    return failed_os(f, errno, "set up", "a socket");
}
