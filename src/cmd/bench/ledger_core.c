/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "base/bytes.h"
#include "base/sha256_kernel.h"
#include "cmd/bench/records.h"
#include "ledger/ledger.h"
#include "ledger/store_fs.h"
#include "lib/crypto.h"
#include "base/banned.h"

/*
 * Records are made in stretches of STRETCH, and the processor time that this takes is subtracted
 * from that of the whole process, so that what another thread seals meanwhile counts. The two looks
 * at the clock count too, about 2 ns a record.
 */
enum {
    STRETCH = 256,
    WARM_UP = 65536, /* records before the clock runs: every buffer was used once */
    KEPT_FIELDS = 8,
    KEPT_BYTES = 512,
    ROUNDS = 21,
    SHA_MESSAGES = 64,
    SHA_BLOCKS = 128,
    SHA_MESSAGE_BYTES = SHA_BLOCKS * SHA256_BLOCK_BYTES,
};

/* A record that was made, with what it points to. */
struct kept {
    struct record record;
    struct record_field fields[KEPT_FIELDS];
    uint8_t bytes[KEPT_BYTES];
};

struct core {
    struct ledger *ledger;
    struct batch *batch;
    bool open; /* the batch was begun */
    int64_t ns;
    uint64_t value_bytes; /* of all fields */
    struct bench_maker maker;
    struct kept kept[STRETCH];
};

static slice keep(struct writer *w, slice bytes)
{
    uint8_t *at = w->at + w->len;
    writer_bytes(w, bytes);
    return (slice){ at, bytes.len };
}

static status core_make(struct core *c, struct kept *k, struct fault *f)
{
    TRY(bench_make(&c->maker, &k->record, f));
    assert(k->record.field_count == KEPT_FIELDS);
    struct writer w = writer_of(k->bytes, sizeof k->bytes);
    k->record.columns = keep(&w, k->record.columns);
    for (size_t i = 0; i < KEPT_FIELDS; i++) {
        const struct record_field *field = &k->record.fields[i];
        k->fields[i] = (struct record_field){ field->type, keep(&w, field->value) };
    }
    k->record.fields = k->fields;
    c->value_bytes += w.len - k->record.columns.len;
    return writer_end(&w);
}

static status core_seal(struct core *c, struct fault *f)
{
    struct signer_request request;
    c->open = false;
    return ledger_seal(c->ledger, c->batch, &request, f);
}

static status core_add(struct core *c, const struct record *record, struct fault *f)
{
    uint64_t index = 0;
    if (!c->open) TRY(ledger_begin(c->ledger, c->batch, f));
    c->open = true;
    TRY(ledger_add(c->ledger, c->batch, record, &index, f));
    return ledger_is_full(c->ledger, c->batch) ? core_seal(c, f) : OK;
}

/* Adds records to the log up to that number, and to *making_ns what their making took. */
static status core_some(struct core *c, uint64_t until, int64_t *making_ns, struct fault *f)
{
    while (c->maker.count < until) {
        size_t count = 0;
        const int64_t start = bench_thread_ns();
        for (; count < STRETCH && c->maker.count < until; count++)
            TRY(core_make(c, &c->kept[count], f));
        *making_ns += bench_thread_ns() - start;
        for (size_t i = 0; i < count; i++)
            TRY(core_add(c, &c->kept[i].record, f));
    }
    return c->open ? core_seal(c, f) : OK;
}

/* Encode, commit, compress, encrypt, hash, seal; nothing is written. */
static status core_run(struct core *c, uint64_t records, struct fault *f)
{
    int64_t making_ns = 0;
    TRY(core_some(c, WARM_UP, &making_ns, f));
    making_ns = 0;
    c->value_bytes = 0;
    const int64_t begin = bench_processor_ns();
    TRY(core_some(c, WARM_UP + records, &making_ns, f));
    c->ns = bench_processor_ns() - begin - making_ns;
    return OK;
}

status bench_ledger_core(const char *dir, const struct bench_core *what, uint64_t records,
                         struct fault *f)
{
    struct store store = {};
    struct bench_line line;
    struct core *c = calloc(1, sizeof *c);
    if (c != NULL) c->batch = batch_new();
    if (c == NULL || c->batch == NULL) {
        free(c);
        return fault_set(f, FAIL(E_NOMEM), "out of memory");
    }
    c->maker = (struct bench_maker){ .is_short = what->is_short, .seed = 1 };
    status s = bench_log_create(dir, what->name, &store, f);
    struct ledger_options options = ledger_options_default(BENCH_ORIGIN);
    options.plain_openings = !what->openings;
    options.zstd_level = what->openings ? LEDGER_ZSTD_LEVEL : 0;
    if (s.code == E_OK) s = ledger_open(&store, &options, &c->ledger, f);
    if (s.code == E_OK) s = core_run(c, records, f);
    const double ns = (double)c->ns;
    const double value_bytes = (double)c->value_bytes;
    batch_free(c->batch);
    ledger_close(c->ledger);
    free(c);
    if (store.ops != NULL) store_fs_close(&store);
    TRY(s);
    bench_line_begin(&line, "ledger.core");
    json_member_text(&line.j, "fields", what->is_short ? "eight short" : "seven short, one JSON");
    json_member_text(&line.j, "openings", what->openings ? "compressed, encrypted" : "plain");
    bench_line_number(&line, "field_bytes", value_bytes / (double)records);
    bench_line_number(&line, "threads", what->openings ? 2 : 1);
    bench_line_number(&line, "records", (double)records);
    bench_line_number(&line, "records_per_cpu_s", (double)records * BENCH_NS_PER_S / ns);
    bench_line_number(&line, "cpu_ns_per_record", ns / (double)records);
    bench_line_end(&line);
    return OK;
}

/* One way to hash all messages; a status because libcrypto may fail. */
struct way {
    const char *name;
    status (*hash)(const uint8_t *bytes, hash *ret);
    double ns[ROUNDS];
};

static status with_portable(const uint8_t *bytes, hash *ret)
{
    *ret = sha256_with(&sha256_portable, (slice){ bytes, SHA_MESSAGE_BYTES });
    return OK;
}

static status with_one_lane(const uint8_t *bytes, hash *ret)
{
    for (size_t i = 0; i < SHA_MESSAGES; i++)
        ret[i] = sha256((slice){ bytes + i * SHA_MESSAGE_BYTES, SHA_MESSAGE_BYTES });
    return OK;
}

static status with_lanes(const uint8_t *bytes, hash *ret)
{
    struct sha256_job jobs[SHA_MESSAGES];
    for (size_t i = 0; i < SHA_MESSAGES; i++) {
        const slice message = { bytes + i * SHA_MESSAGE_BYTES, SHA_MESSAGE_BYTES };
        jobs[i] = (struct sha256_job){ slice_none(), message, &ret[i] };
    }
    sha256_many(jobs, SHA_MESSAGES);
    return OK;
}

static status with_libcrypto(const uint8_t *bytes, hash *ret)
{
    for (size_t i = 0; i < SHA_MESSAGES; i++) {
        const slice message = { bytes + i * SHA_MESSAGE_BYTES, SHA_MESSAGE_BYTES };
        TRY(crypto_sha256(message, ret[i].bytes));
    }
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static status time_ways(struct way *ways, size_t count, const uint8_t *bytes, struct fault *f)
{
    hash hashes[SHA_MESSAGES];
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++) {
            const double messages = i == 0 ? 1 : SHA_MESSAGES;
            const int64_t start = bench_processor_ns();
            const status s = ways[i].hash(bytes, hashes);
            if (s.code != E_OK) return fault_set(f, s, "libcrypto has no SHA-256");
            ways[i].ns[round] = (double)(bench_processor_ns() - start) / messages;
        }
    }
    for (size_t i = 0; i < count; i++)
        qsort(ways[i].ns, ROUNDS, sizeof ways[i].ns[0], by_time);
    return OK;
}

status bench_sha256(struct fault *f)
{
    struct way ways[] = {
        { "portable_blocks_per_cpu_s", with_portable, {} },
        { "one_lane_blocks_per_cpu_s", with_one_lane, {} },
        { "lanes_blocks_per_cpu_s", with_lanes, {} },
        { "libcrypto_blocks_per_cpu_s", with_libcrypto, {} },
    };
    struct bench_line line;
    uint8_t *bytes = calloc(SHA_MESSAGES, SHA_MESSAGE_BYTES);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const status s = time_ways(ways, COUNT_OF(ways), bytes, f);
    free(bytes);
    TRY(s);
    bench_line_begin(&line, "ledger.sha256");
    json_member_text(&line.j, "kernel", sha256_chosen()->name);
    bench_line_number(&line, "lanes", SHA256_LANES);
    bench_line_number(&line, "message_bytes", SHA_MESSAGE_BYTES);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        bench_line_number(&line, ways[i].name,
                          (SHA_BLOCKS + 1) * (double)BENCH_NS_PER_S / ways[i].ns[ROUNDS / 2]);
    }
    bench_line_number(&line, "lanes_to_libcrypto", ways[3].ns[ROUNDS / 2] / ways[2].ns[ROUNDS / 2]);
    bench_line_end(&line);
    return OK;
}
