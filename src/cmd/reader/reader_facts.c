/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Transparency Center says (serve/center/facts.h): public entries, and figures counted
 * from them. The counter goes on from where it was, so that a page costs what is new.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "cmd/reader/reader_state.h"
#include "ledger/count/recount.h"
#include "ledger/layout.h"
#include "ledger/publication.h"
#include "ledger/store_file.h"
#include "os/clock.h"
#include "os/file.h"
#include "serve/center/facts.h"
#include "base/banned.h"

/* Public as a whole, so they are shown at once; of the others the columns, once they are
 * published. */
static const uint8_t kinds_at_once[] = { KIND_policy, KIND_report, KIND_attestation, KIND_erasure };
static const uint8_t kinds_later[] = { KIND_incident, KIND_gap, KIND_verdict, KIND_roadmap };

status reader_published(struct reader *r, uint64_t *ret_size, struct fault *f)
{
    struct publication known = {};
    const struct node *n = &r->view.node;
    const uint64_t size = r->view.head.checkpoint.size;
    *ret_size = size;
    if (n->config.public_delay_s == 0) return OK;
    TRY(publication_load(&n->store, &known, f));
    const uint64_t published =
        publication_size(&known, n->config.public_delay_s, clock_real_ns() / CLOCK_NS_PER_S);
    if (published < size) *ret_size = published;
    return OK;
}

static status find_kinds(struct reader *r, const uint8_t *kinds, size_t count, uint64_t below,
                         struct writer *indices, struct fault *f)
{
    for (size_t i = 0; i < count; i++)
        TRY(view_lists_newest(r->lists, kinds[i], below, FACTS_OF_KIND_MAX, indices, f));
    return OK;
}

static int by_index(const void *a, const void *b)
{
    return slice_compare((slice){ a, 8 }, (slice){ b, 8 }); /* big-endian */
}

static status write_entries(struct reader *r, slice indices, struct fault *f)
{
    const size_t from = r->body.len;
    for (size_t at = 0; at < indices.len; at += 8) {
        const uint64_t index = get_u64(indices.at + at);
        slice entry = {};
        if (index >= r->view.head.checkpoint.size) continue; /* the view is ahead of this head */
        if (r->body.len - from > FACTS_ENTRIES_BYTES_MAX) return OK;
        TRY(archive_entry(r->view.node.archive, index, &entry, f));
        facts_write_entry(index, entry, &r->body);
    }
    return writer_end(&r->body);
}

/* The view may not be made yet: then there are none. */
static status add_entries(struct reader *r, uint64_t published, struct fault *f)
{
    static uint8_t room[FACTS_ENTRIES_MAX * 8];
    struct writer indices = writer_of(room, sizeof room);
    struct fault unused;
    const uint64_t size = r->view.head.checkpoint.size;
    if (r->lists == NULL && view_lists_open(r->dir, &r->lists, &unused).code != E_OK) return OK;
    TRY(find_kinds(r, kinds_at_once, COUNT_OF(kinds_at_once), size, &indices, f));
    TRY(find_kinds(r, kinds_later, COUNT_OF(kinds_later), published, &indices, f));
    qsort(room, indices.len / 8, 8, by_index);
    return write_entries(r, writer_slice(&indices), f);
}

/* ---- figures ---- */

/* Counts on to that size; from the table of the last full segment where nothing was counted yet. */
static status count_to(struct reader *r, uint64_t size, struct fault *f)
{
    if (r->counter != NULL && counter_size(r->counter) > size) {
        counter_free(r->counter);
        r->counter = NULL;
    }
    if (r->counter == NULL) {
        return recount_from_summary(r->view.node.archive, size, &r->counter, f);
    }
    return recount_on(r->view.node.archive, size, r->counter, f);
}

static status add_figures(struct reader *r, const struct facts *facts, struct fault *f)
{
    struct counter_table table = {};
    struct live *live = calloc(1, sizeof *live);
    if (live == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = count_to(r, facts->published, f);
    if (s.code == E_OK) s = counter_table(r->counter, &table);
    if (s.code == E_OK) s = live_count(&table, facts->live.month_last, live, f);
    if (s.code == E_OK) facts_write_live(live, &r->body);
    free(live);
    return s;
}

/* Whom the public needs to believe the cosignatures; none where the policy lies elsewhere. */
static slice read_policy(const struct node *n, uint8_t *room, size_t cap)
{
    struct fault unused;
    size_t len = 0;
    const char *name = n->config.front.gather.policy;
    if (name[0] == '\0' || name[0] == '/') return slice_none();
    const status s = store_file_read(&n->store, name, room, cap, &len, &unused);
    return s.code == E_OK ? (slice){ room, len } : slice_none();
}

/* When the newest checkpoint was written; 0 if that cannot be seen. */
static uint64_t signed_at(const char *dir)
{
    struct file_identity of = {};
    struct fault unused;
    char path[FILE_NAME_MAX + 1];
    struct writer w = writer_of(path, sizeof path - 1);
    writer_printf(&w, "%s/" LAYOUT_CHECKPOINT, dir);
    path[w.len] = '\0';
    const bool seen = w.error == E_OK && file_look(NULL, path, &of, &unused).code == E_OK;
    return seen ? (uint64_t)(of.mtime_ns / CLOCK_NS_PER_S) : 0;
}

static status add_head(struct reader *r, struct facts *facts, struct fault *f)
{
    static uint8_t policy[FACTS_POLICY_BYTES_MAX];
    uint64_t month_start_s = 0;
    uint64_t month_end_s = 0;
    view_look_for_cosigned(&r->view);
    facts->time_s = (uint64_t)(clock_real_ns() / CLOCK_NS_PER_S);
    facts->signed_s = signed_at(r->dir);
    facts->delay_s = r->view.node.config.public_delay_s;
    facts->live.month_last = month_of(facts->time_s, &month_start_s, &month_end_s);
    facts->market = slice_text(r->view.node.config.market);
    facts->newest = log_head_note(view_newest_head(&r->view));
    facts->shown = log_head_note(view_public_head(&r->view));
    facts->policy = read_policy(&r->view.node, policy, sizeof policy);
    TRY(reader_published(r, &facts->published, f));
    facts_write_head(facts, &r->body);
    return OK;
}

status reader_ask_facts(struct reader *r, const struct query_ask *, struct fault *f)
{
    struct facts *facts = calloc(1, sizeof *facts);
    if (facts == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    status s = add_head(r, facts, f);
    if (s.code == E_OK) s = add_entries(r, facts->published, f);
    if (s.code == E_OK) s = add_figures(r, facts, f);
    free(facts);
    return s.code == E_OK ? writer_end(&r->body) : s;
}

/* ---- receipts ---- */

/* The entry, if everybody could fetch it: a receipt opens nothing that is not public. Orders may be
 * withheld for longer. */
static status add_entry(struct reader *r, uint64_t index, struct fault *f)
{
    struct entry e = {};
    slice bytes = {};
    uint64_t published = 0;
    TRY(reader_published(r, &published, f));
    TRY(archive_entry(r->view.node.archive, index, &bytes, f));
    const bool is_public =
        index < published && entry_split(bytes, &e).code == E_OK && e.schema->kind != KIND_order;
    writer_vec16(&r->body, is_public ? bytes : slice_none());
    return OK;
}

status reader_ask_receipt(struct reader *r, const struct query_ask *m, struct fault *f)
{
    hash leaf = {};
    const bool fits = m->text.len == sizeof leaf.bytes && m->index < r->view.head.checkpoint.size;
    if (fits) TRY(archive_leaves(r->view.node.archive, m->index, 1, &leaf, f));
    if (!fits || !slice_equal(m->text, (slice){ leaf.bytes, sizeof leaf.bytes })) {
        return fault_set(f, FAIL(E_NOT_FOUND), "there is no such entry");
    }
    TRY(add_entry(r, m->index, f));
    return reader_prove(r, m->index, &r->body, f);
}
