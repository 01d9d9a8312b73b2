/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/signer_protocol.h"
#include "cmd/node/committer.h"

/*
 * signer_remote: the scribe's end: starts the signer's process and asks it to sign.
 */
struct signer_remote;

/* Starts `candor -P signer DIR` and waits for its hello. The failure it reports, E_CLOSED if it
 * died, E_NOMEM. */
status signer_remote_start(const char *dir, struct signer_remote **ret_remote, struct fault *f);
/* Closes the conversation and waits for the process to end. NULL is allowed. */
void signer_remote_stop(struct signer_remote *r);
/* What the signer said of itself; borrowed. */
const struct signer_hello *signer_remote_hello(const struct signer_remote *r);
/* The signer as the committer wants it; dies with r. */
struct commit_signer signer_remote_interface(struct signer_remote *r);
/* The number of its process. */
int signer_remote_pid(const struct signer_remote *r);
/* Readable once the process has ended, for loop_watch. */
int signer_remote_ended(const struct signer_remote *r);
