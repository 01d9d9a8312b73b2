/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench ledger: records of eight committed fields through the real ledger, in a fresh directory:
 * the core without disk, durable appending, latency at a given rate, proofs, verification, fsck,
 * bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/bench/bench.h"
#include "cmd/bench/records.h"
#include "cmd/node/node.h"
#include "ledger/count/recount.h"
#include "ledger/fsck.h"
#include "ledger/signer.h"
#include "ledger/store_fs.h"
#include "ledger/tile.h"
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum {
    RECORDS_DEFAULT = 1000000,
    RATE_DEFAULT = 50000,
    PROOFS = 20000,
    LATENCY_SECONDS = 5,
};

static double memory_mib(void)
{
    struct rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static status sign_here(void *self, const struct signer_request *request,
                        uint8_t ret_signature[SIGNER_SIGNATURE_BYTES], struct fault *f)
{
    return signer_sign(self, request, ret_signature, f);
}

/* A log with its signer and committer, all in this process. */
struct rig {
    struct store store;
    struct signer *signer;
    struct ledger *ledger;
    struct committer *committer;
};

static void rig_close(struct rig *r)
{
    committer_free(r->committer);
    ledger_close(r->ledger);
    signer_free(r->signer);
    if (r->store.ops != NULL) store_fs_close(&r->store);
    *r = (struct rig){};
}

static status rig_open(const char *dir, const char *name, bool openings, struct rig *r,
                       struct fault *f)
{
    *r = (struct rig){};
    TRY(bench_log_create(dir, name, &r->store, f));
    TRY(signer_open(&r->store, &r->signer, f));
    struct ledger_options options = ledger_options_default(BENCH_ORIGIN);
    options.plain_openings = !openings;
    options.zstd_level = openings ? LEDGER_ZSTD_LEVEL : 0;
    TRY(ledger_open(&r->store, &options, &r->ledger, f));
    struct commit_signer signer = { .self = r->signer, .sign = sign_here };
    signer_public(r->signer, signer.public_key);
    const struct signer_head head = signer_head(r->signer);
    return committer_new(r->ledger, &r->store, BENCH_ORIGIN, &signer, &head, &r->committer, f);
}

static status append_all(struct rig *r, uint64_t records, struct bench_maker *maker,
                         struct fault *f)
{
    while (maker->count < records) {
        struct record record = {};
        uint64_t index = 0;
        TRY(bench_make(maker, &record, f));
        TRY(committer_add(r->committer, &record, &index, f));
    }
    TRY(committer_flush(r->committer, f));
    return committer_wait(r->committer, archive_size(ledger_archive(r->ledger)), true, f);
}

struct sizes {
    const struct store *store;
    uint64_t segment_bytes;
    struct fault *fault;
};

static status add_size(void *with, const char *name)
{
    struct sizes *s = with;
    char path[STORE_NAME_MAX + 1];
    int file = -1;
    uint64_t size = 0;
    snprintf(path, sizeof path, "log/%s", name);
    TRY(s->store->ops->open(s->store->self, path, STORE_READ, &file, s->fault));
    TRY(s->store->ops->size(s->store->self, file, &size, s->fault));
    s->store->ops->close(s->store->self, file);
    s->segment_bytes += size;
    return OK;
}

/* Bytes of the openings alone, blocks with their heads: read back from the batches. */
static status opening_bytes(struct archive *a, uint64_t *ret_bytes, struct fault *f)
{
    uint64_t index = 0;
    *ret_bytes = 0;
    while (index < archive_size(a)) {
        struct batch_frame frame = {};
        TRY(archive_batch(a, index, &frame, f));
        *ret_bytes += frame.blocks.len;
        index += frame.head.record_count;
    }
    return OK;
}

static status report_durable(struct rig *r, const struct bench_maker *maker, double seconds,
                             bool openings, struct fault *f)
{
    struct bench_line line;
    uint64_t opened = 0;
    TRY(opening_bytes(ledger_archive(r->ledger), &opened, f));
    committer_free(r->committer);
    r->committer = NULL;
    ledger_close(r->ledger); /* gives the space taken ahead back */
    r->ledger = NULL;
    struct sizes sizes = { .store = &r->store, .fault = f };
    TRY(r->store.ops->list(r->store.self, "log", add_size, &sizes, f));
    const double records = (double)maker->count;
    bench_line_begin(&line, "ledger.durable");
    json_member_text(&line.j, "openings", openings ? "compressed, encrypted" : "plain");
    bench_line_number(&line, "records", records);
    bench_line_number(&line, "records_per_s", records / seconds);
    bench_line_number(&line, "mb_per_s_raw", (double)maker->raw_bytes / seconds / 1e6);
    bench_line_number(&line, "log_bytes_per_entry",
                      (double)(sizes.segment_bytes - opened) / records);
    bench_line_number(&line, "opening_bytes_per_record", (double)opened / records);
    bench_line_number(&line, "opening_bytes_per_raw_byte",
                      (double)opened / (double)maker->raw_bytes);
    bench_line_number(&line, "memory_mib", memory_mib());
    bench_line_end(&line);
    return OK;
}

static status bench_durable(const char *dir, const char *name, uint64_t records, bool openings,
                            struct fault *f)
{
    static struct bench_maker maker;
    struct rig r = {};
    maker = (struct bench_maker){ .seed = 1 };
    status s = rig_open(dir, name, openings, &r, f);
    const int64_t start = clock_mono_ns();
    if (s.code == E_OK) s = append_all(&r, records, &maker, f);
    const double seconds = bench_seconds_since(start);
    if (s.code == E_OK) s = report_durable(&r, &maker, seconds, openings, f);
    rig_close(&r);
    return s;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Submits records on a clock and notes for each when a signed checkpoint covers it. */
struct pacer {
    struct rig *rig;
    struct bench_maker maker;
    int64_t *submitted_ns; /* owned; becomes the latency */
    uint64_t first_index;
    uint64_t settled; /* records whose latency is known */
    uint64_t total;
};

static void settle(struct pacer *p)
{
    const uint64_t covered = committer_checkpointed(p->rig->committer);
    const int64_t now = clock_mono_ns();
    while (p->settled < p->maker.count && p->first_index + p->settled < covered) {
        p->submitted_ns[p->settled] = now - p->submitted_ns[p->settled];
        p->settled++;
    }
}

static status pace(struct pacer *p, uint64_t rate, struct fault *f)
{
    const int64_t start = clock_mono_ns();
    while (p->settled < p->total) {
        const int64_t now = clock_mono_ns();
        const uint64_t due = (uint64_t)((now - start) / 1000) * rate / 1000000;
        while (p->maker.count < due && p->maker.count < p->total) {
            struct record record = {};
            uint64_t index = 0;
            p->submitted_ns[p->maker.count] = clock_mono_ns();
            TRY(bench_make(&p->maker, &record, f));
            TRY(committer_add(p->rig->committer, &record, &index, f));
        }
        if (committer_is_idle(p->rig->committer)) TRY(committer_flush(p->rig->committer, f));
        settle(p);
    }
    return OK;
}

/* The latency that all but one in `of` records stay below. */
static double all_but_one_in(const struct pacer *p, uint64_t of)
{
    const uint64_t place = p->total - p->total / of - 1;
    return (double)p->submitted_ns[place] / 1e6;
}

static void report_latency(const struct pacer *p, uint64_t rate)
{
    struct bench_line line;
    qsort(p->submitted_ns, p->total, sizeof *p->submitted_ns, by_value);
    bench_line_begin(&line, "ledger.latency");
    json_member_text(&line.j, "until", "signed checkpoint");
    bench_line_number(&line, "rate_per_s", (double)rate);
    bench_line_number(&line, "records", (double)p->total);
    bench_line_number(&line, "p50_ms", all_but_one_in(p, 2));
    bench_line_number(&line, "p99_ms", all_but_one_in(p, 100));
    bench_line_number(&line, "p999_ms", all_but_one_in(p, 1000));
    bench_line_number(&line, "max_ms", all_but_one_in(p, p->total + 1));
    bench_line_end(&line);
}

static status bench_latency(const char *dir, uint64_t rate, struct fault *f)
{
    static struct pacer p;
    struct rig r = {};
    p = (struct pacer){ .rig = &r, .maker = { .seed = 1 }, .total = rate * LATENCY_SECONDS };
    p.submitted_ns = calloc(p.total + 1, sizeof *p.submitted_ns);
    if (p.submitted_ns == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = rig_open(dir, "latency", true, &r, f);
    if (s.code == E_OK) s = pace(&p, rate, f);
    if (s.code == E_OK) report_latency(&p, rate);
    rig_close(&r);
    free(p.submitted_ns);
    return s;
}

static status bench_proofs(const char *dir, struct fault *f)
{
    struct store store = {};
    struct archive *a = NULL;
    struct bench_line line;
    char path[512];
    uint64_t seed = 7;
    hash root = {};
    snprintf(path, sizeof path, "%s/durable", dir);
    TRY(store_fs_open(path, &store, f));
    const int64_t opening = clock_mono_ns();
    status s = archive_open(&store, BENCH_ORIGIN, &a, f);
    const double open_seconds = bench_seconds_since(opening);
    if (s.code == E_OK) root = tree_root(archive_tree(a));
    const uint64_t size = s.code == E_OK ? archive_size(a) : 0;
    const struct merkle_source source = { s.code == E_OK ? archive_tree(a) : NULL, tree_node };
    double prove_seconds = 0;
    double verify_seconds = 0;
    for (int i = 0; s.code == E_OK && i < PROOFS; i++) {
        struct merkle_proof proof = {};
        slice entry = {};
        const uint64_t index = bench_random(&seed) % size;
        const int64_t start = clock_mono_ns();
        s = merkle_prove_inclusion(&source, index, size, &proof);
        prove_seconds += bench_seconds_since(start);
        if (s.code == E_OK) s = archive_entry(a, index, &entry, f);
        if (s.code != E_OK) break;
        const int64_t verifying = clock_mono_ns();
        s = merkle_verify_inclusion(index, size, merkle_leaf(entry), proof.hashes, proof.count,
                                    root);
        verify_seconds += bench_seconds_since(verifying);
    }
    archive_free(a);
    store_fs_close(&store);
    if (s.code != E_OK) return fault_set(f, s, "a proof of the log's own tree failed");
    bench_line_begin(&line, "ledger.proofs");
    bench_line_number(&line, "tree_size", (double)size);
    bench_line_number(&line, "open_ms", open_seconds * 1e3);
    bench_line_number(&line, "prove_us", prove_seconds * 1e6 / PROOFS);
    bench_line_number(&line, "verify_us", verify_seconds * 1e6 / PROOFS);
    bench_line_end(&line);
    return OK;
}

static void ignore_fault(void *self, const char *text)
{
    (void)self;
    fprintf(stderr, "candor: bench: %s\n", text);
}

static void ignore_progress(void *self, uint64_t entries)
{
    (void)self;
    (void)entries;
}

static status bench_fsck(const char *dir, struct fault *f)
{
    struct store store = {};
    struct fsck_result result = {};
    struct bench_line line;
    char path[512];
    const struct fsck_watcher watcher = { NULL, ignore_fault, ignore_progress };
    snprintf(path, sizeof path, "%s/durable", dir);
    TRY(store_fs_open(path, &store, f));
    const int64_t start = clock_mono_ns();
    const status s = fsck(&store, BENCH_ORIGIN, &watcher, &result, f);
    const double seconds = bench_seconds_since(start);
    store_fs_close(&store);
    TRY(s);
    bench_line_begin(&line, "ledger.fsck");
    bench_line_number(&line, "entries", (double)result.entries);
    bench_line_number(&line, "openings", (double)result.openings);
    bench_line_number(&line, "faults", (double)result.faults);
    bench_line_number(&line, "entries_per_s", (double)result.entries / seconds);
    bench_line_number(&line, "memory_mib", memory_mib());
    bench_line_end(&line);
    return OK;
}

static status bench_recount(const char *dir, struct fault *f)
{
    struct store store = {};
    struct archive *a = NULL;
    struct counter *counter = NULL;
    struct bench_line line;
    char path[512];
    snprintf(path, sizeof path, "%s/durable", dir);
    TRY(store_fs_open(path, &store, f));
    status s = archive_open(&store, BENCH_ORIGIN, &a, f);
    const uint64_t size = s.code == E_OK ? archive_size(a) : 0;
    const int64_t start = clock_mono_ns();
    if (s.code == E_OK) s = recount_all(a, size, NULL, NULL, &counter, f);
    const double seconds = bench_seconds_since(start);
    counter_free(counter);
    archive_free(a);
    store_fs_close(&store);
    TRY(s);
    bench_line_begin(&line, "ledger.recount");
    bench_line_number(&line, "entries", (double)size);
    bench_line_number(&line, "entries_per_s", (double)size / seconds);
    bench_line_end(&line);
    return OK;
}

struct plan {
    const char *dir;
    const char *only; /* NULL: everything */
    uint64_t records;
    uint64_t rate;
};

static bool wanted(const struct plan *p, const char *part)
{
    return p->only == NULL || strcmp(p->only, part) == 0;
}

static status bench_all(const struct plan *p, struct fault *f)
{
    TRY(dir_make(NULL, p->dir, f));
    if (wanted(p, "sha256")) TRY(bench_sha256(f));
    if (wanted(p, "core")) {
        static const struct bench_core cores[] = { { "core-plain", false, false },
                                                   { "core-short", true, false },
                                                   { "core", false, true } };
        for (size_t i = 0; i < COUNT_OF(cores); i++)
            TRY(bench_ledger_core(p->dir, &cores[i], p->records, f));
    }
    if (wanted(p, "durable")) {
        TRY(bench_durable(p->dir, "durable-plain", p->records, false, f));
        TRY(bench_durable(p->dir, "durable", p->records, true, f));
        TRY(bench_proofs(p->dir, f));
        TRY(bench_fsck(p->dir, f));
        TRY(bench_recount(p->dir, f));
    }
    return wanted(p, "latency") ? bench_latency(p->dir, p->rate, f) : OK;
}

status bench_number(const struct invocation *inv, const char *name, uint64_t fallback,
                    uint64_t *ret_number, struct fault *f)
{
    const char *text = invocation_value(inv, name, NULL);
    *ret_number = fallback;
    if (text == NULL) return OK;
    const bool good = num_parse_u64(slice_text(text), ret_number).code == E_OK && *ret_number > 0;
    return good ? OK : fault_set(f, FAIL(E_USAGE), "%s: not a number above 0: %s", name, text);
}

int run_bench_ledger(const struct invocation *inv)
{
    struct fault f = {};
    struct plan p = { .dir = inv->arguments[0], .only = invocation_value(inv, "--only", NULL) };
    status s = bench_number(inv, "--records", RECORDS_DEFAULT, &p.records, &f);
    if (s.code == E_OK) s = bench_number(inv, "--rate", RATE_DEFAULT, &p.rate, &f);
    if (s.code == E_OK) s = bench_all(&p, &f);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "bench ledger: %s", f.text);
}
