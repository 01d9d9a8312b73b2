/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/recounting.h"

#include "base/bytes.h"
#include "ledger/count/counter.h"
#include "ledger/segment.h"
#include "base/banned.h"

enum { KEY_TEXT_BYTES_MAX = 250, WORDS_BYTES_MAX = 100 };

bool recounting_is_whole(const struct recounting *r)
{
    return r->whole || r->claim->summary.size < SEGMENT_ENTRIES;
}

/* Entries on their way into the tree and the counter. */
struct pass {
    struct counter *counter; /* owned */
    uint64_t stop;           /* the summary's index: entries from here on are not counted */
    struct merkle_frontier frontier;
    size_t summaries;       /* met on the way */
    uint64_t false_summary; /* the first; UINT64_MAX: none so far */
    struct fault false_why;
};

static bool is_summary(slice entry)
{
    return entry.len > 1 && entry.at[0] == ENTRY_VERSION && entry.at[1] == KIND_summary;
}

static status count_one(struct pass *p, uint64_t index, slice bytes, struct fault *fault)
{
    struct entry entry = {};
    p->summaries += is_summary(bytes);
    if (p->false_summary == UINT64_MAX && is_summary(bytes)) {
        status s = entry_parse(bytes, &entry, &p->false_why);
        if (s.code == E_OK) s = counter_check(p->counter, &entry, &p->false_why);
        if (s.code == E_NOMEM) return fault_set(fault, s, "out of memory");
        if (s.code != E_OK) p->false_summary = index;
    }
    const status s = counter_add(p->counter, bytes);
    if (s.code == E_NOMEM) return fault_set(fault, s, "out of memory");
    if (s.code == E_OK) return OK;
    return fault_set(fault, FAIL(E_UNKNOWN), "entry %llu: of no kind that is known here",
                     (unsigned long long)index);
}

static status take(void *with, const struct published_entries *e, struct fault *fault)
{
    struct pass *p = with;
    hash leaves[TILE_WIDTH];
    merkle_leaves(e->entries, e->count, leaves);
    const status s = merkle_append_many(&p->frontier, leaves, e->count, NULL);
    if (s.code != E_OK) return fault_set(fault, s, "too many entries");
    for (size_t i = 0; i < e->count && e->first + i < p->stop; i++) {
        TRY(count_one(p, e->first + i, e->entries[i], fault));
    }
    return OK;
}

static status not_of_the_log(struct merkle_range r, struct fault *fault)
{
    return fault_set(fault, FAIL(E_INVALID),
                     "the published entries %llu to %llu are not those of the signed log",
                     (unsigned long long)r.start, (unsigned long long)(r.end - 1));
}

/* That what the pass took, the range, is in the log. */
static status check_range(const struct recounting *r, const struct pass *p,
                          struct merkle_range range, struct fault *fault)
{
    const struct merkle_source source = { r->log, published_node };
    const hash roots[2] = { merkle_frontier_root(&p->frontier), r->checkpoint->root };
    struct merkle_proof proof = {};
    const uint64_t size = r->checkpoint->size;
    status s = merkle_prove_subtree(&source, range, size, &proof);
    if (s.code != E_OK) return fault_set(fault, s, "%s", r->log->node_fault.text);
    s = merkle_verify_subtree(range, size, proof.hashes, proof.count, roots);
    return s.code == E_OK ? OK : not_of_the_log(range, fault);
}

static status out_of_memory(struct fault *fault)
{
    return fault_set(fault, FAIL(E_NOMEM), "out of memory");
}

/* The last entry of the segment before, a summary, and the table that it commits to. */
static status load_before(const struct recounting *r, struct pass *p, uint64_t segment,
                          struct fault *fault)
{
    const struct merkle_range last = { segment * SEGMENT_ENTRIES - 1, segment * SEGMENT_ENTRIES };
    struct pass alone = { .counter = p->counter, .stop = last.end, .false_summary = UINT64_MAX };
    struct counter_table table = {};
    TRY(published_counters(r->log, segment - 1, &table, fault));
    if (table.size != last.start) {
        return fault_set(fault, FAIL(E_INVALID), "the table before the segment counts %llu entries",
                         (unsigned long long)table.size);
    }
    if (counter_load(p->counter, &table).code != E_OK) return out_of_memory(fault);
    TRY(published_each(r->log, last, take, &alone, fault));
    TRY(check_range(r, &alone, last, fault));
    if (alone.summaries == 1 && alone.false_summary == UINT64_MAX) return OK;
    return fault_set(fault, FAIL(E_INVALID),
                     "the table before the segment is not that of entry %llu: %s",
                     (unsigned long long)last.start,
                     alone.summaries == 1 ? alone.false_why.text : "it is no summary");
}

/* Names a counter that differs, between what was said and what is. */
static bool find_difference(const struct recounting *r, const struct counter_table *is,
                            struct counter_difference *ret_first, struct fault *fault)
{
    struct counter_table said = {};
    bool differs = false;
    if (count_differ(r->file, is, &differs, ret_first, fault).code == E_OK && differs) return true;
    /* not a row that the file shows: the whole table is public where the summary ends a segment */
    const uint64_t index = r->claim->summary.size;
    if (index % SEGMENT_ENTRIES != SEGMENT_ENTRIES - 1) return false;
    if (published_counters(r->log, index / SEGMENT_ENTRIES, &said, fault).code != E_OK)
        return false;
    const hash root = counter_table_root(&said);
    return bytes_equal(root.bytes, r->claim->summary.root.bytes, SHA256_BYTES) &&
           counter_table_differ(&said, is, ret_first);
}

/* What is false about the summary, in one sentence. */
static status refute(const struct recounting *r, const struct counter_table *is,
                     const struct fault *why, struct fault *fault)
{
    const unsigned long long index = r->claim->summary.size;
    struct counter_difference d = {};
    struct fault aside = {};
    uint8_t key[KEY_TEXT_BYTES_MAX];
    struct writer w = writer_of(key, sizeof key);
    if (!find_difference(r, is, &d, &aside)) {
        return fault_set(fault, FAIL(E_REFUTED), "the summary at entry %llu: %s", index, why->text);
    }
    counter_key_print(&d.key, &w);
    uint8_t from[WORDS_BYTES_MAX];
    struct writer basis = writer_of(from, sizeof from);
    const uint64_t before = index - index % SEGMENT_ENTRIES;
    writer_text(&basis, "the entries");
    if (!recounting_is_whole(r)) {
        writer_printf(&basis, " and the counters of the summary at entry %llu",
                      (unsigned long long)before - 1);
    }
    return fault_set(fault, FAIL(E_REFUTED),
                     "the counter of %.*s: the summary at entry %llu says %llu, %.*s give %llu",
                     (int)w.len, (const char *)w.at, index, (unsigned long long)d.said,
                     (int)basis.len, (const char *)basis.at, (unsigned long long)d.is);
}

/* Holds the claim against what was counted before its summary. */
static status compare(const struct recounting *r, const struct pass *p, struct fault *fault)
{
    struct entry summary = {};
    struct counter_table is = {};
    struct fault why = {};
    TRY(entry_parse(r->claim->summary_entry, &summary, fault));
    status s = counter_check(p->counter, &summary, &why);
    if (s.code == E_OK) return OK; /* the same root: the same table, and so the same figure */
    if (s.code == E_NOMEM) return out_of_memory(fault);
    if (counter_table(p->counter, &is).code != E_OK) return out_of_memory(fault);
    s = refute(r, &is, &why, fault);
    if (p->false_summary == UINT64_MAX) return s;
    const struct fault said = *fault;
    return fault_set(fault, s, "%.400s; the first false summary is entry %llu", said.text,
                     (unsigned long long)p->false_summary);
}

static void say_checked(const struct recounting *r, const struct pass *p, uint64_t first,
                        struct answer *answer)
{
    const unsigned long long count = r->claim->summary.size;
    if (recounting_is_whole(r)) {
        answer_say(answer, ANSWER_PROVEN, NULL,
                   "the first %llu entries of the log add up to this figure, and to every other "
                   "counter of the summary",
                   count);
    } else {
        answer_say(answer, ANSWER_PROVEN, NULL,
                   "the entries from %llu on add up, from the counters before them, to every "
                   "counter of the summary",
                   (unsigned long long)first);
    }
    if (p->false_summary == UINT64_MAX) return;
    answer_say(answer, ANSWER_WARNING, NULL, "entry %llu, a summary before this one, is false: %s",
               (unsigned long long)p->false_summary, p->false_why.text);
}

static status check(const struct recounting *r, struct pass *p, struct answer *answer,
                    struct fault *fault)
{
    const uint64_t size = r->checkpoint->size;
    const uint64_t segment = p->stop / SEGMENT_ENTRIES;
    struct merkle_range range = { 0, size };
    if (!r->whole) {
        const uint64_t first = segment * SEGMENT_ENTRIES;
        range.start = first;
        if (size - first > SEGMENT_ENTRIES) range.end = first + SEGMENT_ENTRIES;
        if (segment > 0) TRY(load_before(r, p, segment, fault));
    }
    TRY(published_each(r->log, range, take, p, fault));
    TRY(check_range(r, p, range, fault));
    TRY(compare(r, p, fault));
    say_checked(r, p, range.start > 0 ? range.start - 1 : 0, answer);
    return OK;
}

status recounting_check(const struct recounting *r, struct answer *answer, struct fault *fault)
{
    struct pass p = { .stop = r->claim->summary.size, .false_summary = UINT64_MAX };
    assert(p.stop < r->checkpoint->size);
    TRY(published_open(r->log, r->checkpoint->size, fault));
    /* whoever wrote the entries cannot have known the root when choosing keys that collide */
    p.counter = counter_new(get_u64(r->checkpoint->root.bytes));
    if (p.counter == NULL) return out_of_memory(fault);
    const status s = check(r, &p, answer, fault);
    counter_free(p.counter);
    return s;
}

static status take_all(struct published *log, const struct checkpoint *c, struct pass *p,
                       struct fault *fault)
{
    const struct merkle_range all = { 0, c->size };
    TRY(published_open(log, c->size, fault));
    if (c->size > 0) TRY(published_each(log, all, take, p, fault));
    const hash root = merkle_frontier_root(&p->frontier);
    return bytes_equal(root.bytes, c->root.bytes, SHA256_BYTES) ? OK : not_of_the_log(all, fault);
}

status recounting_all(struct published *log, const struct checkpoint *c,
                      struct counter **ret_counter, struct fault *fault)
{
    struct pass p = { .stop = c->size, .false_summary = UINT64_MAX };
    p.counter = counter_new(get_u64(c->root.bytes));
    if (p.counter == NULL) return out_of_memory(fault);
    const status s = take_all(log, c, &p, fault);
    if (s.code == E_OK) {
        *ret_counter = p.counter;
    } else {
        counter_free(p.counter);
    }
    return s;
}
