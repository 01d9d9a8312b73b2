/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"

/*
 * failure: how one process of a node tells another why something did not work: code u32 | text
 * vec16.
 */

/* Appends the payload; why must be a failure. */
void failure_write(status why, const struct fault *f, struct writer *w);
/* The status that was sent, with its text in the fault. E_SHORT, E_TRAILING, E_LIMIT or E_SYNTAX if
 * the payload is none. */
status failure_parse(slice payload, struct fault *f);
