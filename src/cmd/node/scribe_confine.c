/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/scribe_confine.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/node/confine.h"
#include "os/dir.h"
#include "os/landlock.h"
#include "os/seccomp.h"
#include "base/banned.h"

/* What the scribe calls beside what every process needs (os/seccomp.c): its event loop, the node's
 * files and databases, its own socket and those to the other processes, memory shared with the
 * front, and the ends of its children. A Unix socket is for the service manager alone. */
static const struct sandbox_call calls[] = {
    { .number = SYS_epoll_pwait2 },
    { .number = SYS_epoll_wait },
    { .number = SYS_epoll_pwait },
    { .number = SYS_epoll_ctl },
    { .number = SYS_pread64 },
    { .number = SYS_pwrite64 },
    { .number = SYS_pwritev },
    { .number = SYS_writev },
    { .number = SYS_fdatasync },
    { .number = SYS_fsync },
    { .number = SYS_fallocate },
    { .number = SYS_ftruncate },
    { .number = SYS_openat },
    { .number = SYS_getdents64 },
    { .number = SYS_renameat },
    { .number = SYS_unlinkat },
    { .number = SYS_unlink },
    { .number = SYS_mkdirat },
    { .number = SYS_fchmod },
    { .number = SYS_fchown },
    { .number = SYS_fstatfs },
    { .number = SYS_statfs },
    { .number = SYS_access },
    { .number = SYS_readlink },
    { .number = SYS_getcwd },
    { .number = SYS_geteuid },
    { .number = SYS_fcntl },
    { .number = SYS_flock },
    { .number = SYS_ioctl },
    { .number = SYS_accept4 },
    { .number = SYS_recvfrom },
    { .number = SYS_recvmsg },
    { .number = SYS_sendmsg },
    { .number = SYS_sendto },
    { .number = SYS_poll },
    { .number = SYS_shutdown },
    { .number = SYS_getsockopt },
    { .number = SYS_eventfd2 },
    { .number = SYS_waitid },
    { .number = SYS_pidfd_send_signal },
    { .number = SYS_socket, .argument = 0, .mask = UINT32_MAX, .value = AF_UNIX },
};

status scribe_confine_files(const char *dir, struct sandbox_level *ret_level, struct fault *f)
{
    const struct sandbox_path paths[] = {
        { "/", SANDBOX_READ | SANDBOX_RUN }, /* its children load themselves, and read their own */
        { dir, SANDBOX_READ | SANDBOX_WRITE },
    };
    const struct sandbox sandbox = {
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .tcp = true, /* the front's and the sender's */
        .outside = true,
    };
    struct sandbox_level level = { .no_new_privileges = true, .no_dumps = true };
    struct file folder = {};
    TRY(dir_open(NULL, dir, &folder, f)); /* which says better what is wrong with it */
    file_close(&folder);
    TRY(sandbox_harden(f));
    TRY(landlock_enter(&sandbox, &level, f));
    *ret_level = level;
    return OK;
}

status scribe_confine_calls(struct sandbox_level *ret_level, struct fault *f)
{
    const struct sandbox sandbox = {
        .calls = calls,
        .call_count = COUNT_OF(calls),
        .threads = true, /* one that writes snapshots */
        .mode = ROLE_SANDBOX_MODE,
    };
    confine_last_leak_check();
    const status s = seccomp_enter(&sandbox, f);
    if (s.code != E_OK && s.code != E_UNSUPPORTED) return s;
    ret_level->calls = s.code == E_OK && sandbox.mode != SANDBOX_OBSERVE;
    return OK;
}
