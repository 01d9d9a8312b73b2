/* SPDX-License-Identifier: Apache-2.0 */
#include "os/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/bytes.h"
#include "os/failed.h"
#include "base/banned.h"

status notify_manager(const char *text, struct fault *f)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *name = getenv("NOTIFY_SOCKET");
    if (name == NULL || name[0] == '\0') return OK;
    const size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || len >= sizeof address.sun_path) {
        return fault_set(f, FAIL(E_SYNTAX), "NOTIFY_SOCKET is no address of a socket: %.60s", name);
    }
    bytes_copy(address.sun_path, sizeof address.sun_path, slice_text(name));
    if (name[0] == '@') address.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed_os(f, errno, "make", "a socket");
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    const ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                                (const struct sockaddr *)&address, size);
    const int error = errno;
    close(fd);
    return sent < 0 ? failed_os(f, error, "notify", name) : OK;
}
