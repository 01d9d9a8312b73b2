/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/backup/pairing.h"
#include "ledger/erase/erasures.h"
#include "ledger/layout.h"
#include "ledger/ledger.h"
#include "ledger/store_file.h"
#include "base/banned.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

#define DAY_NS INT64_C(86400000000000)

struct run {
    const struct restore_order *order;
    struct copy copy;
    struct manifest log;
    struct manifest keys;
    uint64_t keys_at;      /* where the files of the keys begin */
    struct log_head *head; /* owned */
    bool is_turning;       /* manifest.next counts */
    uint64_t faults;
};

/* ---- which parts ---- */

/* The manifest of the log: manifest.next, if a crash came after it was whole. */
static status log_manifest(struct run *r, struct fault *f)
{
    const struct store *log = r->order->log;
    struct fault unread = {};
    if (backup_manifest(log, MANIFEST_NAME BACKUP_NEXT, &r->log, &unread).code == E_OK) {
        r->is_turning = true;
        return OK;
    }
    const status s = backup_manifest(log, MANIFEST_NAME, &r->log, f);
    if (s.code != E_NOT_FOUND) return s;
    return fault_set(f, s, "no manifest: not a whole backup of a log");
}

static status parts_match(const struct run *r, struct fault *f)
{
    const struct manifest *log = &r->log;
    const struct manifest *keys = &r->keys;
    if (log->part != BACKUP_LOG || keys->part != BACKUP_KEYS) {
        return fault_set(f, FAIL(E_REFUSED), "a backup of the log is given first, then the keys");
    }
    if (strcmp(log->origin, keys->origin) != 0 || strcmp(log->key, keys->key) != 0) {
        return fault_set(f, FAIL(E_REFUSED), "the keys are those of %s, the log is %s",
                         keys->origin, log->origin);
    }
    if (r->order->key.len == 0 || slice_is(r->order->key, log->key)) return OK;
    return fault_set(f, FAIL(E_REFUSED), "the backup is of the log with key %s, not %.*s", log->key,
                     (int)r->order->key.len, (const char *)r->order->key.at);
}

static status keys_are_young(const struct run *r, struct fault *f)
{
    const struct restore_order *o = r->order;
    const int64_t age_ns = o->to->ops->now_ns(o->to->self) - r->keys.taken_ns;
    if (age_ns <= RESTORE_KEYS_DAYS_MAX * DAY_NS || o->old_keys) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the keys are %" PRId64 " days old, and at most %d may be kept: they can open "
                     "what was erased since; --old-keys takes them all the same",
                     age_ns / DAY_NS, RESTORE_KEYS_DAYS_MAX);
}

static status run_open(struct run *r, struct fault *f)
{
    const struct restore_order *o = r->order;
    bool there = false;
    r->head = malloc(sizeof *r->head);
    if (r->head == NULL) return fault_set(f, FAIL(E_NOMEM), "restore: out of memory");
    TRY(copy_init(&r->copy, o->log, o->to, o->watcher, f));
    TRY(store_file_exists(o->to, LAYOUT_CONFIG, &there, f));
    if (there) {
        return fault_set(f, FAIL(E_EXISTS),
                         "there is a node already; a node that is to be replaced "
                         "is moved away first, all but its signer/");
    }
    TRY(log_manifest(r, f));
    TRY(backup_keys_manifest(o->keys, o->keys_name, &r->keys, &r->keys_at, f));
    TRY(parts_match(r, f));
    return keys_are_young(r, f);
}

/* ---- copying ---- */

static status not_what_it_was(const char *name, struct fault *f)
{
    return fault_set(f, FAIL(E_CORRUPT),
                     "%s: not what was backed up: its medium lost it, or it was changed; another "
                     "copy is needed",
                     name);
}

static bool is_listed(const struct manifest_file *listed, uint64_t bytes, const hash *content)
{
    return listed->bytes == bytes &&
           bytes_equal(listed->content.bytes, content->bytes, sizeof content->bytes);
}

/* The bytes of a file that changes as a whole: NAME.next if it is there and counts. */
static status replaced_load(struct run *r, const struct manifest_file *listed, uint8_t **ret_bytes,
                            size_t *ret_len, struct fault *f)
{
    char next[STORE_NAME_MAX + 1];
    const struct store *log = r->order->log;
    struct fault unread = {};
    const int len = snprintf(next, sizeof next, "%s" BACKUP_NEXT, listed->name);
    const bool fits = len > 0 && (size_t)len < sizeof next;
    status s = FAIL(E_NOT_FOUND);
    if (r->is_turning && fits) {
        s = store_file_load(log, next, FILE_BYTES_MAX, ret_bytes, ret_len, &unread);
    }
    if (s.code == E_OK) return OK;
    return store_file_load(log, listed->name, FILE_BYTES_MAX, ret_bytes, ret_len, f);
}

static status replaced_restore(struct run *r, const struct manifest_file *listed, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(replaced_load(r, listed, &bytes, &len, f));
    const hash content = sha256((slice){ bytes, len });
    status s = is_listed(listed, len, &content) ? OK : not_what_it_was(listed->name, f);
    if (s.code == E_OK) {
        s = store_file_replace(r->order->to, listed->name, (slice){ bytes, len }, f);
    }
    free(bytes);
    return s;
}

static status log_file_restore(struct run *r, const struct manifest_file *listed, struct fault *f)
{
    struct manifest_file file = {};
    if (strcmp(listed->name, LAYOUT_CONFIG) == 0) return OK; /* last of all */
    if (backup_is_replaced(listed->name)) return replaced_restore(r, listed, f);
    TRY(copy_file(&r->copy, listed->name, listed->bytes, &file, f));
    return is_listed(listed, file.bytes, &file.content) ? OK : not_what_it_was(listed->name, f);
}

/* A name of the manifest is "FOLDER/FILE" or "FILE"; folders are made as they are met. */
static status folder_make(const struct store *to, const char *name, struct fault *f)
{
    char folder[STORE_NAME_MAX + 1] = "";
    const char *slash = strchr(name, '/');
    if (slash == NULL) return OK;
    bytes_copy(folder, sizeof folder - 1, (slice){ (const uint8_t *)name, (size_t)(slash - name) });
    return to->ops->make_dir(to->self, folder, f);
}

static status folders_sync(const struct run *r, struct fault *f)
{
    static const char *const folders[] = { LAYOUT_LOG, LAYOUT_KEYS, "" };
    const struct store *to = r->order->to;
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        TRY(to->ops->sync_dir(to->self, folders[i], f));
    return OK;
}

static status log_restore(struct run *r, struct fault *f)
{
    for (size_t i = 0; i < r->log.file_count; i++) {
        TRY(folder_make(r->order->to, r->log.files[i].name, f));
        TRY(log_file_restore(r, &r->log.files[i], f));
    }
    return OK;
}

static status key_file_restore(struct run *r, int from, const struct manifest_file *listed,
                               uint64_t at, struct fault *f)
{
    const struct restore_order *o = r->order;
    size_t len = 0;
    if (listed->bytes > FILE_BYTES_MAX) return not_what_it_was(listed->name, f);
    const size_t want = (size_t)listed->bytes;
    uint8_t *bytes = malloc(want + 1);
    if (bytes == NULL) return fault_set(f, FAIL(E_NOMEM), "restore: out of memory");
    status s = o->keys->ops->read(o->keys->self, from, at, bytes, want, &len, f);
    const hash content = sha256((slice){ bytes, len });
    if (s.code == E_OK && !is_listed(listed, len, &content)) s = not_what_it_was(listed->name, f);
    if (s.code == E_OK) s = store_file_replace(o->to, listed->name, (slice){ bytes, len }, f);
    bytes_wipe(bytes, want);
    free(bytes);
    return s;
}

static status keys_restore(struct run *r, struct fault *f)
{
    const struct restore_order *o = r->order;
    uint64_t at = r->keys_at;
    int from = -1;
    TRY(o->to->ops->make_dir(o->to->self, LAYOUT_KEYS, f));
    TRY(o->keys->ops->open(o->keys->self, o->keys_name, STORE_READ, &from, f));
    status s = OK;
    for (size_t i = 0; s.code == E_OK && i < r->keys.file_count; i++) {
        s = key_file_restore(r, from, &r->keys.files[i], at, f);
        at += r->keys.files[i].bytes;
    }
    o->keys->ops->close(o->keys->self, from);
    return s;
}

/* ---- what it comes to ---- */

/* A checkpoint that somebody kept: until the log has its entries nothing is signed. */
static status seen_put(struct run *r, struct fault *f)
{
    const struct restore_order *o = r->order;
    struct log_head *seen = NULL;
    if (o->seen_note.len == 0) return OK;
    seen = malloc(sizeof *seen);
    if (seen == NULL) return fault_set(f, FAIL(E_NOMEM), "restore: out of memory");
    status s = log_head_read(o->seen_note, seen, f);
    if (s.code == E_OK) s = log_head_verify(seen, slice_text(r->log.key), f);
    if (s.code != E_OK) s = fault_within(f, s, "the newer checkpoint");
    if (s.code == E_OK && seen->checkpoint.size > r->log.entries) {
        s = store_file_replace(o->to, LAYOUT_SEEN, o->seen_note, f);
    }
    free(seen);
    return s;
}

static status head_check(struct run *r, struct archive **ret_archive, struct fault *f)
{
    const struct restore_order *o = r->order;
    TRY(log_head_load(o->to, r->head, f));
    TRY(log_head_verify(r->head, slice_text(r->log.key), f));
    TRY(archive_open(o->to, r->log.origin, ret_archive, f));
    return log_head_check(r->head, *ret_archive, f);
}

static status tree_check(struct run *r, struct fault *f)
{
    struct archive *a = NULL;
    status s = head_check(r, &a, f);
    if (s.code == E_OK) s = pairing_check(r->order->to, a, f);
    archive_free(a);
    return s;
}

/* Opening for writing carries out what was erased since the keys were copied. */
static status erase_again(struct run *r, uint64_t *ret_entries, struct fault *f)
{
    const struct store *to = r->order->to;
    struct ledger_options options = ledger_options_default(r->log.origin);
    struct ledger *l = NULL;
    uint64_t before = 0;
    uint64_t after = 0;
    TRY(erasures_applied(to, &before, f));
    options.signed_head =
        (struct signer_head){ r->head->checkpoint.size, r->head->checkpoint.root };
    options.may_be_behind = true;
    TRY(ledger_open(to, &options, &l, f));
    ledger_close(l);
    TRY(erasures_applied(to, &after, f));
    *ret_entries = after > before ? after - before : 0;
    return OK;
}

/* What is said of the signer is not of the backup: whether it agrees shows when a node starts. */
static void on_fault(void *self, const char *text)
{
    struct run *r = self;
    if (strstr(text, LAYOUT_SIGNER "/") != NULL) return;
    r->faults++;
    r->order->watcher->tell(r->order->watcher->self, text);
}

static void on_progress(void *, uint64_t)
{
}

static status prove(struct run *r, struct fault *f)
{
    const struct fsck_watcher watcher = { r, on_fault, on_progress };
    struct fsck_result result = {};
    return fsck(r->order->to, r->log.origin, &watcher, &result, f);
}

/* Where there is a signer its key must be the log's; where there is none the key is kept. */
static status signer_look(struct run *r, bool *ret_has_signer, struct fault *f)
{
    const struct store *to = r->order->to;
    uint8_t text[MANIFEST_KEY_BYTES_MAX + 1];
    struct signer_head unused = {};
    struct fault why = {};
    struct writer w = writer_of(text, sizeof text);
    const status s = signer_check(to, &unused, &w, &why);
    *ret_has_signer = s.code == E_OK;
    if (s.code == E_NOT_FOUND) {
        TRY(to->ops->make_dir(to->self, LAYOUT_LOG, f));
        return store_file_replace(to, LAYOUT_LOG_KEY, slice_text(r->log.key), f);
    }
    if (s.code != E_OK) *f = why;
    TRY(s);
    if (slice_is(writer_slice(&w), r->log.key)) return OK;
    return fault_set(f, FAIL(E_REFUSED), "signer/ has the key of another log: %.*s", (int)w.len,
                     (const char *)text);
}

static status config_put(struct run *r, struct fault *f)
{
    const struct manifest_file *config = manifest_find(&r->log, LAYOUT_CONFIG);
    if (config == NULL) return fault_set(f, FAIL(E_CORRUPT), "the backup has no candor.yaml");
    TRY(store_file_replace(r->order->to, LAYOUT_RESTORED, slice_text("restored\n"), f));
    return replaced_restore(r, config, f);
}

static status run_steps(struct run *r, struct restore_result *result, struct fault *f)
{
    TRY(run_open(r, f));
    TRY(signer_look(r, &result->has_signer, f));
    TRY(log_restore(r, f));
    TRY(keys_restore(r, f));
    TRY(seen_put(r, f));
    TRY(folders_sync(r, f));
    TRY(tree_check(r, f));
    if (!r->order->lost_keys) {
        TRY(erase_again(r, &result->erased_again, f));
        TRY(prove(r, f));
    }
    return config_put(r, f);
}

status restore_all(const struct restore_order *o, struct restore_result *ret_result,
                   struct fault *f)
{
    struct run r = { .order = o };
    struct restore_result result = {};
    const status s = run_steps(&r, &result, f);
    if (s.code == E_OK) {
        bytes_copy(result.origin, sizeof result.origin,
                   (slice){ (uint8_t *)r.log.origin, sizeof result.origin });
        bytes_copy(result.key, sizeof result.key,
                   (slice){ (uint8_t *)r.log.key, sizeof result.key });
        result.entries = r.log.entries;
        result.files = r.log.file_count + r.keys.file_count;
        result.bytes = manifest_bytes(&r.log) + manifest_bytes(&r.keys);
        result.faults = r.faults;
        *ret_result = result;
    }
    copy_done(&r.copy);
    manifest_done(&r.log);
    manifest_done(&r.keys);
    free(r.head);
    return s;
}
