/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs as files: what is accepted is written again as it was read, on failure no out-parameter
 * has changed, and a proof judged against any tree ends with a verdict.
 */
#include <assert.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void judge(const struct merkle_proof *path, uint64_t a, uint64_t size, hash root)
{
    const hash roots[2] = { root, root };
    const struct merkle_range r = { a, a + (size & 0xff) };
    ignore(merkle_verify_inclusion(a, size, root, path->hashes, path->count, root), "any verdict");
    ignore(merkle_verify_consistency(a, size, path->hashes, path->count, roots), "any verdict");
    ignore(merkle_verify_subtree(r, size, path->hashes, path->count, roots), "any verdict");
}

static void inclusion(slice bytes, struct writer *w)
{
    static struct inclusion_proof p;
    struct fault fault = {};
    p.index = 99;
    p.path.count = 99;
    if (inclusion_proof_parse(bytes, &p, &fault).code != E_OK) {
        assert(p.index == 99 && p.path.count == 99 && fault.text[0] != '\0');
        return;
    }
    inclusion_proof_write(w, &p);
    judge(&p.path, p.index, p.index + bytes.len, (hash){});
}

static void consistency(slice bytes, struct writer *w)
{
    static struct consistency_proof p;
    struct fault fault = {};
    p.old_size = 99;
    p.path.count = 99;
    if (consistency_proof_parse(bytes, &p, &fault).code != E_OK) {
        assert(p.old_size == 99 && p.path.count == 99 && fault.text[0] != '\0');
        return;
    }
    consistency_proof_write(w, &p);
    judge(&p.path, p.old_size, p.old_size + bytes.len, p.old_root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const slice bytes = { len == 0 ? (const uint8_t *)"" : data, len };
    uint8_t *again = malloc(len + 1);
    assert(again != NULL);
    struct writer w = writer_of(again, len);
    inclusion(bytes, &w);
    consistency(bytes, &w);
    assert(writer_end(&w).code == E_OK);
    /* "extra " without data is read as no extra data at all: the one line that is not written. */
    assert(w.len == 0 || slice_equal(writer_slice(&w), bytes) || w.len + 7 == len);
    free(again);
    return 0;
}
