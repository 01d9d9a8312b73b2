/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "ledger/backup/backup.h"
#include "ledger/group.h"
#include "ledger/head.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "base/banned.h"

enum {
    KEY_FILE_BYTES_MAX = GROUP_SLOT_1_AT + GROUP_SLOT_BYTES,
    FIRST_READ_BYTES = 64 * 1024,
};

struct gathering {
    const struct backup_order *order;
    struct manifest *manifest;
    struct fault *fault;
};

/* The group's generation, so that a backup says how often something was erased before it. */
static uint64_t turns_of(slice file)
{
    struct group_slot slot = {};
    unsigned active = 0;
    if (group_selector_parse(file, &active).code != E_OK) return 0;
    const size_t at = active == 0 ? GROUP_SLOT_0_AT : GROUP_SLOT_1_AT;
    if (at > file.len || group_slot_parse(slice_from(file, at), &slot).code != E_OK) return 0;
    return slot.generation;
}

static status gather(struct gathering *g, const char *name)
{
    struct manifest_file file = {};
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(store_file_load(g->order->from, name, KEY_FILE_BYTES_MAX, &bytes, &len, g->fault));
    const slice all = { bytes, len };
    bytes_copy(file.name, sizeof file.name - 1, slice_text(name));
    file.bytes = len;
    file.content = sha256(all);
    g->manifest->turns += turns_of(all);
    bytes_wipe(bytes, len);
    free(bytes);
    const status s = manifest_add(g->manifest, &file);
    return s.code == E_OK ? OK : fault_set(g->fault, s, "backup: %s", status_text(s));
}

static status gather_group(void *with, const char *file_name)
{
    uint64_t group = 0;
    if (layout_number(file_name, ".group", &group).code != E_OK) return OK;
    return gather(with, layout_group(group).text);
}

/* keys/root is not there where a credential supplies it; keys/applied is not before an erasure. */
static status gather_all(struct gathering *g, struct fault *f)
{
    static const char *const single[] = { LAYOUT_ROOT_KEY, LAYOUT_APPLIED };
    const struct store *from = g->order->from;
    for (size_t i = 0; i < COUNT_OF(single); i++) {
        const status s = gather(g, single[i]);
        if (s.code != E_NOT_FOUND) TRY(s);
    }
    TRY(from->ops->list(from->self, LAYOUT_KEYS, gather_group, g, f));
    manifest_sort(g->manifest);
    return OK;
}

static status entries_now(const struct backup_order *o, uint64_t *ret_entries, struct fault *f)
{
    struct log_head *head = malloc(sizeof *head);
    if (head == NULL) return fault_set(f, FAIL(E_NOMEM), "backup: out of memory");
    status s = log_head_load(o->from, head, f);
    if (s.code == E_OK) s = log_head_verify(head, o->key, f);
    if (s.code == E_OK) *ret_entries = head->checkpoint.size;
    free(head);
    return s;
}

static status append_file(const struct backup_order *o, const struct manifest_file *listed, int out,
                          uint64_t *at, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    TRY(store_file_load(o->from, listed->name, KEY_FILE_BYTES_MAX, &bytes, &len, f));
    const hash content = sha256((slice){ bytes, len });
    status s = OK;
    if (len != listed->bytes || !bytes_equal(content.bytes, listed->content.bytes, SHA256_BYTES)) {
        s = fault_set(f, FAIL(E_BUSY), "%s: changed while it was copied: try again", listed->name);
    }
    if (s.code == E_OK) s = o->to->ops->write(o->to->self, out, *at, (slice){ bytes, len }, f);
    *at += len;
    bytes_wipe(bytes, len);
    free(bytes);
    o->watcher->progress(o->watcher->self, len);
    return s;
}

static status all_write(const struct backup_order *o, const struct manifest *m, int out,
                        struct fault *f)
{
    const size_t room = manifest_room(m);
    struct writer w = writer_of(malloc(room), room);
    if (w.at == NULL) return fault_set(f, FAIL(E_NOMEM), "backup: out of memory");
    manifest_write(m, &w);
    uint64_t at = w.len;
    status s = writer_end(&w);
    if (s.code == E_OK) s = o->to->ops->write(o->to->self, out, 0, writer_slice(&w), f);
    free(w.at);
    for (size_t i = 0; s.code == E_OK && i < m->file_count; i++)
        s = append_file(o, &m->files[i], out, &at, f);
    return s.code == E_OK ? o->to->ops->sync(o->to->self, out, f) : s;
}

/* Writes "NAME.new", syncs it and renames it. */
static status file_make(const struct backup_order *o, const char *name, const struct manifest *m,
                        struct fault *f)
{
    const struct store *to = o->to;
    char fresh[STORE_NAME_MAX + 1];
    int out = -1;
    const int len = snprintf(fresh, sizeof fresh, "%s.new", name);
    if (len < 0 || (size_t)len >= sizeof fresh) {
        return fault_set(f, FAIL(E_LIMIT), "%s: name too long", name);
    }
    TRY(to->ops->open(to->self, fresh, STORE_WRITE | STORE_CREATE, &out, f));
    status s = to->ops->truncate(to->self, out, 0, f);
    if (s.code == E_OK) s = all_write(o, m, out, f);
    to->ops->close(to->self, out);
    if (s.code != E_OK) {
        struct fault unused;
        ignore(to->ops->remove(to->self, fresh, &unused), "the next backup overwrites it");
        return s;
    }
    TRY(to->ops->rename(to->self, fresh, name, f));
    return to->ops->sync_dir(to->self, "", f);
}

status backup_keys(const struct backup_order *o, const char *name, struct manifest *ret_manifest,
                   struct fault *f)
{
    struct manifest m = { .part = BACKUP_KEYS };
    struct gathering g = { o, &m, f };
    bytes_copy(m.origin, sizeof m.origin - 1, slice_text(o->origin));
    bytes_copy(m.key, sizeof m.key - 1, o->key);
    m.taken_ns = o->from->ops->now_ns(o->from->self);
    status s = entries_now(o, &m.entries, f);
    if (s.code == E_OK) s = gather_all(&g, f);
    if (s.code == E_OK) s = file_make(o, name, &m, f);
    if (s.code == E_OK) {
        *ret_manifest = m;
        return OK;
    }
    manifest_done(&m);
    return s;
}

/* Length of the manifest at the start of bytes: up to the line that begins with "end ". 0: none. */
static size_t manifest_length(slice bytes)
{
    struct cursor c = cursor_of(bytes);
    slice line = {};
    while (cursor_line(&c, &line).code == E_OK) {
        if (slice_starts(line, slice_text("end "))) return c.pos;
    }
    return 0;
}

status backup_keys_manifest(const struct store *store, const char *name,
                            struct manifest *ret_manifest, uint64_t *ret_at, struct fault *f)
{
    int file = -1;
    TRY(store->ops->open(store->self, name, STORE_READ, &file, f));
    status s = FAIL(E_SHORT);
    for (size_t room = FIRST_READ_BYTES; s.code == E_SHORT && room <= MANIFEST_BYTES_MAX;
         room *= 8) {
        uint8_t *bytes = malloc(room);
        size_t len = 0;
        s = bytes == NULL ? fault_set(f, FAIL(E_NOMEM), "backup: out of memory") : OK;
        if (s.code == E_OK) s = store->ops->read(store->self, file, 0, bytes, room, &len, f);
        const size_t text = s.code == E_OK ? manifest_length((slice){ bytes, len }) : 0;
        if (s.code == E_OK && text == 0) {
            s = len < room ? FAIL(E_SYNTAX) : FAIL(E_SHORT);
        } else if (s.code == E_OK) {
            s = manifest_parse((slice){ bytes, text }, ret_manifest, f);
            *ret_at = text;
        }
        free(bytes);
    }
    store->ops->close(store->self, file);
    if (s.code == E_SHORT || s.code == E_SYNTAX) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: no backup of keys", name);
    }
    return s;
}
