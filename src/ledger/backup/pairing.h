/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"

/*
 * pairing: whether keys and log are of moments that go together. Keys may be older: what was erased
 * since is erased again. Keys that are newer than the log know blocks that it does not have, and
 * rewritten blocks that lie behind the end of what it has: with them, values that were not erased
 * would be lost, and new blocks would be taken for old ones.
 */

/* E_REFUSED, with the group in the fault, if the keys are newer than log/ in a way that matters;
 * E_CORRUPT if a group's file is damaged. */
status pairing_check(const struct store *store, struct archive *a, struct fault *f);
