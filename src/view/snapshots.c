/* SPDX-License-Identifier: Apache-2.0 */
#include "view/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/writer.h"
#include "ledger/merkle.h"
#include "view/sealed.h"
#include "view/view.h"
#include "base/banned.h"

static const char title[] = "candor snapshot v1\n";

enum { HEAD_BYTES = sizeof title - 1 + 8 + 32 + 32 + 8 };

static void head_write(const struct snapshot_head *head, uint8_t ret_bytes[HEAD_BYTES])
{
    struct writer w = writer_of(ret_bytes, HEAD_BYTES);
    writer_text(&w, title);
    writer_u64(&w, head->index);
    writer_bytes(&w, (slice){ head->root.bytes, SHA256_BYTES });
    writer_bytes(&w, (slice){ head->rules.bytes, SHA256_BYTES });
    writer_u64(&w, head->state_bytes);
    assert(w.len == HEAD_BYTES && writer_end(&w).code == E_OK);
}

status snapshot_head_parse(slice bytes, struct snapshot_head *ret_head)
{
    struct snapshot_head head = {};
    struct cursor c = cursor_of(bytes);
    slice name = {};
    TRY(cursor_bytes(&c, sizeof title - 1, &name));
    if (!slice_is(name, title)) return FAIL(E_UNKNOWN);
    TRY(cursor_u64(&c, &head.index));
    TRY(cursor_copy(&c, SHA256_BYTES, head.root.bytes));
    TRY(cursor_copy(&c, SHA256_BYTES, head.rules.bytes));
    TRY(cursor_u64(&c, &head.state_bytes));
    TRY(cursor_end(&c));
    if (head.state_bytes > SNAPSHOT_STATE_BYTES_MAX) return FAIL(E_LIMIT);
    *ret_head = head;
    return OK;
}

/* room: for what the seal is about. */
static struct sealed_file file_of(unsigned slot, const struct snapshot_head *head,
                                  uint8_t room[HEAD_BYTES])
{
    struct sealed_file n = { .about = { room, HEAD_BYTES }, .head_bytes = HEAD_BYTES };
    head_write(head, room);
    snprintf(n.key.text, sizeof n.key.text, LAYOUT_KEYS "/%u.snapshot", slot);
    snprintf(n.file.text, sizeof n.file.text, VIEW_FOLDER "/%u.snapshot", slot);
    return n;
}

static status head_load(const struct store *s, unsigned slot, struct snapshot_head *ret_head)
{
    uint8_t bytes[HEAD_BYTES];
    struct fault unused = {};
    size_t len = 0;
    int file = -1;
    const struct sealed_file n = file_of(slot, &(struct snapshot_head){}, bytes);
    TRY(s->ops->open(s->self, n.file.text, STORE_READ, &file, &unused));
    const status done = s->ops->read(s->self, file, 0, bytes, sizeof bytes, &len, &unused);
    s->ops->close(s->self, file);
    TRY(done);
    return snapshot_head_parse((slice){ bytes, len }, ret_head);
}

void snapshots_find(const struct store *s, struct snapshot_found ret_found[SNAPSHOTS],
                    size_t *ret_count)
{
    size_t count = 0;
    for (unsigned slot = 0; slot < SNAPSHOTS; slot++) {
        struct snapshot_found one = { .slot = slot };
        if (head_load(s, slot, &one.head).code != E_OK) continue;
        size_t at = count++;
        for (; at > 0 && ret_found[at - 1].head.index < one.head.index; at--)
            ret_found[at] = ret_found[at - 1];
        ret_found[at] = one;
    }
    *ret_count = count;
}

status snapshot_root(struct archive *archive, uint64_t index, hash *ret_root)
{
    const struct merkle_source source = { .self = archive_tree(archive), .node = tree_node };
    return merkle_root(&source, (struct merkle_range){ 0, index }, ret_root);
}

static status no(const struct snapshot_found *found, const char *why, struct fault *f)
{
    return fault_set(f, FAIL(E_INVALID), VIEW_FOLDER "/%u.snapshot %s", found->slot, why);
}

status snapshot_check(const struct snapshot_found *found, const struct snapshot_claim *claim,
                      struct fault *f)
{
    const struct snapshot_head *head = &found->head;
    hash root = {};
    if (!bytes_equal(head->rules.bytes, claim->rules.bytes, SHA256_BYTES)) {
        return no(found, "is of other rules", f);
    }
    if (head->index > archive_size(claim->archive)) return no(found, "is ahead of the log", f);
    const status read = snapshot_root(claim->archive, head->index, &root);
    if (read.code != E_OK) return fault_set(f, read, "the log's tree: %s", status_text(read));
    if (bytes_equal(head->root.bytes, root.bytes, SHA256_BYTES)) return OK;
    return no(found, "is of another log or another past of it", f);
}

status snapshot_load(const struct store *s, const struct snapshot_found *found, uint8_t **ret_state,
                     struct fault *f)
{
    uint8_t room[HEAD_BYTES];
    const struct sealed_file n = file_of(found->slot, &found->head, room);
    uint8_t *state = NULL;
    size_t len = 0;
    TRY(sealed_load(s, &n, found->head.state_bytes, &state, &len, f));
    if (len != found->head.state_bytes) {
        bytes_wipe(state, len);
        free(state);
        return no(found, "is cut off", f);
    }
    *ret_state = state;
    return OK;
}

status snapshots_save(const struct store *s, struct snapshot_head head, slice state,
                      struct fault *f)
{
    struct snapshot_found found[SNAPSHOTS] = {};
    uint8_t room[HEAD_BYTES];
    size_t count = 0;
    if (state.len > SNAPSHOT_STATE_BYTES_MAX) {
        return fault_set(f, FAIL(E_LIMIT), "the judge's state is too large");
    }
    head.state_bytes = state.len;
    snapshots_find(s, found, &count);
    const unsigned slot = count == 0           ? 0
                          : count == SNAPSHOTS ? found[SNAPSHOTS - 1].slot
                                               : 1 - found[0].slot;
    const struct sealed_file n = file_of(slot, &head, room);
    return sealed_save(s, &n, state, f);
}

status snapshot_forget(const struct store *s, unsigned slot, struct fault *f)
{
    uint8_t room[HEAD_BYTES];
    const struct sealed_file n = file_of(slot, &(struct snapshot_head){}, room);
    return sealed_forget(s, &n, f);
}

status snapshots_forget(const struct store *s, struct fault *f)
{
    for (unsigned slot = 0; slot < SNAPSHOTS; slot++)
        TRY(snapshot_forget(s, slot, f));
    return OK;
}
