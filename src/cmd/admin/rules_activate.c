/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor rules activate: packs rule files, proves that they compile, puts the pack into the node's
 * directory and asks for it to be made active.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/bytes.h"
#include "cmd/admin/admin_commands.h"
#include "cmd/admin/ask.h"
#include "cmd/admin/rules_pack.h"
#include "cmd/node/node.h"
#include "ledger/store_file.h"
#include "os/dir.h"
#include "serve/judging.h"
#include "base/banned.h"

enum { EXIT_USAGE = 2, LOCK_TRIES = 1200, LOCK_PAUSE_MS = 50 };

static status check(slice pack, bool allow_refused, struct fault *f)
{
    static const struct siphash_key key;
    struct judging *j = NULL;
    const status s = judging_new(pack, &key, allow_refused, &j, f);
    judging_free(j);
    return s;
}

/* One process at a time writes into the folder of packs: others wait for it, a minute at most. */
static status lock_packs(const char *dir, struct file *ret_lock, struct fault *f)
{
    static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };
    struct file folder = {};
    TRY(dir_open(NULL, dir, &folder, f));
    status s = dir_lock(&folder, RULE_PACK_FOLDER "/lock", ret_lock, f);
    for (int i = 0; s.code == E_BUSY && i < LOCK_TRIES; i++) {
        nanosleep(&pause, NULL);
        s = dir_lock(&folder, RULE_PACK_FOLDER "/lock", ret_lock, f);
    }
    file_close(&folder);
    return s;
}

/* Puts the pack into the node's directory; one that is there already is the same. */
static status store_pack(slice pack, const char *dir, const hash *bundle, struct fault *f)
{
    char path[128];
    struct node node = {};
    struct file lock = {};
    TRY(node_open_store(dir, &node, f));
    rule_pack_path(bundle, path, sizeof path);
    status s = node.store.ops->make_dir(node.store.self, RULE_PACK_FOLDER, f);
    if (s.code == E_OK) s = lock_packs(dir, &lock, f);
    if (s.code == E_OK) {
        s = store_file_replace(&node.store, path, pack, f);
        file_close(&lock);
    }
    node_close(&node);
    return s;
}

static int ask_activation(const struct invocation *inv, const hash *bundle)
{
    uint8_t room[DUTY_ANSWER_BYTES_MAX];
    uint8_t digits[2 * SHA256_BYTES];
    struct writer answer = writer_of(room, sizeof room);
    struct writer hex = writer_of(digits, sizeof digits);
    struct ask a;
    writer_hex(&hex, (slice){ bundle->bytes, sizeof bundle->bytes });
    ask_begin(&a, "rules activate");
    json_member_string(&a.j, "bundle", writer_slice(&hex));
    const int failed = ask_end(&a, inv->arguments[0], "rules activate", &answer);
    if (failed == 0) printf("%.*s", (int)answer.len, (const char *)answer.at);
    return failed;
}

int run_rules_activate(const struct invocation *inv)
{
    struct writer pack = {};
    struct fault f = {};
    hash bundle = {};
    status s = rules_pack(inv, &pack, &f);
    if (s.code == E_OK) s = check(writer_slice(&pack), invocation_has(inv, "--allow-refused"), &f);
    if (s.code == E_OK) {
        bundle = sha256(writer_slice(&pack));
        s = store_pack(writer_slice(&pack), inv->arguments[0], &bundle, &f);
    }
    free(pack.at);
    if (s.code != E_OK) {
        const int exit_status = s.code == E_NOT_FOUND ? EXIT_USAGE : status_exit(s);
        return command_fail(exit_status, "rules activate: %s",
                            f.text[0] != '\0' ? f.text : status_text(s));
    }
    return ask_activation(inv, &bundle);
}
