/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/log/new_node.h"

#include "base/bytes.h"
#include "ledger/layout.h"
#include "ledger/note.h"
#include "ledger/store_file.h"
#include "ledger/store_fs.h"
#include "os/dir.h"
#include "record/draft.h"
#include "record/schema_row.h"
#include "base/banned.h"

enum { NS_PER_S = 1000000000, ANCHOR_BYTES_MAX = LOG_HEAD_BYTES_MAX + 1024 };

static status config_create(const struct store *store, const struct new_node *o, struct fault *f)
{
    if (o->config_text.len == 0) return node_config_create(store, o->config, f);
    return store_file_create(store, LAYOUT_CONFIG, o->config_text, f);
}

static status parts_create(const struct store *store, const struct new_node *o, struct fault *f)
{
    struct node_config found;
    if (node_config_load(store, &found, f).code != E_NOT_FOUND) {
        return fault_set(f, FAIL(E_EXISTS), "candor.yaml: there is a node already");
    }
    TRY(signer_create(store, o->config->origin, f));
    TRY(ledger_create(store, o->config->origin, f));
    TRY(config_create(store, o, f)); /* last: without it the directory is no node */
    return store->ops->sync_dir(store->self, "", f);
}

static status create(const struct new_node *o, struct fault *f)
{
    struct store store = {};
    TRY(dir_make(NULL, o->dir, f));
    TRY(store_fs_open(o->dir, &store, f));
    const status s = parts_create(&store, o, f);
    store_fs_close(&store);
    return s;
}

static status log_schema(struct node *n, const struct schema *schema, struct fault *f)
{
    static uint8_t body_bytes[SCHEMA_ROW_BYTES_MAX + 64];
    struct writer body = writer_of(body_bytes, sizeof body_bytes);
    uint64_t index = 0;
    struct record record = {
        .kind = KIND_schema,
        .schema = schema_of(KIND_schema)->version,
        .time_s = (uint64_t)(n->store.ops->now_ns(n->store.self) / NS_PER_S),
        .columns = slice_none(),
    };
    const status s = schema_row_body(schema, &body);
    if (s.code != E_OK) return fault_set(f, s, "schema of %s: too large", schema->name);
    record.body = writer_slice(&body);
    return committer_add(n->committer, &record, &index, f);
}

/* The log begins by saying what its records mean: one schema record for every kind. */
static status log_schemas(struct node *n, struct fault *f)
{
    for (unsigned kind = 1; kind <= KIND_LAST; kind++) {
        const struct schema *schema = schema_of((uint8_t)kind);
        if (schema != NULL) TRY(log_schema(n, schema, f));
    }
    TRY(committer_flush(n->committer, f));
    return committer_wait(n->committer, archive_size(n->archive), true, f);
}

/* What the old log came to, as the first thing that the new one says. */
static status log_anchor(struct node *n, const struct log_head *after, struct fault *f)
{
    static uint8_t body_bytes[ANCHOR_BYTES_MAX];
    struct writer body = writer_of(body_bytes, sizeof body_bytes);
    struct draft d = {};
    struct record record = {};
    uint64_t index = 0;
    draft_start(&d, KIND_anchor, (uint64_t)(n->store.ops->now_ns(n->store.self) / NS_PER_S));
    draft_column(&d, COLUMN_anchor_consistent, 1);
    draft_text(&d, FIELD_anchor_origin, after->checkpoint.origin);
    draft_text(&d, FIELD_anchor_note, log_head_note(after));
    TRY(draft_end(&d, &body, &record, f));
    return committer_add(n->committer, &record, &index, f);
}

static void key_write(const struct node *n, struct writer *vkey)
{
    const struct signer_hello *hello = signer_remote_hello(n->signer);
    note_write_key(vkey, slice_text(n->config.origin), NOTE_KEY_ED25519,
                   (slice){ hello->public_key, SIGNER_PUBLIC_BYTES });
}

status new_node_make(const struct new_node *order, struct writer *vkey, struct fault *f)
{
    struct node node = {};
    TRY(create(order, f));
    TRY(node_open_writing(order->dir, &node, f));
    status s = order->after == NULL ? OK : log_anchor(&node, order->after, f);
    if (s.code == E_OK) s = log_schemas(&node, f);
    key_write(&node, vkey);
    node_close(&node);
    return s.code == E_OK ? writer_end(vkey) : s;
}
