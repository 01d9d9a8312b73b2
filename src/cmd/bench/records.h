/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json_writer.h"
#include "cmd/bench/bench.h"
#include "ledger/store.h"
#include "record/draft.h"

/*
 * records: what the parts of bench ledger share: generated records, a new log, lines of output and
 * clocks.
 */
enum { BENCH_NS_PER_S = 1000000000, BENCH_LINE_BYTES = 1024 };

#define BENCH_ORIGIN "bench.example/log"

/* The next of a row of numbers that is the same in every run (splitmix64). */
uint64_t bench_random(uint64_t *state);

/* Makes records: access events with all eight committed fields set, of which the last is what the
 * source sent, about 185 bytes of JSON; or, if is_short, eight fields of 168 bytes together, each
 * of which fits one block of SHA-256 with its salt. Start it zeroed but for is_short and a seed. */
struct bench_maker {
    bool is_short;
    struct draft draft;
    uint64_t seed;
    uint64_t count; /* made so far */
    uint64_t raw_bytes;
    hash chain;
    uint8_t raw[256];
    uint8_t actor[64];
    uint8_t subject[64];
};

/* The next record, a view into the maker. */
status bench_make(struct bench_maker *m, struct record *ret_record, struct fault *f);

/* A new log in dir/name, without candor.yaml: keys and signer only. */
status bench_log_create(const char *dir, const char *name, struct store *ret_store,
                        struct fault *f);

/* One line of output under construction. */
struct bench_line {
    uint8_t bytes[BENCH_LINE_BYTES];
    struct writer w;
    struct json_writer j;
};

/* Begins an object whose member bench is that name. */
void bench_line_begin(struct bench_line *l, const char *name);
/* Three digits behind the point below 1,000, none above. */
void bench_line_number(struct bench_line *l, const char *key, double value);
/* Ends and prints it. */
void bench_line_end(struct bench_line *l);

/* By the wall's clock. */
double bench_seconds_since(int64_t start_ns);
/* Processor time of this process: what a core costs, whatever else the machine is doing. */
int64_t bench_processor_ns(void);
/* The same of this thread. */
int64_t bench_thread_ns(void);

/* What the core is measured with. */
struct bench_core {
    const char *name; /* of the folder */
    bool is_short;    /* as bench_maker */
    bool openings;    /* compressed and encrypted, else plain */
};

/* The core: sealing batches in memory on one thread. Prints its line. */
status bench_ledger_core(const char *dir, const struct bench_core *what, uint64_t records,
                         struct fault *f);
/* SHA-256 with this program's kernels and with libcrypto, in turns. Prints its line. */
status bench_sha256(struct fault *f);
