/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * role_signer: the process that holds the log's key, `candor -P signer DIR`, with the scribe on
 * descriptor PROCESS_FIRST_FD. It reads requests, signs what extends the last checkpoint, and ends
 * when the scribe does. A malformed message ends it at once.
 *
 * | message from the scribe | phase         | how often |
 * |-------------------------|---------------|-----------|
 * | SIGNER_REQUEST          | after hello   | any       |
 */
/* Runs until the scribe is gone; the exit status. */
int role_signer(const char *dir);
