/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/policy.h"
#include "ledger/store.h"
#include "serve/gather/gather.h"

/*
 * gather_policy: the policy of a node's own log (c2sp.org/tlog-policy): which witnesses it asks for
 * cosignatures, where, and how many of them make a checkpoint a cosigned one.
 */
enum { GATHER_URL_BYTES_MAX = 1024 };

struct gather_witness {
    const struct note_key *key; /* in the policy */
    unsigned key_number;        /* of the policy */
    slice name;
    char url[GATHER_URL_BYTES_MAX]; /* with /add-checkpoint */
};

struct gather_policy {
    struct policy policy;
    uint8_t *text; /* owned: the policy is made of views into it */
    struct gather_witness at[GATHER_WITNESSES_MAX];
    size_t count;
};

/* Reads the file that the configuration names, relative to the node's directory unless it begins
 * with a slash, and checks that it is of use to the log: it names the log by its origin (and by
 * key, a vkey, where that is not empty), and the witnesses with an address can reach the quorum.
 * Owned by the caller. E_VALUE and what policy_parse says; the fault names file and line. */
status gather_policy_load(const struct store *store, const struct gather_config *config,
                          const char *origin, slice key, struct gather_policy **ret_policy,
                          struct fault *f);
/* NULL is allowed. */
void gather_policy_free(struct gather_policy *p);
