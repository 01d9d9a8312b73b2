/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench ledger: records of eight committed fields through the real ledger, in a fresh directory:
 * the core without disk, durable appending, latency at a given rate, proofs, verification, fsck,
 * bytes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "cmd/bench/bench.h"
#include "cmd/node/node.h"
#include "ledger/fsck.h"
#include "ledger/signer.h"
#include "ledger/store_fs.h"
#include "ledger/tile.h"
#include "os/clock.h"
#include "os/dir.h"
#include "record/draft.h"
#include "base/banned.h"

enum {
    RECORDS_DEFAULT = 1000000,
    RATE_DEFAULT = 50000,
    PROOFS = 20000,
    LINE_BYTES = 1024,
    NS_PER_S = 1000000000,
    LATENCY_SECONDS = 5,
    START_S = 1767225600,
};

#define ORIGIN "bench.example/log"

static uint64_t mix(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u; /* splitmix64: seeded, so that every run has the same input */
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* One line of output under construction. */
struct line {
    uint8_t bytes[LINE_BYTES];
    struct writer w;
    struct json_writer j;
};

static void line_begin(struct line *l, const char *name)
{
    l->w = writer_of(l->bytes, sizeof l->bytes);
    l->j = json_writer_of(&l->w);
    json_object(&l->j);
    json_member_text(&l->j, "bench", name);
}

static void line_number(struct line *l, const char *key, double value)
{
    json_key(&l->j, key);
    if (value >= 1000) {
        json_u64(&l->j, (uint64_t)value);
    } else {
        json_double(&l->j, (double)(int64_t)(value * 1000) / 1000);
    }
}

static void line_end(struct line *l)
{
    json_object_end(&l->j);
    printf("%.*s\n", (int)l->w.len, (const char *)l->w.at);
    fflush(stdout);
}

/* Makes the nth record: an access event of about 200 bytes of JSON with all eight fields set. */
struct maker {
    struct draft draft;
    uint64_t seed;
    uint64_t count;
    uint64_t raw_bytes;
    hash chain;
    char raw[256];
    char actor[32];
    char subject[32];
};

static status make(struct maker *m, struct record *ret_record, struct fault *f)
{
    const uint64_t random = mix(&m->seed);
    const uint64_t time_s = START_S + m->count / 1000;
    snprintf(m->actor, sizeof m->actor, "agent-%" PRIu64, random % 500);
    snprintf(m->subject, sizeof m->subject, "user-%" PRIu64, random >> 20 & 0xfffff);
    const int len = snprintf(m->raw, sizeof m->raw,
                             "{\"time\":%" PRIu64 ",\"tool\":\"admin\",\"action\":\"profile.read\","
                             "\"actor\":\"%s\",\"subject\":\"%s\",\"ticket\":\"T-%" PRIu64
                             "\",\"fields\":[\"email\",\"phone\"],\"ip\":\"10.%" PRIu64 ".%" PRIu64
                             ".7\",\"ok\":true,\"ms\":%" PRIu64 "}",
                             time_s, m->actor, m->subject, random >> 40 & 0xffff, random >> 8 & 255,
                             random >> 16 & 255, random >> 32 & 511);
    m->chain.bytes[0] = (uint8_t)random;
    draft_start(&m->draft, KIND_event, time_s);
    draft_time(&m->draft, FIELD_event_time, (int64_t)time_s * NS_PER_S);
    draft_time(&m->draft, FIELD_event_arrived, (int64_t)time_s * NS_PER_S + 1000);
    draft_text(&m->draft, FIELD_event_source, slice_text("admin-tool"));
    draft_u64(&m->draft, FIELD_event_sequence, m->count);
    draft_hash(&m->draft, FIELD_event_chain, &m->chain);
    draft_text(&m->draft, FIELD_event_actor, slice_text(m->actor));
    draft_text(&m->draft, FIELD_event_subject, slice_text(m->subject));
    draft_raw(&m->draft, FIELD_event_raw, (slice){ (const uint8_t *)m->raw, (size_t)len });
    m->count++;
    m->raw_bytes += (uint64_t)len;
    return draft_end(&m->draft, NULL, ret_record, f);
}

static double seconds_since(int64_t start_ns)
{
    return (double)(clock_mono_ns() - start_ns) / NS_PER_S;
}

/* Processor time of this process: what a core costs, whatever else the machine is doing. */
static int64_t processor_ns(void)
{
    struct timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static double memory_mib(void)
{
    struct rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* A new log in dir/name, without candor.yaml: keys and signer only. */
static status log_create(const char *dir, const char *name, struct store *ret_store,
                         struct fault *f)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    TRY(dir_make(NULL, path, f));
    TRY(store_fs_open(path, ret_store, f));
    TRY(signer_create(ret_store, ORIGIN, f));
    return ledger_create(ret_store, ORIGIN, f);
}

/* Processor time for making the records alone. */
static status making_run(uint64_t records, double *ret_seconds, struct fault *f)
{
    static struct maker maker;
    const int64_t start = processor_ns();
    maker = (struct maker){ .seed = 1 };
    while (maker.count < records) {
        struct record record = {};
        TRY(make(&maker, &record, f));
    }
    *ret_seconds = (double)(processor_ns() - start) / NS_PER_S;
    return OK;
}

/* The core: encode, commit, compress, encrypt, hash, seal; nothing is written. */
static status core_run(struct ledger *l, struct batch *b, uint64_t records, double *ret_seconds,
                       struct fault *f)
{
    static struct maker maker;
    struct signer_request request;
    const int64_t start = processor_ns();
    maker = (struct maker){ .seed = 1 };
    while (maker.count < records) {
        TRY(ledger_begin(l, b, f));
        while (maker.count < records && !ledger_is_full(l, b)) {
            struct record record = {};
            uint64_t index = 0;
            TRY(make(&maker, &record, f));
            TRY(ledger_add(l, b, &record, &index, f));
        }
        TRY(ledger_seal(l, b, &request, f));
    }
    *ret_seconds = (double)(processor_ns() - start) / NS_PER_S;
    return OK;
}

static status bench_core(const char *dir, const char *name, uint64_t records, bool openings,
                         struct fault *f)
{
    struct store store = {};
    struct ledger *l = NULL;
    struct line line;
    double seconds = 0;
    double making = 0;
    struct batch *b = batch_new();
    if (b == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    TRY(log_create(dir, name, &store, f));
    struct ledger_options options = ledger_options_default(ORIGIN);
    options.plain_openings = !openings;
    options.zstd_level = openings ? LEDGER_ZSTD_LEVEL : 0;
    status s = ledger_open(&store, &options, &l, f);
    if (s.code == E_OK) s = core_run(l, b, records, &seconds, f);
    if (s.code == E_OK) s = making_run(records, &making, f);
    batch_free(b);
    ledger_close(l);
    store_fs_close(&store);
    TRY(s);
    line_begin(&line, "ledger.core");
    json_member_text(&line.j, "openings", openings ? "compressed, encrypted" : "plain");
    line_number(&line, "threads", 1);
    line_number(&line, "records", (double)records);
    line_number(&line, "records_per_cpu_s", (double)records / (seconds - making));
    line_number(&line, "cpu_ns_per_record", (seconds - making) * NS_PER_S / (double)records);
    line_end(&line);
    return OK;
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
    TRY(log_create(dir, name, &r->store, f));
    TRY(signer_open(&r->store, &r->signer, f));
    struct ledger_options options = ledger_options_default(ORIGIN);
    options.plain_openings = !openings;
    options.zstd_level = openings ? LEDGER_ZSTD_LEVEL : 0;
    TRY(ledger_open(&r->store, &options, &r->ledger, f));
    struct commit_signer signer = { .self = r->signer, .sign = sign_here };
    signer_public(r->signer, signer.public_key);
    const struct signer_head head = signer_head(r->signer);
    return committer_new(r->ledger, &r->store, ORIGIN, &signer, &head, &r->committer, f);
}

static status append_all(struct rig *r, uint64_t records, struct maker *maker, struct fault *f)
{
    while (maker->count < records) {
        struct record record = {};
        uint64_t index = 0;
        TRY(make(maker, &record, f));
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

static status report_durable(struct rig *r, const struct maker *maker, double seconds,
                             bool openings, struct fault *f)
{
    struct line line;
    uint64_t opened = 0;
    TRY(opening_bytes(ledger_archive(r->ledger), &opened, f));
    committer_free(r->committer);
    r->committer = NULL;
    ledger_close(r->ledger); /* gives the space taken ahead back */
    r->ledger = NULL;
    struct sizes sizes = { .store = &r->store, .fault = f };
    TRY(r->store.ops->list(r->store.self, "log", add_size, &sizes, f));
    const double records = (double)maker->count;
    line_begin(&line, "ledger.durable");
    json_member_text(&line.j, "openings", openings ? "compressed, encrypted" : "plain");
    line_number(&line, "records", records);
    line_number(&line, "records_per_s", records / seconds);
    line_number(&line, "mb_per_s_raw", (double)maker->raw_bytes / seconds / 1e6);
    line_number(&line, "log_bytes_per_entry", (double)(sizes.segment_bytes - opened) / records);
    line_number(&line, "opening_bytes_per_record", (double)opened / records);
    line_number(&line, "opening_bytes_per_raw_byte", (double)opened / (double)maker->raw_bytes);
    line_number(&line, "memory_mib", memory_mib());
    line_end(&line);
    return OK;
}

static status bench_durable(const char *dir, const char *name, uint64_t records, bool openings,
                            struct fault *f)
{
    static struct maker maker;
    struct rig r = {};
    maker = (struct maker){ .seed = 1 };
    status s = rig_open(dir, name, openings, &r, f);
    const int64_t start = clock_mono_ns();
    if (s.code == E_OK) s = append_all(&r, records, &maker, f);
    const double seconds = seconds_since(start);
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
    struct maker maker;
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
            TRY(make(&p->maker, &record, f));
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
    struct line line;
    qsort(p->submitted_ns, p->total, sizeof *p->submitted_ns, by_value);
    line_begin(&line, "ledger.latency");
    json_member_text(&line.j, "until", "signed checkpoint");
    line_number(&line, "rate_per_s", (double)rate);
    line_number(&line, "records", (double)p->total);
    line_number(&line, "p50_ms", all_but_one_in(p, 2));
    line_number(&line, "p99_ms", all_but_one_in(p, 100));
    line_number(&line, "p999_ms", all_but_one_in(p, 1000));
    line_number(&line, "max_ms", all_but_one_in(p, p->total + 1));
    line_end(&line);
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
    struct line line;
    char path[512];
    uint64_t seed = 7;
    hash root = {};
    snprintf(path, sizeof path, "%s/durable", dir);
    TRY(store_fs_open(path, &store, f));
    const int64_t opening = clock_mono_ns();
    status s = archive_open(&store, ORIGIN, &a, f);
    const double open_seconds = seconds_since(opening);
    if (s.code == E_OK) root = tree_root(archive_tree(a));
    const uint64_t size = s.code == E_OK ? archive_size(a) : 0;
    const struct merkle_source source = { s.code == E_OK ? archive_tree(a) : NULL, tree_node };
    double prove_seconds = 0;
    double verify_seconds = 0;
    for (int i = 0; s.code == E_OK && i < PROOFS; i++) {
        struct merkle_proof proof = {};
        slice entry = {};
        const uint64_t index = size - 1 - mix(&seed) % (size < 60000 ? size : 60000);
        const int64_t start = clock_mono_ns();
        s = merkle_prove_inclusion(&source, index, size, &proof);
        prove_seconds += seconds_since(start);
        if (s.code == E_OK) s = archive_entry(a, index, &entry, f);
        if (s.code != E_OK) break;
        const int64_t verifying = clock_mono_ns();
        s = merkle_verify_inclusion(index, size, merkle_leaf(entry), proof.hashes, proof.count,
                                    root);
        verify_seconds += seconds_since(verifying);
    }
    archive_free(a);
    store_fs_close(&store);
    if (s.code != E_OK) return fault_set(f, s, "a proof of the log's own tree failed");
    line_begin(&line, "ledger.proofs");
    line_number(&line, "tree_size", (double)size);
    line_number(&line, "open_ms", open_seconds * 1e3);
    line_number(&line, "prove_us", prove_seconds * 1e6 / PROOFS);
    line_number(&line, "verify_us", verify_seconds * 1e6 / PROOFS);
    line_end(&line);
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
    struct line line;
    char path[512];
    const struct fsck_watcher watcher = { NULL, ignore_fault, ignore_progress };
    snprintf(path, sizeof path, "%s/durable", dir);
    TRY(store_fs_open(path, &store, f));
    const int64_t start = clock_mono_ns();
    const status s = fsck(&store, ORIGIN, &watcher, &result, f);
    const double seconds = seconds_since(start);
    store_fs_close(&store);
    TRY(s);
    line_begin(&line, "ledger.fsck");
    line_number(&line, "entries", (double)result.entries);
    line_number(&line, "openings", (double)result.openings);
    line_number(&line, "faults", (double)result.faults);
    line_number(&line, "entries_per_s", (double)result.entries / seconds);
    line_end(&line);
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
    if (wanted(p, "core")) {
        TRY(bench_core(p->dir, "core-plain", p->records, false, f));
        TRY(bench_core(p->dir, "core", p->records, true, f));
    }
    if (wanted(p, "durable")) {
        TRY(bench_durable(p->dir, "durable-plain", p->records, false, f));
        TRY(bench_durable(p->dir, "durable", p->records, true, f));
        TRY(bench_proofs(p->dir, f));
        TRY(bench_fsck(p->dir, f));
    }
    return wanted(p, "latency") ? bench_latency(p->dir, p->rate, f) : OK;
}

static status number_option(const struct invocation *inv, const char *name, uint64_t fallback,
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
    status s = number_option(inv, "--records", RECORDS_DEFAULT, &p.records, &f);
    if (s.code == E_OK) s = number_option(inv, "--rate", RATE_DEFAULT, &p.rate, &f);
    if (s.code == E_OK) s = bench_all(&p, &f);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "bench ledger: %s", f.text);
}
