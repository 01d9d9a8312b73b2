/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/indexing.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/command.h"
#include "ledger/segment.h"
#include "os/clock.h"
#include "os/random.h"
#include "view/filters.h"
#include "view/finder.h"
#include "base/banned.h"

status indexing_init(struct indexing *x, struct node *n, const char *dir, struct fault *f)
{
    *x = (struct indexing){ .node = n };
    TRY(view_db_open(dir, &x->view, f));
    return withheld_open(dir, archive_size(n->archive), &x->withheld, f);
}

static void filter_drop(struct indexing *x)
{
    finder_filter_free(x->filter);
    keys_free(x->keys);
    x->filter = NULL;
    x->keys = NULL;
}

void indexing_done(struct indexing *x)
{
    filter_drop(x);
    view_db_close(x->view);
    withheld_close(x->withheld);
    x->view = NULL;
    x->withheld = NULL;
}

void indexing_forget(struct indexing *x)
{
    filter_drop(x);
    x->left = x->seen;
}

/* Until the next start; the log goes on without. */
static void give_up_view(struct indexing *x, status why, const struct fault *f)
{
    command_fail(status_exit(why), "view: %s; see: candor help rebuild", f->text);
    view_db_close(x->view);
    withheld_close(x->withheld);
    x->view = NULL;
    x->withheld = NULL;
}

bool indexing_step_view(struct indexing *x)
{
    struct fault f = {};
    bool done = true;
    if (x->view == NULL || !node_is_settled(x->node)) return true;
    const uint64_t size = node_sequenced(x->node);
    status s = view_db_step(x->view, x->node->archive, size, &done, &f);
    if (s.code == E_OK && done) {
        s = withheld_step(x->withheld, x->node->archive, &x->node->store, clock_real_ns(), &done,
                          &f);
    }
    if (s.code == E_OK) return done;
    give_up_view(x, s, &f);
    return true;
}

/* ---- filters ---- */

/* The newest full segment without a filter; false if there is none. */
static bool lacks_filter(struct indexing *x)
{
    const uint64_t full = node_sequenced(x->node) / SEGMENT_ENTRIES;
    if (full > x->seen) x->seen = x->left = full;
    while (x->left > 0 && filters_have(&x->node->store, x->left - 1))
        x->left--;
    return x->left > 0;
}

static status begin(struct indexing *x, struct fault *f)
{
    struct siphash_key key = {};
    TRY(random_bytes(&key, sizeof key));
    TRY(keys_open(&x->node->store, NULL, &x->keys, f));
    x->segment = x->left - 1;
    return finder_filter_new(x->segment, key, &x->filter);
}

static status finish(struct indexing *x, struct fault *f)
{
    struct writer w = writer_of(malloc(FILTER_BYTES_MAX), FILTER_BYTES_MAX);
    if (w.at == NULL) return FAIL(E_NOMEM);
    status s = filter_write(finder_filter_terms(x->filter), &w);
    if (s.code == E_OK) s = filters_save(&x->node->store, x->segment, writer_slice(&w), f);
    free(w.at);
    filter_drop(x);
    return s;
}

static status step_filter(struct indexing *x, struct fault *f)
{
    bool done = false;
    if (x->filter == NULL) TRY(begin(x, f));
    TRY(finder_filter_step(x->filter, x->node->archive, x->keys, &done, f));
    return done ? finish(x, f) : OK;
}

bool indexing_step(struct indexing *x)
{
    struct fault f = {};
    if (!indexing_step_view(x)) return false;
    if (x->is_given_up || !node_is_settled(x->node)) return true;
    if (x->filter == NULL && !lacks_filter(x)) return true;
    const status stepped = step_filter(x, &f);
    if (stepped.code == E_OK) return false;
    command_fail(status_exit(stepped), "search filter of segment %llu: %s; searches look through",
                 (unsigned long long)x->segment, f.text[0] != '\0' ? f.text : status_text(stepped));
    filter_drop(x);
    x->is_given_up = true;
    return true;
}
