/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/ledger.h"

/*
 * recover: from an archive as a crash may have left it to a ledger that can be written. Clean
 * starts run the same steps.
 */

/* l has its archive, keys and summary; sets everything else. See ledger_open for what it fails
 * with. */
status recover(struct ledger *l, const struct ledger_options *options, struct fault *f);
/* Appends the footer of the segment that the last append to the tree filled. */
status footer_append(struct ledger *l, struct writer *out, struct fault *f);
