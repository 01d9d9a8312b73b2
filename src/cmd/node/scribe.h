/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * scribe: the only writer of a node while it runs. Commands reach it through the control socket; it
 * answers each chunk once its records are as durable as was asked. The death of the signer, a
 * failed sync or a damaged log end it; a full disk makes everybody wait.
 */
enum {
    SCRIBE_CLIENTS_MAX = 64,
    SCRIBE_KEYS_COPY_S_MAX = 600, /* that erasures wait for a copy of the keys */
};

/* Opens the node and serves until SIGTERM or SIGINT, then answers what it has taken and returns OK;
 * or until the log fails. ready is called once commands can connect and the front listens; address
 * is "" if it does not. Call it before any thread is started. E_BUSY if another process has the
 * node. */
status scribe_run(const char *dir, void (*ready)(const struct node *node, slice address),
                  struct fault *f);
