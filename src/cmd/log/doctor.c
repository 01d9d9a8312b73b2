/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor: one line for each thing that a node depends on, and what is not as it should be. Beside a
 * running node it looks at what can be seen from outside.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/json_writer.h"
#include "cmd/log/examination.h"
#include "cmd/log/log_commands.h"
#include "cmd/node/role_level.h"
#include "cmd/node/view.h"
#include "ledger/keys.h"
#include "ledger/layout.h"
#include "os/clock.h"
#include "os/dir.h"
#include "base/banned.h"

enum {
    LINE_BYTES_MAX = 2048,
    DISK_FREE_WARN_MIB = 1024,
    MIB = 1024 * 1024,
    OTHERS = 077, /* permission bits of group and world */
    YEAR_2026_S = 1767225600,
};

void examination_tell(struct examination *e, enum verdict verdict, const char *what,
                      const char *format, ...)
{
    static const char *const words[] = { "fine", "warning", "fault" };
    char text[LINE_BYTES_MAX / 2];
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    e->warnings += verdict == WARNING;
    e->faults += verdict == FAULT;
    if (!e->json) {
        printf("%-8s %-14s %s\n", words[verdict], what, text);
        return;
    }
    json_object(&j);
    json_member_text(&j, "verdict", words[verdict]);
    json_member_text(&j, "about", what);
    json_member_text(&j, "text", text);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static void look_at_permissions(struct examination *e, const char *name)
{
    char path[1024];
    struct stat found = {};
    snprintf(path, sizeof path, "%s/%s", e->dir, name);
    if (stat(path, &found) != 0) {
        examination_tell(e, FAULT, "permissions", "%s: cannot be looked at", name);
    } else if ((found.st_mode & OTHERS) != 0) {
        examination_tell(e, FAULT, "permissions", "%s: mode %03o lets others in; chmod go= %s",
                         name, found.st_mode & 0777, path);
    } else {
        examination_tell(e, FINE, "permissions", "%s: mode %03o", name, found.st_mode & 0777);
    }
}

static void look_at_disk(struct examination *e)
{
    struct file dir = {};
    struct fault f = {};
    uint64_t free_bytes = 0;
    uint64_t whole = 0;
    status s = dir_open(NULL, e->dir, &dir, &f);
    if (s.code == E_OK) {
        s = dir_space(&dir, &free_bytes, &whole, &f);
        file_close(&dir);
    }
    if (s.code != E_OK) {
        examination_tell(e, FAULT, "disk", "%s", f.text);
        return;
    }
    const uint64_t free_mib = free_bytes / MIB;
    examination_tell(e, free_mib < DISK_FREE_WARN_MIB ? WARNING : FINE, "disk",
                     "%" PRIu64 " MiB free of %" PRIu64, free_mib, whole / MIB);
}

/* Records carry this clock: one that stands in the past puts them into the wrong month. */
static void look_at_clock(struct examination *e)
{
    const int64_t now_s = clock_real_ns() / CLOCK_NS_PER_S;
    char path[1024];
    struct stat found = {};
    snprintf(path, sizeof path, "%s/%s", e->dir, LAYOUT_CHECKPOINT);
    if (now_s < YEAR_2026_S) {
        examination_tell(e, FAULT, "clock", "before 2026: it is not set");
    } else if (stat(path, &found) == 0 && found.st_mtime > now_s + 60) {
        examination_tell(e, FAULT, "clock",
                         "%" PRId64 " s behind the newest checkpoint: it was set back",
                         (int64_t)found.st_mtime - now_s);
    } else {
        examination_tell(e, FINE, "clock", "set");
    }
}

static void look_at_keys(struct examination *e, const struct store *store)
{
    struct keys *keys = NULL;
    struct fault f = {};
    if (keys_open(store, NULL, &keys, &f).code != E_OK) {
        examination_tell(e, FAULT, "keys", "%s", f.text);
        return;
    }
    examination_tell(e, keys_are_locked(keys) ? FINE : WARNING, "keys", "root key readable, %s",
                     keys_are_locked(keys) ? "kept out of swap"
                                           : "but not locked in memory: raise RLIMIT_MEMLOCK");
    keys_free(keys);
}

static void look_at_log(struct examination *e)
{
    static struct view v;
    struct fault f = {};
    if (view_open(e->dir, &v, &f).code != E_OK) {
        examination_tell(e, FAULT, "log", "%s", f.text);
        return;
    }
    const uint64_t behind = archive_size(v.node.archive) - v.head.checkpoint.size;
    examination_tell(e, FINE, "log",
                     "%" PRIu64 " entries, %" PRIu64 " of them not under a checkpoint yet",
                     archive_size(v.node.archive), behind);
    if (archive_tail(v.node.archive) == ARCHIVE_TAIL_TORN) {
        examination_tell(e, WARNING, "log", "ends in a torn batch; the next start clears it");
    }
    examine_reports(e, &v);
    view_close(&v);
}

/* Opens the node as serve would. While a node runs, it holds the lock: then this cannot be seen. */
static void look_at_signer(struct examination *e)
{
    struct node node = {};
    struct fault f = {};
    const status s = node_open_writing(e->dir, &node, &f);
    if (s.code == E_BUSY) {
        examination_tell(e, FINE, "signer", "in use: %s", f.text);
        return;
    }
    if (s.code != E_OK) {
        examination_tell(e, FAULT, "signer", "%s", f.text);
        return;
    }
    const struct signer_hello *hello = signer_remote_hello(node.signer);
    examination_tell(e, FINE, "signer", "%s, signed up to %" PRIu64, hello->origin,
                     hello->head.size);
    examination_tell(e, strstr(hello->confinement, "no ") == hello->confinement ? WARNING : FINE,
                     "confinement", "signer: %s", hello->confinement);
    if (ledger_was_torn(node.ledger))
        examination_tell(e, WARNING, "log", "a torn batch was cleared");
    node_close(&node);
}

/* How far each process can be confined here, by doing it in a process of its own. */
static void look_at_confinement(struct examination *e, const struct node_config *config)
{
    const bool asks_outside = config->front.hooks.count > 0 || config->front.gather.policy[0] != 0;
    static const struct {
        const char *role;
        const char *name;
    } rows[] = { { "level-front", "front" },
                 { "level-reader", "reader" },
                 { "level-scribe", "scribe" },
                 { "level-outbound", "sender, gatherer" } };
    const size_t count = sizeof rows / sizeof *rows - !asks_outside;
    for (size_t i = 0; i < count; i++) {
        char text[ROLE_LEVEL_BYTES_MAX] = "";
        struct fault f = {};
        const status s = role_level_ask(rows[i].role, e->dir, text, &f);
        if (s.code == E_NOT_FOUND) {
            examination_tell(e, FINE, "confinement", "%s: seen once the node has run",
                             rows[i].name);
        } else if (s.code != E_OK) {
            examination_tell(e, FAULT, "confinement", "%s: %s", rows[i].name,
                             f.text[0] != '\0' ? f.text : status_text(s));
        } else {
            const bool lacks =
                strstr(text, "no seccomp") != NULL || strstr(text, "no Landlock") != NULL;
            examination_tell(e, lacks ? WARNING : FINE, "confinement", "%s: %s", rows[i].name,
                             text);
        }
    }
}

int run_doctor(const struct invocation *inv)
{
    static const char *const private_names[] = { ".", "keys", "keys/root", "signer", "signer/key" };
    struct examination e = { .dir = inv->arguments[0], .json = inv->json };
    struct node node = {};
    struct fault f = {};
    const status s = node_open_store(e.dir, &node, &f);
    if (s.code != E_OK) return command_fail(status_exit(s), "doctor: %s: %s", e.dir, f.text);
    examination_tell(&e, FINE, "configuration", "candor.yaml: origin %s", node.config.origin);
    for (size_t i = 0; i < sizeof private_names / sizeof *private_names; i++) {
        look_at_permissions(&e, private_names[i]);
    }
    look_at_disk(&e);
    look_at_clock(&e);
    look_at_keys(&e, &node.store);
    examine_witnesses(&e, &node);
    look_at_confinement(&e, &node.config);
    node_close(&node);
    look_at_log(&e);
    look_at_signer(&e);
    if (!e.json) printf("%u faults, %u warnings\n", e.faults, e.warnings);
    return e.faults == 0 ? 0 : 1;
}
