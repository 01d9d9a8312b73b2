/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/role.h"

#include <signal.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/gather/role_gatherer.h"
#include "cmd/hook/role_sender.h"
#include "cmd/node/role_front.h"
#include "cmd/node/role_level.h"
#include "cmd/reader/role_reader.h"
#include "cmd/node/role_signer.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2 };

static const struct role {
    const char *name;
    int (*run)(const char *argument);
} roles[] = {
    { "signer", role_signer },
    { "front", role_front },
    { "reader", role_reader },
    { "sender", role_sender },
    { "gatherer", role_gatherer },
    { "level-front", role_level_front },
    { "level-reader", role_level_reader },
    { "level-scribe", role_level_scribe },
    { "level-outbound", role_level_outbound },
};

void role_ignore_stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

int role_run(int argument_count, char **arguments)
{
    for (size_t i = 0; argument_count == 2 && i < COUNT_OF(roles); i++) {
        if (strcmp(arguments[0], roles[i].name) == 0) return roles[i].run(arguments[1]);
    }
    return command_fail(EXIT_USAGE, "-P is for the processes of a running node only");
}
