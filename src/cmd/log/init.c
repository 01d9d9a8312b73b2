/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/log/log_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/log/new_node.h"
#include "os/file.h"
#include "base/banned.h"

#define LISTEN_DEFAULT "127.0.0.1:8420"

enum { KEY_BYTES_MAX = 1024, LINE_BYTES_MAX = 2048 };

static void print_key(const char *origin, slice key, bool as_json)
{
    uint8_t out[LINE_BYTES_MAX];
    struct writer w = writer_of(out, sizeof out);
    struct json_writer j = json_writer_of(&w);
    if (!as_json) {
        printf("vkey: %.*s\n", (int)key.len, (const char *)key.at);
        return;
    }
    json_object(&j);
    json_member_text(&j, "origin", origin);
    json_member_string(&j, "vkey", key);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

/* The last checkpoint of the log that the new one succeeds, under the old log's key. */
static status succeeded_load(const struct invocation *inv, struct log_head *ret_head,
                             struct fault *f)
{
    const char *path = invocation_value(inv, "--succeeds", NULL);
    const char *key = invocation_value(inv, "--succeeds-vkey", NULL);
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (key == NULL) {
        return fault_set(f, FAIL(E_USAGE),
                         "--succeeds FILE needs --succeeds-vkey KEY, the key of "
                         "the old log");
    }
    TRY(file_load(NULL, path, LOG_HEAD_BYTES_MAX, &bytes, &len, f));
    status s = log_head_read((slice){ bytes, len }, ret_head, f);
    if (s.code == E_OK) s = log_head_verify(ret_head, slice_text(key), f);
    free(bytes);
    return s.code == E_OK ? OK : fault_within(f, s, path);
}

static status make(const struct invocation *inv, const struct node_config *config,
                   struct writer *key, struct fault *f)
{
    static struct log_head after;
    struct new_node order = { .dir = inv->arguments[0], .config = config };
    order.config_text = slice_none();
    if (invocation_has(inv, "--succeeds")) {
        TRY(succeeded_load(inv, &after, f));
        order.after = &after;
        if (slice_is(after.checkpoint.origin, config->origin)) {
            return fault_set(f, FAIL(E_USAGE), "a log that succeeds another has another origin");
        }
    }
    return new_node_make(&order, key, f);
}

int run_init(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    const char *origin = invocation_value(inv, "--origin", NULL);
    const char *market = invocation_value(inv, "--market", "");
    const char *listen = invocation_value(inv, "--listen", LISTEN_DEFAULT);
    struct node_config config = {};
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
    uint8_t text[KEY_BYTES_MAX];
    struct writer key = writer_of(text, sizeof text);
    const status s = make(inv, &config, &key, &f);
    if (s.code != E_OK) return command_fail(status_exit(s), "init: %s: %s", dir, f.text);
    print_key(config.origin, writer_slice(&key), inv->json);
    return 0;
}
