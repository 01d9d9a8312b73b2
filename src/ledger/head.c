/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/head.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "ledger/layout.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "ledger/store_file.h"
#include "lib/ed25519.h"
#include "base/banned.h"

static status parse(struct log_head *h, struct fault *f)
{
    static _Thread_local struct note note; /* large, and wanted for its text only */
    TRY(note_parse(log_head_note(h), &note, f));
    return checkpoint_parse(note.text, &h->checkpoint, f);
}

status log_head_load(const struct store *store, struct log_head *ret_head, struct fault *f)
{
    struct log_head *h = ret_head;
    TRY(store_file_read(store, LAYOUT_CHECKPOINT, h->bytes, sizeof h->bytes, &h->len, f));
    return parse(h, f).code == E_OK ? OK : fault_within(f, FAIL(E_CORRUPT), LAYOUT_CHECKPOINT);
}

status log_head_read(slice note, struct log_head *ret_head, struct fault *f)
{
    struct log_head *h = ret_head;
    if (note.len > sizeof h->bytes) {
        return fault_set(f, FAIL(E_LIMIT), "longer than %zu bytes", sizeof h->bytes);
    }
    bytes_copy(h->bytes, sizeof h->bytes, note);
    h->len = note.len;
    return parse(h, f);
}

status log_head_verify(const struct log_head *h, slice key, struct fault *f)
{
    static _Thread_local struct note note;
    struct note_key parsed = {};
    struct note_seen seen = {};
    TRY(note_key_parse(key, &parsed, f));
    TRY(note_parse(log_head_note(h), &note, f));
    TRY(note_verify(&note, &parsed, 1, ed25519_verify, &seen, f));
    if (slice_equal(parsed.name, h->checkpoint.origin)) return OK;
    return fault_set(f, FAIL(E_INVALID), "the checkpoint is of another log");
}

status log_head_publish(const struct store *store, const struct log_head_signed *s, struct fault *f)
{
    uint8_t note[CHECKPOINT_TEXT_BYTES_MAX + 512];
    const slice name = slice_text(s->origin);
    const slice key = { s->public_key, sizeof s->public_key };
    const struct checkpoint checkpoint = { name, s->head.size, s->head.root, slice_none() };
    struct writer w = writer_of(note, sizeof note);
    checkpoint_write(&w, &checkpoint);
    writer_text(&w, "\n");
    note_write_signature(&w, name, note_key_id(name, NOTE_KEY_ED25519, key),
                         (slice){ s->signature, sizeof s->signature });
    TRY(writer_end(&w));
    return store_file_publish(store, LAYOUT_CHECKPOINT, writer_slice(&w), f);
}

status log_head_check(const struct log_head *h, struct archive *a, struct fault *f)
{
    const struct checkpoint *c = &h->checkpoint;
    const struct merkle_source source = { archive_tree(a), tree_node };
    hash root = {};
    if (c->size > archive_size(a)) {
        return fault_set(f, FAIL(E_CORRUPT), "%s: covers %llu entries, but the log has %llu",
                         LAYOUT_CHECKPOINT, (unsigned long long)c->size,
                         (unsigned long long)archive_size(a));
    }
    const status s = merkle_root(&source, (struct merkle_range){ 0, c->size }, &root);
    if (s.code != E_OK) return fault_set(f, s, "cannot read the tree: %s", status_text(s));
    if (bytes_equal(root.bytes, c->root.bytes, sizeof root.bytes)) return OK;
    return fault_set(f, FAIL(E_CORRUPT), "%s: its root is not that of the log's first %llu entries",
                     LAYOUT_CHECKPOINT, (unsigned long long)c->size);
}

slice log_head_note(const struct log_head *h)
{
    return (slice){ h->bytes, h->len };
}

void log_head_write_json(const struct log_head *h, struct writer *w)
{
    uint8_t root[64];
    const slice bytes = { h->checkpoint.root.bytes, SHA256_BYTES };
    base64_encode(bytes, root);
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    json_member_string(&j, "origin", h->checkpoint.origin);
    json_member_u64(&j, "size", h->checkpoint.size);
    json_member_string(&j, "root", (slice){ root, base64_len(bytes.len) });
    json_member_string(&j, "note", log_head_note(h));
    json_object_end(&j);
    writer_text(w, "\n");
}
