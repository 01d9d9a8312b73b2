/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/log/log_commands.h"

#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/node/node.h"
#include "ledger/note.h"
#include "ledger/store_fs.h"
#include "os/dir.h"
#include "record/schema_row.h"
#include "base/banned.h"

#define LISTEN_DEFAULT "127.0.0.1:8420"

enum { NS_PER_S = 1000000000 };

static status parts_create(const struct store *store, const struct node_config *config,
                           struct fault *f)
{
    struct node_config found;
    if (node_config_load(store, &found, f).code != E_NOT_FOUND) {
        return fault_set(f, FAIL(E_EXISTS), "candor.yaml: there is a node already");
    }
    TRY(signer_create(store, config->origin, f));
    TRY(ledger_create(store, config->origin, f));
    TRY(node_config_create(store, config, f)); /* last: without it the directory is no node */
    return store->ops->sync_dir(store->self, "", f);
}

static status create(const char *dir, const struct node_config *config, struct fault *f)
{
    struct store store = {};
    TRY(dir_make(NULL, dir, f));
    TRY(store_fs_open(dir, &store, f));
    const status s = parts_create(&store, config, f);
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

static void print_key(const struct node *n, bool as_json)
{
    uint8_t text[1024];
    const slice name = slice_text(n->config.origin);
    const struct signer_hello *hello = signer_remote_hello(n->signer);
    struct writer key = writer_of(text, sizeof text);
    note_write_key(&key, name, NOTE_KEY_ED25519, (slice){ hello->public_key, SIGNER_PUBLIC_BYTES });
    if (!as_json) {
        printf("vkey: %.*s\n", (int)key.len, (const char *)key.at);
        return;
    }
    uint8_t out[2048];
    struct writer w = writer_of(out, sizeof out);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_string(&j, "origin", name);
    json_member_string(&j, "vkey", writer_slice(&key));
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

int run_init(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    const char *origin = invocation_value(inv, "--origin", NULL);
    const char *market = invocation_value(inv, "--market", "");
    const char *listen = invocation_value(inv, "--listen", LISTEN_DEFAULT);
    struct node_config config = {};
    struct node node = {};
    struct fault f = {};
    if (origin == NULL) return command_fail(2, "init: --origin NAME is needed");
    if (strlen(origin) >= sizeof config.origin || strlen(market) >= sizeof config.market ||
        strlen(listen) >= sizeof config.front.http) {
        return command_fail(2, "init: origin, market or address is too long");
    }
    bytes_copy(config.origin, sizeof config.origin - 1, slice_text(origin));
    bytes_copy(config.market, sizeof config.market - 1, slice_text(market));
    if (strcmp(listen, "none") != 0) {
        bytes_copy(config.front.http, sizeof config.front.http - 1, slice_text(listen));
    }
    status s = create(dir, &config, &f);
    if (s.code != E_OK) return command_fail(status_exit(s), "init: %s: %s", dir, f.text);
    s = node_open_writing(dir, &node, &f);
    if (s.code == E_OK) s = log_schemas(&node, &f);
    if (s.code == E_OK) print_key(&node, inv->json);
    node_close(&node);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "init: %s: %s", dir, f.text);
}
