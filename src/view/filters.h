/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/erase/erased_set.h"
#include "ledger/store.h"
#include "view/filter.h"

/*
 * filters: the filter of each full segment as a file, sealed with AES-256-GCM under a key that is
 * its alone and lies apart from it:
 *
 *   view/0000000000.filter   nonce [12] | sealed filter | tag [16]; the segment's number as
 *                            associated data
 *   keys/0000000000.filter   32 random bytes
 *
 * A filter holds no truth: one that is missing or damaged means that its segment is looked through.
 * An erasure removes the key first, then the filter, so that no copy of it can be asked any more;
 * it is made again without what was erased.
 */

/* The filter of a segment, into memory that the caller frees; ret_filter is a view into it.
 * E_NOT_FOUND if there is none that can be used. */
status filters_load(const struct store *s, uint64_t segment, uint8_t **ret_bytes,
                    struct filter *ret_filter, struct fault *f);
/* Whether the segment has the files of a filter. */
bool filters_have(const struct store *s, uint64_t segment);
/* Seals a filter (filter_write) under a fresh key and writes both. E_FULL, E_IO, E_NOMEM. */
status filters_save(const struct store *s, uint64_t segment, slice filter, struct fault *f);
/* Removes the filters of all segments that hold a record of the set; durable on return. Before the
 * records are erased. */
status filters_forget(const struct store *s, const struct erased_set *set, struct fault *f);
