/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/hook/confine_outbound.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/node/confine.h"
#include "os/sandbox.h"
#include "base/banned.h"

/* What such a process calls beside what every process needs (os/seccomp.c): sockets to the
 * internet, the names and certificates of the system, and the thread in which a name is resolved.
 */
static const struct sandbox_call calls[] = {
    { .number = SYS_socket, .argument = 0, .mask = UINT32_MAX, .value = AF_INET },
    { .number = SYS_socket, .argument = 0, .mask = UINT32_MAX, .value = AF_INET6 },
    { .number = SYS_socket, .argument = 0, .mask = UINT32_MAX, .value = AF_NETLINK },
    { .number = SYS_socket, .error = EAFNOSUPPORT },
    { .number = SYS_socketpair },
    { .number = SYS_connect },
    { .number = SYS_bind },
    { .number = SYS_sendto },
    { .number = SYS_sendmsg },
    { .number = SYS_sendmmsg },
    { .number = SYS_recvfrom },
    { .number = SYS_recvmsg },
    { .number = SYS_poll },
    { .number = SYS_getsockopt },
    { .number = SYS_setsockopt },
    { .number = SYS_getsockname },
    { .number = SYS_getpeername },
    { .number = SYS_shutdown },
    { .number = SYS_fcntl },
    { .number = SYS_ioctl },
    { .number = SYS_openat },
    { .number = SYS_pread64 },
    { .number = SYS_getdents64 },
    { .number = SYS_readlink },
    { .number = SYS_access },
    { .number = SYS_uname },
    { .number = SYS_geteuid },
    { .number = SYS_getuid },
    { .number = SYS_eventfd2 },
    { .number = SYS_pipe2 },
    { .number = SYS_writev },
    { .number = SYS_readv },
};

status confine_outbound(const char *const *files, size_t count, struct sandbox_level *ret_level,
                        struct fault *f)
{
    struct sandbox_path paths[CONFINE_FILES_MAX + 3] = { { "/etc", SANDBOX_READ },
                                                         { "/usr/lib", SANDBOX_READ },
                                                         { "/usr/share", SANDBOX_READ } };
    size_t path_count = 3;
    if (count > CONFINE_FILES_MAX) return fault_set(f, FAIL(E_LIMIT), "too many files");
    for (size_t i = 0; i < count; i++) {
        if (files[i] == NULL) continue;
        paths[path_count++] = (struct sandbox_path){ files[i], SANDBOX_READ };
    }
    const struct sandbox sandbox = {
        .calls = calls,
        .call_count = COUNT_OF(calls),
        .paths = paths,
        .path_count = path_count,
        .threads = true,
        .tcp = true,
        .mode = ROLE_SANDBOX_MODE,
    };
    confine_last_leak_check();
    return sandbox_enter(&sandbox, ret_level, f);
}
