/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/sha256.h"
#include "base/writer.h"

/*
 * checkpoint: the text of a signed tree head (c2sp.org/tlog-checkpoint).
 *
 *   origin LF | size in decimal LF | base64 of the root LF | extension lines, each non-empty
 *
 * The key that signs for the log has the origin as its name.
 */
enum { CHECKPOINT_TEXT_BYTES_MAX = 512 }; /* of a text without extension lines */

struct checkpoint {
    slice origin;
    uint64_t size; /* leaves; at most MERKLE_SIZE_MAX */
    hash root;
    slice extensions; /* whole lines, or empty */
};

/* text is the text of a note: with its last LF, without signatures. E_SYNTAX, E_LIMIT, E_VALUE (an
 * empty tree with another root than SHA-256("")); the fault names line and reason. */
status checkpoint_parse(slice text, struct checkpoint *ret_checkpoint, struct fault *fault);
/* Appends the text, to be followed by an empty line and signatures. */
void checkpoint_write(struct writer *w, const struct checkpoint *c);
