/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/center/rule_changes.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/sha256.h"
#include "base/text.h"
#include "serve/rule_pack.h"
#include "base/banned.h"

/* The files of a bundle by name. */
struct bundle {
    uint8_t *bytes;            /* owned */
    struct rule_pack_file *at; /* owned */
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    const struct rule_pack_file *x = a;
    const struct rule_pack_file *y = b;
    return slice_compare(x->name, y->name);
}

static void bundle_done(struct bundle *b)
{
    free(b->bytes);
    free(b->at);
}

/* Names begin with the folder that the operator gave, which is nobody's business and may be another
 * one for each bundle. */
static void strip_folder(struct bundle *b)
{
    size_t common = b->count == 0 ? 0 : b->at[0].name.len;
    for (size_t i = 1; i < b->count; i++) {
        const size_t len = text_common(b->at[0].name, b->at[i].name);
        if (len < common) common = len;
    }
    while (common > 0 && b->at[0].name.at[common - 1] != '/')
        common--;
    for (size_t i = 0; i < b->count; i++)
        b->at[i].name = slice_from(b->at[i].name, common);
}

static status read_files(slice bytes, struct bundle *b)
{
    struct cursor c = {};
    TRY(rule_pack_open(bytes, &c));
    while (true) {
        struct rule_pack_file file = {};
        const status s = rule_pack_next(&c, &file);
        if (s.code == E_NOT_FOUND) break;
        TRY(s);
        if (b->count == RULE_CHANGES_FILES_MAX) return FAIL(E_LIMIT);
        b->at[b->count++] = file;
    }
    strip_folder(b);
    if (b->count > 1) qsort(b->at, b->count, sizeof *b->at, by_name);
    return OK;
}

static status bundle_load(const struct file *rules, slice id, struct bundle *b, struct fault *f)
{
    char name[2 * SHA256_BYTES + sizeof ".pack"];
    struct writer w = writer_of(name, sizeof name - 1);
    size_t len = 0;
    writer_hex(&w, id);
    writer_text(&w, ".pack");
    if (w.error != E_OK) return fault_set(f, FAIL(E_VALUE), "that is no bundle");
    name[w.len] = '\0';
    TRY(file_load(rules, name, RULE_CHANGES_BYTES_MAX, &b->bytes, &len, f));
    b->at = calloc(RULE_CHANGES_FILES_MAX, sizeof *b->at);
    if (b->at == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    const status s = read_files((slice){ b->bytes, len }, b);
    return s.code == E_OK ? OK : fault_set(f, s, "%s: %s", name, status_text(s));
}

struct comparison {
    void (*each)(void *with, enum rule_change change, slice name);
    void *with;
    struct rule_changes_count count;
    size_t shown;
};

static void tell(struct comparison *c, enum rule_change change, slice name)
{
    if (change == RULE_ADDED) c->count.added++;
    if (change == RULE_REMOVED) c->count.removed++;
    if (change == RULE_CHANGED) c->count.changed++;
    if (c->shown == RULE_CHANGES_SHOWN_MAX) {
        c->count.left_out++;
        return;
    }
    c->shown++;
    c->each(c->with, change, name);
}

static void compare(const struct bundle *before, const struct bundle *after, struct comparison *c)
{
    size_t i = 0;
    size_t n = 0;
    while (i < before->count || n < after->count) {
        const int order = i == before->count  ? 1
                          : n == after->count ? -1
                                              : by_name(&before->at[i], &after->at[n]);
        if (order > 0) {
            tell(c, RULE_ADDED, after->at[n++].name);
        } else if (order < 0) {
            tell(c, RULE_REMOVED, before->at[i++].name);
        } else {
            const bool same = slice_equal(before->at[i].text, after->at[n].text);
            if (same) c->count.same++;
            if (!same) tell(c, RULE_CHANGED, after->at[n].name);
            i++;
            n++;
        }
    }
}

status rule_changes(const struct file *rules, slice before, slice after,
                    void (*each)(void *with, enum rule_change change, slice name), void *with,
                    struct rule_changes_count *ret_count, struct fault *f)
{
    struct bundle old = {};
    struct bundle new = {};
    struct comparison c = { .each = each, .with = with };
    if (rules == NULL) return fault_set(f, FAIL(E_NOT_FOUND), "the bundles are not here");
    status s = bundle_load(rules, before, &old, f);
    if (s.code == E_OK) s = bundle_load(rules, after, &new, f);
    if (s.code == E_OK) {
        compare(&old, &new, &c);
        *ret_count = c.count;
    }
    bundle_done(&old);
    bundle_done(&new);
    return s;
}
