/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "ledger/footer.h"
#include "ledger/store.h"

/*
 * opened: a segment's file that is open for reading, with what is known of where its parts lie.
 */
enum { OPENED_NO_FILE = -1 };

struct opened {
    int file; /* OPENED_NO_FILE: none */
    uint64_t number;
    struct segment_places places;
    uint64_t end; /* offset behind the last batch, where the owner keeps it here */
};

/* Opens the file of a segment of the log whose origin has that hash, and checks its header.
 * E_CORRUPT if it is of another log or number; as the store. */
status opened_open(const struct store *store, hash origin, uint64_t number,
                   struct opened *ret_opened, struct fault *f);
/* Closes the file, if there is one, and forgets the places. */
void opened_close(const struct store *store, struct opened *o);
/* Notes the next batch. E_NOMEM. */
status opened_push(struct opened *o, struct batch_place place);
/* E_CORRUPT, with a fault that names segment, offset, what stands there and what is wrong. */
status opened_corrupt(struct fault *f, uint64_t segment, uint64_t offset, const char *what,
                      status why);
