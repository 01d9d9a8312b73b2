/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gather/role_gatherer.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/gather/gatherer.h"
#include "cmd/hook/confine_outbound.h"
#include "cmd/node/node.h"
#include "cmd/node/role.h"
#include "os/process.h"
#include "base/banned.h"

enum { FRONT_FD = PROCESS_FIRST_FD };

static status run(const struct node *n, struct fault *f)
{
    const struct gather_config *config = &n->config.front.gather;
    const char *ca = config->ca[0] != '\0' ? config->ca : NULL;
    struct gather_policy *policy = NULL;
    struct sandbox_level level = {};
    TRY(gather_policy_load(&n->store, config, n->config.origin, slice_none(), &policy, f));
    const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    status s = wake_fd < 0 ? fault_set(f, FAIL(E_NOMEM), "cannot make an eventfd") : OK;
    if (s.code == E_OK) s = confine_outbound(&ca, 1, &level, f);
    if (s.code == E_OK) s = gatherer_run(policy, ca, FRONT_FD, wake_fd, f);
    if (wake_fd >= 0) close(wake_fd);
    gather_policy_free(policy);
    return s;
}

int role_gatherer(const char *dir)
{
    struct fault f = {};
    struct node node = {};
    role_ignore_stop_signals();
    status s = node_open_store(dir, &node, &f);
    if (s.code == E_OK) s = run(&node, &f);
    node_close(&node);
    if (s.code == E_OK || s.code == E_CLOSED) return 0;
    return command_fail(status_exit(s), "gatherer: %s", f.text);
}
