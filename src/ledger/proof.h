/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/cursor.h"
#include "base/fault.h"
#include "base/writer.h"
#include "ledger/merkle.h"

/*
 * proof: proofs as text files: of inclusion (c2sp.org/tlog-proof@v1) and of consistency
 * (candor/consistency@v1). Both are normative in docs/formats/proof.md.
 *
 *   c2sp.org/tlog-proof@v1           candor/consistency@v1
 *   [extra BASE64]                   old SIZE BASE64-OF-ROOT
 *   index N                          HASH …
 *   HASH …                           (empty line)
 *   (empty line)                     the new checkpoint, a signed note
 *   the checkpoint, a signed note
 *
 * HASH is the Base64 of 32 bytes, one a line, at most 63. The bytes of a note are kept verbatim.
 * Ownership: slices are views into the bytes given.
 */
enum {
    PROOF_HASHES_MAX = 63,
    PROOF_EXTRA_BYTES_MAX = 64 * 1024,
    PROOF_BYTES_MAX = 4 * 1024 * 1024,
};

#define PROOF_INCLUSION_MAGIC "c2sp.org/tlog-proof@v1"
#define PROOF_CONSISTENCY_MAGIC "candor/consistency@v1"

struct inclusion_proof {
    slice extra_base64; /* empty if there is none; authenticated by nothing */
    uint64_t index;
    struct merkle_proof path;
    slice checkpoint;
};

struct consistency_proof {
    uint64_t old_size;
    hash old_root;
    struct merkle_proof path;
    slice new_checkpoint;
};

/* E_SYNTAX, E_LIMIT, E_UNKNOWN (another first line); the fault names line and reason. */
status inclusion_proof_parse(slice bytes, struct inclusion_proof *ret_proof, struct fault *fault);
status consistency_proof_parse(slice bytes, struct consistency_proof *ret_proof,
                               struct fault *fault);
void inclusion_proof_write(struct writer *w, const struct inclusion_proof *p);
void consistency_proof_write(struct writer *w, const struct consistency_proof *p);

/* Lines of hashes up to and including the empty line that ends them; *line_number (of the next
 * line) moves along. For other formats with paths in them. E_SYNTAX, E_LIMIT. */
status proof_path_parse(struct cursor *c, size_t *line_number, struct merkle_proof *ret_path,
                        struct fault *fault);
/* Appends the hashes, one a line, without the empty line. */
void proof_path_write(struct writer *w, const struct merkle_proof *path);
