/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/archive.h"
#include "ledger/keys.h"
#include "view/filter.h"
#include "view/terms.h"

/*
 * finder: which events of a log have all terms of a question (view/terms.h), the newest first,
 * segment by segment: a full segment is looked through only if its filter says that it may have all
 * of them. Beside the event's own fields those of its record count: source, actor, subject.
 */
struct finder_numbers {
    uint64_t entries; /* looked through */
    uint64_t skipped; /* entries of segments that a filter ruled out */
    uint64_t erased;  /* events among them that are gone */
};

enum { FINDER_ASK_RECORDS = 256 };

struct finder;

/* Over entries below a size of the archive; everything is borrowed and outlives it. E_NOMEM. */
status finder_new(struct archive *a, struct keys *keys, const struct question *q,
                  struct finder **ret_finder);
/* NULL is allowed. */
void finder_free(struct finder *s);
/* One segment, or what of it is below `below`: appends the indices of its newest events that fit,
 * u64 each, the newest first, at most limit (<= SEGMENT_ENTRIES). *ret_next: everything from there
 * on is done; 0 at the end. What opening fails with. */
status finder_step(struct finder *s, uint64_t below, uint32_t limit, struct writer *indices,
                   uint64_t *ret_next, struct fault *f);
struct finder_numbers finder_numbers(const struct finder *s);
/* From now on a step asks every FINDER_ASK_RECORDS records whether it is to stop, and then fails
 * with E_CANCELLED: nothing of that step counts. */
void finder_stop_if(struct finder *s, bool (*is_over)(void *with), void *with);

/* A filter in the making. */
struct finder_filter;

/* For a full segment, with a random key of its own. E_NOMEM. */
status finder_filter_new(uint64_t segment, struct siphash_key key,
                         struct finder_filter **ret_filter);
void finder_filter_free(struct finder_filter *b);
/* Takes some more entries in. *ret_done: filter_write of finder_filter_terms is the filter. */
status finder_filter_step(struct finder_filter *b, struct archive *a, struct keys *keys,
                          bool *ret_done, struct fault *f);
const struct filter_terms *finder_filter_terms(const struct finder_filter *b);
