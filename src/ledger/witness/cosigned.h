/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/note.h"

/*
 * cosigned: what a log does with witnesses (c2sp.org/tlog-witness): the request, what an answer to
 * it means, and the checkpoint with the cosignatures that were gathered. Pure.
 */
enum {
    COSIGNED_BYTES_MAX = 16 * 1024, /* a checkpoint with all its signatures */
    COSIGNED_ANSWER_BYTES_MAX = 16 * 1024,
    COSIGNED_REQUEST_BYTES_MAX = 64 * 1024,
};

enum cosigned_outcome {
    COSIGNED_GOOD = 1,     /* the witness cosigned */
    COSIGNED_OTHER_SIZE,   /* it cosigned another size last than the request said */
    COSIGNED_CONTRADICTED, /* it saw another history of this log */
    COSIGNED_FAILED,       /* anything else; the fault says what */
};

struct cosigned_answer {
    enum cosigned_outcome outcome;
    uint64_t size; /* that it cosigned last; COSIGNED_OTHER_SIZE only */
    uint64_t time; /* of the cosignature */
};

/* Appends the body of add-checkpoint. path: the lines of the consistency proof from the old size,
 * each with its LF; none if old is 0 or the checkpoint's own size. */
void cosigned_request_write(uint64_t old_size, slice path, slice note, struct writer *w);
/* What an answer with that status and body to a request for the note means. A cosignature counts if
 * it verifies: then its line is appended to the writer. */
struct cosigned_answer cosigned_answer_read(unsigned code, slice body, slice note,
                                            const struct note_key *witness, ed25519_check verify,
                                            struct writer *line, struct fault *f);
/* Appends the note with the signatures of key in more put in, those that it had of key left out.
 * E_VALUE if the two have not the same text, E_LIMIT, and what note_parse says. */
status cosigned_merge(slice note, slice more, const struct note_key *key, struct writer *w,
                      struct fault *f);
