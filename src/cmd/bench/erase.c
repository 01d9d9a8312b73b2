/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench erase: a real node in a fresh directory; values erased from it as requests erase them, its
 * records disclosed and verified, and the whole of it restored from a backup.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/backup/work.h"
#include "cmd/bench/bench.h"
#include "cmd/bench/records.h"
#include "cmd/log/new_node.h"
#include "cmd/node/bundle_make.h"
#include "cmd/forget/erasing.h"
#include "ledger/backup/restore.h"
#include "ledger/segment.h"
#include "ledger/store_fs.h"
#include "lib/ed25519.h"
#include "os/clock.h"
#include "os/dir.h"
#include "record/bundle.h"
#include "record/kinds.h"
#include "verify/verify.h"
#include "base/banned.h"

enum { RECORDS_DEFAULT = 200000, BATCHES_DEFAULT = 5, DISCLOSURES = 500, PATH_BYTES = 512 };

#define KEYS_NAME "bench" BACKUP_KEYS_SUFFIX

struct bench {
    const char *dir;
    char node[PATH_BYTES];
    uint64_t records;
    uint64_t batches;
    uint64_t spread; /* records among which batches are spread: all but the last ERASING_BATCH */
    uint64_t stride; /* between two of a batch */
    uint64_t first;  /* index of the first record; the log begins with records of its own */
    uint8_t key_room[LOG_KEY_TEXT_BYTES_MAX];
    struct writer key;
};

/* ---- the node ---- */

static status node_fill(struct bench *b, struct fault *f)
{
    static struct bench_maker maker;
    struct node n = {};
    uint64_t index = 0;
    maker = (struct bench_maker){ .seed = 1 };
    status s = node_open_writing(b->node, &n, f);
    if (s.code != E_OK) return s;
    b->first = archive_size(n.archive);
    while (s.code == E_OK && maker.count < b->records) {
        struct record record = {};
        s = bench_make(&maker, &record, f);
        if (s.code == E_OK) s = committer_add(n.committer, &record, &index, f);
    }
    if (s.code == E_OK) s = committer_flush(n.committer, f);
    if (s.code == E_OK) s = committer_wait(n.committer, index + 1, true, f);
    node_close(&n);
    return s;
}

static status node_make(struct bench *b, struct fault *f)
{
    struct node_config config = {};
    struct writer origin = writer_of(config.origin, sizeof config.origin - 1);
    writer_text(&origin, BENCH_ORIGIN);
    const struct new_node order = { b->node, &config, slice_none(), NULL };
    b->key = writer_of(b->key_room, sizeof b->key_room);
    TRY(new_node_make(&order, &b->key, f));
    return node_fill(b, f);
}

/* ---- erasing ---- */

/* ERASING_BATCH records, that many apart. */
struct spread {
    struct erasing *erasing;
    uint64_t first;
    uint64_t stride;
};

static bool is_spread(void *self, uint64_t index, slice entry)
{
    const struct spread *s = self;
    return entry.at[1] == KIND_event && index >= s->first && (index - s->first) % s->stride == 0 &&
           (index - s->first) / s->stride < ERASING_BATCH;
}

static status plan(void *self, const struct scanned_record *r, struct fault *f)
{
    const struct spread *s = self;
    return erasing_record(s->erasing, r, 0, f);
}

static status erase_batch(struct node *n, uint64_t first, uint64_t stride, uint64_t *ret_erased,
                          struct fault *f)
{
    struct erasing e;
    struct spread spread = { &e, first, stride };
    const struct scan_watcher watcher = { &spread, plan, is_spread, NULL };
    status s = erasing_begin(&e, n, f);
    e.basis = VALUE_erasure_basis_subject_request;
    if (s.code == E_OK) s = erasing_finish(&e, f);
    if (s.code == E_OK) {
        s = scan_records(n->archive, e.keys, 0, archive_size(n->archive), &watcher, f);
    }
    if (s.code == E_OK) s = erasing_commit(&e, f);
    *ret_erased += e.erased;
    erasing_done(&e);
    return s;
}

static void report_erasing(const struct bench *b, const char *where, uint64_t erased,
                           double seconds)
{
    struct bench_line line;
    bench_line_begin(&line, "erase.erase");
    json_member_text(&line.j, "where", where);
    bench_line_number(&line, "records", (double)b->records);
    bench_line_number(&line, "erased", (double)erased);
    bench_line_number(&line, "seconds", seconds);
    bench_line_number(&line, "erasures_per_s", (double)erased / seconds);
    bench_line_end(&line);
}

static status bench_erasing(struct bench *b, struct fault *f)
{
    struct node n = {};
    uint64_t erased = 0;
    uint64_t together = 0;
    status s = node_open_writing(b->node, &n, f);
    if (s.code != E_OK) return s;
    int64_t start = clock_mono_ns();
    for (uint64_t i = 0; s.code == E_OK && i < b->batches; i++) {
        s = erase_batch(&n, b->first + i, b->stride, &erased, f);
    }
    if (s.code == E_OK) report_erasing(b, "all over", erased, bench_seconds_since(start));
    start = clock_mono_ns();
    if (s.code == E_OK) s = erase_batch(&n, b->first + b->spread, 1, &together, f);
    if (s.code == E_OK) report_erasing(b, "one stretch", together, bench_seconds_since(start));
    node_close(&n);
    return s;
}

/* ---- disclosing ---- */

struct disclosures {
    struct view view;
    struct trust trust;
    uint64_t bytes;
    int64_t make_ns; /* of processor time */
    int64_t verify_ns;
};

static status disclose_one(struct disclosures *d, uint64_t index, struct writer *w, struct fault *f)
{
    bool shown[FIELDS_MAX] = {};
    struct answer answer = answer_of();
    shown[FIELD_event_time - 1] = shown[FIELD_event_actor - 1] = true;
    w->len = 0;
    const int64_t making_ns = bench_processor_ns();
    TRY(bundle_make(&d->view, index, shown, w, f));
    d->make_ns += bench_processor_ns() - making_ns;
    const struct verify_input in = { .file = writer_slice(w), .trust = &d->trust };
    const int64_t verifying_ns = bench_processor_ns();
    const status s = verify_file(&in, &answer, f);
    d->verify_ns += bench_processor_ns() - verifying_ns;
    answer_done(&answer);
    d->bytes += w->len;
    return s;
}

/* Of a record that lost nothing. */
static uint64_t kept_index(const struct bench *b, uint64_t random)
{
    const uint64_t index = b->first + random % ERASING_BATCH * b->stride + b->stride - 1;
    return index % SEGMENT_ENTRIES == SEGMENT_ENTRIES - 1 ? index - b->stride : index;
}

static status bench_disclosing(struct bench *b, struct fault *f)
{
    static struct disclosures d;
    struct bench_line line;
    uint64_t seed = 3;
    const slice key = writer_slice(&b->key);
    TRY(trust_read(&key, 1, NULL, ed25519_verify, &d.trust, f));
    TRY(view_open(b->node, &d.view, f));
    struct writer w = writer_of(malloc(BUNDLE_BYTES_MAX), BUNDLE_BYTES_MAX);
    status s = w.at == NULL ? fault_set(f, FAIL(E_NOMEM), "out of memory") : OK;
    for (size_t i = 0; s.code == E_OK && i < DISCLOSURES; i++) {
        s = disclose_one(&d, kept_index(b, bench_random(&seed)), &w, f);
    }
    free(w.at);
    view_close(&d.view);
    TRY(s);
    bench_line_begin(&line, "erase.disclose");
    bench_line_number(&line, "bundles", DISCLOSURES);
    bench_line_number(&line, "bytes", (double)d.bytes / DISCLOSURES);
    bench_line_number(&line, "make_us", (double)d.make_ns / 1e3 / DISCLOSURES);
    bench_line_number(&line, "verify_us", (double)d.verify_ns / 1e3 / DISCLOSURES);
    bench_line_end(&line);
    return OK;
}

/* ---- restoring ---- */

static void no_progress(void *, uint64_t)
{
}

static void tell(void *, const char *text)
{
    fprintf(stderr, "candor: bench erase: %s\n", text);
}

static const struct copy_watcher watcher = { .progress = no_progress, .tell = tell };

static status folder_open(const struct bench *b, const char *name, struct store *ret_store,
                          struct fault *f)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    TRY(dir_make(NULL, path, f));
    return store_fs_open(path, ret_store, f);
}

struct stores {
    struct store node;
    struct store log;
    struct store keys;
    struct store again;
};

static status back_up(const struct bench *b, const struct stores *s, struct fault *f)
{
    struct backup_result made = {};
    struct manifest m = {};
    const slice key = writer_slice(&b->key);
    const struct backup_order log = { &s->node, &s->log, BENCH_ORIGIN, key, &watcher };
    const struct backup_order keys = { &s->node, &s->keys, BENCH_ORIGIN, key, &watcher };
    TRY(backup_keys(&keys, KEYS_NAME, &m, f));
    manifest_done(&m);
    return backup_log(&log, &made, f);
}

static status restore(const struct bench *b, const struct stores *s, struct fault *f)
{
    struct restore_result r = {};
    struct bench_line line;
    const struct restore_order order = {
        .log = &s->log,
        .keys = &s->keys,
        .keys_name = KEYS_NAME,
        .to = &s->again,
        .key = writer_slice(&b->key),
        .seen_note = slice_none(),
        .watcher = &watcher,
    };
    const int64_t backing = clock_mono_ns();
    TRY(back_up(b, s, f));
    const double backup_seconds = bench_seconds_since(backing);
    const int64_t start = clock_mono_ns();
    TRY(restore_all(&order, &r, f));
    const double seconds = bench_seconds_since(start);
    if (r.faults > 0) return fault_set(f, FAIL(E_CORRUPT), "the restored log has faults");
    bench_line_begin(&line, "erase.restore");
    bench_line_number(&line, "bytes", (double)r.bytes);
    bench_line_number(&line, "backup_s", backup_seconds);
    bench_line_number(&line, "restore_s", seconds);
    bench_line_number(&line, "restore_s_per_gb", seconds * 1e9 / (double)r.bytes);
    bench_line_end(&line);
    return OK;
}

static status bench_restoring(const struct bench *b, struct fault *f)
{
    struct stores s = {};
    struct store *all[] = { &s.node, &s.log, &s.keys, &s.again };
    status done = store_fs_open(b->node, &s.node, f);
    if (done.code == E_OK) done = folder_open(b, "backup-log", &s.log, f);
    if (done.code == E_OK) done = folder_open(b, "backup-keys", &s.keys, f);
    if (done.code == E_OK) done = folder_open(b, "restored", &s.again, f);
    if (done.code == E_OK) done = restore(b, &s, f);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (all[i]->ops != NULL) store_fs_close(all[i]);
    }
    return done;
}

static status bench_all(struct bench *b, struct fault *f)
{
    b->spread = b->records < ERASING_BATCH ? 0 : b->records - ERASING_BATCH;
    b->stride = b->spread / ERASING_BATCH;
    if (b->batches >= b->stride) {
        return fault_set(f, FAIL(E_USAGE), "--records: at least %d for each batch, and two more",
                         ERASING_BATCH);
    }
    const int len = snprintf(b->node, sizeof b->node, "%s/node", b->dir);
    if (len < 0 || (size_t)len >= sizeof b->node - 16) {
        return fault_set(f, FAIL(E_USAGE), "the path is too long");
    }
    TRY(dir_make(NULL, b->dir, f));
    TRY(node_make(b, f));
    TRY(bench_erasing(b, f));
    TRY(bench_disclosing(b, f));
    return bench_restoring(b, f);
}

int run_bench_erase(const struct invocation *inv)
{
    static struct bench b;
    struct fault f = {};
    b.dir = inv->arguments[0];
    status s = bench_number(inv, "--records", RECORDS_DEFAULT, &b.records, &f);
    if (s.code == E_OK) s = bench_number(inv, "--batches", BATCHES_DEFAULT, &b.batches, &f);
    if (s.code == E_OK) s = bench_all(&b, &f);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "bench erase: %s", f.text);
}
