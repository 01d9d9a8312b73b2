/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/note.h"

/*
 * add_checkpoint: what a log asks of a witness (c2sp.org/tlog-witness, docs/formats/witness.md),
 * and what the rules answer. Pure: signatures are checked through a function, nothing is kept here.
 *
 *   old SIZE | HASH … (at most 63 lines) | empty line | the checkpoint, a signed note
 */
enum { ADD_CHECKPOINT_BYTES_MAX = 64 * 1024 };

struct add_checkpoint {
    uint64_t old_size;
    struct merkle_proof path;
    slice note;          /* a view */
    struct note *parsed; /* borrowed room for it */
    struct checkpoint checkpoint;
    bool is_no_tree; /* size 0 with another root than that of the empty tree */
};

/* What a witness knows of a log. */
struct witnessed {
    struct note_key key;
    uint64_t size; /* the last that was cosigned; 0: none */
    hash root;
};

/* Parses a body; room is where the note is taken apart. E_SYNTAX, E_LIMIT; the fault says what. */
status add_checkpoint_parse(slice body, struct note *room, struct add_checkpoint *ret_request,
                            struct fault *f);
/* The status that the rules give: 200 if the checkpoint may be cosigned; 403, 400, 409 or 422. The
 * fault says why it is not 200. The request is of that log. */
unsigned add_checkpoint_judge(const struct add_checkpoint *r, const struct witnessed *log,
                              ed25519_check verify, struct fault *f);
