/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/role_front.h"

#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/node/node.h"
#include "cmd/node/role.h"
#include "os/process.h"
#include "os/socket.h"
#include "serve/front.h"
#include "base/banned.h"

enum { SCRIBE_FD = PROCESS_FIRST_FD, SLOTS_FD, READER_FD };

static status run(const char *dir, struct fault *f)
{
    struct node node = {};
    struct front_options options = { .dir = dir, .scribe_fd = SCRIBE_FD, .reader_fd = READER_FD };
    TRY(node_open_store(dir, &node, f));
    options.config = node.config.front;
    node_close(&node);
    TRY(shared_open(SLOTS_FD, (size_t)LINK_SLOTS * LINK_SLOT_BYTES, true, &options.slots, f));
    TRY(socket_no_wait(SCRIBE_FD, f));
    TRY(socket_no_wait(READER_FD, f));
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
