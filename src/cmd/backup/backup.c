/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup: opens both places, holds the target's lock and, for the keys, erasures; ledger/backup
 * does the copying.
 */
#include "ledger/backup/backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/bytes.h"
#include "base/num.h"
#include "base/timestamp.h"
#include "cmd/backup/backup_commands.h"
#include "cmd/backup/work.h"
#include "cmd/node/keys_hold.h"
#include "ledger/store_fs.h"
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum { KEEP_DAYS_MAX = 7, DAY_S = 86400, ZEROS_BYTES = 64 * 1024, NAME_BYTES = 40 };

struct ends {
    struct node node;
    struct store to;
    struct file lock;
    uint8_t key[LOG_KEY_TEXT_BYTES_MAX];
    struct writer key_text;
};

static void ends_close(struct ends *e)
{
    node_close(&e->node);
    if (e->to.ops != NULL) store_fs_close(&e->to);
    if (e->lock.fd >= 0) file_close(&e->lock);
}

static status target_open(struct ends *e, const char *out, struct fault *f)
{
    struct file folder = {};
    TRY(dir_make(NULL, out, f));
    TRY(dir_open(NULL, out, &folder, f));
    const status s = dir_lock(&folder, "lock", &e->lock, f);
    file_close(&folder);
    TRY(s);
    return store_fs_open(out, &e->to, f);
}

static status ends_open(struct ends *e, const char *dir, const char *out, struct fault *f)
{
    e->lock.fd = -1;
    e->key_text = writer_of(e->key, sizeof e->key);
    TRY(node_open_store(dir, &e->node, f));
    TRY(work_log_key(&e->node.store, &e->key_text, f));
    return target_open(e, out, f);
}

static struct backup_order order_of(struct ends *e, struct work *w)
{
    return (struct backup_order){ &e->node.store, &e->to, e->node.config.origin,
                                  writer_slice(&e->key_text), &w->watcher };
}

/* ---- the log ---- */

static void print_log(const struct backup_result *r, bool json)
{
    if (json) {
        printf("{\"part\":\"log\",\"entries\":%" PRIu64 ",\"files\":%" PRIu64 ",\"bytes\":%" PRIu64
               ",\"written\":%" PRIu64 ",\"repaired\":%" PRIu64 "}\n",
               r->entries, r->files, r->bytes, r->written, r->repaired);
        return;
    }
    printf("log: %" PRIu64 " entries in %" PRIu64 " files, %" PRIu64 " bytes, %" PRIu64
           " of them new\n",
           r->entries, r->files, r->bytes, r->written);
}

static status is_of_keys(void *with, const char *name)
{
    const slice text = slice_text(name);
    const slice suffix = slice_text(BACKUP_KEYS_SUFFIX);
    const bool yes =
        text.len > suffix.len && slice_equal(slice_from(text, text.len - suffix.len), suffix);
    if (!yes) return OK;
    return fault_set(with, FAIL(E_REFUSED), "the target has %s: keys and log go to two places",
                     name);
}

static status log_make(struct ends *e, struct work *w, bool json, struct fault *f)
{
    struct backup_result result = {};
    const struct backup_order order = order_of(e, w);
    TRY(e->to.ops->list(e->to.self, "", is_of_keys, f, f));
    TRY(backup_log(&order, &result, f));
    progress_end(&w->progress);
    print_log(&result, json);
    return OK;
}

/* ---- the keys ---- */

/* "20260301T100000123Z.keys": sorts by time. */
static void keys_name(int64_t now_ns, char ret_name[NAME_BYTES])
{
    const struct civil c = timestamp_to_civil(now_ns);
    snprintf(ret_name, NAME_BYTES, "%04d%02d%02dT%02d%02d%02d%03dZ" BACKUP_KEYS_SUFFIX, c.year,
             c.month, c.day, c.hour, c.minute, c.second, (int)(c.nanosecond / 1000000));
}

struct pruning {
    const struct store *to;
    const struct manifest *newest;
    const char *name; /* of the newest */
    int64_t oldest_ns;
    uint64_t destroyed;
    struct work *work;
    struct fault *fault;
};

/* Zeros over the file, then its name is gone. LIMIT: on SSDs and copy-on-write file systems the
 * old blocks may survive. */
static status destroy(const struct store *s, const char *name, struct fault *f)
{
    static const uint8_t zeros[ZEROS_BYTES];
    uint64_t size = 0;
    int file = -1;
    TRY(s->ops->open(s->self, name, STORE_WRITE, &file, f));
    status done = s->ops->size(s->self, file, &size, f);
    for (uint64_t at = 0; done.code == E_OK && at < size; at += ZEROS_BYTES) {
        const uint64_t left = size - at;
        const slice zero = { zeros, left < ZEROS_BYTES ? (size_t)left : ZEROS_BYTES };
        done = s->ops->write(s->self, file, at, zero, f);
    }
    if (done.code == E_OK) done = s->ops->sync(s->self, file, f);
    s->ops->close(s->self, file);
    TRY(done);
    return s->ops->remove(s->self, name, f);
}

/* A copy of another log is left alone; one that cannot be read is named, and stays. */
static status prune_one(void *with, const char *name)
{
    struct pruning *p = with;
    struct manifest m = {};
    struct fault unread = {};
    uint64_t at = 0;
    const slice text = slice_text(name);
    const slice suffix = slice_text(BACKUP_KEYS_SUFFIX);
    if (text.len <= suffix.len || strcmp(name, p->name) == 0) return OK;
    if (!slice_equal(slice_from(text, text.len - suffix.len), suffix)) return OK;
    if (backup_keys_manifest(p->to, name, &m, &at, &unread).code != E_OK) {
        p->work->watcher.tell(p->work->watcher.self, unread.text);
        return OK;
    }
    const bool same = strcmp(m.origin, p->newest->origin) == 0;
    const bool goes = same && (m.taken_ns < p->oldest_ns || m.turns < p->newest->turns);
    manifest_done(&m);
    if (!goes) return OK;
    p->destroyed++;
    return destroy(p->to, name, p->fault);
}

static void print_keys(const struct manifest *m, const char *name, uint64_t destroyed, bool json)
{
    if (json) {
        printf("{\"part\":\"keys\",\"file\":\"%s\",\"entries\":%" PRIu64 ",\"groups\":%zu,"
               "\"bytes\":%" PRIu64 ",\"destroyed\":%" PRIu64 "}\n",
               name, m->entries, m->file_count, manifest_bytes(m), destroyed);
        return;
    }
    printf("keys: %s, %zu files of a log of %" PRIu64 " entries; %" PRIu64
           " older copies destroyed\n",
           name, m->file_count, m->entries, destroyed);
}

/* Older copies go only after the new one is durable, and was of one moment. */
static status keys_settle(struct ends *e, struct work *w, const struct manifest *m,
                          const char *name, uint64_t keep_days, bool json, struct fault *f)
{
    const int64_t keep_ns = (int64_t)keep_days * DAY_S * CLOCK_NS_PER_S;
    struct pruning p = { .to = &e->to, .newest = m, .name = name, .work = w, .fault = f };
    p.oldest_ns = m->taken_ns - keep_ns;
    TRY(e->to.ops->list(e->to.self, "", prune_one, &p, f));
    TRY(e->to.ops->sync_dir(e->to.self, "", f));
    print_keys(m, name, p.destroyed, json);
    return OK;
}

static status keys_make(struct ends *e, struct work *w, const struct invocation *inv,
                        struct fault *f)
{
    struct keys_hold *hold = NULL;
    struct manifest m = {};
    uint64_t keep_days = KEEP_DAYS_MAX;
    char name[NAME_BYTES];
    const char *days = invocation_value(inv, "--keep-days", "7");
    if (num_parse_u64(slice_text(days), &keep_days).code != E_OK || keep_days > KEEP_DAYS_MAX) {
        return fault_set(f, FAIL(E_USAGE), "--keep-days is 0 to %d", KEEP_DAYS_MAX);
    }
    const struct backup_order order = order_of(e, w);
    struct manifest of_log = {};
    struct fault unread = {};
    const status other = backup_manifest(&e->to, MANIFEST_NAME, &of_log, &unread);
    manifest_done(&of_log);
    if (other.code != E_NOT_FOUND) {
        return fault_set(f, FAIL(E_REFUSED),
                         "the target has a backup of the log: keys and log go "
                         "to two places");
    }
    TRY(keys_hold_begin(inv->arguments[0], "backup of the keys", &hold, f));
    keys_name(clock_real_ns(), name);
    status s = backup_keys(&order, name, &m, f);
    if (s.code == E_OK) {
        s = keys_hold_check(hold, f);
        struct fault unused;
        if (s.code != E_OK) ignore(destroy(&e->to, name, &unused), "the next backup removes it");
    }
    keys_hold_end(hold);
    if (s.code == E_OK) s = keys_settle(e, w, &m, name, keep_days, inv->json, f);
    manifest_done(&m);
    return s;
}

int run_backup(const struct invocation *inv)
{
    const bool log = invocation_has(inv, "--log");
    const bool keys = invocation_has(inv, "--keys");
    struct fault f = {};
    struct ends e = {};
    struct work w;
    if (log == keys) {
        return command_fail(2, "backup: say --log or --keys: the two go to different places, "
                               "because who has both can read every private value");
    }
    work_begin(&w, "backup", "copying");
    status s = ends_open(&e, inv->arguments[0], inv->arguments[1], &f);
    if (s.code == E_OK && log) s = log_make(&e, &w, inv->json, &f);
    if (s.code == E_OK && keys) s = keys_make(&e, &w, inv, &f);
    ends_close(&e);
    return work_end(&w, inv->arguments[0], s, &f);
}
