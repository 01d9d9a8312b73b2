/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "cmd/command.h"

/*
 * node_search: how long a running node takes to find recorded events, page by page as its users ask
 * (GET /v1/records?kind=event&q=…).
 */
/* A line of numbers for each --search of the command: time to the first page and to the last. url
 * and authorization: of the node, and the header of who may read. What the node fails with. */
status bench_search(const struct invocation *inv, const char *url, const char *authorization,
                    struct fault *f);
