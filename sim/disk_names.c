/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk_state.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/banned.h"

struct platter *disk_use(struct platter *p)
{
    if (p != NULL) p->uses++;
    return p;
}

void disk_change_drop(struct change *c)
{
    platter_release(c->file);
    *c = (struct change){};
}

struct name *disk_name_find(struct disk *d, const char *text)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        if (d->names[i].text[0] != '\0' && strcmp(d->names[i].text, text) == 0) {
            return &d->names[i];
        }
    }
    return NULL;
}

struct name *disk_name_get(struct disk *d, const char *text)
{
    struct name *n = disk_name_find(d, text);
    if (n != NULL) return n;
    for (size_t i = 0; i < NAMES_MAX; i++) {
        n = &d->names[i];
        if (n->text[0] != '\0') continue;
        assert(strlen(text) <= STORE_NAME_MAX);
        *n = (struct name){};
        bytes_copy(n->text, STORE_NAME_MAX, slice_text(text));
        return n;
    }
    abort(); /* more files than a scenario can have */
}

void disk_point(struct platter **at, struct platter *to)
{
    struct platter *old = *at;
    *at = disk_use(to);
    platter_release(old);
}

void disk_change_push(struct disk *d, const char *from, const char *to, struct platter *file)
{
    if (d->pending_count == PENDING_MAX) abort();
    struct change *c = &d->pending[d->pending_count++];
    *c = (struct change){ .file = disk_use(file) };
    bytes_copy(c->from, STORE_NAME_MAX, slice_text(from));
    bytes_copy(c->to, STORE_NAME_MAX, slice_text(to));
}

static void change_apply(struct disk *d, struct change *c)
{
    if (c->from[0] != '\0') disk_point(&disk_name_get(d, c->from)->durable, NULL);
    if (c->to[0] != '\0') disk_point(&disk_name_get(d, c->to)->durable, c->file);
    disk_change_drop(c);
}

bool disk_name_is_in(const char *name, const char *folder)
{
    const size_t len = strlen(folder);
    if (strncmp(name, folder, len) != 0) return false;
    const char *rest = name + len;
    if (len > 0 && *rest++ != '/') return false;
    return strchr(rest, '/') == NULL;
}

void disk_folder_sync(struct disk *d, const char *folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->pending_count; i++) {
        struct change *c = &d->pending[i];
        if (disk_name_is_in(c->to[0] == '\0' ? c->from : c->to, folder)) {
            change_apply(d, c);
        } else {
            d->pending[kept++] = *c;
        }
    }
    d->pending_count = kept;
}

void disk_cut(struct disk *d)
{
    const enum platter_keep keep = (enum platter_keep)chance_below(&d->chance, 3);
    for (size_t i = 0; i < d->pending_count; i++) {
        const bool kept =
            keep == PLATTER_KEEP_ALL || (keep == PLATTER_KEEP_SOME && chance_one_in(&d->chance, 2));
        if (kept) change_apply(d, &d->pending[i]);
        if (!kept) disk_change_drop(&d->pending[i]);
    }
    d->pending_count = 0;
    for (size_t i = 0; i < NAMES_MAX; i++) {
        struct name *n = &d->names[i];
        disk_point(&n->cached, n->durable);
        if (n->cached != NULL) platter_power_cut(n->cached, &d->chance, keep);
    }
}
