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
 * Records are made in stretches of STRETCH before each stretch is timed, so that their making does
 * not count; the two looks at the clock count, about 10 ns a record.
 */
enum {
    STRETCH = 64,
    ROUNDS = 21,
    SHA_MESSAGES = 64,
    SHA_BLOCKS = 128,
    SHA_MESSAGE_BYTES = SHA_BLOCKS * SHA256_BLOCK_BYTES,
};

struct core {
    struct ledger *ledger;
    struct batch *batch;
    bool open; /* the batch was begun */
    int64_t ns;
    struct bench_maker makers[STRETCH]; /* each holds one record */
    struct record records[STRETCH];
};

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

/* Encode, commit, compress, encrypt, hash, seal; nothing is written. */
static status core_run(struct core *c, uint64_t records, struct fault *f)
{
    uint64_t made = 0;
    uint64_t seed = 1;
    while (made < records) {
        size_t count = 0;
        for (; count < STRETCH && made < records; count++, made++) {
            c->makers[count].seed = bench_random(&seed);
            c->makers[count].count = made;
            TRY(bench_make(&c->makers[count], &c->records[count], f));
        }
        const int64_t start = bench_processor_ns();
        for (size_t i = 0; i < count; i++)
            TRY(core_add(c, &c->records[i], f));
        if (made == records && c->open) TRY(core_seal(c, f));
        c->ns += bench_processor_ns() - start;
    }
    return OK;
}

status bench_ledger_core(const char *dir, const char *name, uint64_t records, bool openings,
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
    status s = bench_log_create(dir, name, &store, f);
    struct ledger_options options = ledger_options_default(BENCH_ORIGIN);
    options.plain_openings = !openings;
    options.zstd_level = openings ? LEDGER_ZSTD_LEVEL : 0;
    if (s.code == E_OK) s = ledger_open(&store, &options, &c->ledger, f);
    if (s.code == E_OK) s = core_run(c, records, f);
    const double ns = (double)c->ns;
    batch_free(c->batch);
    ledger_close(c->ledger);
    free(c);
    if (store.ops != NULL) store_fs_close(&store);
    TRY(s);
    bench_line_begin(&line, "ledger.core");
    json_member_text(&line.j, "openings", openings ? "compressed, encrypted" : "plain");
    bench_line_number(&line, "threads", 1);
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
