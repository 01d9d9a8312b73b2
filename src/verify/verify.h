/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "verify/answer.h"
#include "verify/recounting.h"
#include "verify/trust.h"

/*
 * verify: takes any file that candor hands out and says what it proves. The kind of file is told by
 * its first line; everything else is a signed note. Nothing but base, record and the pure half of
 * ledger is below this, so that a stranger can read all of it.
 */
enum { VERIFY_FILE_BYTES_MAX = 64 * 1024 * 1024 };

struct verify_input {
    slice file;            /* what to verify */
    const slice *entry;    /* the raw entry that an inclusion proof is about; NULL: not given */
    const slice *old;      /* a checkpoint kept earlier, for a consistency proof; NULL: not given */
    struct published *log; /* public entries to hold a count proof against */
    bool whole;            /* count all of them, not those of one segment */
    /* recounting_check where log is given, else NULL; so that a verifier which never has public
     * entries is made without it. */
    status (*recount)(const struct recounting *r, struct answer *answer, struct fault *fault);
    const struct trust *trust;
};

/* Fills the answer if everything verifies. E_INVALID if it does not; the input codes for a
 * malformed file; E_USAGE if something is missing (a key, the entry); E_NOMEM. The fault names the
 * reason and the position. */
status verify_file(const struct verify_input *in, struct answer *answer, struct fault *fault);
