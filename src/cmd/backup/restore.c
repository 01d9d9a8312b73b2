/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore: finds the parts, holds the new folder's lock, has ledger/backup do the work, and says
 * whether the node may sign.
 */
#include "ledger/backup/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/backup/backup_commands.h"
#include "cmd/backup/work.h"
#include "cmd/node/keys_hold.h"
#include "ledger/store_fs.h"
#include "os/dir.h"
#include "base/banned.h"

enum { PATH_BYTES_MAX = 1024, LINE_BYTES_MAX = 4096 };

struct places {
    struct store log;
    struct store keys;
    struct store to;
    struct file lock;
    char keys_name[STORE_NAME_MAX + 1];
    uint8_t *seen; /* owned: the note of --newer */
    size_t seen_len;
};

static void places_close(struct places *p)
{
    if (p->log.ops != NULL) store_fs_close(&p->log);
    if (p->keys.ops != NULL) store_fs_close(&p->keys);
    if (p->to.ops != NULL) store_fs_close(&p->to);
    if (p->lock.fd >= 0) file_close(&p->lock);
    free(p->seen);
}

static status newest_keys(void *with, const char *name)
{
    char *newest = with; /* STORE_NAME_MAX + 1 bytes; names come in order */
    const slice text = slice_text(name);
    const slice suffix = slice_text(BACKUP_KEYS_SUFFIX);
    if (text.len <= suffix.len || text.len > STORE_NAME_MAX) return OK;
    if (!slice_equal(slice_from(text, text.len - suffix.len), suffix)) return OK;
    bytes_copy(newest, STORE_NAME_MAX + 1, (slice){ text.at, text.len + 1 });
    return OK;
}

/* The path of a file, as the folder it is in and its name there. */
static status keys_file_open(struct places *p, const char *path, struct fault *f)
{
    char folder[PATH_BYTES_MAX] = ".";
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len >= sizeof folder || strlen(name) > STORE_NAME_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "%.60s…: path too long", path);
    }
    if (slash != NULL) {
        const size_t keep = len == 0 ? 1 : len; /* "/x" is in "/" */
        bytes_copy(folder, sizeof folder - 1, (slice){ (const uint8_t *)path, keep });
        folder[keep] = '\0';
    }
    bytes_copy(p->keys_name, sizeof p->keys_name - 1, slice_text(name));
    return store_fs_open(folder, &p->keys, f);
}

/* A folder of copies stands for the newest of them. */
static status keys_open_place(struct places *p, const char *path, struct fault *f)
{
    struct fault why = {};
    struct manifest of_log = {};
    const status s = store_fs_open(path, &p->keys, &why);
    if (s.code == E_NOT_FOUND) return keys_file_open(p, path, f);
    if (s.code != E_OK) *f = why;
    TRY(s);
    TRY(p->keys.ops->list(p->keys.self, "", newest_keys, p->keys_name, f));
    if (p->keys_name[0] != '\0') return OK;
    const bool is_log = backup_manifest(&p->keys, MANIFEST_NAME, &of_log, &why).code == E_OK;
    manifest_done(&of_log);
    if (is_log) {
        return fault_set(f, FAIL(E_REFUSED),
                         "%s: a backup of a log; the log is given first, then "
                         "the keys",
                         path);
    }
    return fault_set(f, FAIL(E_NOT_FOUND), "%s: no copy of keys in it", path);
}

static status places_open(struct places *p, const struct invocation *inv, struct fault *f)
{
    struct file folder = {};
    const char *newer = invocation_value(inv, "--newer", NULL);
    if (newer != NULL) {
        TRY(file_load(NULL, newer, LOG_HEAD_BYTES_MAX, &p->seen, &p->seen_len, f));
    }
    TRY(store_fs_open(inv->arguments[0], &p->log, f));
    TRY(keys_open_place(p, inv->arguments[1], f));
    TRY(dir_make(NULL, inv->arguments[2], f));
    TRY(dir_open(NULL, inv->arguments[2], &folder, f));
    const status s = dir_lock(&folder, "lock", &p->lock, f);
    file_close(&folder);
    TRY(s);
    return store_fs_open(inv->arguments[2], &p->to, f);
}

static void print_result(const struct restore_result *r, const char *stays, bool json)
{
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    if (!json) {
        printf("%s: %" PRIu64 " entries, %" PRIu64 " files, %" PRIu64 " bytes; %" PRIu64
               " faults\n",
               r->origin, r->entries, r->files, r->bytes, r->faults);
        printf("vkey: %s\n", r->key);
        if (stays != NULL) printf("read-only: %s\nsee: candor help recover\n", stays);
        return;
    }
    json_object(&j);
    json_member_text(&j, "origin", r->origin);
    json_member_text(&j, "vkey", r->key);
    json_member_u64(&j, "entries", r->entries);
    json_member_u64(&j, "files", r->files);
    json_member_u64(&j, "bytes", r->bytes);
    json_member_u64(&j, "faults", r->faults);
    json_member_bool(&j, "may_sign", stays == NULL);
    if (stays != NULL) json_member_text(&j, "why", stays);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

/* Starts the node once: then it is known whether the signer agrees, and the log tells of it. What
 * speaks against it is the answer, not a failure. */
static status try_to_sign(const char *dir, const struct restore_result *r, struct fault *ret_why,
                          bool *ret_may, struct fault *f)
{
    struct keys_hold *hold = NULL;
    *ret_may = false;
    if (!r->has_signer) {
        snprintf(ret_why->text, sizeof ret_why->text,
                 "there is no signer: what it signed last is lost, so nothing may be signed under "
                 "this name any more");
        return OK;
    }
    const status s = keys_hold_begin(dir, "restore of log and keys", &hold, ret_why);
    keys_hold_end(hold);
    *ret_may = s.code == E_OK;
    if (s.code == E_OK || s.code == E_REFUSED) return OK;
    *f = *ret_why;
    return s;
}

static status restore(struct places *p, const struct invocation *inv, struct work *w,
                      struct restore_result *ret_result, struct fault *f)
{
    TRY(places_open(p, inv, f));
    const struct restore_order order = {
        .log = &p->log,
        .keys = &p->keys,
        .keys_name = p->keys_name,
        .to = &p->to,
        .key = slice_text(invocation_value(inv, "--vkey", "")),
        .lost_keys = invocation_has(inv, "--lost-keys"),
        .old_keys = invocation_has(inv, "--old-keys"),
        .seen_note = { p->seen == NULL ? (const uint8_t *)"" : p->seen, p->seen_len },
        .watcher = &w->watcher,
    };
    return restore_all(&order, ret_result, f);
}

int run_restore(const struct invocation *inv)
{
    const char *dir = inv->arguments[2];
    struct places p = { .lock = { .fd = -1 } };
    struct restore_result result = {};
    struct work w;
    struct fault f = {};
    struct fault why = {};
    bool may_sign = false;
    work_begin(&w, "restore", "restoring");
    status s = restore(&p, inv, &w, &result, &f);
    places_close(&p);
    if (s.code == E_OK && invocation_has(inv, "--lost-keys")) {
        snprintf(why.text, sizeof why.text,
                 "nothing was erased again or proved yet: candor recover %.200s --accept-loss",
                 dir);
    } else if (s.code == E_OK)
        s = try_to_sign(dir, &result, &why, &may_sign, &f);
    if (s.code != E_OK) return work_end(&w, dir, s, &f);
    progress_end(&w.progress);
    print_result(&result, may_sign ? NULL : why.text, inv->json);
    return result.faults == 0 ? 0 : 1;
}
