/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/command.h"
#include "ledger/store.h"

/*
 * accept: candor recover --accept-loss: two people accept that no key opens some private values any
 * more (ledger/backup/loss.h). Until the second one has, nothing is changed; what the first one
 * asked for is in LAYOUT_LOSS, and counts only for the very same entries.
 */
int recover_accept(const struct invocation *inv);
/* E_REFUSED if that was cut off after it was approved: then it has to be finished before anything
 * is opened for writing. */
status accept_check(const struct store *store, struct fault *f);
