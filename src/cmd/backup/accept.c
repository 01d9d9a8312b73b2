/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup/accept.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "base/text.h"
#include "cmd/node/node.h"
#include "cmd/node/officer.h"
#include "ledger/backup/loss.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "os/dir.h"
#include "os/user.h"
#include "base/banned.h"

static const char title[] = "candor loss v1\n";
static const char approved[] = "candor loss v1 approved\n";

enum { REQUEST_BYTES_MAX = 512, SHOWN_RANGES_MAX = 100, LINE_BYTES_MAX = 16 * 1024 };

/* Who asked, and for what. */
struct request {
    slice name;
    uint64_t user;
    hash ranges;
};

struct acceptance {
    struct node node; /* its store and configuration */
    struct file lock;
    struct archive *archive;
    struct keys *keys;
    struct gap_ranges ranges;
    uint64_t entries;
    char own_name[USER_NAME_MAX + 1];
    struct request own;
    uint8_t asked_bytes[REQUEST_BYTES_MAX];
    struct request asked; /* views into asked_bytes */
    bool is_accepted;
};

/* ---- what was asked before ---- */

static void request_write(const struct request *r, struct writer *w)
{
    writer_text(w, title);
    writer_bytes(w, r->name);
    writer_text(w, "\n");
    writer_dec(w, r->user);
    writer_text(w, "\n");
    writer_hex(w, (slice){ r->ranges.bytes, sizeof r->ranges.bytes });
    writer_text(w, "\n");
}

/* A request is what request_write makes of its name, its user and these ranges; anything else is
 * none. */
static bool request_read(slice text, hash ranges, struct request *ret_request)
{
    uint8_t again[REQUEST_BYTES_MAX];
    struct writer w = writer_of(again, sizeof again);
    struct cursor c = cursor_of(text);
    struct request r = { .ranges = ranges };
    slice line = {};
    if (cursor_line(&c, &line).code != E_OK || cursor_line(&c, &r.name).code != E_OK) return false;
    if (cursor_line(&c, &line).code != E_OK || num_parse_u64(line, &r.user).code != E_OK)
        return false;
    request_write(&r, &w);
    if (w.error != E_OK || !slice_equal(writer_slice(&w), text)) return false;
    *ret_request = r;
    return true;
}

/* What stands in LAYOUT_LOSS; nothing if it is not there. */
static status loss_read(const struct store *store, uint8_t bytes[REQUEST_BYTES_MAX],
                        slice *ret_text, struct fault *f)
{
    struct fault why = {};
    size_t len = 0;
    const status s = store_file_read(store, LAYOUT_LOSS, bytes, REQUEST_BYTES_MAX, &len, &why);
    if (s.code != E_OK && s.code != E_NOT_FOUND) {
        *f = why;
        return s;
    }
    *ret_text = (slice){ bytes, s.code == E_OK ? len : 0 };
    return OK;
}

status accept_check(const struct store *store, struct fault *f)
{
    uint8_t bytes[REQUEST_BYTES_MAX];
    slice text = {};
    TRY(loss_read(store, bytes, &text, f));
    if (!slice_is(text, approved)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "accepting that keys are lost was cut off: candor recover --accept-loss "
                     "finishes it");
}

/* ---- what is lost ---- */

static hash ranges_hash(const struct gap_ranges *r)
{
    struct sha256 h;
    hash result = {};
    sha256_init(&h);
    for (size_t i = 0; i < r->count; i++) {
        uint8_t bytes[16];
        put_u64(bytes, r->at[i].first);
        put_u64(bytes + 8, r->at[i].last);
        sha256_update(&h, (slice){ bytes, sizeof bytes });
    }
    sha256_final(&h, &result);
    return result;
}

static status loss_look(struct acceptance *a, struct fault *f)
{
    const struct store *store = &a->node.store;
    TRY(archive_open(store, a->node.config.origin, &a->archive, f));
    TRY(keys_open(store, NULL, &a->keys, f));
    TRY(loss_find(a->archive, a->keys, &a->ranges, f));
    for (size_t i = 0; i < a->ranges.count; i++)
        a->entries += a->ranges.at[i].last - a->ranges.at[i].first + 1;
    a->own.ranges = ranges_hash(&a->ranges);
    return OK;
}

/* ---- asking and approving ---- */

static status ask(struct acceptance *a, struct fault *f)
{
    uint8_t text[REQUEST_BYTES_MAX];
    struct writer w = writer_of(text, sizeof text);
    request_write(&a->own, &w);
    TRY(writer_end(&w));
    a->asked = a->own;
    return store_file_replace(&a->node.store, LAYOUT_LOSS, writer_slice(&w), f);
}

/* What was approved, or the rest of it after a crash. */
static status carry_out(struct acceptance *a, struct fault *f)
{
    const struct store *store = &a->node.store;
    TRY(loss_accept(a->archive, a->keys, f));
    TRY(store->ops->remove(store->self, LAYOUT_LOSS, f));
    TRY(store->ops->sync_dir(store->self, LAYOUT_LOG, f));
    a->is_accepted = true;
    return OK;
}

static status approve(struct acceptance *a, struct fault *f)
{
    char text[REQUEST_BYTES_MAX];
    const struct store *store = &a->node.store;
    struct writer w = writer_of(text, sizeof text);
    const bool same_user = a->asked.user == a->own.user;
    TRY(officer_second(&a->node.config.keep, a->asked.name, a->own.name, same_user, f));
    writer_text(&w, "no key opens them any more: asked by ");
    writer_bytes(&w, a->asked.name);
    writer_text(&w, ", approved by ");
    writer_bytes(&w, a->own.name);
    writer_text(&w, "\n");
    TRY(writer_end(&w));
    TRY(store_file_replace(store, LAYOUT_GAP, writer_slice(&w), f));
    TRY(store_file_replace(store, LAYOUT_LOSS, slice_text(approved), f));
    return carry_out(a, f);
}

static status who_is_it(struct acceptance *a, const struct invocation *inv, struct fault *f)
{
    a->own.user = user_own();
    user_name(user_own(), a->own_name);
    a->own.name = slice_text(invocation_value(inv, "--by", a->own_name));
    bool fits =
        a->own.name.len > 0 && a->own.name.len <= OFFICER_NAME_MAX && text_is_utf8(a->own.name);
    for (size_t i = 0; fits && i < a->own.name.len; i++)
        fits = a->own.name.at[i] >= ' ';
    return fits ? OK
                : fault_set(f, FAIL(E_USAGE), "--by: a name of 1 to %d bytes", OFFICER_NAME_MAX);
}

static status run_steps(struct acceptance *a, const struct invocation *inv, struct fault *f)
{
    struct file folder = {};
    const char *dir = inv->arguments[0];
    slice text = {};
    TRY(node_open_store(dir, &a->node, f));
    TRY(who_is_it(a, inv, f));
    TRY(dir_open(NULL, dir, &folder, f));
    const status s = dir_lock(&folder, "lock", &a->lock, f);
    file_close(&folder);
    TRY(s);
    TRY(loss_look(a, f));
    TRY(loss_read(&a->node.store, a->asked_bytes, &text, f));
    if (slice_is(text, approved)) return carry_out(a, f);
    if (a->entries == 0) return OK;
    return request_read(text, a->own.ranges, &a->asked) ? approve(a, f) : ask(a, f);
}

/* ---- saying so ---- */

static void print_text(const struct acceptance *a, const char *stays)
{
    for (size_t i = 0; i < a->ranges.count && i < SHOWN_RANGES_MAX; i++)
        printf("entries %" PRIu64 " to %" PRIu64 "\n", a->ranges.at[i].first, a->ranges.at[i].last);
    if (a->ranges.count > SHOWN_RANGES_MAX)
        printf("and %zu more ranges\n", a->ranges.count - SHOWN_RANGES_MAX);
    if (a->entries == 0 && !a->is_accepted) {
        printf("every private value that was not erased can be opened\n");
    } else if (!a->is_accepted) {
        printf("no key opens the private values of %" PRIu64 " entries; %.*s asks to accept that, "
               "and another officer runs the same command\n",
               a->entries, (int)a->asked.name.len, (const char *)a->asked.name.at);
    } else {
        printf("accepted: the private values of %" PRIu64 " entries are lost\n", a->entries);
        if (stays != NULL) printf("read-only: %s\n", stays);
    }
}

static void print_json(const struct acceptance *a, const char *stays)
{
    uint8_t line[LINE_BYTES_MAX];
    struct writer w = writer_of(line, sizeof line);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_u64(&j, "lost", a->entries);
    json_key(&j, "ranges");
    json_array(&j);
    for (size_t i = 0; i < a->ranges.count && i < SHOWN_RANGES_MAX; i++) {
        json_array(&j);
        json_u64(&j, a->ranges.at[i].first);
        json_u64(&j, a->ranges.at[i].last);
        json_array_end(&j);
    }
    json_array_end(&j);
    if (a->asked.name.len > 0) json_member_string(&j, "asked_by", a->asked.name);
    json_member_bool(&j, "accepted", a->is_accepted);
    if (a->is_accepted) json_member_bool(&j, "may_sign", stays == NULL);
    if (stays != NULL) json_member_text(&j, "why", stays);
    json_object_end(&j);
    printf("%.*s\n", (int)w.len, (const char *)w.at);
}

static void acceptance_close(struct acceptance *a)
{
    keys_free(a->keys);
    archive_free(a->archive);
    node_close(&a->node);
    if (a->lock.fd >= 0) file_close(&a->lock);
}

int recover_accept(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    struct acceptance a = { .node = { .lock_fd = -1 }, .lock = { .fd = -1 } };
    struct node node = { .lock_fd = -1 };
    struct fault f = {};
    status s = run_steps(&a, inv, &f);
    acceptance_close(&a);
    if (s.code == E_OK && a.is_accepted)
        s = node_open_serving(dir, &node, &f); /* records the gap */
    if (s.code == E_OK) {
        const char *stays = a.is_accepted && node_is_read_only(&node) ? node.read_only.text : NULL;
        if (inv->json) print_json(&a, stays);
        if (!inv->json) print_text(&a, stays);
        if (a.is_accepted) node_close(&node);
    }
    gap_ranges_done(&a.ranges);
    return s.code == E_OK ? 0 : command_fail(status_exit(s), "recover: %s: %s", dir, f.text);
}
