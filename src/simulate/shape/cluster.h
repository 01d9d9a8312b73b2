/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "simulate/world.h"

/*
 * cluster: events of the audit log of Kubernetes (audit.k8s.io/v1, stage ResponseComplete).
 */
struct cluster_event {
    const char *user; /* "system:serviceaccount:…" or an address */
    const char *ip;
    const char *verb;
    const char *resource;
    const char *subresource; /* NULL for none */
    const char *name_space;
    const char *name; /* NULL for none */
    uint32_t code;
};

/* Says it. */
void cluster_say(struct world *w, const struct cluster_event *e);
