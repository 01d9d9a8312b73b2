/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/role_front.h"

#include <stdio.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/confine.h"
#include "cmd/node/node.h"
#include "cmd/node/role.h"
#include "os/process.h"
#include "os/socket.h"
#include "os/sandbox.h"
#include "serve/center/center.h"
#include "serve/front.h"
#include "serve/rule_pack.h"
#include "base/banned.h"

/* Behind the reader's: the sender's, where there are webhooks; the gatherer's, where there are
 * witnesses. */
enum { SCRIBE_FD = PROCESS_FIRST_FD, SLOTS_FD, READER_FD, OTHERS_FD };

/* What the front calls beside what every process needs (os/seccomp.c): its sockets, its event loop,
 * the files of new rules, and what was published. The listeners are bound already. */
static const struct sandbox_call calls[] = {
    { .number = SYS_epoll_pwait2 }, { .number = SYS_epoll_wait },  { .number = SYS_epoll_pwait },
    { .number = SYS_epoll_ctl },    { .number = SYS_accept4 },     { .number = SYS_accept },
    { .number = SYS_recvfrom },     { .number = SYS_recvmsg },     { .number = SYS_recvmmsg },
    { .number = SYS_sendto },       { .number = SYS_sendmsg },     { .number = SYS_writev },
    { .number = SYS_readv },        { .number = SYS_poll },        { .number = SYS_shutdown },
    { .number = SYS_getpeername },  { .number = SYS_getsockname }, { .number = SYS_getsockopt },
    { .number = SYS_setsockopt },   { .number = SYS_fcntl },       { .number = SYS_openat },
    { .number = SYS_ioctl },        { .number = SYS_eventfd2 },    { .number = SYS_pread64 },
    { .number = SYS_sendfile },
};

/* From here on nothing can be reached but the open sockets, the packs of rules and what was
 * published. */
status role_front_confine(const char *dir, struct sandbox_level *ret_level, struct fault *f)
{
    char rules[FRONT_PATH_BYTES_MAX + sizeof RULE_PACK_FOLDER + 1];
    char center[FRONT_PATH_BYTES_MAX + sizeof CENTER_FOLDER + 1];
    snprintf(rules, sizeof rules, "%s/" RULE_PACK_FOLDER, dir);
    snprintf(center, sizeof center, "%s/" CENTER_FOLDER, dir);
    const struct sandbox_path paths[] = { { rules, SANDBOX_READ }, { center, SANDBOX_READ } };
    const struct sandbox sandbox = {
        .calls = calls,
        .call_count = COUNT_OF(calls),
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .threads = true, /* one that compiles new rules */
        .mode = ROLE_SANDBOX_MODE,
    };
    confine_last_leak_check();
    return sandbox_enter(&sandbox, ret_level, f);
}

static status confine(const char *dir, struct fault *f)
{
    struct sandbox_level level = {};
    return role_front_confine(dir, &level, f);
}

static status run(const char *dir, struct fault *f)
{
    struct node node = {};
    struct front_options options = { .dir = dir,
                                     .scribe_fd = SCRIBE_FD,
                                     .reader_fd = READER_FD,
                                     .sender_fd = OTHERS_FD,
                                     .confine = confine };
    TRY(node_open_store(dir, &node, f));
    options.config = node.config.front;
    node_close(&node);
    TRY(shared_open(SLOTS_FD, (size_t)LINK_SLOTS * LINK_SLOT_BYTES, true, &options.slots, f));
    TRY(socket_no_wait(READER_FD, f));
    const bool has_sender = options.config.hooks.count > 0;
    options.gatherer_fd = OTHERS_FD + has_sender;
    if (has_sender) TRY(socket_no_wait(options.sender_fd, f));
    const status s = front_run(&options, f);
    shared_done(&options.slots);
    return s;
}

int role_front(const char *dir)
{
    struct fault f = {};
    role_ignore_stop_signals();
    const status s = run(dir, &f);
    if (s.code == E_OK || s.code == E_CLOSED) return 0;
    return command_fail(status_exit(s), "front: %s", f.text);
}
