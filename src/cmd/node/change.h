/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/writer.h"
#include "cmd/node/duty.h"
#include "cmd/node/node.h"
#include "serve/account.h"

/*
 * change: what an operator changes on a node: accounts and the active rules. A change is a JSON
 * object, {"do":"source add","name":"shop",…}; it is recorded in the log as oversight before it
 * takes effect. Applied by whoever writes the node: the running scribe, for a command that asks it
 * through the control socket, or the command itself.
 */
#define ACCOUNTS_FILE "accounts"

/* What a change leads to beside its answer. */
struct changed {
    bool accounts; /* the table is another: the front must have it */
    bool activate; /* a bundle is to be made active */
    hash bundle;   /* then */
};

/* Carries out one change and appends its answer, a line of JSON; a bundle that is to be made active
 * is only named. uid: of the operator. E_SYNTAX, E_VALUE, E_NOT_FOUND, E_EXISTS, or what the log
 * fails with. */
status change_apply(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                    struct changed *ret_changed, struct fault *f);
/* As change_apply, for a node that does not run: a bundle is compiled and made active. */
status change_here(struct node *n, const struct duty *d, unsigned uid, struct writer *answer,
                   struct fault *f);
/* The table of accounts as text, empty if there is none yet; room has ACCOUNTS_BYTES_MAX. */
status change_accounts(const struct store *store, uint8_t *room, slice *ret_text, struct fault *f);
/* Writes the policy record of a bundle that was loaded, remembers it as active, and appends the
 * answer. */
status change_activated(struct node *n, const hash *bundle, uint64_t rules, uint64_t refused,
                        struct writer *answer, struct fault *f);
/* The active bundle; zeros if there is none. */
status change_active(const struct store *store, hash *ret_bundle, struct fault *f);
