/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup/succeed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/backup/work.h"
#include "cmd/log/new_node.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "os/dir.h"
#include "base/banned.h"

enum { CONFIG_BYTES_MAX = 64 * 1024, LINE_BYTES_MAX = 4096 };

struct succession {
    struct node old; /* its store and configuration */
    struct file lock;
    struct log_head last; /* the newest checkpoint of the old log that is known */
    struct node_config config;
    uint8_t text[CONFIG_BYTES_MAX]; /* candor.yaml of the new one */
    size_t text_len;
    uint8_t key[LOG_KEY_TEXT_BYTES_MAX];
    uint8_t new_key[LOG_KEY_TEXT_BYTES_MAX];
};

/* log/checkpoint, or a newer one that others have seen. */
static status last_find(struct succession *s, slice key, struct fault *f)
{
    const struct store *store = &s->old.store;
    static struct log_head seen;
    uint8_t note[LOG_HEAD_BYTES_MAX];
    size_t len = 0;
    struct fault unread = {};
    const status there = store_file_read(store, LAYOUT_SEEN, note, sizeof note, &len, &unread);
    TRY(log_head_load(store, &s->last, f));
    TRY(log_head_verify(&s->last, key, f));
    if (there.code == E_NOT_FOUND) return OK;
    if (there.code != E_OK) *f = unread;
    TRY(there);
    TRY(log_head_read((slice){ note, len }, &seen, f));
    TRY(log_head_verify(&seen, key, f));
    if (seen.checkpoint.size <= s->last.checkpoint.size) return OK;
    return log_head_read((slice){ note, len }, &s->last, f);
}

/* The old candor.yaml with another origin. */
static status config_make(struct succession *s, const char *origin, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool replaced = false;
    struct writer w = writer_of(s->text, sizeof s->text);
    TRY(store_file_load(&s->old.store, LAYOUT_CONFIG, CONFIG_BYTES_MAX, &bytes, &len, f));
    struct cursor c = cursor_of((slice){ bytes, len });
    slice line = {};
    while (cursor_line(&c, &line).code == E_OK) {
        if (slice_starts(line, slice_text("origin:"))) {
            writer_printf(&w, "origin: %s\n", origin);
            replaced = true;
        } else {
            writer_bytes(&w, line);
            writer_text(&w, "\n");
        }
    }
    writer_bytes(&w, slice_from((slice){ bytes, len }, c.pos));
    free(bytes);
    if (!replaced || w.error != E_OK) {
        return fault_set(f, FAIL(E_VALUE), "candor.yaml: no line that begins with origin:");
    }
    s->text_len = w.len;
    return OK;
}

/* From here on nothing is signed under the old name. */
static status retire(struct succession *s, const char *origin, struct fault *f)
{
    char by[SIGNER_ORIGIN_BYTES_MAX + 2];
    size_t len = 0;
    struct fault unread = {};
    const struct store *store = &s->old.store;
    const status there =
        store_file_read(store, LAYOUT_RETIRED, (uint8_t *)by, sizeof by - 1, &len, &unread);
    if (there.code == E_NOT_FOUND) {
        uint8_t text[SIGNER_ORIGIN_BYTES_MAX + 2];
        struct writer w = writer_of(text, sizeof text);
        writer_printf(&w, "%s\n", origin);
        TRY(writer_end(&w));
        return store_file_replace(store, LAYOUT_RETIRED, writer_slice(&w), f);
    }
    if (there.code != E_OK) *f = unread;
    TRY(there);
    const slice name = { (const uint8_t *)by, len > 0 ? len - 1 : 0 };
    if (slice_is(name, origin)) return OK;
    return fault_set(f, FAIL(E_REFUSED), "the log was succeeded by %.*s already", (int)name.len,
                     by);
}

static status old_open(struct succession *s, const char *dir, struct fault *f)
{
    struct file folder = {};
    struct writer key = writer_of(s->key, sizeof s->key);
    TRY(node_open_store(dir, &s->old, f));
    TRY(dir_open(NULL, dir, &folder, f));
    const status locked = dir_lock(&folder, "lock", &s->lock, f);
    file_close(&folder);
    TRY(locked);
    TRY(work_log_key(&s->old.store, &key, f));
    return last_find(s, writer_slice(&key), f);
}

static status succeed(struct succession *s, const struct invocation *inv, struct writer *new_key,
                      struct fault *f)
{
    const char *dir = invocation_value(inv, "--succeed", "");
    const char *origin = invocation_value(inv, "--origin", NULL);
    if (origin == NULL || strlen(origin) >= sizeof s->config.origin) {
        return fault_set(f, FAIL(E_USAGE), "--origin NAME is needed, at most %d bytes",
                         SIGNER_ORIGIN_BYTES_MAX);
    }
    TRY(old_open(s, inv->arguments[0], f));
    if (strcmp(origin, s->old.config.origin) == 0) {
        return fault_set(f, FAIL(E_USAGE), "a log that succeeds another has another origin");
    }
    s->config = s->old.config;
    s->config.origin[0] = '\0';
    bytes_copy(s->config.origin, sizeof s->config.origin,
               (slice){ (const uint8_t *)origin, strlen(origin) + 1 });
    TRY(config_make(s, origin, f));
    TRY(retire(s, origin, f));
    const struct new_node order = { dir, &s->config, { s->text, s->text_len }, &s->last };
    return new_node_make(&order, new_key, f);
}

static void print_result(const struct succession *s, slice key, bool json)
{
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    const uint64_t size = s->last.checkpoint.size;
    if (!json) {
        printf("%s ended with %" PRIu64 " entries; its last checkpoint is entry 0 of %s\n",
               s->old.config.origin, size, s->config.origin);
        printf("vkey: %.*s\n", (int)key.len, (const char *)key.at);
        return;
    }
    json_object(&j);
    json_member_text(&j, "ended", s->old.config.origin);
    json_member_u64(&j, "entries", size);
    json_member_text(&j, "origin", s->config.origin);
    json_member_string(&j, "vkey", key);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

int recover_succeed(const struct invocation *inv)
{
    static struct succession s = { .old = { .lock_fd = -1 }, .lock = { .fd = -1 } };
    struct fault f = {};
    struct writer key = writer_of(s.new_key, sizeof s.new_key);
    const status done = succeed(&s, inv, &key, &f);
    if (done.code == E_OK) print_result(&s, writer_slice(&key), inv->json);
    node_close(&s.old);
    if (s.lock.fd >= 0) file_close(&s.lock);
    if (done.code == E_OK) return 0;
    return command_fail(status_exit(done), "recover: %s: %s", inv->arguments[0], f.text);
}
