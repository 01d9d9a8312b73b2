/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench witness: requests to cosign that a witness answers in a second, each with a signature and a
 * consistency proof to verify, the new state made durable, and a cosignature. No HTTP.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/num.h"
#include "cmd/bench/records.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/store_file.h"
#include "ledger/store_fs.h"
#include "ledger/tree.h"
#include "ledger/witness/add_checkpoint.h"
#include "ledger/witness/cosigned.h"
#include "ledger/witness/witness.h"
#include "lib/ed25519.h"
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum {
    REQUESTS = 2000,
    REQUESTS_MAX = 4096,     /* the tree stays within one segment */
    LEAVES_BEFORE = 1 << 15, /* so that proofs have their length */
    LEAVES_EACH = 7,
};

/* The log that asks, with a tree in memory. */
struct asking_log {
    struct tree *tree;
    struct ed25519_key *key;
    uint8_t public_key[ED25519_PUBLIC_BYTES];
    uint64_t cosigned; /* size */
    uint64_t leaf;
    uint8_t body[ADD_CHECKPOINT_BYTES_MAX];
};

static status log_grow(struct asking_log *l, size_t count)
{
    hash leaves[LEAVES_EACH];
    for (size_t done = 0; done < count;) {
        const size_t some = count - done < LEAVES_EACH ? count - done : LEAVES_EACH;
        for (size_t i = 0; i < some; i++) {
            uint8_t number[8];
            put_u64(number, l->leaf++);
            leaves[i] = sha256((slice){ number, sizeof number });
        }
        TRY(tree_append(l->tree, leaves, some));
        done += some;
    }
    return OK;
}

/* Appends the signed checkpoint of the tree as it is. */
static status log_sign(struct asking_log *l, struct writer *w)
{
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    const slice name = slice_text(BENCH_ORIGIN);
    const struct checkpoint c = { name, tree_size(l->tree), tree_root(l->tree), slice_none() };
    const size_t begin = w->len;
    checkpoint_write(w, &c);
    TRY(writer_end(w));
    TRY(ed25519_sign(l->key, slice_from(writer_slice(w), begin), signature));
    writer_text(w, "\n");
    note_write_signature(
        w, name,
        note_key_id(name, NOTE_KEY_ED25519, (slice){ l->public_key, sizeof l->public_key }),
        (slice){ signature, sizeof signature });
    return writer_end(w);
}

static status log_request(struct asking_log *l, struct writer *ret_body)
{
    uint8_t lines[PROOF_HASHES_MAX * 64];
    uint8_t note[2048];
    struct merkle_proof proof = {};
    const struct merkle_source source = { l->tree, tree_node };
    struct writer path = writer_of(lines, sizeof lines);
    struct writer n = writer_of(note, sizeof note);
    TRY(log_grow(l, LEAVES_EACH));
    TRY(merkle_prove_consistency(&source, l->cosigned, tree_size(l->tree), &proof));
    proof_path_write(&path, &proof);
    TRY(log_sign(l, &n));
    *ret_body = writer_of(l->body, sizeof l->body);
    cosigned_request_write(l->cosigned, writer_slice(&path), writer_slice(&n), ret_body);
    l->cosigned = tree_size(l->tree);
    return writer_end(ret_body);
}

/* What was measured. */
struct measured {
    int64_t wall_ns;
    int64_t processor_ns;
};

static status run_requests(struct witness *w, struct asking_log *l, uint64_t requests,
                           struct measured *ret_measured, struct fault *f)
{
    for (uint64_t i = 0; i < requests; i++) {
        struct witness_answer answer = {};
        struct writer body = {};
        TRY(log_request(l, &body));
        const int64_t wall_ns = clock_mono_ns();
        const int64_t processor_ns = bench_processor_ns();
        TRY(witness_add(w, writer_slice(&body), &answer, f));
        ret_measured->processor_ns += bench_processor_ns() - processor_ns;
        ret_measured->wall_ns += clock_mono_ns() - wall_ns;
        if (answer.code != 200)
            return fault_set(f, FAIL(E_VALUE), "the witness said %u", answer.code);
    }
    return OK;
}

static status witness_make(const char *dir, struct asking_log *l, struct store *ret_store,
                           struct witness **ret_witness, struct fault *f)
{
    static const uint8_t seed[ED25519_SEED_BYTES] = { 1 };
    uint8_t text[512];
    struct writer key = writer_of(text, sizeof text);
    l->tree = tree_new(NULL, NULL);
    l->key = ed25519_key_new(seed);
    if (l->tree == NULL || l->key == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    ed25519_public(l->key, l->public_key);
    note_write_key(&key, slice_text(BENCH_ORIGIN), NOTE_KEY_ED25519,
                   (slice){ l->public_key, sizeof l->public_key });
    TRY(dir_make(NULL, dir, f));
    TRY(store_fs_open(dir, ret_store, f));
    TRY(witness_create(ret_store, "bench.example/witness", f));
    TRY(store_file_replace(ret_store, "logs", writer_slice(&key), f));
    return witness_open(ret_store, ret_witness, f);
}

static void print_line(uint64_t requests, const struct measured *m)
{
    struct bench_line line;
    bench_line_begin(&line, "witness");
    bench_line_number(&line, "requests", (double)requests);
    bench_line_number(&line, "requests_per_s",
                      (double)requests * BENCH_NS_PER_S / (double)m->wall_ns);
    bench_line_number(&line, "requests_per_cpu_s",
                      (double)requests * BENCH_NS_PER_S / (double)m->processor_ns);
    bench_line_number(&line, "cpu_us_per_request",
                      (double)m->processor_ns / 1000 / (double)requests);
    bench_line_end(&line);
}

int run_bench_witness(const struct invocation *inv)
{
    struct store store = {};
    struct witness *w = NULL;
    struct measured measured = {};
    struct fault f = {};
    uint64_t requests = REQUESTS;
    const char *given = invocation_value(inv, "--requests", NULL);
    if (given != NULL && (num_parse_u64(slice_text(given), &requests).code != E_OK ||
                          requests == 0 || requests > REQUESTS_MAX)) {
        return command_fail(2, "bench witness: --requests is not a number: %.40s", given);
    }
    struct asking_log *l = calloc(1, sizeof *l);
    status s = l == NULL ? fault_set(&f, FAIL(E_NOMEM), "out of memory") : OK;
    if (s.code == E_OK) s = witness_make(inv->arguments[0], l, &store, &w, &f);
    if (s.code == E_OK) s = log_grow(l, LEAVES_BEFORE);
    if (s.code == E_OK) s = run_requests(w, l, requests, &measured, &f);
    if (s.code == E_OK) print_line(requests, &measured);
    witness_free(w);
    if (store.ops != NULL) store_fs_close(&store);
    if (l != NULL) {
        tree_free(l->tree);
        ed25519_key_free(l->key);
    }
    free(l);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "bench witness: %s",
                        f.text[0] != '\0' ? f.text : status_text(s));
}
