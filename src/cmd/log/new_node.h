/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"
#include "ledger/head.h"

/*
 * new_node: a node's folder made from nothing: signer, keys, an empty log, candor.yaml; then the
 * records that every log begins with.
 */
struct new_node {
    const char *dir;
    const struct node_config *config; /* origin, market, where to listen */
    slice config_text;                /* a whole candor.yaml for that origin; empty: from config */
    const struct log_head *after;     /* the last checkpoint of the log that this one succeeds */
};

/* Makes it. With `after`, record 0 is the anchor that holds that checkpoint; one schema record for
 * every kind follows. Appends the new log's key to vkey. E_EXISTS if there is a node. */
status new_node_make(const struct new_node *order, struct writer *vkey, struct fault *f);
