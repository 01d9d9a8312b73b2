/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "ledger/head.h"

/*
 * view: a log opened for reading together with its published checkpoint, each held against the
 * other.
 */
struct view {
    struct node node;
    struct log_head head;
};

/* *ret_view must stay where it is. E_NOT_FOUND, E_CORRUPT and what opening fails with. */
status view_open(const char *dir, struct view *ret_view, struct fault *f);
void view_close(struct view *v);
