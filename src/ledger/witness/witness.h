/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"
#include "base/writer.h"
#include "ledger/store.h"

/*
 * witness: cosigns checkpoints of other logs (c2sp.org/tlog-witness). A checkpoint is cosigned only
 * if it extends the last one of that log that was; which one that is stands on disk, durably,
 * before the cosignature leaves, so that no crash and no restart makes this witness vouch for two
 * histories.
 *
 *   key                   name and seed
 *   logs                  the keys of the logs it knows, one a line; # begins a comment
 *   state/HASH.checkpoint the last cosigned note of the log whose origin has that SHA-256
 *   evidence/HASH.request requests that a log signed and that contradict what it showed before
 *
 * Threads: one at a time per object.
 */
enum {
    WITNESS_LOGS_MAX = 1024,
    WITNESS_NAME_BYTES_MAX = 255,
    WITNESS_ANSWER_BYTES_MAX = 1024,
    WITNESS_EVIDENCE_MAX = 1024, /* requests kept; further ones are refused alike, but not kept */
};

struct witness;

/* What a request is answered with. */
struct witness_answer {
    unsigned code;
    const char *type; /* of the text; NULL: text is a reason, to be shown as an error */
    char text[WITNESS_ANSWER_BYTES_MAX];
    size_t len;
};

/* Draws a key for that name; durable. E_EXISTS, E_VALUE (name). */
status witness_create(const struct store *store, const char *name, struct fault *f);
/* Reads key, logs and state; every state is held against both signatures. E_NOT_FOUND, E_CORRUPT,
 * E_SYNTAX (logs; the fault has the line). */
status witness_open(const struct store *store, struct witness **ret_witness, struct fault *f);
void witness_free(struct witness *w);
/* Appends the key by which others check its cosignatures. */
void witness_key(const struct witness *w, struct writer *out);
/* How many logs it knows. */
size_t witness_logs(const struct witness *w);
/* Answers a request to add a checkpoint. Fails only if the state could not be made durable: nothing
 * was cosigned, and after anything but E_FULL the caller must stop. */
status witness_add(struct witness *w, slice body, struct witness_answer *ret_answer,
                   struct fault *f);
/* The last cosigned note of the log whose origin has that hash, in hexadecimal digits; a view that
 * dies with the next call. E_NOT_FOUND. */
status witness_latest(struct witness *w, slice origin_hash, slice *ret_note);
