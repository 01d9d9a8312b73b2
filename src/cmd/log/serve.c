/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include "cmd/gather/cosigning.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/scribe.h"
#include "base/banned.h"

static void say_ready(const struct node *node, slice address)
{
    if (node_is_read_only(node)) printf("read-only: %s\n", node->read_only.text);
    printf("serving %s: %" PRIu64 " entries%s%.*s\n", node->config.origin,
           archive_size(node->archive), address.len != 0 ? ", " : "", (int)address.len,
           (const char *)address.at);
    fflush(stdout);
}

/* Opening for writing reads configuration, keys, signer and log, and closes them again. */
static status check(const char *dir, struct fault *f)
{
    struct node node = {};
    struct cosigning *cosigning = NULL;
    TRY(node_open_writing(dir, &node, f));
    const status s = cosigning_open(&node, &cosigning, f);
    if (s.code == E_OK) {
        printf("%s: in order, %" PRIu64 " entries\n", node.config.origin,
               archive_size(node.archive));
    }
    cosigning_free(cosigning);
    node_close(&node);
    return s;
}

int run_serve(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    struct fault f = {};
    const status s =
        invocation_has(inv, "--check") ? check(dir, &f) : scribe_run(dir, say_ready, &f);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "serve: %s: %s", dir, f.text);
}
