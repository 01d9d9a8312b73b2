/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/forget/erasing.h"
#include "cmd/node/duty.h"

/*
 * forgetting: duties that need a look through the whole log before they are carried out: at the
 * holds, and for records of a subject or of an age. A running node looks in pieces between other
 * work (cmd/node/scribe_look.c); a command without one all at once.
 */

/* Whether the duty is one of these. */
bool forgetting_looks(const struct duty *d);
/* Begins the look, for erasing_step and duty_perform_begun. To be followed by erasing_done even
 * when it fails. E_NOT_FOUND, E_USAGE: what can be refused before. */
status forgetting_begin(struct node *n, const struct duty *d, struct erasing *e, struct fault *f);
