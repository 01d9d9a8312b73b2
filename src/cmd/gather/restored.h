/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cmd/node/node.h"

/*
 * restored: a node that was restored asks the witnesses of its policy before it signs anything. A
 * backup, its keys and even its signer may all be older than what this log has shown to the world;
 * whoever cosigned that knows better. The file LAYOUT_RESTORED says that they are still to be
 * asked.
 *
 * They are asked as for any checkpoint, for the one that the backup has. Nothing may be signed if
 * one of them has cosigned more entries than the log has, or saw another history of it, or if those
 * that cosign do not reach the quorum: whatever checkpoint of this log was accepted under this
 * policy, a witness of any quorum that does not allow a split view would have known.
 */
enum { RESTORED_WAIT_MS = 25'000 };

/* Asks, if they are still to be asked; OK: the log may sign. E_REFUSED, and the fault says why not.
 * The directory lock is held. */
status restored_ask(const char *dir, struct node *n, struct fault *f);
