/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/backup/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/archive.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "base/banned.h"

enum { REPLACED_BYTES_MAX = 64 * 1024 * 1024 };

/* What is copied, folder by folder. Names that begin with a dot and ".new" are left out. */
static const struct {
    const char *folder;
    const char *suffix;
    bool only_grows;
} parts[] = {
    { LAYOUT_ERASURES, ".set", true },
    { LAYOUT_RULES, ".pack", true },
    { LAYOUT_LOG, ".blk", false },
};

static const char *const replaced[] = {
    LAYOUT_CONFIG,       LAYOUT_POLICY, LAYOUT_ACCOUNTS,
    LAYOUT_RULES_ACTIVE, LAYOUT_SEEN,   LAYOUT_CHECKPOINT,
};

struct run {
    const struct backup_order *order;
    struct copy copy;
    struct archive *archive;
    struct manifest before; /* of the last time; no file if there was none */
    struct manifest now;
    struct log_head *head; /* owned */
    uint64_t repaired;
};

bool backup_is_replaced(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(replaced); i++) {
        if (strcmp(replaced[i], name) == 0) return true;
    }
    return false;
}

status backup_manifest(const struct store *store, const char *name, struct manifest *ret_manifest,
                       struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(store_file_load(store, name, MANIFEST_BYTES_MAX, &bytes, &len, f));
    const status s = manifest_parse((slice){ bytes, len }, ret_manifest, f);
    free(bytes);
    return s;
}

/* The folder is empty, a backup of this log, or one that was cut off the first time. */
static status target_check(struct run *r, struct fault *f)
{
    static const char *const of_nodes[] = { LAYOUT_SIGNER_KEY, LAYOUT_ROOT_KEY };
    const struct backup_order *o = r->order;
    for (size_t i = 0; i < COUNT_OF(of_nodes); i++) {
        bool there = false;
        TRY(store_file_exists(o->to, of_nodes[i], &there, f));
        if (there) {
            return fault_set(f, FAIL(E_REFUSED), "the target has %s: it is a node, not a backup",
                             of_nodes[i]);
        }
    }
    struct fault unread = {};
    const status s = backup_manifest(o->to, MANIFEST_NAME, &r->before, &unread);
    if (s.code == E_NOT_FOUND) return OK;
    if (s.code != E_OK) {
        *f = unread;
        return s;
    }
    if (r->before.part == BACKUP_LOG && strcmp(r->before.origin, o->origin) == 0) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the target is a backup of the %s of %s, not of the log "
                     "of %s",
                     manifest_part_name(r->before.part), r->before.origin, o->origin);
}

/* What the backup has must be the beginning of what the log has. */
static status history_check(struct run *r, struct fault *f)
{
    struct log_head *old = NULL;
    const uint64_t size = r->head->checkpoint.size;
    if (r->before.file_count == 0) return OK;
    if (r->before.entries > size) {
        return fault_set(f, FAIL(E_REFUSED),
                         "the log has %llu entries under its checkpoint, but this backup has %llu: "
                         "the log was rolled back; restore it instead",
                         (unsigned long long)size, (unsigned long long)r->before.entries);
    }
    old = malloc(sizeof *old);
    if (old == NULL) return fault_set(f, FAIL(E_NOMEM), "backup: out of memory");
    struct fault unread = {};
    status s = log_head_load(r->order->to, old, &unread);
    if (s.code == E_OK) {
        s = log_head_check(old, r->archive, f);
        if (s.code == E_CORRUPT) s = fault_within(f, FAIL(E_REFUSED), "not what was backed up");
    } else {
        s = OK; /* damaged: it is written again */
    }
    free(old);
    return s;
}

static status run_open(struct run *r, struct fault *f)
{
    const struct backup_order *o = r->order;
    r->head = malloc(sizeof *r->head);
    if (r->head == NULL) return fault_set(f, FAIL(E_NOMEM), "backup: out of memory");
    TRY(copy_init(&r->copy, o->from, o->to, o->watcher, f));
    TRY(target_check(r, f));
    TRY(log_head_load(o->from, r->head, f)); /* before the archive, which is the newer then */
    TRY(log_head_verify(r->head, o->key, f));
    TRY(archive_open(o->from, o->origin, &r->archive, f));
    TRY(log_head_check(r->head, r->archive, f));
    return history_check(r, f);
}

static status note(struct run *r, const struct manifest_file *file, struct fault *f)
{
    const status s = manifest_add(&r->now, file);
    return s.code == E_OK ? OK : fault_set(f, s, "backup: %s", status_text(s));
}

/* Whether the first bytes of a file that only grows are what was written to it once. One that is
 * not is named, and copied again. */
static status stands(struct run *r, const char *name, struct manifest_file *ret_file, bool *ret_yes,
                     struct fault *f)
{
    char line[STORE_NAME_MAX + 128];
    const struct manifest_file *listed = manifest_find(&r->before, name);
    *ret_yes = false;
    if (listed == NULL) return OK;
    const status s = copy_look(&r->copy, r->order->to, name, listed->bytes, ret_file, f);
    if (s.code != E_OK && s.code != E_NOT_FOUND) return s;
    *ret_yes = s.code == E_OK && ret_file->bytes == listed->bytes &&
               bytes_equal(ret_file->content.bytes, listed->content.bytes, SHA256_BYTES);
    if (*ret_yes) return OK;
    r->repaired++;
    snprintf(line, sizeof line, "%s: not what this backup wrote there; copied again", name);
    r->order->watcher->tell(r->order->watcher->self, line);
    return OK;
}

/* Copies a file that only grows, unless all of it stands there. */
static status grown_copy(struct run *r, const char *name, uint64_t bytes, struct fault *f)
{
    struct manifest_file file = {};
    bool same = false;
    TRY(stands(r, name, &file, &same, f));
    if (!same || file.bytes != bytes) TRY(copy_file(&r->copy, name, bytes, &file, f));
    return note(r, &file, f);
}

static status size_of(const struct store *store, const char *name, uint64_t *ret_bytes,
                      struct fault *f)
{
    int file = -1;
    TRY(store->ops->open(store->self, name, STORE_READ, &file, f));
    const status s = store->ops->size(store->self, file, ret_bytes, f);
    store->ops->close(store->self, file);
    return s;
}

struct listing {
    struct run *run;
    size_t part;
    struct fault *fault;
};

static status list_one(void *with, const char *file_name)
{
    struct listing *l = with;
    struct manifest_file file = {};
    const slice name = slice_text(file_name);
    const slice suffix = slice_text(parts[l->part].suffix);
    char path[STORE_NAME_MAX + 1];
    if (name.len < suffix.len || !slice_equal(slice_from(name, name.len - suffix.len), suffix)) {
        return OK;
    }
    const int len = snprintf(path, sizeof path, "%s/%s", parts[l->part].folder, file_name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return fault_set(l->fault, FAIL(E_LIMIT), "%.60s…: name too long", file_name);
    }
    if (!parts[l->part].only_grows) {
        TRY(copy_file(&l->run->copy, path, UINT64_MAX, &file, l->fault));
        return note(l->run, &file, l->fault);
    }
    uint64_t bytes = 0;
    TRY(size_of(l->run->order->from, path, &bytes, l->fault));
    return grown_copy(l->run, path, bytes, l->fault);
}

static status folders_copy(struct run *r, struct fault *f)
{
    const struct backup_order *o = r->order;
    TRY(o->to->ops->make_dir(o->to->self, LAYOUT_LOG, f));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct fault why = {};
        struct fault none = {};
        struct listing l = { r, i, &why };
        TRY(o->to->ops->make_dir(o->to->self, parts[i].folder, f));
        const status s = o->from->ops->list(o->from->self, parts[i].folder, list_one, &l, &none);
        if (s.code == E_NOT_FOUND && why.text[0] == '\0') continue; /* nothing was erased yet */
        if (s.code != E_OK) *f = why.text[0] == '\0' ? none : why;
        TRY(s);
    }
    return OK;
}

/* Where the tree of size entries ends in the file of its segment. */
static status end_in_segment(struct archive *a, uint64_t segment, uint64_t size,
                             uint64_t *ret_bytes, struct fault *f)
{
    if (segment < archive_segment(a)) {
        struct segment_footer footer = {};
        TRY(archive_footer(a, segment, &footer, f));
        for (uint32_t i = 0; i < footer.batch_count; i++) {
            const struct batch_place place = segment_footer_place(&footer, i);
            if (place.first_index == size) {
                *ret_bytes = place.offset;
                return OK;
            }
        }
    } else {
        const struct segment_places *places = archive_places(a);
        if (size == archive_size(a)) {
            *ret_bytes = archive_end(a);
            return OK;
        }
        for (uint32_t i = 0; i < places->batch_count; i++) {
            if (places->batches[i].first_index == size) {
                *ret_bytes = places->batches[i].offset;
                return OK;
            }
        }
    }
    return fault_set(f, FAIL(E_CORRUPT), "%s: covers %llu entries, but no batch ends there",
                     LAYOUT_CHECKPOINT, (unsigned long long)size);
}

status backup_segment_bytes(const struct store *store, struct archive *a, uint64_t segment,
                            uint64_t size, uint64_t *ret_bytes, struct fault *f)
{
    if (size < (segment + 1) * SEGMENT_ENTRIES)
        return end_in_segment(a, segment, size, ret_bytes, f);
    return size_of(store, layout_segment(segment).text, ret_bytes, f);
}

/* Every batch that is new is read once as a reader would, so that damage is not copied unseen. */
static status batches_check(struct run *r, struct fault *f)
{
    uint64_t index = r->before.entries;
    while (index < r->head->checkpoint.size) {
        struct batch_frame frame = {};
        TRY(archive_batch(r->archive, index, &frame, f));
        index = frame.head.first_index + frame.head.record_count;
    }
    return OK;
}

static status segments_copy(struct run *r, struct fault *f)
{
    const uint64_t size = r->head->checkpoint.size;
    TRY(batches_check(r, f));
    for (uint64_t segment = 0; segment * SEGMENT_ENTRIES < size || segment == 0; segment++) {
        const struct layout_name name = layout_segment(segment);
        uint64_t bytes = 0;
        TRY(backup_segment_bytes(r->order->from, r->archive, segment, size, &bytes, f));
        TRY(grown_copy(r, name.text, bytes, f));
    }
    return OK;
}

static void next_name(const char *name, char ret_next[STORE_NAME_MAX + 1])
{
    const int len = snprintf(ret_next, STORE_NAME_MAX + 1, "%s" BACKUP_NEXT, name);
    assert(len > 0 && len <= STORE_NAME_MAX);
}

/* Writes NAME.next. The checkpoint is the one that the segments were cut at. */
static status replaced_copy(struct run *r, const char *name, struct fault *f)
{
    char next[STORE_NAME_MAX + 1];
    struct manifest_file file = {};
    uint8_t *bytes = NULL;
    size_t len = 0;
    const bool is_head = strcmp(name, LAYOUT_CHECKPOINT) == 0;
    slice content = is_head ? log_head_note(r->head) : slice_none();
    if (!is_head) {
        struct fault why = {};
        const status s =
            store_file_load(r->order->from, name, REPLACED_BYTES_MAX, &bytes, &len, &why);
        if (s.code == E_NOT_FOUND) return OK;
        if (s.code != E_OK) *f = why;
        TRY(s);
        content = (slice){ bytes, len };
    }
    next_name(name, next);
    const status s = store_file_replace(r->order->to, next, content, f);
    bytes_copy(file.name, sizeof file.name - 1, slice_text(name));
    file.bytes = content.len;
    file.content = sha256(content);
    free(bytes);
    TRY(s);
    return note(r, &file, f);
}

static status manifest_next(struct run *r, struct fault *f)
{
    struct writer w = {};
    manifest_sort(&r->now);
    const size_t room = manifest_room(&r->now);
    w = writer_of(malloc(room), room);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "backup: out of memory");
    manifest_write(&r->now, &w);
    status s = writer_end(&w);
    if (s.code == E_OK) {
        s = store_file_replace(r->order->to, MANIFEST_NAME BACKUP_NEXT, writer_slice(&w), f);
    }
    free(w.at);
    return s;
}

/* Every folder is synced before manifest.next exists, and again when the names have turned. */
static status folders_sync(const struct run *r, struct fault *f)
{
    const struct store *to = r->order->to;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        TRY(to->ops->sync_dir(to->self, parts[i].folder, f));
    return to->ops->sync_dir(to->self, "", f);
}

static status names_turn(struct run *r, struct fault *f)
{
    const struct store *to = r->order->to;
    char next[STORE_NAME_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(replaced); i++) {
        if (manifest_find(&r->now, replaced[i]) == NULL) continue;
        next_name(replaced[i], next);
        TRY(to->ops->rename(to->self, next, replaced[i], f));
    }
    TRY(folders_sync(r, f));
    TRY(to->ops->rename(to->self, MANIFEST_NAME BACKUP_NEXT, MANIFEST_NAME, f));
    return to->ops->sync_dir(to->self, "", f);
}

static status run_steps(struct run *r, struct fault *f)
{
    const struct backup_order *o = r->order;
    struct manifest *now = &r->now;
    TRY(run_open(r, f));
    now->part = BACKUP_LOG;
    now->entries = r->head->checkpoint.size;
    now->taken_ns = o->from->ops->now_ns(o->from->self);
    bytes_copy(now->origin, sizeof now->origin - 1, slice_text(o->origin));
    bytes_copy(now->key, sizeof now->key - 1, o->key);
    TRY(folders_copy(r, f));
    TRY(segments_copy(r, f));
    TRY(folders_sync(r, f));
    for (size_t i = 0; i < COUNT_OF(replaced); i++)
        TRY(replaced_copy(r, replaced[i], f));
    TRY(manifest_next(r, f));
    return names_turn(r, f);
}

status backup_log(const struct backup_order *o, struct backup_result *ret_result, struct fault *f)
{
    struct run r = { .order = o };
    const status s = run_steps(&r, f);
    if (s.code == E_OK) {
        *ret_result = (struct backup_result){
            .entries = r.now.entries,
            .files = r.now.file_count,
            .bytes = manifest_bytes(&r.now),
            .written = r.copy.written,
            .repaired = r.repaired,
        };
    }
    copy_done(&r.copy);
    archive_free(r.archive);
    manifest_done(&r.before);
    manifest_done(&r.now);
    free(r.head);
    return s;
}
