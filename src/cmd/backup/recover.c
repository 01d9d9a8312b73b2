/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover: a log that lacks entries gets them from another copy, or is succeeded by a new log.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "cmd/backup/accept.h"
#include "cmd/backup/backup_commands.h"
#include "cmd/backup/succeed.h"
#include "cmd/backup/work.h"
#include "cmd/gather/gather_policy.h"
#include "cmd/node/node.h"
#include "ledger/backup/mirror.h"
#include "ledger/backup/regain.h"
#include "ledger/backup/takeover.h"
#include "ledger/store_fs.h"
#include "os/dir.h"
#include "base/banned.h"

enum { LINE_BYTES_MAX = 2048 };

struct parts {
    struct node node; /* its store and configuration */
    struct store from;
    struct file lock;
    uint8_t key[LOG_KEY_TEXT_BYTES_MAX];
    struct writer key_text;
};

struct regained {
    struct regain_result result;
    bool is_bare; /* what is new came without private values */
};

static void parts_close(struct parts *p)
{
    node_close(&p->node);
    if (p->from.ops != NULL) store_fs_close(&p->from);
    if (p->lock.fd >= 0) file_close(&p->lock);
}

static status parts_open(struct parts *p, const char *dir, const char *from, struct fault *f)
{
    struct file folder = {};
    p->key_text = writer_of(p->key, sizeof p->key);
    TRY(node_open_store(dir, &p->node, f));
    TRY(work_log_key(&p->node.store, &p->key_text, f));
    TRY(dir_open(NULL, dir, &folder, f));
    const status s = dir_lock(&folder, "lock", &p->lock, f);
    file_close(&folder);
    TRY(s);
    return store_fs_open(from, &p->from, f);
}

/* From a copy that everybody may have: its checkpoint has to be cosigned as this node asks. */
static status take_over(const struct parts *p, const struct backup_order *order,
                        struct regain_result *ret_result, struct fault *f)
{
    const struct gather_config *gather = &p->node.config.front.gather;
    struct gather_policy *policy = NULL;
    if (gather->policy[0] != '\0') {
        TRY(gather_policy_load(&p->node.store, gather, order->origin, order->key, &policy, f));
    }
    const status s = takeover_copy(order, policy == NULL ? NULL : &policy->policy, ret_result, f);
    gather_policy_free(policy);
    return s;
}

static status regain(const char *dir, const char *from, struct work *w,
                     struct regained *ret_regained, struct fault *f)
{
    struct parts p = { .node = { .lock_fd = -1 }, .lock = { .fd = -1 } };
    struct regain_result *result = &ret_regained->result;
    status s = parts_open(&p, dir, from, f);
    if (s.code == E_OK) s = mirror_is_one(&p.from, &ret_regained->is_bare, f);
    if (s.code == E_OK) {
        const struct backup_order order = { &p.from, &p.node.store, p.node.config.origin,
                                            writer_slice(&p.key_text), &w->watcher };
        s = ret_regained->is_bare ? take_over(&p, &order, result, f)
                                  : regain_copy(&order, result, f);
    }
    parts_close(&p);
    return s;
}

static void print_result(const struct regained *regained, const char *stays, bool json)
{
    const struct regain_result *r = &regained->result;
    const uint64_t absent = regained->is_bare ? r->entries - r->before : 0;
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    if (!json) {
        printf("%" PRIu64 " entries, %" PRIu64 " before\n", r->entries, r->before);
        if (absent > 0) printf("without their private values: %" PRIu64 "\n", absent);
        if (stays != NULL) printf("read-only: %s\n", stays);
        return;
    }
    json_object(&j);
    json_member_u64(&j, "before", r->before);
    json_member_u64(&j, "entries", r->entries);
    json_member_u64(&j, "written", r->written);
    json_member_u64(&j, "absent", absent);
    json_member_bool(&j, "may_sign", stays == NULL);
    if (stays != NULL) json_member_text(&j, "why", stays);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static int recover_from(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    struct node node = {};
    struct regained result = {};
    struct work w;
    struct fault f = {};
    work_begin(&w, "recover", "recovering");
    status s = regain(dir, invocation_value(inv, "--from", ""), &w, &result, &f);
    if (s.code == E_OK) s = node_open_serving(dir, &node, &f); /* carries erasures out, and signs */
    if (s.code != E_OK) return work_end(&w, dir, s, &f);
    progress_end(&w.progress);
    print_result(&result, node_is_read_only(&node) ? node.read_only.text : NULL, inv->json);
    node_close(&node);
    return 0;
}

int run_recover(const struct invocation *inv)
{
    const bool from = invocation_has(inv, "--from");
    const bool succeed = invocation_has(inv, "--succeed");
    const bool accept = invocation_has(inv, "--accept-loss");
    if (from + succeed + accept != 1) {
        return command_fail(2, "recover: say --from PATH, --accept-loss or --succeed NEWDIR");
    }
    if (accept) return recover_accept(inv);
    return from ? recover_from(inv) : recover_succeed(inv);
}
